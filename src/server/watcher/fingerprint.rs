//! A fingerprint of the part of a file that was read: its first bytes, and the last ones before the position reached.
//!
//! Relying on device and inode alone has lost data in other tools: inodes are reused, and a file can be emptied and written
//! again between two checks.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

const HEAD_BYTES: usize = 1_024;
const LAST_BYTES: usize = 256;

/// What was read, as hashes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Fingerprint {
    head_len: usize,
    head_hash: u64,
    /// Up to where the file was read.
    end: u64,
    last_len: usize,
    last_hash: u64,
}

/// The bytes behind a fingerprint, held while a file is being read.
#[derive(Clone, Debug, Default)]
pub(super) struct Fingerprinter {
    head: Vec<u8>,
    last: Vec<u8>,
    end: u64,
}

impl Fingerprint {
    /// Checks that the file still begins with what was read, and returns the bytes to continue from.
    pub(super) fn find_in(&self, file: &File) -> io::Result<Option<Fingerprinter>> {
        let head = read(file, 0, self.head_len)?;
        let last = read(file, self.end.saturating_sub(self.last_len as u64), self.last_len)?;
        let is_same = xxh3_64(&head) == self.head_hash
            && head.len() == self.head_len
            && xxh3_64(&last) == self.last_hash
            && last.len() == self.last_len;
        Ok(is_same.then_some(Fingerprinter {
            head,
            last,
            end: self.end,
        }))
    }
}

impl Fingerprinter {
    /// Takes in bytes as they are read, in order.
    pub(super) fn add(&mut self, bytes: &[u8]) {
        let missing = HEAD_BYTES - self.head.len();
        if self.end == self.head.len() as u64 && missing > 0 {
            self.head.extend_from_slice(&bytes[..bytes.len().min(missing)]);
        }
        self.end += bytes.len() as u64;
        if bytes.len() >= LAST_BYTES {
            self.last.clear();
        } else {
            let kept = LAST_BYTES - bytes.len();
            self.last.drain(..self.last.len().saturating_sub(kept));
        }
        self.last
            .extend_from_slice(&bytes[bytes.len().saturating_sub(LAST_BYTES)..]);
    }

    /// Up to where the file was read.
    pub(super) fn end(&self) -> u64 {
        self.end
    }

    pub(super) fn fingerprint(&self) -> Fingerprint {
        Fingerprint {
            head_len: self.head.len(),
            head_hash: xxh3_64(&self.head),
            end: self.end,
            last_len: self.last.len(),
            last_hash: xxh3_64(&self.last),
        }
    }
}

fn read(file: &File, offset: u64, len: usize) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; len];
    let mut filled = 0;
    while filled < len {
        match file.read_at(&mut bytes[filled..], offset + filled as u64) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    bytes.truncate(filled);
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn file_of(bytes: &[u8]) -> File {
        let mut file = tempfile::tempfile().expect("a temporary file");
        file.write_all(bytes).expect("room for a few bytes");
        file
    }

    #[test]
    fn a_file_that_only_grew_is_the_same_file() {
        let bytes: Vec<u8> = (0..5_000_u32).map(|n| (n % 251) as u8).collect();
        for pieces in [vec![5_000], vec![10, 4_990], vec![1_000, 100, 1, 300, 3_599]] {
            let (mut fingerprinter, mut at) = (Fingerprinter::default(), 0);
            for piece in pieces {
                fingerprinter.add(&bytes[at..at + piece]);
                at += piece;
                let fingerprint = fingerprinter.fingerprint();
                assert!(fingerprint.find_in(&file_of(&bytes)).expect("readable").is_some());
                let mut other = bytes.clone();
                other[at - 1] ^= 1;
                assert!(
                    fingerprint.find_in(&file_of(&other)).expect("readable").is_none(),
                    "other at {at}"
                );
                assert!(
                    fingerprint
                        .find_in(&file_of(&bytes[..at - 1]))
                        .expect("readable")
                        .is_none(),
                    "shorter"
                );
            }
            assert_eq!(fingerprinter.fingerprint().head_len, HEAD_BYTES);
            assert_eq!(fingerprinter.fingerprint().last_len, LAST_BYTES);
        }
    }

    #[test]
    fn a_fingerprint_goes_on_from_a_stored_one() {
        let bytes: Vec<u8> = (0..3_000_u32).map(|n| (n % 249) as u8).collect();
        let mut whole = Fingerprinter::default();
        whole.add(&bytes);
        let mut first = Fingerprinter::default();
        first.add(&bytes[..700]);
        let mut resumed = first
            .fingerprint()
            .find_in(&file_of(&bytes))
            .expect("readable")
            .expect("the same file");
        resumed.add(&bytes[700..]);
        assert_eq!(resumed.fingerprint(), whole.fingerprint());
    }
}
