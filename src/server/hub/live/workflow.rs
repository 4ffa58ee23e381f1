//! A workflow in memory: its newest batches for those who follow, whom to wake, and its timeline unless it sleeps.
//!
//! Asleep it keeps its seq and its card; who needs the timeline reads it from the journal (see `wake`).

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, OnceLock};

use super::Bell;
use crate::hub::{EncodeError, Frame};
use domain::adw_id::AdwId;
use domain::card::Card;
use domain::frame::FromServer;
use domain::timeline::Timeline;
use journal::Stored;

/// What is kept for followers; who is further behind reads from the journal.
const RECENT_BYTES: usize = 512 * 1024;

/// A committed batch, encoded once for all followers.
struct Recent {
    from: u64,
    to: u64,
    frame: Frame,
}

/// The timeline as it was at one seq, encoded by the first who needs it, however many ask.
pub struct Snapshot {
    pub seq: u64,
    timeline: Arc<Timeline>,
    frame: OnceLock<Result<Frame, EncodeError>>,
}

impl Snapshot {
    /// To be called without the workflow's lock: it may be long, and the writer needs that lock.
    pub fn frame(&self, epoch: &str) -> Result<Frame, EncodeError> {
        let encode = || {
            Frame::encode(&FromServer::Snapshot {
                adw_id: self.timeline.adw_id.clone(),
                epoch: epoch.to_owned(),
                seq: self.seq,
                timeline: Box::new(Timeline::clone(&self.timeline)),
            })
        };
        self.frame.get_or_init(encode).clone()
    }
}

/// A workflow that many look at.
pub type SharedWorkflow = Arc<Mutex<LiveWorkflow>>;

/// See the module. Guarded by one lock.
pub struct LiveWorkflow {
    adw_id: AdwId,
    /// The newest event that was published.
    pub seq: u64,
    /// The fold up to `seq`; none while it sleeps. Whoever copies or encodes it takes a share and leaves the lock; where an event
    /// comes meanwhile, the writer goes on with a copy.
    timeline: Option<Arc<Timeline>>,
    /// The seq of the newest stored timeline.
    pub checkpointed: u64,
    /// When somebody last needed the timeline or added to it, in rounds of upkeep.
    pub used: u64,
    /// What is known of it was folded by an earlier version: it is shown, but not stored again, and folded anew (see `refold`).
    pub is_of_older_fold: bool,
    /// How often it was folded anew: who has a snapshot of before needs another.
    pub generation: u64,
    /// Held by whoever reads the timeline, so that it is read once however many wait for it.
    pub waking: Arc<Mutex<()>>,
    recent: VecDeque<Recent>,
    recent_bytes: usize,
    followers: Vec<Bell>,
    /// The newest that was asked for; older than `seq` where events came meanwhile.
    card: Option<Card>,
    snapshot: Option<Arc<Snapshot>>,
}

impl LiveWorkflow {
    /// A workflow that begins.
    pub fn new(adw_id: &AdwId) -> Self {
        Self {
            timeline: Some(Arc::new(Timeline::new(adw_id.clone()))),
            ..Self::asleep(adw_id, 0, None)
        }
    }

    /// A workflow of the journal. The card, where there is one, is of its newest event.
    pub fn asleep(adw_id: &AdwId, seq: u64, card: Option<Card>) -> Self {
        Self {
            adw_id: adw_id.clone(),
            seq,
            timeline: None,
            checkpointed: 0,
            used: 0,
            is_of_older_fold: false,
            generation: 0,
            waking: Arc::default(),
            recent: VecDeque::new(),
            recent_bytes: 0,
            followers: Vec::new(),
            card,
            snapshot: None,
        }
    }

    pub fn adw_id(&self) -> &AdwId {
        &self.adw_id
    }

    pub fn timeline(&self) -> Option<&Arc<Timeline>> {
        self.timeline.as_ref()
    }

    /// Takes the timeline back into memory, unless events were published since it was read.
    pub fn wake(&mut self, timeline: Timeline, checkpointed: u64) {
        if self.timeline.is_none() && timeline.seq == self.seq {
            self.checkpointed = checkpointed;
            self.timeline = Some(Arc::new(timeline));
        }
    }

    /// Puts a timeline that was folded anew in the place of the older one, if it is of the newest event. Whoever is returned is to be
    /// woken once the lock is free.
    pub fn renew(&mut self, timeline: &Arc<Timeline>) -> Option<Vec<Bell>> {
        if timeline.seq != self.seq {
            return None;
        }
        self.timeline = Some(Arc::clone(timeline));
        self.checkpointed = 0;
        self.is_of_older_fold = false;
        self.generation += 1;
        self.snapshot = None;
        self.card = Some(Card::of(timeline));
        Some(self.followers.clone())
    }

    /// Whether the timeline may leave memory as soon as the journal has it: nobody follows.
    pub fn may_be_evicted(&self) -> bool {
        self.timeline.is_some() && self.followers.is_empty() && self.seq > 0
    }

    /// Takes the timeline out of memory, if the journal has it.
    pub fn evict(&mut self) {
        if self.may_be_evicted() && self.checkpointed == self.seq {
            self.card();
            self.timeline = None;
            self.snapshot = None;
        }
    }

