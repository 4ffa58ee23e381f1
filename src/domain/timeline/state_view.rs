//! The state document as far as a person needs it: bounded, with what changed last.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::report::{Report, Reported};
use super::stage_line::{self, StageState};
use super::{Moment, Timeline, brief, headline};
use crate::event::Event;
use crate::excerpt::excerpt;
use crate::from_json::{FromJson, from_fields};
use crate::payload;
use crate::state_diff::Change;

const FIELDS: usize = 48;
const VALUE_BYTES: usize = 200;
const FIELD_BYTES: usize = 48;

/// The fields of the document and the last change.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct StateView {
    /// Where the document came from, for example `adw_state.json`.
    pub source: Option<String>,
    /// How often it changed.
    pub writes: u64,
    /// At most 48 fields; a value that is too long is its excerpt, as a text.
    pub fields: Map<String, Value>,
    pub fields_dropped: u64,
    pub changed: Vec<ChangeView>,
    pub changed_at: Option<Moment>,
    pub title: Option<String>,
}

from_fields!(StateView {
    source,
    writes,
    fields,
    fields_dropped,
    changed,
    changed_at,
    title
});

/// One field of the last change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChangeView {
    pub field: String,
    pub old: Option<String>,
    pub new: Option<String>,
}

from_fields!(ChangeView { field, old, new });

/// Takes in an agent_state_update.
pub(super) fn note(timeline: &mut Timeline, event: &Event) {
    let moment = Moment::of(event);
    let source = payload::text(&event.payload, "source").unwrap_or("state").to_owned();
    if let Some(whole) = event.payload.get("state").and_then(Value::as_object) {
        timeline.state.fields.clear();
        timeline.state.fields_dropped = 0;
        for (field, value) in whole {
            set(&mut timeline.state, field, Some(value));
        }
    }
    let changes = event
        .payload
        .get("changed")
        .cloned()
        .and_then(|changed| Vec::<Change>::from_json(changed).ok())
        .unwrap_or_default();
    for change in &changes {
        set(&mut timeline.state, &change.field, change.new.as_ref());
    }
    let view = &mut timeline.state;
    view.source = Some(excerpt(&source, 80));
    if !changes.is_empty() {
        view.writes += 1;
        view.changed_at = Some(moment);
        view.changed = changes.iter().take(8).map(ChangeView::new).collect();
    }
    interpret(timeline, event, &source, moment);
    for result in changes.iter().filter_map(|change| change.new.as_ref()) {
        // The summary of one agent.
        if let Some(phase) = payload::text(result, "phase") {
            note_phase(timeline, phase, result, moment);
        }
    }
}

fn set(view: &mut StateView, field: &str, value: Option<&Value>) {
    let name = excerpt(field, FIELD_BYTES);
    if matches!(field, "issue_title" | "title" | "task_description" | "prompt") {
        view.title = value
            .and_then(Value::as_str)
            .filter(|text| !text.is_empty())
            .map(headline)
            .or_else(|| view.title.take());
    }
    if field == "issue_json" {
        view.title = value
            .and_then(|issue| payload::text(issue, "title"))
            .map(headline)
            .or_else(|| view.title.take());
    }
    let Some(value) = value else {
        view.fields.remove(&name);
        return;
    };
    if view.fields.len() >= FIELDS && !view.fields.contains_key(&name) {
        view.fields_dropped += 1;
        return;
    }
    let is_short = value.to_string().len() <= VALUE_BYTES;
    view.fields.insert(
        name,
        if is_short {
            value.clone()
        } else {
            Value::String(brief(value, VALUE_BYTES))
        },
    );
}

