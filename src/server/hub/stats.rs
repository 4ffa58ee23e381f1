//! Figures about the hub, for whoever draws curves.

use std::sync::atomic::{AtomicU64, Ordering};

use super::{Hub, lock, read_lock};

/// Figures about the hub.
#[derive(Clone, Debug, PartialEq)]
pub struct Stats {
    pub workflows: usize,
    /// Those of them whose timelines are in memory.
    pub awake: usize,
    /// Events recorded since the start.
    pub events_recorded: u64,
    pub duplicates: u64,
    pub commits: u64,
    /// Why recording stopped, if it has.
    pub stopped: Option<String>,
}

impl Hub {
    pub fn stats(&self) -> Stats {
        let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let all: Vec<_> = read_lock(&self.shared.workflows).values().cloned().collect();
        Stats {
            workflows: all.len(),
            awake: all.iter().filter(|live| lock(live).timeline().is_some()).count(),
            events_recorded: count(&self.shared.recorded),
            duplicates: count(&self.shared.duplicates),
            commits: count(&self.shared.commits),
            stopped: self.shared.stopped.get().cloned(),
        }
    }
}
