//! What goes over the wire, as the description of the API shows it. The types that are sent have no schema of their own, because
//! the browser has them too; schemathesis holds every answer against these (`scripts/test`).
//!
//! A shape of a type that has its name ends in `Shape`; the document shows it under the name of the type.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::timeline::{PaceShape, PulseShape, TimelineShape};

/// The name of a workflow: one safe path component of 1 to 64 characters, mostly 8 hex digits.
#[derive(ToSchema)]
#[schema(as = AdwId)]
#[schema(value_type = String, example = "c0a43f47", min_length = 1, max_length = 64,
    pattern = r"^(?!\.{1,2}$)[A-Za-z0-9_.+@=~, -]{1,64}$")]
pub struct AdwIdShape(String);

/// A moment in UTC, to the millisecond.
#[derive(ToSchema)]
#[schema(as = Timestamp)]
#[schema(value_type = String, format = DateTime, example = "2026-01-15T10:30:00.123Z")]
pub struct TimestampShape(String);

/// The kind of an event; what is not known is `other`.
#[derive(ToSchema)]
#[schema(as = Kind)]
#[schema(rename_all = "snake_case")]
pub enum KindShape {
    AgentStateUpdate,
    AgentLogEntry,
    FileOperation,
    AgentThinking,
    ToolExecution,
    TextBlock,
    StageTransition,
    StatusUpdate,
    Session,
    Other,
}

/// Who says when it happened: the publisher, whoever read it when it was written, or nobody (it was found later).
#[derive(ToSchema)]
#[schema(as = TimeSource)]
#[schema(rename_all = "snake_case")]
pub enum TimeSourceShape {
    Source,
    Read,
    Unknown,
}

/// One thing that happened in a workflow; never changed once recorded.
#[derive(ToSchema)]
#[schema(as = Event)]
#[schema(example = json!({"type": "tool_execution", "data": {
    "adw_id": "c0a43f47", "seq": 42, "timestamp": "2026-01-15T10:30:00.123Z", "time_source": "source",
    "event_type": "tool_execution_pre", "agent": "sdlc_planner", "run": 1, "session_id": "5f1e03c2", "parent_tool_use_id": null,
    "payload": {"tool_use_id": "toolu_01", "tool_name": "Bash", "input": {"command": "cargo test"}}}}))]
pub struct EventShape {
    #[schema(inline)]
    r#type: KindShape,
    data: EventData,
}

/// What an event says.
#[derive(ToSchema)]
pub struct EventData {
    adw_id: AdwIdShape,
    /// Its number in the workflow: 1, 2, 3 … without holes.
    #[schema(minimum = 1)]
    seq: u64,
    timestamp: TimestampShape,
    time_source: TimeSourceShape,
    /// What exactly happened, for example `tool_execution_pre`.
    event_type: String,
    /// The worker inside of the workflow.
    #[schema(required)]
    agent: Option<String>,
    /// The attempt of the agent, from 1.
    #[schema(required, minimum = 1)]
    run: Option<u32>,
    /// The Claude Code session.
    #[schema(required)]
    session_id: Option<String>,
    /// The Task call whose sub-agent this is from.
    #[schema(required)]
    parent_tool_use_id: Option<String>,
    /// What belongs to the kind; fields that adwatch does not know are kept.
    payload: Value,
}

/// An answer that is an error.
#[derive(ToSchema)]
#[schema(example = json!({"error": {"code": "not_found", "message": "there is no workflow nobody"}}))]
pub struct Error {
    error: ErrorText,
}

/// What went wrong.
#[derive(ToSchema)]
pub struct ErrorText {
    /// For programs; it never changes.
    code: String,
    /// For a person.
    message: String,
    /// The field or parameter that is wrong.
    field: Option<String>,
}

/// All workflows.
#[derive(ToSchema)]
#[schema(as = Workflows)]
pub struct WorkflowsShape {
    epoch: Epoch,
    server_time: TimestampShape,
    /// The one heard of last first.
    workflows: Vec<CardShape>,
}

/// One life of the journal: a seq means something only together with the epoch in which it was given.
#[derive(ToSchema)]
#[schema(value_type = String, example = "fb1dcca7ea7dd3325af28a8c23099059")]
pub struct Epoch(String);

