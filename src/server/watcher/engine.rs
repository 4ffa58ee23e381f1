//! The loop of the watching thread: notifications and rescans say which files to check, and checking finds what to record.
//!
//! What is being written now comes before the backlog, so that a long backlog delays a live line by no more than a slice.

mod folders;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::mem;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use super::WatchConfig;
use super::backlog::Backlog;
use super::beneath::Spot;
use super::folder::Folder;
use super::hints::{Hints, Mailbox};
use super::look::{Context, Runs};
use super::memory::Memory;
use super::outbox::Outbox;
use super::roots;
use super::run::{LineReader, SourceFile};
use super::source::{self, Source};
use super::vanished;
use super::watched::{Looked, Watched};
use crate::hub::Hub;
use intake::time_zone::TimeZone;
use journal::{JournalError, Tail};

/// How long folders are scanned before live files get their turn.
const LOOKING_FOR: Duration = Duration::from_millis(5);

pub(super) struct Engine {
    hub: Arc<Hub>,
    config: WatchConfig,
    zone: TimeZone,
    hints: Hints,
    outbox: Outbox,
    runs: Runs,
    roots: Vec<Spot>,
    /// By path, so that the files of a folder are together.
    files: BTreeMap<PathBuf, Watched>,
    /// How far files that are gone, or have not been found yet, were read.
    tails: HashMap<String, Tail>,
    /// Folders to scan.
    folders: VecDeque<Folder>,
    live: VecDeque<PathBuf>,
    backlog: Backlog,
    /// When to check a file or folder without a notification.
    due: BTreeSet<(Instant, PathBuf)>,
    /// Folders in which files are missing, and since when.
    missing_since: HashMap<PathBuf, Instant>,
    next_rescan: Instant,
    rescan_began: Instant,
    /// How long scanning folders has taken since then.
    rescan_cost: Duration,
    /// The first scan of everything is in progress.
    is_starting: bool,
    /// What was already logged and need not be logged again at every rescan.
    told: HashSet<PathBuf>,
}

impl Engine {
    /// Continues where the journal says that reading stopped.
    pub(super) fn new(hub: Arc<Hub>, config: WatchConfig, zone: TimeZone, hints: Hints) -> Result<Self, JournalError> {
        let mut runs = Runs::default();
        let mut tails = HashMap::new();
        for tail in hub.archive.tails()? {
            if !roots::could_hold(&config.roots, Path::new(&tail.path)) {
                continue;
            }
            let whose = SourceFile {
                adw_id: tail.adw_id.clone(),
                agent: tail.agent.clone(),
                file: String::new(),
            };
            match Memory::of(&tail.memory).reader {
                Some(LineReader::Stream(_)) => runs.note(&whose, Source::Stream, tail.run),
                Some(LineReader::Log(_)) => runs.note(&whose, Source::Log, tail.run),
                None => {}
            }
            tails.insert(tail.path.clone(), tail);
        }
        Ok(Self {
            hub,
            config,
            zone,
            hints,
            outbox: Outbox::default(),
            runs,
            roots: Vec::new(),
            files: BTreeMap::new(),
            tails,
            folders: VecDeque::new(),
            live: VecDeque::new(),
            backlog: Backlog::default(),
            due: BTreeSet::new(),
            missing_since: HashMap::new(),
            next_rescan: Instant::now(),
            rescan_began: Instant::now(),
            rescan_cost: Duration::ZERO,
            is_starting: true,
            told: HashSet::new(),
        })
    }

    /// Runs until it is stopped.
    pub(super) fn run(mut self, mailbox: &Mailbox) {
        self.look_for_roots();
        while !self.folders.is_empty() {
            self.look_into_folders(Duration::MAX);
        }
        self.end_of_start();
        loop {
            let reported = mailbox.fetch(self.idle_for());
            if reported.is_stopping {
                return;
            }
            for path in reported.paths {
                self.hint(&path);
            }
            let is_due = reported.is_incomplete || self.next_rescan <= Instant::now();
            if is_due && self.folders.is_empty() {
                self.look_for_roots();
            }
            self.look_into_folders(LOOKING_FOR);
            self.take_due();
            if !self.read_live(mailbox) || !self.read_backlog(mailbox) {
                return;
            }
        }
    }

    /// How long there is nothing to do without a notification.
    fn idle_for(&self) -> Duration {
        if !(self.folders.is_empty() && self.live.is_empty() && self.backlog.is_empty()) {
            return Duration::ZERO;
        }
        let due = self.due.first().map_or(self.next_rescan, |(due, _)| *due);
        due.min(self.next_rescan).saturating_duration_since(Instant::now())
    }

