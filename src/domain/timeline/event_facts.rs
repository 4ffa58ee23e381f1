//! What an event says, read off it once: each part of the timeline takes from here what it needs, and reads no event.

use serde_json::{Map, Value};

use super::Moment;
use super::agent::Agent;
use super::document_facts::{self, DocumentFacts};
use super::lane::LaneSaid;
use super::messages::{self, MessageUsage};
use super::need_said::NeedSaid;
use super::open_tool::OpenTool;
use super::process_end::ProcessEnd;
use super::report::Report;
use super::seen_picture;
use super::session_end::{HookEnd, HookWord, SessionEnd};
use super::sources::SourceFacts;
use super::stages::StageSaid;
use super::task_line::TaskLine;
use super::todo_said::TodoSaid;
use crate::adw_id::AdwId;
use crate::entry::{self, Entry};
use crate::event::{Event, Kind};
use crate::payload;
use crate::picture_note;
use crate::stage;
use crate::timestamp::Timestamp;

/// What every kind of event may say, and what only its kind does.
pub(super) struct EventFacts<'a> {
    /// The event as a line that a person reads.
    pub entry: Entry,
    pub moment: Moment,
    /// Who it is from, as the event says; `entry.agent` is whose it is.
    pub agent: Option<&'a str>,
    pub session_id: Option<&'a str>,
    pub run: Option<u32>,
    /// Whether it shows that somebody is at work.
    pub is_sign_of_life: bool,
    /// Whether it is a figure, and nothing that a person reads.
    pub is_figure: bool,
    /// Whether it is a tool's result by its name, whatever its kind.
    pub is_post: bool,
    /// Whether a model is at work in a session. A stream that lost its first line knows none; what is pushed without
    /// one need not be of any.
    pub is_work: bool,
    /// What the model is called, from who is at work or begins.
    pub model: Option<&'a str>,
    /// Where the session runs; every hook says so.
    pub cwd: Option<&'a str>,
    pub usage: Option<MessageUsage>,
    /// The sub-agent it is of, and what it is called.
    pub lane: LaneSaid<'a>,
    pub task: Option<TaskLine<'a>>,
    pub todo: Option<TodoSaid>,
    pub need: Option<NeedSaid<'a>>,
    pub process_end: Option<ProcessEnd<'a>>,
    /// Whether it is the hook of an agent CLI, which knows its session but seldom its agent.
    pub is_hook: bool,
    /// The agent CLI whose hook it is, where it says so.
    pub cli: Option<&'a str>,
    /// What an agent said at the end, as a hook tells it.
    pub answer: Option<&'a str>,
    /// An error of the CLI or its API that a message tells, in words.
    pub trouble: Option<&'a str>,
    /// What the session has cost so far, told with the tokens of a message.
    pub cost_so_far_usd: Option<f64>,
    pub stages: Vec<StageSaid<'a>>,
    pub report: Option<Report>,
    /// Where it tells of pictures.
    pub pictures: Vec<&'a Map<String, Value>>,
    /// The file that a picture is.
    pub picture_path: Option<&'a str>,
    pub of_kind: KindFacts<'a>,
}

