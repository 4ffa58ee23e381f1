//! What goes over the wire, as the description of the API shows it. The types that are sent have no schema of their own, because
//! the browser has them too; schemathesis holds every answer against these (`scripts/test`).
//!
//! A shape of a type that has its name ends in `Shape`; the document shows it under the name of the type.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::agents::NeedShape;
use super::timeline::{PaceShape, TimelineShape};
use super::verdict::{ListedShape, VerdictShape};

/// The id of a workflow: a safe path component of 1 to 64 characters, usually 8 hex digits.
#[derive(ToSchema)]
#[schema(as = AdwId)]
#[schema(value_type = String, example = "c0a43f47", min_length = 1, max_length = 64,
    pattern = r"^(?!\.{1,2}$)[A-Za-z0-9_.+@=~, -]{1,64}$")]
pub struct AdwIdShape(String);

/// A time in UTC, to the millisecond.
#[derive(ToSchema)]
#[schema(as = Timestamp)]
#[schema(value_type = String, format = DateTime, example = "2026-01-15T10:30:00.123Z")]
pub struct TimestampShape(String);

/// The kind of an event; an unknown kind is recorded as `other`.
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

/// Where the time comes from: the publisher, adwatch reading it as it was written, or nowhere (it was found later).
#[derive(ToSchema)]
#[schema(as = TimeSource)]
#[schema(rename_all = "snake_case")]
pub enum TimeSourceShape {
    Source,
    Read,
    Unknown,
}

/// One thing that happened in a workflow; it never changes once recorded.
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

/// The content of an event.
#[derive(ToSchema)]
pub struct EventData {
    adw_id: AdwIdShape,
    /// Its number in the workflow: 1, 2, 3 … without gaps.
    #[schema(minimum = 1)]
    seq: u64,
    timestamp: TimestampShape,
    time_source: TimeSourceShape,
    /// What exactly happened, for example `tool_execution_pre`.
    event_type: String,
    /// The worker within the workflow.
    #[schema(required)]
    agent: Option<String>,
    /// The number of the agent's attempt, from 1.
    #[schema(required, minimum = 1)]
    run: Option<u32>,
    /// The Claude Code session.
    #[schema(required)]
    session_id: Option<String>,
    /// The Task call whose sub-agent caused this event.
    #[schema(required)]
    parent_tool_use_id: Option<String>,
    /// The fields of this kind; fields that adwatch does not know are kept.
    payload: Value,
}

/// An error response.
#[derive(ToSchema)]
#[schema(example = json!({"error": {"code": "not_found", "message": "workflow nobody does not exist"}}))]
pub struct Error {
    error: ErrorText,
}

/// What went wrong.
#[derive(ToSchema)]
pub struct ErrorText {
    /// For programs; it never changes.
    code: String,
    /// For people.
    message: String,
    /// The field or parameter at fault.
    field: Option<String>,
}

/// All workflows.
#[derive(ToSchema)]
#[schema(as = Workflows)]
pub struct WorkflowsShape {
    epoch: Epoch,
    server_time: TimestampShape,
    /// The most recently active first.
    workflows: Vec<ListedShape>,
}

/// One life of the journal: a seq is meaningful only together with the epoch in which it was assigned.
#[derive(ToSchema)]
#[schema(value_type = String, example = "fb1dcca7ea7dd3325af28a8c23099059")]
pub struct Epoch(String);

/// A workflow as shown on the board.
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
    /// Plan, build, test, review, document and ship; null for a stage that has not started.
    #[schema(min_items = 6, max_items = 6)]
    stages: Vec<Option<String>>,
    pulse: PulseShape,
    #[schema(required)]
    agent: Option<String>,
    /// What the agent is doing, in one line.
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
    /// Whether `tokens` is all; until then it is the least that there can be.
    usage_is_final: bool,
    /// What a person is waited for, the oldest first.
    needs: Vec<NeedShape>,
    /// What stands beside a success: work that was stopped, or whose end nobody told.
    #[schema(required)]
    warning: Option<String>,
}

