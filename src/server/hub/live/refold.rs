//! Folding anew, behind everybody's back: what an earlier version folded is shown until this one has done it again.
//!
//! Each workflow is folded from its events, one after the other: first those that somebody follows, then the most recently active.
//! Where the new timeline has reached the newest event, it takes the older one's place under the workflow's lock, and who follows gets
//! a snapshot of it. A server that is killed meanwhile begins those again that were not stored yet.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread::JoinHandle;
use std::time::Duration;

use tracing::{info, warn};

use super::wake::fold_on;
use super::workflow::SharedWorkflow;
use super::{Bell, Live};
use crate::hub::lock;
use domain::timeline::Timeline;
use journal::JournalError;

/// Events that are folded before a reader is given back to who waits for one.
const STEP_EVENTS: u64 = 10_000;
/// Timelines that wait to be stored; more would fill the memory.
const UNSTORED: usize = 64;
const PAUSE: Duration = Duration::from_millis(100);
/// As low as that of the index: lower than anything that somebody waits for.
const NICENESS: i32 = 10;

impl Live {
    /// Workflows that are still shown as an earlier version folded them.
    pub fn of_older_fold(&self) -> usize {
        let all = self.all();
        all.iter().filter(|workflow| lock(workflow).is_of_older_fold).count()
    }

    /// Whether this version has folded what is known of a workflow, so that it may be stored as such.
    pub fn is_of_this_fold(&self, adw_id: &domain::adw_id::AdwId) -> bool {
        self.find(adw_id)
            .is_none_or(|workflow| !lock(&workflow).is_of_older_fold)
    }

    fn is_stopped(&self) -> bool {
        self.is_stopped.load(Ordering::Relaxed)
    }

    /// What is to be folded next.
    fn next_of_older_fold(&self) -> Option<SharedWorkflow> {
        let all = self.all().into_iter().filter_map(|shared| {
            let mut workflow = lock(&shared);
            let is_followed = !workflow.may_be_evicted() && workflow.timeline().is_some();
            let last_at = workflow.card().and_then(|card| card.last_at);
            let is_older = workflow.is_of_older_fold;
            drop(workflow);
            is_older.then_some(((is_followed, last_at), shared))
        });
        all.max_by_key(|(place, _)| *place).map(|(_, shared)| shared)
    }

    /// Folds a workflow from its first event to its newest, and shows it from there.
    fn fold_anew(&self, shared: &SharedWorkflow) -> Result<(), JournalError> {
        let adw_id = lock(shared).adw_id().clone();
        let mut timeline = Arc::new(Timeline::new(adw_id.clone()));
        loop {
            let head = lock(shared).seq;
            while timeline.seq < head {
                if self.is_stopped() {
                    return Ok(());
                }
                let to = head.min(timeline.seq + STEP_EVENTS);
                let step = Arc::make_mut(&mut timeline);
                self.archive.pages.with(|reader| fold_on(reader, step, to))?;
            }
            let renewed = lock(shared).renew(&timeline);
            if let Some(followers) = renewed {
                followers.iter().for_each(Bell::ring);
                self.board.mark(&adw_id);
                return Ok(());
            }
        }
    }
}

/// Starts the thread that folds anew; none where nothing is of an earlier version.
pub(in crate::hub) fn start(live: &Arc<Live>) -> Option<JoinHandle<()>> {
    let count = live.of_older_fold();
    if count == 0 {
        return None;
    }
    info!(
        workflows = count,
        "an earlier version summed up these workflows: they are shown as they were, and summed up anew meanwhile"
    );
    let live = Arc::clone(live);
    Some(std::thread::spawn(move || {
        // On Linux this is the niceness of the thread alone. Without it the pass is only less polite.
        let _ = rustix::process::nice(NICENESS);
        while let Some(shared) = live.next_of_older_fold() {
            if let Err(error) = live.fold_anew(&shared) {
                let mut workflow = lock(&shared);
                warn!(adw.id = %workflow.adw_id(), %error, "could not sum up a workflow anew; it stays as it was until the next start");
                workflow.is_of_older_fold = false;
            }
            let is_waiting = || live.in_memory().iter().filter(|workflow| workflow.unstored > 0).count() > UNSTORED;
            while !live.is_stopped() && is_waiting() {
                std::thread::sleep(PAUSE);
            }
            if live.is_stopped() {
                return;
            }
        }
        info!("all workflows are summed up anew");
    }))
}
