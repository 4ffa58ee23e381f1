//! What is known about one workflow: the fold of its events, bounded in size, the same on the server and in the browser.
//!
//! The snapshot of a timeline stays below 128 KiB however many events it has seen, and whatever they hold.

pub mod agent;
mod agents;
mod document_facts;
mod event_facts;
pub mod load;
pub mod mark;
mod messages;
pub mod open_tool;
pub mod overhead;
#[cfg(test)]
mod pinned;
pub mod recent;
pub mod report;
pub mod seen_picture;
pub mod sources;
pub mod stage_line;
mod stages;
pub mod state_view;
pub mod todo;
pub mod trace;

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::adw_id::AdwId;
use super::event::{Event, Kind, TimeSource};
use super::excerpt::{excerpt, first_line};
use super::from_json::from_fields;
use super::timestamp::Timestamp;
use super::usage::Usage;
use agent::Agent;
use event_facts::{EventFacts, KindFacts};
use load::{Load, LoadSample};
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
        if let Some(sample) = LoadSample::of(event) {
            load::apply(&mut self.loads, &sample);
        } else if let Some(report) = Overhead::of(event) {
            overhead::apply(&mut self.overhead, report);
        } else {
            self.take_in(EventFacts::of(seq, event));
        }
        true
    }

    /// One part after the other takes what it needs and changes only itself; what it finds out, those after it are given.
    fn take_in(&mut self, mut facts: EventFacts<'_>) {
        let at = agents::place(&mut self.agents, &mut self.agents_dropped, &facts, &self.open_tools);
        let agent = at.map(|at| &self.agents[at]);
        let opened = open_tool::apply(&mut self.open_tools, &facts, agent);
        facts.complete(agent, opened.as_ref());
        self.count(&facts);
        let growth = messages::apply(&mut self.messages, &facts);
        if let Some(growth) = growth {
            self.usage.add(growth.usage);
        }
        let session_began = agents::apply(&mut self.agents, &facts, at, opened.as_ref(), growth);
        let stage_began = stages::apply(&mut self.stages, &facts, &self.agents, at);
        report::apply(&mut self.report, &facts, session_began || stage_began);
        self.state.apply(&facts);
        todo::apply(&mut self.todo, &facts);
        self.usual.apply(&facts);
        self.sources.apply(&facts);
        mark::apply(&mut self.errors, &facts);
        self.trace.apply(&facts);
        self.pace.apply(&facts);
        seen_picture::apply(&mut self.pictures, &facts);
        self.recent.apply(facts);
    }

    fn count(&mut self, facts: &EventFacts<'_>) {
        self.tools += u64::from(matches!(facts.of_kind, KindFacts::Call { .. }));
        self.error_count += u64::from(facts.entry.error);
        if !facts.is_sign_of_life {
            return;
        }
        let at = facts.moment.at;
        self.first_at = Some(self.first_at.map_or(at, |first| first.min(at)));
        self.last_at = self.last_at.max(Some(at));
        self.last_known_at = self.last_known_at.max(facts.known_at());
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
