//! Gemini CLI: hooks in its settings. It gives calls no ids, and tells each request to the model whole, which is left out.

use serde_json::{Map, Value};

use super::{Row, Tells, Told, copy, make_up_id, texts};

pub(super) const EVENTS: &[Row] = &[
    ("SessionStart", "SessionStart", Tells::Sentence),
    ("SessionEnd", "SessionEnd", Tells::Sentence),
    ("BeforeAgent", "UserPromptSubmit", Tells::Sentence),
    ("AfterAgent", "Stop", Tells::Sentence),
    ("BeforeTool", "PreToolUse", Tells::Call),
    ("AfterTool", "PostToolUse", Tells::Answer),
    ("Notification", "Notification", Tells::Waits),
    ("PreCompress", "PreCompact", Tells::Sentence),
    // Tools and AfterAgent tell what comes of them.
    ("BeforeModel", "BeforeModel", Tells::Nothing),
    ("BeforeToolSelection", "BeforeToolSelection", Tells::Nothing),
    ("AfterModel", "AfterModel", Tells::Nothing),
];

pub(super) fn is_own(payload: &Map<String, Value>) -> bool {
    let name = payload
        .get("hook_event_name")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let is_shared = ["SessionStart", "SessionEnd", "Notification"].contains(&name);
    let is_known = EVENTS.iter().any(|(own, ..)| *own == name);
    // Claude Code's hooks say no time.
    is_known && (!is_shared || payload.get("timestamp").is_some_and(Value::is_string))
}

pub(super) fn add_fields(told: &mut Told, payload: &mut Map<String, Value>) {
    copy(payload, "last_assistant_message", "prompt_response");
    if !matches!(told.tells, Tells::Call | Tells::Answer) {
        return;
    }
    make_up_id("gemini_cli", payload);
    let Some(response) = payload.get_mut("tool_response").and_then(Value::as_object_mut) else {
        return;
    };
    if let Some(text) = texts(response.get("llmContent")) {
        response.insert("llmContent".to_owned(), text.into());
    }
    let error = match response.get("error") {
        Some(Value::Object(error)) => error.get("message").cloned(),
        Some(Value::String(error)) if !error.is_empty() => Some(error.clone().into()),
        _ => None,
    };
    if let Some(error) = error {
        "PostToolUseFailure".clone_into(&mut told.name);
        told.tells = Tells::Failure;
        payload.entry("error").or_insert(error);
    }
}
