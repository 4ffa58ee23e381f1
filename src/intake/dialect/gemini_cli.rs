//! The Gemini CLI: `--output-format stream-json`, with `init`, `message`, `tool_use`, `tool_result`, `error` and `result`.
//!
//! Every line has a time; texts come in pieces (`delta`); a `result` has `stats` of the whole session and no text.

use serde_json::{Map, Value, json};

use super::call::{self, ToolAnswer, ToolCall};
use super::claude_code::RESULT_FIELDS;
use super::line_draft::{LineDraft, set, take};
use super::line_head::LineHead;
use super::message_head::MessageHead;
use super::{Claim, Dialect, reason, result_text};
use domain::event::Kind;
use domain::payload;

/// See the module.
pub(super) struct GeminiCli;

impl Dialect for GeminiCli {
    fn name(&self) -> &'static str {
        "gemini_cli"
    }

    fn claim(&self, line: &LineHead<'_>) -> Claim {
        match line.line_type {
            "init" => Claim::Own,
            "message" | "tool_use" | "tool_result" | "error" => Claim::Shared,
            "result" if !line.has_any(&RESULT_FIELDS) => Claim::Shared,
            _ => Claim::None,
        }
    }

    fn take_piece(&self, line: &mut Value) -> Option<String> {
        let is_piece = payload::text(line, "type") == Some("message")
            && payload::flag(line, "delta") == Some(true)
            && payload::text(line, "role") != Some("user");
        match line.get_mut("content") {
            Some(Value::String(text)) if is_piece => Some(std::mem::take(text)),
            _ => None,
        }
    }

    fn read(&self, draft: &mut LineDraft<'_>, line: Value) {
        let head = LineHead::of(&line);
        match head.line_type {
            "init" => started(draft, line),
            "message" => message(draft, line),
            "tool_use" => called(draft, line),
            "tool_result" => answered(draft, line),
            "error" => complained(draft, line),
            "result" if head.has_any(&["status", "stats"]) => ended(draft, line),
            line_type => {
                let line_type = line_type.to_owned();
                draft.pass(0, &line_type, line);
            }
        }
    }
}

/// `init`.
fn started(draft: &mut LineDraft<'_>, line: Value) {
    let mut payload = Map::new();
    let model = payload::text(&line, "model").map(str::to_owned);
    set(&mut payload, "session_id", draft.reader.session_id.clone());
    set(&mut payload, "model", model.clone());
    set(&mut payload, "cwd", payload::text(&line, "cwd"));
    draft.reader.model = model;
    draft.reader.said = None;
    draft.reader.texts = 0;
    let keys = draft.keys(0);
    draft.add(Kind::Session, "session_started", payload.into(), keys);
    draft.keep(0, line, &["model", "cwd"]);
}

/// A whole `message`: the prompt, or an answer of the model.
fn message(draft: &mut LineDraft<'_>, mut line: Value) {
    let content = match take(&mut line, "content") {
        Value::String(text) => Value::String(text),
        Value::Array(parts) => result_text::output(Value::Array(parts)),
        other => {
            line["content"] = other;
            return draft.pass(0, "message", line);
        }
    };
    if payload::text(&line, "role") == Some("user") {
        let keys = draft.keys(0);
        let payload = json!({"content": content, "synthetic": false});
        draft.add(Kind::Other, "user_text", payload, keys);
        return draft.keep(0, line, &["role", "delta"]);
    }
    if let Some(text) = content.as_str() {
        draft.reader.note_said(text);
    }
    draft.add_text(content);
    draft.keep(0, line, &["role", "delta"]);
}

/// `tool_use`.
fn called(draft: &mut LineDraft<'_>, mut line: Value) {
    let input = match take(&mut line, "parameters") {
        Value::Null => take(&mut line, "input"),
        input => input,
    };
    let text = |fields: &[&str]| payload::first_text(&line, fields).map(str::to_owned);
    let call = ToolCall {
        id: text(&["tool_id", "id"]),
        name: text(&["tool_name", "name"]),
        input,
    };
    call::pre(draft, 0, call, &MessageHead::default());
    draft.keep(0, line, &["tool_id", "id", "tool_name", "name"]);
}

