//! What the tools of earlier dashboards send, as the description of the API shows it. More is taken than stands here.

use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::pushed::HookStdin;
use super::shapes::AdwIdShape;

/// What a workflow reports about itself.
#[derive(ToSchema)]
#[schema(example = json!({"type": "status_update", "data": {"adw_id": "c0a43f47", "workflow_name": "adw_sdlc_iso",
    "status": "in_progress", "message": "building", "progress_percent": 40, "current_step": "Stage: Build"}}))]
#[serde(untagged)]
pub enum WorkflowUpdate {
    Status(StatusUpdate),

    Log(WorkflowLog),
}

/// The progress of a workflow.
#[derive(ToSchema)]
pub struct StatusUpdate {
    #[schema(inline)]
    r#type: StatusWord,
    data: StatusData,
}

#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum StatusWord {
    StatusUpdate,
}

#[derive(ToSchema)]
pub struct StatusData {
    adw_id: AdwIdShape,
    workflow_name: Option<String>,
    #[schema(inline)]
    status: StatusShape,
    message: Option<String>,
    timestamp: Option<OlderTime>,
    #[schema(minimum = 0, maximum = 100)]
    progress_percent: Option<f64>,
    /// `Stage: Build` starts that stage.
    current_step: Option<String>,
}

#[derive(ToSchema)]
#[schema(as = Status)]
#[schema(rename_all = "snake_case")]
pub enum StatusShape {
    Started,
    InProgress,
    Completed,
    Failed,
}

/// A log entry of a workflow.
#[derive(ToSchema)]
pub struct WorkflowLog {
    #[schema(inline)]
    r#type: LogWord,
    data: LogData,
}

#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum LogWord {
    WorkflowLog,
}

#[derive(ToSchema)]
pub struct LogData {
    adw_id: AdwIdShape,
    workflow_name: Option<String>,
    message: String,
    #[schema(inline)]
    level: LogLevel,
    timestamp: Option<OlderTime>,
}

#[derive(ToSchema)]
#[schema(rename_all = "UPPERCASE")]
pub enum LogLevel {
    Info,
    Success,
    Warning,
    Error,
}

/// What happened to a stage, or to the workflow.
#[derive(ToSchema)]
#[schema(example = json!({"adw_id": "c0a43f47", "event_type": "stage_completed", "workflow_name": "adw_sdlc_iso", "stage_name": "build",
    "previous_stage": "plan", "next_stage": "test", "message": "built", "timestamp": "2026-01-15T10:30:00.123456", "duration_ms": 65000}))]
pub struct StageEvent {
    adw_id: AdwIdShape,
    #[schema(inline)]
    event_type: StageEventType,
    workflow_name: Option<String>,
    stage_name: Option<String>,
    previous_stage: Option<String>,
    next_stage: Option<String>,
    message: Option<String>,
    timestamp: Option<OlderTime>,
    duration_ms: Option<u64>,
    error: Option<String>,
    skip_reason: Option<String>,
    stage_index: Option<u32>,
    total_stages: Option<u32>,
    completed_stages: Option<Vec<String>>,
    pending_stages: Option<Vec<String>>,
    progress_percent: Option<f64>,
    metadata: Option<Map<String, Value>>,
}

#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum StageEventType {
    StageStarted,
    StageCompleted,
    StageFailed,
    StageSkipped,
    WorkflowStarted,
    WorkflowCompleted,
    WorkflowFailed,
}

/// A time; without a time zone it is UTC or the server's local time, whichever is closer to now.
#[derive(ToSchema)]
#[schema(value_type = String, example = "2026-01-15T10:30:00.123456",
    pattern = r"^20[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,6})?Z?$")]
pub struct OlderTime(String);

/// A hook of Claude Code, as the clients of hook observers send it.
#[derive(ToSchema)]
#[schema(example = json!({"source_app": "app", "session_id": "5f1e03c2", "hook_event_type": "PreToolUse", "timestamp": 1768473000123_i64,
    "payload": {"session_id": "5f1e03c2", "hook_event_name": "PreToolUse", "tool_name": "Bash", "tool_use_id": "toolu_01",
        "tool_input": {"command": "cargo test"}}}))]
pub struct ObservedHook {
    source_app: Option<String>,
    #[schema(min_length = 1, max_length = 256)]
    session_id: String,
    #[schema(min_length = 1, max_length = 100)]
    hook_event_type: String,
    /// What the hook received on its stdin.
    payload: HookStdin,
    /// Milliseconds since 1970.
    #[schema(minimum = 1_000_000_000_000_u64, maximum = 4_000_000_000_000_u64)]
    timestamp: Option<u64>,
}

/// The hook as stored: the fields that were sent, without secrets and pictures.
#[derive(ToSchema)]
pub struct KeptHook {
    /// A number derived from what was sent.
    id: u64,
    /// As sent, or otherwise the time of arrival in milliseconds since 1970.
    timestamp: Value,
}
