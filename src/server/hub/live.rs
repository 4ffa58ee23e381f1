//! A workflow in memory: its timeline, its newest batches for those who follow, and whom to wake.

use std::collections::VecDeque;
use std::sync::Arc;

use super::{Bell, Frame};
use crate::domain::adw_id::AdwId;
use crate::domain::card::Card;
use crate::domain::frame::FromServer;
use crate::domain::timeline::Timeline;
use crate::server::journal::Stored;

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
    pub(super) timeline: Timeline,
    /// The seq of the newest stored timeline.
    pub(super) checkpointed: u64,
    recent: VecDeque<Recent>,
    recent_bytes: usize,
    followers: Vec<Bell>,
    card: Option<Card>,
    snapshot: Option<(u64, Frame)>,
}

impl Live {
    pub(super) fn new(timeline: Timeline, checkpointed: u64) -> Self {
        Self {
            timeline,
            checkpointed,
            recent: VecDeque::new(),
            recent_bytes: 0,
            followers: Vec::new(),
            card: None,
            snapshot: None,
        }
    }

    /// Takes in committed events, in order. Whoever is returned is to be woken once the lock is free: they want it.
    pub(super) fn publish(&mut self, events: &[Stored]) -> Vec<Bell> {
        let from = self.timeline.seq + 1;
        for stored in events {
            let is_next = self.timeline.apply(stored.event.seq, &stored.event);
            // The one writer numbers and publishes in the same order.
            debug_assert!(is_next, "the writer published a gap");
        }
        self.card = None;
        self.snapshot = None;
        if self.followers.is_empty() {
            self.recent.clear();
            self.recent_bytes = 0;
            return Vec::new();
        }
        let frame = events_frame(
            &self.timeline.adw_id,
            from,
            self.timeline.seq,
            None,
            events.iter().map(|stored| &*stored.text),
        );
        self.recent_bytes += frame.len();
        self.recent.push_back(Recent {
            from,
            to: self.timeline.seq,
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
    }

    /// The batch that begins right after the seq, and its last seq.
    pub(super) fn after(&self, seq: u64) -> Option<(u64, Frame)> {
        let at = self.recent.binary_search_by(|batch| batch.from.cmp(&(seq + 1))).ok()?;
        let batch = &self.recent[at];
        Some((batch.to, batch.frame.clone()))
    }

    /// The timeline as a frame, encoded once per seq however many ask.
    pub(super) fn snapshot(&mut self, epoch: &str) -> (u64, Frame) {
        let seq = self.timeline.seq;
        if let Some((at, frame)) = &self.snapshot
            && *at == seq
        {
            return (seq, frame.clone());
        }
        let frame = FromServer::Snapshot {
            adw_id: self.timeline.adw_id.clone(),
            epoch: epoch.to_owned(),
            seq,
            timeline: Box::new(self.timeline.clone()),
        };
        let frame = Frame::from(serde_json::to_string(&frame).unwrap_or_default());
        self.snapshot = Some((seq, frame.clone()));
        (seq, frame)
    }

    /// The card; none before the first event.
    pub(super) fn card(&mut self) -> Option<Card> {
        if self.timeline.seq == 0 {
            return None;
        }
        Some(self.card.get_or_insert_with(|| Card::of(&self.timeline)).clone())
    }

    pub(super) fn is_forgettable(&self) -> bool {
        self.timeline.seq == 0 && self.followers.is_empty()
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
pub(super) type SharedLive = Arc<std::sync::Mutex<Live>>;
