//! The other CLI that writes under the same names: `init`, `message`, `tool_use`, `tool_result`, `error`, `result`.
//!
//! Every line has a time; texts come in pieces (`delta`); a `result` has `stats` of the whole session and no text.

use serde_json::{Map, Value, json};

use super::blocks::{Message, take};
use super::joined::Piece;
use super::{LineDraft, call, notice, set};
use domain::event::Kind;
use domain::excerpt::excerpt;
use domain::payload;

/// What the model said last is kept as the session's result; this much of it.
const RESULT_BYTES: usize = 4 * 1024;

/// The raw text of a line that is a piece of what the model says; it is taken out of the line.
pub(super) fn take_piece(line: &mut Value) -> Option<String> {
    let is_piece = payload::text(line, "type") == Some("message")
        && payload::flag(line, "delta") == Some(true)
        && payload::text(line, "role") != Some("user");
    match line.get_mut("content") {
        Some(Value::String(text)) if is_piece => Some(std::mem::take(text)),
        _ => None,
    }
}

/// The event that a piece is part of.
pub(super) fn piece(mut draft: LineDraft<'_>, text: String) -> Option<Piece> {
    add_text(&mut draft, Value::Null);
    let draft = draft.events.pop()?;
    Some(Piece { draft, text })
}

/// `init`.
pub(super) fn started(draft: &mut LineDraft<'_>, line: &Value) {
    let mut payload = Map::new();
    let model = payload::text(line, "model").map(str::to_owned);
    set(&mut payload, "session_id", draft.reader.session_id.clone());
    set(&mut payload, "model", model.clone());
    set(&mut payload, "cwd", payload::text(line, "cwd"));
    draft.reader.model = model;
    draft.reader.said = None;
    draft.reader.texts = 0;
    let keys = draft.keys(0);
    draft.add(Kind::Session, "session_started", payload.into(), keys);
}

/// A whole `message`: the prompt, or an answer of the model.
pub(super) fn message(draft: &mut LineDraft<'_>, mut line: Value) {
    let content = match take(&mut line, "content") {
        Value::String(text) => Value::String(text),
        Value::Array(parts) => super::result_text::output(Value::Array(parts)),
        other => {
            line["content"] = other;
            return draft.pass(0, "message", line);
        }
    };
    if payload::text(&line, "role") == Some("user") {
        let keys = draft.keys(0);
        let payload = json!({"content": content, "synthetic": false});
        return draft.add(Kind::Other, "user_text", payload, keys);
    }
    if let Some(text) = content.as_str() {
        draft.reader.note_said(text);
    }
    add_text(draft, content);
}

/// `tool_use`, with the names that the other lines use.
pub(super) fn called(draft: &mut LineDraft<'_>, mut line: Value) {
    let input = match take(&mut line, "parameters") {
        Value::Null => take(&mut line, "input"),
        input => input,
    };
    let id = payload::first_text(&line, &["tool_id", "id"]);
    let name = payload::first_text(&line, &["tool_name", "name"]);
    let block = json!({"id": id, "name": name, "input": input});
    call::pre(draft, 0, block, &Message::default());
}

/// `tool_result`. What went wrong stands beside the output, and the output may be empty then.
pub(super) fn answered(draft: &mut LineDraft<'_>, mut line: Value) {
    let output = match take(&mut line, "output") {
        Value::Null => take(&mut line, "content"),
        output => output,
    };
    let error = notice::reason(&line, "error");
    let is_failed = payload::text(&line, "status").is_some_and(|status| status != "success")
        || payload::flag(&line, "is_error") == Some(true)
        || error.is_some();
    let output = match (output, error) {
        (Value::Null, Some(error)) => error.into(),
        (Value::String(text), Some(error)) if text.is_empty() => error.into(),
        (Value::Null, None) => "".into(),
        (output, _) => output,
    };
    let id = payload::first_text(&line, &["tool_id", "tool_use_id"]);
    let block = json!({"tool_use_id": id, "content": output, "is_error": is_failed});
    call::post(draft, 0, block, &Value::Null);
}

/// `error`: a warning, or what ends the session.
pub(super) fn complained(draft: &mut LineDraft<'_>, line: Value) {
    let said = payload::text(&line, "message").map(str::to_owned);
    let Some(message) = said.or_else(|| notice::reason(&line, "error")) else {
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
}

/// `result`: the session is over. Its usage is told here alone, so it counts as that of one message.
pub(super) fn ended(draft: &mut LineDraft<'_>, line: &Value) {
    let stats = line.get("stats").unwrap_or(&Value::Null);
    let error = notice::reason(line, "error");
    let status = payload::text(line, "status");
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
    let result = payload::first_text(line, &["result", "response"]).map(str::to_owned);
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
}

/// The tokens in the words of the other lines; `input_tokens` counts cached ones here, `input` does not.
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
    Some(json!({"input_tokens": input, "output_tokens": output.unwrap_or(0),
        "cache_read_input_tokens": cached, "cache_creation_input_tokens": 0}))
}

fn add_text(draft: &mut LineDraft<'_>, content: Value) {
    let mut payload = Map::new();
    payload.insert("content".into(), content);
    set(&mut payload, "model", draft.reader.model.clone());
    let keys = draft.keys(0);
    draft.add(Kind::TextBlock, "text", payload.into(), keys);
}

impl super::Reader {
    /// Notes a text of the model: the last one is the session's result.
    pub(super) fn note_said(&mut self, text: &str) {
        self.texts += 1;
        self.said = Some(excerpt(text, RESULT_BYTES)).filter(|text| !text.trim().is_empty());
    }
}
