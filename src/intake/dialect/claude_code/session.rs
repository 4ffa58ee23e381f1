//! The first and the last line of a session.

use serde_json::{Map, Value};

use super::{outcome, usage};
use crate::dialect::line_draft::{LineDraft, set};
use crate::dialect::messages::Messages;
use crate::dialect::rest;
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
    draft.reader.broke_off = None;
    let keys = draft.keys(0);
    draft.add(Kind::Session, "session_started", payload.into(), keys);
    draft.keep(0, line, &["subtype", "cwd", "claude_code_version", "permissionMode"]);
}

/// `result`: a segment of the session is over. Its duration is the segment's, its cost that of the whole session so far.
pub(super) fn ended(draft: &mut LineDraft<'_>, mut line: Value) {
    let mut payload = Map::new();
    let subtype = payload::text(&line, "subtype").map(str::to_owned);
    let failure = failure(draft, &line, subtype.as_deref());
    set(&mut payload, "session_id", draft.reader.session_id.clone());
    set(&mut payload, "model", draft.reader.model.clone());
    set(&mut payload, "subtype", subtype);
    payload.insert("is_error".into(), failure.is_some().into());
    for field in ["num_turns", "duration_ms", "duration_api_ms"] {
        set(&mut payload, field, payload::number(&line, field));
    }
    set(&mut payload, "cost_usd", payload::decimal(&line, "total_cost_usd"));
    set(&mut payload, "usage", usage(line.get("usage")));
    // Under an older name of ours, too.
    let models = line.get("modelUsage").filter(|models| !models.is_null()).cloned();
    set(&mut payload, "model_usage", models);
    let result = line.get_mut("result").map(Value::take);
    set(&mut payload, "result", result.filter(|result| !rest::is_empty(result)));
    set(&mut payload, "error", failure.flatten());
    let keys = draft.keys(0);
    draft.add(Kind::Session, "session_ended", payload.into(), keys);
    let usage = line.get_mut("usage").map(Value::take).unwrap_or_default();
    draft.keep_within(0, "usage", usage, &[]);
    draft.keep(
        0,
        line,
        &["subtype", "is_error", "num_turns", "duration_ms", "duration_api_ms"],
    );
    draft.reader.messages = Messages::default();
}

/// Whether a result is one of a failure, and its words where the result itself has none or better ones.
fn failure(draft: &mut LineDraft<'_>, line: &Value, subtype: Option<&str>) -> Option<Option<String>> {
    let broke_off = draft.reader.broke_off.take();
    let result = payload::text(line, "result");
    let errors = line.get("errors").and_then(Value::as_array);
    let texts: Vec<&str> = errors.into_iter().flatten().filter_map(Value::as_str).collect();
    let told = Some(texts.join("\n")).filter(|text| !text.is_empty());
    // The failures of the CLI itself are named error_…; an API failure is a "success" with is_error.
    let is_named = subtype.is_some_and(|subtype| subtype.starts_with("error"));
    let is_flagged = payload::flag(line, "is_error").unwrap_or(is_named);
    let command = outcome::command(line).map(str::to_owned);
    // A success without a word, after a message in place of an answer, is none.
    let is_cut = broke_off.is_some() && (result.is_none() || command.is_some());
    if !is_flagged && !is_cut && !outcome::failed(line) {
        return None;
    }
    if let Some(command) = command {
        let why = told.or(broke_off).or_else(|| result.map(str::to_owned));
        let because = why.map(|why| format!(": {why}")).unwrap_or_default();
        return Some(Some(format!("/{command} failed{because}")));
    }
    if told.is_some() {
        return Some(told);
    }
    if result.is_some() {
        return Some(None);
    }
    Some(broke_off.or_else(|| in_words(subtype, line)))
}

/// Why a session ended, where nothing but its subtype says it.
fn in_words(subtype: Option<&str>, line: &Value) -> Option<String> {
    let turns = payload::number(line, "num_turns");
    Some(match subtype? {
        "error_max_turns" => match turns {
            Some(turns) => format!("stopped after {turns} turns, the most that it was allowed"),
            None => "stopped after the most turns that it was allowed".into(),
        },
        "error_max_budget_usd" => "stopped because it has cost as much as it was allowed".into(),
        "error_max_structured_output_retries" => "gave no answer of the shape that was asked for".into(),
        "error_during_execution" => "it failed while it ran, and nothing says why".into(),
        "success" => "it failed, and nothing says why".into(),
        other => other.replace('_', " "),
    })
}

/// `cost-state`, the last line of the CLI's own record of a session: what the whole session cost.
pub(super) fn costs(draft: &mut LineDraft<'_>, line: Value) {
    let mut payload = Map::new();
    set(&mut payload, "session_id", draft.reader.session_id.clone());
    set(&mut payload, "model", draft.reader.model.clone());
    payload.insert("is_error".into(), false.into());
    set(&mut payload, "cost_usd", payload::decimal(&line, "totalCostUSD"));
    set(&mut payload, "total_cost_usd", payload::decimal(&line, "totalCostUSD"));
    set(&mut payload, "duration_ms", payload::number(&line, "totalDuration"));
    set(
        &mut payload,
        "duration_api_ms",
        payload::number(&line, "totalAPIDuration"),
    );
    set(&mut payload, "model_usage", line.get("modelUsage").cloned());
    let keys = draft.keys(0);
    draft.add(Kind::Session, "session_ended", payload.into(), keys);
    draft.keep(0, line, &["totalCostUSD", "totalDuration", "totalAPIDuration"]);
}
