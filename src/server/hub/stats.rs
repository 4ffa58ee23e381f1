//! Figures about the hub, for whoever draws curves.

use super::Hub;

/// Figures about the hub.
#[derive(Clone, Debug, PartialEq)]
pub struct Stats {
    pub workflows: usize,
    /// Those of them whose timelines are in memory.
    pub awake: usize,
    /// Those that are shown as an earlier version summed them up.
    pub of_older_fold: usize,
    /// Events recorded since the start.
    pub events_recorded: u64,
    pub duplicates: u64,
    pub commits: u64,
    /// Why recording stopped, if it has.
    pub stopped: Option<String>,
}

impl Hub {
    pub fn stats(&self) -> Stats {
        let (workflows, awake) = self.live.count();
        let progress = self.recorder.progress();
        Stats {
            workflows,
            awake,
            of_older_fold: self.live.of_older_fold(),
            events_recorded: progress.recorded.get(),
            duplicates: progress.duplicates.get(),
            commits: progress.commits.get(),
            stopped: progress.stopped().map(str::to_owned),
        }
    }
}
