//! The todo list an agent keeps: the best sign of what it is doing now.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Moment;
use crate::event::Event;
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
    /// The list in a call of TodoWrite; none for other tools.
    pub(super) fn of_tool(event: &Event, before: Option<&Self>) -> Option<Self> {
        if !matches!(
            payload::text(&event.payload, "tool_name"),
            Some("TodoWrite" | "write_todos")
        ) {
            return None;
        }
        let todos = event.payload.get("input")?.get("todos")?.as_array()?;
        let items = todos
            .iter()
            .take(ITEMS)
            .map(|todo| TodoItem::new(todo, event, before))
            .collect();
        Some(Self {
            agent: event.agent.clone(),
            written: Moment::of(event),
            items,
            more: todos.len().saturating_sub(ITEMS),
        })
    }

    pub fn done(&self) -> usize {
        self.items
            .iter()
            .filter(|item| item.state == TodoState::Completed)
            .count()
    }
}

impl TodoItem {
    fn new(todo: &Value, event: &Event, before: Option<&TodoList>) -> Self {
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
            since: same.map_or_else(|| Moment::of(event), |item| item.since),
            text,
            state,
        }
    }
}
