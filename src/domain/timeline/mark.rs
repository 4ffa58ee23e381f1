//! An error worth a line of its own, until newer ones push it out.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::event_facts::EventFacts;
use crate::entry::Entry;
use crate::event::{Kind, TimeSource};
use crate::excerpt::first_line;
use crate::from_json::from_fields;
use crate::timestamp::Timestamp;

const MARKS: usize = 20;

/// One error: where and when.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Mark {
    pub seq: u64,
    pub at: Timestamp,
    pub time_source: TimeSource,
    pub agent: Option<String>,
    /// What failed, for example `Bash pnpm vitest run`.
    pub what: String,
    /// What it said.
    pub why: String,
}

from_fields!(Mark {
    seq,
    at,
    time_source,
    agent,
    what,
    why
});

/// Takes in an event that tells of an error; the newest stand at the end.
pub(super) fn apply(marks: &mut VecDeque<Mark>, facts: &EventFacts<'_>) {
    if !facts.entry.error {
        return;
    }
    if marks.len() == MARKS {
        marks.pop_front();
    }
    marks.push_back(Mark::new(&facts.entry));
}

impl Mark {
    fn new(entry: &Entry) -> Self {
        let (what, why) = match entry.kind {
            Kind::ToolExecution => (format!("{} {}", entry.head, entry.text), entry.detail.as_str()),
            Kind::StageTransition => (format!("{} failed", entry.head), entry.text.as_str()),
            Kind::Session => (
                format!("{} ended with an error", entry.agent.as_deref().unwrap_or("session")),
                entry.text.as_str(),
            ),
            Kind::StatusUpdate => ("workflow failed".to_owned(), entry.text.as_str()),
            Kind::AgentLogEntry
            | Kind::AgentStateUpdate
            | Kind::FileOperation
            | Kind::AgentThinking
            | Kind::TextBlock
            | Kind::Other => (entry.text.clone(), ""),
        };
        Self {
            seq: entry.end_seq.unwrap_or(entry.seq),
            at: entry.at,
            time_source: entry.time_source,
            agent: entry.agent.clone(),
            what: first_line(&what, 160),
            why: first_line(why, 160),
        }
    }
}
