//! What the lines say that are neither talk nor tools: one sentence for a person, beside the line as it came.
//!
//! A line whose sentence is not known here passes without one.

use serde_json::Value;

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

/// What a line says, by its type and subtype.
pub(super) fn of(line_type: &str, subtype: Option<&str>, line: &Value) -> Option<Notice> {
    match (line_type, subtype) {
        ("rate_limit_event", _) => rate_limit(line),
        ("tool_progress", _) => tool_progress(line),
        ("auth_status", _) => auth_status(line),
        ("control_request", _) => control_request(line),
        ("system", Some("status")) => status(line),
        ("system", Some("compact_boundary")) => Some(compact_boundary(line)),
        ("system", Some("api_retry")) => Some(api_retry(line)),
        ("system", Some("permission_denied")) => Some(permission_denied(line)),
        ("system", Some("post_turn_summary")) => said(line, &["title", "description", "status_detail"]),
        ("system", Some("session_state_changed")) => session_state(line),
        ("system", Some(hook)) if hook.starts_with("hook_") => Some(hook_ran(hook, line)),
        ("system", Some(task)) if task.starts_with("task_") => task_goes_on(task, line),
        _ => None,
    }
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

/// `system/status`: what the CLI does itself. Without a word, it has stopped doing that.
fn status(line: &Value) -> Option<Notice> {
    if let Some(error) = part(line, &["compact_error"]) {
        return Some(Notice {
            message: format!("the conversation could not be compacted: {error}"),
            is_error: true,
        });
    }
    let message = match payload::text(line, "status") {
        Some("compacting") => "compacting the conversation".to_owned(),
        Some("requesting") => "asking the model".to_owned(),
        Some(other) => words(other),
        None => match payload::text(line, "permissionMode") {
            Some(mode) => format!("permission mode {mode}"),
            None => "going on".to_owned(),
        },
    };
    Some(calm(message))
}

fn session_state(line: &Value) -> Option<Notice> {
    Some(calm(match payload::text(line, "state")? {
        "requires_action" => "the session waits for somebody to act".to_owned(),
        state => format!("the session is {}", words(state)),
    }))
}

fn compact_boundary(line: &Value) -> Notice {
    let metadata = line.get("compact_metadata").unwrap_or(&Value::Null);
    let mut message = "the conversation was compacted".to_owned();
    match payload::text(metadata, "trigger") {
        Some("auto") => message.push_str(" because it grew too long"),
        Some("manual") => message.push_str(" on request"),
        Some(_) | None => {}
    }
    match (
        payload::number(metadata, "pre_tokens"),
        payload::number(metadata, "post_tokens"),
    ) {
        (Some(before), Some(after)) => message.push_str(&format!(", from {before} tokens to {after}")),
        (Some(before), None) => message.push_str(&format!(", from {before} tokens")),
        (None, _) => {}
    }
    calm(message)
}

fn api_retry(line: &Value) -> Notice {
    let mut message = "the API did not answer".to_owned();
    let why = payload::scalar(line, "error_status")
        .into_iter()
        .chain(reason::of(line, "error"));
    let why: Vec<String> = why.collect();
    if !why.is_empty() {
        message.push_str(&format!(" ({})", why.join(" ")));
    }
    match (payload::number(line, "attempt"), payload::number(line, "max_retries")) {
        (Some(attempt), Some(most)) => message.push_str(&format!("; attempt {attempt} of {most}")),
        (Some(attempt), None) => message.push_str(&format!("; attempt {attempt}")),
        (None, _) => {}
    }
    if let Some(delay_ms) = payload::number(line, "retry_delay_ms") {
        message.push_str(&format!(" in {}", seconds(delay_ms)));
    }
    Notice {
        message,
        is_error: true,
    }
}

fn permission_denied(line: &Value) -> Notice {
    let tool = payload::text(line, "tool_name").unwrap_or("a tool");
    let mut message = format!("{tool} was not permitted");
    if let Some(why) = part(line, &["decision_reason", "message", "reason"]) {
        message.push_str(&format!(": {why}"));
    }
    Notice {
        message,
        is_error: true,
    }
}

fn hook_ran(subtype: &str, line: &Value) -> Notice {
    let event = payload::text(line, "hook_event");
    let name = payload::text(line, "hook_name").or(event).unwrap_or("a hook");
    let name = first_line(name, PART_BYTES);
    if subtype == "hook_started" {
        return calm(format!("hook {name} began"));
    }
    let output = part(line, &["stderr", "output", "stdout"]);
    let exit_code = payload::decimal(line, "exit_code").filter(|code| *code != 0.0);
    let outcome = payload::text(line, "outcome").filter(|outcome| *outcome != "success");
    let mut message = match (subtype, exit_code, outcome) {
        ("hook_response", Some(code), _) => format!("hook {name} failed with exit code {code}"),
        ("hook_response", None, Some(outcome)) => format!("hook {name}: {outcome}"),
        ("hook_response", None, None) => format!("hook {name} is done"),
        _ => format!("hook {name}"),
    };
    if let Some(output) = output {
        message.push_str(&format!(": {output}"));
    }
    Notice {
        message,
        is_error: exit_code.is_some() || outcome == Some("error"),
    }
}

/// Work in the background: `task_started`, `task_progress`, `task_notification` and what else there may be.
fn task_goes_on(subtype: &str, line: &Value) -> Option<Notice> {
    let what = part(line, &["summary", "description", "last_tool_name"]);
    let status = payload::text(line, "status");
    let word = match (subtype, status) {
        ("task_started", _) => "began",
        ("task_progress", _) => "goes on",
        (_, Some(status)) => status,
        (_, None) => return what.map(calm),
    };
    Some(Notice {
        message: match what {
            Some(what) => format!("background task {word}: {what}"),
            None => format!("background task {word}"),
        },
        is_error: matches!(status, Some("failed" | "error")),
    })
}

fn tool_progress(line: &Value) -> Option<Notice> {
    let tool = payload::text(line, "tool_name")?;
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

/// The CLI asks whoever started it; for a permission somebody has to answer.
fn control_request(line: &Value) -> Option<Notice> {
    let request = line.get("request")?;
    let subtype = payload::text(request, "subtype")?;
    Some(calm(match (subtype, payload::text(request, "tool_name")) {
        ("can_use_tool", Some(tool)) => format!("asks whether it may use {tool}"),
        (other, _) => format!("asks: {}", words(other)),
    }))
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
