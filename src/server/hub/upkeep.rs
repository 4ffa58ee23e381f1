//! What the writer does beside recording, a little in each round: storing timelines, letting go of them, pruning.
//!
//! The keeper only says when. The work is the writer's, because there is one writer; so each round is short.

use std::sync::{Arc, Condvar, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::mpsc;

use super::lock;
use super::writer::Job;

/// How the hub keeps its house.
#[derive(Clone, Debug, PartialEq)]
pub struct Upkeep {
    /// A workflow's timeline is stored again after so many events, or when nothing comes for a moment.
    pub checkpoint_every: u64,
    /// Timelines that stay in memory though nobody follows them and nothing comes.
    pub awake: usize,
    /// Time from one round to the next.
    pub round: Duration,
    /// A timeline that was used in one of the last rounds stays, however many there are.
    pub idle_rounds: u64,
}

impl Default for Upkeep {
    fn default() -> Self {
        Self {
            checkpoint_every: 1_000,
            awake: 128,
            round: Duration::from_secs(1),
            idle_rounds: 30,
        }
    }
}

/// Ends the keeper.
#[derive(Default)]
pub(super) struct Keeper {
    is_stopped: Mutex<bool>,
    changed: Condvar,
}

impl Keeper {
    pub(super) fn stop(&self) {
        *lock(&self.is_stopped) = true;
        self.changed.notify_one();
    }

    /// Lets a round pass; false once it is over.
    fn pause(&self, round: Duration) -> bool {
        let waited = self
            .changed
            .wait_timeout_while(lock(&self.is_stopped), round, |stopped| !*stopped);
        drop(waited);
        !*lock(&self.is_stopped)
    }
}

/// Holds the queue only weakly: the writer ends when nobody else can record.
pub(super) fn start(keeper: Arc<Keeper>, round: Duration, jobs: mpsc::WeakSender<Job>) -> JoinHandle<()> {
    std::thread::spawn(move || {
        while keeper.pause(round) {
            let Some(jobs) = jobs.upgrade() else { return };
            // Where the queue is full, the writer has better things to do.
            let _ = jobs.try_send(Job::Tend);
        }
    })
}
