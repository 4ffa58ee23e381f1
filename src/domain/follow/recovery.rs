//! What was missed while there was no connection and arrived afterwards: counted, so that people can be told.

use std::collections::BTreeMap;

use crate::adw_id::AdwId;
use crate::link::Recovered;

/// What starts to arrive within this time after reconnecting was missed; what starts later is new.
const WINDOW_MS: u64 = 1_500;

#[derive(Default)]
pub(super) struct Recovery {
    missed: BTreeMap<AdwId, Missed>,
    /// The events of all cards when the connection was lost, where only the board is shown.
    board: Option<u64>,
    /// When the connection was back.
    back_at: Option<u64>,
    /// What has come so far: events, and the ranges they stand in.
    events: u64,
    ranges: Vec<(u64, u64)>,
    found: Option<Recovered>,
}

struct Missed {
    after: u64,
    /// The head when the connection was back, known from the first frame.
    until: Option<u64>,
}

impl Recovery {
    pub fn miss(&mut self, adw_id: &AdwId, after: u64) {
        self.start_over();
        self.missed
            .entry(adw_id.clone())
            .or_insert(Missed { after, until: None })
            .until = None;
    }

    /// On a page that follows a workflow, its events say more than the board's.
    pub fn miss_board(&mut self, events: u64) {
        self.start_over();
        if self.missed.is_empty() {
            self.board.get_or_insert(events);
        }
    }

    pub fn back(&mut self, now: u64) {
        if self.is_waiting() {
            self.back_at = Some(now);
        }
    }

    /// The workflow is known up to `seq`, while the server has events up to `head`.
    pub fn reach(&mut self, adw_id: &AdwId, seq: u64, head: u64) {
        let Some(missed) = self.missed.get_mut(adw_id) else {
            return;
        };
        let until = *missed.until.get_or_insert(head.max(seq));
        if seq >= until {
            if until > missed.after {
                self.events += until - missed.after;
                self.ranges.push((missed.after + 1, until));
            }
            self.missed.remove(adw_id);
            self.finish();
        }
    }

    pub fn reach_board(&mut self, events: u64) {
        if let Some(before) = self.board.take() {
            self.events += events.saturating_sub(before);
            self.finish();
        }
    }

    /// It is unknown what was missed: the journal has another epoch, or nobody follows the workflow any more.
    pub fn give_up(&mut self, adw_id: &AdwId) {
        self.missed.remove(adw_id);
        self.finish();
    }

    pub fn give_up_board(&mut self) {
        self.board = None;
    }

    /// If nothing arrives for a workflow in time, nothing was missed.
    pub fn settle(&mut self, now: u64) {
        if self.wake_at().is_some_and(|at| at <= now) {
            self.missed.retain(|_, missed| missed.until.is_some());
            self.board = None;
            self.back_at = None;
            self.finish();
        }
    }

    pub fn wake_at(&self) -> Option<u64> {
        self.back_at.filter(|_| self.is_waiting()).map(|at| at + WINDOW_MS)
    }

    pub fn dismiss(&mut self) {
        self.found = None;
    }

    pub fn found(&self) -> Option<Recovered> {
        self.found
    }

    fn is_waiting(&self) -> bool {
        !self.missed.is_empty() || self.board.is_some()
    }

    fn start_over(&mut self) {
        self.back_at = None;
        self.found = None;
    }

    fn finish(&mut self) {
        if self.is_waiting() {
            return;
        }
        self.back_at = None;
        let ranges = std::mem::take(&mut self.ranges);
        let events = std::mem::take(&mut self.events);
        if events > 0 {
            let (from, to) = match ranges.as_slice() {
                [range] => *range,
                _ => (0, 0),
            };
            self.found = Some(Recovered { events, from, to });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(text: &str) -> AdwId {
        text.parse().expect("an id")
    }

    #[test]
    fn what_came_with_the_first_frames_was_missed() {
        let mut recovery = Recovery::default();
        recovery.miss(&id("a"), 10);
        recovery.back(0);
        recovery.reach(&id("a"), 50, 224);
        assert_eq!(recovery.found(), None, "more is to come");
        recovery.settle(5_000);
        recovery.reach(&id("a"), 230, 230);
        assert_eq!(
            recovery.found(),
            Some(Recovered {
                events: 214,
                from: 11,
                to: 224
            })
        );
        recovery.dismiss();
        assert_eq!(recovery.found(), None);
    }

    #[test]
    fn what_comes_later_is_news() {
        let mut recovery = Recovery::default();
        recovery.miss(&id("a"), 10);
        recovery.back(0);
        recovery.settle(1_500);
        recovery.reach(&id("a"), 11, 11);
        assert_eq!(recovery.found(), None);
    }

    #[test]
    fn a_second_loss_before_the_end_counts_from_the_first() {
        let mut recovery = Recovery::default();
        recovery.miss(&id("a"), 10);
        recovery.back(0);
        recovery.reach(&id("a"), 50, 224);
        recovery.miss(&id("a"), 50);
        recovery.back(9_000);
        recovery.reach(&id("a"), 300, 300);
        assert_eq!(
            recovery.found(),
            Some(Recovered {
                events: 290,
                from: 11,
                to: 300
            })
        );
    }

    #[test]
    fn several_workflows_are_one_sum() {
        let mut recovery = Recovery::default();
        recovery.miss(&id("a"), 10);
        recovery.miss(&id("b"), 5);
        recovery.back(0);
        recovery.reach(&id("a"), 12, 12);
        recovery.reach(&id("b"), 8, 8);
        assert_eq!(
            recovery.found(),
            Some(Recovered {
                events: 5,
                from: 0,
                to: 0
            })
        );
    }

    #[test]
    fn the_board_counts_the_events_of_all_cards() {
        let mut recovery = Recovery::default();
        recovery.miss_board(100);
        recovery.back(0);
        recovery.reach_board(107);
        assert_eq!(
            recovery.found(),
            Some(Recovered {
                events: 7,
                from: 0,
                to: 0
            })
        );
    }
}
