//! What is known about a workflow, as the description of the API shows it: the fold of its events, part by part.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::shapes::{AdwId, Entry, TimeSource, Timestamp};

/// The summary of a workflow's events up to `seq`.
#[derive(ToSchema)]
pub struct Timeline {
    adw_id: AdwId,
    seq: u64,
    #[schema(required)]
    first_at: Option<Timestamp>,
    #[schema(required)]
    last_at: Option<Timestamp>,
    /// The newest time that is known for certain.
    #[schema(required)]
    last_known_at: Option<Timestamp>,
    /// Events by kind.
    counts: BTreeMap<String, u64>,
    /// Tool calls.
    tools: u64,
    error_count: u64,
    state: StateView,
    #[schema(required)]
    report: Option<Report>,
    stages: Vec<StageLine>,
    agents: Vec<Agent>,
    /// The number of agents left out of `agents` because there were too many.
    agents_dropped: u64,
    #[schema(required)]
    todo: Option<TodoList>,
    open_tools: Vec<OpenTool>,
    /// How long each tool took: the number of calls, and the sum in milliseconds.
    usual: BTreeMap<String, Vec<u64>>,
    /// The newest errors.
    errors: Vec<Mark>,
    usage: Usage,
    /// The newest model messages, as hash and usage.
    messages: Vec<Vec<Value>>,
    trace: Trace,
    pace: Pace,
    recent: Recent,
    sources: SourcesSeen,
    /// The newest pictures, the newest at the end.
    pictures: Vec<SeenPicture>,
    /// What the agents' processes use, the most recent at the end.
    loads: Vec<Load>,
    /// What pushing costs, the newest report at the end.
    overhead: Vec<Overhead>,
}

/// A time, and where it comes from.
#[derive(ToSchema)]
pub struct Moment {
    at: Timestamp,
    source: TimeSource,
}

/// What the state documents say.
#[derive(ToSchema)]
pub struct StateView {
    /// Where the newest one came from.
    #[schema(required)]
    source: Option<String>,
    writes: u64,
    fields: Map<String, Value>,
    fields_dropped: u64,
    /// What the newest one changed.
    changed: Vec<ChangeView>,
    #[schema(required)]
    changed_at: Option<Moment>,
    #[schema(required)]
    title: Option<String>,
}

/// A changed field of the state, shortened.
#[derive(ToSchema)]
pub struct ChangeView {
    field: String,
    #[schema(required)]
    old: Option<String>,
    #[schema(required)]
    new: Option<String>,
}

/// What the workflow last reported about itself.
#[derive(ToSchema)]
pub struct Report {
    #[schema(inline)]
    state: Reported,
    #[schema(required)]
    message: Option<String>,
    #[schema(required)]
    step: Option<String>,
    #[schema(required)]
    workflow_name: Option<String>,
    #[schema(required)]
    progress_percent: Option<u64>,
    said: Moment,
    /// Who reported it, for example `adw_state.json`.
    by: String,
}

#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum Reported {
    Running,
    Completed,
    Failed,
}

/// A stage and its progress.
#[derive(ToSchema)]
pub struct StageLine {
    name: String,
    #[schema(inline)]
    state: StageState,
    #[schema(required)]
    started: Option<Moment>,
    #[schema(required)]
    ended: Option<Moment>,
    /// As measured by the publisher.
    #[schema(required)]
    duration_ms: Option<u64>,
    #[schema(required)]
    message: Option<String>,
    /// Whether the stage is inferred, because nobody announced it.
    derived: bool,
}

#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum StageState {
    Running,
    Completed,
    Failed,
    Skipped,
}

/// An agent, or a sub-agent with the Task call that started it.
#[derive(ToSchema)]
pub struct Agent {
    name: String,
    /// The Task call that started it; null for an agent with a folder of its own.
    #[schema(required)]
    parent: Option<String>,
    /// The agent that made that Task call.
    #[schema(required)]
    under: Option<String>,
    #[schema(required)]
    stage: Option<String>,
    #[schema(required)]
    model: Option<String>,
    run: u32,
    #[schema(required)]
    session_id: Option<String>,
    #[schema(required)]
    cwd: Option<String>,
    #[schema(inline)]
    state: AgentPhase,
    started: Moment,
    last: Moment,
    #[schema(required)]
    ended: Option<Moment>,
    messages: u64,
    reported_turns: u64,
    tools: u64,
    errors: u64,
    usage: Usage,
    #[schema(required)]
    earlier_cost_usd: Option<f64>,
    #[schema(required)]
    session_cost_usd: Option<f64>,
    #[schema(required)]
    reported_ms: Option<u64>,
    /// Its final message.
    #[schema(required)]
    result: Option<String>,
    /// When tools ran: start and length in milliseconds from `started`, and whether one failed.
    spans: Vec<Vec<Value>>,
}

