//! One agent of a workflow, or a sub-agent under the Task call that started it.

mod ending;

use serde::{Deserialize, Serialize};

use super::Moment;
use super::agent_state::AgentState;
use super::event_facts::{EventFacts, KindFacts};
use super::tokens::Tokens;
use crate::excerpt::excerpt;
use crate::from_json::from_fields;
use crate::stage;
use crate::timestamp::Timestamp;
use crate::usage::Usage;

const SPANS: usize = 20;

/// What an agent has done so far, over all its runs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Agent {
    /// The folder's name, or what the sub-agent was asked to do.
    pub name: String,
    /// The Task call that started it; none for an agent with a folder of its own.
    pub parent: Option<String>,
    /// The agent whose Task call that was.
    pub under: Option<String>,
    pub stage: Option<String>,
    pub model: Option<String>,
    pub run: u32,
    pub session_id: Option<String>,
    pub cwd: Option<String>,
    pub state: AgentState,
    pub started: Moment,
    pub last: Moment,
    pub ended: Option<Moment>,
    /// Messages of the model that were seen.
    pub messages: u64,
    /// Turns that the results of its sessions reported.
    pub reported_turns: u64,
    pub tools: u64,
    pub errors: u64,
    pub usage: Usage,
    /// The sum of the sessions before this one; a result's cost is cumulative within its session.
    earlier_cost_usd: Option<f64>,
    session_cost_usd: Option<f64>,
    /// What the results reported, summed over their segments.
    pub reported_ms: Option<u64>,
    /// What it said at the end.
    pub result: Option<String>,
    /// When tools ran: start and length in milliseconds from `started`, and whether one failed.
    pub spans: Vec<(u32, u32, bool)>,
    /// How many agents stand above it: 0 for one with a folder, 1 for its sub-agents, 2 for theirs.
    #[serde(default)]
    pub depth: u32,
    /// The call that started the sub-agent that this one works for.
    #[serde(default)]
    pub within: Option<String>,
    /// The CLI's id of a sub-agent, and its type.
    #[serde(default)]
    pub agent_id: Option<String>,
    #[serde(default)]
    pub agent_type: Option<String>,
    /// It goes on beside the agent that started it.
    #[serde(default)]
    pub in_background: bool,
    /// Its turn is over, but something of it runs in the background.
    #[serde(default)]
    pub has_answered: bool,
    /// Tokens with those of its sub-agents; none for a sub-agent.
    #[serde(default)]
    pub tokens: Option<Tokens>,
    /// Tokens and calls of a sub-agent as it was told of them, where its own lines tell fewer.
    #[serde(default)]
    pub told_tokens: Option<u64>,
    #[serde(default)]
    pub told_tools: Option<u64>,
    /// Calls that were not allowed.
    #[serde(default)]
    pub denials: u64,
    /// The trouble of the API or the CLI that nothing followed yet.
    #[serde(default)]
    pub trouble: Option<String>,
    /// It was asked something, and has not answered.
    #[serde(default)]
    pub(super) is_asked: bool,
    /// Only hooks tell of it, and they do not say what it is called.
    #[serde(default)]
    pub(super) by_hook: bool,
    /// It is called by what it was asked to do.
    #[serde(default)]
    pub(super) is_named: bool,
    /// Which of several that are alike has its id is a guess.
    #[serde(default)]
    pub(super) is_guess: bool,
}

from_fields!(Agent {
    name,
    parent,
    under,
    stage,
    model,
    run,
    session_id,
    cwd,
    state,
    started,
    last,
    ended,
    messages,
    reported_turns,
    tools,
    errors,
    usage,
    earlier_cost_usd,
    session_cost_usd,
    reported_ms,
    result,
    spans,
    depth,
    within,
    agent_id,
    agent_type,
    in_background,
    has_answered,
    tokens,
    told_tokens,
    told_tools,
    denials,
    trouble,
    is_asked,
    by_hook,
    is_named,
    is_guess,
});

