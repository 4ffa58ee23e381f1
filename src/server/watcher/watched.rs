//! One watched file, whatever it turns out to be.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::time::Instant;

use super::beneath::{self, Spot, Stat};
use super::folder::{Folder, FoundFile};
use super::follow::{Follow, Progress};
use super::look::Context;
use super::memory::Memory;
use super::order::Waiting;
use super::outbox::Outbox;
use super::picture_file::PictureFile;
use super::run::SourceFile;
use super::source::{self, HEAD_BYTES, Named, Shown, Source};
use super::state_file::StateFile;
use domain::event::TimeSource;
use domain::timeline::sources::UNREADABLE;
use draft::Draft;
use intake::place::{LinePart, Place};
use journal::Tail;

/// See the module.
#[derive(Debug)]
pub(super) struct Watched {
    pub spot: Spot,
    pub folder: Folder,
    pub whose: SourceFile,
    kind: Kind,
    /// It is waiting to be checked.
    pub is_queued: bool,
    /// When to check again without a notification.
    pub due: Option<Instant>,
    /// The last check left something to read.
    has_more: bool,
    /// When its permissions had last changed when it was reported as unreadable.
    told_closed: Option<i128>,
}

#[derive(Debug)]
enum Kind {
    Follow(Box<Follow>),
    State(Box<StateFile>),
    Picture(Box<PictureFile>),
    /// A stream, a log or neither: the first lines will show. Where the backlog ends, and what was seen.
    Open {
        backlog_until: u64,
        seen: Option<Stat>,
    },
    /// Not a source, as long as this file is there.
    Nothing {
        ino: u64,
    },
}

/// The result of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Looked {
    More,
    Done,
    /// It no longer exists.
    Missing,
}

impl Watched {
    /// A file as it was found; `tail` is how far it was read before a restart. True if it has to be checked.
    pub(super) fn new(folder: &Folder, found: &FoundFile, tail: Option<&Tail>, context: &Context<'_>) -> (Self, bool) {
        let whose = SourceFile {
            adw_id: folder.adw_id.clone(),
            agent: found.agent(),
            file: found.below.join("/"),
        };
        let path = found.spot.path().to_string_lossy().into_owned();
        let backlog_until = context.backlog_until(&found.stat);
        let memory = tail.map(|tail| Memory::of(&tail.memory));
        let is_unchanged = memory.as_ref().is_some_and(|memory| memory.is_unchanged(&found.stat))
            && tail.is_some_and(|tail| tail.offset == found.stat.size);
        let resumed = tail.and_then(|tail| Follow::resumed(whose.clone(), tail, backlog_until, context));
        let kind = match (found.named, resumed) {
            (Named::Sure(Source::State), _) => {
                let mut state = StateFile::new(whose.clone(), path, tail, context.is_starting);
                if is_unchanged {
                    state.seen = Some(found.stat);
                }
                Kind::State(Box::new(state))
            }
            (Named::Sure(Source::Picture), _) => {
                let mut picture = PictureFile::new(whose.clone(), path, tail, context.is_starting);
                if is_unchanged {
                    picture.seen = Some(found.stat);
                }
                Kind::Picture(Box::new(picture))
            }
            (_, Some(mut follow)) => {
                if is_unchanged {
                    follow.accept(&found.stat);
                }
                Kind::Follow(Box::new(follow))
            }
            (Named::Sure(source), None) => {
                let follow = Follow::new(whose.clone(), source, path, backlog_until, context.instant);
                Kind::Follow(Box::new(follow))
            }
            (Named::Perhaps | Named::Nothing, None) => Kind::Open {
                backlog_until,
                seen: None,
            },
        };
        let watched = Self {
            spot: found.spot.clone(),
            folder: folder.clone(),
            whose,
            kind,
            is_queued: false,
            due: None,
            has_more: false,
            told_closed: None,
        };
        (watched, !is_unchanged)
    }

    /// Whether it looks different from the last time.
    pub(super) fn is_changed(&self, stat: &Stat) -> bool {
        if self.told_closed.is_some_and(|changed_ns| changed_ns != stat.changed_ns) {
            return true;
        }
        let seen = match &self.kind {
            Kind::Follow(follow) => follow.seen,
            Kind::State(state) => state.seen,
            Kind::Picture(picture) => picture.seen,
            Kind::Open { seen, .. } => *seen,
            Kind::Nothing { ino } => return *ino != stat.ino,
        };
        self.has_more
            || seen.is_none_or(|seen| {
                (seen.size, seen.written_ns, seen.ino, seen.dev) != (stat.size, stat.written_ns, stat.ino, stat.dev)
            })
    }

    /// Checks the file, and reads a slice of what is new.
    pub(super) fn look(&mut self, context: &mut Context<'_>, outbox: &mut Outbox) -> Looked {
        self.due = None;
        match self.try_look(context, outbox) {
            Ok(progress) => {
                self.has_more = progress == Progress::More;
                if self.has_more { Looked::More } else { Looked::Done }
            }
            Err(error) if beneath::is_missing(&error) => Looked::Missing,
            Err(error) => {
                self.has_more = false;
                if !beneath::is_passing(&error) {
                    self.tell_closed(&error, context, outbox);
                }
                Looked::Done
            }
        }
    }

    /// The file is gone: ends what was read from it. False if nothing was, so that it need not be reported.
    pub(super) fn gone(&mut self, context: &Context<'_>, outbox: &mut Outbox) -> bool {
        match &mut self.kind {
            Kind::Follow(follow) if follow.has_run() && !follow.is_gone() => follow.gone(context, outbox),
            Kind::State(state) if state.has_document() && !state.is_gone => state.gone(outbox),
            // What it showed is stored; agents delete their pictures before the next run.
            Kind::Picture(_) => return false,
            Kind::Follow(_) | Kind::State(_) | Kind::Open { .. } | Kind::Nothing { .. } => return false,
        }
        true
    }

