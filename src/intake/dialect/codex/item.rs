//! An item of a thread: what it says, thinks, calls or changes.

use serde_json::{Value, json};

use super::{CodexAnswer, answered, called, log, mcp_name, text, thought, todo_list};
use crate::dialect::file_done::{self, FileDone};
use crate::dialect::line_draft::{LineDraft, take};
use crate::dialect::{readable, result_text};
use crate::diff::Diff;
use domain::payload;

/// How far an item is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Started,
    Updated,
    Completed,
}

/// The word for what an item is.
pub(super) fn kind(item: &Value) -> &str {
    payload::first_text(item, &["type", "item_type"]).unwrap_or("item")
}

/// Fields of items that their events have in other words.
const READ: [&str; 22] = [
    "id",
    "type",
    "item_type",
    "status",
    "text",
    "phase",
    "message",
    "items",
    "command",
    "aggregated_output",
    "exit_code",
    "duration_ms",
    "changes",
    "server",
    "tool",
    "arguments",
    "result",
    "error",
    "query",
    "action",
    "agents_states",
    "prompt",
];

pub(super) fn read(draft: &mut LineDraft<'_>, step: Step, mut item: Value) {
    let item_type = kind(&item).to_owned();
    match item_type.as_str() {
        "agent_message" | "assistant_message" | "reasoning" if step != Step::Completed => {
            draft.silent = Some("a text that comes whole");
        }
        "agent_message" | "assistant_message" => {
            text(draft, item["text"].as_str().unwrap_or_default());
            draft.note("phase", payload::text(&item, "phase"));
        }
        "reasoning" => thought(draft, item["text"].as_str().unwrap_or_default()),
        // What ends a turn stands in lines of its own.
        "error" => {
            let message = item.get("message").and_then(readable::of);
            log(
                draft,
                "WARNING",
                message.as_deref().unwrap_or("a warning without words"),
            );
        }
        "todo_list" => todo_list(draft, &todos(&item)),
        "command_execution" => {
            let input = json!({"command": item["command"]});
            call(draft, step, "command_execution", input, &item, command_answer);
        }
        "file_change" => changed(draft, step, &item),
        "mcp_tool_call" => {
            let name = mcp_name(payload::text(&item, "server"), payload::text(&item, "tool"));
            call(draft, step, &name, item["arguments"].clone(), &item, mcp_answer);
        }
        "web_search" if step != Step::Completed && payload::text(&item, "query").is_none() => {
            draft.silent = Some("a search that has no words yet");
        }
        "web_search" => {
            let mut input = json!({"query": item["query"]});
            if let Some(action) = item.get("action") {
                input["action"] = action.clone();
            }
            call(draft, step, "web_search", input, &item, plain_answer);
        }
        "collab_tool_call" => {
            let name = payload::text(&item, "tool").unwrap_or("collab_tool_call").to_owned();
            let mut input = item.clone();
            if let Some(input) = input.as_object_mut() {
                input.retain(|field, value| {
                    !value.is_null() && !["id", "type", "tool", "status", "agents_states"].contains(&field.as_str())
                });
            }
            call(draft, step, &name, input, &item, collab_answer);
        }
        other => {
            if item.get("message").is_none() && item.is_object() {
                item["message"] = format!("an item of a type that is not known: {other}").into();
            }
            return draft.pass(0, &format!("item/{other}"), item);
        }
    }
    // Of a call to another agent all is in its input, of an answer what is beside its text is told nowhere else.
    let result = take(&mut item, "result");
    if item_type != "collab_tool_call" {
        draft.keep(0, item, &READ);
    }
    draft.keep(0, result, &["content", "isError", "is_error"]);
}

/// Tells a call when it is first heard of, and its answer when it is complete; gives the call's id then.
fn call(
    draft: &mut LineDraft<'_>,
    step: Step,
    name: &str,
    input: Value,
    item: &Value,
    answer: fn(&Value) -> CodexAnswer,
) -> Option<String> {
    let item_id = payload::text(item, "id").unwrap_or("item");
    let begins = format!("{item_id}@");
    let open = draft.reader.calls.opened_as(&begins).filter(|_| step != Step::Started);
    let at = usize::from(open.is_none());
    let id = match open {
        Some(id) => id,
        None => {
            let id = format!("{begins}{}", draft.line_name());
            called(draft, 0, &id, name, input);
            id
        }
    };
    if step == Step::Updated && at == 0 {
        draft.silent = Some("a call that goes on");
    }
    if step != Step::Completed {
        return None;
    }
    answered(draft, at, &id, answer(item));
    Some(id)
}

