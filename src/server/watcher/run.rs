//! One run of a file: bytes in, drafts out, and every line counted once.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::pushed_lines::PushedLines;

use domain::adw_id::AdwId;
use domain::event::TimeSource;
use domain::timeline::sources::{ODDITY, UNFINISHED};
use domain::timestamp::Timestamp;
use draft::picture::Picture;
use draft::{Draft, NewEvent};
use intake::dialect::{self, StreamReader};
use intake::execution_log::LogReader;
use intake::line_key::{FileMark, LineMark};
use intake::lines::{Flaw, Layout, Lines, TakenLine, without_end};
use intake::place::{LinePart, Place};
use intake::push::older::add_pushed_keys;
use intake::reading::{self, Finished, Reading, remark};
use intake::time_zone::TimeZone;
use journal::LineCounts;

/// How long an entry of a log is held back after the last byte, in case it goes on.
const ENTRY_HELD_FOR: Duration = Duration::from_millis(60);
/// How long a text in pieces is held back: a model pauses between words.
const TEXT_HELD_FOR: Duration = Duration::from_secs(1);

/// A file that is read, and whose it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SourceFile {
    pub adw_id: AdwId,
    pub agent: String,
    /// The file within the workflow's folder.
    pub file: String,
}

/// When the lines at hand were written, as far as that can be told.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stamps<'a> {
    /// Lines that begin before this offset were there before they were looked for.
    pub backlog_until: u64,
    /// The time of the backlog: when the file was last written.
    pub written: Timestamp,
    /// The time of the other lines.
    pub now: Timestamp,
    pub zone: &'a TimeZone,
}

/// What understands the lines; stored with the offset.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum LineReader {
    Stream(Box<StreamReader>),
    Log(Box<LogReader>),
}

impl LineReader {
    fn flush(&mut self) -> Option<Finished> {
        match self {
            Self::Log(log) => log.flush(),
            Self::Stream(stream) => stream.flush(),
        }
    }
}

/// The lines of a file from its beginning, or from where a run was left.
#[derive(Debug)]
pub(super) struct FileRun {
    pub number: u32,
    pub reader: LineReader,
    pub counts: LineCounts,
    /// Up to here everything has become drafts.
    pub offset: u64,
    /// The last line taken had no end yet: an end that comes now belongs to it.
    pub is_end_owed: bool,
    /// It began because the file was cut short or written anew: a line of it can be one that stood there before.
    pub repeats_lines: bool,
    /// Which file it is, where its lines can be known again by that: not where lines may come twice.
    pub mark: Option<FileMark>,
    /// Lines that others told before they stood here.
    pub pushed: PushedLines,
    lines: Lines,
    /// Lines that were read since `offset`, and are held back.
    held: u64,
    /// What the drafts tell of, until somebody takes it.
    pictures: Vec<Picture>,
}

impl FileRun {
    pub(super) fn new(number: u32, reader: LineReader) -> Self {
        Self::resumed(number, reader, LineCounts::default(), 0, false)
    }

    pub(super) fn resumed(number: u32, reader: LineReader, counts: LineCounts, offset: u64, is_end_owed: bool) -> Self {
        let lines = match &reader {
            LineReader::Stream(_) => Lines::from_offset(offset),
            LineReader::Log(_) => Lines::laid_out(offset, Some(Layout::Lines)),
        };
        Self {
            number,
            reader,
            counts,
            offset,
            is_end_owed,
            repeats_lines: false,
            mark: None,
            pushed: PushedLines::default(),
            lines,
            held: 0,
            pictures: Vec::new(),
        }
    }

    /// Reads on in a file that is laid out like this.
    pub(super) fn laid_out(mut self, layout: Layout) -> Self {
        if layout != Layout::Lines {
            self.lines = Lines::laid_out(self.offset, Some(layout));
        }
        self
    }

    /// How the file is laid out.
    pub(super) fn layout(&self) -> Layout {
        self.lines.layout().unwrap_or_default()
    }

    /// The pictures of the lines that were read since this was last asked.
    pub(super) fn take_pictures(&mut self) -> Vec<Picture> {
        std::mem::take(&mut self.pictures)
    }

    /// Where in the file to read next.
    pub(super) fn wanted(&self) -> u64 {
        self.lines.pushed()
    }

    /// Takes in bytes that stand at `wanted`.
    pub(super) fn push(&mut self, bytes: &[u8]) {
        self.lines.push(bytes);
    }

    /// Reads one line; false if there is no whole one.
    pub(super) fn read_line(&mut self, whose: &SourceFile, stamps: &Stamps<'_>, drafts: &mut Vec<Draft>) -> bool {
        let Some(line) = self.lines.next_line() else {
            return false;
        };
        if std::mem::take(&mut self.is_end_owed) && line.text.is_empty() {
            self.offset = line.end;
            return true;
        }
        let line = line.taken(self.mark);
        self.take(whose, stamps, &line, drafts);
        true
    }

    /// Takes what follows the last end as a line, if it is whole: nobody has written to the file for a while.
    pub(super) fn take_rest(&mut self, whose: &SourceFile, stamps: &Stamps<'_>, drafts: &mut Vec<Draft>) -> bool {
        let is_whole = match &self.reader {
            LineReader::Stream(_) => dialect::is_whole(&self.lines.rest_text()),
            LineReader::Log(_) => !self.lines.rest().is_empty(),
        };
        if !is_whole {
            return false;
        }
        let Some(line) = self.lines.take_rest() else {
            return false;
        };
        let line = line.taken(self.mark);
        self.take(whose, stamps, &line, drafts);
        self.is_end_owed = true;
        true
    }

