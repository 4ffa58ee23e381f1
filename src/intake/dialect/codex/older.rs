//! The older form of Codex's lines: `{"id":"0","msg":{"type":…}}`, after a line of settings and one with the prompt.

use serde_json::{Map, Value, json};

use super::{CodexAnswer, answered, called, complained, failed, log, mcp_name, text, thought, todo_list, tokens};
use crate::dialect::file_done::{self, FileDone};
use crate::dialect::line_draft::{LineDraft, set, take};
use crate::dialect::session_so_far::{self, TurnEnd};
use crate::dialect::{readable, result_text};
use crate::diff::Diff;
use domain::event::Kind;
use domain::payload;

/// The type of the message that a line of this form carries.
pub(super) fn message_type(line: &Value) -> Option<&str> {
    payload::text(line.get("msg")?, "type")
}

/// Fields of messages that their events have in other words.
const READ: [&str; 27] = [
    "type",
    "message",
    "text",
    "session_id",
    "model",
    "cwd",
    "call_id",
    "command",
    "stdout",
    "stderr",
    "aggregated_output",
    "formatted_output",
    "exit_code",
    "duration",
    "invocation",
    "server",
    "tool",
    "arguments",
    "success",
    "query",
    "plan",
    "summary",
    "changes",
    "reason",
    "last_agent_message",
    "delta",
    "result",
];

pub(super) fn read(draft: &mut LineDraft<'_>, line: &mut Value) {
    let Some(kind) = message_type(line).map(str::to_owned) else {
        return opening(draft, line);
    };
    let mut msg = take(line, "msg");
    let said = |field: &str| payload::text(&msg, field).unwrap_or_default().to_owned();
    match kind.as_str() {
        // The whole follows, or stood in another line.
        kind if kind.ends_with("_delta") => draft.silent = Some("a piece of what comes whole"),
        "agent_reasoning_section_break" | "task_started" | "turn_started" if !draft.reader.so_far.is_over => {
            draft.silent = Some("what only parts the others");
        }
        "task_started" | "turn_started" => session_so_far::begin(draft, Map::new()),
        "turn_diff"
        | "shutdown_complete"
        | "mcp_list_tools_response"
        | "get_history_entry_response"
        | "agent_reasoning_section_break"
        | "exec_approval_resolved" => {
            draft.silent = Some("nothing that others do not say");
        }
        "session_configured" => configured(draft, &msg),
        "agent_message" => text(draft, &said("message")),
        "agent_reasoning" | "agent_reasoning_raw_content" => thought(draft, &said("text")),
        "user_message" => prompt(draft, &said("message")),
        "token_count" => counted(draft, &msg),
        "plan_update" | "update_plan" => todo_list(draft, &plan(&msg)),
        "exec_command_begin" => begins(draft, &msg, "command_execution", command(&msg)),
        "exec_command_end" => ends(draft, &msg, command_answer(&msg)),
        "mcp_tool_call_begin" => {
            let call = msg.get("invocation").unwrap_or(&msg);
            let name = mcp_name(payload::text(call, "server"), payload::text(call, "tool"));
            let input = call.get("arguments").cloned().unwrap_or_default();
            begins(draft, &msg, &name, input);
        }
        "mcp_tool_call_end" => ends(draft, &msg, mcp_answer(&mut msg.clone())),
        "web_search_begin" => begins(draft, &msg, "web_search", json!({"query": msg["query"]})),
        "web_search_end" => searched(draft, &msg),
        "patch_apply_begin" => patch_begins(draft, &msg),
        "patch_apply_end" => patch_ends(draft, &msg),
        "exec_approval_request" | "apply_patch_approval_request" => {
            let what = match kind.as_str() {
                "exec_approval_request" => payload::text(&command(&msg), "command").unwrap_or_default().to_owned(),
                _ => {
                    let changes = msg.get("changes").and_then(Value::as_object);
                    changes
                        .into_iter()
                        .flatten()
                        .map(|(path, _)| path.as_str())
                        .collect::<Vec<_>>()
                        .join(", ")
                }
            };
            msg["message"] = format!("waits for permission: {what}").into();
            return draft.pass(0, &format!("msg/{kind}"), msg);
        }
        "background_event" | "deprecation_notice" => log(draft, "INFO", &first(&msg, &["message", "summary"])),
        "warning" | "stream_error" => log(draft, "WARNING", &readable::opened(&said("message"))),
        "error" => complained(draft, &msg),
        "turn_aborted" => failed(
            draft,
            "turn_aborted",
            Some(format!("stopped: {}", first(&msg, &["reason"]))),
        ),
        "task_complete" | "turn_complete" => completed(draft, &msg),
        other => {
            if msg.get("message").is_none() && msg.is_object() {
                msg["message"] = format!("a message of a type that is not known: {other}").into();
            }
            return draft.pass(0, &format!("msg/{other}"), msg);
        }
    }
    let result = take(&mut msg, "result");
    let result = ["Ok", "Err"]
        .iter()
        .find_map(|field| result.get(field))
        .unwrap_or(&result)
        .clone();
    draft.keep(0, result, &["content", "isError", "is_error"]);
    draft.keep(0, msg, &READ);
}

