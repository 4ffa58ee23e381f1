//! What a publisher or the state document says of the workflow as a whole.

use serde::{Deserialize, Serialize};

use super::Moment;
use super::event_facts::EventFacts;
use crate::event::{Event, Kind};
use crate::excerpt::excerpt;
use crate::from_json::{from_fields, from_name};
use crate::payload;

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
            "completed" | "complete" | "success" | "succeeded" | "successful" | "done" | "finished" | "shipped"
            | "passed" | "merged" | "deployed" => Some(Self::Completed),
            "failed" | "failure" | "error" | "errored" | "aborted" | "cancelled" | "canceled" | "timed_out"
            | "timeout" => Some(Self::Failed),
            "started" | "running" | "in_progress" | "in-progress" | "in progress" | "active" | "working"
            | "executing" => Some(Self::Running),
            _ => None,
        }
    }
}

impl Report {
    /// What a status_update says, if its word tells how the workflow stands.
    pub(super) fn of_status(event: &Event) -> Option<Self> {
        let payload = &event.payload;
        let word = payload::text(payload, "status").unwrap_or(&event.event_type);
        let state = Reported::from_word(&event.event_type).or_else(|| Reported::from_word(word))?;
        let text = |field: &str, max| payload::text(payload, field).map(|text| excerpt(text, max));
        Some(Self {
            state,
            message: text("message", 240),
            step: text("current_step", 120),
            workflow_name: text("workflow_name", 160),
            progress_percent: payload::number(payload, "progress_percent").map(|percent| percent.min(100)),
            said: Moment::of(event),
            by: "status_update".to_owned(),
        })
    }

    /// Whether it says that all is over, though something began at the moment, which is later.
    fn is_refuted_by(&self, began: Moment) -> bool {
        self.state != Reported::Running && began.source.is_known() && self.said.at < began.at
    }
}

/// Takes in what is said of the workflow. Something may have begun by the same event: a workflow that was said to be over
/// before that is not over.
pub(super) fn apply(report: &mut Option<Report>, facts: &EventFacts<'_>, began: bool) {
    // A status_update has the last word on what it begins itself.
    let is_last_word = facts.entry.kind == Kind::StatusUpdate;
    if began && !is_last_word {
        report.take_if(|report| report.is_refuted_by(facts.moment));
    }
    if let Some(said) = &facts.report {
        // Not every report names the workflow again.
        let name = report.take().and_then(|before| before.workflow_name);
        let mut said = said.clone();
        said.workflow_name = said.workflow_name.or(name);
        *report = Some(said);
    }
}
