//! What is known about one workflow: the fold of its events, bounded in size, the same on the server and in the browser.
//!
//! The snapshot of a timeline stays below 128 KiB however many events it has seen, and whatever they hold.

pub mod agent;
pub mod load;
pub mod mark;
pub mod open_tool;
pub mod overhead;
pub mod recent;
pub mod report;
pub mod seen_picture;
pub mod sources;
pub mod stage_line;
pub mod state_view;
pub mod todo;
pub mod trace;

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::adw_id::AdwId;
use super::entry::{self, Entry};
use super::event::{Event, Kind, TimeSource};
use super::excerpt::{excerpt, first_line};
use super::from_json::from_fields;
use super::payload;
use super::timestamp::Timestamp;
use super::usage::Usage;
use agent::Agent;
use load::Load;
use mark::Mark;
use open_tool::{OpenTool, Usual};
use overhead::Overhead;
use recent::Recent;
use report::Report;
use seen_picture::SeenPicture;
use sources::Sources;
use stage_line::StageLine;
use state_view::StateView;
use todo::TodoList;
use trace::{Pace, Trace};

const MARKS: usize = 20;
/// Lines of one message come close together; up to 4 sub-agents interleave theirs.
const MESSAGES: usize = 32;

/// The fold of a workflow's events up to `seq`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Timeline {
    pub adw_id: AdwId,
    /// The newest event in here; 0 before the first.
    pub seq: u64,
    pub first_at: Option<Timestamp>,
    /// The newest time of any event, known or not.
    pub last_at: Option<Timestamp>,
    /// The newest time that somebody vouches for.
    pub last_known_at: Option<Timestamp>,
    /// Events by kind.
    pub counts: BTreeMap<Kind, u64>,
    /// Calls and results are two events but one call.
    pub tools: u64,
    pub error_count: u64,
    pub state: StateView,
    pub report: Option<Report>,
    pub stages: Vec<StageLine>,
    pub agents: Vec<Agent>,
    /// Agents that no longer stand in `agents`, because there were too many.
    pub agents_dropped: u64,
    pub todo: Option<TodoList>,
    pub open_tools: Vec<OpenTool>,
    pub usual: Usual,
    pub errors: VecDeque<Mark>,
    pub usage: Usage,
    /// Newest messages, as hash and usage, so that a message's tokens count once.
    messages: VecDeque<(u64, Usage)>,
    pub trace: Trace,
    pub pace: Pace,
    pub recent: Recent,
    pub sources: Sources,
    /// The newest pictures, the newest at the end.
    #[serde(default)]
    pub pictures: VecDeque<SeenPicture>,
    /// What the agents' processes take, the one heard of last at the end.
    #[serde(default)]
    pub loads: Vec<Load>,
    /// What pushing costs, the newest report at the end.
    #[serde(default)]
    pub overhead: Vec<Overhead>,
}

from_fields!(Timeline {
    adw_id,
    seq,
    first_at,
    last_at,
    last_known_at,
    counts,
    tools,
    error_count,
    state,
    report,
    stages,
    agents,
    agents_dropped,
    todo,
    open_tools,
    usual,
    errors,
    usage,
    messages,
    trace,
    pace,
    recent,
    sources,
    pictures,
    loads,
    overhead,
});

impl Timeline {
    pub fn new(adw_id: AdwId) -> Self {
        Self {
            adw_id,
            seq: 0,
            first_at: None,
            last_at: None,
            last_known_at: None,
            counts: BTreeMap::new(),
            tools: 0,
            error_count: 0,
            state: StateView::default(),
            report: None,
            stages: Vec::new(),
            agents: Vec::new(),
            agents_dropped: 0,
            todo: None,
            open_tools: Vec::new(),
            usual: Usual::default(),
            errors: VecDeque::new(),
            usage: Usage::default(),
            messages: VecDeque::new(),
            trace: Trace::default(),
            pace: Pace::default(),
            recent: Recent::default(),
            sources: Sources::default(),
            pictures: VecDeque::new(),
            loads: Vec::new(),
            overhead: Vec::new(),
        }
    }

    /// Takes in the next event. Refuses any other (a gap, a repetition, another workflow's), and then changes nothing.
    pub fn apply(&mut self, seq: u64, event: &Event) -> bool {
        if seq != self.seq + 1 || event.adw_id != self.adw_id {
            return false;
        }
        self.seq = seq;
        *self.counts.entry(event.kind).or_default() += 1;
        // A figure is nothing that an agent did: one that hangs is measured as well.
        match (event.kind, event.event_type.as_str()) {
            (Kind::Other, load::SAMPLE) => {
                load::note(&mut self.loads, event);
                return true;
            }
            (Kind::Other, overhead::REPORT) => {
                overhead::note(&mut self.overhead, event);
                return true;
            }
            _ => {}
        }
        let is_sign_of_life = sources::is_sign_of_life(event);
        if is_sign_of_life {
            self.note_time(event);
        }

        let mut entry = Entry::new(event);
        entry.seq = seq;
        let agent = agent::place(self, event);
        if let Some(at) = agent {
            entry.agent = Some(self.agents[at].folder().to_owned());
            if is_sign_of_life {
                agent::note(self, at, event);
            }
        }
        match event.kind {
            Kind::ToolExecution => self.note_tool(&mut entry, event, agent),
            Kind::Session => agent::note_session(self, agent, event),
            Kind::StageTransition => stage_line::note(self, event),
            Kind::StatusUpdate => report::note(self, event),
            Kind::AgentStateUpdate => state_view::note(self, event),
            Kind::Other => {
                self.sources.note(event);
                self.note_prompt(event);
            }
            Kind::AgentLogEntry | Kind::FileOperation | Kind::AgentThinking | Kind::TextBlock => {}
        }
        stage_line::derive(self, event, agent);
        self.note_usage(event, agent);
        if entry.error {
            self.note_error(&entry, agent);
        }
        if is_sign_of_life {
            self.trace.note(event.timestamp, event.time_source, entry.error);
            self.pace.note(event.timestamp, event.time_source, entry.error);
        }
        seen_picture::note(&mut self.pictures, event, &entry);
        if !entry::is_post(event) || !self.recent.close(&entry) {
            self.recent.push(entry);
        }
        true
    }

