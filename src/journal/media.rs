//! The files of pictures, in a folder beside the journal: named by what they hold, written once, never changed.
//!
//! A picture is on the disk before the event that tells of it, so an event never tells of one that was lost. One to which
//! no workflow refers any more goes with [`Media::sweep`], unless somebody is about to refer to it.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use domain::media_name::MediaName;
use draft::picture::Picture;

/// Who stores a picture records its event at once, or tries for long if the disk is full; so long no sweep takes it.
const STORED_FOR: Duration = Duration::from_secs(60 * 60);

/// Names that are asked for at once.
const ASKED_AT_ONCE: usize = 256;

/// See the module. Cheap to copy; one folder belongs to one journal.
#[derive(Clone, Debug)]
pub struct Media(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    folder: PathBuf,
    /// Held while a file is found to be there or is removed, so that the two do not cross.
    found: Mutex<()>,
    written: AtomicU64,
}

impl Media {
    /// The pictures in a folder, which is made with the first one. What is in it is made sure to outlive the loss of power.
    pub fn open(folder: PathBuf) -> io::Result<Self> {
        if folder.is_dir() {
            sync(&folder)?;
        }
        Ok(Self(Arc::new(Inner {
            folder,
            found: Mutex::new(()),
            written: AtomicU64::new(0),
        })))
    }

    /// Writes what is not there yet; blocks. When it returns the pictures outlive the loss of power.
    pub fn store(&self, pictures: &[Picture]) -> io::Result<()> {
        let mut has_written = false;
        for picture in pictures {
            if self.is_here(picture)? {
                continue;
            }
            if !self.0.folder.is_dir() {
                fs::create_dir_all(&self.0.folder)?;
                self.0.folder.parent().map_or(Ok(()), sync)?;
            }
            let number = self.0.written.fetch_add(1, Ordering::Relaxed);
            let part = self.0.folder.join(format!("{}.{number}.part", picture.name));
            let written = write(&part, &picture.bytes).and_then(|()| fs::rename(&part, self.path(&picture.name)));
            if let Err(error) = written {
                let _ = fs::remove_file(&part);
                return Err(error);
            }
            has_written = true;
        }
        if has_written { sync(&self.0.folder) } else { Ok(()) }
    }