/// Whether the item's own word says that it failed, and the word.
fn failure(item: &Value) -> Option<&str> {
    payload::text(item, "status").filter(|status| !matches!(*status, "completed" | "in_progress" | "success"))
}

fn command_answer(item: &Value) -> CodexAnswer {
    let exit_code = item["exit_code"].as_i64();
    let word = failure(item);
    let output = match (&item["aggregated_output"], word) {
        (Value::String(text), Some(word)) if text.is_empty() && exit_code.is_none() => word.into(),
        (Value::Null, Some(word)) if exit_code.is_none() => word.into(),
        (output, _) => output.clone(),
    };
    CodexAnswer {
        output,
        is_error: word.is_some() || exit_code.is_some_and(|code| code != 0),
        exit_code,
        duration_ms: payload::number(item, "duration_ms"),
    }
}

fn plain_answer(item: &Value) -> CodexAnswer {
    let word = failure(item);
    let why = item
        .get("error")
        .and_then(readable::of)
        .or_else(|| word.map(str::to_owned));
    CodexAnswer {
        is_error: why.is_some(),
        output: why.map_or(Value::Null, Value::from),
        exit_code: None,
        duration_ms: payload::number(item, "duration_ms"),
    }
}

fn mcp_answer(item: &Value) -> CodexAnswer {
    let mut answer = plain_answer(item);
    let mut result = item.get("result").cloned().unwrap_or_default();
    if answer.is_error && result.is_null() {
        return answer;
    }
    let content = result_text::output(take(&mut result, "content"));
    let is_said = !(content.is_null() || content.as_str().is_some_and(str::is_empty));
    answer.is_error |= ["isError", "is_error"].iter().any(|field| result[*field] == true);
    answer.output = if is_said {
        content
    } else {
        take(&mut result, "structured_content")
    };
    answer
}

/// How the agents that it was about are, each in a line.
fn collab_answer(item: &Value) -> CodexAnswer {
    let mut answer = plain_answer(item);
    let states = item.get("agents_states").and_then(Value::as_object);
    let lines = states.into_iter().flatten().map(|(agent, state)| {
        let word = payload::text(state, "status").unwrap_or("unknown");
        match payload::text(state, "message") {
            Some(message) => format!("{agent} {word}: {message}"),
            None => format!("{agent} {word}"),
        }
    });
    let lines: Vec<String> = lines.collect();
    if !lines.is_empty() {
        answer.output = lines.join("\n").into();
    }
    answer
}

/// `file_change`: a patch of several files.
fn changed(draft: &mut LineDraft<'_>, step: Step, item: &Value) {
    let changes = item
        .get("changes")
        .and_then(Value::as_array)
        .map(Vec::as_slice)
        .unwrap_or_default();
    let words: Vec<String> = changes
        .iter()
        .filter_map(|change| Some(format!("{} {}", change_kind(change), payload::text(change, "path")?)))
        .collect();
    let input = json!({"changes": changes, "description": words.join(", ")});
    let id = call(draft, step, "file_change", input, item, plain_answer);
    if let Some(id) = id.filter(|_| !plain_answer(item).is_error) {
        let files = changes.iter().filter_map(file).collect();
        file_done::add_all(draft, &id, "file_change", files);
    }
}

fn change_kind(change: &Value) -> &str {
    let kind = change.get("kind").unwrap_or(&Value::Null);
    kind.as_str()
        .or_else(|| payload::text(kind, "type"))
        .unwrap_or("update")
}

fn file(change: &Value) -> Option<FileDone> {
    let path = payload::text(change, "path")?;
    let diff = payload::first_text(change, &["diff", "unified_diff"]);
    let content = payload::text(change, "content").map(Diff::of_new);
    let (operation, diff) = match change_kind(change) {
        "add" => (
            "create",
            diff.map(|text| Diff::from_unified(text).unwrap_or_else(|| Diff::of_new(text)))
                .or(content),
        ),
        "delete" => ("delete", diff.and_then(Diff::from_unified)),
        _ => ("modify", diff.and_then(Diff::from_unified)),
    };
    Some(FileDone::new(operation, path, diff))
}

fn todos(item: &Value) -> Vec<Value> {
    let items = item.get("items").and_then(Value::as_array);
    let told = items.into_iter().flatten().map(|todo| {
        let status = match payload::flag(todo, "completed") {
            Some(true) => "completed",
            _ => payload::text(todo, "status").unwrap_or("pending"),
        };
        json!({"content": todo["text"], "status": status})
    });
    told.collect()
}