    /// Ends the entry that is held back; true if there was one.
    pub(super) fn flush(&mut self, drafts: &mut Vec<Draft>) -> bool {
        let finished = self.reader.flush();
        let is_some = finished.is_some();
        if let Some(finished) = finished {
            self.finish(finished, drafts);
        }
        is_some
    }

    /// The file is gone or begins anew: what was read of it is all that will come.
    pub(super) fn end(&mut self, whose: &SourceFile, stamps: &Stamps<'_>, drafts: &mut Vec<Draft>) {
        self.take_rest(whose, stamps, drafts);
        self.flush(drafts);
        if self.lines.rest().is_empty() {
            return;
        }
        let place = self.place_of_rest(whose, stamps);
        let rest = self.lines.rest_text();
        let trouble = place.trouble(
            ODDITY,
            "cut off: the file ended in the middle of it",
            &rest,
            place.line_keys(LinePart::Block(0)),
        );
        self.offset = self.lines.pushed();
        self.counts.lines += 1;
        self.counts.oddities += 1;
        self.lines = Lines::laid_out(self.offset, self.lines.layout());
        drafts.push(Draft::Event(trouble));
    }

    /// Says that the file ends in the middle of a line; that line stays to be read.
    pub(super) fn unfinished(&self, whose: &SourceFile, stamps: &Stamps<'_>) -> NewEvent {
        let place = self.place_of_rest(whose, stamps);
        let rest = self.lines.rest_text();
        place.trouble(
            UNFINISHED,
            "the file ends in the middle of a line",
            &rest,
            place.line_keys(LinePart::Unfinished),
        )
    }

    /// Forgets what was read but has not become drafts, so that it is read again.
    pub(super) fn step_back(&mut self) {
        self.lines = Lines::laid_out(self.offset, self.lines.layout());
        self.held = 0;
        match &mut self.reader {
            LineReader::Log(log) => log.forget_held(),
            LineReader::Stream(stream) => stream.forget_held(),
        }
    }

    pub(super) fn has_rest(&self) -> bool {
        !self.lines.rest().is_empty()
    }

    pub(super) fn is_holding(&self) -> bool {
        self.held > 0
    }

    /// After this much silence what is held back is whole.
    pub(super) fn held_for(&self) -> Duration {
        match &self.reader {
            LineReader::Log(_) => ENTRY_HELD_FOR,
            LineReader::Stream(_) => TEXT_HELD_FOR,
        }
    }

    fn place_of_rest<'a>(&self, whose: &'a SourceFile, stamps: &Stamps<'_>) -> Place<'a> {
        let mark = self.mark.map(|file| file.line(without_end(self.lines.rest())));
        self.place(whose, stamps, self.lines.offset(), mark)
    }

    fn place<'a>(&self, whose: &'a SourceFile, stamps: &Stamps<'_>, offset: u64, mark: Option<LineMark>) -> Place<'a> {
        let is_backlog = offset < stamps.backlog_until;
        Place {
            adw_id: &whose.adw_id,
            agent: &whose.agent,
            run: self.number,
            file: &whose.file,
            offset,
            line: self.counts.lines + self.held + 1,
            at: if is_backlog { stamps.written } else { stamps.now },
            time_source: if is_backlog {
                TimeSource::Unknown
            } else {
                TimeSource::Read
            },
            mark,
        }
    }

    fn take(&mut self, whose: &SourceFile, stamps: &Stamps<'_>, line: &TakenLine, drafts: &mut Vec<Draft>) {
        let TakenLine {
            offset,
            end,
            ref text,
            flaw,
            mark,
        } = *line;
        let pushed = match &self.reader {
            LineReader::Stream(_) => self.pushed.take(&whose.adw_id, &whose.agent, text),
            LineReader::Log(_) => None,
        };
        if pushed.is_some() {
            // A text in pieces that somebody else told in part: the parts stay apart.
            self.flush(drafts);
        }
        let place = self.place(whose, stamps, offset, mark);
        let mut finished = match (&mut self.reader, flaw) {
            (reader, Some(Flaw::TooLong)) => reader.flush().into_iter().chain([reading::too_long(end)]).collect(),
            (LineReader::Log(log), _) => log.read(text, &place, end, stamps.zone),
            (LineReader::Stream(stream), _) => stream.read(text, &place, end),
        };
        if let LineReader::Stream(stream) = &mut self.reader {
            self.pictures.extend(stream.take_pictures());
        }
        let remark = remark(&finished, flaw, &place, text);
        self.held += 1;
        if let Some(name) = pushed {
            finished.extend(self.reader.flush());
            for part in &mut finished {
                if let Reading::Source(events) = &mut part.reading {
                    add_pushed_keys(events, &whose.agent, name);
                }
            }
        }
        for part in finished {
            self.finish(part, drafts);
        }
        drafts.extend(remark.map(Draft::Event));
    }

    fn finish(&mut self, finished: Finished, drafts: &mut Vec<Draft>) {
        self.held = self.held.saturating_sub(finished.lines);
        self.offset = finished.end;
        self.counts.lines += finished.lines;
        if let Some(name) = finished.reading.unrecognised() {
            self.counts.add_unrecognised(name, finished.lines);
        }
        match finished.reading {
            Reading::Source(events) => {
                self.counts.sources += finished.lines;
                drafts.extend(events.into_iter().map(Draft::Event));
            }
            Reading::Silent(reason) => {
                *self.counts.silent.entry(reason.to_owned()).or_default() += finished.lines;
            }
            Reading::Unrecognised(_) => {}
            Reading::Unknown(_, events) => drafts.extend(events.into_iter().map(Draft::Event)),
        }
    }
}

#[cfg(test)]
mod tests;
