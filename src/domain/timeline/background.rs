//! Commands that go on in the background, beside the agent that started them.
//!
//! A sub-agent in the background is an agent; here stands what no model does: a shell, a watch, a remote run.

use serde::{Deserialize, Serialize};

use super::Moment;
use super::agent_state::AgentState;
use super::event_facts::EventFacts;
use super::open_tool::OpenTool;
use super::task_line::{TaskLine, TaskSaid};
use crate::excerpt::excerpt;
use crate::from_json::from_fields;

const COMMANDS: usize = 16;

/// One command in the background.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BackgroundTask {
    pub id: String,
    pub tool_use_id: Option<String>,
    /// What it does, in one line.
    pub text: String,
    /// The agent whose it is.
    pub agent: Option<String>,
    pub state: AgentState,
    pub started: Moment,
    pub ended: Option<Moment>,
}

from_fields!(BackgroundTask {
    id,
    tool_use_id,
    text,
    agent,
    state,
    started,
    ended
});

/// Takes in what an event says of commands in the background. `agent` is whose event it is; `opened` is the call that it answers,
/// which may have sent one there.
pub(super) fn apply(
    tasks: &mut Vec<BackgroundTask>,
    facts: &EventFacts<'_>,
    agent: Option<&str>,
    opened: Option<&OpenTool>,
) {
    if let Some(agent) = agent.filter(|_| facts.is_over()) {
        lose_all_of(tasks, agent, facts.moment);
    }
    let call = opened.map(|call| call.text.as_str());
    match &facts.task {
        None => {}
        Some(TaskLine::One(said) | TaskLine::Launched(said)) => take_in(tasks, said, facts.moment, agent, call),
        Some(TaskLine::Running(running)) => {
            for said in running {
                let said = TaskSaid {
                    in_background: Some(true),
                    state: Some(AgentState::Open),
                    ..said.clone()
                };
                take_in(tasks, &said, facts.moment, agent, None);
            }
            let is_over = |task: &&mut BackgroundTask| {
                task.state == AgentState::Open
                    && task.agent.as_deref() == agent
                    && !running.iter().any(|said| said.id == task.id)
            };
            for task in tasks.iter_mut().filter(is_over) {
                task.end(AgentState::Ended, facts.moment);
            }
        }
    }
}

/// All of an agent's is over, since its session is. How each ended was not told.
fn lose_all_of(tasks: &mut [BackgroundTask], agent: &str, moment: Moment) {
    let is_open = |task: &&mut BackgroundTask| task.state == AgentState::Open && task.agent.as_deref() == Some(agent);
    for task in tasks.iter_mut().filter(is_open) {
        task.end(AgentState::Lost, moment);
    }
}

fn take_in(
    tasks: &mut Vec<BackgroundTask>,
    said: &TaskSaid<'_>,
    moment: Moment,
    agent: Option<&str>,
    call: Option<&str>,
) {
    if said.is_agent() {
        return;
    }
    let known = tasks.iter().position(|task| task.id == said.id);
    let at = match known {
        Some(at) => at,
        // The command of an ordinary call is told of in the same words.
        None if said.in_background != Some(true) => return,
        None => {
            if tasks.len() == COMMANDS {
                let over = tasks
                    .iter()
                    .position(|task| task.state != AgentState::Open)
                    .unwrap_or(0);
                tasks.remove(over);
            }
            tasks.push(BackgroundTask {
                id: excerpt(said.id, 64),
                tool_use_id: said.tool_use_id.map(|id| excerpt(id, 96)),
                text: String::new(),
                agent: agent.map(str::to_owned),
                state: AgentState::Open,
                started: moment,
                ended: None,
            });
            tasks.len() - 1
        }
    };
    let task = &mut tasks[at];
    if task.text.is_empty() {
        task.text = excerpt(said.text.or(call).unwrap_or_default(), 120);
    }
    match said.state {
        Some(AgentState::Open) | None => {}
        Some(state) => task.end(state, moment),
    }
}

impl BackgroundTask {
    /// What was said first of its end holds, but for an end that nobody could tell.
    fn end(&mut self, state: AgentState, moment: Moment) {
        if matches!(self.state, AgentState::Open | AgentState::Lost) {
            self.state = state;
            self.ended = Some(moment);
        }
    }
}
