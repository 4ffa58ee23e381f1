//! What is known about a workflow, as the description of the API shows it: the fold of its events, part by part.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::agents::{AgentShape, BackgroundTaskShape, NeedShape, OpenToolShape, TodoListShape, UsageShape};
use super::shapes::{AdwIdShape, EntryShape, TimeSourceShape, TimestampShape};

/// The summary of a workflow's events up to `seq`.
#[derive(ToSchema)]
#[schema(as = Timeline)]
pub struct TimelineShape {
    adw_id: AdwIdShape,
    seq: u64,
    #[schema(required)]
    first_at: Option<TimestampShape>,
    #[schema(required)]
    last_at: Option<TimestampShape>,
    /// The newest time that is known for certain.
    #[schema(required)]
    last_known_at: Option<TimestampShape>,
    /// Events by kind.
    counts: BTreeMap<String, u64>,
    /// Tool calls.
    tools: u64,
    error_count: u64,
    state: StateViewShape,
    #[schema(required)]
    report: Option<ReportShape>,
    stages: Vec<StageLineShape>,
    agents: Vec<AgentShape>,
    /// The number of agents left out of `agents` because there were too many.
    agents_dropped: u64,
    #[schema(required)]
    todo: Option<TodoListShape>,
    open_tools: Vec<OpenToolShape>,
    /// How long each tool took: the number of calls, and the sum in milliseconds.
    usual: BTreeMap<String, Vec<u64>>,
    /// The newest errors.
    errors: Vec<MarkShape>,
    usage: UsageShape,
    /// The newest model messages, as hash and usage.
    messages: Vec<Vec<Value>>,
    trace: TraceShape,
    pace: PaceShape,
    recent: RecentShape,
    sources: SourcesSeen,
    /// The newest pictures, the newest at the end.
    pictures: Vec<SeenPictureShape>,
    /// What the agents' processes use, the most recent at the end.
    loads: Vec<LoadShape>,
    /// What pushing costs, the newest report at the end.
    overhead: Vec<OverheadShape>,
    /// Whether results have told all of `usage`; until then it is the least that there can be.
    usage_is_final: bool,
    /// What a person is waited for, the oldest first.
    needs: Vec<NeedShape>,
    /// Commands that agents have sent to the background.
    background: Vec<BackgroundTaskShape>,
}

/// A time, and where it comes from.
#[derive(ToSchema)]
#[schema(as = Moment)]
pub struct MomentShape {
    at: TimestampShape,
    source: TimeSourceShape,
}

/// What the state documents say.
#[derive(ToSchema)]
#[schema(as = StateView)]
pub struct StateViewShape {
    /// Where the newest one came from.
    #[schema(required)]
    source: Option<String>,
    writes: u64,
    fields: Map<String, Value>,
    fields_dropped: u64,
    /// What the newest one changed.
    changed: Vec<ChangeViewShape>,
    #[schema(required)]
    changed_at: Option<MomentShape>,
    #[schema(required)]
    title: Option<String>,
    /// The repository that it names, or an address in it.
    #[schema(required)]
    repository: Option<String>,
}

/// A changed field of the state, shortened.
#[derive(ToSchema)]
#[schema(as = ChangeView)]
pub struct ChangeViewShape {
    field: String,
    #[schema(required)]
    old: Option<String>,
    #[schema(required)]
    new: Option<String>,
}

/// What the workflow last reported about itself.
#[derive(ToSchema)]
#[schema(as = Report)]
pub struct ReportShape {
    #[schema(inline)]
    state: ReportedShape,
    #[schema(required)]
    message: Option<String>,
    #[schema(required)]
    step: Option<String>,
    #[schema(required)]
    workflow_name: Option<String>,
    #[schema(required)]
    progress_percent: Option<u64>,
    said: MomentShape,
    /// Who reported it, for example `adw_state.json`.
    by: String,
}

#[derive(ToSchema)]
#[schema(as = Reported)]
#[schema(rename_all = "snake_case")]
pub enum ReportedShape {
    Running,
    Completed,
    Failed,
}

/// A stage and its progress.
#[derive(ToSchema)]
#[schema(as = StageLine)]
pub struct StageLineShape {
    name: String,
    #[schema(inline)]
    state: StageStateShape,
    #[schema(required)]
    started: Option<MomentShape>,
    #[schema(required)]
    ended: Option<MomentShape>,
    /// As measured by the publisher.
    #[schema(required)]
    duration_ms: Option<u64>,
    #[schema(required)]
    message: Option<String>,
    /// Whether the stage is inferred, because nobody announced it.
    derived: bool,
}

#[derive(ToSchema)]
#[schema(as = StageState)]
#[schema(rename_all = "snake_case")]
pub enum StageStateShape {
    Running,
    Completed,
    Failed,
    Skipped,
    Pending,
}

/// A short form of an error.
#[derive(ToSchema)]
#[schema(as = Mark)]
pub struct MarkShape {
    seq: u64,
    at: TimestampShape,
    time_source: TimeSourceShape,
    #[schema(required)]
    agent: Option<String>,
    what: String,
    why: String,
}

/// Events and errors over the whole time, in intervals of `width_ms`.
#[derive(ToSchema)]
#[schema(as = Trace)]
pub struct TraceShape {
    #[schema(required)]
    start: Option<TimestampShape>,
    width_ms: i64,
    events: Vec<u32>,
    errors: Vec<u32>,
}

/// Events and errors in the most recent half-minutes; `newest` is the number of the last one, counted from 1970.
#[derive(ToSchema)]
#[schema(as = Pace)]
pub struct PaceShape {
    newest: i64,
    events: Vec<u32>,
    errors: Vec<u32>,
}

/// The newest entries, by kind.
#[derive(ToSchema)]
#[schema(as = Recent)]
pub struct RecentShape {
    by_kind: BTreeMap<String, RecentOfKind>,
}

#[derive(ToSchema)]
pub struct RecentOfKind {
    /// Their size in bytes.
    bytes: u64,
    entries: Vec<EntryShape>,
}

/// What was observed about the files.
#[derive(ToSchema)]
pub struct SourcesSeen {
    oddities: u64,
    /// Those of them that are of a type that nobody knows, by type.
    unrecognised: BTreeMap<String, u64>,
    /// Streams of which nobody knows a line.
    unknown: u64,
    truncated: u64,
    replaced: u64,
    deleted: u64,
    mended: u64,
    unfinished: u64,
    unreadable: u64,
    newest: Vec<SourceNoteShape>,
}

#[derive(ToSchema)]
#[schema(as = SourceNote)]
pub struct SourceNoteShape {
    seq: u64,
    at: TimestampShape,
    event_type: String,
    file: String,
    #[schema(required)]
    line: Option<u64>,
    reason: String,
    excerpt: String,
}

/// A picture that an event refers to; `/media/{name}` returns it.
#[derive(ToSchema)]
#[schema(as = SeenPicture)]
pub struct SeenPictureShape {
    seq: u64,
    at: TimestampShape,
    time_source: TimeSourceShape,
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
#[schema(as = Load)]
pub struct LoadShape {
    agent: String,
    start: TimestampShape,
    width_ms: i64,
    /// The latest measurements, in the order of `lines`.
    latest: Vec<u32>,
    lines: Vec<Vec<u32>>,
}

/// What pushing costs a publisher, as reported by itself.
#[derive(ToSchema)]
#[schema(as = Overhead)]
pub struct OverheadShape {
    publisher: String,
    pid: u64,
    at: TimestampShape,
    handed_over: u64,
    p50_us: u64,
    p99_us: u64,
    backlog_ms: u64,
    dropped: u64,
    refused: u64,
}
