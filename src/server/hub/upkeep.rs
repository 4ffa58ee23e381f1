//! What the writer does beside recording, a little in each round: storing timelines, letting go of them, pruning.
//!
//! The keeper only says when. The work is the writer's, because there is one writer; so each round is short.

use std::sync::{Arc, Condvar, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::mpsc;

use super::lock;
use super::writer::{Job, Keep};

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
    pub keep: Keep,
    /// What a hook tells of a session that no workflow knows waits for one so long.
    pub session_wait: Duration,
}

impl Default for Upkeep {
    fn default() -> Self {
        Self {
            checkpoint_every: 1_000,
            awake: 128,
            round: Duration::from_secs(1),
            idle_rounds: 30,
            keep: Keep::default(),
            session_wait: Duration::from_secs(60),
        }
    }
}

/// While there is something to prune, a step of it is done this many times in a round.
const STEPS: u32 = 20;

/// Ends the keeper, and tells it that there is more to do.
#[derive(Default)]
pub(super) struct Keeper {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    is_stopped: bool,
    prunes: bool,
}

impl Keeper {
    pub(super) fn stop(&self) {
        lock(&self.state).is_stopped = true;
        self.changed.notify_one();
    }

    /// Whether there is something to prune.
    pub(super) fn set_prunes(&self, prunes: bool) {
        let mut state = lock(&self.state);
        if state.prunes != prunes {
            state.prunes = prunes;
            self.changed.notify_one();
        }
    }

    /// Lets a round pass, or a part of one while there is something to prune. What is to be done then; none once it is over.
    fn pause(&self, round: Duration, steps: &mut u32) -> Option<Job> {
        let prunes = lock(&self.state).prunes;
        let time = if prunes { round / STEPS } else { round };
        let is_idle = |state: &mut State| !state.is_stopped && state.prunes == prunes;
        let waited = self.changed.wait_timeout_while(lock(&self.state), time, is_idle);
        drop(waited);
        *steps = if prunes { (*steps + 1) % STEPS } else { 0 };
        let job = if *steps == 0 { Job::Tend } else { Job::Prune };
        (!lock(&self.state).is_stopped).then_some(job)
    }
}

/// Holds the queue only weakly: the writer ends when nobody else can record.
pub(super) fn start(keeper: Arc<Keeper>, round: Duration, jobs: mpsc::WeakSender<Job>) -> JoinHandle<()> {
    std::thread::spawn(move || {
        let mut steps = 0;
        while let Some(job) = keeper.pause(round, &mut steps) {
            let Some(jobs) = jobs.upgrade() else { return };
            // Where the queue is full, the writer has better things to do.
            let _ = jobs.try_send(job);
        }
    })
}
