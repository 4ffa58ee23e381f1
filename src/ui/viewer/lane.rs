//! Agents as lanes: when each worked, when its tools ran, and what it took.

use std::fmt::Write as _;

use leptos::prelude::*;

use super::axis::Axis;
use super::facts::short_model;
use crate::figure::figure;
use crate::format::{self, decimal};
use crate::icon;
use crate::status_mark;
use domain::status::Status;
use domain::timeline::agent::Agent;
use domain::timeline::agent_state::AgentState;
use domain::timestamp::Timestamp;
use domain::usage::Usage;

/// When an agent worked, as far as that is known for certain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WorkSpan {
    pub from: Timestamp,
    pub to: Timestamp,
    /// It started before adwatch was watching.
    pub is_cut: bool,
    /// It is still going on: its end is now.
    pub is_open: bool,
}

impl WorkSpan {
    /// None where no time of the agent is known. `first_known` is the first moment of the workflow that is.
    pub fn of(agent: &Agent, status: Status, now: Timestamp, first_known: Option<Timestamp>) -> Option<Self> {
        let last = agent.last.source.is_known().then_some(agent.last.at);
        let ended = agent
            .ended
            .filter(|ended| ended.source.is_known())
            .map(|ended| ended.at);
        let is_open = agent.state == AgentState::Open && status.is_at_work() && last.is_some();
        let to = if is_open { now } else { ended.or(last)? };
        let is_cut = !agent.started.source.is_known();
        let from = if is_cut { first_known? } else { agent.started.at };
        Some(Self {
            from: from.min(to),
            to,
            is_cut,
            is_open,
        })
    }
}

/// The figures of a lane; those of an agent include what its sub-agents did.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Sums {
    pub turns: u64,
    pub tools: u64,
    pub errors: u64,
    pub usage: Usage,
    pub cost_usd: Option<f64>,
}

impl Sums {
    pub fn of(agent: &Agent) -> Self {
        Self {
            turns: agent.turns(),
            tools: agent.tools,
            errors: agent.errors,
            usage: agent.usage,
            cost_usd: agent.cost_usd(),
        }
    }

    /// Adds a sub-agent. Its cost is already included in the result of the agent that it works for.
    pub fn add(&mut self, sub: &Agent) {
        self.turns += sub.turns();
        self.tools += sub.tools;
        self.errors += sub.errors;
        self.usage.add(sub.usage);
    }

    pub fn view(self) -> AnyView {
        let errors = if self.errors > 0 {
            "num text-bad"
        } else {
            "num text-fg3"
        };
        view! {
            <span role="cell" class="num">{format::whole(self.turns)}</span>
            <span role="cell" class="num">{format::whole(self.tools)}</span>
            <span role="cell" class=errors>{format::whole(self.errors)}</span>
            <span role="cell" class="num">{figure(format::amount(self.usage.total()))}</span>
            <span role="cell" class="num">
                {self.cost_usd.map_or_else(|| "–".to_owned(), format::money)}
            </span>
        }
        .into_any()
    }
}

/// The state of an agent as shape and word.
pub fn state_mark(state: AgentState, status: Status) -> AnyView {
    let (slug, word, shape) = match (state, status) {
        (AgentState::Open, status) if status.is_at_work() => ("running", "running", icon::running(12)),
        (AgentState::Open, _) => ("stalled", "no end recorded", icon::icon("#stall", 12)),
        (AgentState::Ended, _) => ("completed", "ended", icon::icon("#done", 12)),
        (AgentState::Failed, _) => ("failed", "failed", icon::icon("#fail", 12)),
        (AgentState::Stopped, _) => ("stalled", "stopped before the end", icon::icon("#stall", 12)),
        (AgentState::Lost, _) => ("stalled", "left without a known end", icon::icon("#unknown", 12)),
        (AgentState::Seen, _) => ("", "no session recorded", icon::icon("#pending", 12)),
    };
    view! {
        <span class=format!("st {slug} {}", status_mark::SHEET) title=word>
            {shape}
            <span class="sr-only">{word}</span>
        </span>
    }
    .into_any()
}

