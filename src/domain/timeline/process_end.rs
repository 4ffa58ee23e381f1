//! The end of an agent's process, as `adwatch run` saw it.

use crate::event::{Event, Kind};
use crate::payload;

/// Who tells of it.
const SOURCE: &str = "adwatch run";

/// How a process ended.
pub(super) struct ProcessEnd<'a> {
    pub failed: bool,
    /// In words.
    pub message: &'a str,
}

impl<'a> ProcessEnd<'a> {
    pub fn of(event: &'a Event) -> Option<Self> {
        let payload = &event.payload;
        if event.kind != Kind::AgentLogEntry || payload::text(payload, "source") != Some(SOURCE) {
            return None;
        }
        let (code, signal) = (payload.get("exit_code"), payload.get("signal"));
        let is_end = code.or(signal).is_some_and(|value| !value.is_null());
        is_end.then(|| Self {
            failed: code.and_then(serde_json::Value::as_i64) != Some(0),
            message: payload::text(payload, "message").unwrap_or_default(),
        })
    }
}
