//! How far recording has come since the start, and whether it goes on.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use super::RecordError;

/// Written by the writer, read by everybody.
#[derive(Default)]
pub struct Progress {
    pub recorded: Count,
    pub duplicates: Count,
    pub commits: Count,
    stopped: OnceLock<String>,
}

/// A number that only grows.
#[derive(Default)]
pub struct Count(AtomicU64);

impl Count {
    pub fn add(&self, more: usize) {
        self.0.fetch_add(more as u64, Ordering::Relaxed);
    }

    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl Progress {
    /// Why nothing is recorded any more, if that is so.
    pub fn stopped(&self) -> Option<&str> {
        self.stopped.get().map(String::as_str)
    }

    /// Nothing is recorded from here on. The first reason stays; gives it.
    pub fn stop(&self, reason: impl FnOnce() -> String) -> &str {
        self.stopped.get_or_init(reason)
    }

    pub fn check(&self) -> Result<(), RecordError> {
        self.stopped()
            .map_or(Ok(()), |reason| Err(RecordError::Stopped(reason.to_owned())))
    }
}
