//! Retention: old events are removed, a few at a time, where the settings say so; never those of a workflow that is at work.

use std::collections::VecDeque;

use tracing::{info, warn};

use super::Writer;
use crate::clock;
use domain::adw_id::AdwId;
use domain::card::Card;
use domain::status::Status;
use domain::timestamp::Timestamp;
use journal::JournalError;

/// Rounds from one pass over all workflows to the next.
const PASS_ROUNDS: u64 = 60;

/// What is left to do of a pass.
#[derive(Default)]
pub(super) struct RetentionPass {
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
    pub(super) fn plan_retention(&mut self, round: u64) {
        let limits = &self.upkeep.retention;
        if (limits.days.is_none() && limits.bytes.is_none()) || round < self.retention.next_pass {
            return;
        }
        self.retention.next_pass = round + PASS_ROUNDS;
        let mut cards = self.resting();
        cards.sort_by_key(|card| card.last_at);
        let now = clock::now();
        let cutoff = limits.days.map(|days| {
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
        if limits.bytes.is_some() {
            queue.extend(cards.iter().map(|card| victim(card, None)));
        }
        self.retention.queue = queue;
    }

    /// The cards of workflows that are not at work, as far as they are known.
    fn resting(&self) -> Vec<Card> {
        let now = clock::now();
        let cards = self.live.fresh_cards().into_iter();
        // What is removed cannot be folded anew.
        let may_go = |card: &Card| self.live.is_of_this_fold(&card.adw_id) && self.is_resting(card, now);
        cards.filter(may_go).collect()
    }

    fn is_resting(&self, card: &Card, now: Timestamp) -> bool {
        match card.verdict(now, &self.upkeep.retention.patience).status {
            Status::NeedsPerson | Status::Running | Status::Waiting => false,
            Status::Stalled | Status::Failed | Status::Completed | Status::Unknown => true,
        }
    }

    /// Removes a few events; whether there may be more to remove.
    pub(super) fn remove_some(&mut self) -> bool {
        let Some(victim) = self.retention.queue.pop_front() else {
            return false;
        };
        match self.remove_of(&victim) {
            Ok(0) => {}
            Ok(removed) => {
                self.retention.removed += removed;
                self.retention.queue.push_front(victim);
            }
            Err(error) => {
                warn!(%error, "could not remove old events; will try again later");
                self.retention.queue.clear();
            }
        }
        let goes_on = !self.retention.queue.is_empty();
        if !goes_on && self.retention.removed > 0 {
            let removed = std::mem::take(&mut self.retention.removed);
            info!(removed, "removed old events");
            if let Err(error) = self.journal.sweep_media() {
                warn!(%error, "could not remove the pictures of removed events; will try again on the next pass");
            }
            // They leave the index too.
            self.indexing.mark();
        }
        goes_on
    }

    /// How many events were removed.
    fn remove_of(&mut self, victim: &Victim) -> Result<u64, JournalError> {
        if victim.older_than.is_none() {
            let limit = self.upkeep.retention.bytes.unwrap_or(u64::MAX);
            if self.journal.used_bytes()? <= limit {
                return Ok(0);
            }
        }
        // It may be at work again since the pass began.
        let Some((card, is_stored)) = self.live.standing(&victim.adw_id) else {
            return Ok(0);
        };
        if !self.is_resting(&card, clock::now()) {
            return Ok(0);
        }
        if !is_stored {
            self.store(std::slice::from_ref(&victim.adw_id));
        }
        self.journal.prune(&victim.adw_id, victim.older_than)
    }
}
