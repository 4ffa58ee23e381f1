//! What a workflow is doing now, as far as its events show. Most scripts never say, so most of it is inferred.

mod evidence;

use serde::{Deserialize, Serialize};

use super::event::TimeSource;
use super::from_json::{from_fields, from_name};
use super::timeline::Timeline;
use super::timeline::agent_state::AgentState;
use super::timeline::report::Reported;
use super::timestamp::Timestamp;
use evidence::{background, gave_up, has_failed, last_words, stages_done};

/// The states of a workflow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// A permission, an answer, the word on a plan or input is waited for.
    NeedsPerson,
    Stalled,
    Failed,
    Waiting,
    Running,
    Completed,
    Unknown,
}

from_name!(Status);

/// A status with its reason. Only with `derived = false` was it reported by somebody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    pub status: Status,
    pub derived: bool,
    /// In a sentence, for people.
    pub why: String,
    /// Since when, if that is known.
    pub since: Option<Timestamp>,
}

/// How long silence may last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Patience {
    /// Silence with no tool open: after this a run counts as stalled.
    pub silence_ms: u64,
    /// Silence with a tool open: the longest time-out of the CLI's Bash tool is 10 minutes.
    pub tool_ms: u64,
    /// An open tool counts as "waiting" after this much silence.
    pub waiting_ms: u64,
}

from_fields!(Patience {
    silence_ms,
    tool_ms,
    waiting_ms
});

impl Default for Patience {
    fn default() -> Self {
        Self {
            silence_ms: 3 * 60_000,
            tool_ms: 11 * 60_000,
            waiting_ms: 20_000,
        }
    }
}

/// The facts from which a status is derived; small enough to be sent with every card.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Pulse {
    pub reported: Option<(Reported, String, Timestamp)>,
    /// Agents whose session has not ended.
    pub open_agents: u32,
    /// The most recently active open agent.
    pub agent: Option<String>,
    /// The newest open call: its tool and when it began.
    pub open_tool: Option<(String, Timestamp, TimeSource)>,
    /// Whether the agent that ended last ended with an error, and its name; or the script that gave up after it.
    pub last_ended: Option<(String, bool)>,
    /// What was said about a failure: by whoever reported it, or otherwise by the agent that ended last with an error.
    pub last_words: Option<String>,
    pub last_at: Option<Timestamp>,
    /// Whether the newest event's time is known, so that silence can be measured from it.
    pub is_live: bool,
    /// Whether any session was ever seen.
    pub has_sessions: bool,
    /// What a person is waited for the longest: what is asked, and since when.
    pub need: Option<(String, Timestamp)>,
    /// What runs in the background while its agent has answered.
    pub background: Option<String>,
    /// Stages are known, and all of them ended well.
    pub stages_done: bool,
    /// What stands beside a success.
    pub warning: Option<String>,
}

from_fields!(Pulse {
    reported,
    open_agents,
    agent,
    open_tool,
    last_ended,
    last_words,
    last_at,
    is_live,
    has_sessions,
    need,
    background,
    stages_done,
    warning,
});

/// Clocks may differ by this much; a time further ahead says nothing about silence.
const CLOCKS_DIFFER_MS: u64 = 10 * 60 * 1_000;

impl Pulse {
    pub fn of(timeline: &Timeline) -> Self {
        let sessions = || {
            timeline
                .agents
                .iter()
                .filter(|agent| agent.parent.is_none() && agent.state != AgentState::Seen)
        };
        let open = sessions().filter(|agent| agent.state == AgentState::Open);
        let ended = sessions()
            .filter(|agent| agent.ended.is_some())
            .max_by_key(|agent| agent.ended.map(|ended| ended.at));
        let gave_up = gave_up(timeline);
        let last_known = timeline.last_known_at;
        Self {
            reported: timeline
                .report
                .as_ref()
                .map(|report| (report.state, report.by.clone(), report.said.at)),
            open_agents: open.clone().count() as u32,
            agent: open.max_by_key(|agent| agent.last.at).map(|agent| agent.name.clone()),
            open_tool: timeline
                .open_tools
                .last()
                .map(|tool| (tool.name.clone(), tool.at, tool.time_source)),
            last_words: last_words(timeline, ended, gave_up),
            last_ended: gave_up
                .and_then(|entry| Some((entry.agent.clone()?, true)))
                .or_else(|| Some((ended?.name.clone(), has_failed(ended?)))),
            last_at: last_known.or(timeline.last_at),
            is_live: last_known.is_some(),
            has_sessions: sessions().next().is_some(),
            need: timeline.needs.first().map(|need| (need.text.clone(), need.since.at)),
            background: background(timeline),
            stages_done: stages_done(timeline),
            warning: timeline.warning(),
        }
    }

