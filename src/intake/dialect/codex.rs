//! Codex: `exec --json`, with threads, turns and items; and the older form, `{"id","msg":{"type":…}}`.
//!
//! An item is told up to three times (started, updated, completed), and its id is unique only within one process: a call's
//! id is made of it and of the line that began the call.

mod item;
mod older;
mod tokens;

use serde_json::{Map, Value, json};

use super::known::{self, KnownType};
use super::line_draft::{LineDraft, set, take};
use super::line_head::LineHead;
use super::message_head::MessageHead;
use super::session_so_far::{self, TurnEnd};
use super::{Claim, Dialect, call, readable};
use domain::event::Kind;
use domain::payload;

/// See the module.
pub(super) struct Codex;

impl Dialect for Codex {
    fn name(&self) -> &'static str {
        "codex"
    }

    fn claim(&self, line: &LineHead<'_>) -> Claim {
        let text = |field| payload::text(line.line, field).is_some();
        match line.line_type {
            "" if older::message_type(line.line).is_some() => Claim::Own,
            "" if text("workdir") && text("model") => Claim::Own,
            "" if text("prompt") => Claim::WithinOwn,
            "error" if text("message") => Claim::WithinOwn,
            line_type
                if ["thread.", "turn.", "item."]
                    .iter()
                    .any(|own| line_type.starts_with(own)) =>
            {
                Claim::Own
            }
            _ => Claim::None,
        }
    }

    fn knows(&self, line: &LineHead<'_>) -> Option<&'static KnownType> {
        let known = |line_type, kind| known::of(self.name(), line_type, kind);
        if line.line_type.is_empty() {
            return match older::message_type(line.line) {
                Some(message_type) => known("msg", message_type),
                None => known("opening", ""),
            };
        }
        let of_line = known(line.line_type, "")?;
        match line.line.get("item") {
            Some(item) => known("item", item::kind(item)),
            None => Some(of_line),
        }
    }

    fn name_of(&self, line: &LineHead<'_>) -> String {
        match (older::message_type(line.line), line.line.get("item")) {
            (Some(message_type), _) => known::name("msg", message_type),
            (None, Some(item)) => known::name("item", item::kind(item)),
            (None, None) => line.name(),
        }
    }

    fn read(&self, draft: &mut LineDraft<'_>, mut line: Value) {
        let line_type = payload::text(&line, "type").unwrap_or_default().to_owned();
        match line_type.as_str() {
            "" => older::read(draft, &mut line),
            "thread.started" => started(draft, &line),
            "turn.started" if draft.reader.so_far.is_over => session_so_far::begin(draft, Map::new()),
            "turn.started" => draft.silent = Some("turn.started"),
            "turn.completed" => {
                let usage = tokens::of_thread(draft, line.get("usage"));
                let word = Some("turn.completed".to_owned());
                session_so_far::end(
                    draft,
                    TurnEnd {
                        word,
                        usage,
                        ..TurnEnd::default()
                    },
                );
            }
            "turn.failed" => failed(draft, "turn.failed", line.get("error").and_then(readable::of)),
            "error" => complained(draft, &line),
            "item.started" => item::read(draft, item::Step::Started, take(&mut line, "item")),
            "item.updated" => item::read(draft, item::Step::Updated, take(&mut line, "item")),
            "item.completed" => item::read(draft, item::Step::Completed, take(&mut line, "item")),
            other => return draft.pass(0, other, line),
        }
        let usage = take(&mut line, "usage");
        draft.keep_within(0, "usage", usage, &tokens::READ);
        draft.keep(
            0,
            line,
            &[
                "thread_id",
                "error",
                "message",
                "msg",
                "id",
                "model",
                "workdir",
                "approval",
                "prompt",
            ],
        );
    }
}

/// `thread.started`: calls of an earlier process in the same file will never be answered.
fn started(draft: &mut LineDraft<'_>, line: &Value) {
    if let Some(thread) = payload::text(line, "thread_id") {
        draft.reader.session_id = Some(thread.to_owned());
    }
    draft.reader.calls.forget();
    session_so_far::begin(draft, Map::new());
}

