//! The todo list an agent keeps: the best sign of what it is doing now.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Moment;
use super::event_facts::{EventFacts, KindFacts};
use crate::excerpt::excerpt;
use crate::from_json::{from_fields, from_name};
use crate::payload;

const ITEMS: usize = 30;

/// The last list an agent wrote.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TodoList {
    pub agent: Option<String>,
    pub written: Moment,
    pub items: Vec<TodoItem>,
    /// Items beyond the first 30.
    pub more: usize,
}

from_fields!(TodoList {
    agent,
    written,
    items,
    more
});

/// One thing to do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TodoItem {
    pub text: String,
    pub state: TodoState,
    /// When it was first seen in this state.
    pub since: Moment,
}

from_fields!(TodoItem { text, state, since });

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TodoState {
    Pending,
    InProgress,
    Completed,
}

from_name!(TodoState);

impl TodoList {
    pub fn done(&self) -> usize {
        self.items
            .iter()
            .filter(|item| item.state == TodoState::Completed)
            .count()
    }
}

/// Takes in the list that an agent writes. What stands in the one before in the same state has been so since then.
pub(super) fn apply(list: &mut Option<TodoList>, facts: &EventFacts<'_>) {
    let (KindFacts::Call { todos: Some(todos) } | KindFacts::Todos(todos)) = facts.of_kind else {
        return;
    };
    let is_given_up = |todo: &&Value| matches!(payload::text(todo, "status"), Some("cancelled" | "canceled"));
    let todos: Vec<&Value> = todos.iter().filter(|todo| !is_given_up(todo)).collect();
    let items = todos.iter().take(ITEMS);
    *list = Some(TodoList {
        items: items
            .map(|todo| TodoItem::new(todo, facts.moment, list.as_ref()))
            .collect(),
        agent: facts.agent.map(str::to_owned),
        written: facts.moment,
        more: todos.len().saturating_sub(ITEMS),
    });
}

impl TodoItem {
    fn new(todo: &Value, moment: Moment, before: Option<&TodoList>) -> Self {
        let state = match payload::text(todo, "status") {
            Some("completed") => TodoState::Completed,
            Some("in_progress") => TodoState::InProgress,
            _ => TodoState::Pending,
        };
        let text = excerpt(
            payload::first_text(todo, &["content", "text", "description", "activeForm"]).unwrap_or_default(),
            120,
        );
        let same = before.and_then(|list| list.items.iter().find(|item| item.text == text && item.state == state));
        Self {
            since: same.map_or(moment, |item| item.since),
            text,
            state,
        }
    }
}
