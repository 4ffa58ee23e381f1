//! What publishing costs a workflow, counted since the process started and reported now and then in a `publisher_report`.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// The time between two reports of a workflow.
const REPORT_EVERY: Duration = Duration::from_secs(15);
/// A publisher of more workflows only reports on the first ones.
const MOST_WORKFLOWS: usize = 1_000;
/// Four steps for every doubling of a time in nanoseconds.
const STEPS: usize = 64 * 4;

/// The counts of all workflows.
#[derive(Debug, Default)]
pub(super) struct Tallies(BTreeMap<String, Tally>);

#[derive(Debug)]
struct Tally {
    handed_over: u64,
    times: Vec<u32>,
    dropped: u64,
    /// How many of those have not been reported yet.
    untold: u64,
    refused: u64,
    /// `handed_over` in the last report, and when that was; at first, when the first event was handed over.
    reported: (u64, Instant),
}

/// What a report contains besides the counts.
#[derive(Clone, Copy, Debug)]
pub(super) struct Backlog {
    /// Age of the oldest event that was not acknowledged.
    pub age: Duration,
    pub spooled_bytes: u64,
}

impl Tallies {
    /// An event was handed over.
    pub fn count(&mut self, adw_id: &str, took: Duration) {
        if let Some(tally) = self.of(adw_id) {
            tally.handed_over += 1;
            let nanos = u64::try_from(took.as_nanos()).unwrap_or(u64::MAX);
            tally.times[step(nanos)] += 1;
        }
    }

    /// An event was dropped. `is_told` says that a line in the spool reports it.
    pub fn drop_some(&mut self, adw_id: &str, count: u64, is_told: bool) {
        if let Some(tally) = self.of(adw_id) {
            tally.dropped += count;
            tally.untold += if is_told { 0 } else { count };
        }
    }

    /// The server refused an event.
    pub fn refuse(&mut self, adw_id: &str) {
        if let Some(tally) = self.of(adw_id) {
            tally.refused += 1;
        }
    }

    /// What has not been reported yet; it counts as reported from now on.
    pub fn take_untold(&mut self) -> Vec<(String, u64)> {
        let untold = self.0.iter_mut().filter(|(_, tally)| tally.untold > 0);
        untold
            .map(|(adw_id, tally)| (adw_id.clone(), std::mem::take(&mut tally.untold)))
            .collect()
    }

    /// The reports that are due; at the end of a process, all that contain something new.
    pub fn reports(&mut self, backlog: Backlog, is_end: bool) -> Vec<Value> {
        let due = self.0.iter_mut().filter(|(_, tally)| {
            let (reported, at) = tally.reported;
            tally.handed_over > reported && (is_end || at.elapsed() >= REPORT_EVERY)
        });
        due.map(|(adw_id, tally)| {
            tally.reported = (tally.handed_over, Instant::now());
            tally.report(adw_id, backlog)
        })
        .collect()
    }

    fn of(&mut self, adw_id: &str) -> Option<&mut Tally> {
        if !self.0.contains_key(adw_id) {
            if self.0.len() >= MOST_WORKFLOWS {
                return None;
            }
            self.0.insert(adw_id.to_owned(), Tally::new());
        }
        self.0.get_mut(adw_id)
    }
}

impl Tally {
    fn new() -> Self {
        Self {
            handed_over: 0,
            times: vec![0; STEPS],
            dropped: 0,
            untold: 0,
            refused: 0,
            reported: (0, Instant::now()),
        }
    }

    fn report(&self, adw_id: &str, backlog: Backlog) -> Value {
        json!({"type": "publisher_report", "data": {"adw_id": adw_id, "payload": {
            "publisher": concat!("adwatch-rust ", env!("CARGO_PKG_VERSION")),
            "pid": std::process::id(),
            "handed_over": self.handed_over,
            "handover_p50_us": self.quantile_us(0.5),
            "handover_p99_us": self.quantile_us(0.99),
            "backlog_ms": u64::try_from(backlog.age.as_millis()).unwrap_or(u64::MAX),
            "spooled_bytes": backlog.spooled_bytes,
            "dropped": self.dropped,
            "refused": self.refused,
        }}})
    }

    /// The time within which this part of the calls returned, in microseconds; at most a quarter too long.
    fn quantile_us(&self, part: f64) -> f64 {
        let wanted = (self.handed_over as f64 * part).ceil() as u64;
        let mut count = 0;
        let found = self.times.iter().position(|times| {
            count += u64::from(*times);
            count >= wanted
        });
        let nanos = longest(found.unwrap_or(0));
        (nanos as f64 / 100.0).round() / 10.0
    }
}

fn step(nanos: u64) -> usize {
    let nanos = nanos.max(4);
    let doublings = nanos.ilog2();
    let quarter = (nanos >> (doublings - 2)) & 3;
    doublings as usize * 4 + quarter as usize
}

/// The longest time that a step covers.
fn longest(step: usize) -> u64 {
    let doublings = (step / 4).clamp(2, 63) as u32;
    let begin = (4 + (step as u64 % 4)) << (doublings - 2);
    begin + ((1_u64 << (doublings - 2)) - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn a_step_holds_its_times_and_is_a_quarter_wide(nanos in 4_u64..u64::MAX / 2) {
            let end = longest(step(nanos));
            proptest::prop_assert!(end >= nanos && end - nanos <= nanos / 4, "{} is in a step to {}", nanos, end);
        }
    }

    #[test]
    fn a_report_comes_at_the_end_and_only_with_news() {
        let backlog = Backlog {
            age: Duration::from_millis(1_500),
            spooled_bytes: 42,
        };
        let mut tallies = Tallies::default();
        for at in 1..=100 {
            tallies.count("a1", Duration::from_micros(at));
        }
        tallies.drop_some("a1", 3, false);
        tallies.refuse("a1");
        assert!(
            tallies.reports(backlog, false).is_empty(),
            "fifteen seconds have not passed"
        );
        let reports = tallies.reports(backlog, true);
        let payload = &reports[0]["data"]["payload"];
        let p50 = payload["handover_p50_us"].as_f64().expect("a number");
        let p99 = payload["handover_p99_us"].as_f64().expect("a number");
        assert!((50.0..63.0).contains(&p50) && (99.0..125.0).contains(&p99), "{payload}");
        for (field, value) in [
            ("handed_over", 100),
            ("backlog_ms", 1_500),
            ("spooled_bytes", 42),
            ("dropped", 3),
            ("refused", 1),
        ] {
            assert_eq!(payload[field], value, "{field}");
        }
        assert!(tallies.reports(backlog, true).is_empty());
        assert_eq!(tallies.take_untold(), [("a1".to_owned(), 3)]);
        assert!(tallies.take_untold().is_empty());
    }
}
