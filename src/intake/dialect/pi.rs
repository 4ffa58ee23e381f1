//! pi: `--mode json`, with `agent_start`, `message_end`, `tool_execution_end`, `agent_end`.
//!
//! What is under way (`message_update`, `tool_execution_update`) comes again when it is whole, and is silent. Its version of the
//! moment may end with `turn_end` and no `agent_end`.

use serde_json::{Map, Value, json};

use super::call::{self, ToolAnswer, ToolCall};
use super::line_draft::{LineDraft, set, take};
use super::line_head::LineHead;
use super::message_head::MessageHead;
use super::session_so_far::{self, TurnEnd};
use super::{Claim, Dialect, reason};
use domain::event::Kind;
use domain::payload;

/// See the module.
pub(super) struct Pi;

impl Dialect for Pi {
    fn name(&self) -> &'static str {
        "pi"
    }

    fn claim(&self, line: &LineHead<'_>) -> Claim {
        match line.line_type {
            "session" if line.has_any(&["cwd"]) && line.has_any(&["version"]) => Claim::Own,
            "agent_start" | "agent_end" | "turn_start" | "turn_end" => Claim::Own,
            "message_start" | "message_update" | "message_end" => Claim::Own,
            "tool_execution_start" | "tool_execution_update" | "tool_execution_end" => Claim::Own,
            "auto_retry_start" | "auto_retry_end" | "queue_update" => Claim::Own,
            "compaction_start" | "compaction_end" | "auto_compaction_start" | "auto_compaction_end" => Claim::Own,
            _ => Claim::None,
        }
    }

    fn read(&self, draft: &mut LineDraft<'_>, line: Value) {
        match payload::text(&line, "type").unwrap_or_default() {
            "session" => {
                started(draft, &line);
                draft.keep(0, line, &["id", "cwd"]);
            }
            "agent_start" if draft.reader.session_id.is_none() || draft.reader.so_far.is_over => {
                started(draft, &Value::Null);
            }
            "agent_start" => draft.silent = Some("agent_start"),
            "message_end" => message(draft, line),
            "tool_execution_start" => called(draft, line),
            "tool_execution_end" => answered(draft, line),
            "turn_end" => {
                turn_ended(draft, &line);
                draft.keep(0, line, &["message", "toolResults"]);
            }
            "agent_end" => {
                agent_ended(draft, &line);
                draft.keep(0, line, &["messages", "willRetry"]);
            }
            line_type => {
                let line_type = line_type.to_owned();
                note(draft, &line_type, line);
            }
        }
    }
}

/// `session`, or `agent_start` where no session is told of.
fn started(draft: &mut LineDraft<'_>, line: &Value) {
    if let Some(id) = payload::text(line, "id") {
        draft.reader.session_id = Some(id.to_owned());
    }
    let mut facts = Map::new();
    set(&mut facts, "cwd", payload::text(line, "cwd"));
    session_so_far::begin(draft, facts);
}

/// `message_end`: a whole message.
fn message(draft: &mut LineDraft<'_>, mut line: Value) {
    let mut message = take(&mut line, "message");
    draft.reader.so_far.is_over = false;
    match payload::text(&message, "role") {
        Some("assistant") => {
            of_model(draft, &mut message);
            let usage = take(&mut message, "usage");
            draft.keep_within(
                0,
                "usage",
                usage,
                &["input", "output", "cacheRead", "cacheWrite", "totalTokens"],
            );
            draft.keep(
                0,
                message,
                &["role", "content", "model", "stopReason", "errorMessage", "timestamp"],
            );
            draft.keep(0, line, &["message"]);
        }
        Some("toolResult") => draft.silent = Some("toolResult"),
        Some("user") => {
            let content = super::result_text::output(take(&mut message, "content"));
            let keys = draft.keys(0);
            let payload = json!({"content": content, "synthetic": false});
            draft.add(Kind::Other, "user_text", payload, keys);
        }
        Some(_) | None => {
            line["message"] = message;
            draft.pass(0, "message_end", line);
        }
    }
}

