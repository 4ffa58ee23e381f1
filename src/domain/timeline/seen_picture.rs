//! A picture that an event tells of, as a page shows it.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::event_facts::EventFacts;
use crate::event::TimeSource;
use crate::excerpt::excerpt;
use crate::from_json::from_fields;
use crate::picture_note;
use crate::timestamp::Timestamp;

/// How many of the newest are known.
pub const NEWEST: usize = 12;

/// One picture, where an event told of it. The file and the tool that shows it may both tell of the same.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SeenPicture {
    pub seq: u64,
    pub at: Timestamp,
    pub time_source: TimeSource,
    /// The name of its file, checked.
    pub name: String,
    pub agent: Option<String>,
    /// The file that it is, or what the tool that gave it was asked.
    pub label: String,
    /// In pixels.
    pub width: u64,
    pub height: u64,
    pub size_bytes: u64,
}

from_fields!(SeenPicture {
    seq,
    at,
    time_source,
    name,
    agent,
    label,
    width,
    height,
    size_bytes,
});

/// Takes in the pictures of an event: the newest stand at the end.
pub(super) fn apply(pictures: &mut VecDeque<SeenPicture>, facts: &EventFacts<'_>) {
    let entry = &facts.entry;
    for note in &facts.pictures {
        let Some(name) = picture_note::name(note) else { continue };
        let number = |field: &str| note.get(field).and_then(serde_json::Value::as_u64).unwrap_or(0);
        let label = match facts.picture_path.unwrap_or(&entry.text) {
            "" => &entry.head,
            text => text,
        };
        if pictures.len() == NEWEST {
            pictures.pop_front();
        }
        pictures.push_back(SeenPicture {
            seq: entry.seq,
            at: entry.at,
            time_source: entry.time_source,
            name: name.as_str().to_owned(),
            agent: entry.agent.clone(),
            label: excerpt(label, 160),
            width: number("width"),
            height: number("height"),
            size_bytes: number("size_bytes"),
        });
    }
}
