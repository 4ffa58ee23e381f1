//! One stream or log and how far it was read: what has changed since the last look, and whether it is still the same file.

mod empty;
mod follow_error;
mod follow_state;
mod zone;

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::time::{Duration, Instant};

use super::beneath::Stat;
use super::fingerprint::{Fingerprint, Fingerprinter};
use super::look::{Context, mark, millis};
use super::memory::{Identity, Memory, written_ms};
use super::outbox::Outbox;
use super::run::{FileRun, LineReader, SourceFile, Stamps};
use super::source::Source;
use domain::event::TimeSource;
use domain::timestamp::Timestamp;
use draft::Draft;
use follow_error::{Discontinuity, FollowError};
use follow_state::FollowState;
use intake::place::Place;
use journal::Tail;

/// Read at once; a slice of a file is this many times as much, and then others have their turn.
const CHUNK_BYTES: usize = 128 * 1024;
const CHUNKS: usize = 4;
/// After this much silence a file that ends in the middle of a line is said to be unfinished.
const UNFINISHED_AFTER: Duration = Duration::from_secs(60);

/// Whether there is more to read at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Progress {
    More,
    Done,
}

/// See the module.
#[derive(Debug)]
pub(super) struct Follow {
    pub whose: SourceFile,
    pub source: Source,
    path: String,
    run: Option<FileRun>,
    identity: Identity,
    fingerprint: Fingerprint,
    /// The file as it was looked at last.
    pub seen: Option<Stat>,
    /// Lines before this offset were there before they were looked for.
    backlog_until: u64,
    state: FollowState,
    quiet_since: Instant,
}

impl Follow {
    /// A file that was never read. Lines before `backlog_until` were there before it was watched.
    pub(super) fn new(whose: SourceFile, source: Source, path: String, backlog_until: u64, instant: Instant) -> Self {
        Self {
            whose,
            source,
            path,
            run: None,
            identity: Identity::default(),
            fingerprint: Fingerprint::default(),
            seen: None,
            backlog_until,
            state: FollowState::Present,
            quiet_since: instant,
        }
    }

    /// Goes on where a run was left; none if what is stored is no stream or log.
    pub(super) fn resumed(whose: SourceFile, tail: &Tail, backlog_until: u64, context: &Context<'_>) -> Option<Self> {
        let memory = Memory::of(&tail.memory);
        let reader = memory.reader?;
        let source = match &reader {
            LineReader::Stream(_) => Source::Stream,
            LineReader::Log(_) => Source::Log,
        };
        let mut run = FileRun::resumed(tail.run, reader, tail.lines.clone(), tail.offset, memory.is_end_owed)
            .laid_out(memory.layout);
        run.repeats_lines = memory.was_cut;
        Some(Self {
            run: Some(run),
            identity: memory.identity,
            fingerprint: memory.fingerprint,
            state: match (context.is_starting, memory.is_gone) {
                (true, was_gone) => FollowState::Resumed { was_gone },
                (false, true) => FollowState::Gone,
                (false, false) => FollowState::Present,
            },
            ..Self::new(whose, source, tail.path.clone(), backlog_until, context.instant)
        })
    }

    /// Takes a file as it is, without a look: nothing has changed since it was looked at in an earlier life.
    pub(super) fn accept(&mut self, stat: &Stat) {
        self.identity.dev = stat.dev;
        self.seen = Some(*stat);
        self.state.found();
    }

    /// Looks at the open file, and reads a slice of what is new.
    pub(super) fn look(&mut self, file: &File, context: &mut Context<'_>, outbox: &mut Outbox) -> io::Result<Progress> {
        self.learn(outbox);
        let stat = Stat::of(file)?;
        let born = file.metadata()?.created().ok();
        let identity = Identity {
            dev: stat.dev,
            ino: stat.ino,
            born_ms: born.and_then(millis),
        };
        let has_grown = self
            .seen
            .is_none_or(|seen| seen.size != stat.size || seen.written_ns != stat.written_ns);
        if has_grown {
            self.quiet_since = context
                .instant
                .checked_sub(stat.age(context.now))
                .unwrap_or(self.quiet_since);
            self.state.changed();
        }
        let fingerprinter = match self.same_file(file, &stat, &identity) {
            Ok(fingerprinter) => fingerprinter,
            Err(FollowError::Unreadable(error)) => return Err(error),
            Err(FollowError::Discontinued(what)) => {
                self.begin_anew(what, &stat, context, outbox);
                Fingerprinter::default()
            }
        };
        self.state.found();
        self.identity = identity;
        self.seen = Some(stat);
        if self.run.is_none() {
            if stat.size == 0 {
                return Ok(Progress::Done);
            }
            self.run = Some(self.new_run(context));
        }
        if let Some(run) = &mut self.run {
            let born = born.filter(|_| !run.repeats_lines);
            run.mark = born.and_then(|born| mark(stat.ino, born));
            run.pushed.clone_from(context.pushed);
        }
        self.find_zone(file, &stat, context.zone)?;
        self.read(file, &stat, fingerprinter, context, outbox)
    }

