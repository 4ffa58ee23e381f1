//! Events that cannot be written now, up to a limit; the oldest log entries are dropped first.

use std::collections::VecDeque;
use std::time::Instant;

use crate::line::SpoolLine;

const MOST_LINES: usize = 10_000;
const MOST_BYTES: usize = 16 * 1024 * 1024;

/// A bounded queue.
#[derive(Debug, Default)]
pub(super) struct Memory {
    lines: VecDeque<Waiting>,
    bytes: usize,
    count: u64,
}

/// A waiting line.
#[derive(Debug)]
pub(super) struct Waiting {
    /// Counts up, so that what was sent can be found whatever was dropped in the meantime.
    pub number: u64,
    pub line: SpoolLine,
    pub since: Instant,
}

impl Memory {
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// Since when the oldest has been waiting.
    pub fn since(&self) -> Option<Instant> {
        self.lines.front().map(|waiting| waiting.since)
    }

    /// Adds a line; returns what had to be dropped for it.
    pub fn push(&mut self, line: SpoolLine) -> Vec<SpoolLine> {
        self.bytes += line.text.len();
        self.count += 1;
        self.lines.push_back(Waiting {
            number: self.count,
            line,
            since: Instant::now(),
        });
        let mut gone = Vec::new();
        while self.lines.len() > MOST_LINES || self.bytes > MOST_BYTES {
            let log = self.lines.iter().position(|waiting| waiting.line.is_log);
            let Some(waiting) = self.lines.remove(log.unwrap_or(0)) else {
                break;
            };
            self.bytes -= waiting.line.text.len();
            gone.push(waiting.line);
        }
        gone
    }

    /// The oldest.
    pub fn front(&self) -> Option<&SpoolLine> {
        self.lines.front().map(|waiting| &waiting.line)
    }

    /// From the oldest on.
    pub fn iter(&self) -> impl Iterator<Item = &Waiting> {
        self.lines.iter()
    }

    pub fn pop(&mut self) {
        if let Some(waiting) = self.lines.pop_front() {
            self.bytes -= waiting.line.text.len();
        }
    }

    /// Drops everything up to a number, because it was sent.
    pub fn forget_until(&mut self, number: u64) {
        while self.lines.front().is_some_and(|waiting| waiting.number <= number) {
            self.pop();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(is_log: bool, bytes: usize) -> SpoolLine {
        SpoolLine {
            text: vec![b'x'; bytes],
            adw_id: None,
            is_log,
        }
    }

    #[test]
    fn logs_go_first_and_then_the_oldest() {
        let mut memory = Memory::default();
        for at in 0..MOST_LINES {
            assert!(memory.push(line(at == 7 || at == 9, 10)).is_empty());
        }
        assert_eq!(memory.push(line(false, 10)), [line(true, 10)]);
        assert!(memory.iter().all(|waiting| waiting.number != 8));
        assert_eq!(memory.push(line(false, 10)), [line(true, 10)]);
        assert_eq!(memory.push(line(false, 10)), [line(false, 10)]);
        assert_eq!(memory.iter().next().map(|waiting| waiting.number), Some(2));
        assert_eq!(memory.push(line(false, MOST_BYTES)).len(), MOST_LINES);
        memory.forget_until(u64::MAX);
        assert!(memory.is_empty() && memory.bytes == 0);
    }
}
