//! Whether the child hangs: it should have ended, but keeps running. Pure: times are arguments.

use std::time::{Duration, Instant};

use super::story;

/// From SIGTERM to SIGKILL.
const KILL_AFTER_TERM: Duration = Duration::from_secs(10);

/// See the module.
#[derive(Debug)]
pub struct Hang {
    grace: Duration,
    kill_after: Option<Duration>,
    /// When its last line came, if that line was its result.
    result: Option<Instant>,
    /// When it closed its output.
    closed: Option<Instant>,
    is_told: bool,
    terminated: Option<Instant>,
    is_killed: bool,
}

/// What to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HangAction {
    Warn(String),
    /// The reason for the warning no longer applies.
    Resolve(String),
    Terminate,
    Kill,
}

impl Hang {
    pub fn new(grace: Duration, kill_after: Option<Duration>) -> Self {
        Self {
            grace,
            kill_after: kill_after.map(|after| after.max(grace)),
            result: None,
            closed: None,
            is_told: false,
            terminated: None,
            is_killed: false,
        }
    }

    /// It printed lines; `has_result` if the last of them was its result.
    pub fn printed(&mut self, now: Instant, has_result: bool) -> Option<HangAction> {
        self.result = has_result.then_some(now);
        std::mem::take(&mut self.is_told).then(|| HangAction::Resolve("the process writes again".to_owned()))
    }

    pub fn closed(&mut self, now: Instant) {
        self.closed = Some(now);
    }

    pub fn ended(&mut self, now: Instant) -> Option<HangAction> {
        let since = self.since()?;
        let after = story::goes_on(now.saturating_duration_since(since), self.result.is_none());
        std::mem::take(&mut self.is_told).then(|| HangAction::Resolve(after.replace("goes on", "ended")))
    }

    /// What has to be done at this time.
    pub fn step(&mut self, now: Instant) -> Option<HangAction> {
        if self.due()? > now {
            return None;
        }
        if !self.is_told {
            self.is_told = true;
            return Some(HangAction::Warn(story::goes_on(self.grace, self.result.is_none())));
        }
        if self.terminated.is_none() {
            self.terminated = Some(now);
            return Some(HangAction::Terminate);
        }
        self.is_killed = true;
        Some(HangAction::Kill)
    }

    /// When there is something to do.
    pub fn due(&self) -> Option<Instant> {
        let since = self.since()?;
        match (self.is_told, self.terminated) {
            (false, _) => Some(since + self.grace),
            (true, None) => self.kill_after.map(|after| since + after),
            (true, Some(at)) => (!self.is_killed).then(|| at + KILL_AFTER_TERM),
        }
    }

    fn since(&self) -> Option<Instant> {
        self.result.or(self.closed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(begin: Instant, seconds: u64) -> Instant {
        begin + Duration::from_secs(seconds)
    }

    #[test]
    fn it_is_told_once_and_ended_only_where_that_is_wanted() {
        let begin = Instant::now();
        let mut hang = Hang::new(Duration::from_secs(30), None);
        assert_eq!((hang.printed(begin, false), hang.due()), (None, None));
        assert_eq!(hang.printed(at(begin, 1), true), None);
        hang.closed(at(begin, 5));
        assert_eq!(hang.step(at(begin, 30)), None);
        let warning = "the process goes on 30 s after its last line".to_owned();
        assert_eq!(hang.step(at(begin, 31)), Some(HangAction::Warn(warning)));
        assert_eq!((hang.step(at(begin, 999)), hang.due()), (None, None));
        let resolved = "the process ended 95 s after its last line".to_owned();
        assert_eq!(hang.ended(at(begin, 96)), Some(HangAction::Resolve(resolved)));

        let mut hang = Hang::new(Duration::from_secs(30), Some(Duration::from_secs(60)));
        hang.closed(begin);
        let warning = "the process goes on 30 s after it closed its output".to_owned();
        assert_eq!(hang.step(at(begin, 30)), Some(HangAction::Warn(warning)));
        assert_eq!(hang.step(at(begin, 59)), None);
        assert_eq!(hang.step(at(begin, 60)), Some(HangAction::Terminate));
        assert_eq!(hang.step(at(begin, 70)), Some(HangAction::Kill));
        assert_eq!(hang.due(), None);
    }

    #[test]
    fn what_writes_again_does_not_hang() {
        let begin = Instant::now();
        let mut hang = Hang::new(Duration::from_secs(30), None);
        hang.printed(begin, true);
        assert!(matches!(hang.step(at(begin, 30)), Some(HangAction::Warn(_))));
        assert!(matches!(
            hang.printed(at(begin, 31), false),
            Some(HangAction::Resolve(_))
        ));
        assert_eq!((hang.due(), hang.ended(at(begin, 32))), (None, None));
    }
}
