//! What a line of a stream or a log is: every line is exactly one of three things, and is counted as that.

use super::draft::NewEvent;

/// What a line is: exactly one of the three.
#[derive(Clone, Debug, PartialEq)]
pub enum Reading {
    /// The source of these events, of one at least.
    Source(Vec<NewEvent>),
    /// Recognised, and it says nothing; the reason is one of a few fixed words.
    Silent(&'static str),
    /// Not understood, and why.
    Oddity(String),
}

/// What some lines have become; several where a text or an entry goes on over lines.
#[derive(Clone, Debug, PartialEq)]
pub struct Finished {
    pub reading: Reading,
    /// How many lines that were.
    pub lines: u64,
    /// Where in the file they end.
    pub end: u64,
}
