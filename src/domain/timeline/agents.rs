//! The agents of a workflow, each sub-agent behind the agent it works for.

use super::Moment;
use super::agent::{Agent, AgentState};
use super::event_facts::{EventFacts, KindFacts, TaskFacts};
use super::messages::UsageGrowth;
use super::open_tool::OpenTool;

/// More than the 14 seen in one workflow, with their sub-agents; bounded for the snapshot's sake.
const AGENTS: usize = 40;

/// The place of the agent an event belongs to; by its session where it names none. Makes one that is new, which may
/// push out another: that is counted in `dropped`.
pub(super) fn place(
    agents: &mut Vec<Agent>,
    dropped: &mut u64,
    facts: &EventFacts<'_>,
    open_tools: &[OpenTool],
) -> Option<usize> {
    let of_session = || {
        let session = facts.session_id?;
        let mut of_session = agents
            .iter()
            .filter(|agent| agent.session_id.as_deref() == Some(session));
        of_session
            .find(|agent| agent.parent.is_none())
            .map(|agent| agent.name.as_str())
    };
    let folder = facts.entry.agent.as_deref().or_else(of_session)?;
    let Some(parent) = &facts.entry.parent else {
        let known = agents
            .iter()
            .position(|agent| agent.parent.is_none() && agent.name == folder);
        if known.is_some() {
            return known;
        }
        let agent = Agent::new(facts, folder);
        return Some(add(agents, dropped, agent));
    };
    let known = agents.iter().position(|agent| agent.parent.as_ref() == Some(parent));
    if known.is_some() {
        return known;
    }
    let call = open_tools.iter().find(|tool| tool.tool_use_id == *parent);
    let mut agent = Agent::new(facts, call.map_or("sub-agent", |call| &call.text));
    agent.parent = Some(parent.clone());
    agent.under = Some(folder.to_owned());
    agent.stage = None;
    agent.state = AgentState::Open;
    if let Some(call) = call {
        agent.started = Moment {
            at: call.at,
            source: call.time_source,
        };
    }
    Some(add(agents, dropped, agent))
}

/// Too many push out the oldest that is over.
fn add(agents: &mut Vec<Agent>, dropped: &mut u64, agent: Agent) -> usize {
    if agents.len() == AGENTS {
        let over = agents
            .iter()
            .position(|agent| agent.parent.is_some() && agent.state != AgentState::Open);
        let over = over
            .or_else(|| agents.iter().position(|agent| agent.state != AgentState::Open))
            .unwrap_or(0);
        agents.remove(over);
        *dropped += 1;
    }
    let behind = agent
        .under
        .as_ref()
        .and_then(|under| agents.iter().rposition(|other| other.folder() == under));
    let at = behind.map_or(agents.len(), |behind| behind + 1);
    agents.insert(at, agent);
    at
}

/// Takes in what an event says of its agent, which is at `at`, and of those that work for it; says whether a session began.
/// `opened` is the call that it answers.
pub(super) fn apply(
    agents: &mut [Agent],
    facts: &EventFacts<'_>,
    at: Option<usize>,
    opened: Option<&OpenTool>,
    growth: Option<UsageGrowth>,
) -> bool {
    if let Some(agent) = at.map(|at| &mut agents[at]) {
        if facts.is_sign_of_life {
            agent.note(facts);
        }
        if let Some(opened) = opened.filter(|opened| opened.is_measured(facts)) {
            agent.add_span(opened.at, facts.moment.at, facts.entry.error);
        }
        if let Some(growth) = growth {
            agent.usage.add(growth.usage);
            agent.messages += u64::from(growth.is_new);
        }
        agent.errors += u64::from(facts.entry.error);
    }
    match (&facts.of_kind, at) {
        (KindFacts::SessionStarted, Some(at)) => {
            agents[at].begin(facts);
            return true;
        }
        (KindFacts::SessionEnded(end), Some(at)) => {
            agents[at].end(facts, end);
            end_sub_agents_of(agents, at, facts.moment);
        }
        (KindFacts::Answer(task), _) => end_sub_agent(agents, facts, task),
        (
            KindFacts::SessionStarted
            | KindFacts::SessionEnded(_)
            | KindFacts::Plain
            | KindFacts::Call { .. }
            | KindFacts::Stopped
            | KindFacts::Prompt(_)
            | KindFacts::Document(_)
            | KindFacts::Todos(_)
            | KindFacts::Source(_),
            _,
        ) => {}
    }
    false
}

/// A Task's result ends the sub-agent it started, unless that goes on in the background.
fn end_sub_agent(agents: &mut [Agent], facts: &EventFacts<'_>, task: &TaskFacts) {
    let Some(id) = facts.entry.tool_use_id.as_ref().filter(|_| !task.goes_on) else {
        return;
    };
    let Some(agent) = agents.iter_mut().find(|agent| agent.parent.as_ref() == Some(id)) else {
        return;
    };
    agent.state = if facts.entry.error {
        AgentState::Failed
    } else {
        AgentState::Ended
    };
    agent.ended = Some(facts.moment);
    agent.reported_ms = task.duration_ms;
}

fn end_sub_agents_of(agents: &mut [Agent], at: usize, moment: Moment) {
    let name = agents[at].name.clone();
    let under = |agent: &&mut Agent| agent.under.as_ref() == Some(&name) && agent.state == AgentState::Open;
    for agent in agents.iter_mut().filter(under) {
        agent.state = AgentState::Ended;
        agent.ended = Some(moment);
    }
}
