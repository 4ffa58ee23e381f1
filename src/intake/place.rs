//! Where something was read in a file, and the event that says what went wrong there.

use serde_json::json;

use super::line_key::LineMark;
use domain::adw_id::AdwId;
use domain::event::{Event, Kind, TimeSource};
use domain::excerpt::excerpt;
use domain::timestamp::Timestamp;
use draft::NewEvent;
use draft::key::Key;
use draft::redaction;

/// Enough to recognise the line; the file itself has the rest.
const EXCERPT_BYTES: usize = 400;
/// How far beyond the excerpt secrets are searched for, so that none is cut to a part that no rule recognises.
const REDACTED_BYTES: usize = 8 * 1_024;

/// Where something was read, and when it was written as far as the reader of the file can tell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Place<'a> {
    pub adw_id: &'a AdwId,
    pub agent: &'a str,
    pub run: u32,
    /// The file within the workflow's folder.
    pub file: &'a str,
    /// Where the line begins, in bytes.
    pub offset: u64,
    /// The line in its file, from 1.
    pub line: u64,
    pub at: Timestamp,
    pub time_source: TimeSource,
    /// The key by which others who read or wrote the line know it; none if the file cannot be distinguished from an earlier one.
    pub mark: Option<LineMark>,
}

impl Place<'_> {
    /// The key of something that was read here and has no id of its own.
    pub fn key(&self, block: usize) -> Key {
        Key::place(self.agent, self.file, self.run, self.offset, block)
    }

    /// All keys of something that was read from this line and has no id of its own: a pushed copy has the second one.
    pub fn line_keys(&self, block: usize) -> Vec<Key> {
        let pushed = self.mark.map(|mark| Key::line(&mark.line_key(self.offset), block));
        [self.key(block)].into_iter().chain(pushed).collect()
    }

    /// An event about the file that holds this place, of one of the types in `timeline::sources`.
    pub fn trouble(&self, event_type: &str, reason: &str, text: &str, keys: Vec<Key>) -> NewEvent {
        let mut payload = json!({
            "file": self.file,
            "reason": reason,
            "excerpt": clean_excerpt(text),
        });
        if self.line > 0 {
            payload["line"] = self.line.into();
        }
        let event = Event {
            kind: Kind::Other,
            adw_id: self.adw_id.clone(),
            seq: 0,
            timestamp: self.at,
            time_source: self.time_source,
            event_type: event_type.to_owned(),
            agent: Some(self.agent.to_owned()).filter(|agent| !agent.is_empty()),
            run: Some(self.run).filter(|run| *run > 0),
            session_id: None,
            parent_tool_use_id: None,
            payload,
        };
        NewEvent { event, keys }
    }
}

fn clean_excerpt(text: &str) -> String {
    let end = text.floor_char_boundary(REDACTED_BYTES);
    excerpt(&redaction::text(text[..end].to_owned()).into_inner(), EXCERPT_BYTES)
}
