//! What an event says of an agent's todo list: all of it, or one task.
//!
//! Claude Code's tasks come one by one: TaskCreate (its id is in the answer), TaskUpdate, TaskList. A call that was refused
//! changes nothing, so a list changes by the answer, and what the answer does not repeat is remembered from the call.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Moment;
use super::todo::{TodoItem, TodoState};
use crate::entry;
use crate::event::{Event, Kind};
use crate::excerpt::excerpt;
use crate::from_json::from_fields;
use crate::payload;

const TEXT_BYTES: usize = 120;
/// Tasks that one task may wait for.
const BLOCKED_BY: usize = 8;
/// What is looked at of one list.
const ITEMS: usize = 200;

/// What an event says.
pub(super) enum TodoSaid {
    /// A tool was called that changes the list, once it answers; without an id it does so at once.
    Called(Option<String>, TodoChange),
    /// The call was answered.
    Answered {
        tool_use_id: Option<String>,
        is_refused: bool,
        /// What the answer itself tells.
        change: Option<TodoChange>,
    },
    /// Told by itself.
    Changed(TodoChange),
}

/// A change of the list.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum TodoChange {
    /// This is the list from here on.
    All(Vec<TodoSet>),
    /// One task, which may be new.
    One(TodoSet),
}

/// What is said of one thing to do.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct TodoSet {
    pub id: Option<String>,
    pub text: Option<String>,
    pub state: Option<TodoState>,
    #[serde(default)]
    pub is_deleted: bool,
    /// Tasks that have to be done before; none where that is not told.
    pub blocked_by: Option<Vec<String>>,
    /// Whether they are added to those known.
    #[serde(default)]
    pub adds_blocked_by: bool,
}

from_fields!(TodoSet {
    id,
    text,
    state,
    is_deleted,
    blocked_by,
    adds_blocked_by
});

impl TodoSaid {
    pub fn of(event: &Event) -> Option<Self> {
        let payload = &event.payload;
        match (event.kind, event.event_type.as_str()) {
            (Kind::Other, "todo_list") => Some(Self::Changed(all(payload.get("todos")?)?)),
            (Kind::Other, "hook/TaskCreated" | "hook/TaskCompleted") => {
                let state = match event.event_type.as_str() {
                    "hook/TaskCompleted" => TodoState::Completed,
                    _ => TodoState::Pending,
                };
                Some(Self::Changed(TodoChange::One(TodoSet {
                    id: Some(id(payload, &["task_id"])?),
                    text: text(payload, &["task_subject"]),
                    state: Some(state),
                    ..TodoSet::default()
                })))
            }
            (Kind::ToolExecution, _) => {
                let tool = payload::text(payload, "tool_name");
                let tool_use_id = payload::text(payload, "tool_use_id").map(|id| excerpt(id, 96));
                if entry::is_post(event) {
                    return of_answer(tool, tool_use_id, payload);
                }
                let input = payload.get("input")?;
                let change = match tool? {
                    "TodoWrite" | "write_todos" | "todowrite" | "todo_write" => all(input.get("todos")?)?,
                    "TaskCreate" => TodoChange::One(TodoSet {
                        text: text(input, &["subject", "description"]),
                        state: Some(TodoState::Pending),
                        blocked_by: blocked_by(input),
                        ..TodoSet::default()
                    }),
                    "TaskUpdate" => TodoChange::One(update(input)?),
                    _ => return None,
                };
                Some(Self::Called(tool_use_id, change))
            }
            _ => None,
        }
    }
}

/// An answer; of one whose tool is not named only a call that is remembered says what it changes.
fn of_answer(tool: Option<&str>, tool_use_id: Option<String>, payload: &Value) -> Option<TodoSaid> {
    let is_task = |tool: &str| tool.starts_with("Task") || tool.to_ascii_lowercase().contains("todo");
    if tool.is_some_and(|tool| !is_task(tool)) {
        return None;
    }
    let answer = ["tool_use_result", "tool_response", "output"]
        .iter()
        .find_map(|field| payload.get(field).filter(|answer| answer.is_object()));
    let answer = answer.unwrap_or(&Value::Null);
    let is_refused = entry::is_failed(payload) || payload::flag(answer, "success") == Some(false);
    let output = payload.get("output").and_then(Value::as_str).unwrap_or_default();
    let change = match tool {
        Some("TaskCreate") => created(answer, output),
        Some("TaskList") => listed(answer, output),
        _ => None,
    };
    if tool.is_none() && tool_use_id.is_none() {
        return None;
    }
    Some(TodoSaid::Answered {
        tool_use_id,
        is_refused,
        change: change.filter(|_| !is_refused),
    })
}

/// The id that a new task got: in the answer's fields, else in its words (`Task #3 created successfully: Run the tests`).
fn created(answer: &Value, output: &str) -> Option<TodoChange> {
    let task = answer.get("task").unwrap_or(answer);
    let worded = || {
        let (_, rest) = output.split_once('#')?;
        let (number, rest) = rest.split_at(rest.find(|letter: char| !letter.is_alphanumeric() && letter != '-')?);
        let subject = rest
            .split_once(": ")
            .map(|(_, subject)| excerpt(subject.trim(), TEXT_BYTES));
        (!number.is_empty()).then(|| (number.to_owned(), subject))
    };
    let (id, subject) = match id(task, &["id", "taskId"]) {
        Some(id) => (id, text(task, &["subject"])),
        None => worded()?,
    };
    Some(TodoChange::One(TodoSet {
        id: Some(id),
        text: subject,
        state: Some(TodoState::Pending),
        ..TodoSet::default()
    }))
}

