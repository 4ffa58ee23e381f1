//! One agent of a workflow, or a sub-agent under the Task call that started it.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Moment, Timeline, open_tool};
use crate::entry::{self, Entry};
use crate::event::{Event, Kind};
use crate::excerpt::excerpt;
use crate::from_json::{from_fields, from_name};
use crate::payload;
use crate::stage;
use crate::timestamp::Timestamp;
use crate::usage::Usage;

/// More than the 14 seen in one workflow, with their sub-agents; bounded for the snapshot's sake.
const AGENTS: usize = 40;
const SPANS: usize = 20;

/// What an agent has done so far, over all its runs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Agent {
    /// The folder's name, or what the sub-agent was asked to do.
    pub name: String,
    /// The Task call that started it; none for an agent with a folder of its own.
    pub parent: Option<String>,
    /// The agent whose Task call that was.
    pub under: Option<String>,
    pub stage: Option<String>,
    pub model: Option<String>,
    pub run: u32,
    pub session_id: Option<String>,
    pub cwd: Option<String>,
    pub state: AgentState,
    pub started: Moment,
    pub last: Moment,
    pub ended: Option<Moment>,
    /// Messages of the model that were seen.
    pub messages: u64,
    /// Turns that the results of its sessions reported.
    pub reported_turns: u64,
    pub tools: u64,
    pub errors: u64,
    pub usage: Usage,
    /// The sum of the sessions before this one; a result's cost is cumulative within its session.
    earlier_cost_usd: Option<f64>,
    session_cost_usd: Option<f64>,
    /// What the results reported, summed over their segments.
    pub reported_ms: Option<u64>,
    /// What it said at the end.
    pub result: Option<String>,
    /// When tools ran: start and length in milliseconds from `started`, and whether one failed.
    pub spans: Vec<(u32, u32, bool)>,
}

from_fields!(Agent {
    name,
    parent,
    under,
    stage,
    model,
    run,
    session_id,
    cwd,
    state,
    started,
    last,
    ended,
    messages,
    reported_turns,
    tools,
    errors,
    usage,
    earlier_cost_usd,
    session_cost_usd,
    reported_ms,
    result,
    spans,
});

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AgentState {
    /// It was heard of, but no session of it: a script's log, a push.
    Seen,
    /// A session is under way.
    Open,
    Ended,
    Failed,
}

from_name!(AgentState);

impl Agent {
    fn new(event: &Event, name: &str) -> Self {
        let moment = Moment::of(event);
        Self {
            name: excerpt(name, 96),
            parent: None,
            under: None,
            stage: stage::of_agent(name).map(str::to_owned),
            model: None,
            run: event.run.unwrap_or(1),
            session_id: None,
            cwd: None,
            state: AgentState::Seen,
            started: moment,
            last: moment,
            ended: None,
            messages: 0,
            reported_turns: 0,
            tools: 0,
            errors: 0,
            usage: Usage::default(),
            earlier_cost_usd: None,
            session_cost_usd: None,
            reported_ms: None,
            result: None,
            spans: Vec::new(),
        }
    }

    /// The agent with a folder that this is, or works for.
    pub fn folder(&self) -> &str {
        self.under.as_deref().unwrap_or(&self.name)
    }

    pub fn turns(&self) -> u64 {
        if self.reported_turns > 0 {
            self.reported_turns
        } else {
            self.messages
        }
    }

    pub fn cost_usd(&self) -> Option<f64> {
        match (self.earlier_cost_usd, self.session_cost_usd) {
            (None, None) => None,
            (earlier, session) => Some(earlier.unwrap_or(0.0) + session.unwrap_or(0.0)),
        }
    }

    /// How long it took in milliseconds: as reported, or from its known times; none while nobody can tell.
    pub fn duration_ms(&self) -> Option<u64> {
        let ended = self
            .ended
            .filter(|ended| ended.source.is_known() && self.started.source.is_known());
        ended.map(|ended| ended.at.since(self.started.at)).or(self.reported_ms)
    }

