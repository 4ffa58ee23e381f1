//! opencode: `run --format json`, with a `part` of a message in each line.
//!
//! A call comes once, with its answer; tokens and cost stand in `step_finish` and are those of the step.

use serde_json::{Map, Value, json};

use super::file_done::{self, FileDone};
use super::line_draft::{LineDraft, set, take};
use super::line_head::LineHead;
use super::message_head::MessageHead;
use super::session_so_far::{self, TurnEnd};
use super::{Claim, Dialect, call, readable};
use crate::diff::Diff;
use domain::event::Kind;
use domain::payload;
use domain::timestamp::Timestamp;

/// An id that a model's server gave may be `call_1` again in the next message; longer ones are random.
const SURE_ID: usize = 16;

/// Fields of a part that its event has in other words.
const PART_READ: [&str; 11] = [
    "id",
    "sessionID",
    "type",
    "text",
    "time",
    "tool",
    "callID",
    "state",
    "tokens",
    "cost",
    "reason",
];
/// What the metadata of an answer say that the answer or its files do, too.
const METADATA_READ: [&str; 6] = ["output", "diff", "filediff", "files", "exit", "preview"];

/// See the module.
pub(super) struct Opencode;

impl Dialect for Opencode {
    fn name(&self) -> &'static str {
        "opencode"
    }

    fn claim(&self, line: &LineHead<'_>) -> Claim {
        let is_own = payload::text(line.line, "sessionID").is_some() && line.has_any(&["part", "error"]);
        if is_own && !line.line_type.is_empty() {
            Claim::Own
        } else {
            Claim::None
        }
    }

    fn read(&self, draft: &mut LineDraft<'_>, mut line: Value) {
        let session = payload::text(&line, "sessionID").map(str::to_owned);
        let is_new = session != draft.reader.so_far.begun;
        draft.reader.session_id = session;
        let line_type = payload::text(&line, "type").unwrap_or_default().to_owned();
        let mut part = take(&mut line, "part");
        match line_type.as_str() {
            "step_start" if is_new || draft.reader.so_far.is_over => session_so_far::begin(draft, Map::new()),
            "step_start" => draft.silent = Some("step_start"),
            "text" => {
                let text = take(&mut part, "text");
                draft.reader.note_said(text.as_str().unwrap_or_default());
                draft.add_text(text);
            }
            "reasoning" => thought(draft, &part),
            "tool_use" => used(draft, &mut part),
            "step_finish" => finished(draft, &part),
            "error" => failed(draft, line.get("error").and_then(readable::of)),
            other => {
                line["part"] = part;
                if line.get("message").is_none() {
                    line["message"] = format!("a line of a type that is not known: {other}").into();
                }
                return draft.pass(0, other, line);
            }
        }
        draft.keep(0, part, &PART_READ);
        draft.keep(0, line, &["sessionID"]);
    }
}

fn time(value: &Value, field: &str) -> Option<Timestamp> {
    let ms = payload::number(value.get("time")?, field)?;
    // From 2001 on, as milliseconds.
    (1_000_000_000_000..100_000_000_000_000)
        .contains(&ms)
        .then_some(Timestamp(ms as i64))
}

fn thought(draft: &mut LineDraft<'_>, part: &Value) {
    let mut payload = Map::new();
    payload.insert("content".into(), payload::text(part, "text").unwrap_or_default().into());
    let span = time(part, "start").zip(time(part, "end"));
    set(&mut payload, "duration_ms", span.map(|(start, end)| end.since(start)));
    let keys = draft.keys(0);
    draft.add(Kind::AgentThinking, "thinking", payload.into(), keys);
}