/// A complete workflow.
#[derive(ToSchema)]
#[schema(as = AgentState)]
pub struct AgentStateShape {
    adw_id: AdwIdShape,
    epoch: Epoch,
    seq: u64,
    timestamp: TimestampShape,
    /// The state document as last read or pushed.
    state: Map<String, Value>,
    timeline: TimelineShape,
    #[serde(flatten)]
    verdict: VerdictShape,
}

/// A page of events, ordered by seq.
#[derive(ToSchema)]
#[schema(as = EventPage)]
pub struct EventPageShape {
    epoch: Epoch,
    events: Vec<EventShape>,
    /// The newest seq of the workflow.
    head: u64,
    /// The oldest seq still stored.
    first: u64,
    server_time: TimestampShape,
}

/// Events as lines for people to read.
#[derive(ToSchema)]
#[schema(as = EntryPage)]
pub struct EntryPageShape {
    /// All matching entries with seqs from here …
    from: u64,
    /// … to here are in `entries`.
    to: u64,
    head: u64,
    first: u64,
    entries: Vec<EntryShape>,
}

/// A short form of an event. Absent fields are empty.
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
    /// The message, the path, or the tool's input.
    text: Option<String>,
    /// The tool's output, or the diff of a file operation.
    detail: Option<String>,
    error: Option<bool>,
    duration_ms: Option<u64>,
    tool_use_id: Option<String>,
}

/// The result of a search.
#[derive(ToSchema)]
#[schema(as = Found)]
pub struct FoundShape {
    epoch: Epoch,
    /// The number of matching events, however many seqs are returned.
    count: u64,
    /// The seqs of the newest of them, in order.
    seqs: Vec<u64>,
    head: u64,
    first: u64,
    /// How far the index reaches. Later events are found too, but more slowly.
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

/// The files of a workflow that were read.
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
    /// Bytes read.
    offset: u64,
    lines: u64,
    /// Lines that became events.
    sources: u64,
    /// Recognised lines without an event, by reason.
    silent: BTreeMap<String, u64>,
    /// Lines that were not understood.
    oddities: u64,
    /// The same by the name of their type, or by what was wrong with them.
    unrecognised: BTreeMap<String, u64>,
    /// Events of its lines that had been recorded already, because they came by another door, too.
    known: u64,
}

/// The server is healthy.
#[derive(ToSchema)]
pub struct Health {
    #[schema(pattern = "^ok$")]
    status: String,
    version: String,
    epoch: Epoch,
    workflows: u64,
    /// Open WebSockets.
    viewers: u64,
}

/// The facts from which the status is derived.
#[derive(ToSchema)]
#[schema(as = Pulse)]
pub struct PulseShape {
    /// The reported status, by whom and when.
    #[schema(required)]
    reported: Option<Vec<String>>,
    open_agents: u32,
    /// The agent at work.
    #[schema(required)]
    agent: Option<String>,
    /// The newest open call: its tool, when it started, and where that time comes from.
    #[schema(required)]
    open_tool: Option<Vec<String>>,
    /// The agent that ended last, and whether it ended with an error.
    #[schema(required)]
    last_ended: Option<Vec<Value>>,
    #[schema(required)]
    last_words: Option<String>,
    #[schema(required)]
    last_at: Option<TimestampShape>,
    /// Whether silence can be measured from `last_at`.
    is_live: bool,
    has_sessions: bool,
    /// What a person is waited for the longest, and since when.
    #[schema(required)]
    need: Option<Vec<String>>,
    /// What runs in the background while its agent has answered.
    #[schema(required)]
    background: Option<String>,
    /// Whether stages were announced, and all of them ended well.
    stages_done: bool,
    #[schema(required)]
    warning: Option<String>,
}