    /// What the workflow is doing at `now`.
    pub fn verdict(&self, now: Timestamp, patience: &Patience) -> Verdict {
        let derived = |status, why: String, since| Verdict {
            status,
            derived: true,
            why,
            since,
        };
        let Some(last_at) = self.last_at else {
            return derived(Status::Unknown, "no event shows what it is doing".into(), None);
        };
        if let Some((state, by, at)) = &self.reported {
            let said = |status, word: &str| Verdict {
                status,
                derived: false,
                why: format!("{by} says {word}"),
                since: Some(*at),
            };
            match state {
                Reported::Completed => return said(Status::Completed, "completed"),
                Reported::Failed => {
                    return match &self.last_words {
                        Some(words) => said(Status::Failed, &format!("failed: {words}")),
                        None => said(Status::Failed, "failed"),
                    };
                }
                // Silence decides whether that is still true.
                Reported::Running => {}
            }
        }
        // A question waits for as long as it takes: silence says nothing against it.
        if let Some((text, since)) = &self.need {
            let agent = self.agent.as_deref().unwrap_or("an agent");
            let why = format!("{agent} waits for a person: {text}");
            return derived(Status::NeedsPerson, why, Some(*since));
        }
        let silence_ms = now.since(last_at);
        let silence = words(silence_ms);
        let ahead_ms = last_at.since(now);
        let is_ahead = ahead_ms > CLOCKS_DIFFER_MS;
        if is_ahead && self.open_agents > 0 {
            let ahead = words(ahead_ms);
            let why = format!("its source's clock is {ahead} ahead, so it is unclear how long it has been silent");
            return derived(Status::Unknown, why, None);
        }
        if self.open_agents > 0 {
            let agent = self.agent.as_deref().unwrap_or("an agent");
            if !self.is_live {
                return if silence_ms > patience.silence_ms {
                    derived(
                        Status::Stalled,
                        format!(
                            "the stream of {agent} has no result line, and its file was last written {silence} ago"
                        ),
                        Some(last_at),
                    )
                } else {
                    derived(
                        Status::Unknown,
                        format!(
                            "{agent} was at work before adwatch was watching; its next line will show whether it still is"
                        ),
                        Some(last_at),
                    )
                };
            }
            if let Some(task) = &self.background {
                return if silence_ms > patience.tool_ms {
                    let why =
                        format!("{agent} has answered, and {task} in the background has been silent for {silence}");
                    derived(Status::Stalled, why, Some(last_at))
                } else {
                    let why = format!("{agent} has answered, and {task} goes on in the background");
                    derived(Status::Running, why, None)
                };
            }
            if let Some((tool, at, _)) = &self.open_tool {
                return if silence_ms > patience.tool_ms {
                    derived(
                        Status::Stalled,
                        format!("{agent} called {tool} and has been silent for {silence}"),
                        Some(last_at),
                    )
                } else if silence_ms > patience.waiting_ms {
                    derived(Status::Waiting, format!("{agent} is waiting for {tool}"), Some(*at))
                } else {
                    derived(Status::Running, format!("{agent} was last active {silence} ago"), None)
                };
            }
            return if silence_ms > patience.silence_ms {
                derived(
                    Status::Stalled,
                    format!("{agent} has no open tool call and has been silent for {silence}"),
                    Some(last_at),
                )
            } else {
                derived(Status::Running, format!("{agent} was last active {silence} ago"), None)
            };
        }
        let is_done = self.stages_done && !matches!(self.last_ended, Some((_, true)));
        if self.is_live && !is_ahead && silence_ms <= patience.silence_ms {
            return derived(Status::Running, format!("the last event came {silence} ago"), None);
        }
        match &self.last_ended {
            Some((agent, true)) => derived(
                Status::Failed,
                match &self.last_words {
                    Some(words) => format!("{agent} ended with an error, and nothing followed: {words}"),
                    None => format!("{agent} ended with an error, and nothing followed"),
                },
                Some(last_at),
            ),
            _ if is_done => derived(
                Status::Completed,
                self.warned("all stages ended well".to_owned()),
                Some(last_at),
            ),
            Some((agent, false)) if !matches!(self.reported, Some((Reported::Running, ..))) => derived(
                Status::Completed,
                self.warned(format!("{agent} ended without an error, and nothing followed")),
                Some(last_at),
            ),
            _ if self.is_live => derived(
                Status::Stalled,
                format!("no events for {silence}, and nothing reported that it ended"),
                Some(last_at),
            ),
            _ => derived(
                Status::Unknown,
                "no session was recorded, and nothing reported how it ended".into(),
                None,
            ),
        }
    }
}

impl Pulse {
    /// A success with what stands beside it.
    fn warned(&self, why: String) -> String {
        match &self.warning {
            Some(warning) => format!("{why}, but {warning}"),
            None => why,
        }
    }
}

impl Status {
    pub fn word(self) -> &'static str {
        match self {
            Self::NeedsPerson => "Needs a person",
            Self::Running => "Running",
            Self::Waiting => "Waiting",
            Self::Stalled => "Stalled",
            Self::Failed => "Failed",
            Self::Completed => "Completed",
            Self::Unknown => "Unknown",
        }
    }

    /// The word in addresses and filters.
    pub fn slug(self) -> &'static str {
        match self {
            Self::NeedsPerson => "needs_person",
            Self::Running => "running",
            Self::Waiting => "waiting",
            Self::Stalled => "stalled",
            Self::Failed => "failed",
            Self::Completed => "completed",
            Self::Unknown => "unknown",
        }
    }

    /// Whether something goes on, so that times tick.
    pub fn is_at_work(self) -> bool {
        match self {
            Self::NeedsPerson | Self::Running | Self::Waiting => true,
            Self::Stalled | Self::Failed | Self::Completed | Self::Unknown => false,
        }
    }

    pub fn is_over(self) -> bool {
        match self {
            Self::Failed | Self::Completed => true,
            Self::NeedsPerson | Self::Running | Self::Waiting | Self::Stalled | Self::Unknown => false,
        }
    }
}

/// `48 s`, `12 m`, `3 h`, `4 d`.
pub fn words(ms: u64) -> String {
    let seconds = ms / 1_000;
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3_600 => format!("{} m", seconds / 60),
        3_600..86_400 => format!("{} h", seconds / 3_600),
        _ => format!("{} d", seconds / 86_400),
    }
}
