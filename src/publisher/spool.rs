//! The folder in which events wait for one server: what a call hands over is in one of its files before the call returns.
//!
//! A file belongs to whoever holds its lock, which the system releases when a process ends, however it ends. So a file that
//! can be locked has lost its publisher: it is an orphan, and whoever locks it sends it. Files are sent in the order of their
//! names.

mod by_time;
mod join;
mod lines;
mod room;
mod spool_file;

use std::collections::HashSet;
use std::fs::{self, DirBuilder, File};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use super::clock;
pub use by_time::{SpoolSource, next_batch};
pub use join::MANY;
pub use lines::{Piece, SpoolBatch};
pub use room::Drops;
pub use spool_file::SpoolFile;

const ENDING: &str = ".ndjson";
/// The name of a file until it is locked, or complete.
const UNFINISHED: &str = ".new-";
/// Held by the process that sends for those that exit at once.
const SENDER: &str = ".sender.lock";
/// When a half-made file counts as left behind by a killed process.
const LITTER_AFTER: Duration = Duration::from_secs(60);

/// The folder of one server, and the names that this publisher gives its files.
#[derive(Debug)]
pub struct Spool {
    folder: PathBuf,
    /// The process and a random number, which all files of this publisher end in.
    author: String,
}

/// A file as the folder lists it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Name(String);

/// What was found in the folder.
pub struct Claimed {
    /// Files that have lost their publisher and now belong to us, in the order of sending.
    pub files: Vec<SpoolFile>,
    /// Whether others were left for the next time, because only so many are taken at once.
    pub is_partial: bool,
    /// Bytes of all files.
    pub bytes: u64,
    /// How many files there are.
    pub count: usize,
    /// Whether another process is sending files of the caller.
    pub is_sent_by_others: bool,
}

/// Locks files that have lost their publisher one by one, in the order of sending.
struct Claims<'a> {
    spool: &'a Spool,
    names: std::vec::IntoIter<Name>,
    /// Processes with a file that another process holds.
    taken: HashSet<String>,
    is_sent_by_others: bool,
}

impl Iterator for Claims<'_> {
    type Item = SpoolFile;

    fn next(&mut self) -> Option<SpoolFile> {
        for name in self.names.by_ref() {
            let is_own = name.is_of(&self.spool.author);
            if self.taken.contains(name.process()) {
                self.is_sent_by_others |= is_own;
                continue;
            }
            match SpoolFile::claim(self.spool.folder.join(&name.0)) {
                Ok(Some(file)) => return Some(file),
                Ok(None) => {
                    self.is_sent_by_others |= is_own;
                    self.taken.insert(name.process().to_owned());
                }
                // Whoever held it has just sent it.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => tracing::debug!(file = name.0, %error, "skipped a file of the spool"),
            }
        }
        None
    }
}

impl Name {
    /// The process that the file belongs to, because one process may have several files, which are sent in order.
    fn process(&self) -> &str {
        self.0.split('-').nth(1).unwrap_or_default()
    }

    fn is_of(&self, author: &str) -> bool {
        self.0.get(14..).and_then(|rest| rest.strip_suffix(ENDING)) == Some(author)
    }

    fn parse(name: &str) -> Option<Self> {
        let (time, rest) = name.strip_suffix(ENDING)?.split_once('-')?;
        let is_name = time.len() == 13 && time.bytes().all(|byte| byte.is_ascii_digit()) && !rest.is_empty();
        is_name.then(|| Self(name.to_owned()))
    }
}

