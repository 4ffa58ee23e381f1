//! The blocks of an assistant's or a user's message.

use serde_json::{Map, Value, json};

use super::usage;
use crate::dialect::call::{self, ToolAnswer, ToolCall};
use crate::dialect::line_draft::{LineDraft, set, take};
use crate::dialect::message_head::MessageHead;
use domain::event::Kind;
use domain::payload;

/// What the CLI calls the model of a message that it wrote itself, for example when a limit is reached.
const NO_MODEL: &str = "<synthetic>";

fn head(draft: &LineDraft<'_>, line: &Value, message: &Value) -> MessageHead {
    let text = |field| payload::text(message, field).map(Value::from);
    let usage = usage(message.get("usage"));
    // Those who write like this CLI may leave out the id; the line is the whole message then.
    let unnamed = || usage.is_some().then(|| draft.line_name().into());
    MessageHead {
        id: text("id").or_else(unnamed),
        usage,
        model: text("model").filter(|model| model != NO_MODEL),
        error: error(line),
    }
}

fn error(line: &Value) -> Option<Value> {
    let named = line.get("error").filter(|error| !error.is_null()).cloned();
    let is_api_error = payload::flag(line, "isApiErrorMessage") == Some(true);
    named.or_else(|| is_api_error.then(|| "api_error".into()))
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
    let result = take(&mut line, "tool_use_result");
    for (at, mut block) in blocks.into_iter().enumerate() {
        let block_type = payload::text(&block, "type").unwrap_or("block").to_owned();
        match block_type.as_str() {
            "text" => add_text(draft, at, take(&mut block, "text"), &shared),
            "thinking" => add_thinking(draft, at, take(&mut block, "thinking"), false, &shared),
            "redacted_thinking" => add_thinking(draft, at, Value::Null, true, &shared),
            call if call.ends_with("tool_use") => call::pre(draft, at, tool_call(block), &shared),
            answer if answer.ends_with("tool_result") => call::post(draft, at, tool_answer(block), &result),
            other => draft.pass(at, &format!("assistant/{other}"), block),
        }
    }
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
    // The structured result belongs to the one answer of the line; with several nobody can tell to which.
    let is_answer = |block: &&Value| payload::text(block, "type").is_some_and(|kind| kind.ends_with("tool_result"));
    let has_one_answer = blocks.iter().filter(is_answer).count() == 1;
    let result = take(&mut line, "tool_use_result");
    for (at, mut block) in blocks.into_iter().enumerate() {
        let block_type = payload::text(&block, "type").unwrap_or("block").to_owned();
        match block_type.as_str() {
            "text" => {
                let keys = draft.keys(at);
                let payload = json!({"content": take(&mut block, "text"), "synthetic": is_synthetic});
                draft.add(Kind::Other, "user_text", payload, keys);
            }
            answer if answer.ends_with("tool_result") => {
                let result = if has_one_answer { &result } else { &Value::Null };
                call::post(draft, at, tool_answer(block), result);
            }
            other => draft.pass(at, &format!("user/{other}"), block),
        }
    }
}

fn tool_call(mut block: Value) -> ToolCall {
    ToolCall {
        input: take(&mut block, "input"),
        id: payload::text(&block, "id").map(str::to_owned),
        name: payload::text(&block, "name").map(str::to_owned),
    }
}

fn tool_answer(mut block: Value) -> ToolAnswer {
    ToolAnswer {
        content: take(&mut block, "content"),
        id: payload::text(&block, "tool_use_id").map(str::to_owned),
        is_error: payload::flag(&block, "is_error") == Some(true),
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
