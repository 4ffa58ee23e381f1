//! Where something was read in a file, and the event that says what went wrong there.

mod line_part;

use serde_json::json;

use super::line_key::LineMark;
use domain::adw_id::AdwId;
use domain::event::{Event, Kind, TimeSource};
use domain::excerpt::excerpt;
use domain::timestamp::Timestamp;
use draft::NewEvent;
use draft::key::Key;
use draft::redaction;
pub use line_part::LinePart;

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
    /// The key of something that came of this place and has no id of its own.
    pub fn key(&self, part: LinePart) -> Key {
        Key::place(self.agent, self.file, self.run, self.offset, part.number())
    }

    /// All keys of something that came of this line and has no id of its own: a copy that was pushed has the second.
    pub fn line_keys(&self, part: LinePart) -> Vec<Key> {
        let pushed = self
            .mark
            .map(|mark| Key::line(&mark.line_key(self.offset), part.number()));
        [self.key(part)].into_iter().chain(pushed).collect()
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::line_key::FileMark;

    /// Journals hold these keys: what was recorded must be known again.
    #[test]
    fn the_keys_of_a_line_are_those_of_every_version() {
        let adw_id = "c0a43f47".parse().expect("a safe id");
        let file = FileMark {
            ino: 7,
            born_ns: 1_768_473_000_123_456_789,
        };
        let place = Place {
            adw_id: &adw_id,
            agent: "sdlc_planner",
            run: 2,
            file: "sdlc_planner/raw_output.jsonl",
            offset: 40,
            line: 3,
            at: Timestamp(0),
            time_source: TimeSource::Read,
            mark: Some(file.line(b"text")),
        };
        let parts = [
            LinePart::Block(0),
            LinePart::Block(3),
            LinePart::Mended,
            LinePart::Unfinished,
            LinePart::PlainText,
        ];
        let told = parts.map(|part| {
            let keys = place.line_keys(part);
            let pushed = Key::line("804c92fafdb168ecdd5567e3ae0cd85a", part.number());
            assert_eq!(keys, [place.key(part), pushed], "by its place, and as it is pushed");
            let hex: String = keys[0].0.iter().map(|byte| format!("{byte:02x}")).collect();
            (part.number(), hex)
        });
        let known = [
            (0, "b2326c4d770f948dada6fe3ede9a4602"),
            (3, "46c5577d63f9a9790baef8d7f07a6fc6"),
            (18_446_744_073_709_551_615, "621ba5609a1ecf855792ba855de3e819"),
            (18_446_744_073_709_551_614, "0b90300f6c49a53ba9ea0860cb298d8f"),
            (18_446_744_073_709_551_613, "62160bd06b12c50a033e206952b6e3c1"),
        ];
        assert_eq!(told, known.map(|(number, hex)| (number, hex.to_owned())));
    }
}
