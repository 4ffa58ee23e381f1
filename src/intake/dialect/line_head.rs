//! What a line is called, by which its dialect is known.

use serde_json::Value;

use super::known;
use domain::payload;

/// A line, and the words in it by which most lines are told apart: they are looked up once for all dialects.
#[derive(Clone, Copy, Debug)]
pub(super) struct LineHead<'a> {
    /// Empty where the line has no `type`.
    pub line_type: &'a str,
    pub subtype: Option<&'a str>,
    pub line: &'a Value,
}

impl<'a> LineHead<'a> {
    pub(super) fn of(line: &'a Value) -> Self {
        Self {
            line_type: payload::text(line, "type").unwrap_or_default(),
            subtype: payload::text(line, "subtype"),
            line,
        }
    }

    /// The word that says what kind of its type it is; empty where it has none.
    pub(super) fn kind(&self) -> &'a str {
        let inner = |object: &str, field| self.line.get(object).and_then(|inner| payload::text(inner, field));
        match self.line_type {
            "stream_event" => inner("event", "type"),
            "control_request" => inner("request", "subtype"),
            "system" | "result" | "thinking" | "tool_call" => self.subtype,
            _ => None,
        }
        .unwrap_or_default()
    }

    /// Type and kind as one word.
    pub(super) fn name(&self) -> String {
        known::name(self.line_type, self.kind())
    }

    /// Whether the line has any of these fields, null or not.
    pub(super) fn has_any(&self, fields: &[&str]) -> bool {
        fields.iter().any(|field| self.line.get(field).is_some())
    }
}