/// Who: the state, the name, the run and the model.
pub fn who(agent: &Agent, status: Status) -> AnyView {
    let is_sub = agent.parent.is_some();
    let indent = if is_sub {
        "pl-9 max-md:pl-7 text-fg2 text-xs"
    } else {
        "pl-3"
    };
    let run = (agent.run > 1).then(|| view! { <span class="lbl">{format!("run {}", agent.run)}</span> }.into_any());
    let model = agent.model.as_deref().map(short_model).unwrap_or_default().to_owned();
    view! {
        <div role="rowheader" class=format!("flex items-center gap-2 pr-3 min-w-0 h-full {indent}") title=agent.name.clone()>
            {state_mark(agent.state, status)}
            <span class="truncate">{agent.name.clone()}</span>
            {run}
            <span class="grow"></span>
            <span class="mono text-fg3 truncate max-w-24 max-md:hidden" title=agent.model.clone()>{model}</span>
        </div>
    }
    .into_any()
}

/// The bar: pale for the model, strong where a tool ran, red where one failed.
pub fn bar(agent: &Agent, span: WorkSpan, axis: &Axis) -> AnyView {
    let (top, height) = if agent.parent.is_some() { (9, 6) } else { (7, 10) };
    let left = axis.place(span.from);
    let right = axis.place(span.to).max(left + 3.0);
    let block = |path: &mut String, left: f64, right: f64| {
        let (left, right) = (decimal(left, 1), decimal(right, 1));
        let _ = write!(path, "M{left} {top}H{right}v{height}H{left}z");
    };
    let mut model = String::new();
    block(&mut model, left, right);
    let (mut tools, mut errors) = (String::new(), String::new());
    for (start, length, failed) in &agent.spans {
        let begin = Timestamp(agent.started.at.0.saturating_add(i64::from(*start)));
        let end = Timestamp(begin.0.saturating_add(i64::from(*length)));
        let (from, to) = (axis.place(begin), axis.place(end));
        block(&mut tools, from, to.max(from + 1.0).min(right.max(from + 1.0)));
        if *failed {
            let _ = write!(errors, "M{} {}v{}", decimal(to, 1), top - 4, height + 8);
        }
    }
    let edge = span
        .is_open
        .then(|| format!("M{} {}v{}", decimal(right, 1), top - 3, height + 6));
    view! {
        <svg class="bars" viewBox="0 0 1000 24" preserveAspectRatio="none" aria-hidden="true">
            <path class="model" d=model></path>
            <path class="tool" d=tools></path>
            <path class="error" d=errors></path>
            <path class="edge" d=edge></path>
        </svg>
        {label(span, left, right)}
    }
    .into_any()
}

/// The duration next to the bar, on the side where there is room.
fn label(span: WorkSpan, left: f64, right: f64) -> AnyView {
    let measured = format::elapsed(span.to.since(span.from));
    let text = if span.is_cut {
        format!("≥{}{measured}", format::THIN)
    } else {
        measured
    };
    let title = if span.is_cut {
        "Started before adwatch was watching".to_owned()
    } else {
        format!("{} to {}", format::moment(span.from), format::moment(span.to))
    };
    let beside = |side, place| format!("{side}:calc({}% + 8px)", decimal(place, 2));
    let style = if right < 800.0 && !span.is_open {
        beside("left", right / 10.0)
    } else if left > 110.0 {
        beside("right", 100.0 - left / 10.0)
    } else {
        beside("left", right.min(900.0) / 10.0)
    };
    view! { <span class="dur" style=style title=title>{text}</span> }.into_any()
}

/// What is shown instead of a bar if no time is known.
pub fn reported(agent: &Agent) -> AnyView {
    let text = match (agent.duration_ms(), agent.state) {
        (Some(ms), _) => format!("{} (reported)", format::duration(ms)),
        (None, AgentState::Seen) => String::new(),
        (None, _) => "duration unknown".to_owned(),
    };
    view! { <span class="dur" style="left:8px">{text}</span> }.into_any()
}
