//! Merges what many short processes have left into a few files: during a long outage there would be one for every hook.

use std::io;

use super::by_time::{SpoolSource, next_batch};
use super::{Spool, SpoolFile};

/// Up to this many files need no merging.
pub const MANY: usize = 256;
/// Larger files stay as they are.
const SHORT_BYTES: u64 = 64 * 1024;
/// How much is merged into one file, in bytes and in files that are open at the same time.
const JOINED_BYTES: usize = 512 * 1024;
const JOINED_FILES: usize = 64;

impl Spool {
    /// Merges short files that have lost their publisher with those that follow them, so that the order of sending stays.
    pub fn join(&self) {
        let mut run = Vec::new();
        let mut bytes = 0;
        for file in self.claims(self.names()) {
            let is_short = file.length() <= SHORT_BYTES;
            if is_short {
                bytes += usize::try_from(file.length()).unwrap_or(usize::MAX);
                run.push(file);
            }
            if !is_short || bytes >= JOINED_BYTES || run.len() >= JOINED_FILES {
                join(std::mem::take(&mut run));
                bytes = 0;
            }
        }
        join(run);
    }
}

/// Merges several files into one. A kill before the others are deleted leaves lines twice; they are then sent twice and recorded once.
fn join(files: Vec<SpoolFile>) {
    if files.len() < 2 {
        return;
    }
    let joined = merged(&files);
    let mut files = files.into_iter();
    let Some(mut first) = files.next() else { return };
    match joined.and_then(|joined| first.replace(&joined)) {
        Ok(()) => files.for_each(SpoolFile::delete),
        Err(error) => tracing::debug!(%error, "cannot merge short spool files"),
    }
}

/// The complete lines of several files, in the order in which they would be sent.
fn merged(files: &[SpoolFile]) -> io::Result<Vec<u8>> {
    let mut sources: Vec<SpoolSource> = files.iter().map(|file| SpoolSource::of(file, 0)).collect();
    let mut lines = Vec::new();
    while sources.iter().any(|source| source.from < source.until) {
        let (batch, used) = next_batch(&sources)?;
        lines.extend_from_slice(batch.body(batch.pieces()));
        for (source, used) in sources.iter_mut().zip(used) {
            source.from = used;
        }
    }
    Ok(lines)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn many_short_files_become_few_and_their_lines_keep_their_order() {
        let folder = tempfile::tempdir().expect("a folder");
        let spool = Spool::new(folder.path().join("to"));
        let mut expected = String::new();
        for number in 0..300 {
            // One of them is long, and one was torn.
            let text = if number == 150 {
                "x".repeat(SHORT_BYTES as usize + 1)
            } else {
                String::new()
            };
            let line = format!("{{\"number\":{number},\"text\":\"{text}\"}}\n");
            let line = if number == 200 { &line[..5] } else { &line };
            spool.leave(line.as_bytes()).expect("left");
            expected += line;
        }
        let lines = |text: &str| -> Vec<String> {
            text.lines()
                .filter(|line| line.ends_with('}'))
                .map(str::to_owned)
                .collect()
        };
        spool.join();
        let files = spool.claim(None, usize::MAX).files;
        assert!(files.len() < 10, "{}", files.len());
        let text: String = files
            .iter()
            .map(|file| fs::read_to_string(file.path()).expect("read"))
            .collect();
        assert_eq!(lines(&text), lines(&expected.replace("{\"num{", "{\"num\n{")));
        assert_eq!(lines(&text).len(), 299);
    }
}