    /// Handles a notification: check this file, scan this folder, or look for roots.
    fn hint(&mut self, path: &Path) {
        if self.files.contains_key(path) {
            self.enqueue(path);
        } else if let Some(folder) = self.folder_of(path) {
            if !self.folders.contains(&folder) {
                self.folders.push_front(folder);
            }
        } else if roots::matters(&self.config.roots, path) {
            self.next_rescan = Instant::now();
        }
    }

    /// The workflow's folder that contains a path, or is that path.
    fn folder_of(&self, path: &Path) -> Option<Folder> {
        self.roots.iter().find_map(|root| {
            let below = path.strip_prefix(root.path()).ok()?;
            let name = below.components().next()?.as_os_str().to_str()?;
            let adw_id = name.parse().ok().filter(|_| !source::is_left_out(name))?;
            Some(Folder {
                adw_id,
                spot: root.join(name),
            })
        })
    }

    /// Adds a file to the list of files being written, after the backlog of its workflow, if there is one.
    fn enqueue(&mut self, path: &Path) {
        let Some(watched) = self.files.get_mut(path) else {
            return;
        };
        let adw_id = watched.folder.adw_id.clone();
        let was_queued = mem::replace(&mut watched.is_queued, true);
        if self.backlog.holds(&adw_id) {
            if !was_queued {
                self.backlog.add(&adw_id, [path.to_owned()]);
            }
            self.backlog.hurry(&adw_id);
        } else if !was_queued {
            self.live.push_back(path.to_owned());
        }
    }

    /// Adds the files that are due to the list.
    fn take_due(&mut self) {
        let now = Instant::now();
        while self.due.first().is_some_and(|(due, _)| *due <= now)
            && let Some((_, path)) = self.due.pop_first()
        {
            self.hint(&path);
        }
    }

    /// Reads a slice of every live file, and records it; false if the watcher was stopped.
    fn read_live(&mut self, mailbox: &Mailbox) -> bool {
        for _ in 0..self.live.len() {
            let Some(path) = self.live.pop_front() else { break };
            if self.outbox.is_full() && !self.outbox.send(&self.hub.recorder, mailbox) {
                return false;
            }
            if self.look_at(&path) == Looked::More {
                self.enqueue(&path);
            }
            self.outbox.is_urgent = true;
        }
        let can_wait = !self.outbox.is_urgent && !self.backlog.is_empty();
        can_wait || self.outbox.send(&self.hub.recorder, mailbox)
    }

    /// Reads a slice of the backlog; records when a batch is full, and at the end. False if the watcher was stopped.
    fn read_backlog(&mut self, mailbox: &Mailbox) -> bool {
        let Some(path) = self.backlog.next().cloned() else {
            return true;
        };
        let looked = self.look_at(&path);
        let is_read = looked != Looked::More;
        if !is_read && let Some(watched) = self.files.get_mut(&path) {
            watched.is_queued = true;
        }
        self.backlog.pass(is_read);
        let is_over = self.backlog.is_empty() || self.outbox.is_full();
        !is_over || self.outbox.send(&self.hub.recorder, mailbox)
    }

    fn look_at(&mut self, path: &Path) -> Looked {
        let mut context = Context {
            now: SystemTime::now(),
            instant: Instant::now(),
            rescan: self.config.rescan,
            is_starting: self.is_starting,
            zone: &self.zone,
            pushed: &self.config.pushed,
            runs: &mut self.runs,
        };
        let Some(watched) = self.files.get_mut(path) else {
            return Looked::Done;
        };
        watched.is_queued = false;
        if let Some(due) = watched.due.take() {
            self.due.remove(&(due, path.to_owned()));
        }
        let looked = watched.look(&mut context, &mut self.outbox);
        if let Some(due) = watched.due {
            self.due.insert((due, path.to_owned()));
        }
        if looked == Looked::Missing && !self.folders.contains(&watched.folder) {
            self.folders.push_front(watched.folder.clone());
        }
        looked
    }

    /// Everything has been scanned once: what was there before and is not now has vanished in the meantime.
    fn end_of_start(&mut self) {
        let mut tails = mem::take(&mut self.tails);
        let mut outbox = mem::take(&mut self.outbox);
        vanished::tell_of_earlier(&mut tails, &self.context(), &mut outbox);
        (self.tails, self.outbox) = (tails, outbox);
        self.outbox.is_urgent = true;
        self.is_starting = false;
    }

    fn context(&mut self) -> Context<'_> {
        Context {
            now: SystemTime::now(),
            instant: Instant::now(),
            rescan: self.config.rescan,
            is_starting: self.is_starting,
            zone: &self.zone,
            pushed: &self.config.pushed,
            runs: &mut self.runs,
        }
    }
}
