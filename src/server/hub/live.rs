//! What is known now, and what happens: timelines, cards, and whoever follows them.
//!
//! Taking in a committed batch and taking a snapshot with its cursor share one short lock per workflow, so a subscriber sees every
//! event once. Nothing is encoded, read or waited for under that lock.

mod bell;
pub(super) mod board;
mod evict;
mod feed;
mod publish;
mod refold;
mod subscription;
mod wake;
mod workflow;

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use super::{Archive, lock, read_lock};
pub use bell::Bell;
use board::Board;
pub use board::BoardSubscription;
use domain::adw_id::AdwId;
use domain::card::Card;
use domain::timeline::Timeline;
pub(super) use evict::InMemory;
use feed::Feed;
pub use feed::{FeedSubscription, Next as FeedNext, Types};
use journal::{JournalError, KnownWorkflow};
pub(super) use refold::start as start_refolding;
pub use subscription::{Subscription, SubscriptionError};
use workflow::{LiveWorkflow, SharedWorkflow};

/// See the module. One per journal.
pub struct Live {
    epoch: String,
    workflows: RwLock<HashMap<AdwId, SharedWorkflow>>,
    board: Board,
    feed: Feed,
    /// Where sleeping timelines are read from.
    archive: Arc<Archive>,
    /// Rounds of upkeep so far: the clock for what is not used any more.
    round: AtomicU64,
    is_stopped: AtomicBool,
}

impl Live {
    /// Knows these workflows, with their heads and cards; all of them sleep. A card that is lacking is made by the board's thread.
    pub(super) fn new(epoch: &str, known: Vec<KnownWorkflow>, archive: Arc<Archive>) -> Self {
        let board = Board::default();
        let mut workflows = HashMap::new();
        for known in known {
            if known.card.is_none() {
                board.mark(&known.adw_id);
            }
            let mut workflow = LiveWorkflow::asleep(&known.adw_id, known.head, known.card);
            workflow.is_of_older_fold = known.is_of_older_fold;
            workflows.insert(known.adw_id, Arc::new(Mutex::new(workflow)));
        }
        Self {
            epoch: epoch.to_owned(),
            workflows: RwLock::new(workflows),
            board,
            feed: Feed::default(),
            archive,
            round: 0.into(),
            is_stopped: false.into(),
        }
    }

    pub(super) fn epoch(&self) -> &str {
        &self.epoch
    }

    /// The cards of all workflows, in the order of their ids. Where one is older than its workflow, it is made first; that
    /// blocks.
    pub fn cards(&self) -> Result<Vec<Card>, JournalError> {
        let cards = self.all().into_iter().map(|workflow| self.card(&workflow));
        let mut cards: Vec<Card> = cards.filter_map(Result::transpose).collect::<Result<_, _>>()?;
        cards.sort_by(|a, b| a.adw_id.cmp(&b.adw_id));
        Ok(cards)
    }

    /// The timeline of a workflow; none before its first event. Blocks where it must be read.
    pub fn timeline(&self, adw_id: &AdwId) -> Result<Option<Timeline>, JournalError> {
        let Some(workflow) = self.find(adw_id) else {
            return Ok(None);
        };
        let timeline = self.awake(&workflow, |workflow| workflow.timeline().cloned())?;
        // Copied when the lock is free again.
        let timeline = timeline.map(Arc::unwrap_or_clone);
        Ok(timeline.filter(|timeline| timeline.seq > 0))
    }

    /// The newest event of a workflow that is shown; none before its first.
    pub fn head(&self, adw_id: &AdwId) -> Option<u64> {
        let workflow = self.find(adw_id)?;
        let seq = lock(&workflow).seq;
        (seq > 0).then_some(seq)
    }

    /// The events of a workflow from its next one on, or after the seq that a viewer has (`resume`: epoch and seq).
    ///
    /// Starts with a snapshot where the epoch differs, the seq lies ahead of the head, or too far behind to be useful.
    pub fn subscribe(self: &Arc<Self>, adw_id: &AdwId, resume: Option<(&str, u64)>, bell: &Bell) -> Subscription {
        Subscription::new(Arc::clone(self), adw_id, resume, bell)
    }

    /// All cards, and then what changes, at most four times a second.
    pub fn subscribe_board(self: &Arc<Self>, bell: &Bell) -> BoardSubscription {
        BoardSubscription::new(Arc::clone(self), bell)
    }

    /// Every event of every workflow, from now on.
    pub fn subscribe_feed(self: &Arc<Self>, bell: &Bell) -> FeedSubscription {
        FeedSubscription::new(Arc::clone(self), bell)
    }

    /// How many workflows there are, and how many of them have their timelines in memory.
    pub(super) fn count(&self) -> (usize, usize) {
        let all = self.all();
        let is_awake = |workflow: &&SharedWorkflow| lock(workflow).timeline().is_some();
        (all.len(), all.iter().filter(is_awake).count())
    }

    /// Counts one round of upkeep more; which it is.
    pub(super) fn begin_round(&self) -> u64 {
        self.round.fetch_add(1, Ordering::Relaxed) + 1
    }

    pub(super) fn round(&self) -> u64 {
        self.round.load(Ordering::Relaxed)
    }

    /// Ends the board's thread, and the folding anew.
    pub(super) fn stop(&self) {
        self.is_stopped.store(true, Ordering::Relaxed);
        self.board.stop();
    }

    fn all(&self) -> Vec<SharedWorkflow> {
        read_lock(&self.workflows).values().cloned().collect()
    }

    fn find(&self, adw_id: &AdwId) -> Option<SharedWorkflow> {
        read_lock(&self.workflows).get(adw_id).cloned()
    }

    /// The workflow, made empty where it is new.
    fn find_or_make(&self, adw_id: &AdwId) -> SharedWorkflow {
        if let Some(workflow) = self.find(adw_id) {
            return workflow;
        }
        let mut workflows = self.workflows.write().unwrap_or_else(PoisonError::into_inner);
        let make = || Arc::new(Mutex::new(LiveWorkflow::new(adw_id)));
        Arc::clone(workflows.entry(adw_id.clone()).or_insert_with(make))
    }

    /// Forgets a workflow that nobody looks at and that never had an event.
    fn forget_if_empty(&self, adw_id: &AdwId) {
        let mut workflows = self.workflows.write().unwrap_or_else(PoisonError::into_inner);
        let is_empty = workflows
            .get(adw_id)
            .is_some_and(|workflow| Arc::strong_count(workflow) == 1 && lock(workflow).is_forgettable());
        if is_empty {
            workflows.remove(adw_id);
        }
    }

    /// The newest cards that are known, without reading.
    fn known_cards(&self) -> Vec<Card> {
        let all = self.all();
        let mut cards: Vec<Card> = all.iter().filter_map(|workflow| lock(workflow).card()).collect();
        cards.sort_by(|a, b| a.adw_id.cmp(&b.adw_id));
        cards
    }

    /// The card of a workflow as it is now; none before its first event. Blocks where it must be made.
    fn card(&self, workflow: &SharedWorkflow) -> Result<Option<Card>, JournalError> {
        {
            let mut workflow = lock(workflow);
            if workflow.timeline().is_some() || workflow.has_fresh_card() {
                return Ok(workflow.card());
            }
        }
        self.awake(workflow, LiveWorkflow::card)
    }
}
