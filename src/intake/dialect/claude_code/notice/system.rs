//! What the lines of type `system` say, each in a sentence.

use serde_json::Value;

use super::{Notice, calm, part, said, seconds, words};
use crate::dialect::claude_code::outcome;
use crate::dialect::reason::{self, PART_BYTES};
use domain::excerpt::first_line;
use domain::payload;

/// By the subtype; `is_answered_later` where it tells of a call whose result is still to come.
pub(super) fn of(subtype: &str, line: &Value, is_answered_later: bool) -> Option<Notice> {
    match subtype {
        "status" => status(line),
        "compact_boundary" => Some(compact_boundary(line)),
        "microcompact_boundary" => Some(calm("old results were dropped from the conversation")),
        "api_retry" | "api_error" => Some(api_retry(line)),
        "permission_denied" => Some(permission_denied(line)),
        "post_turn_summary" | "task_summary" | "away_summary" => {
            said(line, &["title", "description", "status_detail", "summary", "content"])
        }
        "session_state_changed" => session_state(line),
        "local_command_output" | "local_command" => Some(local_command(line)),
        "files_persisted" => Some(files_persisted(line)),
        "elicitation_complete" => {
            let server = part(line, &["mcp_server_name"]).unwrap_or("a server of tools".into());
            Some(calm(format!("{server} has the answer it asked for")))
        }
        "background_tasks_changed" => Some(background_tasks(line)),
        "commands_changed" => Some(calm("the commands of the session changed")),
        "memory_recall" => Some(memory_recall(line)),
        "model_refusal_fallback" | "model_refusal_no_fallback" => Some(refusal(line)),
        "plugin_install" => plugin(line),
        "mirror_error" => {
            reason::of(line, "error").map(|why| calm(format!("the session's record could not be copied: {why}")))
        }
        "worker_shutting_down" => {
            let why = part(line, &["reason"])
                .map(|why| format!(": {}", words(&why)))
                .unwrap_or_default();
            Some(calm(format!("the process that works is being stopped{why}")))
        }
        "turn_duration" => payload::number(line, "durationMs").map(|ms| calm(format!("the turn took {}", seconds(ms)))),
        "control_request_progress" => Some(calm(match payload::text(line, "status") {
            Some("api_retry") => "a request of the host waits: the model did not answer",
            _ => "a request of the host is being answered",
        })),
        hook if hook.starts_with("hook_") => Some(hook_ran(hook, line)),
        task if task.starts_with("task_") => task_goes_on(task, line, is_answered_later),
        // What the CLI says in words of its own.
        _ => said(line, &["content", "text", "title", "description", "summary", "reason"]),
    }
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
    // Whether it recovered, the next lines tell; that it did not is the result's failure.
    calm(message)
}

