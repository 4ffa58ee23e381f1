//! What pushing costs a workflow: what its publishers report of themselves.

use serde::{Deserialize, Serialize};

use crate::event::{Event, Kind};
use crate::excerpt::excerpt;
use crate::from_json::from_fields;
use crate::payload;
use crate::timestamp::Timestamp;

/// The `event_type` of a report.
pub const REPORT: &str = "publisher_report";

/// Publishers that are told of; a workflow has a script for each stage.
const PUBLISHERS: usize = 12;

/// One publisher's newest report: counts since its process began.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Overhead {
    pub publisher: String,
    pub pid: u64,
    pub at: Timestamp,
    /// Events that it was given.
    pub handed_over: u64,
    /// How long a call took, at the median and at the 99th percentile, in microseconds.
    pub p50_us: u64,
    pub p99_us: u64,
    /// The age of the oldest event that the server had not acknowledged.
    pub backlog_ms: u64,
    /// Events that it had to let go of, because there was no room for them.
    pub dropped: u64,
    /// Events that the server would not have.
    pub refused: u64,
}

from_fields!(Overhead {
    publisher,
    pid,
    at,
    handed_over,
    p50_us,
    p99_us,
    backlog_ms,
    dropped,
    refused
});

impl Overhead {
    pub(super) fn of(event: &Event) -> Option<Self> {
        if event.kind != Kind::Other || event.event_type != REPORT {
            return None;
        }
        let number = |field| payload::number(&event.payload, field).unwrap_or(0);
        Some(Self {
            publisher: excerpt(payload::text(&event.payload, "publisher").unwrap_or("publisher"), 48),
            pid: number("pid"),
            at: event.timestamp,
            handed_over: number("handed_over"),
            p50_us: number("handover_p50_us"),
            p99_us: number("handover_p99_us"),
            backlog_ms: number("backlog_ms"),
            dropped: number("dropped"),
            refused: number("refused"),
        })
    }
}

/// Takes a report in; the newest is the last.
pub(super) fn apply(known: &mut Vec<Overhead>, report: Overhead) {
    known.retain(|other| other.pid != report.pid || other.publisher != report.publisher);
    if known.len() == PUBLISHERS {
        known.remove(0);
    }
    known.push(report);
}
