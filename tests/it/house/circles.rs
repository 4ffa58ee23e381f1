//! Within a floor, too, who is known does not know back: the modules of a crate go in no circles.

use std::collections::{BTreeMap, BTreeSet};

use super::{Source, code, root, sources};

/// What stands against the direction: floor, the module that names, and the one that is named.
const AGAINST: [(&str, &str, &str); 16] = [
    // A replay is served, and a server may play a demo.
    ("command", "demo", "serve"),
    // What failed has the level of an error.
    ("domain", "level", "entry"),
    // A notifier makes what holds it.
    ("publisher", "notifier", "builder"),
    ("publisher", "notifier", "guard"),
    // The description is collected from the routes, and they are described in its shapes.
    ("server", "openapi", "api"),
    ("server", "openapi", "pages"),
    // All handlers get what each of them works with.
    ("server", "shared", "api"),
    ("server", "shared", "socket"),
    // A store has what the address says, and shows the page the way to another.
    ("ui", "address", "store"),
    ("ui", "icon", "store"),
    ("ui", "store", "detail"),
    // What is read out and what is not there yet look like the board.
    ("ui", "announcer", "board"),
    ("ui", "skeleton", "board"),
    // A detail lies over the viewer, and shows what that shows.
    ("ui", "detail", "viewer"),
    ("ui", "history", "detail"),
    ("ui", "history", "viewer"),
];

/// Which modules each module of a floor names.
type Named = BTreeMap<String, BTreeSet<String>>;

/// The path of a module below `src`: its floor first. None of the root of a crate and of what builds it.
fn place(source: &Source) -> Option<Vec<&str>> {
    let path = source.path.strip_prefix("src/")?.strip_suffix(".rs")?;
    let place: Vec<&str> = path.split('/').collect();
    let is_module = place.len() > 1 && !matches!(place[1..], ["lib" | "build"]);
    is_module.then_some(place)
}

/// The folders and files that only tests see: `mod x;` under `#[cfg(test)]`.
fn test_modules(sources: &[Source]) -> Vec<String> {
    let mut found = Vec::new();
    for source in sources {
        let path = source.path.trim_end_matches(".rs").trim_end_matches("/lib");
        for item in source.text.split("#[cfg(test)]\n").skip(1) {
            let name = item
                .trim_start()
                .strip_prefix("mod ")
                .and_then(|rest| rest.split_once(';'));
            found.extend(name.map(|(name, _)| format!("{path}/{name}")));
        }
    }
    found
}

/// The first names behind each `prefix`: one, or those of a group.
fn names_behind<'a>(code: &'a str, prefix: &'a str) -> impl Iterator<Item = &'a str> {
    let starts = code.match_indices(prefix).filter(|(at, _)| {
        let before = code[..*at].chars().next_back();
        !before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | ':' | '$'))
    });
    starts.flat_map(move |(at, _)| heads(&code[at + prefix.len()..]))
}

fn heads(rest: &str) -> Vec<&str> {
    let word = |text: &'_ str| {
        text.find(|c: char| !c.is_alphanumeric() && c != '_')
            .unwrap_or(text.len())
    };
    if !rest.starts_with('{') {
        return vec![&rest[..word(rest)]];
    }
    let deeper = |depth: &mut i32, c: char| *depth += i32::from(c == '{') - i32::from(c == '}');
    let (mut depth, mut within) = (0, 0);
    let end = rest.find(|c| {
        deeper(&mut depth, c);
        depth == 0
    });
    let group = &rest[1..end.unwrap_or(rest.len())];
    let items = group.split(|c| {
        deeper(&mut within, c);
        c == ',' && within == 0
    });
    items.map(str::trim_start).map(|item| &item[..word(item)]).collect()
}

/// What the modules of each floor name, tests excluded.
fn floors() -> BTreeMap<String, Named> {
    let sources = sources(&["src"]);
    let tests = test_modules(&sources);
    let is_test = |path: &str| {
        let below = |test: &String| {
            path.strip_prefix(test.as_str())
                .is_some_and(|rest| rest.starts_with(['.', '/']))
        };
        tests.iter().any(below)
    };
    let placed = || sources.iter().filter_map(|source| Some((place(source)?, source)));
    let modules: BTreeSet<(&str, &str)> = placed().map(|(place, _)| (place[0], place[1])).collect();
    let mut floors = BTreeMap::<String, Named>::new();
    for (place, source) in placed().filter(|(_, source)| !is_test(&source.path)) {
        let (floor, module) = (place[0], place[1]);
        let code = code(source);
        let from_crate = match root().join("src").join(floor).join("lib.rs").exists() {
            true => "crate::".to_owned(),
            false => format!("crate::{floor}::"),
        };
        let from_here = "super::".repeat(place.len() - 1);
        let named = names_behind(&code, &from_crate).chain(names_behind(&code, &from_here));
        let named = named.filter(|name| *name != module && modules.contains(&(floor, name)));
        let all = floors.entry(floor.to_owned()).or_default();
        all.entry(module.to_owned())
            .or_default()
            .extend(named.map(str::to_owned));
    }
    floors
}

/// The modules that are left when those go that name none of the others: they name each other in circles.
fn circling(mut named: Named) -> Named {
    loop {
        let left: BTreeSet<String> = named.keys().cloned().collect();
        for others in named.values_mut() {
            others.retain(|other| left.contains(other));
        }
        named.retain(|_, others| !others.is_empty());
        if named.len() == left.len() {
            return named;
        }
    }
}

#[test]
fn no_modules_go_in_circles() {
    let mut floors = floors();
    assert!(floors.len() > 5, "the floors are found");
    for (floor, from, to) in AGAINST {
        let others = floors.get_mut(floor).and_then(|named| named.get_mut(from));
        let was_needed = others.is_some_and(|others| others.remove(to));
        assert!(
            was_needed,
            "{floor}: {from} no longer names {to}; strike it off the list"
        );
    }
    for (floor, named) in floors {
        assert_eq!(circling(named), Named::new(), "{floor}");
    }
}

#[test]
fn a_circle_is_found_whatever_leads_to_it() {
    let named = |pairs: &[(&str, &str)]| {
        let mut named = Named::new();
        for (from, to) in pairs {
            named.entry((*from).to_owned()).or_default().insert((*to).to_owned());
            named.entry((*to).to_owned()).or_default();
        }
        named
    };
    assert!(circling(named(&[("a", "b"), ("b", "c"), ("a", "c")])).is_empty());
    let left = circling(named(&[("a", "b"), ("b", "c"), ("c", "b"), ("c", "d")]));
    assert!(left.contains_key("b") && left.contains_key("c") && !left.contains_key("d"));
    assert_eq!(heads("{a::{b, c}, d, self}, e"), ["a", "d", "self"]);
    assert_eq!(heads("a::{b, c}"), ["a"]);
    let code = "use crate::a::B; use my_crate::c; use super::super::d;";
    assert_eq!(names_behind(code, "crate::").collect::<Vec<_>>(), ["a"]);
    assert_eq!(names_behind(code, "super::super::").collect::<Vec<_>>(), ["d"]);
}