fn permission_denied(line: &Value) -> Notice {
    let tool = payload::text(line, "tool_name").unwrap_or("a tool");
    let mut message = format!("{tool} was not permitted");
    if let Some(why) = part(line, &["decision_reason", "message", "reason"]) {
        message.push_str(&format!(": {why}"));
    }
    // The error is the call's, whose result says so, too.
    calm(message)
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

/// A sub-agent or a command in the background: `task_started`, `task_progress`, `task_updated`, `task_notification` and what
/// else there may be. That it failed is said by the result of its call, where that is still to come.
fn task_goes_on(subtype: &str, line: &Value, is_answered_later: bool) -> Option<Notice> {
    let patch = line.get("patch").unwrap_or(&Value::Null);
    let status = payload::text(line, "status").or_else(|| payload::text(patch, "status"));
    let what =
        part(line, &["summary", "description", "last_tool_name"]).or_else(|| part(patch, &["error", "description"]));
    let is_agent = line.get("subagent_type").is_some() || payload::text(line, "task_type") == Some("local_agent");
    let is_behind = [line, patch]
        .iter()
        .any(|told| payload::flag(told, "is_backgrounded") == Some(true));
    let whose = match (is_agent, is_behind) {
        (true, _) => "sub-agent",
        (false, true) => "background task",
        (false, false) => "task",
    };
    let word = match (subtype, status) {
        ("task_started", _) => "began",
        ("task_progress", _) => "goes on",
        (_, Some("killed")) => "was stopped",
        (_, Some(status)) => status,
        (_, None) if payload::flag(patch, "is_backgrounded") == Some(true) => "goes on in the background",
        (_, None) => return what.map(calm),
    };
    Some(Notice {
        message: match what {
            Some(what) => format!("{whose} {word}: {what}"),
            None => format!("{whose} {word}"),
        },
        is_error: subtype == "task_notification" && matches!(status, Some("failed" | "error")) && !is_answered_later,
    })
}

/// What a command of the CLI itself printed. Such a command has no result of its own: that it failed is said here.
fn local_command(line: &Value) -> Notice {
    let content = part(line, &["content", "stderr", "error"]);
    let content = content.map(|text| without_tags(&text)).filter(|text| !text.is_empty());
    let complains = payload::text(line, "content").is_some_and(|text| text.contains("<local-command-stderr>"));
    let is_error = outcome::failed(line) || complains;
    let command =
        outcome::command(line).map_or_else(|| "a command of the CLI".to_owned(), |command| format!("/{command}"));
    let message = match (is_error, content) {
        (true, Some(content)) => format!("{command} failed: {content}"),
        (true, None) => format!("{command} failed"),
        (false, Some(content)) => content,
        (false, None) => format!("{command} printed nothing"),
    };
    Notice { message, is_error }
}

/// The text between tags such as `<local-command-stdout>`.
fn without_tags(text: &str) -> String {
    let mut rest = text;
    let mut said = String::new();
    while let Some((before, after)) = rest.split_once('<') {
        said.push_str(before);
        match after.split_once('>') {
            Some((tag, after)) if tag.trim_start_matches('/').starts_with("local-command-") => rest = after,
            _ => {
                said.push('<');
                rest = after;
            }
        }
    }
    said.push_str(rest);
    said.trim().to_owned()
}

fn files_persisted(line: &Value) -> Notice {
    let kept = names(line.get("files"), "filename");
    let lost = line
        .get("failed")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .map(|file| {
            let name = payload::text(file, "filename").unwrap_or("a file");
            let why = reason::of(file, "error")
                .map(|why| format!(" ({why})"))
                .unwrap_or_default();
            format!("{name}{why}")
        });
    let lost: Vec<String> = lost.collect();
    let message = match (kept.is_empty(), lost.is_empty()) {
        (false, true) => format!("kept {}", listed(&kept)),
        (false, false) => format!("kept {}; could not keep {}", listed(&kept), listed(&lost)),
        (true, false) => format!("could not keep {}", listed(&lost)),
        (true, true) => "no files were kept".to_owned(),
    };
    calm(message)
}

fn background_tasks(line: &Value) -> Notice {
    let running = names(line.get("tasks"), "description");
    let count = line.get("tasks").and_then(Value::as_array).map_or(0, Vec::len);
    calm(match (count, running.is_empty()) {
        (0, _) => "nothing runs in the background".to_owned(),
        (count, true) => format!("{count} running in the background"),
        (_, false) => format!("running in the background: {}", listed(&running)),
    })
}

fn memory_recall(line: &Value) -> Notice {
    let paths = names(line.get("memories"), "path");
    calm(match paths.is_empty() {
        true => "looked for what it remembers".to_owned(),
        false => format!("remembered {}", listed(&paths)),
    })
}

fn refusal(line: &Value) -> Notice {
    let model = part(line, &["original_model"]).unwrap_or("the model".into());
    let mut message = format!("{model} refused to answer");
    if let Some(other) = part(line, &["fallback_model"]) {
        message.push_str(&format!("; {other} answers instead"));
    }
    if let Some(why) = part(line, &["api_refusal_explanation", "api_refusal_category", "content"]) {
        message.push_str(&format!(": {why}"));
    }
    calm(message)
}

fn plugin(line: &Value) -> Option<Notice> {
    let name = part(line, &["name"]).map(|name| format!(" {name}")).unwrap_or_default();
    let status = payload::text(line, "status")?;
    let why = reason::of(line, "error")
        .map(|why| format!(": {why}"))
        .unwrap_or_default();
    Some(Notice {
        message: match status {
            "started" => format!("the plugin{name} is being installed"),
            "failed" => format!("the plugin{name} could not be installed{why}"),
            _ => format!("the plugin{name} is installed"),
        },
        is_error: status == "failed",
    })
}

fn names(list: Option<&Value>, field: &str) -> Vec<String> {
    let items = list.and_then(Value::as_array).into_iter().flatten();
    let name = |item: &Value| {
        item.as_str()
            .or_else(|| payload::text(item, field))
            .map(|name| first_line(name, 80))
    };
    items.filter_map(name).collect()
}

/// At most five of them, and how many more there are.
fn listed(names: &[String]) -> String {
    const SHOWN: usize = 5;
    let shown = names
        .iter()
        .take(SHOWN)
        .map(String::as_str)
        .collect::<Vec<_>>()
        .join(", ");
    match names.len().saturating_sub(SHOWN) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}
