//! Holds the house to its rules: floors, gates, sizes and first lines, read off the sources.

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

/// The code without its tests and comments.
pub fn code(source: &Source) -> String {
    let before_tests = source.text.split("#[cfg(test)]").next().unwrap_or_default();
    before_tests
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect::<Vec<_>>()
        .join("\n")
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

#[test]
fn imports_point_down() {
    const RULES: [(&str, &[&str]); 7] = [
        (
            "src/domain",
            &[
                "crate::ui",
                "crate::server",
                "crate::browser",
                "crate::demo",
                "crate::publisher",
                "crate::command",
                "axum",
                "tokio",
                "leptos",
                "web_sys",
                "std::fs",
                "std::net",
                "SystemTime",
                "Instant",
                "getrandom",
                "rusqlite",
            ],
        ),
        (
            "src/ui",
            &[
                "crate::server",
                "crate::browser",
                "crate::demo",
                "crate::publisher",
                "crate::command",
                "axum",
                "tokio",
                "web_sys",
                "gloo",
                "SystemTime",
                "Instant::now",
            ],
        ),
        ("src/server", &["crate::browser"]),
        (
            "src/browser",
            &[
                "crate::server",
                "crate::demo",
                "crate::publisher",
                "crate::command",
                "tokio",
                "axum",
            ],
        ),
        (
            "src/publisher",
            &[
                "crate::ui",
                "crate::server",
                "crate::browser",
                "crate::demo",
                "crate::command",
                "axum",
                "tokio",
                "leptos",
                "rusqlite",
            ],
        ),
        (
            "src/command",
            &[
                "crate::ui",
                "crate::server",
                "crate::browser",
                "crate::demo",
                "axum",
                "leptos",
                "rusqlite",
            ],
        ),
        (
            "src/demo",
            &[
                "crate::ui",
                "crate::server",
                "crate::browser",
                "crate::publisher",
                "crate::command",
                "axum",
                "leptos",
            ],
        ),
    ];
    let mut found = Vec::new();
    for source in sources(&["src"]) {
        let code = code(&source);
        for (floor, banned) in RULES {
            if source.path == format!("{floor}.rs") || source.path.starts_with(&format!("{floor}/")) {
                let named = banned.iter().filter(|name| code.lines().any(|line| names(line, name)));
                found.extend(named.map(|name| format!("{}: names {name}", source.path)));
            }
        }
    }
    assert_eq!(found, Vec::<String>::new());
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
    // Still shared, until one of each pair has its new name.
    const SHARED: [&str; 3] = ["Part", "Reader", "Theme"];
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
    places.retain(|name, paths| paths.len() > 1 && !SHARED.contains(&name.as_str()));
    assert_eq!(
        places,
        std::collections::BTreeMap::new(),
        "a name says which type is meant"
    );
}
