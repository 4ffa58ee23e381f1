//! The stages of a workflow: as they were announced, or derived from the agents at work.

use super::Moment;
use super::agent::Agent;
use super::agent_state::AgentState;
use super::event_facts::{EventFacts, KindFacts};
use super::stage_line::{StageLine, StageState};
use crate::event::{Event, Kind, TimeSource};
use crate::excerpt::excerpt;
use crate::payload;
use crate::stage;
use crate::timestamp::Timestamp;

const STAGES: usize = 16;

/// What an event says of one stage.
pub(super) enum StageSaid<'a> {
    /// It was announced that it began.
    Began(String),
    /// It was announced that it is over.
    Over {
        name: &'a str,
        state: StageState,
        duration_ms: Option<u64>,
        message: Option<&'a str>,
    },
    /// A document tells how far it is, and perhaps since when.
    Reported {
        name: &'a str,
        state: StageState,
        message: Option<&'a str>,
        started: Option<Timestamp>,
        ended: Option<Timestamp>,
    },
    /// A document has its stages in this order.
    Order(Vec<&'a str>),
    /// The last script that a document lists is at work, unless its stage is known.
    LastScript(&'a str),
}

impl<'a> StageSaid<'a> {
    pub fn of_document(name: &'a str, state: StageState, message: Option<&'a str>) -> Self {
        Self::Reported {
            name,
            state,
            message,
            started: None,
            ended: None,
        }
    }

    /// An announced transition.
    pub fn of_transition(event: &'a Event) -> Option<Self> {
        let name = payload::first_text(&event.payload, &["stage", "stage_name", "to_stage"])?;
        let state = match event.event_type.as_str() {
            "stage_started" => return Some(Self::Began(name.to_owned())),
            "stage_completed" => StageState::Completed,
            "stage_failed" => StageState::Failed,
            "stage_skipped" => StageState::Skipped,
            _ => return None,
        };
        Some(Self::Over {
            name,
            state,
            duration_ms: payload::number(&event.payload, "duration_ms"),
            message: payload::first_text(&event.payload, &["message", "error", "skip_reason"]),
        })
    }
}

/// Takes in what was said of stages, or shows by the agent at work; says whether one began. `at` is the place of the
/// agent whose event it is.
pub(super) fn apply(stages: &mut Vec<StageLine>, facts: &EventFacts<'_>, agents: &[Agent], at: Option<usize>) -> bool {
    let mut began = false;
    for said in &facts.stages {
        began |= hear(stages, said, facts.moment);
    }
    let agent = at.map(|at| &agents[at]);
    began | agent.is_some_and(|agent| derive(stages, facts, agents, agent))
}

fn hear(stages: &mut Vec<StageLine>, said: &StageSaid<'_>, moment: Moment) -> bool {
    match said {
        StageSaid::Began(name) => {
            start(stages, name, moment, false);
            true
        }
        StageSaid::Over {
            name,
            state,
            duration_ms,
            message,
        } => {
            let line = line(stages, &stage::normalise(name));
            line.state = *state;
            line.ended = Some(moment);
            line.duration_ms = *duration_ms;
            line.message = message.map(|text| excerpt(text, 160));
            line.derived = false;
            false
        }
        StageSaid::Reported {
            name,
            state,
            message,
            started,
            ended,
        } => {
            let began = report(stages, name, *state, moment, *message);
            time(stages, name, *started, *ended);
            began
        }
        StageSaid::Order(names) => {
            let names: Vec<String> = names.iter().map(|name| stage::normalise(name)).collect();
            let place = |line: &StageLine| names.iter().position(|name| *name == line.name).unwrap_or(names.len());
            stages.sort_by_key(place);
            false
        }
        StageSaid::LastScript(name) => {
            let normal = stage::normalise(name);
            let is_known = stages.iter().any(|line| line.name == normal);
            !is_known && report(stages, name, StageState::Running, moment, None)
        }
    }
}

/// Starts a stage; the derived ones that were running are over then.
/// Where files are read one after the other, an earlier stage may be told of later: it was over when the next began.
fn start(stages: &mut Vec<StageLine>, name: &str, moment: Moment, derived: bool) {
    let name = stage::normalise(name);
    for line in stages.iter_mut() {
        let is_over = line.state == StageState::Running && line.name != name && (line.derived || !derived);
        if is_over && line.started.is_none_or(|started| started.at <= moment.at) {
            line.state = StageState::Completed;
            line.ended = Some(moment);
        }
    }
    let others = stages.iter().filter(|line| line.name != name);
    let next = others
        .filter_map(|line| line.started)
        .filter(|started| started.at > moment.at)
        .min_by_key(|started| started.at);
    let line = line(stages, &name);
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

/// Derives the stage from the agent at work, as long as nobody announces stages; says whether one began.
///
/// Live, a stage is over when the next begins, or when its agents are, until one works again. In a backlog the order of events means nothing, since files are read one
/// after the other: there a stage is over when its agents are.
fn derive(stages: &mut Vec<StageLine>, facts: &EventFacts<'_>, agents: &[Agent], agent: &Agent) -> bool {
    let is_work = match facts.entry.kind {
        Kind::AgentLogEntry | Kind::FileOperation | Kind::AgentThinking | Kind::ToolExecution | Kind::TextBlock => true,
        Kind::Session => true,
        Kind::AgentStateUpdate | Kind::StageTransition | Kind::StatusUpdate | Kind::Other => false,
    };
    let Some(name) = agent.stage.as_deref().filter(|_| is_work) else {
        return false;
    };
    if stages.iter().any(|line| !line.derived) {
        return false;
    }
    let is_end = matches!(facts.of_kind, KindFacts::SessionEnded(_));
    let is_log = facts.entry.kind == Kind::AgentLogEntry;
    let known = stages.iter().find(|line| line.name == name).map(|line| line.state);
    if !facts.moment.source.is_known() {
        let mut of_stage = agents.iter().filter(|agent| agent.stage.as_deref() == Some(name));
        let is_over = is_end && of_stage.all(|agent| agent.state != AgentState::Open);
        let line = line(stages, name);
        line.started.get_or_insert(facts.moment);
        if is_over {
            line.state = if agent.state == AgentState::Failed {
                StageState::Failed
            } else {
                StageState::Completed
            };
            line.ended = Some(facts.moment);
        } else if known != Some(StageState::Running) && !is_log {
            line.state = StageState::Running;
            line.ended = None;
        }
        return false;
    }
    if is_end || facts.process_end.is_some() {
        let mut of_stage = agents.iter().filter(|agent| agent.stage.as_deref() == Some(name));
        if known == Some(StageState::Running) && of_stage.all(|agent| agent.state != AgentState::Open) {
            let line = line(stages, name);
            line.state = if agent.state == AgentState::Failed {
                StageState::Failed
            } else {
                StageState::Completed
            };
            line.ended = Some(facts.moment);
        }
        return false;
    }
    // A script's log may go on after its stage: only a session brings a stage back.
    let is_back = known.is_some() && is_log;
    let begins = known != Some(StageState::Running) && !is_back;
    if begins {
        // Another agent of the stage, or another turn: it goes on as it began.
        let began = stages
            .iter()
            .find(|line| line.name == name)
            .and_then(|line| line.started);
        start(stages, name, facts.moment, true);
        let line = line(stages, name);
        line.started = began.or(line.started);
    }
    begins
}

/// The stage as a document reports it; says whether it began by that.
fn report(stages: &mut Vec<StageLine>, name: &str, state: StageState, moment: Moment, message: Option<&str>) -> bool {
    let name = stage::normalise(name);
    if stages.iter().any(|line| line.name == name && !line.derived) {
        return false;
    }
    if state == StageState::Running {
        start(stages, &name, moment, true);
        return true;
    }
    let line = line(stages, &name);
    if line.state == state && (line.ended.is_some() || state == StageState::Pending) {
        return false;
    }
    line.state = state;
    line.ended = (state != StageState::Pending).then_some(moment);
    line.message = message.map(|text| excerpt(text, 160));
    false
}

/// Gives a stage the times that a document has for it.
fn time(stages: &mut [StageLine], name: &str, started: Option<Timestamp>, ended: Option<Timestamp>) {
    let name = stage::normalise(name);
    let told = |at| Moment {
        at,
        source: TimeSource::Source,
    };
    let Some(line) = stages.iter_mut().find(|line| line.name == name && line.derived) else {
        return;
    };
    line.started = started.map(told).or(line.started);
    if !matches!(line.state, StageState::Running | StageState::Pending) {
        line.ended = ended.map(told).or(line.ended);
    }
}

/// The stage's line; a new one stands where its stage comes in a run.
fn line<'a>(stages: &'a mut Vec<StageLine>, name: &str) -> &'a mut StageLine {
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
