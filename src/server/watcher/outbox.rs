//! What waits to be recorded: drafts, and how far the files were read that they came of, in one batch.

use std::mem;
use std::time::Duration;

use crate::hub::{RecordError, Recorder};
use crate::watcher::hints::Mailbox;
use draft::Draft;
use draft::picture::Picture;
use journal::{Batch, Tail};

/// One transaction takes about as much at once.
const DRAFTS: usize = 1_000;
const BYTES: u64 = 1024 * 1024;
/// Each is forced to the disk, and live files wait meanwhile.
const PICTURES: usize = 32;
/// How long to wait before a batch that was refused is tried again.
const PAUSE: Duration = Duration::from_millis(200);

/// See the module. Nothing is read further while it is full.
#[derive(Default)]
pub(super) struct Outbox {
    pub drafts: Vec<Draft>,
    tails: Vec<Tail>,
    /// What the drafts tell of.
    pub pictures: Vec<Picture>,
    /// Bytes of the files that the drafts came of.
    bytes: u64,
    /// Somebody waits for it: it is not kept until the batch is full.
    pub is_urgent: bool,
}

impl Outbox {
    pub(super) fn is_full(&self) -> bool {
        self.drafts.len() >= DRAFTS || self.bytes >= BYTES || self.pictures.len() >= PICTURES
    }

    pub(super) fn note_bytes(&mut self, bytes: u64) {
        self.bytes += bytes;
    }

    /// Says how far a file was read, with all drafts that came of it before.
    pub(super) fn set_tail(&mut self, tail: Tail) {
        let known = self
            .tails
            .iter_mut()
            .find(|known| known.run == tail.run && known.path == tail.path);
        match known {
            Some(known) => *known = tail,
            None => self.tails.push(tail),
        }
    }

    /// Records everything. What is refused is tried until it is taken; false if the watcher was stopped before that.
    pub(super) fn send(&mut self, recorder: &Recorder, mailbox: &Mailbox) -> bool {
        self.is_urgent = false;
        if self.drafts.is_empty() && self.tails.is_empty() {
            return true;
        }
        let batch = Batch {
            drafts: mem::take(&mut self.drafts),
            tails: mem::take(&mut self.tails),
            pictures: mem::take(&mut self.pictures),
        };
        self.bytes = 0;
        let mut is_told = false;
        loop {
            match recorder.record_blocking(batch.clone()) {
                Ok(_) => return true,
                Err(error) => {
                    if !mem::replace(&mut is_told, true) {
                        tracing::warn!(%error, "what was read of the files cannot be recorded; nothing is skipped, and it is tried again");
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