    /// Takes in committed events, in order. Whoever is returned is to be woken once the lock is free: they want it.
    pub fn publish(&mut self, events: &[Stored]) -> Vec<Bell> {
        let from = self.seq + 1;
        // Its share goes first, so that only a snapshot that is being encoded just now costs a copy.
        self.snapshot = None;
        for stored in events {
            if let Some(timeline) = &mut self.timeline {
                let timeline = Arc::make_mut(timeline);
                let is_next = timeline.apply(stored.event.seq, &stored.event);
                // The one writer numbers and publishes in the same order.
                debug_assert!(is_next, "the writer published a gap");
            }
            self.seq = stored.event.seq;
        }
        if self.followers.is_empty() {
            return Vec::new();
        }
        let texts = events.iter().map(|stored| &*stored.text);
        let frame = Frame::of_events(&self.adw_id, from, self.seq, None, texts);
        self.recent_bytes += frame.len();
        self.recent.push_back(Recent {
            from,
            to: self.seq,
            frame,
        });
        while self.recent_bytes > RECENT_BYTES && self.recent.len() > 1 {
            if let Some(oldest) = self.recent.pop_front() {
                self.recent_bytes -= oldest.frame.len();
            }
        }
        self.followers.clone()
    }

    pub fn follow(&mut self, bell: &Bell) {
        self.followers.push(bell.clone());
    }

    pub fn unfollow(&mut self, bell: &Bell) {
        if let Some(at) = self.followers.iter().position(|follower| follower.is(bell)) {
            self.followers.swap_remove(at);
        }
        if self.followers.is_empty() {
            self.recent = VecDeque::new();
            self.recent_bytes = 0;
            // As long as the timeline; a later viewer has it made again.
            self.snapshot = None;
        }
    }

    /// The batch that begins right after the seq, and its last seq.
    pub fn after(&self, seq: u64) -> Option<(u64, Frame)> {
        let at = self.recent.binary_search_by(|batch| batch.from.cmp(&(seq + 1))).ok()?;
        let batch = &self.recent[at];
        Some((batch.to, batch.frame.clone()))
    }

    /// The timeline as it is, one for all who ask before the next event. None while it sleeps.
    pub fn snapshot(&mut self) -> Option<Arc<Snapshot>> {
        let timeline = self.timeline.as_ref()?;
        let snapshot = self.snapshot.get_or_insert_with(|| {
            Arc::new(Snapshot {
                seq: self.seq,
                timeline: Arc::clone(timeline),
                frame: OnceLock::new(),
            })
        });
        Some(Arc::clone(snapshot))
    }

    /// The card; none before the first event. While it sleeps, the newest that is known.
    pub fn card(&mut self) -> Option<Card> {
        if let Some(timeline) = &self.timeline
            && self.seq > 0
            && !self.has_fresh_card()
        {
            self.card = Some(Card::of(timeline));
        }
        self.card.clone()
    }

    pub fn has_fresh_card(&self) -> bool {
        self.card.as_ref().is_some_and(|card| card.seq == self.seq)
    }

    pub fn is_forgettable(&self) -> bool {
        self.seq == 0 && self.followers.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn stored(seq: u64) -> Stored {
        let text = json!({"type": "agent_log_entry", "data": {"adw_id": "a", "seq": seq, "timestamp": "2026-01-15T10:30:00.123Z",
            "time_source": "source", "event_type": "log_entry", "payload": {"message": format!("line {seq}")}}});
        Stored {
            event: serde_json::from_value(text.clone()).expect("an event"),
            text: text.to_string().into(),
        }
    }

    fn read(frame: &Frame) -> Value {
        serde_json::from_str(frame).expect("a frame")
    }

    #[test]
    fn a_snapshot_is_of_its_seq_whatever_is_published_before_it_is_encoded() {
        let adw_id: AdwId = "a".parse().expect("a safe id");
        let mut workflow = LiveWorkflow::new(&adw_id);
        workflow.follow(&Bell::new());
        workflow.publish(&[stored(1), stored(2)]);
        let snapshot = workflow.snapshot().expect("awake");
        let expected = Timeline::clone(workflow.timeline().expect("awake"));
        workflow.publish(&[stored(3)]);
        let frame = read(&snapshot.frame("life").expect("encoded"));
        assert_eq!((snapshot.seq, &frame["data"]["seq"]), (2, &2.into()));
        assert_eq!(
            frame["data"]["timeline"],
            serde_json::to_value(&expected).expect("JSON")
        );
        let (to, after) = workflow.after(snapshot.seq).expect("the next batch");
        assert_eq!((to, &read(&after)["data"]["from"]), (3, &3.into()));
        assert_eq!(workflow.snapshot().expect("awake").seq, 3);
    }

    #[test]
    fn all_who_ask_at_one_seq_share_one_frame() {
        let mut workflow = LiveWorkflow::new(&"a".parse().expect("a safe id"));
        workflow.publish(&[stored(1)]);
        let (one, other) = (workflow.snapshot(), workflow.snapshot());
        let text = |snapshot: Option<Arc<Snapshot>>| {
            let frame = snapshot.expect("awake").frame("life").expect("encoded");
            frame.as_ptr()
        };
        assert_eq!(text(one), text(other));
    }

    #[test]
    fn a_snapshot_that_was_encoded_costs_the_writer_no_copy() {
        let mut workflow = LiveWorkflow::new(&"a".parse().expect("a safe id"));
        workflow.publish(&[stored(1)]);
        let at = Arc::as_ptr(workflow.timeline().expect("awake"));
        workflow.snapshot().expect("awake").frame("life").expect("encoded");
        workflow.publish(&[stored(2)]);
        assert_eq!(Arc::as_ptr(workflow.timeline().expect("awake")), at);
    }
}
