//! Claude Code: `--output-format stream-json`, one event for each block of a message.

mod message;
mod notice;
mod outcome;
mod partial;
mod request;
mod session;

use serde_json::{Value, json};

use super::line_draft::LineDraft;
use super::line_head::LineHead;
use super::{Claim, Dialect};
use domain::payload;
use domain::usage::Usage;

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
            "result" => Claim::None,
            // Their kinds are an open set.
            "system" | "assistant" | "user" | "stream_event" => Claim::Shared,
            "summary" | "attachment" if !line.has_any(&["sessionId", "leafUuid"]) => Claim::None,
            _ if self.knows(line).is_some() => Claim::Shared,
            _ => Claim::None,
        }
    }

    fn read(&self, draft: &mut LineDraft<'_>, line: Value) {
        let head = LineHead::of(&line);
        match (head.line_type, head.subtype) {
            ("assistant", _) => message::of_model(draft, line),
            ("user", _) => message::to_model(draft, line),
            ("result", _) => session::ended(draft, line),
            ("system", Some("init")) => session::started(draft, line),
            ("cost-state", _) => session::costs(draft, line),
            ("stream_event", _) if matches!(head.kind(), "message_start" | "message_delta") => {
                partial::read(draft, &line);
            }
            (line_type, subtype) => {
                let (line_type, subtype) = (line_type.to_owned(), subtype.map(str::to_owned));
                pass(draft, &line_type, subtype.as_deref(), line);
            }
        }
    }
}

/// Passes a line through as it came, with a sentence for a person where one is known.
fn pass(draft: &mut LineDraft<'_>, line_type: &str, subtype: Option<&str>, mut line: Value) {
    let answered = payload::text(&line, "tool_use_id").is_some_and(|id| draft.reader.calls.is_open(id));
    let notice = notice::of(line_type, subtype, &line, answered);
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

/// The numbers of a usage.
fn usage(value: Option<&Value>) -> Option<Value> {
    numbers(value?).map(|usage| json!(usage))
}

fn numbers(value: &Value) -> Option<Usage> {
    let mut usage = Usage::from_value(value)?;
    let thought = value.get("output_tokens_details");
    let thought = thought.and_then(|details| payload::number(details, "thinking_tokens"));
    usage.reasoning = usage.reasoning.max(thought.unwrap_or(0));
    Some(usage)
}