/// What the model thought, said and called.
fn of_model(draft: &mut LineDraft<'_>, message: &mut Value) {
    let usage = message.get("usage").and_then(usage);
    let model = payload::text(message, "model").map(str::to_owned);
    let shared = MessageHead {
        id: usage.is_some().then(|| draft.line_name().into()),
        usage,
        model: model.clone().map(Value::from),
        error: None,
    };
    draft.reader.model = model.or(draft.reader.model.take());
    // Where it knows no price it writes zero.
    let cost = message
        .get("usage")
        .and_then(|usage| payload::decimal(usage.get("cost")?, "total"));
    draft.reader.so_far.add_cost(cost.filter(|cost| *cost > 0.0));
    let blocks = match take(message, "content") {
        Value::Array(blocks) => blocks,
        Value::String(text) => vec![json!({"type": "text", "text": text})],
        _ => Vec::new(),
    };
    if blocks.is_empty() {
        return broke_off(draft, message, &shared);
    }
    for (at, mut block) in blocks.into_iter().enumerate() {
        match payload::text(&block, "type").unwrap_or("block").to_owned().as_str() {
            "text" => {
                let text = take(&mut block, "text");
                if let Some(text) = text.as_str() {
                    draft.reader.note_said(text);
                }
                add(draft, at, Kind::TextBlock, "text", text, &shared);
            }
            "thinking" => {
                let thought = take(&mut block, "thinking");
                add(draft, at, Kind::AgentThinking, "thinking", thought, &shared);
            }
            "toolCall" => {
                let call = ToolCall {
                    id: payload::text(&block, "id").map(str::to_owned),
                    name: payload::text(&block, "name").map(str::to_owned),
                    input: take(&mut block, "arguments"),
                };
                call::pre(draft, at, call, &shared);
            }
            other => draft.pass(at, &format!("assistant/{other}"), block),
        }
    }
}

fn add(draft: &mut LineDraft<'_>, at: usize, kind: Kind, event_type: &str, content: Value, head: &MessageHead) {
    let mut payload = Map::new();
    payload.insert("content".into(), content);
    head.add_to(&mut payload);
    let keys = draft.keys(at);
    draft.add(kind, event_type, payload.into(), keys);
}

/// A message without content: the model did not answer. Whether that was the end is said later.
fn broke_off(draft: &mut LineDraft<'_>, message: &Value, head: &MessageHead) {
    let Some(error) = reason::of(message, "errorMessage") else {
        if head.usage.is_none() {
            draft.silent = Some("message without content");
            return;
        }
        let mut payload = Map::new();
        head.add_to(&mut payload);
        set(&mut payload, "stop_reason", payload::text(message, "stopReason"));
        return draft.pass(0, "message_end", payload.into());
    };
    let mut payload = Map::new();
    payload.insert("level".into(), "WARNING".into());
    payload.insert("message".into(), error.into());
    payload.insert("source".into(), draft.place.file.into());
    head.add_to(&mut payload);
    let keys = draft.keys(0);
    draft.add(Kind::AgentLogEntry, "log_entry", payload.into(), keys);
}

/// `tool_execution_start`: the call stands in its message, where that was told.
fn called(draft: &mut LineDraft<'_>, mut line: Value) {
    let id = payload::text(&line, "toolCallId").map(str::to_owned);
    if id.as_deref().is_some_and(|id| draft.reader.calls.is_open(id)) {
        draft.silent = Some("tool_execution_start");
        return;
    }
    let call = ToolCall {
        id,
        name: payload::text(&line, "toolName").map(str::to_owned),
        input: take(&mut line, "args"),
    };
    call::pre(draft, 0, call, &MessageHead::default());
    draft.keep(0, line, &["toolCallId", "toolName"]);
}

