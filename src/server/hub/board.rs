//! The board's feed: whole at the start of a subscription, then what changed, at most four times a second, encoded once.

use std::collections::{HashSet, VecDeque};
use std::sync::{Arc, Condvar, Mutex, Weak};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::{Bell, Frame, Shared, lock};
use domain::adw_id::AdwId;
use domain::card::Card;
use domain::frame::FromServer;

/// Four frames a second.
const PAUSE: Duration = Duration::from_millis(250);
/// Sixteen seconds of frames; who is further behind gets the whole board.
const FRAMES: usize = 64;

/// What changed, and who follows.
#[derive(Default)]
pub(super) struct Board {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    changed: HashSet<AdwId>,
    /// The number of the newest frame.
    version: u64,
    frames: VecDeque<Frame>,
    followers: Vec<Bell>,
    is_stopped: bool,
}

impl Board {
    /// Remembers that a card changed.
    pub(super) fn mark(&self, adw_id: &AdwId) {
        let mut state = lock(&self.state);
        if !state.changed.contains(adw_id) {
            state.changed.insert(adw_id.clone());
            self.changed.notify_one();
        }
    }

    pub(super) fn stop(&self) {
        lock(&self.state).is_stopped = true;
        self.changed.notify_one();
    }

    /// Waits for changes; none once it is stopped.
    fn wait(&self) -> Option<HashSet<AdwId>> {
        let mut state = lock(&self.state);
        loop {
            if state.is_stopped {
                return None;
            }
            if !state.changed.is_empty() {
                return Some(std::mem::take(&mut state.changed));
            }
            state = self
                .changed
                .wait(state)
                .unwrap_or_else(std::sync::PoisonError::into_inner);
        }
    }

    fn publish(&self, upserts: Vec<Card>) {
        let mut state = lock(&self.state);
        state.version += 1;
        if state.followers.is_empty() {
            state.frames.clear();
            return;
        }
        let frame = encode(false, upserts);
        if state.frames.len() == FRAMES {
            state.frames.pop_front();
        }
        state.frames.push_back(frame);
        for follower in &state.followers {
            follower.ring();
        }
    }
}

/// The thread that turns changes into frames.
pub(super) fn start(shared: &Arc<Shared>) -> JoinHandle<()> {
    let shared: Weak<Shared> = Arc::downgrade(shared);
    std::thread::spawn(move || {
        while let Some(shared) = shared.upgrade() {
            let Some(changed) = shared.board.wait() else { return };
            let begin = Instant::now();
            let mut cards = Vec::new();
            for adw_id in changed {
                // After a kill some cards take a while; what is at work now should not wait for all of them.
                if begin.elapsed() < PAUSE {
                    cards.extend(card(&shared, &adw_id));
                } else {
                    shared.board.mark(&adw_id);
                }
            }
            shared.board.publish(cards);
            drop(shared);
            std::thread::sleep(PAUSE);
        }
    })
}

fn card(shared: &Shared, adw_id: &AdwId) -> Option<Card> {
    let live = shared.find(adw_id)?;
    let card = shared.card(&live);
    // It is tried again with the next event; until then the board shows the card it has.
    card.unwrap_or_else(|error| {
        tracing::error!(%error, adw.id = %adw_id, "cannot build a board card");
        None
    })
}

/// A viewer's cursor over the board's frames. Ends when it is dropped.
pub struct BoardSubscription {
    shared: Arc<Shared>,
    bell: Bell,
    /// The newest frame the viewer has; none before the whole board.
    cursor: Option<u64>,
}

impl BoardSubscription {
    pub(super) fn new(shared: Arc<Shared>, bell: &Bell) -> Self {
        lock(&shared.board.state).followers.push(bell.clone());
        bell.ring();
        Self {
            shared,
            bell: bell.clone(),
            cursor: None,
        }
    }

    /// The next frame; none when there is nothing new.
    // A cursor that goes on for ever is no iterator: none says "not now".
    #[allow(clippy::should_implement_trait)]
    pub fn next(&mut self) -> Option<Frame> {
        let version = {
            let state = lock(&self.shared.board.state);
            if let Some(cursor) = self.cursor {
                if cursor == state.version {
                    return None;
                }
                let missed = (state.version - cursor) as usize;
                if let Some(at) = state.frames.len().checked_sub(missed) {
                    self.cursor = Some(cursor + 1);
                    return Some(state.frames[at].clone());
                }
            }
            state.version
        };
        // Cards that change from here on come again with a later frame, which does no harm.
        self.cursor = Some(version);
        Some(encode(true, self.shared.known_cards()))
    }
}

impl Drop for BoardSubscription {
    fn drop(&mut self) {
        let mut state = lock(&self.shared.board.state);
        if let Some(at) = state.followers.iter().position(|follower| follower.is(&self.bell)) {
            state.followers.swap_remove(at);
        }
    }
}

fn encode(full: bool, upserts: Vec<Card>) -> Frame {
    let frame = FromServer::Board {
        full,
        upserts,
        removed: Vec::new(),
    };
    Frame::from(serde_json::to_string(&frame).unwrap_or_default())
}
