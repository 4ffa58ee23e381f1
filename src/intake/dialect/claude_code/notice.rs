//! What the lines say that are neither talk nor tools: one sentence for a person, beside the line as it came.
//!
//! A line whose sentence is not known here passes without one.

mod system;

use serde_json::Value;

use super::request;
use crate::dialect::reason::{self, PART_BYTES};
use domain::excerpt::first_line;
use domain::payload;
use domain::timestamp::Timestamp;

/// A sentence, and whether it tells of something that went wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Notice {
    pub message: String,
    pub is_error: bool,
}

/// What a line says, by its type and subtype; `is_answered_later` where it tells of a call whose result is still to come.
pub(super) fn of(line_type: &str, subtype: Option<&str>, line: &Value, is_answered_later: bool) -> Option<Notice> {
    match (line_type, subtype) {
        ("rate_limit_event", _) => rate_limit(line),
        ("tool_progress", _) => tool_progress(line),
        ("auth_status", _) => auth_status(line),
        ("active_goal", _) => Some(goal(line)),
        ("tool_use_summary" | "streamlined_tool_use_summary", _) => said(line, &["summary", "tool_summary"]),
        ("streamlined_text", _) => said(line, &["text"]),
        ("summary" | "ai-title" | "custom-title", _) => said(line, &["summary", "title", "aiTitle", "customTitle"]),
        ("conversation_reset", _) => Some(reset(line)),
        ("prompt_suggestion", _) => {
            said(line, &["suggestion"]).map(|next| calm(format!("could be asked next: {}", next.message)))
        }
        ("stream_event", _) => {
            reason::of(line.get("event")?, "error").map(|why| calm(format!("the answer broke off: {why}")))
        }
        (line_type, _) if line_type.starts_with("control_") || line_type.starts_with("sdk_control_") => {
            Some(calm(request::of(line_type, line)))
        }
        ("system", Some(subtype)) => system::of(subtype, line, is_answered_later),
        _ => None,
    }
}

/// `active_goal`: what the session works towards; without a value, nothing any more.
fn goal(line: &Value) -> Notice {
    let value = line.get("value").unwrap_or(&Value::Null);
    let Some(condition) = part(value, &["condition"]) else {
        return calm("the session has no goal any more");
    };
    let tries = payload::number(value, "iterations").map(|tries| format!(" ({tries} tries)"));
    let left = part(value, &["last_reason"]).map(|left| format!("; not yet: {left}"));
    calm(format!(
        "works until {condition}{}{}",
        tries.unwrap_or_default(),
        left.unwrap_or_default()
    ))
}

fn reset(line: &Value) -> Notice {
    calm(match payload::text(line, "trigger") {
        Some("clear") => "the conversation was cleared and begins anew".to_owned(),
        Some(trigger) => format!("the conversation begins anew ({})", words(trigger)),
        None => "the conversation begins anew".to_owned(),
    })
}

fn calm(message: impl Into<String>) -> Notice {
    Notice {
        message: message.into(),
        is_error: false,
    }
}

fn part<'a>(line: &'a Value, fields: &[&str]) -> Option<std::borrow::Cow<'a, str>> {
    payload::first_text(line, fields).map(|text| first_line(text, PART_BYTES).into())
}

fn said(line: &Value, fields: &[&str]) -> Option<Notice> {
    part(line, fields).map(calm)
}

/// `five_hour` as a person would write it.
fn words(name: &str) -> String {
    name.replace('_', " ")
}

fn tool_progress(line: &Value) -> Option<Notice> {
    let tool = payload::text(line, "tool_name")?;
    if let Some(retry) = line.get("subagent_retry").filter(|retry| retry.is_object()) {
        let why = part(retry, &["error_category"]).map(|why| format!(" ({})", words(&why)));
        let attempt = payload::number(retry, "attempt").map(|attempt| format!("; attempt {attempt}"));
        return Some(calm(format!(
            "a sub-agent asks its model again{}{}",
            why.unwrap_or_default(),
            attempt.unwrap_or_default()
        )));
    }
    let elapsed = payload::decimal(line, "elapsed_time_seconds")?;
    Some(calm(format!(
        "{tool} has run for {}",
        seconds((elapsed * 1_000.0) as u64)
    )))
}

fn auth_status(line: &Value) -> Option<Notice> {
    if let Some(error) = reason::of(line, "error") {
        return Some(Notice {
            message: format!("not signed in: {error}"),
            is_error: true,
        });
    }
    let is_signing_in = payload::flag(line, "isAuthenticating")?;
    Some(calm(if is_signing_in { "signing in" } else { "signed in" }))
}

/// What is left of an account's allowance; `rejected` is why an agent stops.
fn rate_limit(line: &Value) -> Option<Notice> {
    let info = line.get("rate_limit_info")?;
    let status = payload::text(info, "status")?;
    let limit = payload::text(info, "rateLimitType")
        .map_or_else(|| "rate limit".to_owned(), |limit| format!("{} limit", words(limit)));
    let mut message = match status {
        "allowed" => format!("within the {limit}"),
        "allowed_warning" => format!("close to the {limit}"),
        "rejected" => format!("the {limit} is reached"),
        other => format!("{limit}: {}", words(other)),
    };
    let used = payload::decimal(info, "utilization").filter(|used| (0.0..=1.0).contains(used));
    if let Some(used) = used {
        message.push_str(&format!(", {} % used", (used * 100.0).round()));
    }
    let resets = payload::number(info, "resetsAt").filter(|at| (1_000_000_000..10_000_000_000).contains(at));
    if let Some(resets) = resets {
        let civil = Timestamp(resets as i64 * 1_000).civil();
        message.push_str(&format!(
            ", which resets on {:04}-{:02}-{:02} at {:02}:{:02} UTC",
            civil.year, civil.month, civil.day, civil.hour, civil.minute
        ));
    }
    Some(Notice {
        message,
        is_error: status == "rejected",
    })
}

/// `0.6 s`, `12 s`.
fn seconds(ms: u64) -> String {
    if ms < 10_000 {
        format!("{}.{} s", ms / 1_000, ms % 1_000 / 100)
    } else {
        format!("{} s", ms / 1_000)
    }
}
