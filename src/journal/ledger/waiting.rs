//! Hooks' events that wait, acknowledged because they are stored: for a workflow that knows their session, or for a stream.
//!
//! A stream's copy of a call knows more than a hook's (the sub-agent, the tokens), but is often written later. So where a stream tells
//! of the session, a hook's copy waits for a moment, and is recorded only if the stream did not come first.

use std::time::Duration;

use super::Ledger;
use super::attribution::read;
use super::engine::{Due, Engine, Waiting, WorkflowId};
use super::session_event;
use super::transaction::Transaction;
use crate::preview::prepare_event;
use crate::{JournalError, PreparedEvent, Stored};
use domain::adw_id::AdwId;
use domain::timestamp::Timestamp;

/// A stream's line is read within a fraction of this.
const STREAM_WAIT: Duration = Duration::from_secs(3);
/// What one transaction takes, so that publishers need not wait for long.
const SESSIONS_AT_ONCE: usize = 64;
const COPIES_AT_ONCE: usize = 1_000;

impl<E: Engine> Ledger<E> {
    /// Records what has waited long enough. A clock that was set back makes nothing wait for longer.
    pub(super) fn settle_waiting(&mut self, now: Timestamp, patience: Duration) -> Result<Vec<Stored>, JournalError> {
        let before = |wait: Duration| {
            let wait = i64::try_from(wait.as_millis()).unwrap_or(i64::MAX);
            Timestamp(now.0.saturating_sub(wait))
        };
        let ahead = Timestamp(now.0.saturating_add(now.0 - before(patience).0));
        let due = |until| Due { until, ahead };
        let sessions = self.engine.due_sessions(&due(before(patience)), SESSIONS_AT_ONCE)?;
        let copies = due(before(STREAM_WAIT.min(patience)));
        let copies = self.engine.due_copies(&copies, COPIES_AT_ONCE)?;
        if sessions.is_empty() && copies.is_empty() {
            return Ok(Vec::new());
        }
        let ((), events) = self.transact(|transaction| {
            transaction.fetch_waiting(sessions.iter().map(String::as_str))?;
            for session in sessions {
                transaction.move_waiting(&session, &AdwId::of_session(&session))?;
                transaction.act_upon_learned()?;
            }
            for (_, workflow) in &copies {
                transaction.known.take_workflow(workflow.clone());
            }
            transaction.fetch_keys(
                copies
                    .iter()
                    .flat_map(|(waiting, workflow)| waiting.keys_in(workflow.id)),
            )?;
            for (waiting, workflow) in copies {
                transaction.end_waiting(&waiting);
                if let Some(new) = read(&waiting.text, waiting.keys) {
                    transaction.append_of_session(prepare_event(new)?, &workflow.adw_id)?;
                    transaction.act_upon_learned()?;
                }
            }
            Ok(())
        })?;
        Ok(events.into_iter().map(|event| event.stored).collect())
    }
}

impl<E: Engine> Transaction<'_, E> {
    /// Stores an event of a session until its workflow is known or, where it is (`workflow`), the stream has had its say. Whether it
    /// is new here.
    pub(super) fn hold(
        &mut self,
        workflow: Option<WorkflowId>,
        since: Timestamp,
        prepared: &PreparedEvent,
    ) -> Result<bool, JournalError> {
        // Without a session it could not be found again.
        let Some(session) = prepared.new.event.session_id.clone() else {
            return Ok(false);
        };
        if let Some(key) = prepared.new.keys.first() {
            self.fetch_awaited([(session.as_str(), *key)])?;
            if self.awaited.insert((session.clone(), *key), true) == Some(true) {
                return Ok(false);
            }
        }
        let last = self.last_ids()?;
        last.waiting += 1;
        let id = last.waiting;
        let waiting = Waiting {
            id,
            session,
            workflow,
            since,
            keys: prepared.new.keys.clone(),
            text: prepared.whole(0),
        };
        self.changes.waiting.insert(id, waiting);
        Ok(true)
    }

    /// Records in the workflow what waits for the session to be known, the first to come first; what its stream may tell goes on
    /// waiting.
    pub(super) fn move_waiting(&mut self, session: &str, adw_id: &AdwId) -> Result<(), JournalError> {
        self.fetch_waiting([session])?;
        let mut waiting = self.waiting.insert(session.to_owned(), Vec::new()).unwrap_or_default();
        let came_since = self.changes.waiting.values();
        waiting.extend(
            came_since
                .filter(|new| new.workflow.is_none() && new.session == session)
                .cloned(),
        );
        if let Some(workflow) = self.known.id(adw_id) {
            self.fetch_keys(waiting.iter().flat_map(|waiting| waiting.keys_in(workflow)))?;
        }
        for waiting in waiting {
            let streaming = self.owner(session)?.filter(|owner| owner.streams);
            let new = read(&waiting.text, waiting.keys.clone());
            match (new, streaming) {
                (Some(new), Some(owner)) if session_event::is_copy(&new.event) => {
                    match self.changes.waiting.get_mut(&waiting.id) {
                        Some(waiting) => waiting.workflow = Some(owner.workflow),
                        None => self.changes.assigned.push((waiting.id, owner.workflow)),
                    }
                }
                (new, _) => {
                    self.end_waiting(&waiting);
                    if let Some(new) = new {
                        self.append_of_session(prepare_event(new)?, adw_id)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn end_waiting(&mut self, waiting: &Waiting) {
        if let Some(key) = waiting.keys.first() {
            self.awaited.insert((waiting.session.clone(), *key), false);
        }
        if self.changes.waiting.remove(&waiting.id).is_none() {
            self.changes.ended.push(waiting.id);
        }
    }
}
