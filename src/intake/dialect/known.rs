//! The line types that each CLI is known to write, and what is made of them: `known.txt`, as the dialects ask it.

use std::collections::HashMap;
use std::sync::OnceLock;

/// A line type of a CLI.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KnownType {
    pub cli: &'static str,
    /// `type`, `type/subtype`, or a pattern with one `*`.
    pub name: &'static str,
    pub told: Told,
    /// For a person: what it tells, or why it is silent.
    pub words: &'static str,
}

/// What becomes of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    Event,
    /// It passes on whole, with a sentence.
    Sentence,
    /// It is counted.
    Silent,
}

/// The rows, so that most are found at once.
struct Known {
    rows: Vec<KnownType>,
    /// Rows without a star, by CLI, type and subtype.
    exact: HashMap<(&'static str, &'static str, &'static str), usize>,
    patterns: Vec<usize>,
}

/// All of them, in the order of the file.
pub fn all() -> &'static [KnownType] {
    &known().rows
}

/// What a CLI means by a type and subtype; the subtype is empty where there is none.
pub(super) fn of(cli: &str, line_type: &str, subtype: &str) -> Option<&'static KnownType> {
    let known = known();
    let exact = known.exact.get(&(cli, line_type, subtype));
    let is_meant = |at: &&usize| {
        let row = &known.rows[**at];
        row.cli == cli && is_named(row.name, line_type, subtype)
    };
    let found = exact.or_else(|| known.patterns.iter().find(is_meant));
    found.map(|at| &known.rows[*at])
}

fn known() -> &'static Known {
    static KNOWN: OnceLock<Known> = OnceLock::new();
    KNOWN.get_or_init(|| {
        let rows: Vec<KnownType> = include_str!("known.txt").lines().filter_map(parse).collect();
        let (patterns, plain): (Vec<usize>, Vec<usize>) = (0..rows.len()).partition(|at| rows[*at].name.contains('*'));
        let exact = plain.into_iter().map(|at| {
            let (line_type, subtype) = parts(rows[at].name);
            ((rows[at].cli, line_type, subtype), at)
        });
        Known {
            exact: exact.collect(),
            patterns,
            rows,
        }
    })
}

/// The type and subtype as one word.
pub(super) fn name(line_type: &str, subtype: &str) -> String {
    match subtype {
        "" => line_type.to_owned(),
        subtype => format!("{line_type}/{subtype}"),
    }
}

fn parse(row: &'static str) -> Option<KnownType> {
    let mut cells = row.split(" | ").filter(|_| !row.starts_with('#'));
    let (cli, name, told, words) = (cells.next()?, cells.next()?, cells.next()?, cells.next()?);
    Some(KnownType {
        cli,
        name,
        told: match told {
            "sentence" => Told::Sentence,
            "silent" => Told::Silent,
            _ => Told::Event,
        },
        words,
    })
}

fn parts(name: &str) -> (&str, &str) {
    name.split_once('/').unwrap_or((name, ""))
}

fn is_named(name: &str, line_type: &str, subtype: &str) -> bool {
    let (of_type, of_subtype) = parts(name);
    matches(of_type, line_type) && matches(of_subtype, subtype)
}

fn matches(pattern: &str, word: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == word,
        Some((begin, end)) => {
            word.len() >= (begin.len() + end.len()).max(1) && word.starts_with(begin) && word.ends_with(end)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_says_what_and_why_once() {
        let text = include_str!("known.txt");
        let rows = text.lines().filter(|row| !row.is_empty() && !row.starts_with('#'));
        assert_eq!(rows.count(), all().len(), "every row can be read");
        for (at, known) in all().iter().enumerate() {
            assert!(!known.words.is_empty(), "{}", known.name);
            let again = all()[..at]
                .iter()
                .any(|other| (other.cli, other.name) == (known.cli, known.name));
            assert!(!again, "{} {} stands twice", known.cli, known.name);
        }
    }

    #[test]
    fn a_name_may_hold_one_star() {
        let name = |line_type, subtype| of("claude_code", line_type, subtype).map(|known| known.name);
        assert_eq!(name("system", "init"), Some("system/init"));
        assert_eq!(
            name("assistant", "web_search_tool_result"),
            Some("assistant/*tool_result")
        );
        assert_eq!(name("result", ""), Some("result"));
        assert_eq!(name("result", "error_max_turns"), Some("result/*"));
        assert_eq!(name("system", "tomorrow"), None);
        assert_eq!(name("", ""), None);
    }
}