    /// What is to be done after the file has been quiet, and when to come back.
    pub(super) fn rest(&mut self, context: &Context<'_>, outbox: &mut Outbox) -> Option<Instant> {
        self.learn(outbox);
        let (seen, quiet) = (self.seen?, context.instant.saturating_duration_since(self.quiet_since));
        let Some(run) = &mut self.run else {
            return self.rest_empty(context, outbox);
        };
        let stamps = stamps(self.backlog_until, &seen, context);
        let due = |after| Some(self.quiet_since + after);
        if run.has_rest() {
            if quiet < context.rescan {
                return due(context.rescan);
            }
            let is_taken = run.take_rest(&self.whose, &stamps, &mut outbox.drafts);
            outbox.pictures.extend(run.take_pictures());
            if !is_taken {
                if quiet < UNFINISHED_AFTER {
                    return due(UNFINISHED_AFTER);
                }
                if self.state.tell_unfinished() {
                    outbox.drafts.push(Draft::Event(run.unfinished(&self.whose, &stamps)));
                }
                let is_flushed = run.flush(&mut outbox.drafts);
                // What is not whole is not kept in memory for ever either.
                run.step_back();
                if is_flushed {
                    outbox.set_tail(self.tail()?);
                }
                return None;
            }
            run.flush(&mut outbox.drafts);
            outbox.set_tail(self.tail()?);
        } else if run.is_holding() {
            if quiet < run.held_for() {
                return due(run.held_for());
            }
            run.flush(&mut outbox.drafts);
            outbox.set_tail(self.tail()?);
        }
        None
    }

    /// The file is gone. What was read of it ends here; whoever found it gone says so.
    pub(super) fn gone(&mut self, context: &Context<'_>, outbox: &mut Outbox) {
        self.state = FollowState::Gone;
        self.end_run(context, outbox);
    }

    /// Takes in how many of its events were known already.
    fn learn(&mut self, outbox: &mut Outbox) {
        if let Some(run) = &mut self.run {
            run.counts.known += outbox.take_known(&self.path, run.number);
        }
    }

    /// Takes what is left of the run, whole or not.
    fn end_run(&mut self, context: &Context<'_>, outbox: &mut Outbox) {
        self.learn(outbox);
        if let (Some(run), Some(seen)) = (&mut self.run, self.seen) {
            let stamps = stamps(self.backlog_until, &seen, context);
            run.end(&self.whose, &stamps, &mut outbox.drafts);
            outbox.pictures.extend(run.take_pictures());
        }
        if let Some(tail) = self.tail() {
            outbox.set_tail(tail);
        }
    }

    pub(super) fn is_gone(&self) -> bool {
        self.state.is_gone()
    }

    /// Whether anything was ever recorded of it.
    pub(super) fn has_run(&self) -> bool {
        self.run.is_some()
    }

    /// The bytes to go on from, if the file still begins with what was read.
    fn same_file(&self, file: &File, stat: &Stat, identity: &Identity) -> Result<Fingerprinter, FollowError> {
        let Some(run) = &self.run else {
            return Ok(Fingerprinter::default());
        };
        let found = if stat.size < run.offset {
            None
        } else {
            self.fingerprint.find_in(file)?
        };
        let is_same_inode = identity.ino == self.identity.ino
            && (identity.dev == self.identity.dev || self.state.is_first_look())
            && (identity.born_ms == self.identity.born_ms || self.identity.born_ms.is_none());
        // A log has no ids by which its lines could be known again, and tools that copy it make a new file each time.
        let is_same = is_same_inode || self.source == Source::Log;
        Err(match found {
            Some(fingerprinter) if is_same => return Ok(fingerprinter),
            _ if !is_same_inode => Discontinuity::Replaced,
            _ if stat.size < run.offset => Discontinuity::CutShort,
            _ => Discontinuity::WrittenAnew,
        }
        .into())
    }

