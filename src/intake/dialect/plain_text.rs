//! Text that the CLI, or what it started, printed among the lines of JSON; sometimes glued to the front of one.

use serde_json::Map;

use super::line_draft::LineDraft;
use super::line_head::LineHead;
use super::registry;
use crate::place::LinePart;
use domain::event::Kind;
use draft::NewEvent;
use draft::lenient_json::{self, Parsed};

/// How far a line is searched for an object: what is printed before one is short.
const SEARCHED_BYTES: usize = 16 * 1024;
/// At how many braces it is tried.
const TRIES: usize = 16;

/// A line cut into the text before its object, and the object; none if no object ends the line that could be a line itself.
pub(super) fn split(line: &str) -> Option<(&str, Parsed)> {
    let searched = &line[..line.floor_char_boundary(SEARCHED_BYTES)];
    let braces = searched.match_indices("{\"").map(|(at, _)| at).filter(|at| *at > 0);
    braces.take(TRIES).find_map(|at| {
        let parsed = lenient_json::parse(&line[at..]).ok()?;
        let head = LineHead::of(&parsed.value);
        let is_line = !head.line_type.is_empty() || registry::choose(&head, None).is_some();
        is_line.then(|| (line[..at].trim(), parsed))
    })
}

/// Whether a line was written to be read: no JSON, no part of one, and no bytes of another kind.
pub fn is_plain_text(line: &str) -> bool {
    let text = line.trim();
    let is_part_of_json = text.starts_with(['{', '[', '"']) || text.ends_with(['}', ']']) || text.contains("\":");
    // Colours and tabs are of a terminal.
    let is_binary = |c: char| (c.is_control() && c != '\t' && c != '\u{1b}') || c == '\u{fffd}';
    !is_part_of_json && text.chars().any(char::is_alphabetic) && !text.chars().any(is_binary)
}

/// The text as a message of a log.
pub(super) fn event(draft: &LineDraft<'_>, text: String) -> NewEvent {
    let mut payload = Map::new();
    let level = if is_complaint(&text) { "ERROR" } else { "INFO" };
    payload.insert("level".into(), level.into());
    payload.insert("message".into(), text.into());
    payload.insert("source".into(), draft.place.file.into());
    NewEvent {
        event: draft.event(Kind::AgentLogEntry, "log_entry", payload.into()),
        keys: draft.place.line_keys(LinePart::PlainText),
    }
}

fn is_complaint(text: &str) -> bool {
    let first = text
        .split(|c: char| !c.is_ascii_alphabetic())
        .find(|word| !word.is_empty());
    let word = first.unwrap_or_default().to_ascii_lowercase();
    matches!(word.as_str(), "error" | "fatal" | "panic" | "traceback" | "uncaught")
}
