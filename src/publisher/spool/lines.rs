//! Reads files of the spool into batches of lines. A line that is incomplete because its process was killed is skipped.

use std::fs::File;
use std::io;
use std::ops::Range;
use std::os::unix::fs::FileExt as _;

use serde::de::IgnoredAny;

/// The most that one request contains.
const LARGEST_BATCH: usize = 500;
const LARGEST_BATCH_BYTES: usize = 1024 * 1024;
/// How much of a file is read at once, unless a line is longer.
const READ_BYTES: usize = 256 * 1024;

/// How much is read ahead of a file that is sent together with others.
const AHEAD_BYTES: usize = 16 * 1024;

/// Lines that are sent together.
#[derive(Debug)]
pub struct SpoolBatch {
    body: Vec<u8>,
    pieces: Vec<Piece>,
    most_bytes: usize,
}

impl Default for SpoolBatch {
    fn default() -> Self {
        Self {
            body: Vec::new(),
            pieces: Vec::new(),
            most_bytes: LARGEST_BATCH_BYTES,
        }
    }
}

/// One line of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Which of the sources it came from.
    pub source: usize,
    /// Where it ends in its source.
    pub end: u64,
    /// Its range in the body, including its line feed.
    pub place: Range<usize>,
}

impl SpoolBatch {
    /// A small one, for lines that are only inspected.
    pub fn ahead() -> Self {
        Self {
            most_bytes: AHEAD_BYTES,
            ..Self::default()
        }
    }

    pub fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    pub fn pieces(&self) -> &[Piece] {
        &self.pieces
    }

    /// The bytes of some adjacent pieces.
    pub fn body(&self, pieces: &[Piece]) -> &[u8] {
        match (pieces.first(), pieces.last()) {
            (Some(first), Some(last)) => &self.body[first.place.start..last.place.end],
            _ => &[],
        }
    }

    /// Whether a line of this many bytes fits. A line that is longer than any batch is sent alone.
    pub fn has_room(&self, bytes: usize) -> bool {
        self.is_empty() || (self.pieces.len() < LARGEST_BATCH && self.body.len() + bytes <= self.most_bytes)
    }

    /// Adds a line without its end.
    pub fn push(&mut self, source: usize, end: u64, line: &[u8]) {
        let start = self.body.len();
        self.body.extend_from_slice(line);
        self.body.push(b'\n');
        let place = start..self.body.len();
        self.pieces.push(Piece { source, end, place });
    }

    /// Adds lines of a file from `from` on, as long as there is room; returns how far the file was read, including skipped
    /// lines.
    pub fn read(&mut self, source: usize, file: &File, from: u64, until: u64) -> io::Result<u64> {
        let mut at = from;
        let mut wanted = READ_BYTES;
        let mut bytes = Vec::new();
        while at < until {
            let rest = usize::try_from(until - at).unwrap_or(usize::MAX);
            bytes.resize(wanted.min(rest), 0);
            let filled = read_at(file, &mut bytes, at)?;
            bytes.truncate(filled);
            let is_last = filled < wanted.min(rest) || filled == rest;
            let whole = match memchr::memrchr(b'\n', &bytes) {
                Some(end) => end + 1,
                // The last line may lack its line feed.
                None if is_last => filled,
                None => {
                    wanted *= 2;
                    continue;
                }
            };
            let whole = if is_last { filled } else { whole };
            if whole == 0 {
                return Ok(until);
            }
            for line in bytes[..whole].split_inclusive(|byte| *byte == b'\n') {
                let end = at + line.len() as u64;
                let text = line.trim_ascii();
                if is_whole(text) {
                    if !self.has_room(text.len() + 1) {
                        return Ok(at);
                    }
                    self.push(source, end, text);
                }
                at = end;
            }
            wanted = READ_BYTES;
        }
        Ok(at)
    }
}

/// Whether a line is complete: what a killed process or a full disk left half written is not JSON.
fn is_whole(line: &[u8]) -> bool {
    line.starts_with(b"{") && serde_json::from_slice::<IgnoredAny>(line).is_ok()
}

fn read_at(file: &File, bytes: &mut [u8], at: u64) -> io::Result<usize> {
    let mut filled = 0;
    while filled < bytes.len() {
        match file.read_at(&mut bytes[filled..], at + filled as u64) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use proptest::prelude::*;

    fn file(bytes: &[u8]) -> File {
        let path = tempfile::NamedTempFile::new().expect("a file");
        fs::write(path.path(), bytes).expect("written");
        File::open(path.path()).expect("opened")
    }

    fn all(bytes: &[u8]) -> Vec<Vec<u8>> {
        let file = file(bytes);
        let (mut at, mut lines) = (0, Vec::new());
        while at < bytes.len() as u64 {
            let mut batch = SpoolBatch::default();
            at = batch.read(0, &file, at, bytes.len() as u64).expect("read");
            let line = |piece: &Piece| batch.body(std::slice::from_ref(piece)).trim_ascii().to_vec();
            lines.extend(batch.pieces().iter().map(line));
        }
        lines
    }

    #[test]
    fn torn_and_empty_lines_are_passed_over() {
        assert_eq!(
            all(b"{\"a\":1}\n\n{\"b\n{\"c\":3}\n{\"d\":4"),
            [b"{\"a\":1}".to_vec(), b"{\"c\":3}".to_vec()]
        );
        assert_eq!(all(b"{\"a\":1}"), [b"{\"a\":1}".to_vec()]);
        assert_eq!(all(&[0; 300]), Vec::<Vec<u8>>::new());
    }

    #[test]
    fn a_batch_is_full_by_count_and_by_bytes_and_a_long_line_goes_alone() {
        let line = format!("{{\"a\":\"{}\"}}\n", "x".repeat(300_000));
        let long = format!("{{\"a\":\"{}\"}}\n", "x".repeat(2 * LARGEST_BATCH_BYTES));
        let text = format!("{}{long}{}", line.repeat(4), "{}\n".repeat(LARGEST_BATCH + 1));
        let file = file(text.as_bytes());
        let (mut at, mut counts) = (0, Vec::new());
        while at < text.len() as u64 {
            let mut batch = SpoolBatch::default();
            at = batch.read(0, &file, at, text.len() as u64).expect("read");
            counts.push(batch.pieces().len());
        }
        assert_eq!(counts, [3, 1, 1, LARGEST_BATCH, 1]);
    }

    proptest! {
        #[test]
        fn whatever_was_cut_off_the_lines_before_it_are_read(values in prop::collection::vec(".{0,30}", 1..20), cut in 0_usize..400) {
            let lines: Vec<String> = values.iter().map(|value| serde_json::json!({"v": value}).to_string()).collect();
            let text = lines.join("\n") + "\n";
            let cut = cut.min(text.len());
            let whole = text.as_bytes()[..cut].iter().filter(|byte| **byte == b'\n').count();
            let read = all(&text.as_bytes()[..cut]);
            prop_assert!(read.len() == whole || read.len() == whole + 1);
            for (read, line) in read.iter().zip(&lines) {
                prop_assert_eq!(read, line.as_bytes());
            }
        }
    }
}
