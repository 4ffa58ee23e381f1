//! What a state document says of the workflow and its stages, in the words of the generations of scripts.

use serde_json::{Map, Value};

use super::report::{Report, Reported};
use super::stage_line::StageState;
use super::stages::StageSaid;
use super::{Moment, brief, headline};
use crate::event::Event;
use crate::excerpt::excerpt;
use crate::payload;
use crate::stage;
use crate::timestamp::Timestamp;

/// Stages, phases and results that are looked at in one document.
const PHASES: usize = 16;

/// A state document, whole or what changed in it.
pub(super) struct DocumentFacts<'a> {
    /// Where it came from.
    pub source: &'a str,
    pub whole: Option<&'a Map<String, Value>>,
    pub changes: Vec<ChangeSaid<'a>>,
}

/// One field that changed. Absent on a side means that the field was not there.
pub(super) struct ChangeSaid<'a> {
    pub field: &'a str,
    pub old: Option<&'a Value>,
    pub new: Option<&'a Value>,
}

impl<'a> DocumentFacts<'a> {
    pub fn of(payload: &'a Value) -> Self {
        Self {
            source: source(payload),
            whole: payload.get("state").and_then(Value::as_object),
            changes: changes(payload),
        }
    }
}

fn source(payload: &Value) -> &str {
    payload::text(payload, "source").unwrap_or("state")
}

/// What changed; nothing where one of the changes cannot be read.
fn changes(payload: &Value) -> Vec<ChangeSaid<'_>> {
    let mut changes = Vec::new();
    for change in payload.get("changed").and_then(Value::as_array).into_iter().flatten() {
        let field = match (change, change.get("field")) {
            (Value::Object(_), Some(Value::String(field))) => field.as_str(),
            (Value::Object(_), None) => "",
            _ => return Vec::new(),
        };
        changes.push(ChangeSaid {
            field,
            old: change.get("old"),
            new: change.get("new"),
        });
    }
    changes
}

/// The stages that the document tells of, in the order in which they count.
pub(super) fn stages(payload: &Value) -> Vec<StageSaid<'_>> {
    let mut stages = Vec::new();
    for field in ["all_adws", "completed_phases"] {
        let Some(names) = said(payload, field).and_then(Value::as_array) else {
            continue;
        };
        let names: Vec<&str> = names.iter().filter_map(Value::as_str).take(PHASES).collect();
        let is_stage = |name: &str| stage::position(&stage::normalise(name)).is_some();
        if field == "completed_phases" {
            let completed = names.into_iter().filter(|name| is_stage(name));
            stages.extend(completed.map(|name| StageSaid::of_document(name, StageState::Completed, None)));
        } else if let Some(name) = names.last().filter(|name| is_stage(name)) {
            stages.push(StageSaid::LastScript(name));
        }
    }
    let phases = said(payload, "phases");
    if let Some(phases) = phases.and_then(Value::as_object) {
        let phases = phases.iter().take(PHASES);
        stages.extend(phases.filter_map(|(phase, result)| phase_said(phase, result)));
    }
    for phase in phases.and_then(Value::as_array).into_iter().flatten().take(PHASES) {
        stages.extend(
            payload::first_text(phase, &["name", "phase", "stage", "id"]).and_then(|name| phase_said(name, phase)),
        );
    }
    stages.extend(phase_results(payload).map(|(phase, state, message)| StageSaid::of_document(phase, state, message)));
    if let Some(phase) = said(payload, "current_phase")
        .and_then(Value::as_str)
        .filter(|phase| !phase.is_empty())
    {
        stages.push(StageSaid::of_document(phase, StageState::Running, None));
    }
    let order = payload.get("phases_in_order").and_then(Value::as_array);
    let order: Vec<&str> = order
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .take(PHASES)
        .collect();
    if !order.is_empty() && phases.is_some() {
        stages.push(StageSaid::Order(order));
    }
    // The summary of one agent.
    let summaries = changes(payload).into_iter().filter_map(|change| change.new);
    stages.extend(summaries.filter_map(|result| phase_result(payload::text(result, "phase")?, result)));
    stages
}