impl Spool {
    /// A folder, which is created when it is needed.
    pub fn new(folder: PathBuf) -> Self {
        Self {
            folder,
            author: format!("{}-{:08x}", std::process::id(), clock::random() as u32),
        }
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// A new empty file, which is locked before others can see it.
    pub fn create(&self) -> io::Result<SpoolFile> {
        self.prepare()?;
        let name = self.next_name(clock::now().0);
        let unfinished = self.folder.join(format!("{UNFINISHED}{name}"));
        let path = self.folder.join(&name);
        SpoolFile::create(&unfinished, path)
    }

    /// Leaves complete lines for others to send: the file appears with all of them, or not at all.
    pub fn leave(&self, lines: &[u8]) -> io::Result<()> {
        self.prepare()?;
        let name = self.next_name(clock::now().0);
        let unfinished = self.folder.join(format!("{UNFINISHED}{name}"));
        let mut file = spool_file::create_new(&unfinished)?;
        let left = file
            .write_all(lines)
            .and_then(|()| fs::rename(&unfinished, self.folder.join(&name)));
        if left.is_err() {
            let _ = fs::remove_file(&unfinished);
        }
        left
    }

    /// Takes the lock of the process that sends for those that exit at once; none if another process has it.
    pub fn lock_sender(&self) -> io::Result<Option<File>> {
        self.prepare()?;
        let file = spool_file::open_lock(&self.folder.join(SENDER))?;
        Ok(file.try_lock().is_ok().then_some(file))
    }

    /// Locks files that have lost their publisher, at most `most`. `current` is the caller's own file, which is left alone.
    ///
    /// The files of one process are taken in order: if another process has one, those after it are left.
    pub fn claim(&self, current: Option<&Path>, most: usize) -> Claimed {
        let mut names = self.names();
        let count = names.len();
        let length = |name: &Name| fs::symlink_metadata(self.folder.join(&name.0)).map_or(0, |file| file.len());
        let bytes = names.iter().map(length).sum();
        names.retain(|name| current != Some(self.folder.join(&name.0).as_path()));
        let mut claims = self.claims(names);
        Claimed {
            files: claims.by_ref().take(most).collect(),
            is_partial: claims.names.len() > 0,
            bytes,
            count,
            is_sent_by_others: claims.is_sent_by_others,
        }
    }

    /// Locks files one after the other; see [`Spool::claim`].
    fn claims(&self, names: Vec<Name>) -> Claims<'_> {
        Claims {
            spool: self,
            names: names.into_iter(),
            taken: HashSet::new(),
            is_sent_by_others: false,
        }
    }

    /// The files that wait, in the order of sending.
    fn names(&self) -> Vec<Name> {
        let entries = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        let mut names = Vec::new();
        for entry in entries {
            let name = entry.file_name();
            let Some(name) = name.to_str() else { continue };
            if name.starts_with(UNFINISHED) {
                sweep(&entry.path());
            }
            names.extend(Name::parse(name));
        }
        names.sort();
        names
    }

    /// Creates the folder. One that belongs to another user is not used, because that user could read what is written there.
    fn prepare(&self) -> io::Result<()> {
        let folder = match fs::symlink_metadata(&self.folder) {
            Ok(folder) => folder,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                DirBuilder::new().recursive(true).mode(0o700).create(&self.folder)?;
                fs::symlink_metadata(&self.folder)?
            }
            Err(error) => return Err(error),
        };
        if !folder.is_dir() || folder.uid() != rustix::process::geteuid().as_raw() {
            return Err(io::Error::new(
                io::ErrorKind::PermissionDenied,
                "the spool is not a folder owned by this user",
            ));
        }
        if folder.mode() & 0o077 != 0 {
            fs::set_permissions(&self.folder, fs::Permissions::from_mode(0o700))?;
        }
        Ok(())
    }

    fn next_name(&self, now_ms: i64) -> String {
        format!("{:013}-{}{ENDING}", next_ms(now_ms), self.author)
    }
}

/// The time in the next name: later than all that this process has used, even if the clock was set back.
fn next_ms(now_ms: i64) -> u64 {
    static LAST: AtomicU64 = AtomicU64::new(0);
    let now_ms = u64::try_from(now_ms).unwrap_or(0);
    let next = |last: u64| now_ms.max(last + 1);
    let last = LAST.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |last| Some(next(last)));
    next(last.unwrap_or(0))
}