/// `tool_execution_end`.
fn answered(draft: &mut LineDraft<'_>, mut line: Value) {
    let mut told = take(&mut line, "result");
    let details = take(&mut told, "details");
    let exit_code = ["exit_code", "exitCode"].iter().find_map(|field| details.get(field));
    let mut result = Map::new();
    set(
        &mut result,
        "exit_code",
        exit_code.filter(|code| code.is_number()).cloned(),
    );
    set(&mut result, "diff", payload::first_text(&details, &["patch", "diff"]));
    let content = match told {
        Value::Object(_) => take(&mut told, "content"),
        _ => std::mem::take(&mut told),
    };
    let answer = ToolAnswer {
        id: payload::text(&line, "toolCallId").map(str::to_owned),
        content: if content.is_null() { "".into() } else { content },
        is_error: payload::flag(&line, "isError") == Some(true),
    };
    call::post(draft, 0, answer, &result.into());
    draft.keep(0, details, &["exit_code", "exitCode", "patch", "diff"]);
    draft.keep(0, told, &["content"]);
    draft.keep(0, line, &["toolCallId", "toolName", "isError"]);
}

/// `turn_end`: the last one ends the agent's work, since `agent_end` may be missing.
fn turn_ended(draft: &mut LineDraft<'_>, line: &Value) {
    let message = line.get("message").unwrap_or(&Value::Null);
    let has_results = line
        .get("toolResults")
        .and_then(Value::as_array)
        .is_some_and(|results| !results.is_empty());
    // After an error it may try again, which `agent_end` knows.
    let is_last = matches!(payload::text(message, "stopReason"), Some("stop" | "length"));
    if is_last && !has_results {
        ended(draft, message);
    } else {
        draft.silent = Some("turn_end");
    }
}

/// `agent_end`.
fn agent_ended(draft: &mut LineDraft<'_>, line: &Value) {
    if draft.reader.so_far.is_over || payload::flag(line, "willRetry") == Some(true) {
        draft.silent = Some("agent_end");
        return;
    }
    let is_of_model = |message: &&Value| payload::text(message, "role") == Some("assistant");
    let mut messages = line.get("messages").and_then(Value::as_array).into_iter().flatten();
    let last = messages.rfind(is_of_model);
    ended(draft, last.unwrap_or(&Value::Null));
}

fn ended(draft: &mut LineDraft<'_>, last: &Value) {
    let word = payload::text(last, "stopReason").map(str::to_owned);
    let is_error = matches!(word.as_deref(), Some("error" | "aborted"));
    let error = reason::of(last, "errorMessage").or_else(|| word.clone());
    let end = TurnEnd {
        error: error.filter(|_| is_error),
        word,
        ..TurnEnd::default()
    };
    session_so_far::end(draft, end);
}

/// What it does beside its work: one sentence for a person, beside the line as it came.
fn note(draft: &mut LineDraft<'_>, line_type: &str, mut line: Value) {
    let error = reason::of(&line, "errorMessage").or_else(|| reason::of(&line, "finalError"));
    let because = error.as_ref().map(|error| format!(": {error}")).unwrap_or_default();
    let (message, is_error) = match line_type {
        "auto_retry_start" => (format!("the model did not answer, asking again{because}"), false),
        "auto_retry_end" if payload::flag(&line, "success") == Some(false) => {
            (format!("the model did not answer at all{because}"), false)
        }
        "auto_retry_end" => ("the model answers again".to_owned(), false),
        "compaction_start" | "auto_compaction_start" => ("compacting the conversation".to_owned(), false),
        _ if error.is_some() => (format!("the conversation could not be compacted{because}"), true),
        _ => ("the conversation was compacted".to_owned(), false),
    };
    if let Value::Object(line) = &mut line {
        line.insert("message".into(), message.into());
        if is_error {
            line.insert("is_error".into(), true.into());
        }
    }
    draft.pass(0, line_type, line);
}

/// The tokens in the words of an event; `input` counts no cached ones.
fn usage(usage: &Value) -> Option<Value> {
    let number = |field| payload::number(usage, field);
    let (input, output) = (number("input"), number("output"));
    if input.is_none() && output.is_none() {
        return None;
    }
    Some(json!({
        "input_tokens": input.unwrap_or(0),
        "output_tokens": output.unwrap_or(0),
        "cache_read_input_tokens": number("cacheRead").unwrap_or(0),
        "cache_creation_input_tokens": number("cacheWrite").unwrap_or(0),
    }))
}
