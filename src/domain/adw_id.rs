//! The name of a workflow: one safe path component.
//!
//! Real ids are mostly 8 hex digits, but `--skip-e2e`, `adw_1768107407_591289bf` and `test_run_123` exist too.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use xxhash_rust::xxh3::xxh3_128;

use super::from_json::{Fault, FromJson};

/// The longest id in characters.
pub const MAX_CHARS: usize = 64;

/// A workflow's id: 1 to 64 characters that are safe as one component of a path and of a URL's path.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AdwId(std::sync::Arc<str>);

/// Why a text is not a valid adw_id.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AdwIdError {
    #[error("adw_id is empty; give 1 to 64 characters, for example c0a43f47")]
    Empty,
    #[error("adw_id has {0} characters; at most 64 are allowed")]
    TooLong(usize),
    #[error("adw_id must be one path component without {0:?}, for example c0a43f47")]
    Unsafe(char),
    #[error("adw_id must not be `.` or `..`")]
    Dots,
}

impl AdwId {
    /// The prefix of workflows made for sessions that belong to no other workflow.
    pub const SESSION: &'static str = "session_";

    /// The workflow of a session that belongs to no other. A session id that is not a safe name is replaced by its hash.
    pub fn of_session(session_id: &str) -> Self {
        let named = format!("{}{session_id}", Self::SESSION);
        let hashed = || Self(format!("{}{:032x}", Self::SESSION, xxh3_128(session_id.as_bytes())).into());
        named.parse().unwrap_or_else(|_| hashed())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for AdwId {
    type Err = AdwIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.is_empty() {
            return Err(AdwIdError::Empty);
        }
        let count = text.chars().count();
        if count > MAX_CHARS {
            return Err(AdwIdError::TooLong(count));
        }
        if text == "." || text == ".." {
            return Err(AdwIdError::Dots);
        }
        match text.chars().find(|c| !is_safe(*c)) {
            Some(c) => Err(AdwIdError::Unsafe(c)),
            None => Ok(Self(text.into())),
        }
    }
}

/// Letters and digits of any script, and the marks without a special meaning to a file system, a shell glob or a URL.
fn is_safe(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '+' | '@' | '=' | '~' | ',' | ' ')
}

impl TryFrom<String> for AdwId {
    type Error = AdwIdError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl FromJson for AdwId {
    fn from_json(value: Value) -> Result<Self, Fault> {
        value.as_str().and_then(|text| text.parse().ok()).ok_or(Fault(""))
    }
}

impl From<AdwId> for String {
    fn from(id: AdwId) -> Self {
        id.0.to_string()
    }
}

impl fmt::Display for AdwId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_seen_in_real_trees_are_accepted() {
        for id in [
            "c0a43f47",
            "--skip-e2e",
            "adw_1768107407_591289bf",
            "test_run_123",
            "f6c5a2c0",
        ] {
            assert_eq!(id.parse::<AdwId>().map(|id| id.to_string()), Ok(id.to_owned()));
        }
    }

    #[test]
    fn a_session_of_no_workflow_gets_a_safe_one() {
        let id = "fc37a725-ca41-2fcc-ec59-34334fa9de7c";
        assert_eq!(AdwId::of_session(id).as_str(), format!("session_{id}"));
        for id in ["../../etc/passwd", &"x".repeat(256), "a\u{202e}b"] {
            let of_session = AdwId::of_session(id);
            assert_eq!(of_session.as_str().parse(), Ok(of_session.clone()));
            assert_ne!(of_session, AdwId::of_session("another/one"));
        }
    }

    #[test]
    fn what_could_leave_a_folder_is_refused() {
        for id in [
            "",
            ".",
            "..",
            "a/b",
            "a\\b",
            "a\0",
            "a\nb",
            "\u{202e}x",
            "c:d",
            &"x".repeat(65),
        ] {
            assert!(id.parse::<AdwId>().is_err(), "{id:?}");
        }
    }
}
