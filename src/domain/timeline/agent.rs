//! One agent of a workflow, or a sub-agent under the Task call that started it.

use serde::{Deserialize, Serialize};

use super::Moment;
use super::event_facts::{EventFacts, KindFacts, SessionEnd};
use crate::excerpt::excerpt;
use crate::from_json::{from_fields, from_name};
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
});

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AgentState {
    /// It was heard of, but no session of it: a script's log, a push.
    Seen,
    /// A session is under way.
    Open,
    Ended,
    Failed,
}

from_name!(AgentState);

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

    /// The run that an event begins, because it is of a later one than this is in.
    pub(super) fn next_run(&self, facts: &EventFacts<'_>) -> Option<u32> {
        facts.run.filter(|run| facts.is_sign_of_life && *run > self.run)
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
        if facts.is_work && self.state != AgentState::Open {
            self.state = AgentState::Open;
            self.ended = None;
        }
        // Where a stream's result has said so already, or will, the hook changes nothing.
        let has_answered = matches!(facts.of_kind, KindFacts::Stopped);
        if has_answered && self.state == AgentState::Open {
            self.state = AgentState::Ended;
            self.ended = Some(moment);
        }
        if self.session_id.is_none() {
            self.session_id = facts.session_id.map(str::to_owned);
        }
        if self.cwd.is_none() {
            self.cwd = facts.cwd.map(|cwd| excerpt(cwd, 200));
        }
        self.tools += u64::from(matches!(facts.of_kind, KindFacts::Call { .. }));
        if let Some(cost_usd) = facts.cost_so_far_usd {
            self.change_session(facts);
            self.session_cost_usd = Some(cost_usd);
        }
        if let Some(model) = facts.model {
            self.model = Some(excerpt(model, 64));
        }
    }

    /// A session began.
    pub(super) fn begin(&mut self, facts: &EventFacts<'_>) {
        self.change_session(facts);
        self.state = AgentState::Open;
        self.ended = None;
        if let Some(cwd) = facts.cwd {
            self.cwd = Some(excerpt(cwd, 200));
        }
    }

    /// A session ended.
    pub(super) fn end(&mut self, facts: &EventFacts<'_>, end: &SessionEnd) {
        self.change_session(facts);
        self.state = if end.failed {
            AgentState::Failed
        } else {
            AgentState::Ended
        };
        self.ended = Some(facts.moment);
        self.session_cost_usd = end.cost_usd.or(self.session_cost_usd);
        self.reported_turns += end.turns;
        self.reported_ms = end
            .duration_ms
            .map(|ms| self.reported_ms.unwrap_or(0).saturating_add(ms))
            .or(self.reported_ms);
        self.result.clone_from(&end.result);
    }

    fn change_session(&mut self, facts: &EventFacts<'_>) {
        if facts.session_id.is_some() && self.session_id.as_deref() != facts.session_id {
            self.session_id = facts.session_id.map(str::to_owned);
            if let Some(cost) = self.session_cost_usd.take() {
                self.earlier_cost_usd = Some(self.earlier_cost_usd.unwrap_or(0.0) + cost);
            }
        }
    }
}
