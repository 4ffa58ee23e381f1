//! The stages above the lanes: in their place on the axis, or in a row where no time is known.

use leptos::prelude::*;

use super::axis::Axis;
use crate::format::{self, decimal};
use crate::icon;
use crate::stage_bar::state_word;
use domain::letters::capital;
use domain::stage::STAGES;
use domain::status::Status;
use domain::timeline::stage_line::{StageLine, StageState};
use domain::timestamp::Timestamp;

/// The position of a stage, in per cent of the plot, and how long it took.
struct Place {
    left: f64,
    width: f64,
    measured_ms: Option<u64>,
}

/// The stages that have started. One without a known start begins at the left end, one found later is left out.
pub fn bands(stages: &[StageLine], axis: Option<&Axis>, status: Status, now: Timestamp) -> AnyView {
    let count = stages.len().max(1) as f64;
    let place = |(at, stage): (usize, &StageLine)| match axis {
        Some(axis) => on_axis(stage, axis, status, now),
        None => Some(Place {
            left: at as f64 * 100.0 / count,
            width: 99.6 / count,
            measured_ms: stage.measured_ms(),
        }),
    };
    stages
        .iter()
        .enumerate()
        .filter_map(|stage| place(stage).map(|place| band(stage.1, &place, status)))
        .collect_view()
        .into_any()
}

/// A place and a width in per cent of the plot, as a style.
pub fn left_and_width(left: f64, width: f64) -> String {
    format!("left:{}%;width:{}%", decimal(left, 2), decimal(width, 2))
}

fn on_axis(stage: &StageLine, axis: &Axis, status: Status, now: Timestamp) -> Option<Place> {
    let started = stage.started.filter(|started| started.source.is_known());
    let ended = stage.ended.filter(|ended| ended.source.is_known());
    if started.is_none() && (ended.is_none() && stage.state != StageState::Running) {
        return None;
    }
    let left = started.map_or(0.0, |started| axis.place(started.at) / 10.0);
    // Without an end it is still running, or was when the last event came: both extend to the end of the axis.
    let right = axis.place(ended.map_or(now, |ended| ended.at)) / 10.0;
    let until = ended.map(|ended| ended.at).or((!status.is_over()).then_some(now));
    let measured_ms = stage.measured_ms().or_else(|| Some(until?.since(started?.at)));
    Some(Place {
        left,
        width: (right - left - 0.15).max(0.4),
        measured_ms,
    })
}

fn band(stage: &StageLine, place: &Place, status: Status) -> AnyView {
    let slug = match (stage.state, status) {
        (StageState::Running, Status::NeedsPerson | Status::Running | Status::Waiting) => "running",
        (StageState::Failed, _) => "failed",
        (StageState::Running | StageState::Completed | StageState::Skipped | StageState::Pending, _) => "",
    };
    let shape = match (stage.state, status) {
        (StageState::Running, Status::Stalled | Status::Unknown) => icon::status(status, 12),
        (StageState::Running, Status::Failed | Status::Completed) => icon::icon("#unknown", 12),
        (state, _) => icon::stage(Some(state), 12),
    };
    let name = capital(&stage.name);
    let derived = if stage.derived {
        ", inferred from the agents at work"
    } else {
        ""
    };
    let title = format!("{name} {}{derived}", state_word(Some(stage.state)));
    let style = left_and_width(place.left, place.width);
    view! {
        <span class=format!("band {slug}") style=style title=title>
            {shape}
            <span class="truncate">{name}</span>
            <span class="mono ml-auto">{place.measured_ms.map(format::elapsed)}</span>
        </span>
    }
    .into_any()
}

/// The stages that had ended before adwatch was watching: `before: Plan, Build`.
pub fn before(stages: &[StageLine]) -> Option<String> {
    let names: Vec<String> = stages
        .iter()
        .filter(|stage| stage.ended.is_some_and(|ended| !ended.source.is_known()))
        .map(|stage| capital(&stage.name))
        .collect();
    (!names.is_empty()).then(|| format!("before: {}", names.join(", ")))
}

/// The stages that have not begun, if any has.
pub fn to_come(stages: &[StageLine]) -> Option<AnyView> {
    let reached = STAGES
        .iter()
        .rposition(|name| stages.iter().any(|stage| stage.name == *name));
    reached.filter(|reached| reached + 1 < STAGES.len()).map(|reached| {
        // Four names leave no room for their icons.
        let is_roomy = STAGES.len() - reached <= 4;
        let stage = |name: &&'static str| {
            view! {
                <span class="flex items-center gap-1.5">
                    {is_roomy.then(|| icon::icon("#pending", 10))}
                    {capital(name)}
                </span>
            }
            .into_any()
        };
        view! {
            <span class="lbl">"then"</span>
            {STAGES[reached + 1..].iter().map(stage).collect_view()}
        }
        .into_any()
    })
}
