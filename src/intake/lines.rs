//! Splits bytes into lines: however the bytes are cut into pieces, the lines are the same.
//!
//! A line ends at `\n`, and a `\r` before it belongs to the end. What follows the last end is kept until more comes.

use std::borrow::Cow;

use memchr::memchr;

use super::line_key::{FileMark, LineMark};

/// The longest line that is read whole; the longest ever seen has 2 MB.
pub const LONGEST_BYTES: usize = 64 * 1024 * 1024;
/// How much of a longer line is kept, to show what it was.
const KEPT_BYTES: usize = 1_024;
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Takes in pieces of a file and returns its lines.
#[derive(Debug)]
pub struct Lines {
    /// The position of `buffer[begin]` in the file.
    offset: u64,
    buffer: Vec<u8>,
    /// Where the current line begins in the buffer.
    begin: usize,
    /// No line ends between `begin` and here.
    searched: usize,
    /// Bytes of the current line that were dropped because it is too long.
    dropped: u64,
    longest: usize,
}

/// A line of a file, without its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileLine<'a> {
    /// Where it begins in the file.
    pub offset: u64,
    /// Where the next one begins.
    pub end: u64,
    pub text: Cow<'a, str>,
    /// As in the file; only the beginning of a line that is too long.
    pub bytes: &'a [u8],
    pub flaw: Option<Flaw>,
}

/// A line that is no longer in the buffer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TakenLine {
    pub offset: u64,
    pub end: u64,
    pub text: String,
    pub flaw: Option<Flaw>,
    pub mark: Option<LineMark>,
}

/// What is wrong with the bytes of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// It contains bytes that are not UTF-8; each is replaced by `U+FFFD` in the text.
    NotUtf8,
    /// It is longer than can be read; the text is its beginning.
    TooLong,
}

impl Lines {
    /// Lines from an offset on, which must be the start of a line.
    pub fn from_offset(offset: u64) -> Self {
        Self::with_longest(offset, LONGEST_BYTES)
    }

    fn with_longest(offset: u64, longest: usize) -> Self {
        Self {
            offset,
            buffer: Vec::new(),
            begin: 0,
            searched: 0,
            dropped: 0,
            longest,
        }
    }

    /// Takes in the next bytes of the file.
    pub fn push(&mut self, bytes: &[u8]) {
        // Only the rest, an unfinished line, is moved, and only if something before it was taken.
        if self.begin > 0 {
            self.buffer.drain(..self.begin);
            self.searched -= self.begin;
            self.begin = 0;
        }
        self.buffer.extend_from_slice(bytes);
    }

    /// The next whole line, if there is one.
    pub fn next_line(&mut self) -> Option<FileLine<'_>> {
        let found = memchr(b'\n', &self.buffer[self.searched..]);
        let Some(found) = found else {
            self.searched = self.buffer.len();
            self.let_go();
            return None;
        };
        let (begin, end) = (self.begin, self.searched + found);
        let (offset, dropped) = (self.offset, std::mem::take(&mut self.dropped));
        self.begin = end + 1;
        self.searched = end + 1;
        self.offset += dropped + (end + 1 - begin) as u64;
        let bytes = &self.buffer[begin..end];
        let is_too_long = dropped > 0 || bytes.len() > self.longest;
        Some(line(offset, self.offset, bytes, is_too_long))
    }

    /// Takes what stands after the last line's end as a line; none if there is nothing.
    pub fn take_rest(&mut self) -> Option<FileLine<'_>> {
        if self.rest().is_empty() {
            return None;
        }
        let (begin, offset) = (self.begin, self.offset);
        let dropped = std::mem::take(&mut self.dropped);
        self.offset = offset + dropped + (self.buffer.len() - begin) as u64;
        self.begin = self.buffer.len();
        self.searched = self.begin;
        let bytes = &self.buffer[begin..];
        let is_too_long = dropped > 0 || bytes.len() > self.longest;
        Some(line(offset, self.offset, bytes, is_too_long))
    }

    /// Forgets what follows the last line's end, so that it has to be pushed again.
    pub fn drop_rest(&mut self) {
        *self = Self::with_longest(self.offset, self.longest);
    }

    /// What follows the last line's end.
    pub fn rest(&self) -> &[u8] {
        &self.buffer[self.begin..]
    }

    /// Where the first line that has not been returned yet begins.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// The position in the file of the bytes to be pushed next.
    pub fn pushed(&self) -> u64 {
        self.offset + self.dropped + self.rest().len() as u64
    }

    /// Drops the rest of a line that is already too long.
    fn let_go(&mut self) {
        let length = self.rest().len();
        if self.dropped > 0 || length > self.longest {
            let kept = length.min(KEPT_BYTES);
            self.dropped += (length - kept) as u64;
            self.buffer.truncate(self.begin + kept);
            self.buffer.shrink_to(KEPT_BYTES);
            self.searched = self.buffer.len();
        }
    }
}

impl FileLine<'_> {
    /// Takes it out of the buffer, marked by the file it stands in.
    pub fn taken(self, file: Option<FileMark>) -> TakenLine {
        TakenLine {
            offset: self.offset,
            end: self.end,
            flaw: self.flaw,
            mark: file.map(|file| file.line(self.bytes)),
            text: self.text.into_owned(),
        }
    }
}

/// Bytes up to a `\n`, without a `\r` before it.
pub fn without_end(bytes: &[u8]) -> &[u8] {
    bytes.strip_suffix(b"\r").unwrap_or(bytes)
}

