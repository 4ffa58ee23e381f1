//! Holds the house to its rules: floors, gates, sizes and first lines, read off the sources.

#[path = "house/circles.rs"]
mod circles;

use std::path::{Path, PathBuf};

pub struct Source {
    pub path: String,
    text: String,
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn files(folder: &Path, ending: &str, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder of the house").flatten() {
        let path = entry.path();
        if path.is_dir() {
            files(&path, ending, found);
        } else if path.extension().is_some_and(|extension| extension == ending) {
            found.push(path);
        }
    }
}

pub fn sources(folders: &[&str]) -> Vec<Source> {
    let mut found = Vec::new();
    for folder in folders {
        files(&root().join(folder), "rs", &mut found);
    }
    assert!(found.len() > 5, "the sources are found");
    let read = |path: PathBuf| Source {
        text: std::fs::read_to_string(&path).expect("a source"),
        path: path
            .strip_prefix(root())
            .expect("below the root")
            .to_string_lossy()
            .replace('\\', "/"),
    };
    found.into_iter().map(read).collect()
}

/// The code without its comments and its tests, which are the items under `#[cfg(test)]`.
pub fn code(source: &Source) -> String {
    let mut kept = Vec::new();
    let mut lines = source.text.lines();
    while let Some(line) = lines.next() {
        let start = line.trim_start();
        if start == "#[cfg(test)]" {
            pass_item(&mut lines, line.len() - start.len());
        } else if !start.starts_with("//") {
            kept.push(line);
        }
    }
    kept.join("\n")
}

/// Goes past an item: to the end of its line, or to the brace that stands as deep as it begins.
fn pass_item<'a>(lines: &mut impl Iterator<Item = &'a str>, depth: usize) {
    let first = lines.find(|line| !line.trim_start().starts_with("#["));
    if first.is_some_and(|line| !line.ends_with([';', '}'])) {
        let end = format!("{:depth$}}}", "");
        lines.find(|line| line.starts_with(&end));
    }
}

fn offences(folders: &[&str], offence: impl Fn(&Source) -> Option<String>) -> Vec<String> {
    sources(folders)
        .iter()
        .filter_map(|source| offence(source).map(|what| format!("{}: {what}", source.path)))
        .collect()
}

