//! What every check of a file needs to know: the time, whether anybody was watching before, and which runs there were.

use std::collections::HashMap;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use super::beneath::Stat;
use super::pushed_lines::PushedLines;
use super::run::SourceFile;
use super::source::Source;
use domain::adw_id::AdwId;
use domain::timestamp::Timestamp;
use intake::line_key::FileMark;
use intake::time_zone::TimeZone;

/// A file that appears while it is watched is live if it was written within a rescan and this.
const FRESH: Duration = Duration::from_secs(2);

/// What every check needs to know.
pub(super) struct Context<'a> {
    pub now: SystemTime,
    pub instant: Instant,
    pub rescan: Duration,
    /// What is found now was there before anybody was watching.
    pub is_starting: bool,
    pub zone: &'a TimeZone,
    pub pushed: &'a PushedLines,
    pub runs: &'a mut Runs,
}

impl Context<'_> {
    /// Where the backlog of a file that appears now ends: it has none if it was written a moment ago.
    pub(super) fn backlog_until(&self, stat: &Stat) -> u64 {
        let is_fresh = stat.age(self.now) <= self.rescan + FRESH;
        if self.is_starting || !is_fresh { stat.size } else { 0 }
    }

    pub(super) fn timestamp(&self) -> Timestamp {
        Timestamp(millis(self.now).and_then(|ms| i64::try_from(ms).ok()).unwrap_or(0))
    }
}

/// The newest run of every agent; streams and logs are counted apart.
#[derive(Debug, Default)]
pub(super) struct Runs(HashMap<(AdwId, String, Source), u32>);

impl Runs {
    /// Takes note of a run that was recorded.
    pub(super) fn note(&mut self, whose: &SourceFile, source: Source, run: u32) {
        let newest = self
            .0
            .entry((whose.adw_id.clone(), whose.agent.clone(), source))
            .or_default();
        *newest = run.max(*newest);
    }

    pub(super) fn next(&mut self, whose: &SourceFile, source: Source) -> u32 {
        let newest = self
            .0
            .entry((whose.adw_id.clone(), whose.agent.clone(), source))
            .or_default();
        *newest += 1;
        *newest
    }
}

pub(super) fn millis(at: SystemTime) -> Option<u64> {
    let since = at.duration_since(UNIX_EPOCH).ok()?;
    u64::try_from(since.as_millis()).ok()
}

/// What distinguishes a file created at this moment from an earlier one with the same inode.
pub(super) fn mark(ino: u64, born: SystemTime) -> Option<FileMark> {
    let born_ns = born.duration_since(UNIX_EPOCH).ok()?.as_nanos();
    Some(FileMark { ino, born_ns })
}