/// `tool_use`: the call and its answer, each at its own time.
fn used(draft: &mut LineDraft<'_>, part: &mut Value) {
    let mut state = take(part, "state");
    let name = payload::text(part, "tool").unwrap_or("tool").to_owned();
    let id = call_id(draft, part);
    let input = take(&mut state, "input");
    let span = time(&state, "start").zip(time(&state, "end"));
    let told_at = draft.at;
    if let Some((start, _)) = span {
        draft.at = start;
    }
    let asked = call::ToolCall {
        id: Some(id.clone()),
        name: Some(name.clone()),
        input: input.clone(),
    };
    call::pre(draft, 0, asked, &MessageHead::default());
    draft.note("title", payload::text(&state, "title"));
    draft.at = span.map_or(told_at, |(_, end)| end);
    let status = payload::text(&state, "status").unwrap_or("completed").to_owned();
    if !matches!(status.as_str(), "completed" | "error") {
        return;
    }
    let metadata = take(&mut state, "metadata");
    let exit_code = metadata.get("exit").and_then(Value::as_i64);
    let error = state.get("error").and_then(readable::of);
    let is_error = status == "error" || exit_code.is_some_and(|code| code != 0);
    let output = match (error, take(&mut state, "output"), exit_code) {
        (Some(error), ..) => error.into(),
        (None, Value::String(text), Some(code)) if text.is_empty() && is_error => format!("exit code {code}").into(),
        (None, Value::Null, _) => "".into(),
        (None, output, _) => output,
    };
    let answer = call::ToolAnswer {
        id: Some(id.clone()),
        content: output,
        is_error,
    };
    let mut result = json!({"durationMs": span.map(|(start, end)| end.since(start))});
    if let Some(session) = payload::text(&metadata, "sessionId").filter(|_| name == "task") {
        result["agentId"] = session.into();
        result["status"] = status.as_str().into();
    }
    call::post(draft, 1, answer, &result);
    draft.note("exit_code", exit_code);
    if !is_error {
        file_done::add_all(draft, &id, &name, files(&name, &input, &metadata));
    }
    draft.keep(1, metadata, &METADATA_READ);
    draft.keep(1, state, &["status", "time", "title", "error"]);
    draft.at = told_at;
}

fn call_id(draft: &LineDraft<'_>, part: &Value) -> String {
    match (payload::text(part, "callID"), payload::text(part, "id")) {
        (Some(call), _) if call.len() >= SURE_ID => call.to_owned(),
        (Some(call), Some(part)) => format!("{call}@{part}"),
        (Some(call), None) => format!("{call}@{}", draft.line_name()),
        (None, Some(part)) => part.to_owned(),
        (None, None) => draft.line_name(),
    }
}

/// What a call did to files, by the metadata of its answer.
fn files(tool: &str, input: &Value, metadata: &Value) -> Vec<FileDone> {
    let path = payload::first_text(input, &["filePath", "path"]);
    let patch = |value: &Value| payload::first_text(value, &["patch", "diff"]).and_then(Diff::from_unified);
    let several = metadata.get("files").and_then(Value::as_array);
    if let ("patch" | "apply_patch", Some(several)) = (tool, several) {
        return several.iter().filter_map(|file| patched(file, patch(file))).collect();
    }
    let Some(path) = path else { return Vec::new() };
    let real = metadata.get("filediff").and_then(patch).or_else(|| patch(metadata));
    match tool {
        "read" => vec![FileDone::new("read", path, None).with_summary(lines_read(metadata))],
        "write" => {
            let content = payload::text(input, "content").unwrap_or_default();
            match payload::flag(metadata, "exists") {
                Some(true) => {
                    let diff = real.unwrap_or_else(|| Diff::of_new(content));
                    let summary = format!("overwritten with {} lines", content.lines().count());
                    vec![FileDone::new("modify", path, Some(diff)).with_summary(Some(summary))]
                }
                _ => vec![FileDone::new("create", path, Some(Diff::of_new(content)))],
            }
        }
        "edit" | "multiedit" => {
            let text = |field| payload::text(input, field).unwrap_or_default();
            let diff = real.unwrap_or_else(|| Diff::between(text("oldString"), text("newString")));
            let operation = if tool == "edit" && text("oldString").is_empty() {
                "create"
            } else {
                "modify"
            };
            vec![FileDone::new(operation, path, Some(diff))]
        }
        _ => Vec::new(),
    }
}

