//! What came of a text in pieces, so that it is known when it comes again as a whole.

use serde::{Deserialize, Serialize};

/// A hash of the pieces, and how long they are, without white space: where it stands between pieces differs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct PiecedText {
    hash: u64,
    bytes: u64,
}

impl PiecedText {
    /// Adds a piece.
    pub(super) fn add(&mut self, piece: &str) {
        // FNV-1a, because it goes on from a number that can be stored.
        let basis = if self.bytes == 0 {
            0xcbf2_9ce4_8422_2325
        } else {
            self.hash
        };
        let seen = piece.bytes().filter(|byte| !byte.is_ascii_whitespace());
        (self.hash, self.bytes) = seen.fold((basis, self.bytes), |(hash, bytes), byte| {
            ((hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3), bytes + 1)
        });
    }

    /// Whether a whole text is what the pieces were; they are forgotten.
    pub(super) fn take_whole(&mut self, whole: &str) -> bool {
        let pieces = std::mem::take(self);
        let mut all = Self::default();
        all.add(whole);
        pieces.bytes > 0 && pieces == all
    }

    pub(super) fn is_empty(&self) -> bool {
        self.bytes == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_is_known_by_its_pieces_once() {
        let mut pieces = PiecedText::default();
        assert!(pieces.is_empty() && !pieces.take_whole(""));
        pieces.add("All ");
        pieces.add("is\nwell.");
        let stored = serde_json::to_string(&pieces).expect("JSON");
        let mut stored: PiecedText = serde_json::from_str(&stored).expect("read back");
        assert!(stored.take_whole("All is well.\n"));
        assert!(!stored.take_whole("All is well.\n"), "said again");
        assert!(!pieces.take_whole("All is good."));
    }
}
