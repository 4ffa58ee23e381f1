//! The agents of a workflow, each sub-agent behind the agent it works for.

use super::Moment;
use super::agent::Agent;
use super::agent_state::AgentState;
use super::background::BackgroundTask;
use super::event_facts::{EventFacts, KindFacts, TaskFacts};
use super::messages::UsageGrowth;
use super::open_tool::OpenTool;
use super::session_end::HookWord;
use super::task_line::{TaskLine, TaskSaid};
use crate::excerpt::excerpt;
use crate::usage::Usage;

/// More than the 14 seen in one workflow, with their sub-agents; bounded for the snapshot's sake.
const AGENTS: usize = 40;
/// The agent of hooks that name none, in a session that no stream tells of.
const ALONE: &str = "claude";

/// The agents, and those that made room.
pub(super) struct Agents<'a> {
    pub list: &'a mut Vec<Agent>,
    pub dropped: &'a mut u64,
}

impl Agents<'_> {
    /// The place of the agent an event belongs to; by its session where it names none. Makes one that is new, which may
    /// push out another: that is counted.
    pub fn place(&mut self, facts: &EventFacts<'_>, open_tools: &[OpenTool]) -> Option<usize> {
        let folder = self.folder(facts)?;
        let call = facts.entry.parent.as_deref();
        if call.is_none() && facts.lane.agent_id.is_none() {
            let known = self.top(&folder);
            return Some(known.unwrap_or_else(|| {
                let agent = Agent::new(facts, &folder);
                self.add(agent, None)
            }));
        }
        let at = self.sub_agent(call, facts.lane.agent_id).unwrap_or_else(|| {
            let call = call.or_else(|| self.call_of(facts, open_tools));
            self.add_sub_agent(&folder, call, facts, open_tools)
        });
        let agent = &mut self.list[at];
        agent.know(call, facts.lane.agent_id);
        if let Some(task) = facts.lane.task.filter(|_| !agent.is_named) {
            agent.name = excerpt(task, 96);
            agent.is_named = true;
        }
        Some(at)
    }

    /// The name of the agent with a folder. Hooks that came first made an agent without a name of its own.
    fn folder(&mut self, facts: &EventFacts<'_>) -> Option<String> {
        let session = facts.session_id;
        let of_session =
            |agent: &Agent| agent.parent.is_none() && session.is_some() && agent.session_id.as_deref() == session;
        if let Some(named) = &facts.entry.agent {
            let nameless = self
                .list
                .iter()
                .position(|agent| of_session(agent) && agent.by_hook && agent.name != *named);
            if let Some(at) = nameless.filter(|_| !facts.is_hook) {
                self.give_name(at, named);
            }
            return Some(named.clone());
        }
        if let Some(agent) = self.list.iter().find(|agent| of_session(agent)) {
            return Some(agent.name.clone());
        }
        // An id that no agent has: the CLI's process tells, whoever started it.
        (facts.is_hook && session.is_some()).then(|| ALONE.to_owned())
    }

    fn give_name(&mut self, at: usize, name: &str) {
        let before = self.list[at].name.clone();
        if let Some(known) = self.top(name) {
            let lost = self.list[at].clone();
            self.list[known].take_over(&lost);
            self.list.remove(at);
        } else {
            self.list[at].rename(name);
        }
        for agent in self
            .list
            .iter_mut()
            .filter(|agent| agent.under.as_deref() == Some(before.as_str()))
        {
            agent.under = Some(excerpt(name, 96));
        }
    }

    fn top(&self, folder: &str) -> Option<usize> {
        self.list
            .iter()
            .position(|agent| agent.parent.is_none() && agent.name == folder)
    }

    /// The sub-agent that a call started, or that has the id; what two doors told of as two is one from here on.
    fn sub_agent(&mut self, call: Option<&str>, agent_id: Option<&str>) -> Option<usize> {
        let by_call = call.and_then(|call| self.list.iter().position(|agent| agent.parent.as_deref() == Some(call)));
        let by_id = agent_id.and_then(|id| self.list.iter().position(|agent| agent.agent_id.as_deref() == Some(id)));
        match (by_call, by_id) {
            (Some(at), Some(other)) if at != other => {
                let other_agent = self.list[other].clone();
                self.list[at].take_over(&other_agent);
                self.list.remove(other);
                Some(if other < at { at - 1 } else { at })
            }
            (at, other) => at.or(other),
        }
    }

    /// The call that started a sub-agent of which a hook tells only the type, if there is just one that it can be.
    fn call_of<'b>(&self, facts: &EventFacts<'_>, open_tools: &'b [OpenTool]) -> Option<&'b str> {
        let is_taken = |tool: &&OpenTool| {
            self.list
                .iter()
                .any(|agent| agent.parent.as_ref() == Some(&tool.tool_use_id))
        };
        let mut calls = open_tools
            .iter()
            .filter(|tool| tool.agent_type.is_some() && tool.agent_type.as_deref() == facts.lane.agent_type)
            .filter(|tool| !is_taken(tool));
        let call = calls.next()?;
        calls.next().is_none().then_some(call.tool_use_id.as_str())
    }

    fn add_sub_agent(
        &mut self,
        folder: &str,
        call: Option<&str>,
        facts: &EventFacts<'_>,
        open_tools: &[OpenTool],
    ) -> usize {
        let made = call.and_then(|id| open_tools.iter().find(|tool| tool.tool_use_id == id));
        let name = facts.lane.task.or(made.map(|call| call.text.as_str()));
        let mut agent = Agent::new(facts, name.or(facts.lane.agent_type).unwrap_or("sub-agent"));
        agent.is_named = name.is_some();
        // Without the call's id it has none that others could name it by; the CLI's own stands in.
        agent.parent = call.or(facts.lane.agent_id).map(|id| excerpt(id, 96));
        agent.agent_id = facts.lane.agent_id.map(|id| excerpt(id, 96));
        agent.agent_type = facts.lane.agent_type.map(|kind| excerpt(kind, 64));
        agent.under = Some(folder.to_owned());
        agent.within = made.and_then(|call| call.lane.clone());
        agent.stage = None;
        agent.state = AgentState::Open;
        if let Some(call) = made {
            agent.started = Moment {
                at: call.at,
                source: call.time_source,
            };
        }
        self.add(agent, Some(folder))
    }

    /// Adds an agent behind the one that it works for, and those that work for that one already. Too many push out the oldest
    /// that is over.
    fn add(&mut self, mut agent: Agent, folder: Option<&str>) -> usize {
        let list = &mut *self.list;
        if list.len() == AGENTS {
            let over = list
                .iter()
                .position(|agent| agent.parent.is_some() && agent.state != AgentState::Open);
            let over = over
                .or_else(|| list.iter().position(|agent| agent.state != AgentState::Open))
                .unwrap_or(0);
            list.remove(over);
            *self.dropped += 1;
        }
        let within = agent.within.clone();
        let above = match (&within, folder) {
            (Some(id), _) => list.iter().position(|other| other.parent.as_ref() == Some(id)),
            (None, Some(folder)) => list
                .iter()
                .position(|other| other.parent.is_none() && other.name == folder),
            (None, None) => None,
        };
        let Some(above) = above else {
            agent.depth = u32::from(folder.is_some());
            list.push(agent);
            return list.len() - 1;
        };
        agent.depth = list[above].depth + 1;
        let behind = list[above + 1..]
            .iter()
            .take_while(|other| other.depth > list[above].depth)
            .count();
        list.insert(above + 1 + behind, agent);
        above + 1 + behind
    }

    /// Takes in what is said of a task that a sub-agent does; gives the place of the sub-agent.
    pub fn hear_of_task(&mut self, said: &TaskSaid<'_>, facts: &EventFacts<'_>, open_tools: &[OpenTool]) {
        let known = self.sub_agent(said.tool_use_id, Some(said.id));
        let at = match known {
            Some(at) => at,
            None if !said.is_agent() => return,
            None => {
                let Some(folder) = self.folder(facts) else { return };
                let mut at = self.add_sub_agent(&folder, said.tool_use_id.or(Some(said.id)), facts, open_tools);
                let within = said
                    .parent_id
                    .and_then(|id| self.list.iter().find(|agent| agent.agent_id.as_deref() == Some(id)));
                if let Some(within) = within.and_then(|within| within.parent.clone())
                    && self.list[at].within.as_ref() != Some(&within)
                {
                    let mut agent = self.list.remove(at);
                    agent.within = Some(within);
                    at = self.add(agent, Some(&folder));
                }
                at
            }
        };
        let agent = &mut self.list[at];
        agent.know(said.tool_use_id, Some(said.id));
        agent.hear_of_task(said, facts.moment);
    }
}

