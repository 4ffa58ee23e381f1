//! The six stages of a workflow as a bar.

use leptos::prelude::*;

use crate::sheets::sheet;
use domain::letters::capital;
use domain::stage::STAGES;
use domain::status::Status;
use domain::timeline::stage_line::StageState;

const SHEET: &str = concat!("stages ", sheet!("stages"));

/// The stage's state as a word.
pub fn state_word(state: Option<StageState>) -> &'static str {
    match state {
        Some(StageState::Running) => "running",
        Some(StageState::Completed) => "completed",
        Some(StageState::Failed) => "failed",
        Some(StageState::Skipped) => "skipped",
        Some(StageState::Pending) | None => "not started",
    }
}

/// The number of the newest stage that has started, from 1; 0 before the first.
pub fn reached(stages: &[Option<StageState>; 6]) -> usize {
    stages.iter().rposition(Option::is_some).map_or(0, |at| at + 1)
}

/// The bar; what runs takes the colour of the workflow's status.
pub fn stage_bar(stages: &[Option<StageState>; 6], status: Status) -> AnyView {
    let at = reached(stages);
    let label = match at.checked_sub(1) {
        Some(newest) => format!(
            "Stage {at} of 6: {} {}",
            capital(STAGES[newest]),
            state_word(stages[newest])
        ),
        None => "No stage has started".to_owned(),
    };
    let segment = |state: &Option<StageState>| {
        let class = match (state, status) {
            (Some(StageState::Running), Status::Stalled | Status::Unknown) => "stalled",
            (Some(StageState::Running), Status::Failed) => "failed",
            (Some(StageState::Running), Status::Completed) => "completed",
            (Some(StageState::Running), Status::NeedsPerson | Status::Running | Status::Waiting) => "running",
            (Some(StageState::Completed), _) => "completed",
            (Some(StageState::Failed), _) => "failed",
            (Some(StageState::Skipped), _) => "skipped",
            (Some(StageState::Pending) | None, _) => "",
        };
        view! { <i class=class></i> }.into_any()
    };
    view! {
        <span class=SHEET role="img" aria-label=label>
            {stages.iter().map(segment).collect_view()}
        </span>
    }
    .into_any()
}