/// How far a phase is: in a word, in an object with a word and times, or by its result.
fn phase_said<'a>(phase: &'a str, told: &'a Value) -> Option<StageSaid<'a>> {
    let word = told
        .as_str()
        .or_else(|| payload::first_text(told, &["status", "state", "result"]));
    let Some(state) = word.and_then(stage_state) else {
        return phase_result(phase, told);
    };
    let time = |fields: &[&str]| {
        let (at, _) = Timestamp::parse(payload::first_text(told, fields)?)?;
        Some(at)
    };
    let trouble = payload::first_text(told, &["error_message", "error", "reason", "message"]);
    Some(StageSaid::Reported {
        name: phase,
        state,
        message: trouble.filter(|_| state == StageState::Failed),
        started: time(&["started_at", "start_time", "started"]),
        ended: time(&[
            "completed_at",
            "ended_at",
            "finished_at",
            "end_time",
            "failed_at",
            "completed",
        ]),
    })
}

/// The words that scripts have for how far a phase is.
fn stage_state(word: &str) -> Option<StageState> {
    match word.trim().to_ascii_lowercase().as_str() {
        "pending" | "waiting" | "queued" | "not_started" | "not started" | "todo" | "planned" => {
            Some(StageState::Pending)
        }
        "skipped" | "skip" | "n/a" => Some(StageState::Skipped),
        "blocked" => Some(StageState::Pending),
        word => Reported::from_word(word).map(|reported| match reported {
            Reported::Running => StageState::Running,
            Reported::Completed => StageState::Completed,
            Reported::Failed => StageState::Failed,
        }),
    }
}

/// A phase's result, where it says how it ended.
fn phase_result<'a>(phase: &'a str, result: &'a Value) -> Option<StageSaid<'a>> {
    if payload::flag(result, "success")? {
        return Some(StageSaid::of_document(phase, StageState::Completed, None));
    }
    let trouble = payload::first_text(result, &["error_message", "error", "retry_code"]);
    let trouble = trouble.filter(|trouble| *trouble != "none");
    Some(StageSaid::of_document(phase, StageState::Failed, trouble))
}

/// The list of results: a phase, how it ended, and what it says of that.
fn phase_results(payload: &Value) -> impl Iterator<Item = (&str, StageState, Option<&str>)> {
    let results = said(payload, "phase_results").and_then(Value::as_array);
    results.into_iter().flatten().take(PHASES).filter_map(|result| {
        let failed = payload::flag(result, "success") == Some(false);
        let state = if failed {
            StageState::Failed
        } else {
            StageState::Completed
        };
        let phase = payload::text(result, "phase")?;
        Some((phase, state, payload::text(result, "error_message")))
    })
}

/// What the document says of the workflow as a whole, if it says how it stands.
pub(super) fn report(event: &Event) -> Option<Report> {
    let payload = &event.payload;
    let flag = |field: &str| said(payload, field).and_then(Value::as_bool);
    let word = said(payload, "status")
        .and_then(Value::as_str)
        .and_then(Reported::from_word);
    let is_told =
        |field: &str| said(payload, field).is_some_and(|value| value.as_str().is_some_and(|text| !text.is_empty()));
    let state = word
        .or_else(|| (flag("completed") == Some(true) || is_told("shipped_at")).then_some(Reported::Completed))
        .or_else(|| match flag("overall_success")? {
            true => Some(Reported::Completed),
            false => Some(Reported::Failed),
        })?;
    let text = |field: &str| payload::text(payload, field).map(|text| excerpt(text, 240));
    let trouble = phase_results(payload)
        .filter(|(_, state, _)| *state == StageState::Failed)
        .filter_map(|(_, _, message)| message)
        .last();
    Some(Report {
        state,
        message: text("message").or_else(|| trouble.map(headline)),
        step: text("current_step"),
        workflow_name: text("workflow_name").or_else(|| said(payload, "workflow").map(|name| brief(name, 160))),
        progress_percent: None,
        said: Moment::of(event),
        by: source(payload).to_owned(),
    })
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