/// A workflow as the board shows it.
#[derive(ToSchema)]
#[schema(as = Card)]
pub struct CardShape {
    adw_id: AdwIdShape,
    seq: u64,
    title: String,
    #[schema(required)]
    repo: Option<String>,
    #[schema(required)]
    issue: Option<String>,
    #[schema(required)]
    branch: Option<String>,
    /// The stage it is in, or was in last.
    #[schema(required)]
    stage: Option<String>,
    /// Plan, build, test, review, document and ship; null where one has not begun.
    #[schema(min_items = 6, max_items = 6)]
    stages: Vec<Option<String>>,
    pulse: PulseShape,
    #[schema(required)]
    agent: Option<String>,
    /// What the agent does, in one line.
    doing: String,
    #[schema(required)]
    doing_since: Option<TimestampShape>,
    #[schema(required)]
    last_error: Option<String>,
    #[schema(required)]
    result: Option<String>,
    #[schema(required)]
    first_at: Option<TimestampShape>,
    #[schema(required)]
    last_at: Option<TimestampShape>,
    times_known: bool,
    errors: u64,
    tokens: u64,
    #[schema(required)]
    cost_usd: Option<f64>,
    pace: PaceShape,
}

/// One workflow whole.
#[derive(ToSchema)]
#[schema(as = AgentState)]
pub struct AgentStateShape {
    adw_id: AdwIdShape,
    epoch: Epoch,
    seq: u64,
    timestamp: TimestampShape,
    /// The state document as it was last read or pushed.
    state: Map<String, Value>,
    timeline: TimelineShape,
}

/// A page of events, in the order of their seq.
#[derive(ToSchema)]
#[schema(as = EventPage)]
pub struct EventPageShape {
    epoch: Epoch,
    events: Vec<EventShape>,
    /// The newest seq of the workflow.
    head: u64,
    /// The oldest seq that is kept.
    first: u64,
    server_time: TimestampShape,
}

/// Events as the lines that a person reads.
#[derive(ToSchema)]
#[schema(as = EntryPage)]
pub struct EntryPageShape {
    /// All entries with seqs from here …
    from: u64,
    /// … to here that match are in `entries`.
    to: u64,
    head: u64,
    first: u64,
    entries: Vec<EntryShape>,
}

/// An event in short. What is absent is empty.
#[derive(ToSchema)]
#[schema(as = Entry)]
pub struct EntryShape {
    seq: u64,
    at: TimestampShape,
    time_source: TimeSourceShape,
    #[schema(inline)]
    kind: KindShape,
    event_type: String,
    agent: Option<String>,
    /// The tool, the level, the operation, the stage, the status or the model.
    head: Option<String>,
    /// The message, the path, or what the tool was asked.
    text: Option<String>,
    /// The tool's output, or the diff of a file operation.
    detail: Option<String>,
    error: Option<bool>,
    duration_ms: Option<u64>,
    tool_use_id: Option<String>,
}

/// What a search found.
#[derive(ToSchema)]
#[schema(as = Found)]
pub struct FoundShape {
    epoch: Epoch,
    /// All events that match, however many seqs are told.
    count: u64,
    /// The newest of them, in order.
    seqs: Vec<u64>,
    head: u64,
    first: u64,
    /// The index reaches up to here. What comes after it was found too, but more slowly.
    indexed: u64,
}

/// An export as one document.
#[derive(ToSchema)]
pub struct ExportDocument {
    epoch: Epoch,
    adw_id: AdwIdShape,
    /// The newest seq when the export began, which is where it ends.
    head: u64,
    first: u64,
    events: Vec<EventShape>,
}

/// The files that were read of a workflow.
#[derive(ToSchema)]
#[schema(as = Sources)]
pub struct SourcesShape {
    adw_id: AdwIdShape,
    sources: Vec<SourceShape>,
}

/// One run of one file: `lines` is the sum of `sources`, `silent` and `oddities`.
#[derive(ToSchema)]
#[schema(as = Source)]
pub struct SourceShape {
    path: String,
    run: u32,
    agent: String,
    /// Bytes that were taken in.
    offset: u64,
    lines: u64,
    /// Lines that events came of.
    sources: u64,
    /// Lines that were recognised and say nothing, by reason.
    silent: BTreeMap<String, u64>,
    /// Lines that could not be understood.
    oddities: u64,
}

/// The server is well.
#[derive(ToSchema)]
pub struct Health {
    #[schema(pattern = "^ok$")]
    status: String,
    version: String,
    epoch: Epoch,
    workflows: u64,
    /// Open sockets.
    viewers: u64,
}
