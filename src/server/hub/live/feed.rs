//! The newest events of all workflows in one ring, for clients of the plain feed.
//!
//! A cursor per client, as for one workflow, but live only: who falls behind the ring is told how much it missed.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

use super::{Bell, Live};
use crate::hub::{Frame, lock};
use crate::older;
use domain::adw_id::AdwId;
use domain::event::Event;
use journal::Stored;

/// What is kept for clients that are a moment behind.
const RING_BYTES: usize = 4 * 1024 * 1024;

/// Under which types a client wants its events.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Types {
    /// Today's and the older ones; where both have the same name, one frame with the fields of both.
    #[default]
    Both,
    Current,
    Older,
}

/// An event in the ring, encoded at most once for all clients.
pub struct FeedEvent {
    pub adw_id: AdwId,
    event: Event,
    text: Arc<str>,
    older: OnceLock<Vec<Frame>>,
    both: OnceLock<Vec<Frame>>,
}

impl FeedEvent {
    pub fn frames(&self, types: Types) -> Vec<Frame> {
        match types {
            Types::Current => vec![Frame::from(&*self.text)],
            Types::Older => self.older.get_or_init(|| self.encode_older()).clone(),
            Types::Both => self.both.get_or_init(|| self.encode_both()).clone(),
        }
    }

    fn encode_older(&self) -> Vec<Frame> {
        let frames = older::frames(&self.event);
        frames.iter().map(|frame| Frame::from(frame.to_string())).collect()
    }

    fn encode_both(&self) -> Vec<Frame> {
        let name = self.event.kind.name();
        let mut frames = older::frames(&self.event);
        let Some(same) = frames.iter().position(|frame| frame["type"] == name) else {
            let mut all = self.frames(Types::Current);
            all.extend(self.frames(Types::Older));
            return all;
        };
        // Today's fields win: the older ones stand beside them.
        let today = match serde_json::from_str::<serde_json::Value>(&self.text) {
            Ok(today) => today,
            Err(error) => {
                tracing::error!(%error, adw.id = %self.adw_id, seq = self.event.seq, "an event is sent without its fields of today");
                serde_json::Value::Null
            }
        };
        if let (Some(data), Some(fields)) = (frames[same]["data"].as_object_mut(), today["data"].as_object()) {
            data.extend(fields.clone());
        }
        frames.iter().map(|frame| Frame::from(frame.to_string())).collect()
    }
}

/// The ring. Keeps nothing while nobody listens.
#[derive(Default)]
pub(super) struct Feed {
    clients: AtomicUsize,
    ring: Mutex<Ring>,
}

#[derive(Default)]
struct Ring {
    /// The number of the oldest event in the ring.
    first: u64,
    events: VecDeque<Arc<FeedEvent>>,
    bytes: usize,
    bells: Vec<Bell>,
}

impl Feed {
    /// Takes in committed events, in order.
    pub(super) fn publish(&self, events: &[Stored]) {
        if self.clients.load(Ordering::Acquire) == 0 {
            return;
        }
        let mut ring = lock(&self.ring);
        for stored in events {
            ring.bytes += stored.text.len();
            ring.events.push_back(Arc::new(FeedEvent {
                adw_id: stored.event.adw_id.clone(),
                event: stored.event.clone(),
                text: Arc::clone(&stored.text),
                older: OnceLock::new(),
                both: OnceLock::new(),
            }));
        }
        while ring.bytes > RING_BYTES && ring.events.len() > 1 {
            if let Some(oldest) = ring.events.pop_front() {
                ring.bytes -= oldest.text.len();
                ring.first += 1;
            }
        }
        let bells = ring.bells.clone();
        drop(ring);
        bells.iter().for_each(Bell::ring);
    }
}

/// What is next for a client.
pub enum Next {
    Event(Arc<FeedEvent>),
    /// So many events left the ring before the client took them.
    Missed(u64),
}

/// A client's cursor over the ring. Ends when it is dropped.
pub struct FeedSubscription {
    live: Arc<Live>,
    bell: Bell,
    cursor: u64,
}

impl FeedSubscription {
    pub(super) fn new(live: Arc<Live>, bell: &Bell) -> Self {
        let mut ring = lock(&live.feed.ring);
        live.feed.clients.fetch_add(1, Ordering::AcqRel);
        ring.bells.push(bell.clone());
        let cursor = ring.first + ring.events.len() as u64;
        drop(ring);
        Self {
            live,
            bell: bell.clone(),
            cursor,
        }
    }

    pub fn take(&mut self) -> Option<Next> {
        let ring = lock(&self.live.feed.ring);
        if self.cursor < ring.first {
            let missed = ring.first - self.cursor;
            self.cursor = ring.first;
            return Some(Next::Missed(missed));
        }
        let event = ring.events.get((self.cursor - ring.first) as usize)?;
        self.cursor += 1;
        Some(Next::Event(Arc::clone(event)))
    }
}

impl Drop for FeedSubscription {
    fn drop(&mut self) {
        let mut ring = lock(&self.live.feed.ring);
        ring.bells.retain(|bell| !bell.is(&self.bell));
        if self.live.feed.clients.fetch_sub(1, Ordering::AcqRel) == 1 {
            ring.first += ring.events.len() as u64;
            ring.events.clear();
            ring.bytes = 0;
        }
    }
}