fn first(msg: &Value, fields: &[&str]) -> String {
    payload::first_text(msg, fields)
        .unwrap_or("no reason was given")
        .to_owned()
}

/// The two lines before the first message.
fn opening(draft: &mut LineDraft<'_>, line: &Value) {
    if let Some(asked) = payload::text(line, "prompt") {
        return prompt(draft, asked);
    }
    draft.reader.model = payload::text(line, "model").map(str::to_owned);
    let mut facts = Map::new();
    set(&mut facts, "cwd", payload::text(line, "workdir"));
    set(&mut facts, "permission_mode", payload::text(line, "approval"));
    session_so_far::begin(draft, facts);
}

fn prompt(draft: &mut LineDraft<'_>, asked: &str) {
    let keys = draft.keys(0);
    draft.add(
        Kind::Other,
        "user_text",
        json!({"content": asked, "synthetic": false}),
        keys,
    );
}

fn configured(draft: &mut LineDraft<'_>, msg: &Value) {
    if let Some(id) = payload::text(msg, "session_id") {
        draft.reader.session_id = Some(id.to_owned());
    }
    if let Some(model) = payload::text(msg, "model") {
        draft.reader.model = Some(model.to_owned());
    }
    let mut facts = Map::new();
    set(&mut facts, "cwd", payload::text(msg, "cwd"));
    session_so_far::begin(draft, facts);
}

/// `token_count`: the session's running total; at first, the tokens of one answer.
fn counted(draft: &mut LineDraft<'_>, msg: &Value) {
    let told = match msg.get("info") {
        Some(info) => tokens::of_thread(draft, info.get("total_token_usage")),
        None => tokens::in_our_words(msg).map(|usage| (format!("answer {}", draft.line_name()), usage)),
    };
    let Some((id, usage)) = told else {
        draft.silent = Some("token_count without tokens");
        return;
    };
    let number = |field| payload::number(&usage, field).unwrap_or(0);
    let input = number("input_tokens").saturating_add(number("cache_read_input_tokens"));
    let message = format!("{input} tokens read, {} written", number("output_tokens"));
    draft.pass(
        0,
        "token_count",
        json!({"message_id": id, "usage": usage, "message": message}),
    );
}

fn completed(draft: &mut LineDraft<'_>, msg: &Value) {
    let end = TurnEnd {
        word: Some("task_complete".into()),
        result: payload::text(msg, "last_agent_message").map(str::to_owned),
        ..TurnEnd::default()
    };
    // An error that ended the task stood before.
    if draft.reader.so_far.is_over {
        draft.silent = Some("the end that was told before");
    } else {
        session_so_far::end(draft, end);
    }
}

fn plan(msg: &Value) -> Vec<Value> {
    let steps = msg.get("plan").and_then(Value::as_array);
    let told = steps.into_iter().flatten();
    told.map(|step| json!({"content": step["step"], "status": step["status"]}))
        .collect()
}

fn call_id(msg: &Value) -> &str {
    payload::text(msg, "call_id").unwrap_or("call")
}

fn begins(draft: &mut LineDraft<'_>, msg: &Value, name: &str, input: Value) {
    called(draft, 0, call_id(msg), name, input);
}

fn ends(draft: &mut LineDraft<'_>, msg: &Value, answer: CodexAnswer) {
    answered(draft, 0, call_id(msg), answer);
}

/// A command is a list of words; the shell that it is given to says nothing.
fn command(msg: &Value) -> Value {
    let words: Vec<&str> = match &msg["command"] {
        Value::Array(words) => words.iter().filter_map(Value::as_str).collect(),
        Value::String(line) => vec![line],
        _ => Vec::new(),
    };
    let line = match words.as_slice() {
        [shell, "-lc" | "-c", line] if shell.ends_with("sh") => (*line).to_owned(),
        words => words.join(" "),
    };
    let mut input = json!({"command": line});
    if let Some(cwd) = payload::text(msg, "cwd") {
        input["cwd"] = cwd.into();
    }
    input
}

