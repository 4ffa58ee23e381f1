//! Whose an event is: finds the agent or sub-agent among those that are known, or adds it.

use crate::excerpt::excerpt;
use crate::timeline::Moment;
use crate::timeline::agent::Agent;
use crate::timeline::agent_state::AgentState;
use crate::timeline::event_facts::{EventFacts, KindFacts, TaskFacts};
use crate::timeline::open_tool::OpenTool;
use crate::timeline::task_line::TaskSaid;

/// More than the 14 seen in one workflow, with their sub-agents; bounded for the snapshot's sake.
const AGENTS: usize = 40;
/// The agent of hooks that name none, in a session that no stream tells of.
const ALONE: &str = "claude";

/// The agents, and those that made room.
pub(in crate::timeline) struct Agents<'a> {
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
        let known = self.sub_agent(call, facts.lane.agent_id, facts.is_hook);
        let known = match known {
            None if call.is_none() => self.called(&folder, facts.lane.agent_type),
            known => known,
        };
        let at = known.unwrap_or_else(|| self.add_sub_agent(&folder, call, facts, open_tools));
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
        (facts.is_hook && session.is_some()).then(|| facts.cli.unwrap_or(ALONE).to_owned())
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

    /// The sub-agent that a call started, or that has the id. What two doors told of as two is one from here on, and a guess
    /// which of two it is gives way to what is told.
    fn sub_agent(&mut self, call: Option<&str>, agent_id: Option<&str>, is_hook: bool) -> Option<usize> {
        let by_call = call.and_then(|call| self.list.iter().position(|agent| agent.parent.as_deref() == Some(call)));
        let by_id = agent_id.and_then(|id| self.list.iter().position(|agent| agent.agent_id.as_deref() == Some(id)));
        match (by_call, by_id) {
            (Some(at), Some(other)) if at == other => {
                self.list[at].is_guess = false;
                Some(at)
            }
            (Some(at), Some(other)) if self.list[other].is_guess => {
                let (first, second) = (at.min(other), at.max(other));
                let (before, behind) = self.list.split_at_mut(second);
                if is_hook {
                    before[first].swap_calls(&mut behind[0]);
                } else {
                    std::mem::swap(&mut before[first].agent_id, &mut behind[0].agent_id);
                }
                Some(if is_hook { other } else { at })
            }
            (Some(at), Some(other)) => {
                let other_agent = self.list[other].clone();
                self.list[at].take_over(&other_agent);
                self.list.remove(other);
                Some(if other < at { at - 1 } else { at })
            }
            (Some(at), None) if self.list[at].is_guess && agent_id.is_some() => {
                self.list[at].agent_id = None;
                self.list[at].is_guess = false;
                Some(at)
            }
            (at, other) => at.or(other),
        }
    }

    /// The sub-agent of which a hook tells only the type: called, and not named yet. Where several are alike, it is a guess.
    fn called(&mut self, folder: &str, agent_type: Option<&str>) -> Option<usize> {
        let is_it = |agent: &Agent| {
            agent.under.as_deref() == Some(folder)
                && agent.state == AgentState::Open
                && agent.agent_id.is_none()
                && agent.agent_type.as_deref().unwrap_or_default() == agent_type.unwrap_or_default()
        };
        let at = self.list.iter().position(is_it)?;
        let others = self.list.iter().filter(|agent| is_it(agent)).count() > 1;
        let is_like_a_guess = self
            .list
            .iter()
            .any(|agent| agent.is_guess && agent.agent_type.as_deref() == agent_type);
        self.list[at].is_guess = others || is_like_a_guess;
        Some(at)
    }

    /// A call starts a sub-agent, whose first line may be long in coming.
    pub fn call(&mut self, at: Option<usize>, facts: &EventFacts<'_>) {
        let (Some(at), Some(kind), Some(id)) = (at, facts.lane.starts, &facts.entry.tool_use_id) else {
            return;
        };
        if self.sub_agent(Some(id), None, false).is_some() || self.list[at].is_late(facts) {
            return;
        }
        let caller = &self.list[at];
        let mut agent = Agent::new(facts, &facts.entry.text);
        agent.is_named = true;
        agent.by_hook = false;
        agent.parent = Some(excerpt(id, 96));
        agent.agent_type = Some(kind).filter(|kind| !kind.is_empty()).map(|kind| excerpt(kind, 64));
        agent.under = Some(caller.folder().to_owned());
        agent.within = caller.parent.clone();
        agent.stage = None;
        agent.state = AgentState::Open;
        let folder = caller.folder().to_owned();
        self.add(agent, Some(&folder));
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
        let known = self.sub_agent(said.tool_use_id, Some(said.id), facts.is_hook);
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

impl Agents<'_> {
    /// The answer to a call tells the id of the sub-agent that it started.
    pub fn identify(&mut self, facts: &EventFacts<'_>) {
        if let KindFacts::Answer(TaskFacts { agent_id: Some(id), .. }) = &facts.of_kind {
            self.sub_agent(facts.entry.tool_use_id.as_deref(), Some(id), facts.is_hook);
        }
    }
}