    /// Ends the run and begins the next.
    fn begin_anew(&mut self, what: Discontinuity, stat: &Stat, context: &mut Context<'_>, outbox: &mut Outbox) {
        if !self.state.is_gone() {
            self.end_run(context, outbox);
        }
        let is_backlog = self.state.is_first_look();
        self.backlog_until = if is_backlog {
            stat.size
        } else {
            context.backlog_until(stat)
        };
        let mut run = self.new_run(context);
        run.repeats_lines = what.repeats_lines();
        let stamps = stamps(self.backlog_until, stat, context);
        let place = Place {
            adw_id: &self.whose.adw_id,
            agent: &self.whose.agent,
            run: run.number,
            file: &self.whose.file,
            offset: 0,
            line: 0,
            at: if is_backlog { stamps.written } else { stamps.now },
            time_source: if is_backlog {
                TimeSource::Unknown
            } else {
                TimeSource::Read
            },
            mark: None,
        };
        // That it was gone has been said; that it is there again shows by itself.
        if !self.state.is_gone() {
            let trouble = place.trouble(what.event_type(), &what.to_string(), "", Vec::new());
            outbox.drafts.push(Draft::Event(trouble));
        }
        self.run = Some(run);
        self.fingerprint = Fingerprint::default();
        self.state.found();
        self.seen = Some(*stat);
        if let Some(tail) = self.tail() {
            outbox.set_tail(tail);
        }
    }

    fn new_run(&self, context: &mut Context<'_>) -> FileRun {
        let number = context.runs.next(&self.whose, self.source);
        let reader = match self.source {
            Source::Log => LineReader::Log(Box::default()),
            Source::Stream | Source::State | Source::Picture => LineReader::Stream(Box::default()),
        };
        FileRun::new(number, reader)
    }

    fn read(
        &mut self,
        file: &File,
        stat: &Stat,
        mut fingerprinter: Fingerprinter,
        context: &Context<'_>,
        outbox: &mut Outbox,
    ) -> io::Result<Progress> {
        let Some(run) = &mut self.run else {
            return Ok(Progress::Done);
        };
        let stamps = stamps(self.backlog_until, stat, context);
        let (before, mut chunk, mut chunks) = (run.offset, Vec::new(), 0);
        let progress = loop {
            let mut counted = run.offset;
            while !outbox.is_full() && run.read_line(&self.whose, &stamps, &mut outbox.drafts) {
                outbox.note_bytes(run.offset - counted);
                outbox.pictures.extend(run.take_pictures());
                counted = run.offset;
            }
            if outbox.is_full() || chunks == CHUNKS {
                break Progress::More;
            }
            // Not beyond the size that was looked at: what comes later comes with a later look.
            let left = stat.size.saturating_sub(run.wanted());
            chunk.resize(usize::try_from(left).unwrap_or(usize::MAX).min(CHUNK_BYTES), 0);
            let read = if chunk.is_empty() {
                0
            } else {
                file.read_at(&mut chunk, run.wanted())?
            };
            if read == 0 {
                break Progress::Done;
            }
            // The bytes before a point that was stepped back to are in the fingerprint already.
            let known = usize::try_from(fingerprinter.end().saturating_sub(run.wanted())).unwrap_or(usize::MAX);
            fingerprinter.add(&chunk[known.min(read)..read]);
            run.push(&chunk[..read]);
            chunks += 1;
        };
        self.fingerprint = fingerprinter.fingerprint();
        let has_moved = run.offset != before;
        if has_moved && let Some(tail) = self.tail() {
            outbox.set_tail(tail);
        }
        Ok(progress)
    }

    /// How far it was read; none if nothing was.
    pub(super) fn tail(&self) -> Option<Tail> {
        let (run, seen) = (self.run.as_ref()?, self.seen.as_ref());
        let memory = Memory {
            identity: self.identity,
            size: seen.map_or(0, |seen| seen.size),
            written_ms: seen.map_or(0, written_ms),
            fingerprint: self.fingerprint,
            reader: Some(run.reader.clone()),
            is_end_owed: run.is_end_owed,
            is_gone: self.state.is_gone(),
            was_cut: run.repeats_lines,
            layout: run.layout(),
            ..Memory::default()
        };
        Some(Tail {
            path: self.path.clone(),
            run: run.number,
            adw_id: self.whose.adw_id.clone(),
            agent: self.whose.agent.clone(),
            offset: run.offset,
            lines: run.counts.clone(),
            memory: memory.to_value(),
        })
    }
}

fn stamps<'a>(backlog_until: u64, stat: &Stat, context: &Context<'a>) -> Stamps<'a> {
    Stamps {
        backlog_until,
        written: Timestamp(written_ms(stat)),
        now: context.timestamp(),
        zone: context.zone,
    }
}