    /// How far it was read, to continue from there if it comes back.
    pub(super) fn tail(&self) -> Option<Tail> {
        match &self.kind {
            Kind::Follow(follow) => follow.tail(),
            Kind::State(state) => state.has_document().then(|| state.tail()),
            Kind::Picture(picture) => picture.tail(),
            Kind::Open { .. } | Kind::Nothing { .. } => None,
        }
    }

    /// What its order among the files of its workflow depends on.
    pub(super) fn waiting<T>(&self, file: T, stat: &Stat) -> Waiting<T> {
        Waiting {
            file,
            agent: self.whose.agent.clone(),
            source: match &self.kind {
                Kind::Follow(follow) => Some(follow.source),
                Kind::State(_) => Some(Source::State),
                Kind::Picture(_) => Some(Source::Picture),
                Kind::Open { .. } | Kind::Nothing { .. } => None,
            },
            written_ns: stat.written_ns,
        }
    }

    fn try_look(&mut self, context: &mut Context<'_>, outbox: &mut Outbox) -> io::Result<Progress> {
        let stat = self.spot.stat()?;
        if !stat.is_regular {
            if stat.is_link {
                tracing::debug!(file = %self.spot.path().display(), "skipped a symbolic link");
            }
            return Ok(Progress::Done);
        }
        let is_changed = self.is_changed(&stat);
        if let Kind::State(state) = &mut self.kind {
            // A document is read again at every check: it may have been written twice in the same instant.
            self.due = state.look(&mut self.spot.open_file()?, context, outbox)?;
            self.told_closed = None;
            return Ok(Progress::Done);
        }
        if let Kind::Picture(picture) = &mut self.kind {
            if is_changed {
                self.due = picture.look(&self.spot.open_file()?, context, outbox)?;
                self.told_closed = None;
            }
            return Ok(Progress::Done);
        }
        let progress = if is_changed {
            let file = self.spot.open_file()?;
            self.told_closed = None;
            self.recognise(&file, &stat, context)?;
            match &mut self.kind {
                Kind::Follow(follow) => follow.look(&file, context, outbox)?,
                Kind::State(_) | Kind::Picture(_) | Kind::Open { .. } | Kind::Nothing { .. } => Progress::Done,
            }
        } else {
            Progress::Done
        };
        if let (Kind::Follow(follow), Progress::Done) = (&mut self.kind, progress) {
            self.due = follow.rest(context, outbox);
        }
        Ok(progress)
    }

    /// Lets the first lines decide what the file is, if its name does not.
    fn recognise(&mut self, file: &File, stat: &Stat, context: &Context<'_>) -> io::Result<()> {
        if matches!(self.kind, Kind::Nothing { ino } if ino != stat.ino) {
            self.kind = Kind::Open {
                backlog_until: context.backlog_until(stat),
                seen: None,
            };
        }
        let Kind::Open { backlog_until, seen } = &mut self.kind else {
            return Ok(());
        };
        let backlog_until = *backlog_until;
        *seen = Some(*stat);
        let mut head = vec![0; usize::try_from(stat.size).unwrap_or(HEAD_BYTES).min(HEAD_BYTES)];
        let read = file.read_at(&mut head, 0)?;
        let name = self.whose.file.rsplit('/').next().unwrap_or_default();
        match source::by_content(name, &head[..read], read as u64 == stat.size) {
            Shown::Sure(source) => {
                let path = self.spot.path().to_string_lossy().into_owned();
                let follow = Follow::new(self.whose.clone(), source, path, backlog_until, context.instant);
                self.kind = Kind::Follow(Box::new(follow));
            }
            Shown::TooEarly => {}
            Shown::Nothing => self.kind = Kind::Nothing { ino: stat.ino },
        }
        Ok(())
    }

    /// Reports once that the file cannot be read; a change of its permissions is a reason to try again.
    fn tell_closed(&mut self, error: &io::Error, context: &Context<'_>, outbox: &mut Outbox) {
        let changed_ns = self.spot.stat().map_or(0, |stat| stat.changed_ns);
        if self.told_closed.replace(changed_ns) == Some(changed_ns) {
            return;
        }
        tell_closed(&self.whose, changed_ns, &error.to_string(), context, outbox);
    }
}

/// Adds the event that a file or a folder cannot be read; the same one again is a duplicate.
pub(super) fn tell_closed(
    whose: &SourceFile,
    changed_ns: i128,
    reason: &str,
    context: &Context<'_>,
    outbox: &mut Outbox,
) {
    let place = Place {
        adw_id: &whose.adw_id,
        agent: &whose.agent,
        run: 0,
        file: &whose.file,
        offset: changed_ns as u64,
        line: 0,
        at: context.timestamp(),
        time_source: TimeSource::Read,
        mark: None,
    };
    let trouble = place.trouble(UNREADABLE, reason, "", vec![place.key(LinePart::Block(0))]);
    outbox.drafts.push(Draft::Event(trouble));
}

/// Adds the event that a file is too large to be read; once as long as it has that size.
pub(super) fn tell_too_large(
    whose: &SourceFile,
    stat: &Stat,
    what: &str,
    largest_bytes: u64,
    context: &Context<'_>,
    outbox: &mut Outbox,
) {
    let mib = |bytes: u64| bytes.div_ceil(1024 * 1024);
    let reason = format!(
        "{what} of {} MiB, which is not read: the largest that is has {}",
        mib(stat.size),
        mib(largest_bytes)
    );
    tell_closed(whose, stat.written_ns, &reason, context, outbox);
}