/// A turn failed. The error that ended it may have stood in a line of its own just before.
fn failed(draft: &mut LineDraft<'_>, word: &str, why: Option<String>) {
    let why = why.unwrap_or_else(|| "the turn failed, and nothing says why".to_owned());
    let so_far = &draft.reader.so_far;
    if so_far.is_over && so_far.failure.as_ref() == Some(&why) {
        draft.silent = Some("the failure that was told before");
        return;
    }
    let end = TurnEnd {
        word: Some(word.to_owned()),
        error: Some(why),
        ..TurnEnd::default()
    };
    session_so_far::end(draft, end);
}

/// `error`: a connection that is tried again, or what ends the turn.
fn complained(draft: &mut LineDraft<'_>, line: &Value) {
    let message = line.get("message").and_then(readable::of).unwrap_or_default();
    if is_retry(&message) || draft.reader.so_far.is_over {
        return log(draft, "WARNING", &message);
    }
    failed(draft, "error", Some(message));
}

/// `Reconnecting... 1/5 (…)`.
fn is_retry(message: &str) -> bool {
    ["Reconnecting", "Retrying"]
        .iter()
        .any(|word| message.starts_with(word))
}

fn log(draft: &mut LineDraft<'_>, level: &str, message: &str) {
    let payload = json!({"level": level, "message": message, "source": draft.place.file});
    let keys = draft.keys(0);
    draft.add(Kind::AgentLogEntry, "log_entry", payload, keys);
}

fn thought(draft: &mut LineDraft<'_>, content: &str) {
    let mut payload = Map::new();
    payload.insert("content".into(), content.into());
    let duration_ms = draft.heard_at.map(|before| draft.at.since(before));
    set(&mut payload, "duration_ms", duration_ms.filter(|ms| *ms > 0));
    MessageHead::default().add_to(&mut payload);
    let keys = draft.keys(0);
    draft.add(Kind::AgentThinking, "thinking", payload.into(), keys);
}

fn text(draft: &mut LineDraft<'_>, content: &str) {
    draft.reader.note_said(content);
    draft.add_text(content.into());
}

/// What is to be done: a list of texts, each with its state.
fn todo_list(draft: &mut LineDraft<'_>, todos: &[Value]) {
    let done = todos.iter().filter(|todo| todo["status"] == "completed").count();
    let message = format!("{done} of {} done", todos.len());
    draft.pass(0, "todo_list", json!({"todos": todos, "message": message}));
}

/// A tool was called, at this block of the line.
fn called(draft: &mut LineDraft<'_>, at: usize, id: &str, name: &str, input: Value) {
    let asked = call::ToolCall {
        id: Some(id.to_owned()),
        name: Some(name.to_owned()),
        input,
    };
    call::pre(draft, at, asked, &MessageHead::default());
}

/// What came of a call.
struct CodexAnswer {
    output: Value,
    is_error: bool,
    exit_code: Option<i64>,
    duration_ms: Option<u64>,
}

/// A tool answered, at this block of the line. A failure that prints nothing is said in words.
fn answered(draft: &mut LineDraft<'_>, at: usize, id: &str, answer: CodexAnswer) {
    let is_empty = answer.output.as_str().is_some_and(str::is_empty) || answer.output.is_null();
    let output = match answer.exit_code {
        Some(code) if is_empty && answer.is_error => format!("exit code {code}").into(),
        _ if answer.output.is_null() => "".into(),
        _ => answer.output,
    };
    let told = call::ToolAnswer {
        id: Some(id.to_owned()),
        content: output,
        is_error: answer.is_error,
    };
    call::post(draft, at, told, &json!({"durationMs": answer.duration_ms}));
    draft.note("exit_code", answer.exit_code);
}

/// A tool of a server of tools, under the name that it has with others.
fn mcp_name(server: Option<&str>, tool: Option<&str>) -> String {
    format!("mcp__{}__{}", server.unwrap_or("server"), tool.unwrap_or("tool"))
}
