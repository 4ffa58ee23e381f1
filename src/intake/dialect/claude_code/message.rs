//! The blocks of an assistant's or a user's message.

use serde_json::{Map, Value, json};

use super::{numbers, outcome};
use crate::dialect::call::{self, ToolAnswer, ToolCall};
use crate::dialect::line_draft::{LineDraft, set, take};
use crate::dialect::message_head::MessageHead;
use crate::dialect::{known, rest};
use domain::event::Kind;
use domain::excerpt::excerpt;
use domain::payload;
use domain::usage::Usage;

/// The most of a message in place of an answer that is remembered.
const BROKE_OFF_BYTES: usize = 1024;

/// What the CLI calls the model of a message that it wrote itself, for example when a limit is reached.
const NO_MODEL: &str = "<synthetic>";

/// Fields of an assistant's line that its events have in other words, or that only its message holds.
const LINE_READ: [&str; 6] = [
    "message",
    "error",
    "isApiErrorMessage",
    "tool_use_result",
    "thinking_duration_ms",
    "api_message_id",
];
const MESSAGE_READ: [&str; 7] = ["id", "type", "role", "model", "content", "usage", "stop_sequence"];
/// Fields of a block that its event has in other words; data of a thought that nobody may read is long.
const BLOCK_READ: [&str; 12] = [
    "type",
    "text",
    "thinking",
    "signature",
    "data",
    "id",
    "name",
    "input",
    "tool_use_id",
    "content",
    "is_error",
    "cache_control",
];
/// Of the tokens of a message: what its event has, and what the result tells for all.
fn is_usual(field: &str) -> bool {
    matches!(
        field,
        "input_tokens"
            | "output_tokens"
            | "cache_read_input_tokens"
            | "cache_creation_input_tokens"
            | "output_tokens_details"
            | "cache_creation"
            | "server_tool_use"
            | "service_tier"
            | "inference_geo"
            | "iterations"
            | "speed"
            | "fallback_credit"
    )
}

fn head(draft: &mut LineDraft<'_>, line: &Value, message: &Value) -> MessageHead {
    let text = |field| payload::text(message, field).map(Value::from);
    let known = message.get("usage").and_then(numbers);
    let id = text("id").or_else(|| unnamed(draft, line, known?).map(Value::from));
    MessageHead {
        id,
        usage: known.map(|usage| json!(usage)),
        model: text("model").filter(|model| model != NO_MODEL),
        error: error(line),
    }
}

/// The id of a message that has none: those who write like this CLI may leave it out.
fn unnamed(draft: &mut LineDraft<'_>, line: &Value, usage: Usage) -> Option<String> {
    if let Some(request) = payload::text(line, "request_id") {
        return Some(format!("request {request}"));
    }
    let parent = payload::text(line, "parent_tool_use_id");
    let name = draft.line_name();
    Some(draft.reader.messages.unnamed(parent, usage, || name))
}

fn error(line: &Value) -> Option<Value> {
    let named = line.get("error").filter(|error| !error.is_null()).cloned();
    let is_api_error = payload::flag(line, "isApiErrorMessage") == Some(true);
    let of_command = || outcome::failed(line).then(|| "local_command_failed".into());
    named
        .or_else(|| is_api_error.then(|| "api_error".into()))
        .or_else(of_command)
}

/// What the model said, thought and called.
pub(super) fn of_model(draft: &mut LineDraft<'_>, mut line: Value) {
    let mut message = take(&mut line, "message");
    let shared = head(draft, &line, &message);
    let blocks = match take(&mut message, "content") {
        Value::Array(blocks) => blocks,
        Value::String(text) => vec![json!({"type": "text", "text": text})],
        other => return pass_whole(draft, "assistant", line, message, other),
    };
    if blocks.is_empty() {
        draft.silent = Some("message without content");
    }
    note_outcome(draft, &blocks, &shared);
    // A call may be followed by another of the same message, the last text by none.
    let is_over = matches!(
        payload::text(&message, "stop_reason"),
        Some(reason) if reason != "tool_use" && blocks.last().is_some_and(|block| payload::text(block, "type") == Some("text"))
    );
    let mut result = take(&mut line, "tool_use_result");
    let thought_ms = payload::number(&line, "thinking_duration_ms");
    for (at, mut block) in blocks.into_iter().enumerate() {
        let event = draft.count();
        let block_type = payload::text(&block, "type").unwrap_or("block").to_owned();
        match block_type.as_str() {
            "text" => add_text(draft, at, take(&mut block, "text"), &shared),
            "thinking" => {
                let content = take(&mut block, "thinking");
                add_thinking(draft, at, content, false, &shared);
                draft.note("duration_ms", thought_ms.filter(|ms| *ms > 0));
            }
            "redacted_thinking" => add_thinking(draft, at, Value::Null, true, &shared),
            call if call.ends_with("tool_use") => call::pre(draft, at, tool_call(&mut block), &shared),
            answer if answer.ends_with("tool_result") => {
                call::post(draft, at, tool_answer(&mut block), &result);
                keep_result(draft, event, std::mem::take(&mut result));
            }
            other => {
                pass_block(draft, at, "assistant", other, block);
                continue;
            }
        }
        draft.keep(event, block, &BLOCK_READ);
    }
    if is_over {
        draft.reader.messages.end(payload::text(&line, "parent_tool_use_id"));
    }
    let mut usage = take(&mut message, "usage");
    if let Value::Object(usage) = &mut usage {
        usage.retain(|field, _| !is_usual(field));
    }
    draft.keep_within(0, "usage", usage, &[]);
    draft.keep(0, message, &MESSAGE_READ);
    draft.keep(0, line, &LINE_READ);
}

