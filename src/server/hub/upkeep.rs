//! What the writer does beside recording, a little in each round: timelines are stored and evicted, and old events are removed.
//!
//! The clock only says when. The work is the writer's, because there is one writer; so each round is short.

use std::sync::{Arc, Condvar, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::mpsc;

use super::lock;
use super::recorder::Job;
use domain::status::Patience;

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
    pub retention: Retention,
    /// What a hook tells of a session that no workflow knows waits for one so long.
    pub session_wait: Duration,
}

/// Which old events are removed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Retention {
    /// Events that are older go; none keeps them all.
    pub days: Option<u64>,
    /// What the journal's events may fill before the oldest go.
    pub bytes: Option<u64>,
    /// Tells which workflows are at work: they lose nothing.
    pub patience: Patience,
}

impl Default for Upkeep {
    fn default() -> Self {
        Self {
            checkpoint_every: 1_000,
            awake: 128,
            round: Duration::from_secs(1),
            idle_rounds: 30,
            retention: Retention::default(),
            session_wait: Duration::from_secs(60),
        }
    }
}

/// While there is something to remove, a step of it is done this many times in a round.
const STEPS: u32 = 20;

/// Says when a round is due; stops when it is told to.
#[derive(Default)]
pub(super) struct UpkeepClock {
    state: Mutex<ClockState>,
    changed: Condvar,
}

#[derive(Default)]
struct ClockState {
    is_stopped: bool,
    has_retention: bool,
}

impl UpkeepClock {
    pub(super) fn stop(&self) {
        lock(&self.state).is_stopped = true;
        self.changed.notify_one();
    }

    /// Whether there is something to remove.
    pub(super) fn set_retention(&self, has_retention: bool) {
        let mut state = lock(&self.state);
        if state.has_retention != has_retention {
            state.has_retention = has_retention;
            self.changed.notify_one();
        }
    }

    /// Lets a round pass, or a part of one while there is something to remove. What is to be done then; none once it is over.
    fn pause(&self, round: Duration, steps: &mut u32) -> Option<Job> {
        let has_retention = lock(&self.state).has_retention;
        let time = if has_retention { round / STEPS } else { round };
        let is_idle = |state: &mut ClockState| !state.is_stopped && state.has_retention == has_retention;
        let waited = self.changed.wait_timeout_while(lock(&self.state), time, is_idle);
        drop(waited);
        *steps = if has_retention { (*steps + 1) % STEPS } else { 0 };
        let job = if *steps == 0 { Job::Upkeep } else { Job::Retention };
        (!lock(&self.state).is_stopped).then_some(job)
    }
}

/// Holds the queue only weakly: the writer ends when nobody else can record.
pub(super) fn start(clock: Arc<UpkeepClock>, round: Duration, jobs: mpsc::WeakSender<Job>) -> JoinHandle<()> {
    std::thread::spawn(move || {
        let mut steps = 0;
        while let Some(job) = clock.pause(round, &mut steps) {
            let Some(jobs) = jobs.upgrade() else { return };
            // Where the queue is full, the writer has better things to do.
            let _ = jobs.try_send(job);
        }
    })
}
