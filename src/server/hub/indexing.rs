//! The thread that fills the search index, when everybody else has had their turn.

use std::sync::{Arc, Condvar, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use tracing::warn;

use super::lock;
use journal::Indexer;

/// What is recorded meanwhile is taken in together. A search reads it from the journal until then.
const PAUSE: Duration = Duration::from_millis(500);
/// A disk that is full now may have room later.
const AFTER_FAILURE: Duration = Duration::from_secs(60);
/// Taken in at once: more is quicker, and a server that stops waits for it, a quarter of a second at most.
const STEP_EVENTS: u64 = 4_096;
/// Lower than anything that somebody waits for.
const NICENESS: i32 = 10;

/// Says that there is something to index, or that it is over.
#[derive(Default)]
pub(super) struct Indexing {
    state: Mutex<IndexingState>,
    changed: Condvar,
}

#[derive(Default)]
struct IndexingState {
    has_new: bool,
    is_stopped: bool,
}

impl Indexing {
    /// Remembers that events were recorded.
    pub(super) fn mark(&self) {
        let mut state = lock(&self.state);
        if !state.has_new {
            state.has_new = true;
            self.changed.notify_one();
        }
    }

    pub(super) fn stop(&self) {
        lock(&self.state).is_stopped = true;
        self.changed.notify_one();
    }

    fn is_stopped(&self) -> bool {
        lock(&self.state).is_stopped
    }

    /// Waits for something new, then for the pause; false once it is over.
    fn wait(&self) -> bool {
        let is_idle = |state: &mut IndexingState| !state.has_new && !state.is_stopped;
        let woken = self.changed.wait_while(lock(&self.state), is_idle);
        drop(woken);
        let goes_on = self.pause(PAUSE);
        lock(&self.state).has_new = false;
        goes_on
    }

    /// Lets some time pass; false once it is over.
    fn pause(&self, time: Duration) -> bool {
        let goes_on = |state: &mut IndexingState| !state.is_stopped;
        let waited = self.changed.wait_timeout_while(lock(&self.state), time, goes_on);
        drop(waited);
        !self.is_stopped()
    }
}

pub(super) fn start(mut indexer: Box<dyn Indexer>, indexing: Arc<Indexing>) -> JoinHandle<()> {
    std::thread::spawn(move || {
        // On Linux this is the niceness of the thread alone. Without it the pass is only less polite.
        let _ = rustix::process::nice(NICENESS);
        while !indexing.is_stopped() {
            let goes_on = match indexer.step(STEP_EVENTS) {
                Ok(true) => true,
                Ok(false) => indexing.wait(),
                Err(error) => {
                    warn!(%error, "the search index is not being filled; searches are slower until it is");
                    indexing.pause(AFTER_FAILURE)
                }
            };
            if !goes_on {
                return;
            }
        }
    })
}
