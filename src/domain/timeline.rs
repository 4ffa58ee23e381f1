//! What is known about one workflow: the fold of its events, bounded in size, the same on the server and in the browser.
//!
//! The snapshot of a timeline stays below 128 KiB however many events it has seen, and whatever they hold.

pub mod agent;
pub mod agent_state;
mod agents;
pub mod background;
mod document_facts;
mod event_facts;
mod lane;
pub mod load;
pub mod mark;
pub mod messages;
pub mod need;
pub mod need_kind;
mod need_said;
pub mod open_tool;
pub mod overhead;
#[cfg(test)]
mod pinned;
mod process_end;
pub mod recent;
pub mod report;
pub mod seen_picture;
mod session_end;
pub mod sources;
pub mod stage_line;
mod stages;
pub mod state_view;
mod task_line;
#[cfg(test)]
mod tests;
pub mod todo;
mod todo_said;
mod tokens;
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
use agent_state::AgentState;
use agents::Agents;
use background::BackgroundTask;
use event_facts::{EventFacts, KindFacts};
use load::{Load, LoadSample};
use mark::Mark;
use need::Need;
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
    /// Whether results have told all of `usage`; until then it is the least that there can be.
    #[serde(default)]
    pub usage_is_final: bool,
    /// What a person is waited for, the oldest first.
    #[serde(default)]
    pub needs: Vec<Need>,
    /// Commands that agents have sent to the background.
    #[serde(default)]
    pub background: Vec<BackgroundTask>,
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
    usage_is_final,
    needs,
    background,
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
            usage_is_final: false,
            needs: Vec::new(),
            background: Vec::new(),
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
        let mut agents = Agents {
            list: &mut self.agents,
            dropped: &mut self.agents_dropped,
        };
        let mut at = agents.place(&facts, &self.open_tools);
        if facts.task.is_some() {
            let folder = at.map(|at| agents.list[at].folder().to_owned());
            agents::hear_of_tasks(&mut agents, &facts, &self.open_tools, folder.as_deref());
            at = agents.place(&facts, &self.open_tools);
        }
        agents.call(at, &facts);
        agents.identify(&facts);
        let at = at.map(|_| ()).and_then(|()| agents.place(&facts, &self.open_tools));
        let agent = at.map(|at| &self.agents[at]);
        let opened = open_tool::apply(&mut self.open_tools, &facts, agent, &self.agents);
        facts.complete(agent, opened.as_ref());
        let folder = facts.entry.agent.clone();
        self.count(&facts);
        let growth = messages::apply(&mut self.messages, &facts);
        let (session_began, grown, at) = agents::apply(&mut self.agents, &facts, at, opened.as_ref(), growth);
        self.usage.add(grown);
        background::apply(&mut self.background, &facts, folder.as_deref(), opened.as_ref());
        agents::settle(&mut self.agents, &self.background, &facts);
        if growth.is_some() || facts.is_end() {
            self.usage_is_final = agents::usage_is_final(&self.agents);
        }
        let stage_began = stages::apply(&mut self.stages, &facts, &self.agents, at);
        report::apply(&mut self.report, &facts, session_began || stage_began);
        self.state.apply(&facts);
        todo::apply(&mut self.todo, &facts, folder.as_deref());
        need::apply(&mut self.needs, &facts, folder.as_deref(), &self.open_tools);
        self.usual.apply(&facts);
        self.sources.apply(&facts);
        if facts.is_figure {
            return;
        }
        mark::apply(&mut self.errors, &facts);
        self.trace.apply(&facts);
        self.pace.apply(&facts);
        seen_picture::apply(&mut self.pictures, &facts);
        self.recent.apply(facts);
    }

    fn count(&mut self, facts: &EventFacts<'_>) {
        self.tools += u64::from(matches!(facts.of_kind, KindFacts::Call));
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

impl Timeline {
    /// What stands beside a success: work that was stopped before it was done, or whose end nobody told.
    pub fn warning(&self) -> Option<String> {
        let states = || {
            let sub_agents = self
                .agents
                .iter()
                .filter(|agent| agent.parent.is_some())
                .map(|agent| (agent.state, true));
            sub_agents.chain(self.background.iter().map(|task| (task.state, false)))
        };
        let count = |state: AgentState, is_agent: bool| states().filter(|told| *told == (state, is_agent)).count();
        let mut parts = Vec::new();
        for (state, words) in [
            (AgentState::Stopped, "stopped before the end"),
            (AgentState::Lost, "left without a known end"),
        ] {
            for (is_agent, one, many) in [
                (true, "sub-agent", "sub-agents"),
                (false, "background command", "background commands"),
            ] {
                match count(state, is_agent) {
                    0 => {}
                    1 => parts.push(format!("1 {one} was {words}")),
                    number => parts.push(format!("{number} {many} were {words}")),
                }
            }
        }
        (!parts.is_empty()).then(|| parts.join(", "))
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
