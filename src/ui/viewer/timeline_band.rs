//! The timeline: stages above, agents as lanes, the trace of events below; one axis for all.

use std::fmt::Write as _;

use leptos::prelude::*;

use super::axis::Axis;
use super::lane::{Sums, WorkSpan, bar, reported, who};
use super::stage_bands::{bands, before, left_and_width, to_come};
use super::subject::{Subject, use_subject};
use crate::derived::Derived;
use crate::dynamic::dynamic;
use crate::format::{self, decimal};
use crate::sheets::sheet;
use crate::trace_plot::bar_height;
use domain::status::Status;
use domain::timeline::Timeline;
use domain::timeline::agent::Agent;
use domain::timeline::agent_state::AgentState;
use domain::timeline::stage_line::StageLine;
use domain::timeline::trace::{Pace, Trace};
use domain::timestamp::Timestamp;

const SHEET: &str = sheet!("lane");

/// All that the band draws.
#[derive(Clone, Debug, PartialEq)]
struct Drawn {
    stages: Vec<StageLine>,
    agents: Vec<Agent>,
    agents_dropped: u64,
    trace: Trace,
    last_known_at: Option<Timestamp>,
}

impl Drawn {
    fn of(timeline: &Timeline) -> Self {
        Self {
            stages: timeline.stages.clone(),
            agents: timeline.agents.clone(),
            agents_dropped: timeline.agents_dropped,
            trace: timeline.trace.clone(),
            last_known_at: timeline.last_known_at,
        }
    }

    /// The axis over everything whose time is known; none where nothing is.
    fn axis(&self, status: Status, now: Timestamp) -> Option<Axis> {
        let last = self.last_known_at?;
        let spans = self
            .agents
            .iter()
            .filter_map(|agent| WorkSpan::of(agent, status, now, self.trace.start));
        let busy: Vec<(Timestamp, Timestamp)> = spans.map(|span| (span.from, span.to)).collect();
        let stages = self
            .stages
            .iter()
            .filter_map(|stage| stage.started)
            .filter(|started| started.source.is_known())
            .map(|started| started.at);
        let start = busy
            .iter()
            .map(|(from, _)| *from)
            .chain(stages)
            .chain(self.trace.start)
            .min()?;
        let end = if status.is_over() { last } else { now.max(last) };
        Some(Axis::new(start, end, &busy, !status.is_over()))
    }

    fn is_live(status: Status) -> bool {
        !status.is_over()
    }
}

#[component]
pub fn TimelineBand() -> impl IntoView {
    let subject = use_subject();
    let drawn = subject.part(Drawn::of);
    let status = subject.status();
    // While it runs the axis grows with time; once it is over it stands still.
    let now = Derived::new(move |_| {
        if status.get().is_over() {
            Timestamp(0)
        } else {
            subject.store.now.get()
        }
    });
    let axis = Derived::new(move |_| drawn.with(|drawn| drawn.axis(status.get(), now.get())));
    view! {
        <section class=format!("lanes border-b border-line {SHEET}") aria-label="Timeline">
            <div class="tri h-7 max-md:h-8">
                <div class="flex items-center gap-2 px-3 min-w-0">
                    <h2 class="font-semibold">"Timeline"</h2>
                    <span class="lbl truncate max-md:hidden">
                        {dynamic(move || axis.with(|axis| extent(axis.as_ref())))}
                        {dynamic(move || drawn.with(|drawn| before(&drawn.stages).filter(|_| axis.with(Option::is_some))))}
                    </span>
                </div>
                <div class="plot">{dynamic(move || {
                    drawn.with(|drawn| axis.with(|axis| {
                        let end = if status.get().is_over() { drawn.last_known_at.unwrap_or_default() } else { now.get() };
                        bands(&drawn.stages, axis.as_ref(), status.get(), end)
                    }))
                })}
                    {dynamic(move || axis.with(|axis| axis.as_ref().map(folds)))}</div>
                <div class="flex items-center gap-3 px-3 text-fg3 text-xs min-w-0 overflow-hidden max-md:hidden">
                    {dynamic(move || drawn.with(|drawn| to_come(&drawn.stages)))}
                </div>
            </div>
            <div class="tri h-6 border-b border-line">
                <div class="flex items-center gap-4 px-3 text-2xs text-fg3">
                    <span>"agent"</span>
                    <span class="grow"></span>
                    {legend()}
                </div>
                <div class="plot">{dynamic(move || axis.with(|axis| axis.as_ref().map(|axis| ticks(axis, status.get()))))}</div>
                <div class="f5 text-2xs text-fg3 text-right">
                    <span>"turns"</span>
                    <span>"tools"</span>
                    <span>"errors"</span>
                    <span>"tokens"</span>
                    <span>"cost"</span>
                </div>
            </div>
            <div class="relative">
                <div class="tri absolute inset-0 pointer-events-none" aria-hidden="true">
                    <div></div>
                    <div class="plot">{dynamic(move || axis.with(|axis| axis.as_ref().map(|axis| grid(axis, status.get()))))}</div>
                    <div></div>
                </div>
                <div role="table" aria-label="Agents">
                    {dynamic(move || drawn.with(|drawn| axis.with(|axis| lanes(drawn, axis.as_ref(), status.get(), subject.store.now.get_untracked()))))}
                </div>
            </div>
            {totals(subject, drawn, axis)}
        </section>
    }
    .into_any()
}

