//! What a tool answered, as a hook tells it: in fields of the tool's own, where the stream has a text.

use serde_json::{Map, Value};

use crate::dialect::result_text;

/// Puts what a person would read under `output`; what stands beside it stays under `tool_response`.
pub(super) fn take_in(payload: &mut Map<String, Value>) {
    if payload.contains_key("output") {
        return;
    }
    let Some(mut response) = payload.remove("tool_response") else {
        // A call that failed has an `error` instead.
        if let Some(error) = payload.get("error").cloned() {
            payload.insert("output".to_owned(), error);
        }
        return;
    };
    let Some(output) = take_text(&mut response) else {
        payload.insert("output".to_owned(), response);
        return;
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

/// Takes the text out: what Bash printed, what Read read, what a Task or a tool of MCP said, what WebFetch found.
fn take_text(response: &mut Value) -> Option<Value> {
    if response.is_array() {
        return Some(result_text::output(response.take()));
    }
    let fields = response.as_object_mut()?;
    if let Some(Value::String(printed)) = fields.get("stdout") {
        let complaint = fields.get("stderr").and_then(Value::as_str).unwrap_or_default();
        let output = match (printed.is_empty(), complaint.is_empty()) {
            (_, true) => printed.clone(),
            (true, false) => complaint.to_owned(),
            (false, false) => format!("{printed}\n{complaint}"),
        };
        fields.remove("stdout");
        return Some(output.into());
    }
    if let Some(Value::Object(file)) = fields.get_mut("file")
        && file.get("content").is_some_and(Value::is_string)
    {
        return file.remove("content");
    }
    if fields.get("content").is_some_and(Value::is_array) {
        return fields.remove("content").map(result_text::output);
    }
    if fields.get("result").is_some_and(Value::is_string) {
        return fields.remove("result");
    }
    None
}