/// What only one kind of event says.
pub(super) enum KindFacts<'a> {
    /// Nothing else.
    Plain,
    /// A tool was called.
    Call,
    /// A tool answered.
    Answer(TaskFacts<'a>),
    SessionStarted,
    SessionEnded(SessionEnd),
    /// A hook says that the agent has answered, failed or gone.
    Stopped(HookEnd<'a>),
    /// A hook says what a person asked, in a session that belongs to no workflow.
    Prompt(&'a str),
    Document(DocumentFacts<'a>),
    /// Something went wrong with a file.
    Source(SourceFacts<'a>),
}

/// What the answer to a call says of the sub-agent that it started.
pub(super) struct TaskFacts<'a> {
    /// It goes on in the background.
    pub goes_on: bool,
    pub agent_id: Option<&'a str>,
    pub duration_ms: Option<u64>,
    pub tokens: Option<u64>,
    pub tools: Option<u64>,
}

impl<'a> EventFacts<'a> {
    pub fn of(seq: u64, event: &'a Event) -> Self {
        let payload = &event.payload;
        let mut entry = Entry::new(event);
        entry.seq = seq;
        let of_kind = KindFacts::of(event);
        let (report, stages) = match event.kind {
            Kind::StageTransition => (None, StageSaid::of_transition(event).into_iter().collect()),
            Kind::StatusUpdate => {
                let report = Report::of_status(event);
                let announced = announced(report.as_ref());
                (report, announced)
            }
            Kind::AgentStateUpdate => (document_facts::report(event), document_facts::stages(payload)),
            Kind::AgentLogEntry
            | Kind::FileOperation
            | Kind::AgentThinking
            | Kind::ToolExecution
            | Kind::TextBlock
            | Kind::Session
            | Kind::Other => (None, Vec::new()),
        };
        let is_work = matches!(event.kind, Kind::AgentThinking | Kind::ToolExecution | Kind::TextBlock)
            && (event.session_id.is_some() || event.run.is_some());
        let tells_model = is_work || matches!(of_kind, KindFacts::SessionStarted);
        let pictures = picture_note::find(payload, seen_picture::NEWEST);
        Self {
            entry,
            moment: Moment::of(event),
            agent: event.agent.as_deref(),
            session_id: event.session_id.as_deref(),
            run: event.run,
            is_sign_of_life: !matches!(&of_kind, KindFacts::Source(source) if source.is_of_the_file()),
            is_figure: event.kind == Kind::Other && event.event_type == messages::USAGE,
            is_post: entry::is_post(event),
            is_work,
            model: tells_model.then(|| payload::text(payload, "model")).flatten(),
            cwd: payload::text(payload, "cwd"),
            usage: MessageUsage::of(payload),
            lane: LaneSaid::of(event),
            task: TaskLine::of(event),
            todo: TodoSaid::of(event),
            need: NeedSaid::of(event),
            process_end: ProcessEnd::of(event),
            is_hook: payload.get("hook_event_name").is_some(),
            cli: payload::text(payload, "cli"),
            answer: payload::text(payload, "last_assistant_message"),
            trouble: trouble(event),
            cost_so_far_usd: cost_so_far(event),
            stages,
            report,
            picture_path: (!pictures.is_empty()).then(|| payload::text(payload, "path")).flatten(),
            pictures,
            of_kind,
        }
    }

    /// When somebody was at work, where that is known.
    pub fn known_at(&self) -> Option<Timestamp> {
        (self.is_sign_of_life && self.moment.source.is_known()).then_some(self.moment.at)
    }

    /// Whether a turn is over, and perhaps the session.
    pub fn is_end(&self) -> bool {
        matches!(self.of_kind, KindFacts::SessionEnded(_))
    }

    /// Whether the session is over, or its process gone: nothing of it runs any more.
    pub fn is_over(&self) -> bool {
        let is_over = match &self.of_kind {
            KindFacts::SessionEnded(end) => end.failed || end.hook == Some(HookWord::SessionEnd),
            KindFacts::Stopped(end) => end.session_over || end.failed.is_some(),
            _ => false,
        };
        (is_over && self.lane.agent_id.is_none()) || self.process_end.is_some()
    }

    /// Adds to the entry what the event itself does not say: whose it is, and which call it answers.
    pub fn complete(&mut self, agent: Option<&Agent>, opened: Option<&OpenTool>) {
        if let Some(agent) = agent
            && self.entry.agent.as_deref() != Some(agent.folder())
        {
            self.entry.agent = Some(agent.folder().to_owned());
        }
        let Some(opened) = opened else { return };
        if self.entry.duration_ms.is_none() && opened.is_measured(self) {
            self.entry.duration_ms = Some(self.moment.at.since(opened.at));
        }
        if self.entry.head == "tool" {
            self.entry.head.clone_from(&opened.name);
        }
        if self.entry.text.is_empty() {
            self.entry.text.clone_from(&opened.text);
        }
    }
}

impl<'a> KindFacts<'a> {
    fn of(event: &'a Event) -> Self {
        let payload = &event.payload;
        match (event.kind, event.event_type.as_str()) {
            (Kind::ToolExecution, _) if entry::is_post(event) => Self::Answer(TaskFacts::of(payload)),
            (Kind::ToolExecution, _) => Self::Call,
            (Kind::Session, "session_started") => Self::SessionStarted,
            (Kind::Session, _) => Self::SessionEnded(SessionEnd::of(payload)),
            (Kind::AgentStateUpdate, _) => Self::Document(DocumentFacts::of(payload)),
            (Kind::Other, "hook/Stop" | "hook/StopFailure" | "hook/SessionEnd") => Self::Stopped(HookEnd::of(event)),
            (Kind::Other, "hook/UserPromptSubmit") if event.adw_id.as_str().starts_with(AdwId::SESSION) => {
                payload::text(payload, "message").map_or(Self::Plain, Self::Prompt)
            }
            (Kind::Other, _) => SourceFacts::of(event).map_or(Self::Plain, Self::Source),
            (
                Kind::AgentLogEntry
                | Kind::FileOperation
                | Kind::AgentThinking
                | Kind::TextBlock
                | Kind::StageTransition
                | Kind::StatusUpdate,
                _,
            ) => Self::Plain,
        }
    }
}

impl<'a> TaskFacts<'a> {
    fn of(payload: &'a Value) -> Self {
        const PLACES: [&str; 4] = ["task", "tool_use_result", "tool_response", "output"];
        let places = || PLACES.iter().filter_map(|place| payload.get(place));
        let number = |field| places().find_map(|place| payload::number(place, field));
        Self {
            goes_on: places().any(|place| payload::text(place, "status") == Some("async_launched")),
            agent_id: places().find_map(|place| payload::text(place, "agentId")),
            duration_ms: number("totalDurationMs"),
            tokens: number("totalTokens"),
            tools: number("totalToolUseCount"),
        }
    }
}

/// A step of a session that tells what all of it has cost.
fn cost_so_far(event: &Event) -> Option<f64> {
    let is_step = event.kind == Kind::Other && event.event_type == "step_finish";
    is_step.then(|| payload::decimal(&event.payload, "cost_usd")).flatten()
}

/// The stage that a report's step announces.
fn announced<'a>(report: Option<&Report>) -> Vec<StageSaid<'a>> {
    let name = report.and_then(|report| stage::announced(report.step.as_deref()?));
    name.map(|name| StageSaid::Began(name.to_owned())).into_iter().collect()
}

/// What a message tells of the API's trouble instead of what the model says.
fn trouble(event: &Event) -> Option<&str> {
    let payload = &event.payload;
    let is_error = event.kind == Kind::TextBlock && payload.get("error").is_some_and(|error| !error.is_null());
    is_error
        .then(|| payload::first_text(payload, &["content", "error"]))
        .flatten()
}