/// `seen`: the agent was mentioned, but none of its sessions was.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum AgentPhase {
    Seen,
    Open,
    Ended,
    Failed,
}

/// Tokens.
#[derive(ToSchema)]
pub struct Usage {
    input_tokens: u64,
    output_tokens: u64,
    cache_read_input_tokens: u64,
    cache_creation_input_tokens: u64,
}

/// An agent's todo list.
#[derive(ToSchema)]
pub struct TodoList {
    #[schema(required)]
    agent: Option<String>,
    written: Moment,
    items: Vec<TodoItem>,
    /// The number of further items.
    more: u64,
}

#[derive(ToSchema)]
pub struct TodoItem {
    text: String,
    #[schema(inline)]
    state: TodoState,
    since: Moment,
}

#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum TodoState {
    Pending,
    InProgress,
    Completed,
}

/// A tool call without a result yet.
#[derive(ToSchema)]
pub struct OpenTool {
    tool_use_id: String,
    seq: u64,
    #[schema(required)]
    agent: Option<String>,
    /// Whether a sub-agent made the call.
    nested: bool,
    name: String,
    text: String,
    at: Timestamp,
    time_source: TimeSource,
}

/// A short form of an error.
#[derive(ToSchema)]
pub struct Mark {
    seq: u64,
    at: Timestamp,
    time_source: TimeSource,
    #[schema(required)]
    agent: Option<String>,
    what: String,
    why: String,
}

/// Events and errors over the whole time, in intervals of `width_ms`.
#[derive(ToSchema)]
pub struct Trace {
    #[schema(required)]
    start: Option<Timestamp>,
    width_ms: i64,
    events: Vec<u32>,
    errors: Vec<u32>,
}

/// Events and errors in the most recent half-minutes; `newest` is the number of the last one, counted from 1970.
#[derive(ToSchema)]
pub struct Pace {
    newest: i64,
    events: Vec<u32>,
    errors: Vec<u32>,
}

/// The newest entries, by kind.
#[derive(ToSchema)]
pub struct Recent {
    by_kind: BTreeMap<String, RecentOfKind>,
}

#[derive(ToSchema)]
pub struct RecentOfKind {
    /// Their size in bytes.
    bytes: u64,
    entries: Vec<Entry>,
}

/// What was observed about the files.
#[derive(ToSchema)]
pub struct SourcesSeen {
    oddities: u64,
    truncated: u64,
    replaced: u64,
    deleted: u64,
    mended: u64,
    unfinished: u64,
    unreadable: u64,
    newest: Vec<SourceNote>,
}

#[derive(ToSchema)]
pub struct SourceNote {
    seq: u64,
    at: Timestamp,
    event_type: String,
    file: String,
    #[schema(required)]
    line: Option<u64>,
    reason: String,
    excerpt: String,
}

/// A picture that an event refers to; `/media/{name}` returns it.
#[derive(ToSchema)]
pub struct SeenPicture {
    seq: u64,
    at: Timestamp,
    time_source: TimeSource,
    name: String,
    #[schema(required)]
    agent: Option<String>,
    label: String,
    width: u64,
    height: u64,
    size_bytes: u64,
}

/// What an agent's processes use: `lines` are CPU in percent of one core, memory in KiB, and disk reads and writes in KiB per
/// second, in intervals of `width_ms`.
#[derive(ToSchema)]
pub struct Load {
    agent: String,
    start: Timestamp,
    width_ms: i64,
    /// The latest measurements, in the order of `lines`.
    latest: Vec<u32>,
    lines: Vec<Vec<u32>>,
}

/// What pushing costs a publisher, as reported by itself.
#[derive(ToSchema)]
pub struct Overhead {
    publisher: String,
    pid: u64,
    at: Timestamp,
    handed_over: u64,
    p50_us: u64,
    p99_us: u64,
    backlog_ms: u64,
    dropped: u64,
    refused: u64,
}

/// The facts from which the status is derived.
#[derive(ToSchema)]
pub struct Pulse {
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
    last_at: Option<Timestamp>,
    /// Whether silence can be measured from `last_at`.
    is_live: bool,
    has_sessions: bool,
}
