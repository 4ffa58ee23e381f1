//! What the watcher stores with a file's offset, to continue from there after a restart.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::beneath::Stat;
use super::fingerprint::Fingerprint;
use super::run::LineReader;
use intake::lines::Layout;

/// The identity of the file, apart from its path.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Identity {
    pub dev: u64,
    pub ino: u64,
    /// When it was created, in milliseconds since 1970, if the file system says so: inodes are reused.
    pub born_ms: Option<u64>,
}

/// The `memory` of a tail.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Memory {
    pub identity: Identity,
    /// Size and modification time when it was last checked.
    pub size: u64,
    pub written_ms: i64,
    /// Stored under an older word.
    #[serde(rename = "print")]
    pub fingerprint: Fingerprint,
    /// None for a state document.
    pub reader: Option<LineReader>,
    pub is_end_owed: bool,
    /// The file was gone when it was last checked.
    pub is_gone: bool,
    /// It was truncated while it was watched.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub was_cut: bool,
    /// How its bytes are cut into lines, where that is not at line ends.
    #[serde(skip_serializing_if = "is_usual")]
    pub layout: Layout,
    /// The hash of a state document.
    pub hash: Option<u64>,
    /// The picture in it; none for every other file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub picture: Option<String>,
    /// The names of its fields: those missing next time have been removed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<String>,
}

impl Memory {
    /// Reads a stored memory. One of another version is ignored, and only the offset is kept.
    pub(super) fn of(value: &Value) -> Self {
        serde_json::from_value(value.clone()).unwrap_or_default()
    }

    pub(super) fn to_value(&self) -> Value {
        serde_json::to_value(self).unwrap_or_else(|error| {
            tracing::error!(%error, "what is known of a file cannot be stored; after a restart only its offset is known");
            Value::Null
        })
    }

    /// Whether a file looks the same as when it was last checked.
    pub(super) fn is_unchanged(&self, stat: &Stat) -> bool {
        !self.is_gone && stat.size == self.size && stat.ino == self.identity.ino && written_ms(stat) == self.written_ms
    }
}

fn is_usual(layout: &Layout) -> bool {
    *layout == Layout::Lines
}

/// When a file was last written, in milliseconds since 1970.
pub(super) fn written_ms(stat: &Stat) -> i64 {
    i64::try_from(stat.written_ns.div_euclid(1_000_000)).unwrap_or(i64::MAX)
}