    /// The bytes of a picture; none if it is not here. Blocks.
    pub fn read(&self, name: &MediaName) -> io::Result<Option<Vec<u8>>> {
        match fs::read(self.path(name)) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Removes the pictures to which nothing refers, and what a killed process left half written; gives how many. Blocks.
    ///
    /// `are_referenced` is asked for the files that nobody has stored for an hour, some at a time.
    pub fn sweep<E: From<io::Error>>(
        &self,
        mut are_referenced: impl FnMut(&[MediaName]) -> Result<Vec<bool>, E>,
    ) -> Result<u64, E> {
        let (halves, names) = self.old_files()?;
        let mut removed = 0;
        for path in halves {
            removed += self.remove_if_old(&path)?;
        }
        for names in names.chunks(ASKED_AT_ONCE) {
            let unreferenced = names.iter().zip(are_referenced(names)?).filter(|(_, is)| !is);
            for (name, _) in unreferenced {
                removed += self.remove_if_old(&self.path(name))?;
            }
        }
        Ok(removed)
    }

    /// The files that were written, or found, long ago: what is half written, and pictures.
    fn old_files(&self) -> io::Result<(Vec<PathBuf>, Vec<MediaName>)> {
        let (mut halves, mut names) = (Vec::new(), Vec::new());
        let entries = match fs::read_dir(&self.0.folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok((halves, names)),
            Err(error) => return Err(error),
        };
        for entry in entries {
            let path = entry?.path();
            let file = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            match file.parse() {
                Ok(name) if is_old(&path) => names.push(name),
                Err(_) if file.ends_with(".part") && is_old(&path) => halves.push(path),
                Ok(_) | Err(_) => {}
            }
        }
        Ok((halves, names))
    }

    /// Removes a file, unless somebody found it meanwhile; how many that are.
    fn remove_if_old(&self, path: &Path) -> io::Result<u64> {
        let _guard = self.lock();
        if !is_old(path) {
            return Ok(0);
        }
        fs::remove_file(path).map(|()| 1)
    }

    /// Whether the picture is here already; then it stays for a while, whatever is swept.
    fn is_here(&self, picture: &Picture) -> io::Result<bool> {
        let _guard = self.lock();
        match File::options().write(true).open(self.path(&picture.name)) {
            Ok(file) if file.metadata()?.len() == picture.bytes.len() as u64 => {
                file.set_modified(SystemTime::now())?;
                Ok(true)
            }
            // A file of another length is none that was written here.
            Ok(_) => Ok(false),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    }

    fn path(&self, name: &MediaName) -> PathBuf {
        self.0.folder.join(name.as_str())
    }

    fn lock(&self) -> MutexGuard<'_, ()> {
        self.0.found.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Makes sure that the names in a folder outlive the loss of power.
fn sync(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Whether a file was written, or found, long ago; one that is gone was not.
fn is_old(path: &Path) -> bool {
    let written = fs::metadata(path).and_then(|file| file.modified());
    written.is_ok_and(|written| written.elapsed().is_ok_and(|age| age > STORED_FOR))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A GIF of 2 × 2 pixels as far as its head tells, and some bytes.
    fn picture(rest: &[u8]) -> Picture {
        let head = b"GIF89a\x02\0\x02\0\0\0\0";
        Picture::of([head.as_slice(), rest].concat()).expect("a picture")
    }

    fn age(media: &Media, file: &str) {
        let file = File::options()
            .write(true)
            .open(media.0.folder.join(file))
            .expect("the file");
        let long_ago = SystemTime::now() - 2 * STORED_FOR;
        file.set_modified(long_ago).expect("a time");
    }

    #[test]
    fn a_picture_is_written_once_and_read_as_it_was() {
        let folder = tempfile::tempdir().expect("a folder");
        let media = Media::open(folder.path().join("data/media")).expect("opened");
        let (a, b) = (picture(b"a"), picture(b"b"));
        assert_eq!(media.read(&a.name).expect("readable"), None);
        media.store(&[a.clone(), b.clone()]).expect("stored");
        media.store(std::slice::from_ref(&a)).expect("stored again");
        assert_eq!(media.0.written.load(Ordering::Relaxed), 2);
        let media = Media::open(folder.path().join("data/media")).expect("opened again");
        assert_eq!(media.read(&a.name).expect("readable").as_deref(), Some(&*a.bytes));
        let names = fs::read_dir(folder.path().join("data/media")).expect("a folder");
        assert_eq!(names.count(), 2, "nothing else is left");
    }

    #[test]
    fn a_sweep_takes_what_is_neither_wanted_nor_fresh() {
        let folder = tempfile::tempdir().expect("a folder");
        let media = Media::open(folder.path().to_owned()).expect("opened");
        let [wanted, old, fresh, found] = [&b"1"[..], b"2", b"3", b"4"].map(picture);
        let all = [wanted.clone(), old.clone(), fresh.clone(), found.clone()];
        media.store(&all).expect("stored");
        fs::write(folder.path().join("half.part"), "x").expect("written");
        fs::write(folder.path().join("notes.txt"), "of a person").expect("written");
        for name in [
            wanted.name.as_str(),
            old.name.as_str(),
            found.name.as_str(),
            "half.part",
            "notes.txt",
        ] {
            age(&media, name);
        }
        media.store(std::slice::from_ref(&found)).expect("found again");
        let removed = media
            .sweep(|names| Ok::<_, io::Error>(names.iter().map(|name| *name == wanted.name).collect()))
            .expect("swept");
        assert_eq!(removed, 2);
        let is_here = |picture: &Picture| media.read(&picture.name).expect("readable").is_some();
        assert_eq!(all.each_ref().map(is_here), [true, false, true, true]);
        assert!(folder.path().join("notes.txt").exists() && !folder.path().join("half.part").exists());
    }
}
