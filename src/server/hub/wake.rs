//! Bringing the timeline of a sleeping workflow back into memory, from its checkpoint and the events after it.
//!
//! The journal is read without the workflow's lock; what was read counts only if no event was published meanwhile.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::live::{Live, SharedLive};
use super::{Shared, lock};
use domain::adw_id::AdwId;
use domain::event::Event;
use domain::timeline::Timeline;
use journal::{JournalError, PageQuery, Reader};

impl Shared {
    /// Looks at a workflow while its timeline is in memory. Blocks where it must be read first.
    pub(super) fn awake<T>(&self, live: &SharedLive, look: impl FnOnce(&mut Live) -> T) -> Result<T, JournalError> {
        loop {
            let waking = {
                let mut live = lock(live);
                live.used = self.round.load(Ordering::Relaxed);
                if live.timeline().is_some() {
                    return Ok(look(&mut live));
                }
                Arc::clone(&live.waking)
            };
            let _one_at_a_time = lock(&waking);
            let (adw_id, seq) = {
                let live = lock(live);
                if live.timeline().is_some() {
                    continue;
                }
                (live.adw_id().clone(), live.seq)
            };
            let (timeline, checkpointed) = self.pages.with(|reader| fold(reader, &adw_id, seq))?;
            lock(live).wake(timeline, checkpointed);
        }
    }
}

/// The timeline of a workflow from its checkpoint and the events after it up to `head`, and the seq of the checkpoint.
fn fold(reader: &mut dyn Reader, adw_id: &AdwId, head: u64) -> Result<(Timeline, u64), JournalError> {
    let checkpoint = reader.checkpoint(adw_id)?.filter(|timeline| timeline.seq <= head);
    let mut timeline = checkpoint.unwrap_or_else(|| Timeline::new(adw_id.clone()));
    let checkpointed = timeline.seq;
    while timeline.seq < head {
        let query = PageQuery {
            after: Some(timeline.seq),
            before: Some(head + 1),
            limit: 1_000,
            ..PageQuery::default()
        };
        let page = reader.page(adw_id, &query, &|| true)?.unwrap_or_default();
        // Without a timeline of what was pruned, what is kept is all there is to fold.
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
    Ok((timeline, checkpointed))
}
