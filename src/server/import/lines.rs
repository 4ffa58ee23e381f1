//! The lines of a file, one at a time, with a limit on their length in memory.

use std::io::{self, BufRead};

/// An exported body may be this long, in bytes; a stream's longest line (64 MiB) fits with all its escapes.
const LONGEST_BYTES: usize = 256 * 1024 * 1024;

/// Reads line by line; empty lines are skipped.
pub(super) struct Lines<R> {
    file: R,
    line: Vec<u8>,
    number: u64,
}

/// A line that is not empty.
pub(super) struct Line<'l> {
    /// From 1.
    pub number: u64,
    pub bytes: usize,
    /// Without its end, or why it cannot be read.
    pub text: Result<&'l [u8], String>,
}

impl<R: BufRead> Lines<R> {
    pub(super) fn new(file: R) -> Self {
        Self {
            file,
            line: Vec::new(),
            number: 0,
        }
    }

    pub(super) fn next(&mut self) -> io::Result<Option<Line<'_>>> {
        loop {
            let Some(bytes) = self.read()? else { return Ok(None) };
            self.number += 1;
            if bytes > LONGEST_BYTES {
                return Ok(Some(Line {
                    number: self.number,
                    bytes,
                    text: Err(format!("the line is longer than {LONGEST_BYTES} bytes")),
                }));
            }
            if !self.line.trim_ascii().is_empty() {
                break;
            }
        }
        let text = self.line.trim_ascii();
        // Some editors put a byte order mark before the first line.
        let text = text
            .strip_prefix(b"\xef\xbb\xbf")
            .filter(|_| self.number == 1)
            .unwrap_or(text);
        Ok(Some(Line {
            number: self.number,
            bytes: text.len(),
            text: Ok(text),
        }))
    }

    /// Reads one line, and keeps no more of it than is allowed; returns its length, or none at the end.
    fn read(&mut self) -> io::Result<Option<usize>> {
        self.line.clear();
        let mut length = 0;
        loop {
            let bytes = match self.file.fill_buf() {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                bytes => bytes?,
            };
            if bytes.is_empty() {
                return Ok((length > 0).then_some(length));
            }
            let end = bytes.iter().position(|byte| *byte == b'\n');
            let taken = end.map_or(bytes.len(), |at| at + 1);
            length += taken;
            if length <= LONGEST_BYTES {
                self.line.extend_from_slice(&bytes[..taken]);
            }
            self.file.consume(taken);
            if end.is_some() {
                return Ok(Some(length));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_numbered_as_an_editor_does() {
        let file = io::BufReader::with_capacity(3, &b"\xef\xbb\xbfone\r\n\n  \ntwo\nthree"[..]);
        let mut lines = Lines::new(file);
        let mut read = Vec::new();
        while let Some(line) = lines.next().unwrap() {
            read.push((line.number, String::from_utf8(line.text.unwrap().to_vec()).unwrap()));
        }
        let expected = [(1, "one"), (4, "two"), (5, "three")];
        assert_eq!(read, expected.map(|(number, text)| (number, text.to_owned())));
    }
}
