//! Opens files beneath a root: component by component, without following links, regular files only.
//!
//! Otherwise a link inside an `agents` folder could show any file on this machine to whoever may see the workflow.

use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rustix::fs::{AtFlags, Dir, FileType, Mode, OFlags, open, openat, statat};

/// A place beneath a folder that is trusted because a person named it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Spot {
    /// The trusted folder, without links.
    base: Arc<Path>,
    below: Vec<String>,
}

/// What is known about a file without opening it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stat {
    pub dev: u64,
    pub ino: u64,
    pub size: u64,
    /// When it was last written, in nanoseconds since 1970.
    pub written_ns: i128,
    /// When it or its permissions were last changed.
    pub changed_ns: i128,
    pub is_regular: bool,
    pub is_folder: bool,
    pub is_link: bool,
}

/// An entry of a folder.
pub(super) struct Entry {
    pub name: String,
    pub is_folder: bool,
    pub is_file: bool,
}

impl Spot {
    /// The trusted folder itself; links in its path are resolved.
    pub(super) fn base(folder: &Path) -> io::Result<Self> {
        Ok(Self {
            base: folder.canonicalize()?.into(),
            below: Vec::new(),
        })
    }

    pub(super) fn join(&self, name: &str) -> Self {
        let mut below = self.below.clone();
        below.push(name.to_owned());
        Self {
            base: Arc::clone(&self.base),
            below,
        }
    }

    pub(super) fn path(&self) -> PathBuf {
        let mut path = self.base.to_path_buf();
        path.extend(&self.below);
        path
    }

    /// Opens the folder here.
    pub(super) fn open_folder(&self) -> io::Result<OwnedFd> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let mut folder = open(&*self.base, flags, Mode::empty())?;
        for name in &self.below {
            folder = openat(&folder, name, flags | OFlags::NOFOLLOW, Mode::empty())?;
        }
        Ok(folder)
    }

    /// Returns what is known about the file here.
    pub(super) fn stat(&self) -> io::Result<Stat> {
        let (folder, name) = self.parent()?;
        stat_in(&folder, name)
    }

    /// Opens the file here for reading; an error unless it is a regular file. Never waits, not even for a pipe.
    pub(super) fn open_file(&self) -> io::Result<File> {
        let (folder, name) = self.parent()?;
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
        let file = File::from(openat(&folder, name, flags, Mode::empty())?);
        if file.metadata()?.is_file() {
            Ok(file)
        } else {
            Err(io::Error::new(io::ErrorKind::InvalidInput, "it is no regular file"))
        }
    }

    fn parent(&self) -> io::Result<(OwnedFd, &str)> {
        let Some((name, above)) = self.below.split_last() else {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                "the folder itself is no file",
            ));
        };
        let parent = Self {
            base: Arc::clone(&self.base),
            below: above.to_vec(),
        };
        Ok((parent.open_folder()?, name))
    }
}

impl Stat {
    pub(super) fn of(file: &File) -> io::Result<Self> {
        Ok(Self::from_raw(&rustix::fs::fstat(file)?))
    }

    /// How long ago it was written; nothing for a time that has not come yet.
    pub(super) fn age(&self, now: SystemTime) -> Duration {
        let now_ns = now
            .duration_since(UNIX_EPOCH)
            .map_or(0, |since| since.as_nanos() as i128);
        let age_ns = now_ns.saturating_sub(self.written_ns).max(0);
        Duration::from_nanos(u64::try_from(age_ns).unwrap_or(u64::MAX))
    }

    fn from_raw(stat: &rustix::fs::Stat) -> Self {
        let kind = FileType::from_raw_mode(stat.st_mode);
        // The widths of these fields differ between systems.
        #[allow(clippy::unnecessary_cast)]
        Self {
            dev: stat.st_dev as u64,
            ino: stat.st_ino as u64,
            size: u64::try_from(stat.st_size).unwrap_or(0),
            written_ns: i128::from(stat.st_mtime) * 1_000_000_000 + stat.st_mtime_nsec as i128,
            changed_ns: i128::from(stat.st_ctime) * 1_000_000_000 + stat.st_ctime_nsec as i128,
            is_regular: kind.is_file(),
            is_folder: kind.is_dir(),
            is_link: kind.is_symlink(),
        }
    }
}

