//! One thing that happened in a workflow, in the shape it has on push, on the socket and in the journal.
//!
//! `{"type":KIND,"data":{adw_id, seq, timestamp, …, payload}}`; the payload keeps the fields adwatch does not know.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::adw_id::AdwId;
use super::from_json::{Fault, Fields, FromJson, from_name};
use super::timestamp::Timestamp;

/// An event. Once it has a seq it never changes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(into = "Envelope", from = "Envelope")]
pub struct Event {
    pub kind: Kind,
    pub adw_id: AdwId,
    /// The number in its workflow, from 1; 0 until it is recorded.
    pub seq: u64,
    pub timestamp: Timestamp,
    pub time_source: TimeSource,
    /// What exactly happened, for example `tool_execution_pre`.
    pub event_type: String,
    pub agent: Option<String>,
    /// The attempt of the agent, from 1.
    pub run: Option<u32>,
    pub session_id: Option<String>,
    /// The Task call that started the sub-agent this event belongs to.
    pub parent_tool_use_id: Option<String>,
    pub payload: Value,
}

/// The ten kinds of events, the `type` on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    AgentStateUpdate,
    AgentLogEntry,
    FileOperation,
    AgentThinking,
    ToolExecution,
    TextBlock,
    StageTransition,
    StatusUpdate,
    Session,
    /// Everything adwatch does not know passes through as this.
    #[serde(other)]
    Other,
}

/// Who says when an event happened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TimeSource {
    /// The producer said so.
    Source,
    /// It was seen live, when it was written.
    Read,
    /// It was there before adwatch looked (backlog): the time is that of the file, and only an upper bound.
    #[default]
    Unknown,
}

from_name!(Kind, TimeSource);

impl Kind {
    pub const ALL: [Self; 10] = [
        Self::AgentStateUpdate,
        Self::AgentLogEntry,
        Self::FileOperation,
        Self::AgentThinking,
        Self::ToolExecution,
        Self::TextBlock,
        Self::StageTransition,
        Self::StatusUpdate,
        Self::Session,
        Self::Other,
    ];

    /// The `type` on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::AgentStateUpdate => "agent_state_update",
            Self::AgentLogEntry => "agent_log_entry",
            Self::FileOperation => "file_operation",
            Self::AgentThinking => "agent_thinking",
            Self::ToolExecution => "tool_execution",
            Self::TextBlock => "text_block",
            Self::StageTransition => "stage_transition",
            Self::StatusUpdate => "status_update",
            Self::Session => "session",
            Self::Other => "other",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// What stands for it in a journal: given once, and never to another.
    pub fn number(self) -> u8 {
        match self {
            Self::AgentStateUpdate => 0,
            Self::AgentLogEntry => 1,
            Self::FileOperation => 2,
            Self::AgentThinking => 3,
            Self::ToolExecution => 4,
            Self::TextBlock => 5,
            Self::StageTransition => 6,
            Self::StatusUpdate => 7,
            Self::Session => 8,
            Self::Other => 9,
        }
    }

    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.number() == number)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl TimeSource {
    /// Whether durations and "running" may be derived from the time.
    pub fn is_known(self) -> bool {
        match self {
            Self::Source | Self::Read => true,
            Self::Unknown => false,
        }
    }
}

/// The two levels of the wire.
#[derive(Serialize, Deserialize)]
struct Envelope {
    #[serde(rename = "type")]
    kind: Kind,
    data: Data,
}

#[derive(Serialize, Deserialize)]
struct Data {
    adw_id: AdwId,
    seq: u64,
    timestamp: Timestamp,
    #[serde(default)]
    time_source: TimeSource,
    event_type: String,
    #[serde(default)]
    agent: Option<String>,
    #[serde(default)]
    run: Option<u32>,
    #[serde(default)]
    session_id: Option<String>,
    #[serde(default)]
    parent_tool_use_id: Option<String>,
    #[serde(default)]
    payload: Value,
}

impl From<Envelope> for Event {
    fn from(Envelope { kind, data }: Envelope) -> Self {
        Self {
            kind,
            adw_id: data.adw_id,
            seq: data.seq,
            timestamp: data.timestamp,
            time_source: data.time_source,
            event_type: data.event_type,
            agent: data.agent,
            run: data.run,
            session_id: data.session_id,
            parent_tool_use_id: data.parent_tool_use_id,
            payload: data.payload,
        }
    }
}

impl FromJson for Event {
    fn from_json(value: Value) -> Result<Self, Fault> {
        let mut envelope = Fields::of(value)?;
        let mut data: Fields = envelope.take("data")?;
        Ok(Self {
            kind: envelope.take("type")?,
            adw_id: data.take("adw_id")?,
            seq: data.take("seq")?,
            timestamp: data.take("timestamp")?,
            time_source: data.take("time_source")?,
            event_type: data.take("event_type")?,
            agent: data.take("agent")?,
            run: data.take("run")?,
            session_id: data.take("session_id")?,
            parent_tool_use_id: data.take("parent_tool_use_id")?,
            payload: data.take("payload")?,
        })
    }
}

impl From<Event> for Envelope {
    fn from(event: Event) -> Self {
        Self {
            kind: event.kind,
            data: Data {
                adw_id: event.adw_id,
                seq: event.seq,
                timestamp: event.timestamp,
                time_source: event.time_source,
                event_type: event.event_type,
                agent: event.agent,
                run: event.run,
                session_id: event.session_id,
                parent_tool_use_id: event.parent_tool_use_id,
                payload: event.payload,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wire_shape_is_the_documented_one() {
        let text = r#"{"type":"tool_execution","data":{"adw_id":"c0a43f47","seq":42,"timestamp":"2026-01-15T10:30:00.123Z","time_source":"source","event_type":"tool_execution_pre","agent":"sdlc_planner","run":1,"session_id":"s","parent_tool_use_id":null,"payload":{"input":{"command":"cargo test"},"tool_name":"Bash","tool_use_id":"toolu_01"}}}"#;
        let event: Event = serde_json::from_str(text).expect("the example of the design");
        assert_eq!(event.seq, 42);
        assert_eq!(serde_json::to_string(&event).expect("an event is JSON"), text);
    }

    #[test]
    fn every_kind_has_one_name() {
        for kind in Kind::ALL {
            assert_eq!(Kind::from_name(kind.name()), Some(kind));
            assert_eq!(serde_json::to_value(kind).expect("a kind is a string"), kind.name());
        }
    }

    #[test]
    fn a_kind_has_the_number_that_journals_hold() {
        let held = [
            (0, "agent_state_update"),
            (1, "agent_log_entry"),
            (2, "file_operation"),
            (3, "agent_thinking"),
            (4, "tool_execution"),
            (5, "text_block"),
            (6, "stage_transition"),
            (7, "status_update"),
            (8, "session"),
            (9, "other"),
        ];
        for (number, name) in held {
            let kind = Kind::from_name(name).expect("a kind");
            assert_eq!((kind.number(), Kind::from_number(number)), (number, Some(kind)));
        }
        assert_eq!(held.len(), Kind::ALL.len());
        assert_eq!(Kind::from_number(10), None);
    }
}
