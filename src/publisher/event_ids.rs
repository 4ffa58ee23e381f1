//! The ids of a publisher's events, which make sending them again harmless.

use std::sync::atomic::{AtomicU64, Ordering};

use super::clock;

/// A random prefix and a counter.
#[derive(Debug)]
pub(crate) struct EventIds {
    beginning: String,
    count: AtomicU64,
}

impl EventIds {
    pub fn new() -> Self {
        Self {
            beginning: format!("{:016x}", clock::random()),
            count: AtomicU64::new(0),
        }
    }

    /// An id that nobody else generates.
    pub fn next(&self) -> String {
        format!("{}-{}", self.beginning, self.count.fetch_add(1, Ordering::Relaxed) + 1)
    }
}
