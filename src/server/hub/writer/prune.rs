//! Letting go of old events, a few at a time, where the settings say so; never those of a workflow that is at work.

use std::collections::VecDeque;

use tracing::{info, warn};

use super::Writer;
use crate::clock;
use crate::hub::{lock, read_lock};
use domain::adw_id::AdwId;
use domain::card::Card;
use domain::status::{Patience, Status};
use domain::timestamp::Timestamp;
use journal::JournalError;

/// Rounds from one pass over all workflows to the next.
const PASS_ROUNDS: u64 = 60;

/// What is kept.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Keep {
    /// Events that are older go; none keeps them all.
    pub days: Option<u64>,
    /// What the journal's events may fill before the oldest go.
    pub bytes: Option<u64>,
    /// Tells which workflows are at work.
    pub patience: Patience,
}

/// What is left to do of a pass.
#[derive(Default)]
pub(super) struct Pruning {
    queue: VecDeque<Victim>,
    next_pass: u64,
    removed: u64,
}

struct Victim {
    adw_id: AdwId,
    /// None removes until there is room enough.
    older_than: Option<Timestamp>,
}

impl Writer {
    /// Begins a pass where one is due.
    pub(super) fn plan_pruning(&mut self, round: u64) {
        let keep = &self.upkeep.keep;
        if (keep.days.is_none() && keep.bytes.is_none()) || round < self.pruning.next_pass {
            return;
        }
        self.pruning.next_pass = round + PASS_ROUNDS;
        let mut cards = self.resting();
        cards.sort_by_key(|card| card.last_at);
        let now = clock::now();
        let cutoff = keep.days.map(|days| {
            let ms = i64::try_from(days.saturating_mul(86_400_000)).unwrap_or(i64::MAX);
            Timestamp(now.0.saturating_sub(ms))
        });
        let is_old = |card: &&Card| card.first_at.zip(cutoff).is_none_or(|(first, cutoff)| first < cutoff);
        let victim = |card: &Card, older_than| Victim {
            adw_id: card.adw_id.clone(),
            older_than,
        };
        let old = cards.iter().filter(is_old).filter(|_| cutoff.is_some());
        let mut queue: VecDeque<Victim> = old.map(|card| victim(card, cutoff)).collect();
        if keep.bytes.is_some() {
            queue.extend(cards.iter().map(|card| victim(card, None)));
        }
        self.pruning.queue = queue;
    }

    /// The cards of workflows that are not at work, as far as they are known.
    fn resting(&self) -> Vec<Card> {
        let all: Vec<_> = read_lock(&self.shared.workflows).values().cloned().collect();
        let now = clock::now();
        let cards = all.iter().filter_map(|live| {
            let mut live = lock(live);
            let card = live.card()?;
            live.has_fresh_card().then_some(card)
        });
        cards.filter(|card| self.is_resting(card, now)).collect()
    }

    fn is_resting(&self, card: &Card, now: Timestamp) -> bool {
        match card.verdict(now, &self.upkeep.keep.patience).status {
            Status::Running | Status::Waiting => false,
            Status::Stalled | Status::Failed | Status::Completed | Status::Unknown => true,
        }
    }

    /// Removes a few events; whether there may be more to remove.
    pub(super) fn prune(&mut self) -> bool {
        let Some(victim) = self.pruning.queue.pop_front() else {
            return false;
        };
        match self.prune_step(&victim) {
            Ok(0) => {}
            Ok(removed) => {
                self.pruning.removed += removed;
                self.pruning.queue.push_front(victim);
            }
            Err(error) => {
                warn!(%error, "could not remove old events; will try again later");
                self.pruning.queue.clear();
            }
        }
        let goes_on = !self.pruning.queue.is_empty();
        if !goes_on && self.pruning.removed > 0 {
            let removed = std::mem::take(&mut self.pruning.removed);
            info!(removed, "removed old events");
            if let Err(error) = self.journal.sweep_media() {
                warn!(%error, "could not remove the pictures of removed events; will try again on the next pass");
            }
            // The index lets go of them too.
            self.shared.indexing.mark();
        }
        goes_on
    }

    /// How many events were removed.
    fn prune_step(&mut self, victim: &Victim) -> Result<u64, JournalError> {
        if victim.older_than.is_none() {
            let limit = self.upkeep.keep.bytes.unwrap_or(u64::MAX);
            if self.journal.used_bytes()? <= limit {
                return Ok(0);
            }
        }
        let Some(live) = self.shared.find(&victim.adw_id) else {
            return Ok(0);
        };
        // It may be at work again since the pass began.
        let (card, is_stored) = {
            let mut live = lock(&live);
            (live.card(), live.timeline().is_none() || live.checkpointed == live.seq)
        };
        if card.is_none_or(|card| !self.is_resting(&card, clock::now())) {
            return Ok(0);
        }
        if !is_stored {
            self.store(std::slice::from_ref(&victim.adw_id));
        }
        self.journal.prune(&victim.adw_id, victim.older_than)
    }
}