impl Agent {
    pub(super) fn new(facts: &EventFacts<'_>, name: &str) -> Self {
        Self {
            name: excerpt(name, 96),
            parent: None,
            under: None,
            stage: stage::of_agent(name).map(str::to_owned),
            model: None,
            run: facts.run.unwrap_or(1),
            session_id: None,
            cwd: None,
            state: AgentState::Seen,
            started: facts.moment,
            last: facts.moment,
            ended: None,
            messages: 0,
            reported_turns: 0,
            tools: 0,
            errors: 0,
            usage: Usage::default(),
            earlier_cost_usd: None,
            session_cost_usd: None,
            reported_ms: None,
            result: None,
            spans: Vec::new(),
            depth: 0,
            within: None,
            agent_id: None,
            agent_type: None,
            in_background: false,
            has_answered: false,
            tokens: None,
            told_tokens: None,
            told_tools: None,
            denials: 0,
            trouble: None,
            is_asked: false,
            by_hook: facts.is_hook && facts.agent.is_none(),
            is_named: false,
            is_guess: false,
        }
    }

    /// The agent with a folder that this is, or works for.
    pub fn folder(&self) -> &str {
        self.under.as_deref().unwrap_or(&self.name)
    }

    pub fn turns(&self) -> u64 {
        if self.reported_turns > 0 {
            self.reported_turns
        } else {
            self.messages
        }
    }

    pub fn cost_usd(&self) -> Option<f64> {
        match (self.earlier_cost_usd, self.session_cost_usd) {
            (None, None) => None,
            (earlier, session) => Some(earlier.unwrap_or(0.0) + session.unwrap_or(0.0)),
        }
    }

    /// How long it took in milliseconds: as reported, or from its known times; none while nobody can tell.
    pub fn duration_ms(&self) -> Option<u64> {
        let ended = self
            .ended
            .filter(|ended| ended.source.is_known() && self.started.source.is_known());
        ended.map(|ended| ended.at.since(self.started.at)).or(self.reported_ms)
    }

    pub(super) fn add_span(&mut self, from: Timestamp, to: Timestamp, error: bool) {
        let clip = |ms: u64| u32::try_from(ms).unwrap_or(u32::MAX);
        let (start, length) = (clip(from.since(self.started.at)), clip(to.since(from)));
        let at = self.spans.partition_point(|span| span.0 <= start);
        self.spans.insert(at, (start, length, error));
        if self.spans.len() > SPANS {
            let gap = |pair: &[(u32, u32, bool)]| pair[1].0.saturating_sub(pair[0].0.saturating_add(pair[0].1));
            let closest = self
                .spans
                .windows(2)
                .enumerate()
                .min_by_key(|(_, pair)| gap(pair))
                .map_or(0, |(at, _)| at);
            let second = self.spans.remove(closest + 1);
            let first = &mut self.spans[closest];
            let end = first.0.saturating_add(first.1).max(second.0.saturating_add(second.1));
            *first = (first.0, end - first.0, first.2 || second.2);
        }
    }

    /// Whether an event tells of what was before the end that is known.
    pub(super) fn is_late(&self, facts: &EventFacts<'_>) -> bool {
        let is_before =
            |ended: &Moment| ended.source.is_known() && facts.moment.source.is_known() && facts.moment.at < ended.at;
        self.state != AgentState::Open && self.ended.as_ref().is_some_and(is_before)
    }

    /// Whether nothing shows that it ever was at work.
    pub(super) fn has_done_nothing(&self) -> bool {
        self.tools == 0 && self.messages == 0 && self.agent_id.is_none()
    }

    /// The run that an event begins, because it is of a later one than this is in.
    pub(super) fn next_run(&self, facts: &EventFacts<'_>) -> Option<u32> {
        facts.run.filter(|run| facts.is_sign_of_life && *run > self.run)
    }

    /// All its tokens: those of its sub-agents are in it.
    pub fn tokens(&self) -> u64 {
        match self.tokens {
            Some(tokens) => tokens.total().total(),
            None => self.usage.total().max(self.told_tokens.unwrap_or(0)),
        }
    }

