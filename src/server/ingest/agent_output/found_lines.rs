//! Finds the lines of a chunk in the agent's file by their number, so that they are known when the file is read, too.
//!
//! A number alone proves nothing, because the file may have begun anew: only a line with the same text counts.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;

use crate::watcher::{WorkflowFiles, mark_of};
use intake::line_key::FileMark;
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
#[derive(Clone, Copy, Debug)]
struct LineStart {
    file: FileMark,
    /// From 1.
    number: u64,
    offset: u64,
}

impl FoundLines {
    /// The keys of those lines that were found; blocks.
    pub(super) fn line_keys(&mut self, chunk: &OutputChunk, files: &WorkflowFiles) -> Vec<Option<String>> {
        // Lines with an id need no other name.
        let has_id = |line: &String| line.contains("\"uuid\"");
        let Some(number) = chunk.line_number.filter(|_| !chunk.lines.iter().all(has_id)) else {
            return Vec::new();
        };
        let paths = NAMES.map(|name| format!("{}/{name}", chunk.agent));
        let mut opened = paths.iter().flat_map(|path| files.open(&chunk.adw_id, path));
        let keys = opened.find_map(|file| self.find(&file, &chunk.lines, number));
        keys.unwrap_or_default()
    }

    /// Tools count from 1 or from 0, and some name the last line of the chunk.
    fn find(&mut self, file: &File, lines: &[String], number: u64) -> Option<Vec<Option<String>>> {
        let mark = mark_of(file)?;
        let of_last = (number + 1).saturating_sub(lines.len() as u64);
        [number, number.saturating_add(1), of_last]
            .into_iter()
            .filter(|first| *first > 0)
            .find_map(|first| {
                let start = self.start_of(file, mark, first).ok()??;
                self.compare(file, start, lines).ok().filter(|keys| !keys.is_empty())
            })
    }

    /// Where a line begins; none if there are fewer.
    fn start_of(&self, file: &File, mark: FileMark, number: u64) -> io::Result<Option<LineStart>> {
        let begin = LineStart {
            file: mark,
            number: 1,
            offset: 0,
        };
        let known = self.end.filter(|end| end.file == mark && end.number <= number);
        let mut at = known.unwrap_or(begin);
        let mut block = vec![0; BLOCK_BYTES];
        let mut read_to = at.offset;
        while at.number < number && read_to < SEARCHED_BYTES {
            let read = file.read_at(&mut block, read_to)?;
            if read == 0 {
                return Ok(None);
            }
            let ends = block[..read].iter().enumerate().filter(|(_, byte)| **byte == b'\n');
            let missing = usize::try_from(number - at.number).unwrap_or(usize::MAX);
            for (end, _) in ends.take(missing) {
                at.number += 1;
                at.offset = read_to + end as u64 + 1;
            }
            read_to += read as u64;
        }
        Ok((at.number == number).then_some(at))
    }

    /// The keys of the lines from there on, as far as their texts are the same.
    fn compare(&mut self, file: &File, start: LineStart, texts: &[String]) -> io::Result<Vec<Option<String>>> {
        let mut lines = Lines::from_offset(start.offset);
        let mut block = vec![0; BLOCK_BYTES];
        let mut keys = Vec::new();
        let mut end = start;
        while let Some(text) = texts.get(keys.len()) {
            let Some(line) = lines.next_line() else {
                let read = file.read_at(&mut block, lines.pushed())?;
                if read == 0 {
                    break;
                }
                lines.push(&block[..read]);
                continue;
            };
            // Some strip a line before they send it.
            if line.flaw.is_some() || line.text.trim() != text.trim() {
                break;
            }
            end = LineStart {
                number: end.number + 1,
                offset: line.end,
                ..end
            };
            let line = line.taken(Some(start.file));
            keys.push(line.mark.map(|mark| mark.line_key(line.offset)));
        }
        if !keys.is_empty() {
            self.end = Some(end);
        }
        Ok(keys)
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
        let file = File::open(&path).expect("the file");
        let Some(mark) = mark_of(&file) else {
            eprintln!("skipped: this file system does not know when a file was made");
            return;
        };
        let key = |offset, text: &[u8]| Some(mark.line(text).line_key(offset));
        let texts = |texts: &[&str]| -> Vec<String> { texts.iter().map(|text| (*text).to_owned()).collect() };
        let mut found = FoundLines::default();
        let two = vec![key(4, b"two"), key(9, b"three")];
        for number in [2, 1, 3] {
            assert_eq!(
                found.find(&file, &texts(&["two", "three"]), number),
                Some(two.clone()),
                "{number}"
            );
        }
        assert_eq!(
            found.find(&file, &texts(&["three", "four"]), 3),
            Some(vec![key(9, b"three")]),
            "the rest is no line yet"
        );
        assert_eq!(found.find(&file, &texts(&["other"]), 2), None);
        assert_eq!(found.find(&file, &texts(&["one"]), 99), None);
        assert_eq!(
            found.find(&file, &texts(&["one"]), 0),
            Some(vec![key(0, b"one")]),
            "and what was passed before"
        );
    }
}
