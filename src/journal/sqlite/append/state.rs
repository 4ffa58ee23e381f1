//! State documents: each becomes an event of what it changes, against the last one known.

use rusqlite::{OptionalExtension as _, params};
use serde_json::{Map, Value};

use super::{Row, Writer};
use crate::Stored;
use crate::preview::prepare_event;
use domain::event::{Event, Kind, TimeSource};
use domain::state_diff::{self, Change};
use domain::timestamp::Timestamp;
use draft::{Document, NewEvent, NewState};

/// What is known of a workflow's state.
#[derive(Default)]
pub(super) struct Known {
    pub document: Map<String, Value>,
    /// When a file of it was read last: whatever was saved before is in there.
    pub read_at: Option<Timestamp>,
}

impl Writer {
    /// The same document again is nothing.
    pub(super) fn append_state(&mut self, new: NewState) -> rusqlite::Result<Option<Stored>> {
        let row = self.row(&new.adw_id)?;
        let known = self.document(row)?;
        let is_first = known.is_none();
        let known = known.unwrap_or_default();
        let mut document = known.document.clone();
        let mut late = Vec::new();
        match new.document {
            Document::Whole(whole) => document = whole,
            Document::Changes(fields) => {
                for (field, value) in fields {
                    let old = known.document.get(&field);
                    // Told after an outage: the file that was read since knows better.
                    let is_late = new.time_source == TimeSource::Source
                        && known.read_at.is_some_and(|read_at| new.timestamp < read_at)
                        && old.is_some_and(|old| Some(old) != value.as_ref());
                    if is_late {
                        let old = old.cloned();
                        late.push(Change { field, old, new: value });
                    } else if let Some(value) = value {
                        document.insert(field, value);
                    } else {
                        document.remove(&field);
                    }
                }
            }
        }
        let read_at = match new.time_source {
            TimeSource::Source => known.read_at,
            TimeSource::Read | TimeSource::Unknown => known.read_at.max(Some(new.timestamp)),
        };
        let changes = state_diff::diff(&known.document, &document);
        if !changes.is_empty() || is_first || read_at != known.read_at {
            self.keep_document(row, &document, read_at)?;
        }
        let is_nothing = changes.is_empty() && late.is_empty() && !is_first && new.remarks.is_empty();
        if is_nothing || !self.claim(row, &new.keys)? {
            return Ok(None);
        }
        let mut payload = new.remarks;
        payload.insert("source".into(), new.source.into());
        payload.insert("changed".into(), serde_json::to_value(&changes).unwrap_or_default());
        if !late.is_empty() {
            payload.entry("message").or_insert_with(|| told_late(&late).into());
            payload.insert("late".into(), serde_json::to_value(&late).unwrap_or_default());
        }
        if is_first {
            payload.insert("state".into(), Value::Object(document));
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
        self.insert(row, prepare_event(NewEvent { event, keys: new.keys }))
            .map(Some)
    }

    pub(super) fn document(&self, row: Row) -> rusqlite::Result<Option<Known>> {
        self.connection
            .prepare_cached("SELECT document, read_at FROM documents WHERE workflow = ?1")?
            .query_row([row.id], |row| {
                Ok(Known {
                    document: serde_json::from_str(&row.get::<_, String>(0)?).unwrap_or_default(),
                    read_at: row.get::<_, Option<i64>>(1)?.map(Timestamp),
                })
            })
            .optional()
    }

    pub(super) fn keep_document(
        &self,
        row: Row,
        document: &Map<String, Value>,
        read_at: Option<Timestamp>,
    ) -> rusqlite::Result<()> {
        let text = serde_json::to_string(document).unwrap_or_default();
        self.connection
            .prepare_cached(
                "INSERT INTO documents VALUES (?1, ?2, ?3)
                 ON CONFLICT (workflow) DO UPDATE SET document = excluded.document, read_at = excluded.read_at",
            )?
            .execute(params![row.id, text, read_at.map(|at| at.0)])?;
        Ok(())
    }
}

/// What a person reads of changes that change nothing any more.
fn told_late(late: &[Change]) -> String {
    let fields: Vec<&str> = late.iter().take(12).map(|change| change.field.as_str()).collect();
    format!("{} as saved earlier; the file has a newer value", fields.join(", "))
}
