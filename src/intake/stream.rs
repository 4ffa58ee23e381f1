//! The child's output as events: line by line, the same events that whoever watches the file creates.
//!
//! A text in pieces is held until something else comes, never for a certain time: how the pieces are joined must not depend on
//! when they were seen, and whoever watches the file has shown them by then.

use std::collections::VecDeque;

use serde_json::Value;

use super::item::{self, LineNames};
use crate::dialect::{self, StreamReader};
use crate::line_key::{FileMark, LineMark};
use crate::lines::{Flaw, Lines, TakenLine, without_end};
use crate::place::{LinePart, Place};
use crate::reading::{self, Finished, Reading, remark};
use domain::adw_id::AdwId;
use domain::event::TimeSource;
use domain::timeline::sources::UNFINISHED;
use domain::timestamp::Timestamp;
use draft::NewEvent;
use draft::picture::Picture;

/// See the module.
#[derive(Debug)]
pub struct Stream {
    adw_id: AdwId,
    agent: String,
    /// The file within the workflow's folder.
    file: String,
    mark: Option<FileMark>,
    reader: StreamReader,
    lines: Lines,
    count: u64,
    /// The keys of the lines that have not become events yet.
    waiting: VecDeque<LineNames>,
    /// Bytes were missing: what comes before the next line end is not a line.
    is_torn: bool,
    /// Whether the last line said that the session is over.
    pub has_result: bool,
}

impl Stream {
    pub fn new(adw_id: AdwId, agent: String, file: String, mark: Option<FileMark>) -> Self {
        Self {
            adw_id,
            agent,
            file,
            mark,
            reader: StreamReader::default(),
            lines: Lines::from_offset(0),
            count: 0,
            waiting: VecDeque::new(),
            is_torn: false,
            has_result: false,
        }
    }

    /// Takes in bytes at an offset, and adds the items to push. Returns how many bytes before them were missing.
    pub fn push(&mut self, offset: u64, bytes: &[u8], at: Timestamp, items: &mut Vec<Value>) -> u64 {
        let missing = offset.saturating_sub(self.lines.pushed());
        if missing > 0 {
            self.lines = Lines::laid_out(offset, self.lines.layout());
            self.is_torn = true;
        }
        self.lines.push(bytes);
        while let Some(line) = self.lines.next_line() {
            let line = line.taken(self.mark);
            if !std::mem::take(&mut self.is_torn) {
                self.take(&line, at, items);
            }
        }
        missing
    }

    /// The end of the output: a last line without a line end counts if it is complete.
    pub fn end(&mut self, at: Timestamp, items: &mut Vec<Value>) {
        let is_whole = dialect::is_whole(&self.lines.rest_text());
        let rest = if is_whole { self.lines.take_rest() } else { None };
        if let Some(line) = rest.map(|line| line.taken(self.mark)).filter(|_| !self.is_torn) {
            self.take(&line, at, items);
        }
        if let Some(held) = self.reader.flush() {
            self.finish(held, &[], items);
        }
        let rest = self.lines.rest();
        if rest.is_empty() || self.is_torn {
            return;
        }
        let mark = self.mark.map(|file| file.line(without_end(rest)));
        let place = self.place(self.lines.offset(), mark, at);
        let text = self.lines.rest_text();
        let keys = place.line_keys(LinePart::Unfinished);
        let unfinished = place.trouble(UNFINISHED, "the file ends in the middle of a line", &text, keys);
        items.push(item::of(&unfinished, &names(None, &place), 1, &[]));
    }

    fn take(&mut self, line: &TakenLine, at: Timestamp, items: &mut Vec<Value>) {
        let mut reader = std::mem::take(&mut self.reader);
        let place = self.place(line.offset, line.mark, at);
        let finished = match line.flaw {
            Some(Flaw::TooLong) => reader
                .flush()
                .into_iter()
                .chain([reading::too_long(line.end)])
                .collect(),
            Some(Flaw::NotUtf8) | None => reader.read(&line.text, &place, line.end),
        };
        let names = names(reader.line_uuid(), &place);
        let remark = remark(&finished, line.flaw, &place, &line.text);
        let remark = remark.map(|remark| item::of(&remark, &names, 1, &[]));
        let pictures = reader.take_pictures();
        self.reader = reader;
        self.count += 1;
        self.waiting.push_back(names);
        for part in finished {
            self.finish(part, &pictures, items);
        }
        items.extend(remark);
    }

    fn finish(&mut self, finished: Finished, pictures: &[Picture], items: &mut Vec<Value>) {
        let lines = usize::try_from(finished.lines)
            .unwrap_or(usize::MAX)
            .min(self.waiting.len());
        // A text of several lines has the key of its first.
        let names = self.waiting.drain(..lines).next().unwrap_or_default();
        self.has_result = match finished.reading {
            Reading::Source(events) | Reading::Unknown(_, events) => {
                let has_result = events.iter().any(is_result);
                items.extend(events.iter().map(|new| item::of(new, &names, events.len(), pictures)));
                has_result
            }
            // An empty line at the end means nothing.
            Reading::Silent(_) => self.has_result,
            Reading::Unrecognised(_) => false,
        };
    }

    fn place(&self, offset: u64, mark: Option<LineMark>, at: Timestamp) -> Place<'_> {
        Place {
            adw_id: &self.adw_id,
            agent: &self.agent,
            run: 0,
            file: &self.file,
            offset,
            line: self.count + 1,
            at,
            time_source: TimeSource::Read,
            mark,
        }
    }
}

fn is_result(new: &NewEvent) -> bool {
    new.event.event_type == "session_ended"
}

fn names(uuid: Option<&str>, place: &Place<'_>) -> LineNames {
    LineNames {
        uuid: uuid.map(str::to_owned),
        line_key: place.mark.map(|mark| mark.line_key(place.offset)),
    }
}
