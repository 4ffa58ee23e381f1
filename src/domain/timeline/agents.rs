//! The agents of a workflow, each sub-agent behind the agent it works for.

mod placing;

use super::Moment;
use super::agent::Agent;
use super::agent_state::AgentState;
use super::background::BackgroundTask;
use super::event_facts::{EventFacts, KindFacts, TaskFacts};
use super::messages::UsageGrowth;
use super::open_tool::OpenTool;
use super::session_end::HookWord;
use super::task_line::TaskLine;
use crate::excerpt::excerpt;
use crate::usage::Usage;

pub(super) use placing::Agents;

/// Takes in what an event says of its agent, which is at `at`, and of those that work for it; says whether a session began,
/// and by how much the tokens of the workflow grow. `opened` is the call that it answers.
pub(super) fn apply(
    agents: &mut Vec<Agent>,
    facts: &EventFacts<'_>,
    mut at: Option<usize>,
    opened: Option<&OpenTool>,
    growth: Option<UsageGrowth>,
) -> (bool, Usage, Option<usize>) {
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
            let refused = answer_sub_agent(agents, facts, task, opened);
            at = at.map(|at| at - usize::from(refused.is_some_and(|refused| refused < at)));
            false
        }
        _ => false,
    };
    if let (Some(end), Some(at)) = (&facts.process_end, at) {
        agents[at].exit(end, facts.moment);
        end_all_under(agents, at, facts.moment);
    }
    (began, grown, at)
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

/// A Task's result ends the sub-agent it started, unless that goes on in the background. Where the call was refused there never was
/// one: gives the place that it had.
fn answer_sub_agent(
    agents: &mut Vec<Agent>,
    facts: &EventFacts<'_>,
    task: &TaskFacts<'_>,
    opened: Option<&OpenTool>,
) -> Option<usize> {
    let call = facts.entry.tool_use_id.as_deref();
    let is_it = |agent: &Agent| {
        let is_called = call.is_some() && agent.parent.as_deref() == call;
        is_called || (task.agent_id.is_some() && agent.agent_id.as_deref() == task.agent_id)
    };
    let at = agents.iter().position(|agent| agent.parent.is_some() && is_it(agent))?;
    if facts.entry.error && agents[at].has_done_nothing() {
        agents.remove(at);
        return Some(at);
    }
    let agent = &mut agents[at];
    agent.know(call, task.agent_id);
    if let Some(asked) = opened.filter(|opened| !agent.is_named && opened.agent_type.is_some()) {
        agent.name = excerpt(&asked.text, 96);
        agent.is_named = true;
    }
    if task.goes_on {
        agent.in_background = true;
        return None;
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
    None
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
