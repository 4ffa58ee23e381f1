//! `adwatch import`: takes NDJSON exports back into a journal, every event with the number, time and payload it had.
//!
//! What an export holds was redacted when it was recorded, and is taken in as it stands. A line that cannot be read is
//! reported and the others are kept.

mod lines;

use std::io::{self, BufRead};

use crate::hub::{RecordError, Recorder};
use domain::event::Event;
use draft::{Draft, NewEvent};
use intake::push::keys;
use journal::{Batch, Outcome};
use lines::Lines;

/// One transaction takes at most this much.
const BATCH_EVENTS: usize = 1_000;
const BATCH_BYTES: usize = 1024 * 1024;
/// So many lines may be broken before the first good one; what begins with more is no export.
const BROKEN_AT_FIRST: usize = 10;
/// How an export in the format json begins. Its last line would pass for an event.
const JSON_EXPORT: &[u8] = b"{\"epoch\":";
/// Refusals that are told one by one.
const TOLD: usize = 20;
/// The journal numbers events with 40 bits.
const GREATEST_SEQ: u64 = (1 << 40) - 1;

/// What became of a file.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Report {
    pub imported: u64,
    /// Events that the journal held already.
    pub known: u64,
    /// Events that got another number, because the file lacks some before them.
    pub renumbered: u64,
    /// Lines that could not be taken in.
    pub refused: u64,
    /// The first of them: the number of the line, from 1, and what is wrong with it.
    pub refusals: Vec<(u64, String)>,
}

/// Why a file could not be taken in, or not to its end.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    #[error(
        "it is no NDJSON export of adwatch (line {line}: {reason}); make one with /api/workflows/ID/export?format=ndjson. Nothing was imported from it"
    )]
    NoExport { line: u64, reason: String },
    #[error("it is empty; nothing was imported from it")]
    Empty,
    #[error("it cannot be read on: {0}; what came before is kept, and importing it again goes on from there")]
    Read(#[from] io::Error),
    #[error("{0}; what came before is kept, and importing it again goes on from there")]
    Record(#[from] RecordError),
}

/// What is read and not yet recorded.
#[derive(Default)]
struct Waiting {
    /// The line, and the seq in the file.
    places: Vec<(u64, u64)>,
    drafts: Vec<Draft>,
    bytes: usize,
}

/// Records all events of a file; blocks.
pub fn import(recorder: &Recorder, file: impl BufRead) -> Result<Report, ImportError> {
    let mut lines = Lines::new(file);
    let mut report = Report::default();
    let mut waiting = Waiting::default();
    let mut is_export = false;
    while let Some(line) = lines.next()? {
        if !is_export && line.text.as_ref().is_ok_and(|text| text.starts_with(JSON_EXPORT)) {
            return Err(ImportError::NoExport {
                line: line.number,
                reason: "this is an export in the format json".to_owned(),
            });
        }
        let event = match line.text.and_then(event) {
            Ok(event) => event,
            Err(reason) => {
                report.refuse(line.number, reason);
                if !is_export && report.refusals.len() >= BROKEN_AT_FIRST {
                    break;
                }
                continue;
            }
        };
        is_export = true;
        waiting.places.push((line.number, event.seq));
        waiting.bytes += line.bytes;
        let keys = keys::of(&event, None);
        waiting.drafts.push(Draft::Imported(NewEvent { event, keys }));
        if waiting.drafts.len() >= BATCH_EVENTS || waiting.bytes >= BATCH_BYTES {
            report.record(recorder, std::mem::take(&mut waiting))?;
        }
    }
    if !is_export {
        let first = report.refusals.into_iter().next();
        return Err(
            first.map_or(ImportError::Empty, |(line, reason)| ImportError::NoExport {
                line,
                reason,
            }),
        );
    }
    report.record(recorder, waiting)?;
    Ok(report)
}

/// Reads a line of an export.
fn event(text: &[u8]) -> Result<Event, String> {
    let event: Event = serde_json::from_slice(text).map_err(|error| format!("this is no event: {error}"))?;
    match event.seq {
        1..=GREATEST_SEQ => Ok(event),
        seq => Err(format!("seq must be 1 to {GREATEST_SEQ}, not {seq}")),
    }
}

impl Report {
    fn refuse(&mut self, line: u64, reason: String) {
        self.refused += 1;
        if self.refusals.len() < TOLD {
            self.refusals.push((line, reason));
        }
    }

    fn record(&mut self, recorder: &Recorder, waiting: Waiting) -> Result<(), RecordError> {
        let of: Vec<_> = waiting
            .drafts
            .iter()
            .filter_map(|draft| draft.adw_id().cloned())
            .collect();
        let batch = Batch {
            drafts: waiting.drafts,
            ..Batch::default()
        };
        let outcomes = recorder.record_blocking(batch)?;
        for ((outcome, (line, seq)), adw_id) in outcomes.into_iter().zip(waiting.places).zip(of) {
            match outcome {
                Outcome::Recorded(given) => {
                    self.imported += 1;
                    self.renumbered += u64::from(given != seq);
                }
                // Nothing of an export waits for its workflow.
                Outcome::Duplicate | Outcome::Waiting => self.known += 1,
                Outcome::Differs => self.refuse(
                    line,
                    format!("the journal holds another event {seq} of workflow {adw_id}, and keeps it"),
                ),
            }
        }
        Ok(())
    }
}
