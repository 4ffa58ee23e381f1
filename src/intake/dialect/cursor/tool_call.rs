//! Cursor's calls: the tool's name is that of a field, `shellToolCall`, which holds what it was given and what came of it.

use serde_json::{Map, Value, json};

use crate::dialect::call::{self, ToolAnswer, ToolCall};
use crate::dialect::line_draft::{LineDraft, set, take};
use crate::dialect::message_head::MessageHead;
use domain::payload;

/// Where an answer says something in words, the best first.
const WORDS: [&str; 8] = [
    "interleavedOutput",
    "stdout",
    "content",
    "message",
    "errorMessage",
    "error",
    "reason",
    "stderr",
];

/// What the diff says.
const FILES: [&str; 5] = [
    "diffString",
    "beforeFullFileContent",
    "afterFullFileContent",
    "linesAdded",
    "linesRemoved",
];

/// `tool_call/started`.
pub(super) fn started(draft: &mut LineDraft<'_>, mut line: Value) {
    let id = id(&line);
    let Some((name, mut call)) = take_call(&mut line) else {
        return draft.pass(0, "tool_call", line);
    };
    let call = ToolCall {
        id,
        name: Some(name),
        input: take(&mut call, "args"),
    };
    call::pre(draft, 0, call, &MessageHead::default());
    keep(draft, line);
}

/// Keeps what stands beside the call.
fn keep(draft: &mut LineDraft<'_>, mut line: Value) {
    let beside = take(&mut line, "tool_call");
    draft.keep(0, beside, &["toolCallId", "function"]);
    draft.keep(0, line, &["subtype", "call_id"]);
}

/// `tool_call/completed`.
pub(super) fn completed(draft: &mut LineDraft<'_>, mut line: Value) {
    let id = id(&line);
    let Some((_, mut call)) = take_call(&mut line) else {
        return draft.pass(0, "tool_call", line);
    };
    let (outcome, said) = outcome(take(&mut call, "result"));
    let exit_code = said.get("exitCode").filter(|code| code.is_number()).cloned();
    let is_error = outcome != "success" || exit_code.as_ref().is_some_and(|code| code.as_i64() != Some(0));
    let mut result = Map::new();
    set(&mut result, "diff", payload::text(&said, "diffString"));
    set(&mut result, "is_new", is_new(&said).then_some(true));
    set(&mut result, "exit_code", exit_code);
    let (content, rest) = output(&outcome, said);
    let answer = ToolAnswer { id, content, is_error };
    call::post(draft, 0, answer, &result.into());
    draft.keep_field(0, "tool_use_result", rest);
    keep(draft, line);
}

fn id(line: &Value) -> Option<String> {
    let inner = || payload::text(line.get("tool_call")?, "toolCallId");
    payload::text(line, "call_id").or_else(inner).map(str::to_owned)
}

/// How it turned out, and what was said: a field that is called so, beside scalars such as `isBackground`.
fn outcome(result: Value) -> (String, Value) {
    match result {
        Value::Object(result) => {
            let mut outcomes = result
                .into_iter()
                .filter(|(_, said)| said.is_object() || said.is_string());
            outcomes.next().unwrap_or_else(|| ("success".to_owned(), Value::Null))
        }
        other => ("success".to_owned(), other),
    }
}

/// The call's name and body.
fn take_call(line: &mut Value) -> Option<(String, Value)> {
    let calls = line.get_mut("tool_call")?.as_object_mut()?;
    let field = calls.keys().find(|field| field.ends_with("ToolCall")).cloned();
    if let Some(field) = field {
        let mut call = calls.get_mut(&field)?.take();
        let name = field.trim_end_matches("ToolCall");
        if name != "mcp" {
            return Some((name.to_owned(), call));
        }
        let server = payload::first_text(&call["args"], &["providerIdentifier", "server"]).unwrap_or("mcp");
        let tool = payload::first_text(&call["args"], &["toolName", "name"]).unwrap_or("tool");
        let name = format!("mcp__{server}__{tool}");
        let inner = call.get_mut("args").map(|args| take(args, "args"));
        if let Some(inner) = inner.filter(|inner| !inner.is_null()) {
            call["args"] = inner;
        }
        return Some((name, call));
    }
    // A tool without a field of its own.
    let mut function = calls.get_mut("function")?.take();
    let name = payload::text(&function, "name")?.to_owned();
    let args = match take(&mut function, "arguments") {
        Value::String(text) => serde_json::from_str(&text).unwrap_or_else(|_| text.into()),
        other => other,
    };
    let result = calls.get_mut("result").map(Value::take).unwrap_or_default();
    Some((name, json!({"args": args, "result": result})))
}

/// Whether an edit made the file: nothing stood there before.
fn is_new(said: &Value) -> bool {
    let lines = |text: &str| text.lines().count() as u64;
    let after = payload::text(said, "afterFullFileContent").map(lines);
    let before = payload::text(said, "diffString").is_some_and(|diff| diff.starts_with("--- /dev/null"));
    let is_all_added = after.is_some()
        && after == payload::number(said, "linesAdded")
        && payload::number(said, "linesRemoved") == Some(0)
        && payload::text(said, "beforeFullFileContent").is_none();
    before || is_all_added
}

/// What it answered, in words where it has some; and what it says beside them.
fn output(outcome: &str, mut said: Value) -> (Value, Value) {
    let Some(words) = words(&said) else {
        let output = match said {
            Value::String(text) => text.into(),
            Value::Null if outcome == "success" => "".into(),
            Value::Null => outcome.into(),
            said if outcome != "success" => format!("{outcome}: {said}").into(),
            said => said,
        };
        return (output, Value::Null);
    };
    if let Value::Object(said) = &mut said {
        said.retain(|field, _| {
            !WORDS.contains(&field.as_str()) && !FILES.contains(&field.as_str()) && field != "exitCode"
        });
    }
    (words.into(), said)
}

fn words(said: &Value) -> Option<String> {
    let found = WORDS.iter().find(|field| payload::text(said, field).is_some())?;
    let mut text = payload::text(said, found)?.to_owned();
    // What went to the terminal in two streams, where it does not come as one.
    if let Some(complaint) = payload::text(said, "stderr").filter(|_| *found == "stdout") {
        if !text.ends_with('\n') {
            text.push('\n');
        }
        text.push_str(complaint);
    }
    Some(text)
}
