//! How the bytes of a file are cut into lines: at line ends, in UTF-16 too, or as the elements of one JSON array.
//!
//! A file's first bytes say so. An array's elements are lines however they are laid out, so that one that is still being written
//! can be read; what follows its end is read as elements as well.

use std::borrow::Cow;

use memchr::memchr;
use serde::{Deserialize, Serialize};

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";
/// What the mark of UTF-16, and a letter beyond ASCII, are among its letters.
const MARK: u8 = 0xff;
const OTHER: u8 = 0x80;

/// See the module.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Layout {
    #[default]
    Lines,
    Array,
    Utf16Le,
    Utf16Be,
    Utf16LeArray,
    Utf16BeArray,
}

/// The bytes of a unit of UTF-16.
type Unit = fn([u8; 2]) -> u16;

/// What the beginning of a file says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Start {
    Is(Layout),
    /// It begins with an empty line.
    Blank,
    TooShort,
}

/// Where the search for the end of an element has come to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct ElementSearch {
    part: Part,
    depth: u32,
    in_string: bool,
    is_escaped: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Part {
    #[default]
    Before,
    Element,
    After,
    /// The array's end was seen.
    Closed,
    /// Something else, which ends with its line.
    Text,
}

impl Layout {
    pub(super) fn of_start(start: &[u8]) -> Start {
        match start {
            [0xff, 0xfe, rest @ ..] => return Self::of_utf16(rest, Self::Utf16Le),
            [0xfe, 0xff, rest @ ..] => return Self::of_utf16(rest, Self::Utf16Be),
            [0xff | 0xfe | 0 | b'{' | b'['] => return Start::TooShort,
            // Without a mark: an object or an array begins like this in no other way.
            [b'{' | b'[', 0, ..] => return Self::of_utf16(start, Self::Utf16Le),
            [0, b'{' | b'[', ..] => return Self::of_utf16(start, Self::Utf16Be),
            _ => {}
        }
        let text = start.strip_prefix(BYTE_ORDER_MARK).unwrap_or(start).trim_ascii_start();
        match text {
            [] if memchr(b'\n', start).is_some() => Start::Blank,
            [] => Start::TooShort,
            [b'[', inside @ ..] => match inside.trim_ascii_start() {
                [] => Start::TooShort,
                [b'{' | b']', ..] => Start::Is(Self::Array),
                _ => Start::Is(Self::Lines),
            },
            _ => Start::Is(Self::Lines),
        }
    }

    /// As `of_start`, of the bytes behind the mark of UTF-16. The first letter is one of JSON's or of English words; other bytes
    /// that begin like this are no text.
    fn of_utf16(start: &[u8], layout: Self) -> Start {
        let mut letters = letters(start, layout.unit()).filter(|letter| !letter.is_ascii_whitespace());
        match (letters.next(), letters.next()) {
            (None, _) | (Some(b'['), None) => Start::TooShort,
            (Some(letter), _) if !letter.is_ascii() => Start::Is(Self::Lines),
            (Some(b'['), Some(b'{' | b']')) if layout == Self::Utf16Le => Start::Is(Self::Utf16LeArray),
            (Some(b'['), Some(b'{' | b']')) => Start::Is(Self::Utf16BeArray),
            _ => Start::Is(layout),
        }
    }

    /// How a unit of UTF-16 is read; the first way for what is none.
    fn unit(self) -> Unit {
        match self {
            Self::Utf16Be | Self::Utf16BeArray => u16::from_be_bytes,
            Self::Lines | Self::Array | Self::Utf16Le | Self::Utf16LeArray => u16::from_le_bytes,
        }
    }

    /// How many bytes are not to be cut.
    pub(super) fn width(self) -> usize {
        match self {
            Self::Lines | Self::Array => 1,
            Self::Utf16Le | Self::Utf16Be | Self::Utf16LeArray | Self::Utf16BeArray => 2,
        }
    }

    /// What a line says, of its bytes with their end.
    pub(super) fn said(self, bytes: &[u8], is_first: bool) -> &[u8] {
        match self {
            Self::Lines => {
                let bytes = without_end(bytes.strip_suffix(b"\n").unwrap_or(bytes));
                bytes
                    .strip_prefix(BYTE_ORDER_MARK)
                    .filter(|_| is_first)
                    .unwrap_or(bytes)
            }
            Self::Array => {
                let bytes = bytes
                    .strip_prefix(BYTE_ORDER_MARK)
                    .filter(|_| is_first)
                    .unwrap_or(bytes);
                let from = bytes.iter().position(|byte| !b" \t\r\n[,".contains(byte));
                let to = bytes.iter().rposition(|byte| !b" \t\r\n],".contains(byte));
                match (from, to) {
                    (Some(from), Some(to)) if from <= to => &bytes[from..=to],
                    _ => b"",
                }
            }
            Self::Utf16Le | Self::Utf16Be => without_utf16_ends(bytes, is_first, self.unit()),
            Self::Utf16LeArray | Self::Utf16BeArray => {
                let bytes = without_utf16_ends(bytes, is_first, self.unit());
                let part = |letter: &u8, parts: &[u8]| !parts.contains(letter);
                let from = letters(bytes, self.unit()).position(|letter| part(&letter, b" \t\r\n[,"));
                let to = letters(bytes, self.unit()).rposition(|letter| part(&letter, b" \t\r\n],"));
                match (from, to) {
                    (Some(from), Some(to)) if from <= to => &bytes[2 * from..2 * (to + 1)],
                    _ => b"",
                }
            }
        }
    }