    pub(super) fn add_span(&mut self, from: Timestamp, to: Timestamp, error: bool) {
        let clip = |ms: u64| u32::try_from(ms).unwrap_or(u32::MAX);
        let (start, length) = (clip(from.since(self.started.at)), clip(to.since(from)));
        let at = self.spans.partition_point(|span| span.0 <= start);
        self.spans.insert(at, (start, length, error));
        if self.spans.len() > SPANS {
            let gap = |pair: &[(u32, u32, bool)]| pair[1].0.saturating_sub(pair[0].0.saturating_add(pair[0].1));
            let closest = self
                .spans
                .windows(2)
                .enumerate()
                .min_by_key(|(_, pair)| gap(pair))
                .map_or(0, |(at, _)| at);
            let second = self.spans.remove(closest + 1);
            let first = &mut self.spans[closest];
            let end = first.0.saturating_add(first.1).max(second.0.saturating_add(second.1));
            *first = (first.0, end - first.0, first.2 || second.2);
        }
    }
}

/// The place of the agent an event belongs to; by its session where it names none. Makes one that is new.
pub(super) fn place(timeline: &mut Timeline, event: &Event) -> Option<usize> {
    let by_session = || {
        let session = event.session_id.as_deref()?;
        timeline
            .agents
            .iter()
            .find(|agent| agent.session_id.as_deref() == Some(session) && agent.parent.is_none())
            .map(|agent| agent.name.clone())
    };
    let folder = event
        .agent
        .as_deref()
        .map(|agent| excerpt(agent, 96))
        .or_else(by_session)?;
    if let Some(parent) = event.parent_tool_use_id.as_deref() {
        let parent = excerpt(parent, 96);
        let known = timeline
            .agents
            .iter()
            .position(|agent| agent.parent.as_deref() == Some(parent.as_str()));
        if known.is_some() {
            return known;
        }
        let call = timeline.open_tools.iter().find(|tool| tool.tool_use_id == parent);
        let name = call.map_or_else(|| "sub-agent".to_owned(), |call| call.text.clone());
        let mut agent = Agent::new(event, &name);
        agent.parent = Some(parent);
        agent.under = Some(folder);
        agent.stage = None;
        agent.state = AgentState::Open;
        if let Some(call) = call {
            agent.started = Moment {
                at: call.at,
                source: call.time_source,
            };
        }
        return Some(add(timeline, agent));
    }
    let known = timeline
        .agents
        .iter()
        .position(|agent| agent.parent.is_none() && agent.name == folder);
    known.or_else(|| Some(add(timeline, Agent::new(event, &folder))))
}

/// Sub-agents stand behind the agent they work for. Too many push out the oldest that is over.
fn add(timeline: &mut Timeline, agent: Agent) -> usize {
    let agents = &mut timeline.agents;
    if agents.len() == AGENTS {
        let over = agents
            .iter()
            .position(|agent| agent.parent.is_some() && agent.state != AgentState::Open);
        let over = over
            .or_else(|| agents.iter().position(|agent| agent.state != AgentState::Open))
            .unwrap_or(0);
        agents.remove(over);
        timeline.agents_dropped += 1;
    }
    let behind = agent
        .under
        .as_ref()
        .and_then(|under| agents.iter().rposition(|other| other.folder() == under));
    let at = behind.map_or(agents.len(), |behind| behind + 1);
    agents.insert(at, agent);
    at
}

/// Takes in what every event says of its agent.
pub(super) fn note(timeline: &mut Timeline, at: usize, event: &Event) {
    let is_work = match event.kind {
        Kind::AgentThinking | Kind::ToolExecution | Kind::TextBlock => {
            // A stream that lost its first line knows no session; what is pushed without one need not be of any.
            event.session_id.is_some() || event.run.is_some()
        }
        Kind::AgentStateUpdate
        | Kind::AgentLogEntry
        | Kind::FileOperation
        | Kind::StageTransition
        | Kind::StatusUpdate
        | Kind::Session
        | Kind::Other => false,
    };
    let agent = &mut timeline.agents[at];
    let run = event.run.unwrap_or(agent.run);
    if run > agent.run {
        agent.run = run;
        agent.result = None;
        let name = agent.name.clone();
        close_tools(timeline, &name);
    }
    let agent = &mut timeline.agents[at];
    let moment = Moment::of(event);
    if moment.at >= agent.last.at || (moment.source.is_known() && !agent.last.source.is_known()) {
        agent.last = moment;
    }
    let starts_anew = is_work && agent.state != AgentState::Open;
    if starts_anew {
        agent.state = AgentState::Open;
        agent.ended = None;
    }
    // Where a stream's result has said so already, or will, the hook changes nothing.
    let has_answered =
        event.kind == Kind::Other && matches!(event.event_type.as_str(), "hook/Stop" | "hook/SessionEnd");
    if has_answered && agent.state == AgentState::Open {
        agent.state = AgentState::Ended;
        agent.ended = Some(moment);
    }
    if agent.session_id.is_none() {
        agent.session_id.clone_from(&event.session_id);
    }
    if agent.cwd.is_none() {
        // Every hook says where its session runs.
        agent.cwd = payload::text(&event.payload, "cwd").map(|cwd| excerpt(cwd, 200));
    }
    if event.kind == Kind::ToolExecution && !entry::is_post(event) {
        agent.tools += 1;
    }
    if let Some(model) = payload::text(&event.payload, "model").filter(|_| is_work) {
        agent.model = Some(excerpt(model, 64));
    }
}