/// `tool_result`. What went wrong stands beside the output, and the output may be empty then.
fn answered(draft: &mut LineDraft<'_>, mut line: Value) {
    let output = match take(&mut line, "output") {
        Value::Null => take(&mut line, "content"),
        output => output,
    };
    let error = reason::of(&line, "error");
    let is_failed = payload::text(&line, "status").is_some_and(|status| status != "success")
        || payload::flag(&line, "is_error") == Some(true)
        || error.is_some();
    let output = match (output, error) {
        (Value::Null, Some(error)) => error.into(),
        (Value::String(text), Some(error)) if text.is_empty() => error.into(),
        (Value::Null, None) => "".into(),
        (output, _) => output,
    };
    let answer = ToolAnswer {
        id: payload::first_text(&line, &["tool_id", "tool_use_id"]).map(str::to_owned),
        content: output,
        is_error: is_failed,
    };
    call::post(draft, 0, answer, &Value::Null);
    draft.keep(0, line, &["tool_id", "tool_use_id", "status", "is_error"]);
}

/// `error`: a warning, or what ends the session.
fn complained(draft: &mut LineDraft<'_>, line: Value) {
    let said = payload::text(&line, "message").map(str::to_owned);
    let Some(message) = said.or_else(|| reason::of(&line, "error")) else {
        return draft.pass(0, "error", line);
    };
    let level = match payload::text(&line, "severity") {
        Some("warning") => "WARNING",
        Some("info") => "INFO",
        Some(_) | None => "ERROR",
    };
    let payload = json!({"level": level, "message": message, "source": draft.place.file});
    let keys = draft.keys(0);
    draft.add(Kind::AgentLogEntry, "log_entry", payload, keys);
    draft.keep(0, line, &["message", "severity"]);
}

/// `result`: the session is over. Its usage is told here alone, so it counts as that of one message.
fn ended(draft: &mut LineDraft<'_>, line: Value) {
    let stats = line.get("stats").unwrap_or(&Value::Null);
    let error = reason::of(&line, "error");
    let status = payload::text(&line, "status");
    let is_error = status.is_some_and(|status| status != "success") || error.is_some();
    let mut payload = Map::new();
    set(&mut payload, "session_id", draft.reader.session_id.clone());
    set(&mut payload, "model", draft.reader.model.clone());
    set(&mut payload, "subtype", status);
    payload.insert("is_error".into(), is_error.into());
    set(&mut payload, "duration_ms", payload::number(stats, "duration_ms"));
    set(&mut payload, "tool_calls", payload::number(stats, "tool_calls"));
    let turns = draft.reader.texts;
    set(&mut payload, "num_turns", Some(turns).filter(|turns| *turns > 0));
    if let Some(usage) = usage(stats) {
        payload.insert("usage".into(), usage);
        let place = (draft.place.agent, draft.place.run, draft.place.offset);
        let id = format!("result of {} {} at {}", place.0, place.1, place.2);
        payload.insert("message_id".into(), id.into());
    }
    set(&mut payload, "model_usage", stats.get("models").cloned());
    let result = payload::first_text(&line, &["result", "response"]).map(str::to_owned);
    let result = result.or_else(|| draft.reader.said.take());
    set(
        &mut payload,
        "result",
        if is_error { error.clone().or(result) } else { result },
    );
    set(&mut payload, "error", error);
    draft.reader.texts = 0;
    let keys = draft.keys(0);
    draft.add(Kind::Session, "session_ended", payload.into(), keys);
    draft.keep(0, line, &["status", "error", "result", "response"]);
}

/// The tokens in the words of an event; `input_tokens` counts cached ones here, `input` does not. What was written counts what was thought.
fn usage(stats: &Value) -> Option<Value> {
    let (all, output) = (
        payload::number(stats, "input_tokens"),
        payload::number(stats, "output_tokens"),
    );
    if all.is_none() && output.is_none() {
        return None;
    }
    let cached = payload::number(stats, "cached").unwrap_or(0);
    let input = payload::number(stats, "input").unwrap_or_else(|| all.unwrap_or(0).saturating_sub(cached));
    // What was thought is in the total alone.
    let told = all
        .unwrap_or(input.saturating_add(cached))
        .saturating_add(output.unwrap_or(0));
    let thought = payload::number(stats, "total_tokens").map_or(0, |total| total.saturating_sub(told));
    let mut usage = json!({"input_tokens": input, "output_tokens": output.unwrap_or(0).saturating_add(thought),
        "cache_read_input_tokens": cached, "cache_creation_input_tokens": 0});
    if thought > 0 {
        usage["reasoning_output_tokens"] = thought.into();
    }
    Some(usage)
}
