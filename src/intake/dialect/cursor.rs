//! Cursor: `cursor-agent --output-format stream-json`, in the words of Claude Code but for its calls, thoughts and tokens.
//!
//! With partial output a text comes in pieces, which have a time and no model call, and then again as a whole.

mod tool_call;

use serde_json::{Value, json};

use super::claude_code::{ClaudeCode, RESULT_FIELDS};
use super::known::{self, KnownType};
use super::line_draft::{LineDraft, take};
use super::line_head::LineHead;
use super::{Claim, Dialect};
use domain::event::Kind;
use domain::payload;

/// Where its key comes from, as only its first lines say it.
const KEY_SOURCES: [&str; 3] = ["login", "env", "flag"];

/// See the module.
pub(super) struct Cursor;

impl Dialect for Cursor {
    fn name(&self) -> &'static str {
        "cursor"
    }

    fn claim(&self, line: &LineHead<'_>) -> Claim {
        let is_its_own = match (line.line_type, line.subtype) {
            ("tool_call", _) => line.line.get("tool_call").is_some_and(Value::is_object),
            ("thinking", Some("delta" | "completed")) => true,
            ("system", Some("init")) => {
                payload::text(line.line, "apiKeySource").is_some_and(|source| KEY_SOURCES.contains(&source))
            }
            ("assistant", _) => line.has_any(&["model_call_id", "timestamp_ms"]),
            ("result", _) => usage(line.line).is_some() || (line.has_any(&["request_id"]) && !line.has_any(&["uuid"])),
            _ => false,
        };
        match line.line_type {
            _ if is_its_own => Claim::Own,
            "system" | "assistant" | "user" => Claim::Shared,
            "result" if line.has_any(&RESULT_FIELDS) => Claim::Shared,
            _ => Claim::None,
        }
    }

    fn knows(&self, line: &LineHead<'_>) -> Option<&'static KnownType> {
        known::of(self.name(), line.line_type, line.kind()).or_else(|| ClaudeCode.knows(line))
    }

    fn take_piece(&self, line: &mut Value) -> Option<String> {
        let is_piece = payload::text(line, "type") == Some("assistant")
            && line.get("timestamp_ms").is_some()
            && line.get("model_call_id").is_none();
        match only_text(line) {
            Some(Value::String(text)) if is_piece => Some(std::mem::take(text)),
            _ => None,
        }
    }

    fn take_thought(&self, line: &mut Value) -> Option<String> {
        let is_piece =
            payload::text(line, "type") == Some("thinking") && payload::text(line, "subtype") == Some("delta");
        match line.get_mut("text") {
            Some(Value::String(text)) if is_piece => Some(std::mem::take(text)),
            _ => None,
        }
    }

    fn read(&self, draft: &mut LineDraft<'_>, mut line: Value) {
        let head = LineHead::of(&line);
        match (head.line_type, head.subtype) {
            ("tool_call", Some("started")) => tool_call::started(draft, line),
            ("tool_call", Some("completed")) => tool_call::completed(draft, line),
            ("tool_call", _) => draft.pass(0, "tool_call", line),
            ("thinking", _) => {
                let thought = draft.thought(take(&mut line, "text"));
                draft.add(Kind::AgentThinking, "thinking", thought.event.payload, thought.keys);
                draft.keep(0, line, &["subtype"]);
            }
            ("assistant", _) => said(draft, line),
            ("result", _) => ended(draft, line),
            _ => ClaudeCode.read(draft, line),
        }
    }
}

/// The text of a message that is nothing but one text.
fn only_text(line: &mut Value) -> Option<&mut Value> {
    let blocks = line.get_mut("message")?.get_mut("content")?.as_array_mut()?;
    match blocks.as_mut_slice() {
        [block] if payload::text(block, "type") == Some("text") => block.get_mut("text"),
        _ => None,
    }
}

/// A whole text, which may have come in pieces before.
fn said(draft: &mut LineDraft<'_>, mut line: Value) {
    let is_known = match only_text(&mut line) {
        Some(Value::String(text)) => draft.reader.pieces.take_whole(text),
        _ => false,
    };
    if is_known {
        draft.silent = Some("a text that came in pieces");
        return;
    }
    ClaudeCode.read(draft, line);
}

/// `result`: its usage is told here alone, so it counts as that of one message.
fn ended(draft: &mut LineDraft<'_>, mut line: Value) {
    let usage = usage(&line);
    let name = usage.is_some().then(|| draft.line_name());
    if let Some(usage) = usage {
        line["usage"] = usage;
    }
    ClaudeCode.read(draft, line);
    draft.note("message_id", name);
    draft.reader.pieces = super::pieced_text::PiecedText::default();
}

/// The tokens in the words of an event; none where they stand in others than its own.
fn usage(line: &Value) -> Option<Value> {
    let usage = line.get("usage")?;
    let number = |field| payload::number(usage, field);
    let (input, output) = (number("inputTokens"), number("outputTokens"));
    if input.is_none() && output.is_none() {
        return None;
    }
    Some(json!({
        "input_tokens": input.unwrap_or(0),
        "output_tokens": output.unwrap_or(0),
        "cache_read_input_tokens": number("cacheReadTokens").unwrap_or(0),
        "cache_creation_input_tokens": number("cacheWriteTokens").unwrap_or(0),
    }))
}
