//! What the watcher stores with a file's offset, to go on from there after a restart.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::beneath::Stat;
use super::print::Print;
use super::run::LineReader;

/// Which file this is, beyond its path.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Identity {
    pub dev: u64,
    pub ino: u64,
    /// When it was made, in milliseconds since 1970, where the file system tells: inodes are used again.
    pub born_ms: Option<u64>,
}

/// The `memory` of a tail.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Memory {
    pub identity: Identity,
    /// Size and time of writing when it was looked at last.
    pub size: u64,
    pub written_ms: i64,
    pub print: Print,
    /// None for a state document.
    pub reader: Option<LineReader>,
    pub is_end_owed: bool,
    /// The file was gone when it was looked at last.
    pub is_gone: bool,
    /// It was cut short while it was watched.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub was_cut: bool,
    /// The hash of a state document.
    pub hash: Option<u64>,
    /// The picture that it is; none for every other file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub picture: Option<String>,
    /// The names of its fields: those that are missing next time are gone.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<String>,
}

impl Memory {
    /// Reads a stored memory; one of another version is as good as none, and the offset alone is kept.
    pub(super) fn of(value: &Value) -> Self {
        serde_json::from_value(value.clone()).unwrap_or_default()
    }

    pub(super) fn to_value(&self) -> Value {
        serde_json::to_value(self).unwrap_or_else(|error| {
            tracing::error!(%error, "what is known of a file cannot be stored; after a restart only its offset is known");
            Value::Null
        })
    }

    /// Whether a file looks as it did when it was looked at last.
    pub(super) fn is_unchanged(&self, stat: &Stat) -> bool {
        !self.is_gone && stat.size == self.size && stat.ino == self.identity.ino && written_ms(stat) == self.written_ms
    }
}

/// When a file was last written, in milliseconds since 1970.
pub(super) fn written_ms(stat: &Stat) -> i64 {
    i64::try_from(stat.written_ns.div_euclid(1_000_000)).unwrap_or(i64::MAX)
}
