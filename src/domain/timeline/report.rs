//! What a publisher or the state document says of the workflow as a whole.

use serde::{Deserialize, Serialize};

use super::{Moment, Timeline, stage_line};
use crate::event::Event;
use crate::excerpt::excerpt;
use crate::from_json::{from_fields, from_name};
use crate::payload;
use crate::stage;

/// The last word on the workflow.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Report {
    pub state: Reported,
    pub message: Option<String>,
    pub step: Option<String>,
    pub workflow_name: Option<String>,
    pub progress_percent: Option<u64>,
    pub said: Moment,
    /// Who said it, for example `adw_state.json`.
    pub by: String,
}

from_fields!(Report {
    state,
    message,
    step,
    workflow_name,
    progress_percent,
    said,
    by
});

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reported {
    Running,
    Completed,
    Failed,
}

from_name!(Reported);

impl Reported {
    /// Reads the words that scripts use; none for those that say nothing about the end.
    pub fn from_word(word: &str) -> Option<Self> {
        match word.trim().to_ascii_lowercase().as_str() {
            "completed" | "complete" | "success" | "succeeded" | "done" | "finished" | "shipped" | "passed" => {
                Some(Self::Completed)
            }
            "failed" | "failure" | "error" | "errored" | "aborted" | "cancelled" | "canceled" => Some(Self::Failed),
            "started" | "running" | "in_progress" | "in-progress" | "active" | "working" => Some(Self::Running),
            _ => None,
        }
    }
}

/// Takes in a status_update.
pub(super) fn note(timeline: &mut Timeline, event: &Event) {
    let word = payload::text(&event.payload, "status").unwrap_or(&event.event_type);
    let Some(state) = Reported::from_word(&event.event_type).or_else(|| Reported::from_word(word)) else {
        return;
    };
    let before = timeline.report.take();
    let text = |field: &str, max| payload::text(&event.payload, field).map(|text| excerpt(text, max));
    let step = text("current_step", 120);
    timeline.report = Some(Report {
        state,
        message: text("message", 240),
        workflow_name: text("workflow_name", 160).or_else(|| before.and_then(|report| report.workflow_name)),
        progress_percent: payload::number(&event.payload, "progress_percent").map(|percent| percent.min(100)),
        said: Moment::of(event),
        by: "status_update".to_owned(),
        step: step.clone(),
    });
    if let Some(name) = step.as_deref().and_then(stage::announced) {
        stage_line::start(timeline, name, Moment::of(event), false);
    }
}

impl Timeline {
    /// Something began at the moment: a workflow that was said to be over before that is not over.
    pub(super) fn reopen(&mut self, began: Moment) {
        let is_earlier = |report: &Report| began.source.is_known() && report.said.at < began.at;
        if self
            .report
            .as_ref()
            .is_some_and(|report| report.state != Reported::Running && is_earlier(report))
        {
            self.report = None;
        }
    }
}
