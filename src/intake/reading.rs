//! What a line of a stream or a log is: every line is exactly one of three things, and is counted as that.

use super::lines::Flaw;
use super::place::{LinePart, Place};
use domain::timeline::sources::{MENDED, ODDITY};
use draft::NewEvent;

/// What a line is: exactly one of the three; one of a type that is not known is not understood, though it is passed on.
#[derive(Clone, Debug, PartialEq)]
pub enum Reading {
    /// The source of these events, of one at least.
    Source(Vec<NewEvent>),
    /// Recognised, but without an event; the reason is one of a few fixed words.
    Silent(&'static str),
    /// Not understood, and why.
    Unrecognised(String),
    /// Of a type that is not known, or with a part of one: the name, and what is passed on of it.
    Unknown(String, Vec<NewEvent>),
}

impl Reading {
    /// What it is counted under, where it was not understood: few words for many lines.
    pub fn unrecognised(&self) -> Option<&str> {
        match self {
            Self::Source(_) | Self::Silent(_) => None,
            Self::Unrecognised(reason) => Some(reason.split_once(": ").map_or(reason, |(what, _)| what)),
            Self::Unknown(name, _) => Some(name),
        }
    }
}

/// What one or more lines have become; more than one if a text or an entry spans lines.
#[derive(Clone, Debug, PartialEq)]
pub struct Finished {
    pub reading: Reading,
    /// How many lines that were.
    pub lines: u64,
    /// Where in the file they end.
    pub end: u64,
}

/// A line that is too long to be read.
pub fn too_long(end: u64) -> Finished {
    let reading = Reading::Unrecognised("a line longer than 64 MiB".into());
    Finished { reading, lines: 1, end }
}

/// The event that says what is wrong with a line, after what the line completed.
pub fn remark(finished: &[Finished], flaw: Option<Flaw>, place: &Place<'_>, text: &str) -> Option<NewEvent> {
    match (finished.last().map(|last| &last.reading), flaw) {
        (Some(Reading::Unrecognised(reason)), _) => {
            Some(place.trouble(ODDITY, reason, text, place.line_keys(LinePart::Block(0))))
        }
        (_, Some(Flaw::NotUtf8)) => {
            let reason = "bytes that are no UTF-8 were replaced";
            Some(place.trouble(MENDED, reason, text, place.line_keys(LinePart::Mended)))
        }
        _ => None,
    }
}