/// Takes in what an event says of its agent, which is at `at`, and of those that work for it; says whether a session began,
/// and by how much the tokens of the workflow grow. `opened` is the call that it answers.
pub(super) fn apply(
    agents: &mut [Agent],
    facts: &EventFacts<'_>,
    at: Option<usize>,
    opened: Option<&OpenTool>,
    growth: Option<UsageGrowth>,
) -> (bool, Usage) {
    let mut grown = growth.map(|growth| growth.usage).unwrap_or_default();
    if let Some(at) = at {
        let agent = &mut agents[at];
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
        let is_end = matches!(facts.of_kind, KindFacts::SessionEnded(_));
        if let Some(top) = top_of(agents, at).filter(|_| growth.is_some() || is_end) {
            let is_own = top == at;
            let tokens = agents[top].tokens.get_or_insert_default();
            let before = tokens.total();
            tokens.count(growth.map(|growth| growth.usage).unwrap_or_default(), is_own);
            if let KindFacts::SessionEnded(end) = &facts.of_kind
                && is_own
            {
                let own = tokens.end(end.tokens);
                grown = before.growth_to(tokens.total());
                agents[top].usage.add(own);
            }
        }
    }
    let began = match (&facts.of_kind, at) {
        (KindFacts::SessionStarted, Some(at)) => {
            agents[at].begin(facts);
            true
        }
        (KindFacts::SessionEnded(end), Some(at)) => {
            agents[at].end(facts, end);
            if end.sub_agents_over == Some(true) || end.hook == Some(HookWord::SessionEnd) || end.failed {
                end_all_under(agents, at, facts.moment);
            } else {
                end_those_in_front(agents, at, facts.moment);
            }
            false
        }
        (KindFacts::Stopped(end), Some(at)) if end.session_over || end.failed.is_some() => {
            end_all_under(agents, at, facts.moment);
            false
        }
        (KindFacts::Answer(task), _) => {
            answer_sub_agent(agents, facts, task);
            false
        }
        _ => false,
    };
    if let (Some(end), Some(at)) = (&facts.process_end, at) {
        agents[at].exit(end, facts.moment);
        end_all_under(agents, at, facts.moment);
    }
    (began, grown)
}