fn line(offset: u64, end: u64, bytes: &[u8], is_too_long: bool) -> FileLine<'_> {
    if is_too_long {
        let bytes = &bytes[..bytes.len().min(KEPT_BYTES)];
        return FileLine {
            offset,
            end,
            text: String::from_utf8_lossy(bytes),
            bytes,
            flaw: Some(Flaw::TooLong),
        };
    }
    let bytes = without_end(bytes);
    let is_first = offset == 0;
    let said = bytes
        .strip_prefix(BYTE_ORDER_MARK)
        .filter(|_| is_first)
        .unwrap_or(bytes);
    // Checking valid text, as nearly all text is, is much faster than repairing invalid text.
    let text = std::str::from_utf8(said).map_or_else(|_| String::from_utf8_lossy(said), Cow::Borrowed);
    let flaw = matches!(text, Cow::Owned(_)).then_some(Flaw::NotUtf8);
    FileLine {
        offset,
        end,
        text,
        bytes,
        flaw,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    type Read = Vec<(u64, u64, String, Option<Flaw>)>;

    /// The lines of some pieces, and where the rest begins.
    fn read(longest: usize, pieces: &[&[u8]]) -> (Read, u64, Vec<u8>) {
        let mut lines = Lines::with_longest(0, longest);
        let mut read = Vec::new();
        for piece in pieces {
            lines.push(piece);
            while let Some(line) = lines.next_line() {
                read.push((line.offset, line.end, line.text.into_owned(), line.flaw));
            }
        }
        let pushed: usize = pieces.iter().map(|piece| piece.len()).sum();
        assert_eq!(lines.pushed(), pushed as u64);
        (read, lines.offset(), lines.rest().to_vec())
    }

    #[test]
    fn ends_of_both_systems_are_ends_and_the_last_part_waits() {
        let (lines, offset, rest) = read(100, &[b"\xef\xbb\xbfone\r\n\ntw", b"o\nthr"]);
        let texts: Vec<_> = lines
            .iter()
            .map(|(from, to, text, _)| (*from, *to, text.as_str()))
            .collect();
        assert_eq!(texts, [(0, 8, "one"), (8, 9, ""), (9, 13, "two")]);
        assert_eq!((offset, rest), (13, b"thr".to_vec()));
    }

    #[test]
    fn bytes_that_are_no_text_are_replaced_and_said_so() {
        let (lines, ..) = read(100, &[b"a\xff\xfeb\nc\n"]);
        assert_eq!(lines[0].2, "a\u{fffd}\u{fffd}b");
        assert_eq!(
            (lines[0].3, lines[1].3, lines[1].2.as_str()),
            (Some(Flaw::NotUtf8), None, "c")
        );
    }

    #[test]
    fn a_line_beyond_the_limit_is_one_flaw_and_the_next_is_whole() {
        let long = vec![b'x'; 10_000];
        let (lines, offset, _) = read(4_000, &[&long[..], &long, b"\nshort\n"]);
        assert_eq!(lines[0].3, Some(Flaw::TooLong));
        assert_eq!(lines[0].2.len(), KEPT_BYTES);
        assert_eq!((lines[0].1, lines[1].0, lines[1].2.as_str()), (20_001, 20_001, "short"));
        assert_eq!(offset, 20_007);
    }

    #[test]
    fn the_rest_can_be_taken_or_pushed_again() {
        let mut lines = Lines::from_offset(50);
        lines.push(b"whole\nhalf");
        assert_eq!(lines.next_line().map(|line| line.end), Some(56));
        assert_eq!(lines.next_line(), None);
        assert_eq!(lines.pushed(), 60);
        lines.drop_rest();
        assert_eq!((lines.offset(), lines.pushed()), (56, 56));
        lines.push(b"half");
        let rest = lines
            .take_rest()
            .map(|line| (line.offset, line.end, line.text.into_owned()));
        assert_eq!(rest, Some((56, 60, "half".to_owned())));
        assert_eq!(lines.offset(), 60);
        assert_eq!(lines.take_rest(), None);
    }

    #[test]
    fn a_line_of_many_megabytes_in_small_pieces_takes_linear_time() {
        let mut lines = Lines::from_offset(0);
        let piece = [b'x'; 1_024];
        // Quadratic work would be 32 GB of bytes searched here, and would time out.
        for _ in 0..8 * 1_024 {
            lines.push(&piece);
            assert_eq!(lines.next_line(), None);
            assert_eq!(lines.searched, lines.buffer.len());
        }
        lines.push(b"\n");
        assert_eq!(lines.next_line().map(|line| line.text.len()), Some(8 * 1_024 * 1_024));
    }

    proptest! {
        #[test]
        fn any_cut_of_the_bytes_gives_the_same_lines(
            bytes in prop::collection::vec(prop_oneof![Just(b'\n'), Just(b'\r'), Just(0xff), Just(b'a'), any::<u8>()], 0..200),
            cuts in prop::collection::vec(0..200_usize, 0..8),
            longest in 3..40_usize,
        ) {
            let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(bytes.len())).collect();
            cuts.extend([0, bytes.len()]);
            cuts.sort_unstable();
            let pieces: Vec<&[u8]> = cuts.windows(2).map(|pair| &bytes[pair[0]..pair[1]]).collect();
            let (whole, offset, _) = read(longest, &[&bytes]);
            let (cut, cut_offset, _) = read(longest, &pieces);
            prop_assert_eq!(&whole, &cut);
            prop_assert_eq!(offset, cut_offset);
            prop_assert_eq!(whole.len(), bytes.iter().filter(|byte| **byte == b'\n').count());
        }
    }
}
