//! What an earlier dashboard's addresses of one kind each take and give, as the description of the API shows it.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::older::OlderTime;
use super::shapes::{AdwIdShape, Epoch};

/// A log entry of a workflow.
#[derive(ToSchema)]
#[schema(example = json!({"adw_id": "c0a43f47", "level": "INFO", "message": "planning", "details": {"issue": 6}}))]
pub struct OlderLogEntry {
    adw_id: AdwIdShape,
    timestamp: Option<OlderTime>,
    level: Option<String>,
    message: String,
    details: Option<Value>,
    context: Option<Value>,
}

/// What was done to a file.
#[derive(ToSchema)]
#[schema(example = json!({"adw_id": "c0a43f47", "file_path": "src/retry.rs", "operation": "modified", "lines_added": 4, "lines_removed": 2}))]
pub struct OlderFileOperation {
    adw_id: AdwIdShape,
    timestamp: Option<OlderTime>,
    #[schema(pattern = r"\S")]
    file_path: String,
    /// `read`, `write`, `modified`, `created` or `deleted`.
    operation: Option<String>,
    diff: Option<String>,
    summary: Option<String>,
    lines_added: Option<u64>,
    lines_removed: Option<u64>,
}

/// What an agent thought.
#[derive(ToSchema)]
#[schema(example = json!({"adw_id": "c0a43f47", "content": "the retry has no limit", "duration_ms": 1200, "sequence": 3}))]
pub struct OlderThinking {
    adw_id: AdwIdShape,
    timestamp: Option<OlderTime>,
    content: String,
    duration_ms: Option<u64>,
    sequence: Option<u64>,
}

/// The call of a tool, or its result.
#[derive(ToSchema)]
#[schema(example = json!({"adw_id": "c0a43f47", "tool_name": "Bash", "tool_use_id": "toolu_01", "phase": "pre",
    "input_data": {"command": "cargo test"}}))]
pub struct OlderToolExecution {
    adw_id: AdwIdShape,
    timestamp: Option<OlderTime>,
    #[schema(pattern = r"\S")]
    tool_name: String,
    tool_use_id: Option<String>,
    #[schema(inline)]
    phase: Option<OlderToolPhase>,
    input_data: Option<Map<String, Value>>,
    output: Option<Value>,
    duration_ms: Option<u64>,
    success: Option<bool>,
    error: Option<String>,
}

#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum OlderToolPhase {
    Pre,
    Post,
}

/// A phase of a workflow that begins.
#[derive(ToSchema)]
#[schema(example = json!({"adw_id": "c0a43f47", "phase_from": "plan", "phase_to": "build", "workflow_name": "adw_sdlc_iso"}))]
pub struct OlderPhaseTransition {
    adw_id: AdwIdShape,
    timestamp: Option<OlderTime>,
    phase_from: Option<String>,
    #[schema(pattern = r"\S")]
    phase_to: String,
    workflow_name: Option<String>,
    metadata: Option<Map<String, Value>>,
}

/// Lines of an agent's stream.
#[derive(ToSchema)]
#[schema(example = json!({"adw_id": "c0a43f47", "agent_role": "sdlc_planner", "line_number": 1, "is_complete": false,
    "content": "{\"type\":\"system\",\"subtype\":\"init\",\"session_id\":\"5f1e03c2\"}\n"}))]
pub struct OlderOutputChunk {
    adw_id: AdwIdShape,
    timestamp: Option<OlderTime>,
    /// The agent's folder.
    #[schema(min_length = 1, max_length = 256)]
    agent_role: String,
    /// As they stand in `raw_output.jsonl`.
    content: String,
    /// The number of the first line in the file.
    line_number: Option<u64>,
    total_lines: Option<u64>,
    /// Whether no more will come.
    is_complete: Option<bool>,
}

/// A screenshot that an agent made.
#[derive(ToSchema)]
#[schema(example = json!({"adw_id": "c0a43f47", "screenshot_path": "agents/c0a43f47/reviewer/review_img/home.png", "screenshot_type": "review"}))]
pub struct OlderScreenshotAvailable {
    adw_id: AdwIdShape,
    timestamp: Option<OlderTime>,
    /// Within `agents/<adw_id>`.
    #[schema(pattern = r"\S")]
    screenshot_path: String,
    screenshot_type: Option<String>,
    metadata: Option<Map<String, Value>>,
}

/// A spec that was written.
#[derive(ToSchema)]
#[schema(example = json!({"adw_id": "c0a43f47", "spec_path": "specs/retry.md", "spec_type": "plan"}))]
pub struct OlderSpecCreated {
    adw_id: AdwIdShape,
    timestamp: Option<OlderTime>,
    /// Within the repository.
    #[schema(pattern = r"\S")]
    spec_path: String,
    spec_type: Option<String>,
    metadata: Option<Map<String, Value>>,
}

/// The server is healthy.
#[derive(ToSchema)]
pub struct OlderHealth {
    #[schema(pattern = "^healthy$")]
    status: String,
    version: String,
    epoch: Epoch,
}

/// All workflows, the most recently active first.
#[derive(ToSchema)]
pub struct OlderWorkflows {
    adws: Vec<OlderWorkflow>,
}

/// A workflow, with the fields of its state document.
#[derive(ToSchema)]
pub struct OlderWorkflow {
    adw_id: AdwIdShape,
    issue_class: Option<Value>,
    issue_number: Option<Value>,
    issue_title: Option<Value>,
    branch_name: Option<Value>,
    /// `running`, `waiting`, `completed`, `failed`, `stalled` or `unknown`.
    status: String,
    /// The stage that it is in, or was in last.
    current_stage: Option<String>,
    created_at: Option<String>,
    updated_at: Option<String>,
    #[serde(flatten)]
    more: BTreeMap<String, Value>,
}