fn patched(file: &Value, diff: Option<Diff>) -> Option<FileDone> {
    let path = payload::first_text(file, &["movePath", "filePath", "relativePath", "path", "file"])?;
    let operation = match payload::text(file, "type") {
        Some("add" | "create") => "create",
        Some("delete" | "remove") => "delete",
        _ => "modify",
    };
    Some(FileDone::new(operation, path, diff))
}

fn lines_read(metadata: &Value) -> Option<String> {
    let shown = metadata.get("display")?;
    let number = |field| payload::number(shown, field);
    let (first, last) = (number("lineStart")?, number("lineEnd")?);
    number("totalLines").map(|total| format!("lines {first}–{last} of {total}"))
}

/// `step_finish`: the tokens and the cost of a step; with any reason but calls it is the last one.
fn finished(draft: &mut LineDraft<'_>, part: &Value) {
    draft.reader.so_far.add_cost(payload::decimal(part, "cost"));
    let usage = part.get("tokens").and_then(usage).map(|usage| {
        let id = payload::text(part, "id").map_or_else(|| draft.line_name(), str::to_owned);
        let session = draft.reader.session_id.as_deref().unwrap_or_default();
        (format!("{session} {id}"), usage)
    });
    let reason = payload::text(part, "reason").unwrap_or("unknown").to_owned();
    let goes_on = matches!(reason.as_str(), "tool-calls" | "tool_calls" | "unknown");
    let is_told = draft.reader.so_far.is_over;
    if goes_on || is_told {
        let mut payload = Map::new();
        payload.insert("reason".into(), reason.as_str().into());
        payload.insert("message".into(), format!("a step is over: {reason}").into());
        set(&mut payload, "cost_usd", draft.reader.so_far.cost_usd);
        if let Some((id, usage)) = usage {
            payload.insert("message_id".into(), id.into());
            payload.insert("usage".into(), usage);
        }
        return draft.pass(0, "step_finish", payload.into());
    }
    let is_error = matches!(reason.as_str(), "error" | "content-filter");
    let end = TurnEnd {
        error: is_error.then(|| format!("the last step ended with {reason}")),
        word: Some(reason),
        usage,
        result: None,
    };
    session_so_far::end(draft, end);
}

fn failed(draft: &mut LineDraft<'_>, why: Option<String>) {
    let end = TurnEnd {
        word: Some("error".into()),
        error: Some(why.unwrap_or_else(|| "it failed, and nothing says why".into())),
        ..TurnEnd::default()
    };
    session_so_far::end(draft, end);
}

/// The tokens in the words of an event. What was thought stands beside the output here, unless the total shows that it is in it.
fn usage(tokens: &Value) -> Option<Value> {
    let number = |field| payload::number(tokens, field);
    let cache = |field| {
        tokens
            .get("cache")
            .and_then(|cache| payload::number(cache, field))
            .unwrap_or(0)
    };
    let (input, output) = (number("input"), number("output"));
    if input.is_none() && output.is_none() {
        return None;
    }
    let (input, output) = (input.unwrap_or(0), output.unwrap_or(0));
    let (read, written, thought) = (cache("read"), cache("write"), number("reasoning").unwrap_or(0));
    let without = [output, read, written]
        .iter()
        .fold(input, |sum, part| sum.saturating_add(*part));
    let is_within = number("total") == Some(without);
    let output = if is_within {
        output
    } else {
        output.saturating_add(thought)
    };
    Some(
        json!({"input_tokens": input, "output_tokens": output, "cache_read_input_tokens": read,
        "cache_creation_input_tokens": written, "reasoning_output_tokens": thought}),
    )
}
