//! Which events match, apart from their range: for each property, any of the named values.

use serde_json::Value;

use super::event::{Event, Kind};
use super::letters::lower;
use super::level::Level;
use super::search;

/// An empty list matches everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    pub kinds: Vec<Kind>,
    pub agents: Vec<String>,
    pub levels: Vec<Level>,
    /// Only events whose payload contains this, ignoring case (see `domain::search`).
    pub q: Option<String>,
}

impl Filter {
    pub fn is_empty(&self) -> bool {
        !self.has_facets() && self.q.is_none()
    }

    /// Whether it filters by anything besides a text.
    pub fn has_facets(&self) -> bool {
        !(self.kinds.is_empty() && self.agents.is_empty() && self.levels.is_empty())
    }

    /// The text to find, in the form in which it is compared.
    pub fn needle(&self) -> Option<String> {
        self.q.as_deref().map(lower)
    }

    pub fn takes(&self, kind: Kind, agent: Option<&str>, level: Level) -> bool {
        (self.kinds.is_empty() || self.kinds.contains(&kind))
            && (self.agents.is_empty() || agent.is_some_and(|agent| self.agents.iter().any(|known| known == agent)))
            && (self.levels.is_empty() || self.levels.contains(&level))
    }

    /// The law that every index must obey: whether an event, with its whole payload, matches.
    pub fn matches(&self, event: &Event, whole: &Value) -> bool {
        self.takes(event.kind, event.agent.as_deref(), Level::of(event))
            && self.needle().is_none_or(|needle| search::holds(whole, &needle))
    }
}
