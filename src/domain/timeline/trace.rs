//! How many events came when: over the whole run, and in the last half hour.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::event_facts::EventFacts;
use crate::from_json::from_fields;
use crate::timestamp::Timestamp;

const BUCKETS: usize = 96;
const FIRST_WIDTH_MS: i64 = 1_000;
/// A bar of the board's trace.
pub const PACE_MS: i64 = 30_000;
/// Half an hour.
pub const PACES: usize = 60;

/// Events and errors over the whole run, in at most 96 buckets whose width doubles when the run outgrows them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Trace {
    /// The beginning of the first bucket.
    pub start: Option<Timestamp>,
    pub width_ms: i64,
    pub events: Vec<u32>,
    pub errors: Vec<u32>,
}

from_fields!(Trace {
    start,
    width_ms,
    events,
    errors
});

impl Trace {
    pub(super) fn apply(&mut self, facts: &EventFacts<'_>) {
        let Some(at) = facts.known_at() else { return };
        let start = *self.start.get_or_insert(at);
        self.width_ms = self.width_ms.max(FIRST_WIDTH_MS);
        // A clock that went back counts where the run began.
        let mut bucket = (at.0.saturating_sub(start.0)).max(0) / self.width_ms;
        while bucket >= BUCKETS as i64 {
            halve(&mut self.events);
            halve(&mut self.errors);
            self.width_ms *= 2;
            bucket = (at.0.saturating_sub(start.0)).max(0) / self.width_ms;
        }
        let bucket = bucket as usize;
        if self.events.len() <= bucket {
            self.events.resize(bucket + 1, 0);
            self.errors.resize(bucket + 1, 0);
        }
        self.events[bucket] = self.events[bucket].saturating_add(1);
        self.errors[bucket] = self.errors[bucket].saturating_add(u32::from(facts.entry.error));
    }
}

fn halve(counts: &mut Vec<u32>) {
    *counts = counts
        .chunks(2)
        .map(|pair| pair.iter().fold(0, |sum: u32, count| sum.saturating_add(*count)))
        .collect();
}

/// Events and errors by half minute, the newest last, at most half an hour of them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Pace {
    /// The newest half minute, counted from 1970.
    pub newest: i64,
    pub events: VecDeque<u16>,
    pub errors: VecDeque<u16>,
}

from_fields!(Pace { newest, events, errors });

impl Pace {
    pub(super) fn apply(&mut self, facts: &EventFacts<'_>) {
        let Some(at) = facts.known_at() else { return };
        let bucket = at.0.div_euclid(PACE_MS);
        if self.events.is_empty() {
            self.newest = bucket;
            self.events.push_back(0);
            self.errors.push_back(0);
        }
        let ahead = bucket.saturating_sub(self.newest);
        for _ in 0..ahead.clamp(0, PACES as i64) {
            self.events.push_back(0);
            self.errors.push_back(0);
        }
        while self.events.len() > PACES {
            self.events.pop_front();
            self.errors.pop_front();
        }
        self.newest = self.newest.max(bucket);
        let back = self.newest - bucket;
        let last = self.events.len() as i64 - 1;
        if back <= last {
            let at = (last - back) as usize;
            self.events[at] = self.events[at].saturating_add(1);
            self.errors[at] = self.errors[at].saturating_add(u16::from(facts.entry.error));
        }
    }

    /// The bars of the half hour up to `now`, the newest last: events and errors.
    pub fn bars(&self, now: Timestamp) -> Vec<(u16, u16)> {
        let newest = now.0.div_euclid(PACE_MS).max(self.newest);
        (0..PACES as i64)
            .map(|bar| {
                let bucket = newest - (PACES as i64 - 1 - bar);
                let at = self.events.len() as i64 - 1 - (self.newest - bucket);
                usize::try_from(at)
                    .ok()
                    .and_then(|at| Some((*self.events.get(at)?, *self.errors.get(at)?)))
                    .unwrap_or_default()
            })
            .collect()
    }
}
