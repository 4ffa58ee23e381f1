//! Hooks' events that wait, acknowledged because they are kept: for a workflow that knows their session, or for a stream.
//!
//! A stream's copy of a call knows more than a hook's (the sub-agent, the tokens), but is often written later. So where a stream tells
//! of the session, a hook's copy waits for a moment, and is recorded only if the stream did not come first.

use std::time::Duration;

use rusqlite::{Row, params};

use super::Writer;
use super::session::{read, whole_text};
use crate::preview::prepare_event;
use crate::{JournalError, PreparedEvent, Stored};
use domain::adw_id::AdwId;
use domain::timestamp::Timestamp;
use draft::NewEvent;
use draft::hook;
use draft::key::Key;

/// A stream's line is read within a fraction of this.
const STREAM_WAIT: Duration = Duration::from_secs(3);
/// What one transaction takes, so that publishers need not wait for long.
const SESSIONS_AT_ONCE: usize = 64;
const COPIES_AT_ONCE: usize = 1_000;

impl Writer {
    /// Keeps an event of a session until its workflow is known or, where it is (`workflow`), the stream has had its say. Whether it
    /// is new here.
    pub(super) fn keep_waiting(
        &self,
        workflow: Option<i64>,
        since: Timestamp,
        prepared: &PreparedEvent,
    ) -> rusqlite::Result<bool> {
        let keys = &prepared.new.keys;
        let all: Vec<u8> = keys.iter().flat_map(|key| key.0).collect();
        let first = keys.first().map(|key| key.0);
        let session = &prepared.new.event.session_id;
        let kept = self
            .connection
            .prepare_cached(
                "INSERT OR IGNORE INTO waiting (session, workflow, since, key, keys, text) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?
            .execute(params![session, workflow, since.0, first, all, whole_text(prepared)])?;
        Ok(kept > 0)
    }

    /// Records in the workflow what waits for the session to be known, the first to come first; what its stream may tell goes on
    /// waiting.
    pub(super) fn move_waiting(
        &mut self,
        session: &str,
        adw_id: &AdwId,
        events: &mut Vec<Stored>,
    ) -> rusqlite::Result<()> {
        let waiting: Vec<(i64, Option<NewEvent>)> = {
            let mut find = self.connection.prepare_cached(
                "SELECT id, keys, text FROM waiting WHERE session = ?1 AND workflow IS NULL ORDER BY id",
            )?;
            let rows = find.query_map([session], |row| Ok((row.get(0)?, event(row, 1)?)))?;
            rows.collect::<rusqlite::Result<_>>()?
        };
        for (id, new) in waiting {
            let streaming = self.owner(session)?.filter(|owner| owner.streams);
            match (new, streaming) {
                (Some(new), Some(owner)) if hook::is_copy(&new.event) => {
                    self.connection
                        .prepare_cached("UPDATE waiting SET workflow = ?2 WHERE id = ?1")?
                        .execute([id, owner.workflow])?;
                }
                (new, _) => {
                    self.end_waiting(id)?;
                    if let Some(new) = new {
                        events.extend(self.append_of_session(prepare_event(new), adw_id)?);
                    }
                }
            }
        }
        Ok(())
    }

    /// Records what has waited long enough. A clock that was set back makes nothing wait for longer.
    pub(in super::super) fn settle(&mut self, now: Timestamp, patience: Duration) -> Result<Vec<Stored>, JournalError> {
        let before = |wait: Duration| {
            now.0
                .saturating_sub(i64::try_from(wait.as_millis()).unwrap_or(i64::MAX))
        };
        let (unknown, copies) = (before(patience), before(STREAM_WAIT.min(patience)));
        let ahead = now.0.saturating_add(now.0 - unknown);
        let due = self
            .due(unknown, copies, ahead)
            .map_err(|error| super::write_error(&error))?;
        let (sessions, copies) = due;
        if sessions.is_empty() && copies.is_empty() {
            return Ok(Vec::new());
        }
        self.transact(|writer| {
            let mut events = Vec::new();
            for session in sessions {
                writer.move_waiting(&session, &AdwId::of_session(&session), &mut events)?;
                writer.act_upon_learned(&mut events)?;
            }
            for (id, workflow, new) in copies {
                writer.end_waiting(id)?;
                let adw_id = writer.adw_id(workflow)?;
                if let Some(new) = new {
                    events.extend(writer.append_of_session(prepare_event(new), &adw_id)?);
                    writer.act_upon_learned(&mut events)?;
                }
            }
            Ok(events)
        })
    }

    /// Sessions of which something has waited since `unknown` for a workflow, and copies that have waited since `copies` for a stream.
    fn due(&self, unknown: i64, copies: i64, ahead: i64) -> rusqlite::Result<(Vec<String>, Vec<Copy>)> {
        let mut sessions = self.connection.prepare_cached(
            "SELECT session FROM waiting WHERE workflow IS NULL AND (since <= ?1 OR since > ?2) \
             GROUP BY session ORDER BY min(id) LIMIT ?3",
        )?;
        let sessions = sessions.query_map(params![unknown, ahead, SESSIONS_AT_ONCE as i64], |row| row.get(0))?;
        let mut late = self.connection.prepare_cached(
            "SELECT id, workflow, keys, text FROM waiting WHERE workflow IS NOT NULL AND (since <= ?1 OR since > ?2) \
             ORDER BY id LIMIT ?3",
        )?;
        let late = late.query_map(params![copies, ahead, COPIES_AT_ONCE as i64], |row| {
            Ok((row.get(0)?, row.get(1)?, event(row, 2)?))
        })?;
        Ok((
            sessions.collect::<rusqlite::Result<_>>()?,
            late.collect::<rusqlite::Result<_>>()?,
        ))
    }

    fn end_waiting(&self, id: i64) -> rusqlite::Result<()> {
        self.connection
            .prepare_cached("DELETE FROM waiting WHERE id = ?1")?
            .execute([id])?;
        Ok(())
    }
}

/// An event that waits for a stream's copy: its row, its workflow's row, and itself.
type Copy = (i64, i64, Option<NewEvent>);

/// The event of a row, whose keys stand in this column and whose text stands in the next.
fn event(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<NewEvent>> {
    let keys: Vec<u8> = row.get(column)?;
    let text: String = row.get(column + 1)?;
    let (keys, _) = keys.as_chunks::<16>();
    Ok(read(&text, keys.iter().map(|key| Key(*key)).collect()))
}