#[test]
fn every_file_opens_with_its_reason() {
    let found = offences(&["src", "tests", "benches"], |source| {
        let first = source.text.lines().next().unwrap_or_default();
        (!first.starts_with("//! ") || first.len() < 20)
            .then(|| "the first line must be `//!` and what the file is for".into())
    });
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn no_file_is_longer_than_a_reader_reads_in_one_go() {
    let found = offences(&["src", "tests", "benches"], |source| {
        let lines = source.text.lines().count();
        (lines > 400).then(|| format!("{lines} lines; at most 400"))
    });
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn gates_stand_in_lib_rs_only() {
    let found = offences(&["src"], |source| {
        let gated = code(source)
            .lines()
            .any(|line| line.contains("cfg") && line.contains("feature"));
        (source.path != "src/lib.rs" && gated).then(|| "a feature gate outside lib.rs".into())
    });
    assert_eq!(found, Vec::<String>::new());
    let lib = std::fs::read_to_string(root().join("src/lib.rs")).expect("lib.rs");
    assert!(!lib.contains("not(feature"), "features are additive");
}

/// What each floor knows of the others. Cargo holds it to what its manifest says, and this holds the manifest.
const KNOWN: [(&str, &[&str]); 9] = [
    ("domain", &[]),
    ("draft", &["domain"]),
    ("intake", &["domain", "draft"]),
    ("ui", &["domain"]),
    ("page", &["domain", "ui"]),
    ("publisher", &["domain", "draft"]),
    ("journal", &["domain", "draft"]),
    ("demo", &["domain", "draft", "intake", "publisher"]),
    ("server", &["domain", "draft", "intake", "journal", "publisher", "ui"]),
];

/// What a floor is to do without: the publisher without a runtime, what is shared without the server's things.
const FOREIGN: [(&str, &[&str]); 8] = [
    ("domain", &["axum", "leptos", "rusqlite", "tokio"]),
    ("draft", &["axum", "leptos", "rusqlite", "tokio"]),
    ("intake", &["axum", "leptos", "rusqlite", "tokio"]),
    (
        "ui",
        &["axum", "gloo-net", "gloo-timers", "rusqlite", "tokio", "web-sys"],
    ),
    ("page", &["axum", "rusqlite", "tokio"]),
    ("publisher", &["axum", "leptos", "rusqlite", "tokio"]),
    ("demo", &["axum", "leptos", "rusqlite"]),
    // The command line.
    ("..", &["axum", "leptos", "rusqlite"]),
];

#[test]
fn imports_point_down() {
    // What tests borrow is not linked.
    let linked = |floor: &str| {
        let manifest = std::fs::read_to_string(root().join("src").join(floor).join("Cargo.toml")).expect(floor);
        let linked = manifest.split("[dev-dependencies]").next().unwrap_or_default();
        let names = linked.lines().filter_map(|line| line.split(['.', ' ']).next());
        names.map(str::to_owned).collect::<Vec<_>>()
    };
    let mut found = Vec::new();
    for (floor, known) in KNOWN {
        let ours = linked(floor)
            .into_iter()
            .filter(|name| KNOWN.iter().any(|(other, _)| other == name));
        let upper = ours.filter(|name| !known.contains(&name.as_str()));
        found.extend(upper.map(|name| format!("{floor} links {name}")));
    }
    for (floor, foreign) in FOREIGN {
        let named = linked(floor)
            .into_iter()
            .filter(|name| foreign.contains(&name.as_str()));
        found.extend(named.map(|name| format!("{floor} links {name}")));
    }
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn what_is_pure_has_no_clock_no_chance_and_no_input() {
    const IMPURE: [&str; 6] = [
        "std::fs",
        "std::net",
        "std::process",
        "std::thread",
        "SystemTime",
        "Instant",
    ];
    let found = offences(&["src/domain", "src/draft", "src/intake", "src/ui"], |source| {
        let code = code(source);
        let named = IMPURE.iter().find(|name| code.lines().any(|line| names(line, name)))?;
        (source.path != "src/ui/build.rs").then(|| format!("names {named}"))
    });
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn what_draws_leaves_the_browser_to_its_hands() {
    // Under whatever name a crate passes them on.
    const BROWSER: [&str; 7] = [
        "web_sys",
        "js_sys",
        "gloo",
        "wasm_bindgen",
        "JsCast",
        "JsValue",
        "renderer::types",
    ];
    // They hear keys and pointers, or measure: what has no meaning without an element.
    const HANDS: [&str; 4] = [
        "src/ui/board/keys.rs",
        "src/ui/chunk.rs",
        "src/ui/detail/hands.rs",
        "src/ui/detail/list.rs",
    ];
    let found = offences(&["src/ui"], |source| {
        let code = code(source);
        let named = BROWSER.iter().find(|name| code.lines().any(|line| names(line, name)))?;
        (!HANDS.contains(&source.path.as_str())).then(|| format!("names {named}"))
    });
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn what_stands_behind_a_test_is_code() {
    let source = Source {
        path: String::new(),
        text: "mod a;\n#[cfg(test)]\nmod tests;\nmod b;\n#[cfg(test)]\n#[path = \"x\"]\nmod law {\n    fn c() {\n    }\n}\n// d\nfn e() {}\n".into(),
    };
    assert_eq!(code(&source), "mod a;\nmod b;\nfn e() {}");
}

/// Whether a line names a path or a crate, as a word of its own.
fn names(line: &str, name: &str) -> bool {
    line.match_indices(name).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + name.len()..].chars().next();
        let is_part = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '-');
        !is_part(before) && !is_part(after)
    })
}

#[test]
fn names_say_what_a_file_is_for() {
    let found = offences(&["src"], |source| {
        let stem = Path::new(&source.path)
            .file_stem()
            .and_then(|stem| stem.to_str())
            .unwrap_or_default();
        ["mod", "utils", "util", "helpers", "common", "types", "manager", "misc"]
            .contains(&stem)
            .then(|| "a name that says nothing".into())
    });
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn nothing_is_left_half_done() {
    let marks = ["todo!(", "unimplemented!(", "dbg!(", "#[ignore", "FIXME", "XXX"];
    let found = offences(&["src", "benches"], |source| {
        marks
            .iter()
            .find(|mark| source.text.contains(**mark))
            .map(|mark| format!("holds {mark}"))
    });
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn no_two_public_types_share_a_name() {
    let mut places = std::collections::BTreeMap::<String, Vec<String>>::new();
    for source in sources(&["src"]) {
        let code = code(&source);
        let items = code.lines().filter_map(|line| line.trim_start().strip_prefix("pub "));
        for item in items {
            let kinds = ["struct ", "enum ", "union ", "trait ", "type "];
            let Some(rest) = kinds.iter().find_map(|kind| item.strip_prefix(kind)) else {
                continue;
            };
            let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_');
            let name = rest[..end.unwrap_or(rest.len())].to_owned();
            places.entry(name).or_default().push(source.path.clone());
        }
    }
    assert!(places.len() > 100, "the types are found");
    places.retain(|_, paths| paths.len() > 1);
    assert_eq!(
        places,
        std::collections::BTreeMap::new(),
        "a name says which type is meant"
    );
}