/// Settles whose turn is over, once what an event says of its tasks is known: an agent is, when nothing of it runs any more.
pub(super) fn settle(agents: &mut [Agent], background: &[BackgroundTask], facts: &EventFacts<'_>) {
    for at in 0..agents.len() {
        if !agents[at].has_answered || agents[at].parent.is_some() {
            continue;
        }
        let name = &agents[at].name;
        let sub_agents = agents
            .iter()
            .any(|agent| agent.under.as_ref() == Some(name) && agent.state == AgentState::Open);
        let commands = background
            .iter()
            .any(|task| task.agent.as_ref() == Some(name) && task.state == AgentState::Open);
        agents[at].settle(sub_agents || commands, facts.moment);
    }
}

/// The agent with a folder that the one at `at` is, or works for.
fn top_of(agents: &[Agent], at: usize) -> Option<usize> {
    let Some(under) = &agents[at].under else {
        return Some(at);
    };
    agents
        .iter()
        .position(|agent| agent.parent.is_none() && agent.name == *under)
}

/// A Task's result ends the sub-agent it started, unless that goes on in the background.
fn answer_sub_agent(agents: &mut [Agent], facts: &EventFacts<'_>, task: &TaskFacts<'_>) {
    let call = facts.entry.tool_use_id.as_deref();
    let is_it = |agent: &&mut Agent| {
        let is_called = call.is_some() && agent.parent.as_deref() == call;
        is_called || (task.agent_id.is_some() && agent.agent_id.as_deref() == task.agent_id)
    };
    let Some(agent) = agents.iter_mut().find(is_it).filter(|agent| agent.parent.is_some()) else {
        return;
    };
    agent.know(call, task.agent_id);
    if task.goes_on {
        agent.in_background = true;
        return;
    }
    let state = if facts.entry.error {
        AgentState::Failed
    } else {
        AgentState::Ended
    };
    agent.reported_ms = task.duration_ms.or(agent.reported_ms);
    agent.told_tokens = agent.told_tokens.max(task.tokens);
    agent.told_tools = agent.told_tools.max(task.tools);
    agent.close(state, facts.moment);
}

/// A turn is over: who worked in front of it is, too, and how it ended was not told.
fn end_those_in_front(agents: &mut [Agent], at: usize, moment: Moment) {
    let name = agents[at].name.clone();
    let in_front = |agent: &&mut Agent| agent.under.as_ref() == Some(&name) && !agent.in_background;
    agents
        .iter_mut()
        .filter(in_front)
        .for_each(|agent| agent.close(AgentState::Lost, moment));
}

/// Nothing of the session runs any more.
fn end_all_under(agents: &mut [Agent], at: usize, moment: Moment) {
    let name = agents[at].name.clone();
    let under = |agent: &&mut Agent| agent.under.as_ref() == Some(&name);
    agents
        .iter_mut()
        .filter(under)
        .for_each(|agent| agent.close(AgentState::Lost, moment));
}

/// What the tasks say of sub-agents; `agent` is whose list it is.
pub(super) fn hear_of_tasks(
    agents: &mut Agents<'_>,
    facts: &EventFacts<'_>,
    open_tools: &[OpenTool],
    agent: Option<&str>,
) {
    match &facts.task {
        None => {}
        Some(TaskLine::One(said) | TaskLine::Launched(said)) => agents.hear_of_task(said, facts, open_tools),
        Some(TaskLine::Running(running)) => {
            let is_over = |sub: &&mut Agent| {
                let is_running = || running.iter().any(|said| sub.agent_id.as_deref() == Some(said.id));
                sub.in_background && sub.under.as_deref() == agent && sub.agent_id.is_some() && !is_running()
            };
            for sub in agents.list.iter_mut().filter(is_over) {
                sub.close(AgentState::Ended, facts.moment);
            }
        }
    }
}

/// Whether results have told all tokens of every agent that has any.
pub(super) fn usage_is_final(agents: &[Agent]) -> bool {
    let mut counted = agents
        .iter()
        .filter_map(|agent| agent.tokens.as_ref())
        .filter(|tokens| !tokens.total().is_empty());
    counted.clone().next().is_some() && counted.all(|tokens| tokens.is_final)
}
