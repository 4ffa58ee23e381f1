//! The operating system's notifications of changes: a reason to check soon, never the truth.
//!
//! Paths are kept as a set until they are fetched, so that a flood of notifications costs no more than its files.

use std::collections::{HashMap, HashSet};
use std::mem;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use notify::{Config, Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};

/// More paths than this at once mean "check everything".
const PATHS: usize = 65_536;

/// What was reported since the last fetch.
#[derive(Debug, Default)]
pub(super) struct Reported {
    pub paths: HashSet<PathBuf>,
    /// Reports were lost: everything may have changed.
    pub is_incomplete: bool,
    pub is_stopping: bool,
}

/// Where notifications wait; shared with the thread that delivers them.
#[derive(Debug, Default)]
pub(super) struct Mailbox {
    reported: Mutex<Reported>,
    arrived: Condvar,
}

/// The reports of the operating system, for folders one by one.
pub(super) struct Hints {
    watcher: Option<RecommendedWatcher>,
    /// The folders that are watched, with their identity: one that was created again needs a new watch.
    watched: HashMap<PathBuf, (u64, u64)>,
}

impl Mailbox {
    /// Asks the watching thread to stop.
    pub(super) fn stop(&self) {
        self.lock().is_stopping = true;
        self.arrived.notify_all();
    }

    pub(super) fn is_stopping(&self) -> bool {
        self.lock().is_stopping
    }

    /// Fetches the notifications; waits for some, at most for the timeout.
    pub(super) fn fetch(&self, timeout: Duration) -> Reported {
        let is_empty =
            |reported: &mut Reported| reported.paths.is_empty() && !reported.is_incomplete && !reported.is_stopping;
        let (mut reported, _) = self
            .arrived
            .wait_timeout_while(self.lock(), timeout, is_empty)
            .unwrap_or_else(PoisonError::into_inner);
        let is_stopping = reported.is_stopping;
        let fetched = mem::take(&mut *reported);
        reported.is_stopping = is_stopping;
        fetched
    }

    /// Waits, unless asked to stop.
    pub(super) fn pause(&self, timeout: Duration) {
        let (_reported, _) = self
            .arrived
            .wait_timeout_while(self.lock(), timeout, |reported| !reported.is_stopping)
            .unwrap_or_else(PoisonError::into_inner);
    }

    fn report(&self, event: notify::Result<Event>) {
        let mut reported = self.lock();
        match event {
            // Reading causes notifications too, including our own.
            Ok(event) if matches!(event.kind, EventKind::Access(_)) => return,
            Ok(event) if event.need_rescan() => reported.is_incomplete = true,
            Ok(event) => reported.paths.extend(event.paths),
            Err(error) => {
                tracing::debug!(%error, "lost a notification about changed files");
                reported.is_incomplete = true;
            }
        }
        if reported.paths.len() > PATHS {
            reported.paths = HashSet::new();
            reported.is_incomplete = true;
        }
        drop(reported);
        self.arrived.notify_all();
    }

    /// Every statement above leaves the notifications consistent.
    fn lock(&self) -> MutexGuard<'_, Reported> {
        self.reported.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Hints {
    /// Without notifications, for example without inotify, the rescan finds everything.
    pub(super) fn new(mailbox: Arc<Mailbox>, is_wanted: bool) -> Self {
        let config = Config::default().with_follow_symlinks(false);
        let watcher = is_wanted
            .then(|| RecommendedWatcher::new(move |event| mailbox.report(event), config))
            .and_then(|watcher| {
                watcher
                    .inspect_err(|error| {
                        tracing::warn!(%error, "cannot be notified of changed files; they are found at the next rescan");
                    })
                    .ok()
            });
        Self {
            watcher,
            watched: HashMap::new(),
        }
    }

    /// Watches one folder, without those inside it. Call it before looking at what is inside.
    pub(super) fn watch(&mut self, folder: &Path, identity: (u64, u64)) {
        let Some(watcher) = &mut self.watcher else { return };
        match self.watched.get(folder) {
            Some(known) if *known == identity => return,
            Some(_) => {
                let _ = watcher.unwatch(folder);
            }
            None => {}
        }
        match watcher.watch(folder, RecursiveMode::NonRecursive) {
            Ok(()) => {
                self.watched.insert(folder.to_owned(), identity);
            }
            Err(error) => {
                self.watched.remove(folder);
                // Once the limit is reached, this happens for every folder at every rescan.
                let is_first = self.watched.insert(PathBuf::new(), (0, 0)).is_none();
                if is_first {
                    tracing::warn!(%error, folder = %folder.display(), "cannot watch a folder; changes in it are found at the next rescan");
                }
            }
        }
    }

    /// Forgets the folders below a path that is gone.
    pub(super) fn forget(&mut self, gone: &Path) {
        let Some(watcher) = &mut self.watcher else { return };
        self.watched.retain(|folder, _| {
            let is_gone = folder.starts_with(gone);
            if is_gone {
                // Usually the operating system has removed the watch together with the folder.
                let _ = watcher.unwatch(folder);
            }
            !is_gone
        });
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_change_is_reported_and_reading_is_not() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().canonicalize().expect("a real path").join("file");
        fs::write(&path, "x").expect("a file");
        let mailbox = Arc::new(Mailbox::default());
        let mut hints = Hints::new(Arc::clone(&mailbox), true);
        hints.watch(path.parent().expect("a folder"), (1, 1));
        fs::read(&path).expect("readable");
        fs::write(&path, "y").expect("writable");
        let reported = mailbox.fetch(Duration::from_secs(10));
        assert_eq!(
            reported.paths.into_iter().collect::<Vec<_>>(),
            std::slice::from_ref(&path)
        );
        // What belongs to the same write may still come; then nothing does, however often it is read.
        while !mailbox.fetch(Duration::from_millis(50)).paths.is_empty() {}
        fs::read(&path).expect("readable");
        assert!(mailbox.fetch(Duration::from_millis(50)).paths.is_empty());
        mailbox.stop();
        assert!(mailbox.fetch(Duration::from_secs(10)).is_stopping);
    }

    #[test]
    fn too_many_paths_are_everything() {
        let mailbox = Mailbox::default();
        for n in 0..=PATHS {
            let event = Event::new(EventKind::Any).add_path(n.to_string().into());
            mailbox.report(Ok(event));
        }
        let reported = mailbox.fetch(Duration::ZERO);
        assert!(reported.is_incomplete && reported.paths.is_empty());
        assert!(!mailbox.fetch(Duration::ZERO).is_incomplete);
    }
}
