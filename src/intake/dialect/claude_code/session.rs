//! The first and the last line of a session.

use serde_json::{Map, Value};

use super::usage;
use crate::dialect::line_draft::{LineDraft, set};
use domain::event::Kind;
use domain::payload;

/// `system/init`: the session begins, or goes on with its next segment.
pub(super) fn started(draft: &mut LineDraft<'_>, mut line: Value) {
    let text = |field| payload::text(&line, field).map(Value::from);
    let count = |field| line.get(field).and_then(Value::as_array).map(Vec::len);
    let mut payload = Map::new();
    set(&mut payload, "session_id", draft.reader.session_id.clone());
    set(&mut payload, "model", text("model"));
    set(&mut payload, "cwd", text("cwd"));
    set(&mut payload, "cli_version", text("claude_code_version"));
    set(&mut payload, "permission_mode", text("permissionMode"));
    set(&mut payload, "tools", count("tools"));
    set(&mut payload, "mcp_servers", count("mcp_servers"));
    draft.reader.model = line.get_mut("model").and_then(|model| match model.take() {
        Value::String(model) => Some(model),
        _ => None,
    });
    let keys = draft.keys(0);
    draft.add(Kind::Session, "session_started", payload.into(), keys);
}

/// `result`: a segment of the session is over. Its duration is the segment's, its cost that of the whole session so far.
pub(super) fn ended(draft: &mut LineDraft<'_>, mut line: Value) {
    let mut payload = Map::new();
    let subtype = payload::text(&line, "subtype").map(str::to_owned);
    // The failures of the CLI itself are named error_…; an API failure is a "success" with is_error.
    let is_error = payload::flag(&line, "is_error")
        .unwrap_or_else(|| subtype.as_deref().is_some_and(|subtype| subtype.starts_with("error")));
    set(&mut payload, "session_id", draft.reader.session_id.clone());
    set(&mut payload, "model", draft.reader.model.clone());
    set(&mut payload, "subtype", subtype);
    payload.insert("is_error".into(), is_error.into());
    for field in ["num_turns", "duration_ms", "duration_api_ms"] {
        set(&mut payload, field, payload::number(&line, field));
    }
    set(&mut payload, "cost_usd", payload::decimal(&line, "total_cost_usd"));
    set(&mut payload, "usage", usage(line.get("usage")));
    let denials = line.get("permission_denials").and_then(Value::as_array).map(Vec::len);
    set(&mut payload, "permission_denials", denials);
    for (field, name) in [
        ("result", "result"),
        ("modelUsage", "model_usage"),
        ("stop_reason", "stop_reason"),
        ("terminal_reason", "terminal_reason"),
        ("structured_output", "structured_output"),
        ("errors", "errors"),
    ] {
        let value = line.get_mut(field).map(Value::take).filter(|value| !value.is_null());
        set(&mut payload, name, value);
    }
    if let Some(errors) = payload.get("errors").and_then(Value::as_array) {
        let texts: Vec<&str> = errors.iter().filter_map(Value::as_str).collect();
        let text = texts.join("\n");
        set(&mut payload, "error", Some(text).filter(|text| !text.is_empty()));
    }
    let keys = draft.keys(0);
    draft.add(Kind::Session, "session_ended", payload.into(), keys);
}
