//! What of a line an event came of: a part of its natural key, beside the line's name or place.

/// See the module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinePart {
    /// A block of what the line says, from 0 on; a line without blocks is block 0.
    Block(usize),
    /// That some of the line had to be mended.
    Mended,
    /// That the file ends in the middle of the line.
    Unfinished,
    /// Plain text, which may share its line with an object.
    PlainText,
}

impl LinePart {
    /// What may be told of a line beside its blocks.
    pub const BESIDE: [Self; 3] = [Self::Mended, Self::Unfinished, Self::PlainText];

    /// The number in the key, and the `block_index` of an event that is pushed. Keys are stored, so it never changes; what is
    /// no block has a number that no block reaches.
    pub fn number(self) -> u64 {
        match self {
            Self::Block(block) => block as u64,
            Self::Mended => u64::MAX,
            Self::Unfinished => u64::MAX - 1,
            Self::PlainText => u64::MAX - 2,
        }
    }
}
