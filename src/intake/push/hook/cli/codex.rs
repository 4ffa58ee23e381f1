//! Codex: `hooks.json` has the names and fields of Claude Code; the older `notify` program gets a turn's end as an argument.

use serde_json::{Map, Value};

use super::{Row, Tells, copy};

pub(super) const EVENTS: &[Row] = &[
    ("SessionStart", "SessionStart", Tells::Sentence),
    ("SessionEnd", "SessionEnd", Tells::Sentence),
    ("UserPromptSubmit", "UserPromptSubmit", Tells::Sentence),
    ("PreToolUse", "PreToolUse", Tells::Call),
    ("PermissionRequest", "PermissionRequest", Tells::Waits),
    ("PostToolUse", "PostToolUse", Tells::Answer),
    ("PreCompact", "PreCompact", Tells::Sentence),
    ("PostCompact", "PostCompact", Tells::Sentence),
    ("SubagentStart", "SubagentStart", Tells::Sentence),
    ("SubagentStop", "SubagentStop", Tells::Sentence),
    ("Stop", "Stop", Tells::Sentence),
    ("StopFailure", "StopFailure", Tells::Error),
    ("Interrupt", "Interrupt", Tells::Sentence),
    ("agent-turn-complete", "Stop", Tells::Sentence),
    // Calls and Stop tell what comes of them.
    ("PreModelRequest", "PreModelRequest", Tells::Nothing),
    ("PostModelRequest", "PostModelRequest", Tells::Nothing),
];

pub(super) fn is_own(payload: &Map<String, Value>) -> bool {
    let says = |field: &str| payload.get(field).is_some_and(Value::is_string);
    let notifies = payload.get("type").and_then(Value::as_str) == Some("agent-turn-complete");
    // Claude Code names no model where it names a turn.
    notifies || says("turn_id") && says("model") && !says("prompt_id") && !says("conversation_id")
}

pub(super) fn add_fields(payload: &mut Map<String, Value>) {
    for (ours, own) in [
        ("session_id", "thread-id"),
        ("turn_id", "turn-id"),
        ("last_assistant_message", "last-assistant-message"),
    ] {
        copy(payload, ours, own);
    }
    if let Some(prompt) = super::texts(payload.get("input-messages")) {
        payload.entry("prompt").or_insert(prompt.into());
    }
}
