//! What in a timeline shows how its workflow stands.

use crate::entry::Entry;
use crate::event::Kind;
use crate::excerpt::first_line;
use crate::timeline::Timeline;
use crate::timeline::agent::Agent;
use crate::timeline::agent_state::AgentState;
use crate::timeline::report::Reported;
use crate::timeline::stage_line::{StageLine, StageState};

/// What runs in the background of an agent that has answered.
pub(super) fn background(timeline: &Timeline) -> Option<String> {
    let agent = timeline.agents.iter().find(|agent| agent.has_answered)?;
    let of_agent = |under: Option<&String>| under == Some(&agent.name);
    let command = timeline
        .background
        .iter()
        .find(|task| task.state == AgentState::Open && of_agent(task.agent.as_ref()))
        .map(|task| &task.text);
    let sub_agent = || {
        let mut subs = timeline.agents.iter().filter(|sub| of_agent(sub.under.as_ref()));
        Some(&subs.find(|sub| sub.state == AgentState::Open)?.name)
    };
    command.or_else(sub_agent).map(|text| first_line(text, 80))
}

/// Whether the stages that are known all ended well, and every session and process did.
pub(super) fn stages_done(timeline: &Timeline) -> bool {
    let is_done = |line: &StageLine| matches!(line.state, StageState::Completed | StageState::Skipped);
    let is_told = timeline.stages.iter().any(|line| !line.derived);
    let is_well = |agent: &Agent| !matches!(agent.state, AgentState::Open | AgentState::Failed);
    is_told && timeline.stages.iter().all(is_done) && timeline.agents.iter().all(is_well)
}

/// The error at the end of a script's log, if nobody else is known to have worked after it: a script has no session
/// that could end, and logs why it gives up. Its times are whole seconds, and may go backwards within the log.
pub(super) fn gave_up(timeline: &Timeline) -> Option<&Entry> {
    let last = timeline.recent.of(Kind::AgentLogEntry).next_back()?;
    let script = last.agent.as_ref()?;
    let leaves_it_so = |agent: &Agent| {
        if agent.name == *script {
            return agent.state == AgentState::Seen;
        }
        !agent.last.source.is_known() || agent.last.at.since(last.at) < 1_000
    };
    (last.error && timeline.agents.iter().all(leaves_it_so)).then_some(last)
}

/// Whether it ended with an error, or without an answer.
pub(super) fn has_failed(agent: &Agent) -> bool {
    matches!(agent.state, AgentState::Failed | AgentState::Lost)
}

/// See `Pulse::last_words`.
pub(super) fn last_words(timeline: &Timeline, ended: Option<&Agent>, gave_up: Option<&Entry>) -> Option<String> {
    let failure = timeline
        .report
        .as_ref()
        .filter(|report| report.state == Reported::Failed);
    let failed = ended.filter(|agent| has_failed(agent));
    failure
        .and_then(|report| report.message.as_deref())
        .or_else(|| gave_up.map(|entry| entry.text.as_str()))
        .or_else(|| failed?.result.as_deref())
        .map(|words| first_line(words, 120))
}