    /// Calls of tools, its own.
    pub fn calls(&self) -> u64 {
        self.tools.max(self.told_tools.unwrap_or(0))
    }

    /// Takes in what every event says of its agent.
    pub(super) fn note(&mut self, facts: &EventFacts<'_>) {
        if let Some(run) = self.next_run(facts) {
            self.run = run;
            self.result = None;
        }
        let moment = facts.moment;
        if moment.at >= self.last.at || (moment.source.is_known() && !self.last.source.is_known()) {
            self.last = moment;
        }
        // Where only hooks tell of a session, it is at work from what it is asked.
        let is_asked = self.parent.is_none() && facts.entry.event_type == "hook/UserPromptSubmit";
        self.is_asked |= is_asked || facts.is_work;
        // What a call answers may come after the agent was stopped, and a copy of what was done before later still.
        let is_work = facts.is_work && !matches!(facts.of_kind, KindFacts::Answer(_));
        if (is_work || (is_asked && self.by_hook)) && !self.is_late(facts) {
            self.has_answered = false;
            if self.state != AgentState::Open {
                self.state = AgentState::Open;
                self.ended = None;
            }
        }
        if facts.trouble.is_some() {
            self.trouble = facts.trouble.map(|words| excerpt(words, 240));
        } else if facts.is_work {
            self.trouble = None;
        }
        if let KindFacts::Stopped(end) = &facts.of_kind {
            self.stop(end.failed, end.answer, end.session_over, moment);
        }
        if self.parent.is_some() && facts.entry.event_type == "hook/SubagentStop" {
            self.result = facts.answer.map(|answer| excerpt(answer, 240)).or(self.result.take());
            self.close(AgentState::Ended, moment);
        }
        if self.session_id.is_none() {
            self.session_id = facts.session_id.map(str::to_owned);
        }
        if self.cwd.is_none() {
            self.cwd = facts.cwd.map(|cwd| excerpt(cwd, 200));
        }
        self.tools += u64::from(matches!(facts.of_kind, KindFacts::Call));
        if let Some(cost_usd) = facts.cost_so_far_usd {
            self.change_session(facts);
            self.session_cost_usd = Some(cost_usd);
        }
        if let Some(model) = facts.model {
            self.model = Some(excerpt(model, 64));
        }
    }

    /// Another name that it has: that of its call, or that of the CLI.
    pub(super) fn know(&mut self, call: Option<&str>, agent_id: Option<&str>) {
        if self.agent_id.is_none() {
            self.agent_id = agent_id.map(|id| excerpt(id, 96));
        }
        if let Some(call) = call
            && self.parent == self.agent_id
        {
            self.parent = Some(excerpt(call, 96));
        }
    }

    /// Another that turned out to be the same.
    pub(super) fn take_over(&mut self, other: &Self) {
        self.know(None, other.agent_id.as_deref());
        self.tools += other.tools;
        self.errors += other.errors;
        self.messages += other.messages;
        self.usage.add(other.usage);
        self.session_id = self.session_id.take().or_else(|| other.session_id.clone());
        self.cwd = self.cwd.take().or_else(|| other.cwd.clone());
        self.model = self.model.take().or_else(|| other.model.clone());
        self.agent_type = self.agent_type.take().or_else(|| other.agent_type.clone());
        self.result = self.result.take().or_else(|| other.result.clone());
        if other.started.at < self.started.at {
            self.started = other.started;
        }
    }

    /// Which of two was started by which call turned out to be the other way round.
    pub(super) fn swap_calls(&mut self, other: &mut Self) {
        std::mem::swap(&mut self.parent, &mut other.parent);
        std::mem::swap(&mut self.name, &mut other.name);
        std::mem::swap(&mut self.started, &mut other.started);
        self.is_guess = false;
        other.is_guess = false;
    }

    pub(super) fn rename(&mut self, name: &str) {
        self.name = excerpt(name, 96);
        self.stage = stage::of_agent(name).map(str::to_owned);
        self.by_hook = false;
    }
}
