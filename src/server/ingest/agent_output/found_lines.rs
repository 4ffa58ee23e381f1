//! Finds the lines of a chunk in the agent's file, by their number or in their order.
//!
//! A number alone proves nothing, because the file may have begun anew: only a line with the same text counts.

use std::fs::File;
use std::io;
use std::os::unix::fs::{FileExt as _, MetadataExt as _};

use crate::watcher::WorkflowFiles;
use intake::lines::Lines;
use intake::push::older::OutputChunk;

/// What an agent's stream is called.
const NAMES: [&str; 2] = ["raw_output.jsonl", "cc_raw_output.jsonl"];
const BLOCK_BYTES: usize = 64 * 1024;
/// How much of a file is searched for a line: far more than any stream has.
const SEARCHED_BYTES: u64 = 256 * 1024 * 1024;

/// Remembers where the last chunk ended, so that a file is not searched from its beginning for each.
#[derive(Debug, Default)]
pub(super) struct FoundLines {
    end: Option<LineStart>,
}

/// Where a line of a file begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct LineStart {
    /// The file's device and inode.
    file: (u64, u64),
    /// From 1.
    number: u64,
    offset: u64,
}

impl FoundLines {
    /// How many of the lines, from the first on, stand in the file; blocks.
    pub(super) fn look(&mut self, chunk: &OutputChunk, files: &WorkflowFiles) -> usize {
        let paths = NAMES.map(|name| format!("{}/{name}", chunk.agent));
        let opened = paths.iter().flat_map(|path| files.open(&chunk.adw_id, path));
        let found = opened.map(|file| self.find(&file, &chunk.lines, chunk.line_number).unwrap_or_default());
        found.max().unwrap_or_default()
    }

    fn find(&mut self, file: &File, lines: &[String], number: Option<u64>) -> io::Result<usize> {
        let about = file.metadata()?;
        let begin = LineStart {
            file: (about.dev(), about.ino()),
            number: 1,
            offset: 0,
        };
        let known = self
            .end
            .filter(|end| end.file == begin.file && end.offset <= about.size());
        // What was passed may have been written anew.
        for from in known.into_iter().chain([begin]) {
            if let Some((end, found)) = find_from(file, from, lines, number)? {
                self.end = Some(end);
                return Ok(found);
            }
        }
        Ok(0)
    }
}

/// Where the lines that are there end, and how many they are; none if not even the first is there.
fn find_from(
    file: &File,
    from: LineStart,
    texts: &[String],
    number: Option<u64>,
) -> io::Result<Option<(LineStart, usize)>> {
    let Some(first) = texts.first() else {
        return Ok(None);
    };
    // Tools count from 1 or from 0, and some name the last line of the chunk.
    let of_last = number.map(|number| (number + 1).saturating_sub(texts.len() as u64));
    let last = number.map_or(u64::MAX, |number| number.saturating_add(1));
    let is_meant = |at: u64| number.is_none_or(|number| at == number || at == last || Some(at) == of_last);
    let (mut at, mut lines) = (from, FileLines::new(file, from.offset));
    while at.number <= last && at.offset < SEARCHED_BYTES {
        let Some((text, end)) = lines.next()? else {
            break;
        };
        if is_meant(at.number) && is_same(&text, first) {
            return count(file, at, texts).map(Some);
        }
        (at.number, at.offset) = (at.number + 1, end);
    }
    Ok(None)
}

/// How many texts stand there, from this line on.
fn count(file: &File, start: LineStart, texts: &[String]) -> io::Result<(LineStart, usize)> {
    let (mut at, mut lines) = (start, FileLines::new(file, start.offset));
    for (found, expected) in texts.iter().enumerate() {
        match lines.next()? {
            Some((text, end)) if is_same(&text, expected) => (at.number, at.offset) = (at.number + 1, end),
            _ => return Ok((at, found)),
        }
    }
    Ok((at, texts.len()))
}

/// Some strip a line before they send it.
fn is_same(text: &str, other: &str) -> bool {
    text.trim() == other.trim()
}

/// The whole lines of a file from an offset on, and where each ends.
struct FileLines<'a> {
    file: &'a File,
    lines: Lines,
    block: Vec<u8>,
}

impl<'a> FileLines<'a> {
    fn new(file: &'a File, offset: u64) -> Self {
        Self {
            file,
            lines: Lines::from_offset(offset),
            block: vec![0; BLOCK_BYTES],
        }
    }

    fn next(&mut self) -> io::Result<Option<(String, u64)>> {
        loop {
            if let Some(line) = self.lines.next_line() {
                return Ok(Some((line.text.into_owned(), line.end)));
            }
            let read = self.file.read_at(&mut self.block, self.lines.pushed())?;
            if read == 0 {
                return Ok(None);
            }
            self.lines.push(&self.block[..read]);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_line_is_found_by_its_number_however_it_is_counted_and_only_with_its_text() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("raw_output.jsonl");
        fs::write(&path, "one\ntwo\r\nthree\nfour").expect("a file");
        let mut found = FoundLines::default();
        let mut find = |texts: &[&str], number: Option<u64>| {
            let texts: Vec<String> = texts.iter().map(|text| (*text).to_owned()).collect();
            found
                .find(&File::open(&path).expect("the file"), &texts, number)
                .expect("read")
        };
        for number in [Some(2), Some(1), Some(3), None] {
            assert_eq!(find(&["two", "three"], number), 2, "{number:?}");
        }
        assert_eq!(find(&["three", "four"], Some(3)), 1, "the rest is no line yet");
        assert_eq!(find(&["other"], Some(2)), 0);
        assert_eq!(find(&["one"], Some(99)), 0);
        assert_eq!(find(&["one"], Some(0)), 1, "and what was passed before");
        assert_eq!(find(&["three"], None), 1);
        assert_eq!(find(&["one"], None), 1, "without a number as well");
        fs::write(&path, "ones\none\n").expect("written anew");
        assert_eq!(find(&["one"], Some(2)), 1, "in a file that began anew");
    }
}
