//! Splits bytes into lines: however the bytes are cut into pieces, the lines are the same.
//!
//! A line ends at `\n`, and a `\r` before it belongs to the end; other layouts are `layout`'s. What follows the last end is kept
//! until more comes.

mod layout;

use std::borrow::Cow;

use memchr::memchr;

use super::line_key::{FileMark, LineMark};
use layout::{ElementSearch, Start};
pub use layout::{Layout, without_end};

/// The longest line that is read whole; the longest ever seen has 2 MB.
pub const LONGEST_BYTES: usize = 64 * 1024 * 1024;
/// How much of a longer line is kept, to show what it was.
const KEPT_BYTES: usize = 1_024;

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
    /// None until the beginning of the file has said it.
    layout: Option<Layout>,
    elements: ElementSearch,
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
    /// Lines from an offset on, which must be the start of a line. The beginning of a file says how it is laid out.
    pub fn from_offset(offset: u64) -> Self {
        Self::laid_out(offset, (offset > 0).then_some(Layout::Lines))
    }

    /// Lines from an offset on, of a file whose layout is known.
    pub fn laid_out(offset: u64, layout: Option<Layout>) -> Self {
        Self::with_longest(offset, LONGEST_BYTES, layout)
    }

    fn with_longest(offset: u64, longest: usize, layout: Option<Layout>) -> Self {
        Self {
            offset,
            buffer: Vec::new(),
            begin: 0,
            searched: 0,
            dropped: 0,
            longest,
            layout,
            elements: ElementSearch::default(),
        }
    }

    /// How the file is laid out, as far as that is known.
    pub fn layout(&self) -> Option<Layout> {
        self.layout
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
        let layout = self.find_layout()?;
        let Some(end) = self.find_end(layout) else {
            self.let_go();
            return None;
        };
        Some(self.take_to(end, layout))
    }

    /// Takes what stands after the last line's end as a line; none if there is nothing.
    pub fn take_rest(&mut self) -> Option<FileLine<'_>> {
        if self.rest().is_empty() {
            return None;
        }
        self.elements = ElementSearch::default();
        Some(self.take_to(self.buffer.len(), self.layout.unwrap_or_default()))
    }

    fn take_to(&mut self, end: usize, layout: Layout) -> FileLine<'_> {
        let (begin, offset, dropped) = (self.begin, self.offset, std::mem::take(&mut self.dropped));
        self.begin = end;
        self.searched = end;
        self.offset += dropped + (end - begin) as u64;
        let bytes = &self.buffer[begin..end];
        let length = bytes.strip_suffix(b"\n").map_or(bytes.len(), <[u8]>::len);
        if dropped > 0 || length > self.longest {
            let bytes = &bytes[..length.min(KEPT_BYTES)];
            return FileLine {
                offset,
                end: self.offset,
                text: layout.text(bytes).0,
                bytes,
                flaw: Some(Flaw::TooLong),
            };
        }
        let (text, is_mended) = layout.text(layout.said(bytes, offset == 0));
        FileLine {
            offset,
            end: self.offset,
            text,
            // The mark of the byte order, which is no part of the text, is one of the line.
            bytes: layout.said(bytes, false),
            flaw: is_mended.then_some(Flaw::NotUtf8),
        }
    }

    /// The layout; none as long as there are too few bytes to tell.
    fn find_layout(&mut self) -> Option<Layout> {
        if self.layout.is_none() {
            self.layout = match Layout::of_start(&self.buffer[self.begin..]) {
                Start::Is(layout) => Some(layout),
                Start::Blank => return Some(Layout::Lines),
                Start::TooShort => return None,
            };
        }
        self.layout
    }

    /// Where the line ends that begins at `begin`.
    fn find_end(&mut self, layout: Layout) -> Option<usize> {
        let bytes = &self.buffer[self.searched..];
        let found = match layout {
            Layout::Lines => memchr(b'\n', bytes).map(|at| at + 1),
            Layout::Array => self.elements.find_end(bytes),
            Layout::Utf16Le | Layout::Utf16Be => layout::utf16_end(bytes, layout),
            Layout::Utf16LeArray | Layout::Utf16BeArray => self.elements.find_utf16_end(bytes, layout),
        };
        // Half a unit is looked at again.
        let half = bytes.len() % layout.width();
        match found {
            Some(end) => Some(self.searched + end),
            None => {
                self.searched = self.buffer.len() - half;
                None
            }
        }
    }

    /// Forgets what follows the last line's end, so that it has to be pushed again.
    pub fn drop_rest(&mut self) {
        *self = Self::with_longest(self.offset, self.longest, self.layout);
    }

    /// What follows the last line's end, without what parts the elements of an array.
    pub fn rest(&self) -> &[u8] {
        let rest = &self.buffer[self.begin..];
        match self.layout {
            Some(layout @ (Layout::Array | Layout::Utf16LeArray | Layout::Utf16BeArray)) => {
                layout.said(rest, self.offset == 0)
            }
            Some(Layout::Lines | Layout::Utf16Le | Layout::Utf16Be) | None => rest,
        }
    }

    /// The rest as text, with what is no text replaced.
    pub fn rest_text(&self) -> Cow<'_, str> {
        let layout = self.layout.unwrap_or_default();
        layout.text(layout.said(self.rest(), self.offset == 0)).0
    }

    /// Where the first line that has not been returned yet begins.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// The position in the file of the bytes to be pushed next.
    pub fn pushed(&self) -> u64 {
        self.offset + self.dropped + (self.buffer.len() - self.begin) as u64
    }

    /// Drops the rest of a line that is already too long.
    fn let_go(&mut self) {
        let length = self.buffer.len() - self.begin;
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

#[cfg(test)]
mod tests;
