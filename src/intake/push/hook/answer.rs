//! What a tool answered, as a hook tells it: in fields of the tool's own, where the stream has a text.

use serde_json::{Map, Value};

use crate::dialect::result_text;

/// What an answer says of the sub-agent that gave it.
const OF_TASK: [&str; 5] = [
    "status",
    "totalDurationMs",
    "totalTokens",
    "totalToolUseCount",
    "agentId",
];

/// Puts what a person would read under `output`; what stands beside it stays under `tool_response`.
pub(super) fn take_in(payload: &mut Map<String, Value>, has_failed: bool) {
    let response = payload.get("tool_response").unwrap_or(&Value::Null);
    let (has_failed, task) = (has_failed || says_failure(response), task(response));
    payload.entry("is_error").or_insert(has_failed.into());
    if let Some(task) = task {
        payload.entry("task").or_insert(task);
    }
    if payload.contains_key("output") {
        return;
    }
    let mut response = payload.remove("tool_response").unwrap_or_default();
    let text = take_text(&mut response);
    let reason = ["error", "reason"].iter().find_map(|field| payload.get(*field));
    let output = match (text, reason) {
        (Some(text), _) => text,
        // A call that failed has an `error` instead.
        (None, Some(reason)) if response.is_null() => reason.clone(),
        (None, _) if response.is_null() => Value::String(String::new()),
        (None, _) => response.take(),
    };
    payload.insert("output".to_owned(), output);
    let is_left = match &response {
        Value::Null => false,
        Value::Object(left) => !left.is_empty(),
        Value::Array(_) | Value::Bool(_) | Value::Number(_) | Value::String(_) => true,
    };
    if is_left {
        payload.insert("tool_response".to_owned(), response);
    }
}

/// Whether the answer itself says that it is a failure.
fn says_failure(response: &Value) -> bool {
    let is = |field: &str, value: bool| response.get(field) == Some(&Value::Bool(value));
    is("is_error", true) || is("isError", true) || is("success", false)
}

fn task(response: &Value) -> Option<Value> {
    ["agentId", "totalToolUseCount"]
        .iter()
        .find(|field| response.get(**field).is_some())?;
    let fields = OF_TASK.iter();
    let told = fields.filter_map(|field| Some(((*field).to_owned(), response.get(*field)?.clone())));
    Some(Value::Object(told.collect()))
}

/// Takes the text out: what Bash printed, what Read read, what a Task or a tool of MCP said, what WebFetch found, why a call failed.
fn take_text(response: &mut Value) -> Option<Value> {
    if response.is_array() {
        return Some(result_text::output(response.take()));
    }
    let fields = response.as_object_mut()?;
    if fields.get("stdout").is_some_and(Value::is_string) {
        let printed = take(fields, "stdout");
        let complaint = fields.get("stderr").and_then(Value::as_str).unwrap_or_default();
        return Some(joined([printed.as_str(), complaint]).into());
    }
    let has_reason = fields
        .get("error")
        .and_then(Value::as_str)
        .is_some_and(|reason| !reason.is_empty());
    if has_reason {
        let reason = take(fields, "error");
        let output = take(fields, "output");
        return Some(joined([&reason, &output]).into());
    }
    if let Some(Value::Object(file)) = fields.get_mut("file")
        && file.get("content").is_some_and(Value::is_string)
    {
        return file.remove("content");
    }
    for field in ["content", "result", "output", "llmContent"] {
        match fields.get(field) {
            Some(Value::String(_)) => return fields.remove(field),
            Some(Value::Array(_)) => return fields.remove(field).map(result_text::output),
            _ => {}
        }
    }
    None
}

/// Takes a text out; an empty one where there is none.
fn take(fields: &mut Map<String, Value>, field: &str) -> String {
    match fields.get_mut(field) {
        Some(Value::String(text)) => {
            let text = std::mem::take(text);
            fields.remove(field);
            text
        }
        _ => String::new(),
    }
}

fn joined(texts: [&str; 2]) -> String {
    let told: Vec<&str> = texts.into_iter().filter(|text| !text.is_empty()).collect();
    told.join("\n")
}
