//! This publisher's file in the spool: what was written to it, and what of that was sent.

use std::collections::VecDeque;
use std::fs::File;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::spool::{Spool, SpoolFile};

/// A file that has grown to this size is released: it is sent and deleted like any that has lost its publisher.
const FULL_BYTES: u64 = 1024 * 1024;
/// The precision of ages.
const MARK_EVERY: Duration = Duration::from_millis(100);

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Written {
    file: Option<SpoolFile>,
    /// How much of the file was sent.
    sent: u64,
    /// Positions in the file, and when they were reached; the first is before what was not sent.
    marks: VecDeque<(u64, Instant)>,
    let_go_count: u64,
    /// Since when released files have been waiting.
    let_go_since: Option<Instant>,
}

/// The part of the file that is to be sent.
#[derive(Debug)]
pub(crate) struct Unsent {
    pub path: PathBuf,
    pub inode: u64,
    pub file: Arc<File>,
    pub from: u64,
    pub until: u64,
}

impl Written {
    pub fn path(&self) -> Option<PathBuf> {
        self.file.as_ref().map(|file| file.path().to_owned())
    }

    /// Bytes in the file.
    pub fn length(&self) -> u64 {
        self.file.as_ref().map_or(0, SpoolFile::length)
    }

    /// Releases the file if this many more bytes are too much for it; returns how many bytes it had.
    pub fn make_way(&mut self, bytes: u64, most_bytes: u64) -> u64 {
        let length = self.length();
        if length == 0 || length + bytes <= FULL_BYTES.min(most_bytes) {
            return 0;
        }
        self.let_go();
        length
    }

    /// Leaves the file to whoever will send it.
    pub fn let_go(&mut self) {
        if self.file.take().is_some() {
            let since = self.marks.front().map(|(_, at)| *at);
            self.let_go_since = self.let_go_since.or(since);
            self.let_go_count += 1;
            self.marks.clear();
            self.sent = 0;
        }
    }

    pub fn let_go_count(&self) -> u64 {
        self.let_go_count
    }

    /// Notes that no released file is left; returns whether there was one.
    pub fn settle(&mut self) -> bool {
        self.let_go_since.take().is_some()
    }

    pub fn append(&mut self, text: &[u8], spool: &Spool) -> io::Result<()> {
        let file = match &mut self.file {
            Some(file) => file,
            None => self.file.insert(spool.create()?),
        };
        let before = file.length();
        file.append(text)?;
        if self.marks.back().is_none_or(|(_, at)| at.elapsed() >= MARK_EVERY) {
            self.marks.push_back((before, Instant::now()));
        }
        Ok(())
    }

    /// Since when the oldest unsent line has been waiting.
    pub fn since(&self) -> Option<Instant> {
        let first = self.marks.front().filter(|_| self.length() > self.sent);
        self.let_go_since.or(first.map(|(_, at)| *at))
    }

    pub fn unsent(&self) -> Option<Unsent> {
        let file = self.file.as_ref().filter(|file| file.length() > self.sent)?;
        Some(Unsent {
            path: file.path().to_owned(),
            inode: file.inode().ok()?,
            file: file.reader(),
            from: self.sent,
            until: file.length(),
        })
    }

    /// Notes how far the file was sent, and empties it when all of it was; false if it was released in the meantime.
    pub fn sent(&mut self, unsent: &Unsent, until: u64) -> bool {
        let Some(file) = self.file.as_mut().filter(|file| file.path() == unsent.path) else {
            return false;
        };
        let is_all = file.length() == until;
        // If it cannot be emptied, sending continues from here.
        self.sent = if is_all && file.clear().is_ok() { 0 } else { until };
        if is_all {
            self.marks.clear();
        }
        while self.marks.get(1).is_some_and(|(place, _)| *place <= until) {
            self.marks.pop_front();
        }
        true
    }

    /// Deletes the file if all of it was sent, and otherwise leaves it to others.
    pub fn end(&mut self) {
        let is_sent = self.length() == self.sent;
        match self.file.take() {
            Some(file) if is_sent => file.delete(),
            Some(_) | None => {}
        }
        self.marks.clear();
    }
}
