//! Looks for roots, and scans the folders of workflows: what is new, what has changed, what is gone.

use std::collections::HashSet;
use std::mem;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use super::Engine;
use crate::watcher::beneath::{self, Stat};
use crate::watcher::folder::{Content, Folder, FoundFile};
use crate::watcher::run::SourceFile;
use crate::watcher::watched::{self, Watched};
use crate::watcher::{order, roots, source, vanished};
use domain::adw_id::AdwId;
use domain::event::TimeSource;

/// Scanning everything may take this share of the time: one part in twenty.
const RESCAN_SHARE: u32 = 20;
/// How long a file is missing before it counts as gone.
const GONE_AFTER: Duration = Duration::from_millis(100);

impl Engine {
    /// Finds the roots, and adds every folder in them, and every folder missing from them, to the list.
    pub(super) fn look_for_roots(&mut self) {
        let began = Instant::now();
        let found = roots::find(&self.config.roots);
        for around in &found.around {
            if let Ok(metadata) = around.metadata() {
                self.hints.watch(around, (metadata.dev(), metadata.ino()));
            }
        }
        let mut listed = HashSet::new();
        for root in &found.spots {
            let Ok(opened) = root.open_folder() else { continue };
            if let Ok(stat) = beneath::stat_in(&opened, ".") {
                self.hints.watch(&root.path(), (stat.dev, stat.ino));
            }
            for entry in beneath::entries(&opened).unwrap_or_default() {
                if !entry.is_folder || source::is_left_out(&entry.name) {
                    continue;
                }
                let spot = root.join(&entry.name);
                match entry.name.parse::<AdwId>() {
                    Ok(adw_id) => {
                        listed.insert(spot.path());
                        self.folders.push_back(Folder { adw_id, spot });
                    }
                    Err(error) => {
                        if self.told.insert(spot.path()) {
                            tracing::warn!(folder = %spot.path().display(), %error, "skipped a folder, because its name is not a valid adw_id");
                        }
                    }
                }
            }
        }
        self.roots = found.spots;
        for watched in self.files.values() {
            if listed.insert(watched.folder.path()) {
                self.folders.push_back(watched.folder.clone());
            }
        }
        self.rescan_began = began;
        self.rescan_cost = began.elapsed();
        self.next_rescan = began + self.config.rescan;
    }

    pub(super) fn look_into_folders(&mut self, limit: Duration) {
        let began = Instant::now();
        while began.elapsed() < limit
            && let Some(folder) = self.folders.pop_front()
        {
            self.look_into(&folder);
        }
        self.rescan_cost += began.elapsed();
        if self.folders.is_empty() {
            self.next_rescan = self.rescan_began + self.config.rescan.max(self.rescan_cost * RESCAN_SHARE);
        }
    }

    fn look_into(&mut self, folder: &Folder) {
        let hints = &mut self.hints;
        let content = folder.look(&mut |path, identity| hints.watch(path, identity));
        let content = content.unwrap_or_default();
        let path = folder.path();
        let mut present = HashSet::new();
        let (mut old, mut live) = (Vec::new(), Vec::new());
        for found in &content.found {
            let path = found.spot.path();
            let is_wanted = match self.files.get(&path) {
                Some(watched) => !watched.is_queued && watched.is_changed(&found.stat),
                None => self.begin(folder, found, &path),
            };
            if is_wanted {
                let is_old = self.is_starting || found.stat.age(SystemTime::now()) > self.config.rescan * 2;
                if is_old { &mut old } else { &mut live }.push((path.clone(), found.stat));
            }
            present.insert(path);
        }
        self.enqueue_in_order(folder, &old);
        for (path, _) in live {
            self.enqueue(&path);
        }
        self.tell_closed(folder, &content);
        self.note_gone(folder, &path, &present, &content);
    }

