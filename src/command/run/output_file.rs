//! The file with the child's output, as ADW scripts write it: `<agents>/<adw_id>/<agent>/raw_output.jsonl`.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::time::UNIX_EPOCH;

use intake::line_key::FileMark;

/// The name that all readers of ADW folders expect.
pub const NAME: &str = "raw_output.jsonl";
/// How much output is kept in memory while the disk is full, so that the file has no gap.
const UNWRITTEN_BYTES: usize = 16 * 1024 * 1024;

/// See the module.
#[derive(Debug)]
pub struct OutputFile {
    /// None once it cannot be written to any more.
    file: Option<File>,
    unwritten: Vec<u8>,
    /// The identity of the file, for the keys of its lines.
    pub mark: Option<FileMark>,
}

impl OutputFile {
    /// Creates the file in this folder; the file of an earlier attempt is replaced by one with a creation time of its own.
    pub fn create(folder: &Path) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        let path = folder.join(NAME);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            Ok(()) | Err(_) => {}
        }
        let file = File::create_new(&path)?;
        let made = file.metadata()?;
        let born = made
            .created()
            .ok()
            .and_then(|born| born.duration_since(UNIX_EPOCH).ok());
        Ok(Self {
            file: Some(file),
            unwritten: Vec::new(),
            mark: born.map(|born| FileMark {
                ino: made.ino(),
                born_ns: born.as_nanos(),
            }),
        })
    }

    /// No file: the output is only passed on.
    pub fn none() -> Self {
        Self {
            file: None,
            unwritten: Vec::new(),
            mark: None,
        }
    }

    /// Writes bytes, after those that did not fit on disk before. An error is reported once, when the rest of the file is given up.
    pub fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        let Some(file) = &mut self.file else {
            return Ok(());
        };
        if self.unwritten.is_empty() {
            let (written, _) = write_some(file, bytes);
            self.unwritten.extend_from_slice(&bytes[written..]);
        } else {
            self.unwritten.extend_from_slice(bytes);
        }
        self.catch_up()
    }

    fn catch_up(&mut self) -> io::Result<()> {
        let Some(file) = self.file.as_mut().filter(|_| !self.unwritten.is_empty()) else {
            return Ok(());
        };
        let (written, error) = write_some(file, &self.unwritten);
        self.unwritten.drain(..written);
        match error {
            Some(error) if self.unwritten.len() > UNWRITTEN_BYTES => {
                (self.file, self.unwritten) = (None, Vec::new());
                Err(error)
            }
            Some(_) | None => Ok(()),
        }
    }
}

/// Writes as much as it can; returns how much that was, and what prevented the rest.
fn write_some(file: &mut File, bytes: &[u8]) -> (usize, Option<io::Error>) {
    let mut written = 0;
    while written < bytes.len() {
        match file.write(&bytes[written..]) {
            Ok(0) => return (written, Some(io::ErrorKind::WriteZero.into())),
            Ok(count) => written += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return (written, Some(error)),
        }
    }
    (written, None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_retry_starts_over_in_another_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let folder = folder.path().join("c0a43f47/builder");
        let mut first = OutputFile::create(&folder).expect("a file");
        first.write(b"one\n").expect("room");
        let mut second = OutputFile::create(&folder).expect("a file");
        second.write(b"two\n").expect("room");
        assert_ne!(first.mark, second.mark);
        assert_eq!(fs::read(folder.join(NAME)).expect("the file"), b"two\n");
    }

    #[test]
    fn a_full_disk_is_no_hole_in_the_file_as_long_as_memory_lasts() {
        let full = File::options().write(true).open("/dev/full").expect("Linux has one");
        let mut output = OutputFile {
            file: Some(full),
            unwritten: Vec::new(),
            mark: None,
        };
        output.write(b"one\n").expect("kept in memory");
        assert!(!output.unwritten.is_empty());
        let file = tempfile::NamedTempFile::new().expect("a file");
        output.file = Some(file.reopen().expect("the file"));
        output.write(b"two\n").expect("room again");
        assert!(output.unwritten.is_empty());
        assert_eq!(fs::read(file.path()).expect("the file"), b"one\ntwo\n");
        output.file = Some(File::options().write(true).open("/dev/full").expect("Linux has one"));
        let mut given_up = 0;
        for _ in 0..40 {
            given_up += usize::from(output.write(&vec![b'x'; UNWRITTEN_BYTES / 16]).is_err());
        }
        assert_eq!((given_up, output.unwritten.len()), (1, 0));
    }
}
