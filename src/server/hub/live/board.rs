//! The board's feed: whole at the start of a subscription, then what changed, at most four times a second, encoded once.

use std::collections::{HashSet, VecDeque};
use std::sync::{Arc, Condvar, Mutex, Weak};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::{Bell, Live};
use crate::hub::{EncodeError, Frame, lock};
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
    state: Mutex<BoardState>,
    changed: Condvar,
}

#[derive(Default)]
struct BoardState {
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
        let frame = match encode(false, upserts) {
            Ok(frame) => frame,
            Err(error) => {
                tracing::error!(%error, "a change of the board is not sent; its followers get the whole board instead");
                state.frames.clear();
                state.followers.iter().for_each(Bell::ring);
                return;
            }
        };
        if state.frames.len() == FRAMES {
            state.frames.pop_front();
        }
        state.frames.push_back(frame);
        state.followers.iter().for_each(Bell::ring);
    }
}

/// The thread that turns changes into frames.
pub fn start(live: &Arc<Live>) -> JoinHandle<()> {
    let live: Weak<Live> = Arc::downgrade(live);
    std::thread::spawn(move || {
        while let Some(live) = live.upgrade() {
            let Some(changed) = live.board.wait() else { return };
            let begin = Instant::now();
            let mut cards = Vec::new();
            for adw_id in changed {
                // After a kill some cards take a while; what is at work now should not wait for all of them.
                if begin.elapsed() < PAUSE {
                    cards.extend(card(&live, &adw_id));
                } else {
                    live.board.mark(&adw_id);
                }
            }
            live.board.publish(cards);
            drop(live);
            std::thread::sleep(PAUSE);
        }
    })
}

fn card(live: &Live, adw_id: &AdwId) -> Option<Card> {
    let workflow = live.find(adw_id)?;
    let card = live.card(&workflow);
    // It is tried again with the next event; until then the board shows the card it has.
    card.unwrap_or_else(|error| {
        tracing::error!(%error, adw.id = %adw_id, "cannot build a board card");
        None
    })
}

/// A viewer's cursor over the board's frames. Ends when it is dropped.
pub struct BoardSubscription {
    live: Arc<Live>,
    bell: Bell,
    /// The newest frame the viewer has; none before the whole board.
    cursor: Option<u64>,
}

impl BoardSubscription {
    pub(super) fn new(live: Arc<Live>, bell: &Bell) -> Self {
        lock(&live.board.state).followers.push(bell.clone());
        bell.ring();
        Self {
            live,
            bell: bell.clone(),
            cursor: None,
        }
    }

    /// The next frame; none when there is nothing new.
    // A cursor that goes on for ever is no iterator: none says "not now".
    #[allow(clippy::should_implement_trait)]
    pub fn next(&mut self) -> Result<Option<Frame>, EncodeError> {
        let version = {
            let state = lock(&self.live.board.state);
            if let Some(cursor) = self.cursor {
                if cursor == state.version {
                    return Ok(None);
                }
                let missed = (state.version - cursor) as usize;
                if let Some(at) = state.frames.len().checked_sub(missed) {
                    self.cursor = Some(cursor + 1);
                    return Ok(Some(state.frames[at].clone()));
                }
            }
            state.version
        };
        // Cards that change from here on come again with a later frame, which does no harm.
        self.cursor = Some(version);
        encode(true, self.live.known_cards()).map(Some)
    }
}

impl Drop for BoardSubscription {
    fn drop(&mut self) {
        let mut state = lock(&self.live.board.state);
        if let Some(at) = state.followers.iter().position(|follower| follower.is(&self.bell)) {
            state.followers.swap_remove(at);
        }
    }
}

fn encode(full: bool, upserts: Vec<Card>) -> Result<Frame, EncodeError> {
    Frame::encode(&FromServer::Board {
        full,
        upserts,
        removed: Vec::new(),
    })
}
