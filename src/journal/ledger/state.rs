//! State documents: each becomes an event of what it changes, against the last one known.

use serde_json::{Map, Value};

use super::engine::{DocumentRow, Engine, WorkflowId};
use super::transaction::Transaction;
use crate::preview::prepare_event;
use crate::{JournalError, Outcome, encode};
use domain::event::{Event, Kind, TimeSource};
use domain::state_diff::{self, Change};
use domain::timestamp::Timestamp;
use draft::{Document, NewEvent, NewState};

/// What is known of a workflow's state.
#[derive(Clone, Default)]
pub(super) struct State {
    pub(super) document: Map<String, Value>,
    /// When a file of it was read last: whatever was saved before is in there.
    pub(super) read_at: Option<Timestamp>,
    /// Whether it is to be written.
    pub(super) is_changed: bool,
}

impl State {
    pub(super) fn read(row: &DocumentRow) -> Self {
        Self {
            document: serde_json::from_str(&row.text).unwrap_or_default(),
            read_at: row.read_at,
            is_changed: false,
        }
    }

    /// Takes in what a publisher knows; the changes that are too late to count.
    fn take(&mut self, document: Document, at: Timestamp, time_source: TimeSource) -> Vec<Change> {
        let fields = match document {
            Document::Whole(whole) => {
                self.document = whole;
                return Vec::new();
            }
            Document::Changes(fields) => fields,
        };
        let known = self.document.clone();
        let mut late = Vec::new();
        for (field, value) in fields {
            let old = known.get(&field);
            // Told after an outage: the file that was read since knows better.
            let is_late = time_source == TimeSource::Source
                && self.read_at.is_some_and(|read_at| at < read_at)
                && old.is_some_and(|old| Some(old) != value.as_ref());
            if is_late {
                let old = old.cloned();
                late.push(Change { field, old, new: value });
            } else if let Some(value) = value {
                self.document.insert(field, value);
            } else {
                self.document.remove(&field);
            }
        }
        late
    }
}

impl<E: Engine> Transaction<'_, E> {
    /// The same document again is nothing.
    pub(super) fn append_state(&mut self, new: NewState) -> Result<Outcome, JournalError> {
        let workflow = self.workflow(&new.adw_id)?;
        let known = self.state(workflow)?;
        let is_first = known.is_none();
        let known = known.unwrap_or_default();
        let mut state = known.clone();
        let late = state.take(new.document, new.timestamp, new.time_source);
        state.read_at = match new.time_source {
            TimeSource::Source => known.read_at,
            TimeSource::Read | TimeSource::Unknown => known.read_at.max(Some(new.timestamp)),
        };
        let changes = state_diff::diff(&known.document, &state.document);
        let whole = is_first.then(|| state.document.clone());
        if !changes.is_empty() || is_first || state.read_at != known.read_at {
            self.set_state(workflow, state);
        }
        let is_nothing = changes.is_empty() && late.is_empty() && !is_first && new.remarks.is_empty();
        if is_nothing || !self.claim(workflow, &new.keys)? {
            return Ok(Outcome::Duplicate);
        }
        let mut payload = new.remarks;
        if changes.iter().any(|change| change.field == "phases") && !new.phases.is_empty() {
            payload.insert("phases_in_order".into(), new.phases.into());
        }
        payload.insert("source".into(), new.source.into());
        payload.insert("changed".into(), encode::value("what changed", &changes)?);
        if !late.is_empty() {
            payload.entry("message").or_insert_with(|| told_late(&late).into());
            payload.insert("late".into(), encode::value("what was told late", &late)?);
        }
        if let Some(whole) = whole {
            payload.insert("state".into(), Value::Object(whole));
        }
        let event = Event {
            kind: Kind::AgentStateUpdate,
            adw_id: new.adw_id,
            seq: 0,
            timestamp: new.timestamp,
            time_source: new.time_source,
            event_type: "state_change".into(),
            agent: new.agent,
            run: new.run,
            session_id: new.session_id,
            parent_tool_use_id: new.parent_tool_use_id,
            payload: Value::Object(payload),
        };
        self.number(workflow, prepare_event(NewEvent { event, keys: new.keys })?)
    }

    pub(super) fn state(&mut self, workflow: WorkflowId) -> Result<Option<State>, JournalError> {
        self.fetch_states([workflow])?;
        Ok(self.states.get(&workflow).cloned().flatten())
    }

    pub(super) fn set_state(&mut self, workflow: WorkflowId, mut state: State) {
        state.is_changed = true;
        self.states.insert(workflow, Some(state));
    }
}

/// What a person reads of changes that change nothing any more.
fn told_late(late: &[Change]) -> String {
    let fields: Vec<&str> = late.iter().take(12).map(|change| change.field.as_str()).collect();
    format!("{} as saved earlier; the file has a newer value", fields.join(", "))
}
