//! Claude Code: `--output-format stream-json`, one event for each block of a message.

mod message;
mod notice;
mod session;

use serde_json::{Value, json};

use super::line_draft::LineDraft;
use super::line_head::LineHead;
use super::{Claim, Dialect};
use domain::usage::Usage;

/// The line types that it writes, beside `result` and those of its control protocol.
const LINE_TYPES: [&str; 8] = [
    "system",
    "assistant",
    "user",
    "rate_limit_event",
    "stream_event",
    "keep_alive",
    "tool_progress",
    "auth_status",
];
/// Fields that only its results have; another CLI's `result` has none of them.
pub(super) const RESULT_FIELDS: [&str; 3] = ["subtype", "is_error", "total_cost_usd"];

/// See the module.
pub(super) struct ClaudeCode;

impl Dialect for ClaudeCode {
    fn name(&self) -> &'static str {
        "claude_code"
    }

    /// Others write in its words, so no line is its own.
    fn claim(&self, line: &LineHead<'_>) -> Claim {
        match line.line_type {
            "result" if line.has_any(&RESULT_FIELDS) => Claim::Shared,
            line_type if LINE_TYPES.contains(&line_type) || line_type.starts_with("control_") => Claim::Shared,
            _ => Claim::None,
        }
    }

    fn silence(&self, line: &LineHead<'_>) -> Option<&'static str> {
        match (line.line_type, line.subtype) {
            ("stream_event", _) => Some("stream_event"),
            ("keep_alive", _) => Some("keep_alive"),
            ("system", Some("thinking_tokens")) => Some("system/thinking_tokens"),
            _ => None,
        }
    }

    fn read(&self, draft: &mut LineDraft<'_>, line: Value) {
        let head = LineHead::of(&line);
        match (head.line_type, head.subtype) {
            ("assistant", _) => message::of_model(draft, line),
            ("user", _) => message::to_model(draft, line),
            ("result", _) => session::ended(draft, line),
            ("system", Some("init")) => session::started(draft, line),
            (line_type, subtype) => {
                let (line_type, subtype) = (line_type.to_owned(), subtype.map(str::to_owned));
                pass(draft, &line_type, subtype.as_deref(), line);
            }
        }
    }
}

/// Passes a line through as it came, with a sentence for a person where one is known.
fn pass(draft: &mut LineDraft<'_>, line_type: &str, subtype: Option<&str>, mut line: Value) {
    let notice = notice::of(line_type, subtype, &line);
    if let (Some(notice), Value::Object(line)) = (notice, &mut line) {
        if notice.is_error {
            line.insert("is_error".into(), true.into());
        }
        if !line.get("message").is_some_and(Value::is_string) {
            line.insert("message".into(), notice.message.into());
        }
    }
    match (line_type, subtype) {
        ("system", Some(subtype)) => draft.pass(0, &format!("system/{subtype}"), line),
        (line_type, _) => draft.pass(0, line_type, line),
    }
}

/// The four numbers of a usage.
fn usage(value: Option<&Value>) -> Option<Value> {
    Usage::from_value(value?).map(|usage| json!(usage))
}
