//! A workflow as the board shows it: the contents of one card, derived from its timeline.

use serde::{Deserialize, Serialize};

use super::adw_id::AdwId;
use super::event::Kind;
use super::excerpt::first_line;
use super::from_json::from_fields;
use super::stage;
use super::status::{Patience, Pulse, Status, Verdict};
use super::timeline::Timeline;
use super::timeline::need::Need;
use super::timeline::stage_line::StageState;
use super::timeline::trace::Pace;
use super::timestamp::Timestamp;
use super::told;

/// What a card shows. The status is derived from `pulse` when the card is drawn, because it depends on the time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Card {
    pub adw_id: AdwId,
    pub seq: u64,
    pub title: String,
    pub repo: Option<String>,
    pub issue: Option<String>,
    pub branch: Option<String>,
    /// The stage it is in, or was in last.
    pub stage: Option<String>,
    /// The six stages in order; none for one that has not started.
    pub stages: [Option<StageState>; 6],
    pub pulse: Pulse,
    /// The most recently active agent.
    pub agent: Option<String>,
    /// What it is doing: the open tool, or the last entry, in one line.
    pub doing: String,
    pub doing_since: Option<Timestamp>,
    pub last_error: Option<String>,
    /// The result, once it has ended.
    pub result: Option<String>,
    pub first_at: Option<Timestamp>,
    pub last_at: Option<Timestamp>,
    /// Whether `first_at` and `last_at` are real times, not those of files found later.
    pub times_known: bool,
    pub errors: u64,
    pub tokens: u64,
    pub cost_usd: Option<f64>,
    pub pace: Pace,
    /// Whether `tokens` is all; until then it is the least that there can be.
    #[serde(default)]
    pub usage_is_final: bool,
    /// What a person is waited for.
    #[serde(default)]
    pub needs: Vec<Need>,
    /// What stands beside a success: work that was stopped, or whose end nobody told.
    #[serde(default)]
    pub warning: Option<String>,
}

from_fields!(Card {
    adw_id,
    seq,
    title,
    repo,
    issue,
    branch,
    stage,
    stages,
    pulse,
    agent,
    doing,
    doing_since,
    last_error,
    result,
    first_at,
    last_at,
    times_known,
    errors,
    tokens,
    cost_usd,
    pace,
    usage_is_final,
    needs,
    warning,
});

impl Card {
    pub fn of(timeline: &Timeline) -> Self {
        let mut stages = [None; 6];
        for line in &timeline.stages {
            if let Some(at) = stage::position(&line.name) {
                stages[at] = Some(line.state).filter(|state| *state != StageState::Pending);
            }
        }
        let running = timeline
            .stages
            .iter()
            .rev()
            .find(|line| line.state == StageState::Running);
        let failed = timeline
            .stages
            .iter()
            .rev()
            .find(|line| line.state == StageState::Failed);
        let agent = timeline
            .agents
            .iter()
            .max_by_key(|agent| (agent.last.at, agent.parent.is_some()));
        let tool = timeline.open_tools.last();
        let doing = match tool {
            Some(tool) => format!("{} {}", tool.name, tool.text),
            None => timeline
                .recent
                .all()
                .max_by_key(|entry| entry.end_seq.unwrap_or(entry.seq))
                .map(|entry| {
                    // Their heads are a model or a type, which does not fit into a sentence.
                    let is_told = matches!(entry.kind, Kind::Session | Kind::Other) && !entry.text.is_empty();
                    if is_told {
                        entry.text.clone()
                    } else {
                        format!("{} {}", entry.head, entry.text)
                    }
                })
                .unwrap_or_default(),
        };
        Self {
            adw_id: timeline.adw_id.clone(),
            seq: timeline.seq,
            title: told::title(timeline),
            repo: told::repository(timeline),
            issue: told::issue(timeline),
            branch: told::branch(timeline),
            stage: running
                .or(failed)
                .or_else(|| {
                    timeline
                        .stages
                        .iter()
                        .rev()
                        .find(|line| line.state != StageState::Pending)
                })
                .map(|line| line.name.clone()),
            stages,
            pulse: Pulse::of(timeline),
            agent: agent.map(|agent| match &agent.under {
                Some(under) => format!("{under} › {}", agent.name),
                None => agent.name.clone(),
            }),
            doing: first_line(&from_its_folder(timeline, &doing), 120),
            doing_since: tool.filter(|tool| tool.time_source.is_known()).map(|tool| tool.at),
            last_error: timeline.errors.back().map(|mark| {
                if mark.why.is_empty() {
                    mark.what.clone()
                } else {
                    mark.why.clone()
                }
            }),
            result: timeline
                .report
                .as_ref()
                .and_then(|report| report.message.clone())
                .or_else(|| answer(timeline)),
            first_at: timeline.first_at,
            last_at: timeline.last_known_at.or(timeline.last_at),
            times_known: !timeline.is_backlog(),
            errors: timeline.error_count,
            tokens: told::tokens(timeline),
            usage_is_final: timeline.usage_is_final,
            cost_usd: told::cost_usd(timeline),
            needs: timeline.needs.clone(),
            warning: timeline.warning(),
            pace: timeline.pace.clone(),
        }
    }

    pub fn verdict(&self, now: Timestamp, patience: &Patience) -> Verdict {
        self.pulse.verdict(now, patience)
    }

    /// The column of the board: 0 to 5 by stage, 6 for ended workflows. A workflow without a stage is shown under Plan.
    pub fn column(&self, status: Status) -> usize {
        if status.is_over() {
            return 6;
        }
        self.stage
            .as_deref()
            .and_then(|stage| {
                if stage == "patch" {
                    Some(1)
                } else {
                    stage::position(stage)
                }
            })
            .unwrap_or(0)
    }
}

/// What the agent said that was at work last; a sub-agent answers its agent, not the workflow.
fn answer(timeline: &Timeline) -> Option<String> {
    let answered = timeline
        .agents
        .iter()
        .filter(|agent| agent.parent.is_none() && agent.result.is_some());
    let last = answered.max_by_key(|agent| agent.last.at)?;
    last.result.as_deref().map(|text| first_line(text, 120))
}

/// Makes paths below the workflow's folder relative to it: on a card, the part before is the same in every line.
fn from_its_folder(timeline: &Timeline, text: &str) -> String {
    let of_session = || timeline.agents.iter().find_map(|agent| agent.cwd.clone());
    let folder = told::field(timeline, "worktree_path")
        .or_else(of_session)
        .unwrap_or_default();
    let folder = folder.trim_end_matches(['/', '\\']);
    if folder.is_empty() {
        return text.to_owned();
    }
    text.replace(&format!("{folder}/"), "")
        .replace(&format!("{folder}\\"), "")
}