    /// The text of what a line says; whether some of it was no text.
    pub(super) fn text(self, said: &[u8]) -> (Cow<'_, str>, bool) {
        match self {
            Self::Lines | Self::Array => {
                // Checking valid text, as nearly all text is, is much faster than repairing invalid text.
                let text = std::str::from_utf8(said).map_or_else(|_| String::from_utf8_lossy(said), Cow::Borrowed);
                let is_mended = matches!(text, Cow::Owned(_));
                (text, is_mended)
            }
            Self::Utf16Le | Self::Utf16Be | Self::Utf16LeArray | Self::Utf16BeArray => from_utf16(said, self.unit()),
        }
    }
}

impl ElementSearch {
    /// Where the element ends within the next bytes, with what parts it from the next one.
    pub(super) fn find_end(&mut self, bytes: &[u8]) -> Option<usize> {
        let end = bytes.iter().enumerate().find_map(|(at, byte)| self.end_at(at, *byte))?;
        *self = Self::default();
        Some(end)
    }

    /// As `find_end`, in UTF-16; `bytes` begin with a whole unit.
    pub(super) fn find_utf16_end(&mut self, bytes: &[u8], layout: Layout) -> Option<usize> {
        let mut units = letters(bytes, layout.unit()).enumerate();
        let end = units.find_map(|(at, letter)| self.end_at(at, letter))?;
        *self = Self::default();
        Some(2 * end)
    }

    fn end_at(&mut self, at: usize, byte: u8) -> Option<usize> {
        match (self.part, byte) {
            (Part::Closed | Part::Text, b'\n') | (Part::After, b',') => return Some(at + 1),
            (Part::Element, _) => self.step(byte),
            (Part::Text, _) | (Part::Before | Part::After | Part::Closed, b' ' | b'\t' | b'\r' | b'\n') => {}
            // The file's or the array's beginning, or what parts an element from one that was taken before its end was there.
            (Part::Before, b'[' | b',' | 0xef | 0xbb | 0xbf | MARK) => {}
            (Part::Before, b'{') => {
                self.part = Part::Element;
                self.depth = 1;
            }
            (Part::Before | Part::After, b']') => self.part = Part::Closed,
            (Part::Before, _) => self.part = Part::Text,
            (Part::After | Part::Closed, _) => return Some(at),
        }
        None
    }

    fn step(&mut self, byte: u8) {
        if self.in_string {
            match byte {
                _ if self.is_escaped => self.is_escaped = false,
                b'\\' => self.is_escaped = true,
                b'"' => self.in_string = false,
                _ => {}
            }
            return;
        }
        match byte {
            b'"' => self.in_string = true,
            b'{' | b'[' => self.depth += 1,
            b'}' | b']' => {
                self.depth -= 1;
                if self.depth == 0 {
                    self.part = Part::After;
                }
            }
            _ => {}
        }
    }
}

/// The letters of ASCII among units of UTF-16, a byte that is none for every other.
fn letters(bytes: &[u8], unit: Unit) -> impl DoubleEndedIterator<Item = u8> + ExactSizeIterator {
    bytes.chunks_exact(2).map(move |pair| match unit([pair[0], pair[1]]) {
        0xfeff => MARK,
        letter => u8::try_from(letter).ok().filter(u8::is_ascii).unwrap_or(OTHER),
    })
}

/// Bytes up to a `\n`, without a `\r` before it.
pub fn without_end(bytes: &[u8]) -> &[u8] {
    bytes.strip_suffix(b"\r").unwrap_or(bytes)
}

/// Where a line of UTF-16 ends; `bytes` begin with a whole unit.
pub(super) fn utf16_end(bytes: &[u8], layout: Layout) -> Option<usize> {
    let at = letters(bytes, layout.unit()).position(|letter| letter == b'\n')?;
    Some(2 * (at + 1))
}

fn without_utf16_ends(mut bytes: &[u8], is_first: bool, unit: Unit) -> &[u8] {
    if let Some((mark, rest)) = bytes.split_first_chunk().filter(|_| is_first)
        && unit(*mark) == 0xfeff
    {
        bytes = rest;
    }
    for end in [b'\n', b'\r'] {
        if let Some((rest, last)) = bytes.split_last_chunk()
            && unit(*last) == u16::from(end)
        {
            bytes = rest;
        }
    }
    bytes
}

fn from_utf16(said: &[u8], unit: Unit) -> (Cow<'_, str>, bool) {
    let units = said.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
    let mut is_mended = said.len() % 2 == 1;
    let text = char::decode_utf16(units).map(|read| {
        read.unwrap_or_else(|_| {
            is_mended = true;
            char::REPLACEMENT_CHARACTER
        })
    });
    let text: String = text.collect();
    (text.into(), is_mended)
}
