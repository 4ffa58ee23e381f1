//! What went wrong with a workflow's files: counted, and the newest kept to be looked at.

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};

use super::event_facts::{EventFacts, KindFacts};
use crate::event::Event;
use crate::excerpt::excerpt;
use crate::from_json::from_fields;
use crate::payload;
use crate::timestamp::Timestamp;

const NEWEST: usize = 12;

/// The `event_type` of a line that could not be understood.
pub const ODDITY: &str = "source_oddity";
/// The `event_type` of a file that shrank, so that a new run began.
pub const TRUNCATED: &str = "source_truncated";
/// The `event_type` of a file that was put in another's place, so that a new run began.
pub const REPLACED: &str = "source_replaced";
/// The `event_type` of a file or folder that vanished.
pub const DELETED: &str = "source_deleted";
/// The `event_type` of a line that was read, though some of it had to be mended: bytes that are no UTF-8, half a character.
pub const MENDED: &str = "source_mended";
/// The `event_type` of a file that ends in the middle of a line, or of a document that is only half there, and stays so.
pub const UNFINISHED: &str = "source_unfinished";
/// The `event_type` of a file or folder that may not be read.
pub const UNREADABLE: &str = "source_unreadable";

/// The `event_type` of a stream of which nobody knows a line.
pub const UNKNOWN_STREAM: &str = "source_unknown";
/// The field of an event that was passed on though nobody knows its type: the type.
pub const UNRECOGNISED: &str = "unrecognised";
/// Types that are counted by name; the rest is in `oddities` alone.
const NAMES: usize = 12;

/// The counts, and the newest of all.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Sources {
    /// Lines that were not understood.
    pub oddities: u64,
    /// Those of them that are of a type that nobody knows, by type.
    #[serde(default)]
    pub unrecognised: BTreeMap<String, u64>,
    /// Streams of which nobody knows a line.
    #[serde(default)]
    pub unknown: u64,
    pub truncated: u64,
    pub replaced: u64,
    pub deleted: u64,
    #[serde(default)]
    pub mended: u64,
    #[serde(default)]
    pub unfinished: u64,
    #[serde(default)]
    pub unreadable: u64,
    pub newest: VecDeque<SourceNote>,
}

from_fields!(Sources {
    oddities,
    unrecognised,
    unknown,
    truncated,
    replaced,
    deleted,
    mended,
    unfinished,
    unreadable,
    newest,
});

/// One thing that went wrong with a file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SourceNote {
    pub seq: u64,
    pub at: Timestamp,
    pub event_type: String,
    pub file: String,
    /// The line in the file, from 1, where one is meant.
    pub line: Option<u64>,
    pub reason: String,
    pub excerpt: String,
}

from_fields!(SourceNote {
    seq,
    at,
    event_type,
    file,
    line,
    reason,
    excerpt
});

/// What an event says of a file with which something went wrong.
pub(super) struct SourceFacts<'a> {
    seq: u64,
    at: Timestamp,
    event_type: &'a str,
    /// The type, where nobody knows it.
    unrecognised: Option<&'a str>,
    file: &'a str,
    line: Option<u64>,
    reason: &'a str,
    excerpt: &'a str,
}

impl<'a> SourceFacts<'a> {
    pub fn of(event: &'a Event) -> Option<Self> {
        const TYPES: [&str; 8] = [
            ODDITY,
            TRUNCATED,
            REPLACED,
            DELETED,
            MENDED,
            UNFINISHED,
            UNREADABLE,
            UNKNOWN_STREAM,
        ];
        let text = |field| payload::text(&event.payload, field).unwrap_or_default();
        let unrecognised = payload::text(&event.payload, UNRECOGNISED);
        if unrecognised.is_none() && !TYPES.contains(&event.event_type.as_str()) {
            return None;
        }
        Some(Self {
            seq: event.seq,
            at: event.timestamp,
            event_type: &event.event_type,
            unrecognised,
            file: text("file"),
            line: payload::number(&event.payload, "line"),
            reason: text("reason"),
            excerpt: text("excerpt"),
        })
    }

