//! Cursor: `.cursor/hooks.json`. A call of the shell or of MCP has hooks of its own beside those of all tools: only some are told by
//! which version, and they share no id, so one kind is to be asked for.

use serde_json::{Map, Value, json};

use super::{Row, Tells, Told, copy, make_up_id};

pub(super) const EVENTS: &[Row] = &[
    ("sessionStart", "SessionStart", Tells::Sentence),
    ("sessionEnd", "SessionEnd", Tells::Sentence),
    ("beforeSubmitPrompt", "UserPromptSubmit", Tells::Sentence),
    ("preToolUse", "PreToolUse", Tells::Call),
    ("postToolUse", "PostToolUse", Tells::Answer),
    ("postToolUseFailure", "PostToolUseFailure", Tells::Failure),
    ("beforeShellExecution", "PreToolUse", Tells::Call),
    ("afterShellExecution", "PostToolUse", Tells::Answer),
    ("beforeMCPExecution", "PreToolUse", Tells::Call),
    ("afterMCPExecution", "PostToolUse", Tells::Answer),
    ("beforeReadFile", "beforeReadFile", Tells::File),
    ("afterFileEdit", "afterFileEdit", Tells::File),
    ("afterAgentResponse", "afterAgentResponse", Tells::Text),
    ("afterAgentThought", "afterAgentThought", Tells::Thought),
    ("subagentStart", "SubagentStart", Tells::Sentence),
    ("subagentStop", "SubagentStop", Tells::Sentence),
    ("preCompact", "PreCompact", Tells::Sentence),
    ("stop", "Stop", Tells::Sentence),
    // A person's editor, and no agent.
    ("afterTabFileEdit", "afterTabFileEdit", Tells::Sentence),
    ("beforeTabFileRead", "beforeTabFileRead", Tells::Nothing),
    ("workspaceOpen", "workspaceOpen", Tells::Nothing),
];

pub(super) fn is_own(payload: &Map<String, Value>) -> bool {
    ["cursor_version", "conversation_id"]
        .iter()
        .any(|field| payload.get(*field).is_some_and(Value::is_string))
}

pub(super) fn add_fields(told: &mut Told, payload: &mut Map<String, Value>) {
    for (ours, own) in [
        ("session_id", "conversation_id"),
        ("agent_id", "subagent_id"),
        ("agent_type", "subagent_type"),
        ("error", "error_message"),
        ("tool_response", "tool_output"),
        ("duration_ms", "duration"),
    ] {
        copy(payload, ours, own);
    }
    if let Some(root) = payload.get("workspace_roots").and_then(|roots| roots.get(0)).cloned() {
        payload.entry("cwd").or_insert(root);
    }
    let own = payload
        .get("hook_event_name")
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned();
    match own.as_str() {
        "beforeShellExecution" | "afterShellExecution" => {
            let command = payload.get("command").cloned().unwrap_or_default();
            payload.entry("tool_name").or_insert("Shell".into());
            payload.entry("tool_input").or_insert(json!({"command": command}));
        }
        "afterMCPExecution" => {
            if let Some(result) = payload.get("result_json").and_then(parsed) {
                payload.entry("tool_response").or_insert(result);
            }
        }
        "beforeReadFile" => as_call("Read", &["file_path"], payload),
        "afterFileEdit" => as_call("MultiEdit", &["file_path", "edits"], payload),
        "afterAgentResponse" | "afterAgentThought" => copy(payload, "content", "text"),
        "subagentStop" => copy(payload, "last_assistant_message", "summary"),
        "stop" if payload.get("status").and_then(Value::as_str) == Some("error") => {
            "StopFailure".clone_into(&mut told.name);
            told.tells = Tells::Error;
        }
        "postToolUse" => {
            if let Some(output) = payload.get("tool_response").and_then(parsed) {
                payload.insert("tool_response".to_owned(), output);
            }
        }
        _ => {}
    }
    if matches!(told.tells, Tells::Call | Tells::Answer | Tells::Failure) {
        // Some tell it as a text.
        if let Some(input) = payload.get("tool_input").and_then(parsed) {
            payload.insert("tool_input".to_owned(), input);
        }
        make_up_id("cursor", payload);
    }
}

/// A read or a change of a file is known by the call that makes such.
fn as_call(tool: &str, fields: &[&str], payload: &mut Map<String, Value>) {
    let input: Map<String, Value> = fields
        .iter()
        .filter_map(|field| Some(((*field).to_owned(), payload.get(*field)?.clone())))
        .collect();
    payload.entry("tool_name").or_insert(tool.into());
    payload.entry("tool_input").or_insert(input.into());
}

/// A text that is an object or a list in JSON.
fn parsed(text: &Value) -> Option<Value> {
    let value: Value = serde_json::from_str(text.as_str()?).ok()?;
    (value.is_object() || value.is_array()).then_some(value)
}
