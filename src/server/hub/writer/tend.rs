//! A round of upkeep: a few timelines are stored, and those that nobody needs are let go of.

use std::sync::atomic::Ordering;

use tracing::warn;

use super::Writer;
use crate::clock;
use crate::hub::{lock, read_lock};
use domain::adw_id::AdwId;
use domain::timeline::Timeline;

/// Timelines that are stored in one round: some milliseconds and one commit.
const STORED_AT_ONCE: usize = 16;
/// Events that the next start may have to fold, over all workflows: a third of a second.
const UNSAVED_EVENTS: u64 = 32_768;

/// A disk that is full now may have room later.
const ROUNDS_AFTER_FAILURE: u64 = 60;

/// What the stored timeline of a workflow lacks.
#[derive(Clone, Copy, Default)]
pub(super) struct Unsaved {
    pub(super) events: u64,
    /// The round of the newest.
    pub(super) round: u64,
}

impl Writer {
    pub(super) fn tend(&mut self) {
        let round = self.shared.round.fetch_add(1, Ordering::Relaxed) + 1;
        if self.shared.stopped.get().is_some() {
            return;
        }
        self.settle();
        if round < self.tends_from {
            return;
        }
        let due = self.due(round);
        self.store(&due);
        self.let_go(round);
        self.plan_pruning(round);
    }

    /// Events of hooks whose session nobody knows have waited long enough.
    fn settle(&mut self) {
        match self.journal.settle(clock::now(), self.upkeep.session_wait) {
            Ok(settled) => {
                self.shared.recorded.fetch_add(settled.len() as u64, Ordering::Relaxed);
                let due = self.publish(settled);
                self.checkpoint(&due);
            }
            // They wait in the journal, and there will be another round.
            Err(error) => {
                self.refusal(&error);
            }
        }
    }

    /// Workflows to which nothing came in the last round; and where too much is unsaved, those that lack most.
    fn due(&self, round: u64) -> Vec<AdwId> {
        let mut all: Vec<(&AdwId, Unsaved)> = self.unsaved.iter().map(|(id, unsaved)| (id, *unsaved)).collect();
        all.sort_by_key(|(_, unsaved)| std::cmp::Reverse(unsaved.events));
        let mut excess = all
            .iter()
            .map(|(_, unsaved)| unsaved.events)
            .sum::<u64>()
            .saturating_sub(UNSAVED_EVENTS);
        let is_due = |(_, unsaved): &(&AdwId, Unsaved)| {
            let is_too_much = excess > 0;
            excess = excess.saturating_sub(unsaved.events);
            is_too_much || unsaved.round + 1 < round
        };
        let due = all.into_iter().filter(is_due).take(STORED_AT_ONCE);
        due.map(|(adw_id, _)| adw_id.clone()).collect()
    }

    /// Stores the timelines of workflows, as far as they are in memory.
    pub(super) fn store(&mut self, adw_ids: &[AdwId]) {
        let lives = adw_ids.iter().filter_map(|adw_id| self.shared.find(adw_id));
        let timelines: Vec<Timeline> = lives.filter_map(|live| lock(&live).timeline().cloned()).collect();
        self.checkpoint(&timelines);
    }

    /// A timeline that could not be stored costs the next start some time, and nothing else.
    pub(super) fn checkpoint(&mut self, timelines: &[Timeline]) {
        if timelines.is_empty() {
            return;
        }
        if let Err(error) = self.journal.checkpoint(timelines) {
            warn!(%error, "could not store timelines; the next start will take longer");
            self.tends_from = self.shared.round.load(Ordering::Relaxed) + ROUNDS_AFTER_FAILURE;
            return;
        }
        for timeline in timelines {
            self.unsaved.remove(&timeline.adw_id);
            if let Some(live) = self.shared.find(&timeline.adw_id) {
                lock(&live).checkpointed = timeline.seq;
            }
        }
    }

    /// Of the timelines that nobody follows, those used least lately go, until no more than the bound are left.
    fn let_go(&mut self, round: u64) {
        let all: Vec<_> = read_lock(&self.shared.workflows).values().cloned().collect();
        let mut idle = Vec::new();
        let mut awake = 0_usize;
        for live in all {
            let state = lock(&live);
            if state.timeline().is_none() {
                continue;
            }
            awake += 1;
            if state.checkpointed < state.seq && !self.unsaved.contains_key(state.adw_id()) {
                // Read from an older checkpoint; the next start should not have to do the same.
                let events = state.seq - state.checkpointed;
                self.unsaved.insert(state.adw_id().clone(), Unsaved { events, round });
            }
            if state.may_sleep() && state.used + self.upkeep.idle_rounds <= round {
                let (used, is_stored) = (state.used, state.checkpointed == state.seq);
                drop(state);
                idle.push((used, is_stored, live));
            }
        }
        idle.sort_by_key(|(used, ..)| *used);
        idle.truncate(awake.saturating_sub(self.upkeep.awake));
        let unstored: Vec<AdwId> = idle
            .iter()
            .filter(|(_, is_stored, _)| !is_stored)
            .take(STORED_AT_ONCE)
            .map(|(.., live)| lock(live).adw_id().clone())
            .collect();
        self.store(&unstored);
        for (.., live) in idle {
            lock(&live).sleep();
        }
    }
}