/// Looks at an entry of an open folder, not at what a link points to.
pub(super) fn stat_in(folder: &OwnedFd, name: &str) -> io::Result<Stat> {
    Ok(Stat::from_raw(&statat(folder, name, AtFlags::SYMLINK_NOFOLLOW)?))
}

/// The entries of an open folder; names that are no UTF-8 are left out, since no event could name them.
pub(super) fn entries(folder: &OwnedFd) -> io::Result<Vec<Entry>> {
    let mut entries = Vec::new();
    for entry in Dir::read_from(folder)? {
        let entry = entry?;
        let Ok(name) = entry.file_name().to_str() else {
            tracing::debug!(name = ?entry.file_name(), "skipped a name that is not UTF-8");
            continue;
        };
        if name == "." || name == ".." {
            continue;
        }
        let kind = match entry.file_type() {
            // Some file systems do not return it with the name.
            FileType::Unknown => stat_in(folder, name).map(|stat| (stat.is_folder, stat.is_regular)),
            kind => Ok((kind.is_dir(), kind.is_file())),
        };
        if let Ok((is_folder, is_file)) = kind {
            entries.push(Entry {
                name: name.to_owned(),
                is_folder,
                is_file,
            });
        }
    }
    entries.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(entries)
}

/// Whether the error says that there is nothing here any more (a link in place of a folder counts as nothing).
pub(super) fn is_missing(error: &io::Error) -> bool {
    let link = rustix::io::Errno::LOOP.raw_os_error();
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) || error.raw_os_error() == Some(link)
}

/// Whether the error is about a shortage on this machine rather than about the file: it is tried again at the next rescan.
pub(super) fn is_passing(error: &io::Error) -> bool {
    use rustix::io::Errno;
    let number = error.raw_os_error();
    let is_passing = [Errno::MFILE, Errno::NFILE, Errno::NOMEM, Errno::INTR, Errno::AGAIN]
        .iter()
        .any(|errno| number == Some(errno.raw_os_error()));
    if is_passing {
        tracing::warn!(%error, "cannot look at a file; will try again");
    }
    is_passing
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn links_lead_nowhere_and_pipes_do_not_wait() {
        let root = tempfile::tempdir().expect("a temporary folder");
        let outside = tempfile::tempdir().expect("a temporary folder");
        fs::write(outside.path().join("secret"), "x").expect("a file");
        fs::create_dir(root.path().join("in")).expect("a folder");
        fs::write(root.path().join("in/file"), "inside").expect("a file");
        symlink(outside.path(), root.path().join("out")).expect("a link");
        symlink(outside.path().join("secret"), root.path().join("in/link")).expect("a link");
        let pipe = root.path().join("in/pipe");
        rustix::fs::mknodat(rustix::fs::CWD, &pipe, FileType::Fifo, Mode::RUSR, 0).expect("a pipe");

        let base = Spot::base(root.path()).expect("a base");
        assert!(base.join("in").join("file").open_file().is_ok());
        assert_eq!(base.join("in").join("file").stat().map(|stat| stat.size).ok(), Some(6));
        for (folder, name) in [("out", "secret"), ("in", "link"), ("in", "pipe"), ("in", "none")] {
            assert!(base.join(folder).join(name).open_file().is_err(), "{folder}/{name}");
        }
        assert!(base.join("in").join("link").stat().is_ok_and(|stat| stat.is_link));
        let error = base.join("out").open_folder().expect_err("a link is no folder");
        assert!(is_missing(&error), "{error}");
    }
}
