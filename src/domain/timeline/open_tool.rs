//! Tool calls without a result yet, and how long each tool usually takes.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::agent::Agent;
use super::event_facts::{EventFacts, KindFacts};
use crate::entry::Entry;
use crate::event::TimeSource;
use crate::excerpt::excerpt;
use crate::from_json::{Fault, FromJson, from_fields};
use crate::timestamp::Timestamp;

/// Up to 17 at once were seen in one agent.
const OPEN: usize = 32;
const USUAL: usize = 32;

/// A call that waits for its result.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OpenTool {
    pub tool_use_id: String,
    pub seq: u64,
    pub agent: Option<String>,
    /// Whether a sub-agent made the call.
    pub nested: bool,
    /// The call that started that sub-agent.
    #[serde(default)]
    pub lane: Option<String>,
    /// The type of the sub-agent that the call starts.
    #[serde(default)]
    pub agent_type: Option<String>,
    pub name: String,
    /// What it was asked, in one line.
    pub text: String,
    pub at: Timestamp,
    pub time_source: TimeSource,
}

from_fields!(OpenTool {
    tool_use_id,
    seq,
    agent,
    nested,
    lane,
    agent_type,
    name,
    text,
    at,
    time_source,
});

/// The mean duration by tool, of the calls whose both ends were seen.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Usual(BTreeMap<String, (u64, u64)>);

impl FromJson for Usual {
    fn from_json(value: Value) -> Result<Self, Fault> {
        BTreeMap::from_json(value).map(Self)
    }
}

impl Usual {
    pub(super) fn apply(&mut self, facts: &EventFacts<'_>) {
        if let (KindFacts::Answer(_), Some(duration_ms)) = (&facts.of_kind, facts.entry.duration_ms) {
            self.note(&facts.entry.head, duration_ms);
        }
    }

    fn note(&mut self, tool: &str, duration_ms: u64) {
        if self.0.len() >= USUAL && !self.0.contains_key(tool) {
            return;
        }
        let (count, total_ms) = self.0.entry(tool.to_owned()).or_default();
        *count += 1;
        *total_ms = total_ms.saturating_add(duration_ms);
    }

    /// The mean in milliseconds; none below three calls, which say little.
    pub fn of(&self, tool: &str) -> Option<u64> {
        self.0
            .get(tool)
            .filter(|(count, _)| *count >= 3)
            .map(|(count, total_ms)| total_ms / count)
    }
}

impl OpenTool {
    /// Whether both ends of the call are known, so that it is known how long it took.
    pub(super) fn is_measured(&self, answer: &EventFacts<'_>) -> bool {
        self.time_source.is_known() && answer.moment.source.is_known()
    }
}

/// Remembers a call, or gives the one that is answered. `agent` is whose event it is, one of
/// `agents`, as they were before.
pub(super) fn apply(
    tools: &mut Vec<OpenTool>,
    facts: &EventFacts<'_>,
    agent: Option<&Agent>,
    agents: &[Agent],
) -> Option<OpenTool> {
    if let Some(agent) = agent {
        // Calls that a finished run left open will never be answered.
        if agent.next_run(facts).is_some() {
            close_all_of(tools, &agent.name, |_| false);
        }
        // Again where both hold: of two calls with one id, a round closes the older, whoever made it.
        let is_over = facts.is_over();
        if (facts.is_end() || is_over) && agent.parent.is_none() {
            let goes_on = |tool: &OpenTool| {
                let mut of_lane = agents
                    .iter()
                    .filter(|agent| tool.lane.is_some() && agent.parent == tool.lane);
                !is_over && of_lane.any(|agent| agent.in_background)
            };
            close_all_of(tools, &agent.name, goes_on);
        }
    }
    match &facts.of_kind {
        KindFacts::Call => {
            open(tools, facts, agent);
            None
        }
        KindFacts::Answer(_) => close(tools, facts.entry.tool_use_id.as_deref()?),
        KindFacts::Plain
        | KindFacts::SessionStarted
        | KindFacts::SessionEnded(_)
        | KindFacts::Stopped(_)
        | KindFacts::Prompt(_)
        | KindFacts::Document(_)
        | KindFacts::Source(_) => None,
    }
}

/// A call without an id can never be closed, so it is not held open.
fn open(tools: &mut Vec<OpenTool>, facts: &EventFacts<'_>, agent: Option<&Agent>) {
    let entry: &Entry = &facts.entry;
    let Some(id) = &entry.tool_use_id else { return };
    if agent.is_some_and(|agent| agent.is_late(facts)) {
        return;
    }
    if tools.len() == OPEN {
        tools.remove(0);
    }
    tools.push(OpenTool {
        tool_use_id: id.clone(),
        seq: entry.seq,
        agent: agent.map(|agent| agent.folder().to_owned()),
        nested: agent.is_some_and(|agent| agent.parent.is_some()),
        lane: agent.and_then(|agent| agent.parent.clone()),
        agent_type: facts.lane.starts.map(|kind| excerpt(kind, 64)),
        name: entry.head.clone(),
        text: excerpt(&entry.text, 160),
        at: entry.at,
        time_source: entry.time_source,
    });
}

fn close(tools: &mut Vec<OpenTool>, id: &str) -> Option<OpenTool> {
    let at = tools.iter().position(|tool| tool.tool_use_id == id)?;
    Some(tools.remove(at))
}

fn close_all_of(tools: &mut Vec<OpenTool>, name: &str, goes_on: impl Fn(&OpenTool) -> bool) {
    let left = tools
        .iter()
        .filter(|tool| tool.agent.as_deref() == Some(name) && !goes_on(tool));
    let left: Vec<String> = left.map(|tool| tool.tool_use_id.clone()).collect();
    for id in left {
        close(tools, &id);
    }
}