/// Takes in the start or the end of a session.
pub(super) fn note_session(timeline: &mut Timeline, at: Option<usize>, event: &Event) {
    let Some(at) = at else { return };
    let text = |field: &str, max| payload::text(&event.payload, field).map(|text| excerpt(text, max));
    let is_start = event.event_type == "session_started";
    if is_start {
        timeline.reopen(Moment::of(event));
    }
    let agent = &mut timeline.agents[at];
    if event.session_id.is_some() && agent.session_id != event.session_id {
        agent.session_id.clone_from(&event.session_id);
        if let Some(cost) = agent.session_cost_usd.take() {
            agent.earlier_cost_usd = Some(agent.earlier_cost_usd.unwrap_or(0.0) + cost);
        }
    }
    if is_start {
        agent.state = AgentState::Open;
        agent.ended = None;
        agent.model = text("model", 64).or_else(|| agent.model.take());
        agent.cwd = text("cwd", 200).or_else(|| agent.cwd.take());
        return;
    }
    let failed = payload::flag(&event.payload, "is_error") == Some(true);
    agent.state = if failed { AgentState::Failed } else { AgentState::Ended };
    agent.ended = Some(Moment::of(event));
    agent.session_cost_usd = payload::decimal(&event.payload, "cost_usd").or(agent.session_cost_usd);
    agent.reported_turns += payload::number(&event.payload, "num_turns").unwrap_or(0);
    agent.reported_ms = payload::number(&event.payload, "duration_ms")
        .map(|ms| agent.reported_ms.unwrap_or(0).saturating_add(ms))
        .or(agent.reported_ms);
    agent.result = text("result", 240)
        .or_else(|| text("error", 240))
        .or_else(|| text("subtype", 64));
    let name = agent.name.clone();
    close_tools(timeline, &name);
    end_sub_agents_of(timeline, &name, Moment::of(event));
}

/// A Task's result ends the sub-agent it started, unless that goes on in the background.
pub(super) fn end_sub_agent(timeline: &mut Timeline, post: &Entry, event: &Event) {
    let Some(id) = &post.tool_use_id else { return };
    let task = event.payload.get("task");
    if task.and_then(|task| payload::text(task, "status")) == Some("async_launched") {
        return;
    }
    let Some(agent) = timeline
        .agents
        .iter_mut()
        .find(|agent| agent.parent.as_ref() == Some(id))
    else {
        return;
    };
    agent.state = if post.error {
        AgentState::Failed
    } else {
        AgentState::Ended
    };
    agent.ended = Some(Moment::of(event));
    agent.reported_ms = event
        .payload
        .get("task")
        .and_then(|task: &Value| payload::number(task, "totalDurationMs"));
}

/// Calls that a finished run left open will never be answered.
fn close_tools(timeline: &mut Timeline, folder: &str) {
    let left: Vec<String> = timeline
        .open_tools
        .iter()
        .filter(|tool| tool.agent.as_deref() == Some(folder))
        .map(|tool| tool.tool_use_id.clone())
        .collect();
    for id in left {
        open_tool::close(&mut timeline.open_tools, &id);
    }
}

fn end_sub_agents_of(timeline: &mut Timeline, folder: &str, moment: Moment) {
    for agent in timeline
        .agents
        .iter_mut()
        .filter(|agent| agent.under.as_deref() == Some(folder) && agent.state == AgentState::Open)
    {
        agent.state = AgentState::Ended;
        agent.ended = Some(moment);
    }
}