    /// Whether it happened to the file as a whole, which shows nobody at work: a file that is written anew may have been so
    /// long ago, and what is read from it then tells.
    pub fn is_of_the_file(&self) -> bool {
        [TRUNCATED, REPLACED, DELETED, UNFINISHED, UNREADABLE, UNKNOWN_STREAM].contains(&self.event_type)
    }
}

impl Sources {
    pub(super) fn apply(&mut self, facts: &EventFacts<'_>) {
        let KindFacts::Source(source) = &facts.of_kind else {
            return;
        };
        if let Some(name) = source.unrecognised {
            return self.count_unrecognised(name, source);
        }
        let count = match source.event_type {
            UNKNOWN_STREAM => &mut self.unknown,
            ODDITY => &mut self.oddities,
            TRUNCATED => &mut self.truncated,
            REPLACED => &mut self.replaced,
            DELETED => &mut self.deleted,
            MENDED => &mut self.mended,
            UNFINISHED => &mut self.unfinished,
            _ => &mut self.unreadable,
        };
        *count += 1;
        self.note(source, source.event_type, source.reason);
    }

    /// A line that was passed on though nobody knows its type; the first of a type is noted.
    fn count_unrecognised(&mut self, name: &str, source: &SourceFacts<'_>) {
        self.oddities += 1;
        let name = excerpt(name, 80);
        if let Some(count) = self.unrecognised.get_mut(&name) {
            *count += 1;
        } else if self.unrecognised.len() < NAMES {
            let reason = format!("a line of a type that is not known: {name}");
            self.unrecognised.insert(name, 1);
            self.note(source, ODDITY, &reason);
        }
    }

    fn note(&mut self, source: &SourceFacts<'_>, event_type: &str, reason: &str) {
        if self.newest.len() == NEWEST {
            self.newest.pop_front();
        }
        self.newest.push_back(SourceNote {
            seq: source.seq,
            at: source.at,
            event_type: event_type.to_owned(),
            file: excerpt(source.file, 160),
            line: source.line,
            reason: excerpt(reason, 200),
            excerpt: excerpt(source.excerpt, 160),
        });
    }

    pub fn total(&self) -> u64 {
        [
            self.oddities,
            self.unknown,
            self.truncated,
            self.replaced,
            self.deleted,
            self.mended,
            self.unfinished,
            self.unreadable,
        ]
        .iter()
        .sum()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::event::{Kind, TimeSource};
    use crate::timeline::Timeline;

    fn event(kind: Kind, event_type: &str, at: i64) -> Event {
        Event {
            kind,
            adw_id: "c0a43f47".parse().expect("a safe id"),
            seq: 0,
            timestamp: Timestamp(at),
            time_source: TimeSource::Read,
            event_type: event_type.into(),
            agent: Some("builder".into()),
            run: None,
            session_id: None,
            parent_tool_use_id: None,
            payload: json!({"file": "builder/raw_output.jsonl", "reason": "the file was deleted"}),
        }
    }

    #[test]
    fn what_happens_to_a_file_is_counted_and_is_no_sign_of_life() {
        let mut timeline = Timeline::new("c0a43f47".parse().expect("a safe id"));
        assert!(timeline.apply(1, &event(Kind::TextBlock, "text", 1_000)));
        let before = (timeline.last_known_at, timeline.pace.clone(), timeline.agents[0].last);
        assert!(timeline.apply(2, &event(Kind::Other, DELETED, 9_000_000)));
        assert_eq!(
            (timeline.last_known_at, timeline.pace.clone(), timeline.agents[0].last),
            before
        );
        assert_eq!((timeline.sources.deleted, timeline.sources.newest.len()), (1, 1));
        assert!(timeline.apply(3, &event(Kind::Other, TRUNCATED, 9_500_000)));
        assert_eq!(timeline.last_known_at, before.0, "a new run shows by what is in it");
        assert!(timeline.apply(4, &event(Kind::TextBlock, "text", 9_600_000)));
        assert_eq!(timeline.last_known_at, Some(Timestamp(9_600_000)));
    }
}
