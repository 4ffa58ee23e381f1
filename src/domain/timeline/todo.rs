//! The todo list an agent keeps: the best sign of what it is doing now.

use serde::{Deserialize, Serialize};

use super::Moment;
use super::event_facts::EventFacts;
use super::todo_said::{TodoChange, TodoSaid, TodoSet};
use crate::from_json::{from_fields, from_name};

const ITEMS: usize = 30;
/// Calls whose answers have not come.
const CALLED: usize = 8;

/// The last list an agent wrote.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TodoList {
    pub agent: Option<String>,
    pub written: Moment,
    pub items: Vec<TodoItem>,
    /// Items beyond the first 30.
    pub more: usize,
    /// What calls will change once they are answered.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    called: Vec<Called>,
}

from_fields!(TodoList {
    agent,
    written,
    items,
    more,
    called
});

/// One thing to do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TodoItem {
    pub text: String,
    pub state: TodoState,
    /// When it was first seen in this state.
    pub since: Moment,
    /// What the agent calls it, where tasks are told one by one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The tasks that have to be done before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub blocked_by: Vec<String>,
}

from_fields!(TodoItem {
    text,
    state,
    since,
    id,
    blocked_by
});

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TodoState {
    Pending,
    InProgress,
    Completed,
}

from_name!(TodoState);

/// A call that waits for its answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Called {
    tool_use_id: String,
    all: Option<Vec<TodoSet>>,
    one: Option<TodoSet>,
}

from_fields!(Called { tool_use_id, all, one });

impl TodoList {
    pub fn done(&self) -> usize {
        self.items
            .iter()
            .filter(|item| item.state == TodoState::Completed)
            .count()
    }

    fn new(agent: Option<&str>, moment: Moment) -> Self {
        Self {
            agent: agent.map(str::to_owned),
            written: moment,
            items: Vec::new(),
            more: 0,
            called: Vec::new(),
        }
    }

    fn change(&mut self, change: &TodoChange, moment: Moment) {
        self.written = moment;
        match change {
            TodoChange::All(sets) => self.replace(sets, moment),
            TodoChange::One(set) => self.set(set, moment),
        }
    }

    /// What stands in the list before in the same state has been so since then.
    fn replace(&mut self, sets: &[TodoSet], moment: Moment) {
        let sets: Vec<&TodoSet> = sets.iter().filter(|set| !set.is_deleted).collect();
        let items = sets.iter().take(ITEMS).map(|set| {
            let mut known = self.items.iter().filter(|item| match &set.id {
                Some(id) => item.id.as_ref() == Some(id),
                None => set.text.as_ref() == Some(&item.text) && set.state == Some(item.state),
            });
            set.item(known.next(), moment)
        });
        self.items = items.collect();
        self.more = sets.len().saturating_sub(ITEMS);
    }

    fn set(&mut self, set: &TodoSet, moment: Moment) {
        let known = self
            .items
            .iter()
            .position(|item| item.id.is_some() && item.id == set.id);
        match known {
            Some(at) if set.is_deleted => {
                self.items.remove(at);
            }
            // What is created may have been told of by another door, which knows how far it is.
            Some(at) if set.state == Some(TodoState::Pending) && set.text.is_some() => {
                let mut set = set.clone();
                set.state = None;
                self.items[at] = set.item(Some(&self.items[at]), moment);
            }
            Some(at) => self.items[at] = set.item(Some(&self.items[at]), moment),
            None if set.is_deleted || set.text.is_none() => {}
            None if self.items.len() >= ITEMS => self.more += 1,
            None => self.items.push(set.item(None, moment)),
        }
    }
}

/// Takes in what an event says of the list. `agent` is whose event it is: another agent's is another list.
pub(super) fn apply(list: &mut Option<TodoList>, facts: &EventFacts<'_>, agent: Option<&str>) {
    let Some(said) = &facts.todo else { return };
    let is_other = |list: &TodoList| list.agent.as_deref() != agent;
    let moment = facts.moment;
    match said {
        TodoSaid::Called(Some(tool_use_id), change) => {
            if list.as_ref().is_none_or(is_other) {
                *list = Some(TodoList::new(agent, moment));
            }
            let Some(list) = list else { return };
            // Of whole lists only the newest can still matter, and they are long.
            if matches!(change, TodoChange::All(_)) {
                list.called.retain(|called| called.all.is_none());
            }
            if list.called.len() == CALLED {
                list.called.remove(0);
            }
            let (all, one) = match change.clone() {
                TodoChange::All(sets) => (Some(sets.into_iter().take(ITEMS + 1).collect()), None),
                TodoChange::One(set) => (None, Some(set)),
            };
            list.called.push(Called {
                tool_use_id: tool_use_id.clone(),
                all,
                one,
            });
        }
        TodoSaid::Called(None, change) | TodoSaid::Changed(change) => {
            if list.as_ref().is_none_or(is_other) {
                *list = Some(TodoList::new(agent, moment));
            }
            if let Some(list) = list {
                list.change(change, moment);
            }
        }
        TodoSaid::Answered {
            tool_use_id,
            is_refused,
            change,
        } => {
            let called = list.as_mut().and_then(|list| {
                let at = list
                    .called
                    .iter()
                    .position(|called| Some(&called.tool_use_id) == tool_use_id.as_ref())?;
                Some(list.called.remove(at))
            });
            let change = match (called, change) {
                (Some(Called { all: Some(sets), .. }), None) => Some(TodoChange::All(sets)),
                (Some(Called { one: Some(set), .. }), Some(TodoChange::One(told))) => {
                    Some(TodoChange::One(set.completed_by(told.clone())))
                }
                (Some(Called { one: Some(set), .. }), None) => Some(TodoChange::One(set)),
                (_, told) => told.clone(),
            };
            let Some(change) = change.filter(|_| !is_refused) else {
                return;
            };
            if list.as_ref().is_none_or(is_other) {
                *list = Some(TodoList::new(agent, moment));
            }
            if let Some(list) = list {
                list.change(&change, moment);
            }
        }
    }
}