/// How long it was active, and how much idle time was folded.
fn extent(axis: Option<&Axis>) -> String {
    match axis {
        None => "times unknown: found afterwards".to_owned(),
        Some(axis) if axis.idle_ms > 0 => format!(
            "{} active, {} idle folded",
            format::elapsed(axis.active_ms),
            format::elapsed(axis.idle_ms)
        ),
        Some(_) => String::new(),
    }
}

fn legend() -> AnyView {
    view! {
        <span class="flex items-center gap-3 max-lg:hidden" aria-hidden="true">
            <span class="flex items-center gap-1">
                <svg width="12" height="8"><path d="M0 0h12v8H0z" fill="var(--bar-model)"></path></svg>
                "model"
            </span>
            <span class="flex items-center gap-1">
                <svg width="12" height="8"><path d="M0 0h12v8H0z" fill="var(--bar-tool)"></path></svg>
                "tool"
            </span>
            <span class="flex items-center gap-1">
                <svg width="4" height="12"><path d="M1 0h2v12H1z" fill="var(--bad)"></path></svg>
                "error"
            </span>
        </span>
    }
    .into_any()
}

fn ticks(axis: &Axis, status: Status) -> AnyView {
    let (ticks, step) = axis.ticks();
    let word = move |at: Timestamp| {
        if step < 60_000 {
            at.clock()
        } else if step >= 86_400_000 {
            let civil = at.civil();
            format!("{:02}-{:02}", civil.month, civil.day)
        } else {
            format::minute(at)
        }
    };
    let now = Drawn::is_live(status)
        .then(|| view! { <span class="tick !text-accent" style="left:96%">"now"</span> }.into_any());
    view! {
        {ticks
            .into_iter()
            .enumerate()
            .map(|(at, tick)| {
                let class = if at % 3 == 0 { "tick" } else { "tick max-md:hidden" };
                view! {
                    <span class=class style=format!("left:{}%", decimal(tick.place / 10.0, 2))>{word(tick.at)}</span>
                }
                .into_any()
            })
            .collect_view()}
        {now}
        {folds(axis)}
    }
    .into_any()
}

/// The lines behind all lanes.
fn grid(axis: &Axis, status: Status) -> AnyView {
    let (ticks, _) = axis.ticks();
    let now = Drawn::is_live(status).then(|| view! { <span class="nowline" style="left:96%"></span> }.into_any());
    view! {
        {ticks
            .into_iter()
            .map(|tick| view! { <span class="grid-v" style=format!("left:{}%", decimal(tick.place / 10.0, 2))></span> }.into_any())
            .collect_view()}
        {folds(axis)}
        {now}
    }
    .into_any()
}

fn folds(axis: &Axis) -> AnyView {
    axis.folds()
        .map(|(left, right)| {
            let style = left_and_width(left / 10.0, (right - left) / 10.0);
            view! { <span class="fold" style=style></span> }.into_any()
        })
        .collect_view()
        .into_any()
}