/// Removes half-made files of killed processes.
fn sweep(path: &Path) {
    let Ok(file) = fs::symlink_metadata(path) else { return };
    let age = file
        .modified()
        .ok()
        .and_then(|at| SystemTime::now().duration_since(at).ok());
    if !file.is_file() || age.is_none_or(|age| age < LITTER_AFTER) {
        return;
    }
    // A process that is merely slow holds its lock.
    if File::open(path).is_ok_and(|file| file.try_lock().is_ok()) {
        let _ = fs::remove_file(path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spool(folder: &Path) -> Spool {
        Spool::new(folder.join("http_127.0.0.1_1"))
    }

    fn texts(claimed: &Claimed) -> Vec<String> {
        let path = |file: &SpoolFile| fs::read_to_string(file.path()).expect("a file of the spool");
        claimed.files.iter().map(path).collect()
    }

    #[test]
    fn names_grow_whatever_the_clock_does() {
        let folder = tempfile::tempdir().expect("a folder");
        let spool = spool(folder.path());
        let now_ms = clock::now().0;
        let names: Vec<String> = [now_ms, now_ms, 1_000, -3, now_ms + 60_000, now_ms]
            .map(|now_ms| spool.next_name(now_ms))
            .into();
        assert!(names.is_sorted(), "{names:?}");
        assert!(names.windows(2).all(|two| two[0] != two[1]), "{names:?}");
        // Another publisher of this process continues from there.
        assert!(Spool::new(folder.path().to_owned()).next_name(now_ms) > names[5]);
        assert!(Name::parse(&names[0]).is_some_and(|name| name.is_of(&spool.author)));
    }

    #[test]
    fn a_file_is_an_orphan_only_when_its_publisher_is_gone() {
        let folder = tempfile::tempdir().expect("a folder");
        let spool = spool(folder.path());
        let mut own = spool.create().expect("a file");
        own.append(b"{}\n").expect("written");
        let others = Spool::new(spool.folder().to_owned());
        assert!(others.claim(None, 9).files.is_empty());
        assert!(spool.claim(Some(own.path()), 9).files.is_empty());
        drop(own);
        assert_eq!(texts(&others.claim(None, 9)), ["{}\n"]);
        let mode = |path: &Path| fs::metadata(path).expect("it is there").mode() & 0o777;
        assert_eq!(mode(spool.folder()), 0o700);
    }

    #[test]
    fn later_files_of_a_process_wait_for_the_earlier_one() {
        let folder = tempfile::tempdir().expect("a folder");
        let spool = spool(folder.path());
        spool.leave(b"1\n").expect("left");
        spool.leave(b"2\n").expect("left");
        let first = spool.claim(None, 1);
        assert_eq!((texts(&first), first.is_partial), (vec!["1\n".to_owned()], true));
        // A second courier must not overtake the first.
        let second = spool.claim(None, 9);
        assert!(second.files.is_empty() && second.is_sent_by_others);
        drop(first);
        assert_eq!(texts(&spool.claim(None, 9)), ["1\n", "2\n"]);
    }

    #[test]
    fn links_other_names_and_half_made_files_are_left_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let spool = spool(folder.path());
        spool.leave(b"1\n").expect("left");
        let secret = folder.path().join("secret");
        fs::write(&secret, "{}\n").expect("written");
        let within = |name: &str| spool.folder().join(name);
        std::os::unix::fs::symlink(&secret, within("0000000000001-1-aaaaaaaa.ndjson")).expect("a link");
        fs::write(within(".new-0000000000002-1-aaaaaaaa.ndjson"), "{").expect("written");
        fs::write(within("notes.ndjson"), "{}").expect("written");
        fs::create_dir(within("0000000000003-2-aaaaaaaa.ndjson")).expect("a folder");
        assert_eq!(texts(&spool.claim(None, 9)), ["1\n"]);
        assert!(within(".new-0000000000002-1-aaaaaaaa.ndjson").exists());
    }
}
