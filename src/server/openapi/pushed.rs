//! What is pushed and what is answered to it, as the description of the API shows it.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::shapes::{AdwIdShape, ErrorText, KindShape};

/// An event as it is pushed. More is accepted than is described here: see docs/protocol.md.
#[derive(ToSchema)]
#[schema(example = json!({"type": "agent_log_entry", "data": {"adw_id": "c0a43f47", "event_id": "notifier-1",
    "agent": "adw_plan_iso", "payload": {"level": "INFO", "message": "planning"}}}))]
pub struct PushedEvent {
    #[schema(inline)]
    r#type: KindShape,
    data: PushedData,
}

/// The content of a pushed event.
#[derive(ToSchema)]
pub struct PushedData {
    adw_id: AdwIdShape,
    /// Makes the push safe to repeat: two events of a workflow with the same id are one event.
    #[schema(max_length = 256)]
    event_id: Option<String>,
    /// When it happened, in UTC; the time of arrival if absent.
    #[schema(
        example = "2026-01-15T10:30:00.123Z",
        pattern = r"^20[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,3})?Z$"
    )]
    timestamp: Option<String>,
    #[schema(max_length = 128)]
    event_type: Option<String>,
    #[schema(max_length = 256)]
    agent: Option<String>,
    #[schema(minimum = 1)]
    run: Option<u32>,
    #[schema(max_length = 256)]
    session_id: Option<String>,
    #[schema(max_length = 256)]
    parent_tool_use_id: Option<String>,
    payload: Option<Map<String, Value>>,
}

/// A hook of Claude Code as it is pushed. It need not name its workflow, which is found by the session or the folder.
#[derive(ToSchema)]
#[schema(example = json!({"type": "hook", "data": {"event_id": "hook-1", "payload": {"session_id": "5f1e03c2",
    "hook_event_name": "PreToolUse", "tool_name": "Bash", "tool_use_id": "toolu_01", "tool_input": {"command": "cargo test"}}}}))]
pub struct PushedHook {
    #[schema(inline)]
    r#type: HookWord,
    data: PushedHookData,
}

#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum HookWord {
    Hook,
}

/// The content of a hook.
#[derive(ToSchema)]
pub struct PushedHookData {
    adw_id: Option<AdwIdShape>,
    /// Makes the push safe to repeat.
    #[schema(max_length = 256)]
    event_id: Option<String>,
    #[schema(max_length = 256)]
    agent: Option<String>,
    /// When the hook ran, in UTC.
    #[schema(
        example = "2026-01-15T10:30:00.123Z",
        pattern = r"^20[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,3})?Z$"
    )]
    timestamp: Option<String>,
    /// What the hook received on its stdin.
    payload: HookStdin,
}

/// What Claude Code passes to a hook on its stdin. All of it is kept.
#[derive(ToSchema)]
pub struct HookStdin {
    #[schema(min_length = 1, max_length = 256)]
    session_id: String,
    #[schema(min_length = 1, max_length = 100)]
    hook_event_name: Option<String>,
    cwd: Option<String>,
    tool_name: Option<String>,
    #[schema(min_length = 1)]
    tool_use_id: Option<String>,
    tool_input: Option<Map<String, Value>>,
    #[serde(flatten)]
    more: BTreeMap<String, Value>,
}

/// One item to record.
#[derive(ToSchema)]
#[serde(untagged)]
pub enum PushedItem {
    Event(PushedEvent),

    Hook(PushedHook),
}

/// One item, or several.
#[derive(ToSchema)]
#[serde(untagged)]
pub enum Pushed {
    One(PushedItem),

    Several(Vec<PushedItem>),
}

/// The result of a push.
#[derive(ToSchema)]
#[schema(as = Reply)]
#[schema(example = json!({"status": "success", "accepted": 1, "duplicates": 0, "refused": [], "adw_id": "c0a43f47"}))]
pub struct ReplyShape {
    /// `success` or `error`.
    #[schema(pattern = "^(success|error)$")]
    status: String,
    /// Items that were recorded.
    accepted: u64,
    /// Items that were already known, or that change nothing.
    duplicates: u64,
    /// Items that could not be recorded.
    refused: Vec<RefusedShape>,
    /// The workflow, if all items belong to the same one.
    adw_id: Option<AdwIdShape>,
    error: Option<ErrorText>,
    /// The result in a sentence, where older clients expect one.
    message: Option<String>,
}

/// An item that could not be recorded.
#[derive(ToSchema)]
#[schema(as = Refused)]
pub struct RefusedShape {
    /// Its index in the body, from 0.
    index: u64,
    field: String,
    reason: String,
}