fn lanes(drawn: &Drawn, axis: Option<&Axis>, status: Status, now: Timestamp) -> AnyView {
    if drawn.agents.is_empty() {
        return view! {
            <p class="px-3 py-2 text-fg2">
                "No agents yet. A lane will appear here with the first event that names an agent."
            </p>
        }
        .into_any();
    }
    let lane = |agent: &Agent| {
        let is_sub = agent.parent.is_some();
        let is_open = agent.state == AgentState::Open && status.is_at_work();
        let mut sums = Sums::of(agent);
        if !is_sub {
            for sub in drawn
                .agents
                .iter()
                .filter(|sub| sub.under.as_ref() == Some(&agent.name))
            {
                sums.add(sub);
            }
        }
        let class = format!(
            "tri lane {}{}{SHEET}",
            if is_open { "open " } else { "" },
            if is_sub { "sub " } else { "" }
        );
        let span = WorkSpan::of(agent, status, now, drawn.trace.start);
        let plot = match (axis, span) {
            (Some(axis), Some(span)) => bar(agent, span, axis),
            _ => reported(agent),
        };
        let figures = if is_sub { "f5 h-full text-fg2" } else { "f5 h-full" };
        view! {
            <div role="row" class=class>
                {who(agent, status)}
                <div role="cell" class="plot h-full">{plot}</div>
                <div class=figures role="presentation">{sums.view()}</div>
            </div>
        }
        .into_any()
    };
    let dropped = (drawn.agents_dropped > 0).then(|| {
        view! {
            <p class="px-3 py-1 lbl">
                {format::counted(drawn.agents_dropped, "earlier agent is", "earlier agents are")} " not shown here"
            </p>
        }
        .into_any()
    });
    view! {
        {drawn.agents.iter().map(lane).collect_view()}
        {dropped}
    }
    .into_any()
}

/// The last row: all events over the axis, and the sums of the workflow.
fn totals(subject: Subject, drawn: Derived<Drawn>, axis: Derived<Option<Axis>>) -> impl IntoView {
    let sums = subject.part(|timeline| Sums {
        turns: timeline.agents.iter().map(Agent::turns).sum(),
        tools: timeline.tools,
        errors: timeline.error_count,
        usage: timeline.usage,
        cost_usd: timeline.cost_usd(),
    });
    let pace = subject.part(|timeline| timeline.pace.clone());
    let ten_seconds = Derived::new(move |_| subject.store.now.get().0.div_euclid(10_000));
    let rate = dynamic(move || {
        ten_seconds.track();
        pace.with(|pace| format::rate(rate_of(pace, subject.store.now.get_untracked())))
    });
    view! {
        <div class="tri h-8 border-t border-line">
            <div class="flex items-center gap-2 px-3">
                <span>"Events"</span>
                <span class="grow"></span>
                <span class="mono">{rate} {format::THIN} <span class="u">"/s"</span></span>
            </div>
            <div class="plot">
                {dynamic(move || drawn.with(|drawn| axis.with(|axis| axis.as_ref().map(|axis| event_trace(&drawn.trace, axis)))))}
            </div>
            <div role="table" aria-label="All agents together">
                <div role="row" class="f5 h-full font-semibold">{dynamic(move || sums.get().view())}</div>
            </div>
        </div>
    }
    .into_any()
}

/// Events a second over the last 30 to 60 seconds.
fn rate_of(pace: &Pace, now: Timestamp) -> f64 {
    let bars = pace.bars(now);
    let newest: u32 = bars.iter().rev().take(2).map(|(events, _)| u32::from(*events)).sum();
    f64::from(newest) / (30.0 + now.0.rem_euclid(30_000) as f64 / 1_000.0)
}

fn event_trace(trace: &Trace, axis: &Axis) -> AnyView {
    let most = trace.events.iter().copied().max().unwrap_or(0);
    let (mut bars, mut errors) = (String::new(), String::new());
    for (bucket, events) in trace.events.iter().enumerate() {
        let Some(start) = trace.start else { break };
        let at = Timestamp(start.0 + trace.width_ms * bucket as i64 + trace.width_ms / 2);
        if *events == 0 || axis.is_folded(at) {
            continue;
        }
        let place = decimal(axis.place(at), 1);
        if trace.errors.get(bucket).is_some_and(|errors| *errors > 0) {
            let _ = write!(errors, "M{place} 23V2");
        } else {
            let _ = write!(bars, "M{place} 23v-{}", bar_height(*events, most) * 3 / 2);
        }
    }
    let total: u32 = trace.events.iter().sum();
    // As wide as a bucket, if that is more than a hairline.
    let width = trace.start.map_or(0.0, |start| {
        axis.place(Timestamp(start.0 + trace.width_ms)) - axis.place(start)
    });
    let width = decimal((width * 0.6).clamp(2.5, 10.0), 1);
    view! {
        <svg
            class=format!("absolute inset-x-0 bottom-0 {}", crate::trace_plot::SHEET)
            height="24"
            viewBox="0 0 1000 24"
            preserveAspectRatio="none"
            role="img"
            aria-label=format!("{total} events over the whole run")
        >
            <path class="base" d="M0 23.5H1000"></path>
            <path class="bars" stroke-width=width.clone() d=bars></path>
            <path class="errors" stroke-width=width d=errors></path>
        </svg>
    }
    .into_any()
}