/// What the document says of the workflow and its stages, in the words of the generations of scripts.
fn interpret(timeline: &mut Timeline, event: &Event, source: &str, moment: Moment) {
    let said = |field: &str| said(&event.payload, field);
    for field in ["all_adws", "completed_phases"] {
        let Some(names) = said(field).and_then(|value| value.as_array()) else {
            continue;
        };
        let names: Vec<&str> = names.iter().filter_map(Value::as_str).take(16).collect();
        for (at, name) in names.iter().enumerate() {
            let is_last_script = field == "all_adws" && at + 1 == names.len();
            let is_stage = crate::stage::position(&crate::stage::normalise(name)).is_some();
            let is_known = timeline
                .stages
                .iter()
                .any(|line| line.name == crate::stage::normalise(name));
            if is_last_script && is_stage && !is_known {
                stage_line::report(timeline, name, StageState::Running, moment, None);
            } else if is_stage && field == "completed_phases" {
                stage_line::report(timeline, name, StageState::Completed, moment, None);
            }
        }
    }
    if let Some(phases) = said("phases").and_then(|value| value.as_object()) {
        for (phase, result) in phases.iter().take(16) {
            note_phase(timeline, phase, result, moment);
        }
    }
    let mut trouble = None;
    if let Some(results) = said("phase_results").and_then(|value| value.as_array()) {
        for result in results.iter().take(16) {
            let Some(phase) = payload::text(result, "phase") else {
                continue;
            };
            let state = if payload::flag(result, "success") == Some(false) {
                StageState::Failed
            } else {
                StageState::Completed
            };
            let message = payload::text(result, "error_message");
            trouble = message.filter(|_| state == StageState::Failed).or(trouble);
            stage_line::report(timeline, phase, state, moment, message);
        }
    }
    if let Some(phase) = said("current_phase")
        .and_then(|value| value.as_str())
        .filter(|phase| !phase.is_empty())
    {
        stage_line::report(timeline, phase, StageState::Running, moment, None);
    }
    let word = said("status")
        .and_then(|value| value.as_str())
        .and_then(Reported::from_word);
    let flag = |field: &str| said(field).and_then(Value::as_bool);
    let word = word
        .or_else(|| (flag("completed") == Some(true)).then_some(Reported::Completed))
        .or_else(|| match flag("overall_success")? {
            true => Some(Reported::Completed),
            false => Some(Reported::Failed),
        });
    if let Some(state) = word {
        let text = |field: &str| payload::text(&event.payload, field).map(|text| excerpt(text, 240));
        let name = text("workflow_name").or_else(|| said("workflow").map(|name| brief(name, 160)));
        let name = name.or_else(|| timeline.report.take().and_then(|report| report.workflow_name));
        timeline.report = Some(Report {
            state,
            message: text("message").or_else(|| trouble.map(headline)),
            step: text("current_step"),
            workflow_name: name,
            progress_percent: None,
            said: moment,
            by: source.to_owned(),
        });
    }
}

/// A phase's result, where it says how it ended.
fn note_phase(timeline: &mut Timeline, phase: &str, result: &Value, moment: Moment) {
    let Some(success) = payload::flag(result, "success") else {
        return;
    };
    let (state, trouble) = if success {
        (StageState::Completed, None)
    } else {
        let trouble = payload::first_text(result, &["error_message", "error", "retry_code"]);
        (StageState::Failed, trouble.filter(|trouble| *trouble != "none"))
    };
    stage_line::report(timeline, phase, state, moment, trouble);
}

/// What an event sets a field to: in the change, in the whole document, or said by the publisher beside them.
fn said<'a>(payload: &'a Value, field: &str) -> Option<&'a Value> {
    let changes = payload.get("changed").and_then(Value::as_array).into_iter().flatten();
    let changed = |change: &&'a Value| change.get("field").and_then(Value::as_str) == Some(field);
    let beside = ["status", "current_phase"].contains(&field);
    changes
        .rev()
        .find(changed)
        .and_then(|change| change.get("new"))
        .or_else(|| payload.get("state")?.get(field))
        .or_else(|| payload.get(field).filter(|_| beside))
}

impl ChangeView {
    fn new(change: &Change) -> Self {
        let value = |value: &Option<Value>| value.as_ref().map(|value| brief(value, VALUE_BYTES));
        Self {
            field: excerpt(&change.field, FIELD_BYTES),
            old: value(&change.old),
            new: value(&change.new),
        }
    }
}
