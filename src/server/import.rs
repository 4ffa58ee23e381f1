//! `adwatch import`: loads NDJSON exports into a journal, every event with its original number, time and payload.
//!
//! The contents of an export were redacted when they were recorded, and are imported unchanged. A line that cannot be read is
//! reported, and the others are imported.

mod lines;

use std::io::{self, BufRead};

use crate::hub::{RecordError, Recorder};
use domain::event::Event;
use draft::key;
use draft::{Draft, NewEvent};
use journal::{Batch, Outcome};
use lines::Lines;

/// One transaction takes at most this much.
const BATCH_EVENTS: usize = 1_000;
const BATCH_BYTES: usize = 1024 * 1024;
/// How many invalid lines may come before the first valid one; with more, the file is not an export.
const BROKEN_AT_FIRST: usize = 10;
/// How an export in the json format begins. Its last line would pass for an event.
const JSON_EXPORT: &[u8] = b"{\"epoch\":";
/// How many refusals are reported one by one.
const TOLD: usize = 20;
/// The journal numbers events with 40 bits.
const GREATEST_SEQ: u64 = (1 << 40) - 1;

/// What became of a file.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct ImportReport {
    pub imported: u64,
    /// Events that the journal already had.
    pub known: u64,
    /// Events that got another number, because earlier ones are missing from the file.
    pub renumbered: u64,
    /// Lines that could not be imported.
    pub refused: u64,
    /// The first of them: the number of the line, from 1, and what is wrong with it.
    pub refusals: Vec<(u64, String)>,
}

/// Why a file could not be imported, or not to its end.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    #[error(
        "not an NDJSON export of adwatch (line {line}: {reason}); create one with /api/workflows/ID/export?format=ndjson. Nothing was imported from it"
    )]
    NoExport { line: u64, reason: String },
    #[error("the file is empty; nothing was imported from it")]
    Empty,
    #[error(
        "cannot read any further: {0}; everything before was imported, and importing the file again continues from there"
    )]
    Read(#[from] io::Error),
    #[error("{0}; everything before was imported, and importing the file again continues from there")]
    Record(#[from] RecordError),
}

/// What has been read but not yet recorded.
#[derive(Default)]
struct Waiting {
    /// The line, and the seq in the file.
    places: Vec<(u64, u64)>,
    drafts: Vec<Draft>,
    bytes: usize,
}

/// Records all events of a file; blocks.
pub fn import(recorder: &Recorder, file: impl BufRead) -> Result<ImportReport, ImportError> {
    let mut lines = Lines::new(file);
    let mut report = ImportReport::default();
    let mut waiting = Waiting::default();
    let mut is_export = false;
    while let Some(line) = lines.next()? {
        if !is_export && line.text.as_ref().is_ok_and(|text| text.starts_with(JSON_EXPORT)) {
            return Err(ImportError::NoExport {
                line: line.number,
                reason: "this is an export in the json format".to_owned(),
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
        let keys = key::of_event(&event, None);
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
    let event: Event = serde_json::from_slice(text).map_err(|error| format!("not a valid event: {error}"))?;
    match event.seq {
        1..=GREATEST_SEQ => Ok(event),
        seq => Err(format!("seq must be 1 to {GREATEST_SEQ}, not {seq}")),
    }
}

impl ImportReport {
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
                    format!("the journal already has a different event {seq} of workflow {adw_id}, which stays"),
                ),
            }
        }
        Ok(())
    }
}
