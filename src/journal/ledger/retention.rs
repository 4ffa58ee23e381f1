//! Retention: the oldest events of a workflow go, and all that keeps them from coming back stays.
//!
//! Their numbers are never given again, their keys are still known, and how far files were read too. Only what a stored timeline
//! has folded goes.

use serde::Deserialize;

use super::Ledger;
use super::engine::{Engine, WorkflowId};
use super::transaction::Transaction;
use crate::JournalError;
use domain::adw_id::AdwId;
use domain::timeline::seen_picture;
use domain::timestamp::Timestamp;

/// One transaction removes at most this much: a few milliseconds.
const EVENTS: u64 = 256;
const BYTES: u64 = 2 * 1024 * 1024;

/// When an event happened.
#[derive(Deserialize)]
struct Dated {
    data: When,
}

#[derive(Deserialize)]
struct When {
    timestamp: Timestamp,
}

impl<E: Engine> Transaction<'_, E> {
    /// Removes some of the oldest events; how many.
    pub(super) fn remove_oldest(&mut self, adw_id: &AdwId, older_than: Option<Timestamp>) -> Result<u64, JournalError> {
        let Some(id) = self.existing(adw_id)? else {
            return Ok(0);
        };
        let Some(folded) = self.engine.folded(&[id])?.into_iter().flatten().next() else {
            return Ok(0);
        };
        let first = self.known.workflow(id)?.first;
        let end = self.end(id, first, folded, older_than)?;
        if end > first {
            self.known.touch(id)?.first = end;
            self.changes.removed.push((id, first..=end - 1));
        }
        Ok(end - first)
    }

    /// The seq before which the next step removes all.
    fn end(
        &mut self,
        workflow: WorkflowId,
        first: u64,
        folded: u64,
        older_than: Option<Timestamp>,
    ) -> Result<u64, JournalError> {
        let last = folded.min(first + EVENTS - 1);
        let (mut end, mut bytes) = (first, 0);
        self.engine.each_event(workflow, first..=last, &mut |text, beside| {
            // An event without a readable time is as old as the one before it.
            let is_younger = older_than.is_some_and(|cutoff| {
                serde_json::from_str::<Dated>(text).is_ok_and(|event| event.data.timestamp >= cutoff)
            });
            if is_younger || bytes >= BYTES {
                return false;
            }
            bytes += text.len() as u64 + beside;
            end += 1;
            true
        })?;
        Ok(end)
    }
}

impl<E: Engine> Ledger<E> {
    /// Forgets what only removed events told of, and removes the pictures that nothing tells of any more. Those that a timeline may
    /// hold stay: it outlives its events.
    pub(super) fn remove_pictures(&mut self) -> Result<u64, JournalError> {
        self.engine.forget_references(seen_picture::NEWEST)?;
        let media = self.engine.media();
        let swept = media.sweep(|names| self.engine.are_referenced(names).map_err(std::io::Error::other));
        swept.map_err(|error| JournalError::Write(format!("a picture cannot be removed: {error}")))
    }
}
