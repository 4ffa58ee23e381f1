//! What is said of work that an agent has handed on: to a sub-agent, or to a command in the background.
//!
//! Claude Code tells of it in lines of its stream (`system/task_started`, `task_updated`, `task_notification`,
//! `background_tasks_changed`), and in the hooks of an agent's answers (`background_tasks`).

use serde_json::Value;

use super::agent_state::AgentState;
use crate::event::{Event, Kind};
use crate::payload;

/// One task, as far as an event tells of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct TaskSaid<'a> {
    pub id: &'a str,
    pub tool_use_id: Option<&'a str>,
    /// What it is to do.
    pub text: Option<&'a str>,
    /// `local_agent`, `local_bash`, `shell`, …
    pub task_type: Option<&'a str>,
    pub agent_type: Option<&'a str>,
    /// The sub-agent that handed it on.
    pub parent_id: Option<&'a str>,
    /// Whether it goes on beside the agent; none where that is not told.
    pub in_background: Option<bool>,
    pub state: Option<AgentState>,
    /// What it said at the end.
    pub summary: Option<&'a str>,
    pub duration_ms: Option<u64>,
    pub tokens: Option<u64>,
    pub tools: Option<u64>,
}

/// What an event says of tasks.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum TaskLine<'a> {
    /// One has started, goes on or is over.
    One(TaskSaid<'a>),
    /// These run in the background now, and no others.
    Running(Vec<TaskSaid<'a>>),
    /// The agent is told that one is in the background.
    Launched(TaskSaid<'a>),
}

/// More than run at once; a list is somebody else's text.
const TASKS: usize = 32;

impl<'a> TaskSaid<'a> {
    /// Whether a model does it.
    pub fn is_agent(&self) -> bool {
        self.agent_type.is_some() || self.task_type.is_some_and(|kind| kind.contains("agent"))
    }

    fn of(value: &'a Value) -> Option<Self> {
        let usage = value.get("usage").unwrap_or(&Value::Null);
        let patch = value.get("patch").unwrap_or(&Value::Null);
        let told = |field| payload::text(value, field).or_else(|| payload::text(patch, field));
        let in_background = ["is_backgrounded", "isBackgrounded"]
            .iter()
            .find_map(|field| payload::flag(value, field).or_else(|| payload::flag(patch, field)));
        Some(Self {
            id: payload::first_text(value, &["task_id", "taskId", "id"])?,
            tool_use_id: payload::text(value, "tool_use_id"),
            text: payload::first_text(value, &["description", "command"]),
            task_type: payload::first_text(value, &["task_type", "type"]),
            agent_type: payload::first_text(value, &["subagent_type", "agent_type"]),
            parent_id: payload::text(value, "parent_task_id"),
            in_background,
            state: told("status").and_then(state),
            summary: payload::text(value, "summary").or_else(|| payload::text(patch, "error")),
            duration_ms: payload::number(usage, "duration_ms"),
            tokens: payload::number(usage, "total_tokens"),
            tools: payload::number(usage, "tool_uses"),
        })
    }
}

/// A task's state by the words of the CLI; none for those that say nothing of its end.
fn state(word: &str) -> Option<AgentState> {
    match word {
        "completed" | "done" | "success" | "succeeded" => Some(AgentState::Ended),
        "failed" | "error" | "errored" | "timed_out" | "timeout" => Some(AgentState::Failed),
        "stopped" | "killed" | "cancelled" | "canceled" | "aborted" | "interrupted" => Some(AgentState::Stopped),
        "lost" => Some(AgentState::Lost),
        "running" | "in_progress" | "pending" | "queued" | "started" => Some(AgentState::Open),
        _ => None,
    }
}

impl<'a> TaskLine<'a> {
    pub fn of(event: &'a Event) -> Option<Self> {
        let payload = &event.payload;
        match (event.kind, event.event_type.as_str()) {
            (Kind::Other, "system/background_tasks_changed") => Some(Self::Running(list(payload.get("tasks")?)?)),
            (Kind::Other, "system/task_started") => {
                let mut task = TaskSaid::of(payload)?;
                // The prompt stands there, too, and a progress line tells what is being done: neither is its name.
                task.summary = None;
                task.state = Some(AgentState::Open);
                Some(Self::One(task))
            }
            (Kind::Other, "system/task_progress") => {
                let mut task = TaskSaid::of(payload)?;
                task.text = None;
                task.summary = None;
                Some(Self::One(task))
            }
            (Kind::Other, kind) if kind.starts_with("system/task_") => {
                let mut task = TaskSaid::of(payload)?;
                if kind == "system/task_notification" {
                    // Whatever its word, it is over: an unknown one tells of no success.
                    task.state = task
                        .state
                        .filter(|state| *state != AgentState::Open)
                        .or(Some(AgentState::Lost));
                }
                task.text = None;
                Some(Self::One(task))
            }
            (Kind::Other | Kind::Session, _) if payload::text(payload, "agent_id").is_none() => {
                Some(Self::Running(list(payload.get("background_tasks")?)?))
            }
            (Kind::ToolExecution, "tool_execution_post") => launched(payload),
            _ => None,
        }
    }
}

fn list(tasks: &Value) -> Option<Vec<TaskSaid<'_>>> {
    let tasks = tasks.as_array()?.iter().filter_map(TaskSaid::of);
    let is_running = |task: &TaskSaid<'_>| task.state.is_none_or(|state| state == AgentState::Open);
    Some(tasks.filter(is_running).take(TASKS).collect())
}

/// A command that was sent to the background says under which id.
fn launched(payload: &Value) -> Option<TaskLine<'_>> {
    let answer = ["tool_use_result", "tool_response", "output"]
        .iter()
        .find_map(|field| payload.get(field).filter(|answer| answer.is_object()));
    let id = answer.and_then(|answer| payload::first_text(answer, &["backgroundTaskId", "background_task_id"]));
    // `Command running in background with ID: b7cnmf1op. Output …`
    let worded = || {
        let output = payload.get("output")?.as_str()?;
        let (_, rest) = output.split_once("running in background with ID: ")?;
        rest.split(|letter: char| !letter.is_alphanumeric() && letter != '_' && letter != '-')
            .next()
    };
    let id = id.or_else(worded).filter(|id| !id.is_empty())?;
    Some(TaskLine::Launched(TaskSaid {
        id,
        tool_use_id: payload::text(payload, "tool_use_id"),
        text: payload
            .get("input")
            .and_then(|input| payload::first_text(input, &["description", "command"])),
        task_type: Some("shell"),
        in_background: Some(true),
        state: Some(AgentState::Open),
        ..TaskSaid::default()
    }))
}
