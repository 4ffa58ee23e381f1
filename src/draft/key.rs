//! A natural key: what makes two copies of an event the same one, whichever way each arrived.
//!
//! Unique per workflow. Kept as 16 bytes, because a random unique index over texts is what limits the journal.

use xxhash_rust::xxh3::xxh3_128;

/// The hash of a natural key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(pub [u8; 16]);

impl Key {
    /// The call of a tool.
    pub fn tool_pre(tool_use_id: &str) -> Self {
        Self::of(&["pre", tool_use_id])
    }

    /// The result of a tool.
    pub fn tool_post(tool_use_id: &str) -> Self {
        Self::of(&["post", tool_use_id])
    }

    /// The file change that a tool call made.
    pub fn file(tool_use_id: &str) -> Self {
        Self::of(&["file", tool_use_id])
    }

    /// A block of a stream line, by the line's own `uuid`, or else by its `line_key`.
    pub fn line(id: &str, block: usize) -> Self {
        Self::of(&["line", id, &block.to_string()])
    }

    /// The id a publisher gave.
    pub fn event_id(event_id: &str) -> Self {
        Self::of(&["id", event_id])
    }

    /// An event of an export that could not keep its number, by the number and the text it had there.
    pub fn exported(seq: u64, text: &str) -> Self {
        Self::of(&["exported", &seq.to_string(), text])
    }

    /// A picture that lies in a file of the workflow: one that changed is another.
    pub fn picture(file: &str, name: &str) -> Self {
        Self::of(&["picture", file, name])
    }

    /// A block of a line without an id, by its place: unique because a file that starts over is a new run.
    pub fn place(agent: &str, file: &str, run: u32, offset: u64, block: usize) -> Self {
        Self::of(&[
            "place",
            agent,
            file,
            &run.to_string(),
            &offset.to_string(),
            &block.to_string(),
        ])
    }

    /// Parts are joined by a byte that no part holds, so that no two lists of parts read alike.
    fn of(parts: &[&str]) -> Self {
        Self(xxh3_128(parts.join("\u{1f}").as_bytes()).to_be_bytes())
    }
}