    /// Watches a new file; true if it has to be checked.
    fn begin(&mut self, folder: &Folder, found: &FoundFile, path: &Path) -> bool {
        let tail = self.tails.remove(&*path.to_string_lossy());
        let (watched, is_wanted) = Watched::new(folder, found, tail.as_ref(), &self.context());
        self.files.insert(path.to_owned(), watched);
        is_wanted
    }

    fn enqueue_in_order(&mut self, folder: &Folder, files: &[(PathBuf, Stat)]) {
        let mut waiting: Vec<_> = files
            .iter()
            .filter_map(|(path, stat)| Some(self.files.get(path)?.waiting(path.clone(), stat)))
            .collect();
        order::sort(&mut waiting);
        for waiting in &waiting {
            if let Some(watched) = self.files.get_mut(&waiting.file) {
                watched.is_queued = true;
            }
        }
        if !waiting.is_empty() {
            let files = waiting.into_iter().map(|waiting| waiting.file);
            self.backlog.add(&folder.adw_id, files);
        }
    }

    /// Ends the files of a folder that are gone; files in folders that cannot be read may still exist.
    fn note_gone(&mut self, folder: &Folder, path: &Path, present: &HashSet<PathBuf>, content: &Content) {
        let closed: Vec<PathBuf> = content
            .closed
            .iter()
            .map(|(below, ..)| below.iter().fold(path.to_owned(), |path, name| path.join(name)))
            .collect();
        let gone: Vec<PathBuf> = self
            .files
            .range(path.to_owned()..)
            .map(|(file, _)| file)
            .take_while(|file| file.starts_with(path))
            .filter(|file| !present.contains(*file) && !closed.iter().any(|closed| file.starts_with(closed)))
            .cloned()
            .collect();
        if !self.is_gone_for_good(path, gone.is_empty()) {
            return;
        }
        let mut missed = Vec::new();
        for file in gone {
            let Some(mut watched) = self.files.remove(&file) else {
                continue;
            };
            if let Some(due) = watched.due.take() {
                self.due.remove(&(due, file.clone()));
            }
            let mut outbox = mem::take(&mut self.outbox);
            if watched.gone(&self.context(), &mut outbox) {
                missed.push(file.clone());
            }
            self.outbox = outbox;
            if let Some(tail) = watched.tail() {
                self.tails.insert(tail.path.clone(), tail);
            }
            if let Some(parent) = file.parent().filter(|parent| !parent.exists()) {
                self.hints.forget(parent);
            }
        }
        if !path.exists() {
            self.hints.forget(path);
        }
        if missed.is_empty() {
            return;
        }
        let at = (self.context().timestamp(), TimeSource::Read);
        vanished::tell(&folder.adw_id, path, &missed, at, &mut self.outbox);
        self.outbox.is_urgent = true;
    }

    /// Whether files of a folder have been missing for a while: a folder is deleted file by file, but that is one event.
    fn is_gone_for_good(&mut self, folder: &Path, is_whole: bool) -> bool {
        if is_whole {
            self.missing_since.remove(folder);
            return false;
        }
        let now = Instant::now();
        let since = *self.missing_since.entry(folder.to_owned()).or_insert(now);
        if now.saturating_duration_since(since) < GONE_AFTER {
            self.due.insert((since + GONE_AFTER, folder.to_owned()));
            return false;
        }
        self.missing_since.remove(folder);
        true
    }

    fn tell_closed(&mut self, folder: &Folder, content: &Content) {
        for (below, changed_ns, reason) in &content.closed {
            let whose = SourceFile {
                adw_id: folder.adw_id.clone(),
                agent: below.first().cloned().unwrap_or_default(),
                file: format!("{}/", below.join("/")),
            };
            let is_new = self
                .told
                .insert(folder.path().join(below.join("/")).join(changed_ns.to_string()));
            if is_new {
                let mut outbox = mem::take(&mut self.outbox);
                watched::tell_closed(&whose, *changed_ns, reason, &self.context(), &mut outbox);
                self.outbox = outbox;
            }
        }
    }
}
