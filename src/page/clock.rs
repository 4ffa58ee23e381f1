//! Milliseconds since the page started: the clock never goes back, and it includes the time that the machine slept.
//!
//! Some browsers stop the monotonic clock during sleep, and the wall clock can be set, so the one that advanced further is used.

use std::cell::Cell;

use super::window::{monotonic_ms, wall_ms};

pub(super) struct Clock {
    now: Cell<f64>,
    monotonic: Cell<f64>,
    wall: Cell<f64>,
}

impl Clock {
    pub fn new() -> Self {
        Self {
            now: Cell::new(0.0),
            monotonic: Cell::new(monotonic_ms()),
            wall: Cell::new(wall_ms()),
        }
    }

    pub fn now(&self) -> u64 {
        let (monotonic, wall) = (monotonic_ms(), wall_ms());
        let passed = (monotonic - self.monotonic.replace(monotonic)).max(wall - self.wall.replace(wall));
        self.now.set(self.now.get() + passed.max(0.0));
        self.now.get() as u64
    }
}
