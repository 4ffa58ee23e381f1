//! One file of a spool, with its lock: only its holder writes, sends or deletes the file.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustix::fs::{Mode, OFlags};

/// See the module. Dropping it releases the lock; what is in the file stays for others.
#[derive(Debug)]
pub struct SpoolFile {
    path: PathBuf,
    /// Shared with whoever is reading it: the lock belongs to the file, and is held until the last of them is dropped.
    file: Arc<File>,
    /// Bytes in it.
    length: u64,
    /// The last write stopped halfway, so what comes next must start a new line.
    is_torn: bool,
}

/// Creates a new file, readable only by this user.
pub(super) fn create_new(path: &Path) -> io::Result<File> {
    let flags = OFlags::CREATE | OFlags::EXCL | OFlags::RDWR | OFlags::APPEND | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    Ok(rustix::fs::open(path, flags, Mode::RUSR | Mode::WUSR)?.into())
}

/// Opens a file that is used only as a lock.
pub(super) fn open_lock(path: &Path) -> io::Result<File> {
    let flags = OFlags::CREATE | OFlags::RDWR | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    Ok(rustix::fs::open(path, flags, Mode::RUSR | Mode::WUSR)?.into())
}

impl SpoolFile {
    /// Creates a file under a name that nobody looks for, locks it, and only then gives it its own name.
    pub(super) fn create(unfinished: &Path, path: PathBuf) -> io::Result<Self> {
        let file = create_new(unfinished)?;
        let made = file.try_lock().map_err(io::Error::from);
        if let Err(error) = made.and_then(|()| fs::rename(unfinished, &path)) {
            let _ = fs::remove_file(unfinished);
            return Err(error);
        }
        Ok(Self {
            path,
            file: Arc::new(file),
            length: 0,
            is_torn: false,
        })
    }

    /// Locks a file that has lost its publisher; none if somebody holds it, or it belongs to another user.
    pub(super) fn claim(path: PathBuf) -> io::Result<Option<Self>> {
        let flags =
            OFlags::RDWR | OFlags::APPEND | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
        let file = File::from(rustix::fs::open(&path, flags, Mode::empty())?);
        let known = file.metadata()?;
        if !known.is_file() || known.uid() != rustix::process::geteuid().as_raw() || file.try_lock().is_err() {
            return Ok(None);
        }
        // Between opening and locking, another process may have sent and deleted it, or replaced it.
        let now = fs::symlink_metadata(&path)?;
        if (now.dev(), now.ino()) != (known.dev(), known.ino()) {
            return Ok(None);
        }
        Ok(Some(Self {
            length: file.metadata()?.len(),
            path,
            file: Arc::new(file),
            is_torn: false,
        }))
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The process that wrote it, as its name says.
    pub fn process(&self) -> &str {
        let name = self.path.file_name().and_then(|name| name.to_str());
        name.and_then(|name| name.split('-').nth(1)).unwrap_or_default()
    }

    /// Bytes in it.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// Distinguishes it from another file that had the same name.
    pub fn inode(&self) -> io::Result<u64> {
        Ok(self.file.metadata()?.ino())
    }

    /// The file for reading. Its lock is held as long as this lives.
    pub fn reader(&self) -> Arc<File> {
        Arc::clone(&self.file)
    }

    /// Appends a line with one write, so that a killed process leaves the lines before it complete.
    pub fn append(&mut self, line: &[u8]) -> io::Result<()> {
        if self.is_torn {
            return self.write_once(&[b"\n", line].concat());
        }
        self.write_once(line)
    }

    fn write_once(&mut self, bytes: &[u8]) -> io::Result<()> {
        let written = loop {
            match (&*self.file).write(bytes) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                done => break done?,
            }
        };
        self.length += written as u64;
        if written == bytes.len() {
            self.is_torn = false;
            return Ok(());
        }
        self.is_torn |= written > 0;
        Err(io::ErrorKind::StorageFull.into())
    }

    /// Empties it: everything in it was sent.
    pub fn clear(&mut self) -> io::Result<()> {
        self.file.set_len(0)?;
        self.length = 0;
        self.is_torn = false;
        Ok(())
    }

    /// Deletes it, still locked.
    pub fn delete(self) {
        if let Err(error) = fs::remove_file(&self.path) {
            tracing::debug!(%error, "cannot delete a spool file that was sent; it will be sent again");
        }
    }

    /// Replaces its contents with these lines.
    pub(super) fn replace(&mut self, lines: &[u8]) -> io::Result<()> {
        let name = self.path.file_name().unwrap_or_default().to_string_lossy();
        let unfinished = self.path.with_file_name(format!("{}{name}", super::UNFINISHED));
        let _ = fs::remove_file(&unfinished);
        let mut file = create_new(&unfinished)?;
        let replaced = file
            .try_lock()
            .map_err(io::Error::from)
            .and_then(|()| file.write_all(lines))
            .and_then(|()| fs::rename(&unfinished, &self.path));
        if let Err(error) = replaced {
            let _ = fs::remove_file(&unfinished);
            return Err(error);
        }
        self.file = Arc::new(file);
        self.length = lines.len() as u64;
        self.is_torn = false;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_replaced_while_it_was_opened_is_not_claimed_twice() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a");
        fs::write(&path, "1\n2\n").expect("written");
        let mut file = SpoolFile::claim(path.clone()).expect("opened").expect("claimed");
        let before = file.inode().expect("an inode");
        file.replace(b"2\n").expect("replaced");
        assert_ne!(file.inode().expect("an inode"), before);
        assert_eq!(fs::read_to_string(&path).expect("read"), "2\n");
        // The new file is as locked as the old one was.
        assert!(SpoolFile::claim(path.clone()).expect("opened").is_none());
        file.append(b"3\n").expect("appended");
        drop(file);
        let again = SpoolFile::claim(path).expect("opened").expect("claimed");
        assert_eq!(again.length(), 4);
    }
}
