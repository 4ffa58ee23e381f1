//! How a session ended, or a turn of it: as a result says, or a hook.

use serde_json::Value;

use crate::event::{Event, Kind};
use crate::excerpt::excerpt;
use crate::payload;
use crate::usage::Usage;

const RESULT_BYTES: usize = 240;

/// What a session's last event says.
pub(super) struct SessionEnd {
    pub failed: bool,
    pub cost_usd: Option<f64>,
    pub turns: u64,
    pub duration_ms: Option<u64>,
    pub result: Option<String>,
    pub tokens: TokensTold,
    /// Calls that were not allowed.
    pub denials: u64,
    /// Whether every sub-agent that was started is accounted for; none where that is not told.
    pub sub_agents_over: Option<bool>,
    /// A hook's, where a session has no stream.
    pub hook: Option<HookWord>,
}

/// What a session's end says of its tokens.
#[derive(Clone, Copy, Default)]
pub(super) struct TokensTold {
    /// Of the whole session so far, with all its models and sub-agents.
    pub models: Option<Usage>,
    /// Of the agent's own turn; not where the lines have counted it.
    pub turn: Option<Usage>,
    /// Whether it tells of tokens at all, or of what they cost.
    pub is_told: bool,
}

/// Which hook tells of an end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum HookWord {
    /// The agent has answered.
    Stop,
    /// The API has failed it.
    StopFailure,
    /// The process goes.
    SessionEnd,
}

/// What a hook says of an end in a session whose stream may tell of it, too.
pub(super) struct HookEnd<'a> {
    /// Why it failed, if it did.
    pub failed: Option<&'a str>,
    pub answer: Option<&'a str>,
    /// The process goes: nothing of the session runs any more.
    pub session_over: bool,
}

impl HookWord {
    fn of(payload: &Value) -> Option<Self> {
        match payload::text(payload, "hook_event_name")? {
            "Stop" => Some(Self::Stop),
            "StopFailure" => Some(Self::StopFailure),
            "SessionEnd" => Some(Self::SessionEnd),
            _ => None,
        }
    }
}

impl SessionEnd {
    pub fn of(payload: &Value) -> Self {
        let hook = HookWord::of(payload);
        let text = |field: &str, max| payload::text(payload, field).map(|text| excerpt(text, max));
        let is_error = payload::flag(payload, "is_error") == Some(true);
        let answer = text("result", RESULT_BYTES).or_else(|| text("last_assistant_message", RESULT_BYTES));
        let words = || {
            answer
                .clone()
                .or_else(|| text("error", RESULT_BYTES))
                .or_else(|| first_of(payload.get("errors")?))
        };
        Self {
            failed: is_error || hook == Some(HookWord::StopFailure),
            cost_usd: payload::decimal(payload, "cost_usd"),
            turns: payload::number(payload, "num_turns").unwrap_or(0),
            duration_ms: payload::number(payload, "duration_ms"),
            // A word such as `success` tells nobody anything, but that of a failure is all there may be.
            result: match hook {
                Some(HookWord::SessionEnd) => None,
                Some(HookWord::StopFailure) => text("error_message", RESULT_BYTES)
                    .or_else(|| text("error", RESULT_BYTES))
                    .or(answer),
                Some(HookWord::Stop) => answer,
                None if is_error => words()
                    .or_else(|| text("terminal_reason", 64))
                    .or_else(|| text("subtype", 64)),
                None => words(),
            },
            tokens: tokens(payload),
            denials: denials(payload.get("permission_denials")),
            sub_agents_over: payload.get("subagent_stats").and_then(sub_agents_over),
            hook,
        }
    }
}

impl<'a> HookEnd<'a> {
    pub fn of(event: &'a Event) -> Self {
        debug_assert_eq!(event.kind, Kind::Other);
        let payload = &event.payload;
        let failed = event.event_type == "hook/StopFailure";
        Self {
            failed: failed.then(|| {
                payload::first_text(
                    payload,
                    &[
                        "error_message",
                        "error_details",
                        "last_assistant_message",
                        "error",
                        "message",
                    ],
                )
                .unwrap_or("the API failed")
            }),
            answer: payload::text(payload, "last_assistant_message"),
            session_over: event.event_type == "hook/SessionEnd",
        }
    }
}

fn first_of(errors: &Value) -> Option<String> {
    let first = errors
        .as_array()?
        .iter()
        .find_map(|error| error.as_str().or_else(|| payload::text(error, "message")))?;
    Some(excerpt(first, RESULT_BYTES))
}

fn tokens(payload: &Value) -> TokensTold {
    let models = ["modelUsage", "model_usage"]
        .iter()
        .find_map(|field| payload.get(field));
    // Where it stands beside a message's id, it is counted as that message's, and what is said of models is that CLI's own.
    let is_of_message = payload::text(payload, "message_id").is_some();
    let usage = payload.get("usage").and_then(Usage::from_value);
    TokensTold {
        models: models.filter(|_| !is_of_message).and_then(Usage::of_models),
        turn: usage.filter(|usage| !is_of_message && !usage.is_empty()),
        is_told: models.is_some() || usage.is_some() || payload::decimal(payload, "cost_usd").is_some(),
    }
}

/// The calls themselves, or how many they are.
fn denials(value: Option<&Value>) -> u64 {
    match value {
        Some(Value::Array(denials)) => denials.len() as u64,
        Some(value) => value.as_u64().unwrap_or(0),
        None => 0,
    }
}

/// `{"spawned": 3, "completed": 1, "failed": 0, "killed": {"system": 2}}`
fn sub_agents_over(stats: &Value) -> Option<bool> {
    let number = |field| payload::number(stats, field).unwrap_or(0);
    let killed = stats.get("killed").and_then(Value::as_object);
    let killed: u64 = killed
        .into_iter()
        .flat_map(|by| by.values())
        .filter_map(Value::as_u64)
        .fold(0, u64::saturating_add);
    let spawned = payload::number(stats, "spawned")?;
    Some(
        number("completed")
            .saturating_add(number("failed"))
            .saturating_add(killed)
            >= spawned,
    )
}
