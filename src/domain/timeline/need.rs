//! What a person is waited for: a permission, an answer, the word on a plan, or the next thing to do.

use serde::{Deserialize, Serialize};

use super::Moment;
use super::event_facts::{EventFacts, KindFacts};
use super::need_kind::NeedKind;
use super::need_said::{Asked, NeedSaid, TEXT_BYTES};
use super::open_tool::OpenTool;
use crate::excerpt::{excerpt, first_line};
use crate::from_json::from_fields;

/// More wait at once only where something went wrong.
const NEEDS: usize = 8;
/// Calls that one message makes are begun within this time.
const AT_ONCE_MS: u64 = 500;

/// One thing that a person is waited for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Need {
    pub kind: NeedKind,
    /// What is asked, in words.
    pub text: String,
    /// The answers that are offered.
    pub choices: Vec<String>,
    /// The agent that waits.
    pub agent: Option<String>,
    /// The event that asked.
    pub seq: u64,
    pub since: Moment,
    pub tool_use_id: Option<String>,
    pub request_id: Option<String>,
    /// The sub-agent that waits, by its call.
    #[serde(default)]
    lane: Option<String>,
    /// Only a hook asked: of a refusal it will not tell.
    #[serde(default)]
    by_hook: bool,
}

from_fields!(Need {
    kind,
    text,
    choices,
    agent,
    seq,
    since,
    tool_use_id,
    request_id,
    lane,
    by_hook,
});

/// Takes in what an event says of those who wait. `agent` is the agent whose session it is.
pub(super) fn apply(needs: &mut Vec<Need>, facts: &EventFacts<'_>, agent: Option<&str>, open_tools: &[OpenTool]) {
    let is_over = match &facts.of_kind {
        KindFacts::SessionStarted | KindFacts::SessionEnded(_) => true,
        KindFacts::Stopped(_) => facts.lane.agent_id.is_none(),
        _ => facts.process_end.is_some(),
    };
    let is_of_agent = |need: &Need| agent.is_some() && need.agent.as_deref() == agent;
    if is_over {
        needs.retain(|need| !is_of_agent(need));
    }
    match &facts.need {
        None => {}
        Some(NeedSaid::Nobody) => needs.retain(|need| !is_of_agent(need)),
        Some(NeedSaid::Answered(id)) => needs.retain(|need| !need.is_of(Some(id))),
        Some(NeedSaid::GoesOn) => {
            let lane = facts.entry.parent.as_deref().or(facts.lane.agent_id);
            let is_next = |need: &Need| {
                need.by_hook && need.lane.as_deref() == lane && facts.moment.at.since(need.since.at) > AT_ONCE_MS
            };
            needs.retain(|need| !(is_of_agent(need) && is_next(need)));
        }
        Some(NeedSaid::Asked(asked)) => {
            let call = asked.tool_use_id.or_else(|| call_of(open_tools, asked, agent));
            ask(needs, asked, call, facts, agent);
        }
    }
}

/// The open call that a permission is for, where the request does not name it.
fn call_of<'a>(open_tools: &'a [OpenTool], asked: &Asked<'_>, agent: Option<&str>) -> Option<&'a str> {
    let (name, text) = asked.tool.as_ref()?;
    let mut calls = open_tools
        .iter()
        .rev()
        .filter(|tool| tool.agent.as_deref() == agent && tool.name == *name);
    calls
        .find(|tool| tool.text == *text)
        .map(|tool| tool.tool_use_id.as_str())
}

fn ask(needs: &mut Vec<Need>, asked: &Asked<'_>, call: Option<&str>, facts: &EventFacts<'_>, agent: Option<&str>) {
    let is_nameless = call.is_none() && asked.request_id.is_none();
    let same = needs.iter_mut().find(|need| {
        need.is_of(call)
            || need.is_of(asked.request_id)
            // One door tells it with an id, another without.
            || (need.kind == asked.kind && need.agent.as_deref() == agent && (need.is_nameless() || is_nameless))
    });
    if let Some(need) = same {
        need.tool_use_id = need.tool_use_id.take().or_else(|| call.map(|id| excerpt(id, 96)));
        need.request_id = need
            .request_id
            .take()
            .or_else(|| asked.request_id.map(|id| excerpt(id, 96)));
        need.by_hook &= facts.is_hook;
        // One door may know only that something is asked.
        if asked.text.len() > need.text.len() && !is_nameless {
            need.text = first_line(&asked.text, TEXT_BYTES);
        }
        if need.choices.is_empty() {
            need.choices.clone_from(&asked.choices);
        }
        return;
    }
    // That somebody is asked for a permission says all that a general notice would.
    if asked.kind == NeedKind::Input && needs.iter().any(|need| need.agent.as_deref() == agent) {
        return;
    }
    if needs.len() == NEEDS {
        needs.remove(0);
    }
    needs.push(Need {
        kind: asked.kind,
        text: first_line(&asked.text, TEXT_BYTES),
        choices: asked.choices.clone(),
        agent: agent.map(str::to_owned),
        seq: facts.entry.seq,
        since: facts.moment,
        tool_use_id: call.map(|id| excerpt(id, 96)),
        request_id: asked.request_id.map(|id| excerpt(id, 96)),
        lane: facts
            .entry
            .parent
            .clone()
            .or_else(|| facts.lane.agent_id.map(|id| excerpt(id, 96))),
        by_hook: facts.is_hook,
    });
}

impl Need {
    fn is_of(&self, id: Option<&str>) -> bool {
        id.is_some() && (self.tool_use_id.as_deref() == id || self.request_id.as_deref() == id)
    }

    fn is_nameless(&self) -> bool {
        self.tool_use_id.is_none() && self.request_id.is_none()
    }
}
