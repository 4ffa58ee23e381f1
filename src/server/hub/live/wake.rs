//! Bringing the timeline of a sleeping workflow back into memory, from its checkpoint and the events after it.
//!
//! The journal is read without the workflow's lock; what was read counts only if no event was published meanwhile.

use std::sync::Arc;

use super::Live;
use super::workflow::{LiveWorkflow, SharedWorkflow};
use crate::hub::lock;
use domain::adw_id::AdwId;
use domain::event::Event;
use domain::timeline::Timeline;
use journal::{JournalError, PageQuery, Reader};

impl Live {
    /// Looks at a workflow while its timeline is in memory. Blocks where it must be read first.
    pub(super) fn awake<T>(
        &self,
        shared: &SharedWorkflow,
        look: impl FnOnce(&mut LiveWorkflow) -> T,
    ) -> Result<T, JournalError> {
        loop {
            let waking = {
                let mut workflow = lock(shared);
                workflow.used = self.round();
                if workflow.timeline().is_some() {
                    return Ok(look(&mut workflow));
                }
                Arc::clone(&workflow.waking)
            };
            let _one_at_a_time = lock(&waking);
            let (adw_id, seq) = {
                let workflow = lock(shared);
                if workflow.timeline().is_some() {
                    continue;
                }
                (workflow.adw_id().clone(), workflow.seq)
            };
            let read = self.archive.pages.with(|reader| fold(reader, &adw_id, seq));
            let (timeline, checkpointed) = read?;
            lock(shared).wake(timeline, checkpointed);
        }
    }
}

/// The timeline of a workflow from its checkpoint and the events after it up to `head`, and the seq of the checkpoint.
fn fold(reader: &mut dyn Reader, adw_id: &AdwId, head: u64) -> Result<(Timeline, u64), JournalError> {
    let checkpoint = reader.checkpoint(adw_id)?.filter(|timeline| timeline.seq <= head);
    let mut timeline = checkpoint.unwrap_or_else(|| Timeline::new(adw_id.clone()));
    let checkpointed = timeline.seq;
    fold_on(reader, &mut timeline, head)?;
    Ok((timeline, checkpointed))
}

/// Folds the events that follow a timeline, up to `head`.
pub(super) fn fold_on(reader: &mut dyn Reader, timeline: &mut Timeline, head: u64) -> Result<(), JournalError> {
    let adw_id = &timeline.adw_id.clone();
    while timeline.seq < head {
        let query = PageQuery {
            after: Some(timeline.seq),
            before: Some(head + 1),
            limit: 1_000,
            ..PageQuery::default()
        };
        let page = reader.page(adw_id, &query, &|| true)?.unwrap_or_default();
        // Without a timeline of what was removed, what is left is all there is to fold.
        timeline.seq = timeline.seq.max(page.first.min(head + 1).saturating_sub(1));
        let before = timeline.seq;
        for text in &page.events {
            let event: Event = serde_json::from_str(text)
                .map_err(|error| JournalError::Read(format!("event {} of {adw_id}: {error}", timeline.seq + 1)))?;
            if !timeline.apply(event.seq, &event) {
                return Err(JournalError::Read(format!(
                    "event {} of {adw_id} is missing",
                    timeline.seq + 1
                )));
            }
        }
        if timeline.seq == before && before < head {
            return Err(JournalError::Read(format!(
                "events {} to {head} of {adw_id} are missing from the journal",
                before + 1
            )));
        }
    }
    Ok(())
}
