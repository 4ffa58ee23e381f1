//! A round of upkeep: a few timelines are stored, and those that nobody needs are evicted.

use tracing::warn;

use super::Writer;
use crate::clock;
use crate::hub::live::InMemory;
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
    pub(super) fn keep_up(&mut self) {
        let round = self.live.begin_round();
        if self.progress.stopped().is_some() {
            return;
        }
        self.settle();
        if round < self.stores_from {
            return;
        }
        let due = self.due(round);
        self.store(&due);
        self.evict(round);
        self.plan_retention(round);
    }

    /// Events of hooks whose session nobody knows have waited long enough.
    fn settle(&mut self) {
        match self.journal.settle(clock::now(), self.upkeep.session_wait) {
            Ok(settled) => {
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
        let may_be_stored = |(id, _): &(&AdwId, &Unsaved)| self.live.is_of_this_fold(id);
        let unsaved = self.unsaved.iter().filter(may_be_stored);
        let mut all: Vec<(&AdwId, Unsaved)> = unsaved.map(|(id, unsaved)| (id, *unsaved)).collect();
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
        let timelines = self.live.timelines(adw_ids);
        self.checkpoint(&timelines);
    }

    /// A timeline that could not be stored costs the next start some time, and nothing else.
    ///
    /// What an earlier version folded is not stored again: it would pass for this one's.
    pub(super) fn checkpoint(&mut self, timelines: &[Timeline]) {
        let of_this_fold = |timeline: &&Timeline| self.live.is_of_this_fold(&timeline.adw_id);
        let timelines: Vec<Timeline> = timelines.iter().filter(of_this_fold).cloned().collect();
        if timelines.is_empty() {
            return;
        }
        if let Err(error) = self.journal.checkpoint(&timelines) {
            warn!(%error, "could not store timelines; the next start will take longer");
            self.stores_from = self.live.round() + ROUNDS_AFTER_FAILURE;
            return;
        }
        for timeline in &timelines {
            self.unsaved.remove(&timeline.adw_id);
            self.live.note_stored(&timeline.adw_id, timeline.seq);
        }
    }

    /// Of the timelines that nobody follows, those used least lately leave memory, until no more than the bound are left.
    fn evict(&mut self, round: u64) {
        let in_memory = self.live.in_memory();
        let excess = in_memory.len().saturating_sub(self.upkeep.awake);
        let mut idle: Vec<(u64, InMemory)> = Vec::new();
        for workflow in in_memory {
            if workflow.unstored > 0 && !self.unsaved.contains_key(&workflow.adw_id) {
                // Read from an older checkpoint; the next start should not have to do the same.
                let events = workflow.unstored;
                self.unsaved.insert(workflow.adw_id.clone(), Unsaved { events, round });
            }
            if let Some(since) = workflow.idle_since
                && since + self.upkeep.idle_rounds <= round
            {
                idle.push((since, workflow));
            }
        }
        idle.sort_by_key(|(since, _)| *since);
        idle.truncate(excess);
        let unstored = idle.iter().filter(|(_, workflow)| workflow.unstored > 0);
        let unstored: Vec<AdwId> = unstored
            .take(STORED_AT_ONCE)
            .map(|(_, workflow)| workflow.adw_id.clone())
            .collect();
        self.store(&unstored);
        for (_, workflow) in idle {
            self.live.evict(&workflow.adw_id);
        }
    }
}