/// A block of a type that may be passed on whole, or that nobody knows.
fn pass_block(draft: &mut LineDraft<'_>, at: usize, role: &str, block_type: &str, block: Value) {
    let name = known::name(role, block_type);
    if known::of("claude_code", role, block_type).is_some() {
        draft.pass(at, &name, block);
    } else {
        draft.pass_unknown(at, &name, block);
    }
}

/// Notes what a message says in place of an answer: the result may not repeat it. An answer takes it back.
fn note_outcome(draft: &mut LineDraft<'_>, blocks: &[Value], message: &MessageHead) {
    let Some(error) = &message.error else {
        draft.reader.broke_off = None;
        return;
    };
    let said = blocks.iter().find_map(|block| payload::text(block, "text"));
    let said = said.or(error.as_str()).unwrap_or("the model did not answer");
    draft.reader.broke_off = Some(excerpt(said, BROKE_OFF_BYTES));
}

/// Keeps the structured copy of an answer, but for what the diff and the pictures of the answer say.
fn keep_result(draft: &mut LineDraft<'_>, event: usize, mut result: Value) {
    if let Value::Object(fields) = &mut result {
        fields.retain(|field, value| field != "structuredPatch" && field != "pictures" && !rest::is_empty(value));
    }
    draft.keep_field(event, "tool_use_result", result);
}

/// What the tools answered, and what was said to the model.
pub(super) fn to_model(draft: &mut LineDraft<'_>, mut line: Value) {
    let mut message = take(&mut line, "message");
    let content = match &message {
        Value::String(_) => std::mem::take(&mut message),
        _ => take(&mut message, "content"),
    };
    let is_synthetic = payload::flag(&line, "isSynthetic") == Some(true);
    let blocks = match content {
        Value::Array(blocks) => blocks,
        Value::String(text) => vec![json!({"type": "text", "text": text})],
        other => return pass_whole(draft, "user", line, message, other),
    };
    if blocks.is_empty() {
        draft.silent = Some("message without content");
    }
    // What comes next is another message of the model.
    draft.reader.messages.end(payload::text(&line, "parent_tool_use_id"));
    // The structured result belongs to the one answer of the line; with several nobody can tell to which.
    let is_answer = |block: &&Value| payload::text(block, "type").is_some_and(|kind| kind.ends_with("tool_result"));
    let has_one_answer = blocks.iter().filter(is_answer).count() == 1;
    let mut result = match take(&mut line, "tool_use_result") {
        Value::Null => take(&mut line, "toolUseResult"),
        result => result,
    };
    for (at, mut block) in blocks.into_iter().enumerate() {
        let event = draft.count();
        let block_type = payload::text(&block, "type").unwrap_or("block").to_owned();
        match block_type.as_str() {
            "text" => {
                let keys = draft.keys(at);
                let payload = json!({"content": take(&mut block, "text"), "synthetic": is_synthetic});
                draft.add(Kind::Other, "user_text", payload, keys);
            }
            answer if answer.ends_with("tool_result") => {
                let told = if has_one_answer {
                    std::mem::take(&mut result)
                } else {
                    Value::Null
                };
                call::post(draft, at, tool_answer(&mut block), &told);
                keep_result(draft, event, told);
            }
            other => {
                pass_block(draft, at, "user", other, block);
                continue;
            }
        }
        draft.keep(event, block, &BLOCK_READ);
    }
    keep_result(draft, 0, result);
    draft.keep(0, message, &["role", "content"]);
    draft.keep(0, line, &["message", "isSynthetic"]);
}

fn tool_call(block: &mut Value) -> ToolCall {
    ToolCall {
        input: take(block, "input"),
        id: payload::text(block, "id").map(str::to_owned),
        name: payload::text(block, "name").map(str::to_owned),
    }
}

fn tool_answer(block: &mut Value) -> ToolAnswer {
    let mut content = take(block, "content");
    let failure = outcome::of_server_tool(&content);
    let is_failed = failure.is_some();
    if let Some(failure) = failure {
        content = failure.into();
    }
    ToolAnswer {
        content,
        id: payload::text(block, "tool_use_id").map(str::to_owned),
        is_error: is_failed || payload::flag(block, "is_error") == Some(true),
    }
}

fn add_text(draft: &mut LineDraft<'_>, at: usize, content: Value, message: &MessageHead) {
    let mut payload = Map::new();
    payload.insert("content".into(), content);
    message.add_to(&mut payload);
    let keys = draft.keys(at);
    draft.add(Kind::TextBlock, "text", payload.into(), keys);
}

/// A block of thinking is written when it ends, and it began when the conversation was heard of before.
fn add_thinking(draft: &mut LineDraft<'_>, at: usize, content: Value, is_redacted: bool, message: &MessageHead) {
    let mut payload = Map::new();
    let content = if content.is_null() { "".into() } else { content };
    payload.insert("content".into(), content);
    set(&mut payload, "redacted", is_redacted.then_some(true));
    let duration_ms = draft.heard_at.map(|before| draft.at.since(before));
    set(&mut payload, "duration_ms", duration_ms.filter(|ms| *ms > 0 && at == 0));
    message.add_to(&mut payload);
    let keys = draft.keys(at);
    draft.add(Kind::AgentThinking, "thinking", payload.into(), keys);
}

/// A message without readable content passes through whole.
fn pass_whole(draft: &mut LineDraft<'_>, event_type: &str, mut line: Value, mut message: Value, content: Value) {
    if let Value::Object(message) = &mut message {
        message.insert("content".into(), content);
    }
    if let Value::Object(line) = &mut line {
        line.insert("message".into(), message);
    }
    draft.pass(0, event_type, line);
}
