//! opencode: its plugins get events, and hooks with an input and an output; the one in `docs/inputs.md` passes both on as they come.

use serde_json::{Map, Value, json};

use super::{Row, Tells, Told, copy, texts};
use domain::payload;

pub(super) const EVENTS: &[Row] = &[
    ("session.created", "SessionStart", Tells::Sentence),
    ("session.deleted", "SessionEnd", Tells::Sentence),
    ("session.idle", "Stop", Tells::Sentence),
    ("session.error", "StopFailure", Tells::Error),
    ("session.compacted", "PostCompact", Tells::Sentence),
    ("chat.message", "UserPromptSubmit", Tells::Sentence),
    ("tool.execute.before", "PreToolUse", Tells::Call),
    ("tool.execute.after", "PostToolUse", Tells::Answer),
    ("permission.asked", "PermissionRequest", Tells::Waits),
    ("permission.updated", "PermissionRequest", Tells::Waits),
    ("permission.replied", "permission.replied", Tells::Sentence),
    ("question.asked", "Elicitation", Tells::Waits),
    ("question.replied", "ElicitationResult", Tells::Sentence),
    ("todo.updated", "todo_list", Tells::Todos),
    ("experimental.text.complete", "experimental.text.complete", Tells::Text),
];

pub(super) fn is_own(payload: &Map<String, Value>) -> bool {
    let name = ["type", "hook_event_name"]
        .iter()
        .find_map(|field| payload.get(*field)?.as_str());
    let is_whole =
        payload.get("properties").is_some_and(Value::is_object) || payload.get("input").is_some_and(Value::is_object);
    is_whole && name.is_some_and(|name| name.contains('.'))
}

pub(super) fn add_fields(told: &mut Told, payload: &mut Map<String, Value>) {
    let own = |field: &str| payload.get(field).cloned().unwrap_or_default();
    let (of_event, input, output) = (own("properties"), own("input"), own("output"));
    let info = of_event.get("info").cloned().unwrap_or_default();
    let session = [
        payload::text(&of_event, "sessionID"),
        payload::text(&input, "sessionID"),
        payload::text(&info, "id"),
    ];
    let mut add = |field: &str, value: Option<Value>| {
        if let Some(value) = value.filter(|value| !value.is_null()) {
            payload.entry(field).or_insert(value);
        }
    };
    add("session_id", session.into_iter().flatten().next().map(Value::from));
    add("cwd", info.get("directory").cloned());
    match told.name.as_str() {
        "SessionStart" => {
            if let Some(parent) = payload::text(&info, "parentID") {
                // A session that another began is its sub-agent.
                "SubagentStart".clone_into(&mut told.name);
                add("agent_id", info.get("id").cloned());
                add("agent_type", info.get("title").cloned());
                payload.insert("session_id".to_owned(), parent.into());
            }
        }
        "StopFailure" => {
            let error = of_event.get("error").cloned().unwrap_or_default();
            let reason = error.pointer("/data/message").or_else(|| error.get("message"));
            add("error", reason.or_else(|| error.get("name")).cloned());
        }
        "UserPromptSubmit" => add("prompt", texts(output.get("parts")).map(Value::from)),
        "PreToolUse" | "PostToolUse" => {
            let arguments = input
                .get("args")
                .or_else(|| output.get("args"))
                .cloned()
                .unwrap_or_default();
            let tool = payload::text(&input, "tool").unwrap_or("a tool");
            add("tool_use_id", input.get("callID").cloned());
            let (name, arguments) = in_our_words(tool, arguments);
            add("tool_name", Some(name.into()));
            add("tool_input", Some(arguments));
            if told.name == "PostToolUse" {
                if output
                    .pointer("/metadata/exit")
                    .and_then(Value::as_i64)
                    .is_some_and(|exit| exit != 0)
                {
                    "PostToolUseFailure".clone_into(&mut told.name);
                    told.tells = Tells::Failure;
                }
                add("tool_response", Some(output));
            }
            // They would stand where a call's own input and output do, which have all of them now but these.
            payload.remove("output");
            if let Some(Value::Object(mut input)) = payload.remove("input") {
                input.retain(|field, _| !["tool", "sessionID", "callID", "args"].contains(&field.as_str()));
                if !input.is_empty() {
                    payload.entry("hook_input").or_insert(input.into());
                }
            }
        }
        "PermissionRequest" => {
            let tool = ["permission", "type"]
                .iter()
                .find_map(|field| payload::text(&of_event, field));
            add("tool_name", tool.map(Value::from));
            add("message", of_event.get("title").cloned());
            add("tool_input", of_event.get("metadata").cloned());
        }
        "permission.replied" => {
            add(
                "reply",
                of_event.get("reply").or_else(|| of_event.get("response")).cloned(),
            );
        }
        "Elicitation" => {
            let question = of_event.pointer("/questions/0/question");
            add("message", question.cloned());
            add("tool_name", Some("AskUserQuestion".into()));
            add(
                "tool_input",
                of_event
                    .get("questions")
                    .map(|questions| json!({"questions": questions})),
            );
        }
        "todo_list" => add("todos", of_event.get("todos").cloned()),
        "experimental.text.complete" => add("content", output.get("text").cloned()),
        _ => {}
    }
    copy(payload, "cwd", "directory");
}

/// A call that changes a file, by the name and the fields that such calls have in Claude Code.
fn in_our_words(tool: &str, mut arguments: Value) -> (String, Value) {
    let ours = match tool {
        "read" => "Read",
        "write" => "Write",
        "edit" => "Edit",
        _ => return (tool.to_owned(), arguments),
    };
    if let Some(fields) = arguments.as_object_mut() {
        for (ours, own) in [
            ("file_path", "filePath"),
            ("old_string", "oldString"),
            ("new_string", "newString"),
        ] {
            copy(fields, ours, own);
        }
    }
    (ours.to_owned(), arguments)
}