/// The list as it stands: in the answer's fields, else in its words, a line each (`#1 [completed] Write the module`).
fn listed(answer: &Value, output: &str) -> Option<TodoChange> {
    if let Some(tasks) = answer.get("tasks").and_then(Value::as_array) {
        return Some(TodoChange::All(tasks.iter().take(ITEMS).map(TodoSet::of).collect()));
    }
    let lines = output.lines().filter_map(|line| {
        let (id, rest) = line.trim().strip_prefix('#')?.split_once(" [")?;
        let (state, subject) = rest.split_once("] ")?;
        Some(TodoSet {
            id: Some(excerpt(id, 40)),
            text: Some(excerpt(subject, TEXT_BYTES)),
            state: state_of(state),
            ..TodoSet::default()
        })
    });
    let tasks: Vec<TodoSet> = lines.take(ITEMS).collect();
    (!tasks.is_empty()).then_some(TodoChange::All(tasks))
}

fn update(input: &Value) -> Option<TodoSet> {
    let status = payload::text(input, "status");
    let added = ["addBlockedBy", "add_blocked_by"]
        .iter()
        .find_map(|field| ids(input.get(field)?));
    Some(TodoSet {
        id: Some(id(input, &["taskId", "task_id", "id"])?),
        text: text(input, &["subject"]),
        state: status.and_then(state_of),
        is_deleted: matches!(status, Some("deleted")),
        adds_blocked_by: added.is_some(),
        blocked_by: added.or_else(|| blocked_by(input)),
    })
}

fn all(todos: &Value) -> Option<TodoChange> {
    let todos = todos.as_array()?.iter().take(ITEMS).map(TodoSet::of);
    Some(TodoChange::All(todos.collect()))
}

impl TodoSet {
    /// An entry of a list.
    fn of(todo: &Value) -> Self {
        let status = payload::text(todo, "status");
        Self {
            id: id(todo, &["id", "taskId"]),
            text: Some(text(todo, &["content", "text", "subject", "description", "activeForm"]).unwrap_or_default()),
            state: Some(status.and_then(state_of).unwrap_or(TodoState::Pending)),
            is_deleted: matches!(status, Some("cancelled" | "canceled" | "deleted")),
            blocked_by: blocked_by(todo),
            adds_blocked_by: false,
        }
    }

    /// What the answer to a call adds to what the call said.
    pub(super) fn completed_by(mut self, answer: Self) -> Self {
        self.id = self.id.or(answer.id);
        self.text = self.text.or(answer.text);
        self
    }

    /// The item that it makes, or makes of the one that is known.
    pub(super) fn item(&self, known: Option<&TodoItem>, moment: Moment) -> TodoItem {
        let text = self.text.clone().or_else(|| known.map(|item| item.text.clone()));
        let state = self
            .state
            .or_else(|| known.map(|item| item.state))
            .unwrap_or(TodoState::Pending);
        let mut blocked_by = match (&self.blocked_by, known) {
            (Some(told), Some(item)) if self.adds_blocked_by => [item.blocked_by.as_slice(), told].concat(),
            (Some(told), _) => told.clone(),
            (None, known) => known.map(|item| item.blocked_by.clone()).unwrap_or_default(),
        };
        blocked_by.dedup();
        blocked_by.truncate(BLOCKED_BY);
        TodoItem {
            text: text.unwrap_or_default(),
            state,
            since: known
                .filter(|item| item.state == state)
                .map_or(moment, |item| item.since),
            id: self.id.clone().or_else(|| known?.id.clone()),
            blocked_by,
        }
    }
}

fn state_of(word: &str) -> Option<TodoState> {
    match word {
        "completed" | "done" => Some(TodoState::Completed),
        "in_progress" | "in-progress" | "active" => Some(TodoState::InProgress),
        "pending" | "open" | "todo" => Some(TodoState::Pending),
        _ => None,
    }
}

fn blocked_by(task: &Value) -> Option<Vec<String>> {
    ["blockedBy", "blocked_by"]
        .iter()
        .find_map(|field| ids(task.get(field)?))
}

fn ids(list: &Value) -> Option<Vec<String>> {
    let ids = list.as_array()?.iter().filter_map(|id| match id {
        Value::String(id) => Some(excerpt(id, 40)),
        Value::Number(id) => Some(id.to_string()),
        _ => None,
    });
    Some(ids.take(BLOCKED_BY).collect())
}

fn id(task: &Value, fields: &[&str]) -> Option<String> {
    fields
        .iter()
        .find_map(|field| payload::scalar(task, field))
        .map(|id| excerpt(&id, 40))
}

fn text(task: &Value, fields: &[&str]) -> Option<String> {
    payload::first_text(task, fields).map(|text| excerpt(text, TEXT_BYTES))
}
