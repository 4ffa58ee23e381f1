//! What of a list is on the screen, and how it changes.

use std::mem::take;

use super::super::query::DetailQuery;
use super::Cause;
use super::drawn::{Drawn, draw};
use super::rows::{Heights, Mode, Rows};
use super::scroll::{BEYOND, Container, Scroll};
use crate::history::History;
use domain::adw_id::AdwId;
use domain::log::{Log, Row};

pub struct State {
    pub adw_id: AdwId,
    pub rows: Rows,
    pub scroll: Scroll,
    /// The rows that are in the page, and how far below the first of all they begin.
    pub drawn: Vec<Drawn>,
    pub above_px: usize,
    /// It is about to be drawn anew.
    pub is_due: bool,
}

/// Where a list is drawn.
pub struct ListElements {
    /// What scrolls.
    pub container: Container,
    /// What is in it: as high as all rows.
    pub canvas: Container,
    pub row_px: usize,
}

impl State {
    /// Draws what is held before anything is known of a screen: the newest rows, so many at most.
    pub fn begin(&mut self, history: History, query: &DetailQuery, most: usize) {
        history.log(|log| self.rows.arrange(log, query));
        let places = self.rows.count.saturating_sub(most)..self.rows.count;
        self.drawn = draw(&self.rows, places, history, &self.adw_id, query);
    }

    /// Brings it up to date with what is held; says whether the page must change.
    pub fn update(&mut self, cause: Cause, place: &ListElements, history: History, query: &DetailQuery) -> bool {
        let count = self.rows.count;
        let heights = history.log(|log| {
            self.rows.arrange(log, query);
            self.rows.heights(log, place.row_px)
        });
        self.scroll(cause, place, history, query, &heights);
        let (first, places) = self.scroll.shown(self.rows.count, &heights);
        let above_px = heights.top(places.start);
        let before = (self.above_px, count, take(&mut self.drawn));
        self.above_px = above_px;
        self.drawn = draw(&self.rows, places, history, &self.adw_id, query);
        let seq = history.log(|log| self.rows.seq_at(log, first));
        self.scroll.drop_anchor(first, seq, &heights);
        self.tend(first, seq, history);
        (before.0, before.1) != (self.above_px, self.rows.count) || before.2 != self.drawn
    }

    fn scroll(&mut self, cause: Cause, place: &ListElements, history: History, query: &DetailQuery, heights: &Heights) {
        self.scroll.look(cause, &place.container);
        let canvas_px = heights.top(self.rows.count);
        if canvas_px != self.scroll.canvas_px {
            let _ = place.canvas.set_attribute("style", &format!("height:{canvas_px}px"));
        }
        let Self { rows, scroll, .. } = self;
        let top = history.log(|log| scroll.aim(cause, rows, log, heights, canvas_px, query.by_duration));
        self.scroll.go(top, canvas_px, &place.container);
    }

    /// Lets go of what is far from where a person reads, and loads what they are about to see.
    fn tend(&self, first: usize, seq: Option<u64>, history: History) {
        let is_live = self.rows.mode == Mode::Live;
        history.trim(seq.filter(|_| !is_live).unwrap_or(u64::MAX));
        // Who scrolls up to the beginning of what is held wants what is before it.
        if !is_live
            && first <= BEYOND
            && self.rows.picked.is_none()
            && let Some((from, to)) = history.log(missing_before)
        {
            history.load_gap(from, to);
        }
    }
}

/// What is not held before the first entry that is.
fn missing_before(log: &Log) -> Option<(u64, u64)> {
    match log.row(0, u64::MAX) {
        Some(Row::Gap { from, to }) if !log.is_blank() => Some((from, to)),
        Some(Row::Gap { .. } | Row::Entry(_)) | None => None,
    }
}
