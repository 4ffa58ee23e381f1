//! The stages of a workflow: as they were announced, or derived from the agents at work.

use serde::{Deserialize, Serialize};

use super::agent::AgentState;
use super::{Moment, Timeline};
use crate::event::{Event, Kind};
use crate::excerpt::excerpt;
use crate::from_json::{from_fields, from_name};
use crate::payload;
use crate::stage;

const STAGES: usize = 16;

/// One stage as far as it has come.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StageLine {
    pub name: String,
    pub state: StageState,
    pub started: Option<Moment>,
    pub ended: Option<Moment>,
    /// As the publisher measured it.
    pub duration_ms: Option<u64>,
    pub message: Option<String>,
    /// Nobody announced it: it was read off the agents at work or the state document.
    pub derived: bool,
}

from_fields!(StageLine {
    name,
    state,
    started,
    ended,
    duration_ms,
    message,
    derived
});

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StageState {
    Running,
    Completed,
    Failed,
    Skipped,
}

from_name!(StageState);

impl StageLine {
    /// The duration in milliseconds, if it was said or both ends are known.
    pub fn measured_ms(&self) -> Option<u64> {
        let (started, ended) = (self.started, self.ended);
        self.duration_ms.or_else(|| {
            let (started, ended) = (started?, ended?);
            (started.source.is_known() && ended.source.is_known()).then(|| ended.at.since(started.at))
        })
    }
}

/// Takes in an announced transition.
pub(super) fn note(timeline: &mut Timeline, event: &Event) {
    let Some(name) = payload::first_text(&event.payload, &["stage", "stage_name", "to_stage"]) else {
        return;
    };
    let moment = Moment::of(event);
    let (name, state) = match event.event_type.as_str() {
        "stage_started" => return start(timeline, name, moment, false),
        "stage_completed" => (stage::normalise(name), StageState::Completed),
        "stage_failed" => (stage::normalise(name), StageState::Failed),
        "stage_skipped" => (stage::normalise(name), StageState::Skipped),
        _ => return,
    };
    let duration_ms = payload::number(&event.payload, "duration_ms");
    let message =
        payload::first_text(&event.payload, &["message", "error", "skip_reason"]).map(|text| excerpt(text, 160));
    let line = line(timeline, &name);
    line.state = state;
    line.ended = Some(moment);
    line.duration_ms = duration_ms;
    line.message = message;
    line.derived = false;
}

/// Starts a stage; the derived ones that were running are over then.
/// Where files are read one after the other, an earlier stage may be told of later: it was over when the next began.
pub(super) fn start(timeline: &mut Timeline, name: &str, moment: Moment, derived: bool) {
    let name = stage::normalise(name);
    timeline.reopen(moment);
    for line in &mut timeline.stages {
        let is_over = line.state == StageState::Running && line.name != name && (line.derived || !derived);
        if is_over && line.started.is_none_or(|started| started.at <= moment.at) {
            line.state = StageState::Completed;
            line.ended = Some(moment);
        }
    }
    let others = timeline.stages.iter().filter(|line| line.name != name);
    let next = others
        .filter_map(|line| line.started)
        .filter(|started| started.at > moment.at)
        .min_by_key(|started| started.at);
    let line = line(timeline, &name);
    if line.state != StageState::Running || line.started.is_none() {
        *line = StageLine {
            name,
            state: if next.is_some() {
                StageState::Completed
            } else {
                StageState::Running
            },
            started: Some(moment),
            ended: next,
            duration_ms: None,
            message: None,
            derived,
        };
    }
    line.derived &= derived;
}

/// Derives the stage from the agent at work, as long as nobody announces stages.
///
/// Live, a stage is over when the next begins. In a backlog the order of events means nothing, since files are read one
/// after the other: there a stage is over when its agents are.
pub(super) fn derive(timeline: &mut Timeline, event: &Event, agent: Option<usize>) {
    let is_work = match event.kind {
        Kind::AgentLogEntry | Kind::FileOperation | Kind::AgentThinking | Kind::ToolExecution | Kind::TextBlock => true,
        Kind::Session => true,
        Kind::AgentStateUpdate | Kind::StageTransition | Kind::StatusUpdate | Kind::Other => false,
    };
    let Some(agent) = agent.filter(|_| is_work) else { return };
    let Some(name) = timeline.agents[agent].stage.clone() else {
        return;
    };
    if timeline.stages.iter().any(|line| !line.derived) {
        return;
    }
    let is_end = event.kind == Kind::Session && event.event_type != "session_started";
    let known = timeline
        .stages
        .iter()
        .find(|line| line.name == name)
        .map(|line| line.state);
    if !event.time_source.is_known() {
        let of_stage = || {
            timeline
                .agents
                .iter()
                .filter(|agent| agent.stage.as_deref() == Some(name.as_str()))
        };
        let is_over = is_end && of_stage().all(|agent| agent.state != AgentState::Open);
        let failed = timeline.agents[agent].state == AgentState::Failed;
        let line = line(timeline, &name);
        line.started.get_or_insert(Moment::of(event));
        if is_over {
            line.state = if failed {
                StageState::Failed
            } else {
                StageState::Completed
            };
            line.ended = Some(Moment::of(event));
        } else if known != Some(StageState::Running) && event.kind != Kind::AgentLogEntry {
            line.state = StageState::Running;
            line.ended = None;
        }
        return;
    }
    // A script's log may go on after its stage: only a session brings a stage back.
    let is_back = known.is_some() && event.kind == Kind::AgentLogEntry;
    if known != Some(StageState::Running) && !is_end && !is_back {
        start(timeline, &name, Moment::of(event), true);
    }
}

/// The stage as a document reports it, which has no times of its own.
pub(super) fn report(timeline: &mut Timeline, name: &str, state: StageState, moment: Moment, message: Option<&str>) {
    let name = stage::normalise(name);
    if timeline.stages.iter().any(|line| line.name == name && !line.derived) {
        return;
    }
    if state == StageState::Running {
        start(timeline, &name, moment, true);
        return;
    }
    let line = line(timeline, &name);
    if line.state == state && line.ended.is_some() {
        return;
    }
    line.state = state;
    line.ended = Some(moment);
    line.message = message.map(|text| excerpt(text, 160));
}

/// The stage's line; a new one stands where its stage comes in a run.
fn line<'a>(timeline: &'a mut Timeline, name: &str) -> &'a mut StageLine {
    let stages = &mut timeline.stages;
    let at = stages.iter().position(|line| line.name == name).unwrap_or_else(|| {
        if stages.len() == STAGES {
            stages.remove(0);
        }
        let place = |name: &str| stage::position(name).unwrap_or(usize::MAX);
        let at = stages
            .iter()
            .position(|line| place(&line.name) > place(name))
            .unwrap_or(stages.len());
        let line = StageLine {
            name: excerpt(name, 64),
            state: StageState::Running,
            started: None,
            ended: None,
            duration_ms: None,
            message: None,
            derived: true,
        };
        stages.insert(at, line);
        at
    });
    &mut stages[at]
}