    /// Whether every time in here is that of the backlog, so that nothing says what is happening now.
    pub fn is_backlog(&self) -> bool {
        self.last_known_at.is_none()
    }

    /// The cost that the sessions reported, in US dollars; none if none has ended.
    pub fn cost_usd(&self) -> Option<f64> {
        let costs = self.agents.iter().filter_map(|agent| agent.cost_usd());
        costs.fold(None, |sum: Option<f64>, cost| Some(sum.unwrap_or(0.0) + cost))
    }

    /// A session without a workflow is called by what it was asked first.
    fn note_prompt(&mut self, event: &Event) {
        if event.event_type == "hook/UserPromptSubmit"
            && self.state.title.is_none()
            && self.adw_id.as_str().starts_with(AdwId::SESSION)
        {
            self.state.title = payload::text(&event.payload, "message").map(headline);
        }
    }

    fn note_time(&mut self, event: &Event) {
        let at = event.timestamp;
        self.first_at = Some(self.first_at.map_or(at, |first| first.min(at)));
        self.last_at = Some(self.last_at.map_or(at, |last| last.max(at)));
        if event.time_source.is_known() {
            self.last_known_at = Some(self.last_known_at.map_or(at, |last| last.max(at)));
        }
    }

    fn note_tool(&mut self, entry: &mut Entry, event: &Event, agent: Option<usize>) {
        if !entry::is_post(event) {
            self.tools += 1;
            if let Some(todo) = TodoList::of_tool(event, self.todo.as_ref()) {
                self.todo = Some(todo);
            }
            open_tool::open(
                &mut self.open_tools,
                entry,
                agent.is_some_and(|at| self.agents[at].parent.is_some()),
            );
            return;
        }
        let opened = entry
            .tool_use_id
            .as_deref()
            .and_then(|id| open_tool::close(&mut self.open_tools, id));
        if let Some(opened) = opened {
            if entry.head == "tool" {
                entry.head.clone_from(&opened.name);
            }
            if entry.text.is_empty() {
                entry.text.clone_from(&opened.text);
            }
            let both_known = opened.time_source.is_known() && event.time_source.is_known();
            if both_known {
                entry.duration_ms = entry.duration_ms.or(Some(event.timestamp.since(opened.at)));
                if let Some(at) = agent {
                    self.agents[at].add_span(opened.at, event.timestamp, entry.error);
                }
            }
        }
        if let Some(duration_ms) = entry.duration_ms {
            self.usual.note(&entry.head, duration_ms);
        }
        agent::end_sub_agent(self, entry, event);
    }

    /// Every line of a message repeats its usage, so only what is new since the last line of it counts.
    fn note_usage(&mut self, event: &Event, agent: Option<usize>) {
        let Some(message_id) = payload::text(&event.payload, "message_id") else {
            return;
        };
        let Some(usage) = event.payload.get("usage").and_then(Usage::from_value) else {
            return;
        };
        // 53 bits survive every JSON reader.
        let hash = xxhash_rust::xxh3::xxh3_64(message_id.as_bytes()) >> 11;
        let known = self.messages.iter_mut().find(|(id, _)| *id == hash);
        let is_new = known.is_none();
        let growth = match known {
            Some((_, counted)) => {
                let growth = counted.growth_to(usage);
                counted.add(growth);
                growth
            }
            None => {
                if self.messages.len() == MESSAGES {
                    self.messages.pop_front();
                }
                self.messages.push_back((hash, usage));
                usage
            }
        };
        self.usage.add(growth);
        if let Some(at) = agent {
            self.agents[at].usage.add(growth);
            self.agents[at].messages += u64::from(is_new);
        }
    }

    fn note_error(&mut self, entry: &Entry, agent: Option<usize>) {
        self.error_count += 1;
        if let Some(at) = agent {
            self.agents[at].errors += 1;
        }
        if self.errors.len() == MARKS {
            self.errors.pop_front();
        }
        self.errors.push_back(Mark::new(entry));
    }
}

/// The text of a value for a small place: a string as it is, anything else as JSON.
fn brief(value: &Value, max_bytes: usize) -> String {
    match value {
        Value::String(text) => excerpt(text, max_bytes),
        other => excerpt(&other.to_string(), max_bytes),
    }
}

/// A moment and how sure it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moment {
    pub at: Timestamp,
    pub source: TimeSource,
}

from_fields!(Moment { at, source });

impl Moment {
    fn of(event: &Event) -> Self {
        Self {
            at: event.timestamp,
            source: event.time_source,
        }
    }
}

fn headline(text: &str) -> String {
    first_line(text, 160)
}
