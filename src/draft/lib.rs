//! What is to be recorded: an event without its number, with the natural keys that show whether it is already known.

pub mod key;
pub mod lenient_json;
pub mod picture;
pub mod pictures;
pub mod redaction;

use serde_json::{Map, Value};

use crate::key::Key;
use domain::adw_id::AdwId;
use domain::event::{Event, TimeSource};
use domain::timestamp::Timestamp;

/// One thing for the hub to record.
#[derive(Clone, Debug, PartialEq)]
pub enum Draft {
    /// An event; its seq is assigned when it is recorded.
    Event(NewEvent),
    /// A whole state document; becomes an event if it differs from the last one known.
    State(NewState),
    /// An event of an export. Its seq is the one it had, by which the journal knows whether it already has it; its keys
    /// are only learnt, because events that existed side by side are not copies of each other.
    Imported(NewEvent),
    /// What a hook reported: events of a session whose workflow may have to be found.
    Hook(NewHook),
}

/// An event with seq 0 and its keys; without keys it is always new.
#[derive(Clone, Debug, PartialEq)]
pub struct NewEvent {
    pub event: Event,
    pub keys: Vec<Key>,
}

/// What one call of a hook reported.
#[derive(Clone, Debug, PartialEq)]
pub struct NewHook {
    /// The call itself, and the file change that resulted from it. They have the `adw_id` that belongs to `attribution`.
    pub events: Vec<NewEvent>,
    pub attribution: Attribution,
    /// When it arrived: the wait for its workflow starts then.
    pub received: Timestamp,
}

/// How certain it is which workflow a hook's events belong to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attribution {
    /// The hook named it.
    Named,
    /// It ran in a folder of the workflow; a workflow that knows the session takes precedence.
    Supposed,
    /// A workflow that knows the session decides; the events have the id that the session gets if there is none.
    Unknown,
}

/// A state document as it was read or pushed.
#[derive(Clone, Debug, PartialEq)]
pub struct NewState {
    pub adw_id: AdwId,
    pub document: Document,
    /// Where it came from, for example `adw_state.json`.
    pub source: String,
    pub agent: Option<String>,
    pub run: Option<u32>,
    pub session_id: Option<String>,
    pub parent_tool_use_id: Option<String>,
    pub timestamp: Timestamp,
    pub time_source: TimeSource,
    pub keys: Vec<Key>,
    /// What the publisher sent next to the document; an event is recorded for it even if the document is the same.
    pub remarks: Map<String, Value>,
    /// The names of the document's phases, in its order.
    pub phases: Vec<String>,
}

/// Which part of the document the publisher sent.
#[derive(Clone, Debug, PartialEq)]
pub enum Document {
    /// All of it: an absent field has been removed.
    Whole(Map<String, Value>),
    /// Only these fields; a field set to none has been removed.
    Changes(Vec<(String, Option<Value>)>),
}

impl Draft {
    /// The workflow; none if it has to be found.
    pub fn adw_id(&self) -> Option<&AdwId> {
        match self {
            Self::Event(new) | Self::Imported(new) => Some(&new.event.adw_id),
            Self::State(new) => Some(&new.adw_id),
            Self::Hook(new) => match new.attribution {
                Attribution::Named => new.events.first().map(|new| &new.event.adw_id),
                Attribution::Supposed | Attribution::Unknown => None,
            },
        }
    }

    pub fn keys(&self) -> &[Key] {
        match self {
            Self::Event(new) | Self::Imported(new) => &new.keys,
            Self::State(new) => &new.keys,
            Self::Hook(new) => new.events.first().map_or(&[], |new| &new.keys),
        }
    }
}