fn duration_ms(msg: &Value) -> Option<u64> {
    let duration = msg.get("duration")?;
    let part = |field| payload::number(duration, field);
    let nanos = part("nanos").unwrap_or(0);
    Some(part("secs")?.saturating_mul(1_000).saturating_add(nanos / 1_000_000))
}

fn command_answer(msg: &Value) -> CodexAnswer {
    let exit_code = msg["exit_code"].as_i64();
    let whole = payload::first_text(msg, &["aggregated_output", "formatted_output"]).map(str::to_owned);
    let output = whole.unwrap_or_else(|| {
        let parts = ["stdout", "stderr"]
            .iter()
            .filter_map(|field| payload::text(msg, field));
        parts.collect::<Vec<_>>().join("\n")
    });
    CodexAnswer {
        output: output.into(),
        is_error: exit_code.is_some_and(|code| code != 0),
        exit_code,
        duration_ms: duration_ms(msg),
    }
}

/// The result is `{"Ok": …}` or `{"Err": …}`, or stands bare beside `success`.
fn mcp_answer(msg: &mut Value) -> CodexAnswer {
    let duration_ms = duration_ms(msg);
    let mut is_error = payload::flag(msg, "success") == Some(false);
    let mut result = take(msg, "result");
    let failure = result.get("Err").and_then(readable::of);
    if result.get("Ok").is_some() {
        result = take(&mut result, "Ok");
    }
    is_error |= failure.is_some() || ["isError", "is_error"].iter().any(|field| result[*field] == true);
    let output = match failure {
        Some(why) => why.into(),
        None => result_text::output(take(&mut result, "content")),
    };
    CodexAnswer {
        output,
        is_error,
        exit_code: None,
        duration_ms,
    }
}

/// The words of a search are known at its end alone.
fn searched(draft: &mut LineDraft<'_>, msg: &Value) {
    let id = call_id(msg);
    let is_open = draft.reader.calls.opened_as(id).is_some();
    if !is_open {
        called(draft, 0, id, "web_search", json!({"query": msg["query"]}));
    }
    let answer = CodexAnswer {
        output: msg.get("query").cloned().unwrap_or_default(),
        is_error: false,
        exit_code: None,
        duration_ms: None,
    };
    answered(draft, usize::from(!is_open), id, answer);
}

fn patch_begins(draft: &mut LineDraft<'_>, msg: &Value) {
    let changes = msg.get("changes").and_then(Value::as_object);
    let files: Vec<(&str, FileDone)> = changes
        .into_iter()
        .flatten()
        .map(|(path, change)| file(path, change))
        .collect();
    let words: Vec<String> = files
        .iter()
        .zip(changes.into_iter().flatten())
        .map(|((kind, _), (path, _))| format!("{kind} {path}"))
        .collect();
    let input = json!({"changes": msg["changes"], "description": words.join(", ")});
    let files = files.into_iter().map(|(_, file)| file).collect();
    draft.reader.so_far.remember_files(call_id(msg), files);
    begins(draft, msg, "file_change", input);
}

/// `{"add": {"content"}}`, `{"update": {"unified_diff"}}`, `{"delete": …}`; later `{"type": "add", "content"}`.
fn file<'a>(path: &str, change: &'a Value) -> (&'a str, FileDone) {
    let outer = change.as_object().and_then(|fields| fields.iter().next());
    let (kind, change) = match (payload::text(change, "type"), outer) {
        (Some(kind), _) => (kind, change),
        (None, Some((kind, inner))) => (kind.as_str(), inner),
        (None, None) => ("update", change),
    };
    let (operation, diff) = match kind {
        "add" => ("create", payload::text(change, "content").map(Diff::of_new)),
        "delete" => (
            "delete",
            payload::text(change, "content").map(|text| Diff::between(text, "")),
        ),
        _ => (
            "modify",
            payload::text(change, "unified_diff").and_then(Diff::from_unified),
        ),
    };
    (kind, FileDone::new(operation, path, diff))
}

fn patch_ends(draft: &mut LineDraft<'_>, msg: &Value) {
    let id = call_id(msg);
    let is_error = payload::flag(msg, "success") == Some(false);
    let answer = CodexAnswer {
        output: payload::first_text(
            msg,
            if is_error {
                &["stderr", "stdout"]
            } else {
                &["stdout", "stderr"]
            },
        )
        .unwrap_or_default()
        .into(),
        is_error,
        exit_code: None,
        duration_ms: None,
    };
    let files = draft.reader.so_far.take_files(id);
    answered(draft, 0, id, answer);
    if !is_error {
        file_done::add_all(draft, id, "file_change", files);
    }
}
