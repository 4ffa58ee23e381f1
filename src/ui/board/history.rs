//! The last half hour of the whole board, as far as the cards know it: for the lines beside the figures.

use domain::card::Card;
use domain::status::{Patience, Status};
use domain::timeline::trace::{PACE_MS, PACES};
use domain::timestamp::Timestamp;

/// A value per half minute, the newest last.
pub type Series = Vec<u32>;

#[derive(Clone, Debug, PartialEq)]
pub struct BoardHistory {
    pub events: Series,
    /// Workflows that had begun and had not ended.
    pub under_way: Series,
    /// Since when those that are waiting, or stalled, have been so.
    pub waiting: Series,
    pub stalled: Series,
    /// Those that ended within the half hour, summed up.
    pub failed: Series,
    pub completed: Series,
    /// Events a second, over the last 30 to 60 seconds.
    pub rate: f64,
}

impl BoardHistory {
    pub fn of<'a>(cards: impl Iterator<Item = &'a Card>, now: Timestamp, patience: &Patience) -> Self {
        let line = || vec![0; PACES];
        let mut history = Self {
            events: line(),
            under_way: line(),
            waiting: line(),
            stalled: line(),
            failed: line(),
            completed: line(),
            rate: 0.0,
        };
        for card in cards {
            for (sum, (events, _)) in history.events.iter_mut().zip(card.pace.bars(now)) {
                *sum += u32::from(events);
            }
            let verdict = card.verdict(now, patience);
            let begun = card.first_at.map(|at| slot(at, now));
            let ended = card.last_at.map(|at| slot(at, now));
            match verdict.status {
                Status::Failed => add_from(&mut history.failed, ended.and_then(within)),
                Status::Completed => add_from(&mut history.completed, ended.and_then(within)),
                Status::Waiting => {
                    add_from(&mut history.waiting, verdict.since.map(|at| slot(at, now)));
                }
                Status::Stalled => {
                    add_from(&mut history.stalled, verdict.since.map(|at| slot(at, now)));
                }
                Status::NeedsPerson | Status::Running | Status::Unknown => {}
            }
            if card.times_known {
                let until = if verdict.status.is_over() { ended } else { None };
                add_between(&mut history.under_way, begun, until);
            }
        }
        // The newest slot has only begun, so the one before it counts too.
        let seconds = 30.0 + (now.0.rem_euclid(PACE_MS)) as f64 / 1_000.0;
        let newest: u32 = history.events[PACES - 2..].iter().sum();
        history.rate = f64::from(newest) / seconds;
        history
    }
}

/// The half minute of a moment, counted from the oldest of the line; below zero before it.
fn slot(at: Timestamp, now: Timestamp) -> i64 {
    PACES as i64 - 1 - (now.0.div_euclid(PACE_MS) - at.0.div_euclid(PACE_MS))
}

fn within(slot: i64) -> Option<i64> {
    (slot >= 0).then_some(slot)
}

fn add_from(line: &mut Series, slot: Option<i64>) {
    add_between(line, slot, None);
}

fn add_between(line: &mut Series, from: Option<i64>, until: Option<i64>) {
    let Some(from) = from else { return };
    let last = PACES as i64 - 1;
    for at in from.clamp(0, PACES as i64)..=until.unwrap_or(last).min(last) {
        line[at as usize] += 1;
    }
}

/// The bar in which a workflow began, if that is within the half hour.
pub fn began(first_at: Option<Timestamp>, now: Timestamp) -> Option<usize> {
    first_at.and_then(|at| usize::try_from(slot(at, now)).ok())
}
