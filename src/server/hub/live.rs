//! A workflow in memory: its newest batches for those who follow, whom to wake, and its timeline unless it sleeps.
//!
//! Asleep it keeps its seq and its card; who needs the timeline reads it from the journal (see `wake`).

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use super::{Bell, Frame};
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

/// See the module. Guarded by one lock.
pub(super) struct Live {
    adw_id: AdwId,
    /// The newest event that was published.
    pub(super) seq: u64,
    /// The fold up to `seq`; none while it sleeps.
    timeline: Option<Box<Timeline>>,
    /// The seq of the newest stored timeline.
    pub(super) checkpointed: u64,
    /// When somebody last needed the timeline or added to it, in the keeper's rounds.
    pub(super) used: u64,
    /// Held by whoever reads the timeline, so that it is read once however many wait for it.
    pub(super) waking: Arc<Mutex<()>>,
    recent: VecDeque<Recent>,
    recent_bytes: usize,
    followers: Vec<Bell>,
    /// The newest that was asked for; older than `seq` where events came meanwhile.
    card: Option<Card>,
    snapshot: Option<(u64, Frame)>,
}

impl Live {
    /// A workflow that begins.
    pub(super) fn new(adw_id: &AdwId) -> Self {
        Self {
            timeline: Some(Box::new(Timeline::new(adw_id.clone()))),
            ..Self::asleep(adw_id, 0, None)
        }
    }

    /// A workflow of the journal. The card, where there is one, is of its newest event.
    pub(super) fn asleep(adw_id: &AdwId, seq: u64, card: Option<Card>) -> Self {
        Self {
            adw_id: adw_id.clone(),
            seq,
            timeline: None,
            checkpointed: 0,
            used: 0,
            waking: Arc::default(),
            recent: VecDeque::new(),
            recent_bytes: 0,
            followers: Vec::new(),
            card,
            snapshot: None,
        }
    }

    pub(super) fn adw_id(&self) -> &AdwId {
        &self.adw_id
    }

    pub(super) fn timeline(&self) -> Option<&Timeline> {
        self.timeline.as_deref()
    }

    /// Takes the timeline back into memory, unless events were published since it was read.
    pub(super) fn wake(&mut self, timeline: Timeline, checkpointed: u64) {
        if self.timeline.is_none() && timeline.seq == self.seq {
            self.checkpointed = checkpointed;
            self.timeline = Some(Box::new(timeline));
        }
    }

    /// Whether the timeline can be let go of: nobody follows, and the journal has it.
    pub(super) fn may_sleep(&self) -> bool {
        self.timeline.is_some() && self.followers.is_empty() && self.seq > 0
    }

    /// Lets go of the timeline, if the journal has it.
    pub(super) fn sleep(&mut self) {
        if self.may_sleep() && self.checkpointed == self.seq {
            self.card();
            self.timeline = None;
            self.snapshot = None;
        }
    }

    /// Takes in committed events, in order. Whoever is returned is to be woken once the lock is free: they want it.
    pub(super) fn publish(&mut self, events: &[Stored]) -> Vec<Bell> {
        let from = self.seq + 1;
        for stored in events {
            if let Some(timeline) = &mut self.timeline {
                let is_next = timeline.apply(stored.event.seq, &stored.event);
                // The one writer numbers and publishes in the same order.
                debug_assert!(is_next, "the writer published a gap");
            }
            self.seq = stored.event.seq;
        }
        self.snapshot = None;
        if self.followers.is_empty() {
            return Vec::new();
        }
        let frame = events_frame(
            &self.adw_id,
            from,
            self.seq,
            None,
            events.iter().map(|stored| &*stored.text),
        );
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

    pub(super) fn follow(&mut self, bell: &Bell) {
        self.followers.push(bell.clone());
    }

    pub(super) fn unfollow(&mut self, bell: &Bell) {
        if let Some(at) = self.followers.iter().position(|follower| follower.is(bell)) {
            self.followers.swap_remove(at);
        }
        if self.followers.is_empty() {
            self.recent = VecDeque::new();
            self.recent_bytes = 0;
        }
    }

    /// The batch that begins right after the seq, and its last seq.
    pub(super) fn after(&self, seq: u64) -> Option<(u64, Frame)> {
        let at = self.recent.binary_search_by(|batch| batch.from.cmp(&(seq + 1))).ok()?;
        let batch = &self.recent[at];
        Some((batch.to, batch.frame.clone()))
    }

    /// The timeline as a frame, encoded once per seq however many ask. None while it sleeps.
    pub(super) fn snapshot(&mut self, epoch: &str) -> Option<(u64, Frame)> {
        if let Some((at, frame)) = &self.snapshot
            && *at == self.seq
        {
            return Some((self.seq, frame.clone()));
        }
        let frame = FromServer::Snapshot {
            adw_id: self.adw_id.clone(),
            epoch: epoch.to_owned(),
            seq: self.seq,
            timeline: self.timeline.clone()?,
        };
        let frame = Frame::from(serde_json::to_string(&frame).unwrap_or_default());
        self.snapshot = Some((self.seq, frame.clone()));
        Some((self.seq, frame))
    }

    /// The card; none before the first event. While it sleeps, the newest that is known.
    pub(super) fn card(&mut self) -> Option<Card> {
        if let Some(timeline) = &self.timeline
            && self.seq > 0
            && !self.has_fresh_card()
        {
            self.card = Some(Card::of(timeline));
        }
        self.card.clone()
    }

    pub(super) fn has_fresh_card(&self) -> bool {
        self.card.as_ref().is_some_and(|card| card.seq == self.seq)
    }

    pub(super) fn is_forgettable(&self) -> bool {
        self.seq == 0 && self.followers.is_empty()
    }
}

/// An `events` frame spliced from wire texts; `head` where it lies further on.
pub(super) fn events_frame<'a>(
    adw_id: &AdwId,
    from: u64,
    to: u64,
    head: Option<u64>,
    texts: impl Iterator<Item = &'a str>,
) -> Frame {
    let id = serde_json::to_string(adw_id).unwrap_or_default();
    let head = head.map(|head| format!("\"head\":{head},")).unwrap_or_default();
    let mut frame =
        format!("{{\"type\":\"events\",\"data\":{{\"adw_id\":{id},\"from\":{from},\"to\":{to},{head}\"list\":[");
    for (at, text) in texts.enumerate() {
        if at > 0 {
            frame.push(',');
        }
        frame.push_str(text);
    }
    frame.push_str("]}}");
    Frame::from(frame)
}

/// Events of a batch by workflow, in order.
pub(super) fn by_workflow(events: Vec<Stored>) -> Vec<(AdwId, Vec<Stored>)> {
    let mut groups: Vec<(AdwId, Vec<Stored>)> = Vec::new();
    let mut places = std::collections::HashMap::new();
    for stored in events {
        let at = *places.entry(stored.event.adw_id.clone()).or_insert_with(|| {
            groups.push((stored.event.adw_id.clone(), Vec::new()));
            groups.len() - 1
        });
        groups[at].1.push(stored);
    }
    groups
}

/// Keeps the type of a shared workflow in one place.
pub(super) type SharedLive = Arc<Mutex<Live>>;
