//! What is waiting to be recorded: drafts, and how far their files were read, in one batch.

use std::collections::HashMap;
use std::mem;
use std::time::Duration;

use crate::hub::{RecordError, Recorder};
use crate::watcher::hints::Mailbox;
use draft::Draft;
use draft::picture::Picture;
use journal::{Batch, DraftSpan, Outcome, Tail};

/// About how much one transaction takes at once.
const DRAFTS: usize = 1_000;
const BYTES: u64 = 1024 * 1024;
/// Each picture is synced to disk, and live files wait in the meantime.
const PICTURES: usize = 32;
/// How long to wait before a refused batch is tried again.
const PAUSE: Duration = Duration::from_millis(200);

/// See the module. Reading stops while it is full.
#[derive(Default)]
pub(super) struct Outbox {
    pub drafts: Vec<Draft>,
    tails: Vec<Tail>,
    /// Which drafts came of which of them.
    spans: Vec<DraftSpan>,
    /// Events of a run of a file that turned out to be known, until whoever reads the file asks.
    known: HashMap<(String, u32), u64>,
    /// The pictures that the drafts refer to.
    pub pictures: Vec<Picture>,
    /// Bytes of the files from which the drafts came.
    bytes: u64,
    /// Somebody is waiting for it, so it is recorded before the batch is full.
    pub is_urgent: bool,
}

impl Outbox {
    pub(super) fn is_full(&self) -> bool {
        self.drafts.len() >= DRAFTS || self.bytes >= BYTES || self.pictures.len() >= PICTURES
    }

    pub(super) fn note_bytes(&mut self, bytes: u64) {
        self.bytes += bytes;
    }

    /// Notes how far a file was read, with all drafts that came from it before.
    pub(super) fn set_tail(&mut self, tail: Tail) {
        let known = self
            .tails
            .iter()
            .position(|known| known.run == tail.run && known.path == tail.path);
        let at = known.unwrap_or(self.tails.len());
        match known {
            Some(at) => self.tails[at] = tail,
            None => self.tails.push(tail),
        }
        let end = self.drafts.len();
        if self.spans.last().is_none_or(|last| last.end < end) {
            self.spans.push(DraftSpan { end, tail: at });
        }
    }

    /// How many events of a run of a file have turned out to be known since this was last asked. The journal has counted them.
    pub(super) fn take_known(&mut self, path: &str, run: u32) -> u64 {
        if self.known.is_empty() {
            return 0;
        }
        self.known.remove(&(path.to_owned(), run)).unwrap_or(0)
    }

    fn note_known(&mut self, batch: &Batch, outcomes: &[Outcome]) {
        for (at, count) in DraftSpan::known(&batch.spans, outcomes) {
            if let Some(tail) = batch.tails.get(at) {
                *self.known.entry((tail.path.clone(), tail.run)).or_default() += count;
            }
        }
    }

    /// Records everything. What is refused is tried again until it is accepted; false if the watcher was stopped before that.
    pub(super) fn send(&mut self, recorder: &Recorder, mailbox: &Mailbox) -> bool {
        self.is_urgent = false;
        if self.drafts.is_empty() && self.tails.is_empty() {
            return true;
        }
        let batch = Batch {
            drafts: mem::take(&mut self.drafts),
            tails: mem::take(&mut self.tails),
            pictures: mem::take(&mut self.pictures),
            spans: mem::take(&mut self.spans),
        };
        self.bytes = 0;
        let mut is_told = false;
        loop {
            match recorder.record_blocking(batch.clone()) {
                Ok(outcomes) => {
                    self.note_known(&batch, &outcomes);
                    return true;
                }
                Err(error) => {
                    if !mem::replace(&mut is_told, true) {
                        tracing::warn!(%error, "cannot record what was read from the files; nothing is skipped, and it will be tried again");
                    }
                    mailbox.pause(match error {
                        RecordError::Stopped(_) | RecordError::Picture(_) => PAUSE * 10,
                        RecordError::Busy | RecordError::Full => PAUSE,
                    });
                }
            }
            if mailbox.is_stopping() {
                return false;
            }
        }
    }
}
