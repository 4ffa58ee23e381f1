//! A key for a stream's line that has no id: whoever writes the file and whoever reads it compute the same.
//!
//! It covers the identity of the file, the position of the line and its contents, so a file that starts over has other keys.

use xxhash_rust::xxh3::xxh3_128;

/// The identity of a file. The inode alone is not enough, since inodes are reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileMark {
    pub ino: u64,
    /// When it was made, in nanoseconds since 1970.
    pub born_ns: u128,
}

/// A line of that file, apart from its position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LineMark {
    file: FileMark,
    hash: u128,
}

impl FileMark {
    /// Identifies a line by its bytes, without its end.
    pub fn line(self, bytes: &[u8]) -> LineMark {
        LineMark {
            file: self,
            hash: xxh3_128(bytes),
        }
    }
}

impl LineMark {
    /// The `line_key` of a line that starts at this byte, as described in `docs/protocol.md`.
    pub fn line_key(self, offset: u64) -> String {
        let FileMark { ino, born_ns } = self.file;
        let name = format!("{ino}\u{1f}{born_ns}\u{1f}{offset}\u{1f}{:032x}", self.hash);
        format!("{:032x}", xxh3_128(name.as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_file_place_or_text_is_another_line() {
        let file = FileMark {
            ino: 7,
            born_ns: 1_768_473_000_123_456_789,
        };
        let key = file.line(b"text").line_key(40);
        // As a publisher in another language computes it.
        assert_eq!(key, "804c92fafdb168ecdd5567e3ae0cd85a");
        let others = [
            FileMark { ino: 8, ..file }.line(b"text").line_key(40),
            FileMark { born_ns: 0, ..file }.line(b"text").line_key(40),
            file.line(b"texts").line_key(40),
            file.line(b"text").line_key(41),
        ];
        assert!(others.iter().all(|other| *other != key));
    }
}
