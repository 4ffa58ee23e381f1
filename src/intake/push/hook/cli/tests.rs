//! What other CLIs' hooks get on their stdin, by their vendors' documents, is the same events as Claude Code's.

use serde_json::{Value, json};

use super::*;
use crate::push::{self, Received};
use domain::event::Kind;
use domain::timestamp::Timestamp;
use draft::redaction;
use draft::{Draft, NewEvent};

const NOW: Received = Received {
    at: Timestamp(1_768_473_000_000),
    utc_offset_minutes: 0,
};

/// The events of a hook; each call of it has an id of its own.
fn events(payload: impl Into<Value>) -> Vec<NewEvent> {
    let payload: Value = payload.into();
    let item = json!({"type": "hook", "data": {"event_id": payload.to_string().len().to_string(), "payload": payload}});
    match push::draft(redaction::value(item), NOW).expect("a hook") {
        Draft::Hook(hook) => hook.events,
        other => panic!("no hook: {other:?}"),
    }
}

fn event(payload: impl Into<Value>) -> Event {
    events(payload).remove(0).event
}

/// The kind and type of each, and what its payload says beside.
fn holds(payload: impl Into<Value>, kind: Kind, event_type: &str, fields: impl Into<Value>) {
    let (payload, fields): (Value, Value) = (payload.into(), fields.into());
    let event = event(payload.clone());
    assert_eq!((event.kind, event.event_type.as_str()), (kind, event_type), "{payload}");
    assert!(event.session_id.is_some(), "{payload}");
    for (field, value) in fields.as_object().expect("fields") {
        assert_eq!(&event.payload[field], value, "{field} of {}", event.payload);
    }
}

#[test]
fn codex_tells_calls_like_claude_code_and_the_end_of_a_turn_once() {
    let with = |name: &str, more: Value| {
        let mut payload = json!({"session_id": "th-1", "turn_id": "tu-1", "transcript_path": null, "cwd": "/w", "model": "a-model",
            "permission_mode": "default", "hook_event_name": name});
        payload
            .as_object_mut()
            .expect("fields")
            .extend(more.as_object().cloned().expect("fields"));
        payload
    };
    let call = json!({"tool_name": "Bash", "tool_input": {"command": "make"}, "tool_use_id": "call_1"});
    holds(
        with("PreToolUse", call.clone()),
        Kind::ToolExecution,
        "tool_execution_pre",
        json!({"cli": "codex", "tool_use_id": "call_1", "input": {"command": "make"}}),
    );
    let mut answer = call;
    answer["tool_response"] = json!({"output": "built", "metadata": {"exit_code": 0}});
    holds(
        with("PostToolUse", answer),
        Kind::ToolExecution,
        "tool_execution_post",
        json!({"output": "built", "is_error": false}),
    );
    let stop = with(
        "Stop",
        json!({"stop_hook_active": false, "last_assistant_message": "It is done."}),
    );
    let notified = json!({"type": "agent-turn-complete", "thread-id": "th-1", "turn-id": "tu-1", "cwd": "/w",
        "input-messages": ["build it"], "last-assistant-message": "It is done."});
    let said = json!({"message": "the agent has answered: It is done.", "last_assistant_message": "It is done.", "cli": "codex"});
    holds(stop.clone(), Kind::Other, "hook/Stop", said.clone());
    holds(notified.clone(), Kind::Other, "hook/Stop", said);
    assert_eq!(event(notified.clone()).payload["prompt"], "build it");
    let (stop, notified) = (events(stop).remove(0).keys, events(notified).remove(0).keys);
    assert_eq!(stop.last(), notified.last(), "both doors tell one end");
    holds(
        with("Interrupt", json!({})),
        Kind::Other,
        "hook/Interrupt",
        json!({"message": "the turn was interrupted"}),
    );
}

#[test]
fn gemini_clis_calls_get_an_id_and_its_requests_are_left_out() {
    let with = |name: &str, more: Value| {
        let mut payload = json!({"session_id": "g-1", "transcript_path": "/t.json", "cwd": "/w", "hook_event_name": name,
            "timestamp": "2026-01-15T10:30:00.000Z"});
        payload
            .as_object_mut()
            .expect("fields")
            .extend(more.as_object().cloned().expect("fields"));
        payload
    };
    let input = json!({"tool_name": "run_shell_command", "tool_input": {"command": "make"}});
    let before = with("BeforeTool", input.clone());
    let call = event(before.clone());
    assert_eq!(call.event_type, "tool_execution_pre");
    let id = call.payload["tool_use_id"].clone();
    assert_eq!(events(before).remove(0).keys.len(), 1, "the same call twice is two");
    let after = |response: Value| {
        let mut answer = input.clone();
        answer["tool_response"] = response;
        with("AfterTool", answer)
    };
    holds(
        after(json!({"llmContent": [{"text": "built"}], "returnDisplay": "built"})),
        Kind::ToolExecution,
        "tool_execution_post",
        json!({"tool_use_id": id, "output": "built", "is_error": false, "cli": "gemini_cli"}),
    );
    holds(
        after(json!({"llmContent": "", "returnDisplay": "", "error": {"type": "x", "message": "no such file"}})),
        Kind::ToolExecution,
        "tool_execution_post",
        json!({"is_error": true, "error": "no such file"}),
    );
    let write = with(
        "AfterTool",
        json!({"tool_name": "write_file", "tool_input": {"file_path": "/w/a.rs", "content": "x\n"},
        "tool_response": {"llmContent": "Successfully created and wrote to new file: /w/a.rs."}}),
    );
    assert_eq!(events(write)[1].event.kind, Kind::FileOperation);
    holds(
        with("BeforeAgent", json!({"prompt": "build it"})),
        Kind::Other,
        "hook/UserPromptSubmit",
        json!({"message": "build it"}),
    );
    holds(
        with(
            "AfterAgent",
            json!({"prompt": "build it", "prompt_response": "It is done.", "stop_hook_active": false}),
        ),
        Kind::Other,
        "hook/Stop",
        json!({"last_assistant_message": "It is done."}),
    );
    holds(
        with(
            "Notification",
            json!({"notification_type": "ToolPermission", "message": "Allow make?", "details": {"type": "exec"}}),
        ),
        Kind::AgentLogEntry,
        "log_entry",
        json!({"level": "WARNING", "message": "Allow make?", "cli": "gemini_cli"}),
    );
    for name in ["BeforeModel", "AfterModel", "BeforeToolSelection"] {
        assert!(events(with(name, json!({"llm_request": {}}))).is_empty());
    }
}

#[test]
fn cursor_tells_its_session_by_a_conversation() {
    let with = |name: &str, more: Value| {
        let mut payload = json!({"conversation_id": "c-1", "generation_id": "g-1", "model": "a-model", "hook_event_name": name,
            "cursor_version": "3.7.21", "workspace_roots": ["/w"], "user_email": null, "transcript_path": null});
        payload
            .as_object_mut()
            .expect("fields")
            .extend(more.as_object().cloned().expect("fields"));
        payload
    };
    holds(
        with("beforeShellExecution", json!({"command": "make", "cwd": "/w/app"})),
        Kind::ToolExecution,
        "tool_execution_pre",
        json!({"tool_name": "Shell", "input": {"command": "make"}, "cwd": "/w/app", "cli": "cursor"}),
    );
    let before = event(with("beforeShellExecution", json!({"command": "make"})));
    holds(
        with(
            "afterShellExecution",
            json!({"command": "make", "output": "built", "duration": 150}),
        ),
        Kind::ToolExecution,
        "tool_execution_post",
        json!({"tool_use_id": before.payload["tool_use_id"], "output": "built", "duration_ms": 150, "is_error": false}),
    );
    holds(
        with(
            "preToolUse",
            json!({"tool_name": "Grep", "tool_input": {"pattern": "x"}, "tool_use_id": "t1"}),
        ),
        Kind::ToolExecution,
        "tool_execution_pre",
        json!({"tool_use_id": "t1", "input": {"pattern": "x"}}),
    );
    holds(
        with(
            "postToolUseFailure",
            json!({"tool_name": "Grep", "tool_input": {"pattern": "("}, "tool_use_id": "t1", "error_message": "unbalanced", "failure_type": "error"}),
        ),
        Kind::ToolExecution,
        "tool_execution_post",
        json!({"is_error": true, "output": "unbalanced"}),
    );
    holds(
        with(
            "afterMCPExecution",
            json!({"tool_name": "query", "tool_input": "{\"sql\": \"select 1\"}", "result_json": "{\"content\": [{\"type\": \"text\", \"text\": \"1\"}]}"}),
        ),
        Kind::ToolExecution,
        "tool_execution_post",
        json!({"input": {"sql": "select 1"}, "output": "1"}),
    );
    holds(
        with(
            "afterFileEdit",
            json!({"file_path": "/w/a.rs", "edits": [{"old_string": "a", "new_string": "b"}]}),
        ),
        Kind::FileOperation,
        "modify",
        json!({"path": "/w/a.rs", "lines_added": 1, "lines_removed": 1}),
    );
    holds(
        with("afterAgentResponse", json!({"text": "It is done."})),
        Kind::TextBlock,
        "text",
        json!({"content": "It is done."}),
    );
    holds(
        with("afterAgentThought", json!({"text": "hm", "duration_ms": 5})),
        Kind::AgentThinking,
        "thinking",
        json!({"content": "hm"}),
    );
    holds(
        with(
            "subagentStart",
            json!({"subagent_id": "s1", "subagent_type": "explore", "task": "look"}),
        ),
        Kind::Other,
        "hook/SubagentStart",
        json!({"agent_id": "s1", "agent_type": "explore"}),
    );
    holds(
        with("stop", json!({"status": "completed", "loop_count": 0})),
        Kind::Other,
        "hook/Stop",
        json!({"message": "the agent has answered", "cwd": "/w"}),
    );
    holds(
        with("stop", json!({"status": "error", "error_message": "overloaded"})),
        Kind::Other,
        "hook/StopFailure",
        json!({"is_error": true, "message": "the turn ended with an error: overloaded"}),
    );
    assert!(events(with("beforeTabFileRead", json!({"file_path": "/w/a.rs"}))).is_empty());
}

#[test]
fn opencodes_plugin_passes_events_and_hooks_as_they_come() {
    let call = json!({"tool": "bash", "sessionID": "ses_1", "callID": "call_1"});
    holds(
        json!({"type": "tool.execute.before", "input": call, "output": {"args": {"command": "make"}}, "directory": "/w"}),
        Kind::ToolExecution,
        "tool_execution_pre",
        json!({"tool_use_id": "call_1", "tool_name": "bash", "input": {"command": "make"}, "cwd": "/w", "cli": "opencode"}),
    );
    holds(
        json!({"type": "tool.execute.after", "input": call, "output": {"title": "make", "output": "no rule", "metadata": {"exit": 2}}}),
        Kind::ToolExecution,
        "tool_execution_post",
        json!({"tool_use_id": "call_1", "output": "no rule", "is_error": true}),
    );
    let edit = json!({"type": "tool.execute.after", "input": {"tool": "edit", "sessionID": "ses_1", "callID": "call_2",
        "args": {"filePath": "/w/a.rs", "oldString": "a", "newString": "b"}}, "output": {"title": "a.rs", "output": "", "metadata": {}}});
    let edited = events(edit);
    assert_eq!(
        (&edited[1].event.payload["path"], &edited[1].keys),
        (&json!("/w/a.rs"), &vec![Key::file("call_2")])
    );
    holds(
        json!({"type": "session.created", "properties": {"info": {"id": "ses_1", "title": "build", "directory": "/w"}}}),
        Kind::Other,
        "hook/SessionStart",
        json!({"cwd": "/w", "message": "the session started"}),
    );
    let child = json!({"type": "session.created", "properties": {"info": {"id": "ses_2", "parentID": "ses_1", "title": "look"}}});
    let child = event(child);
    assert_eq!(
        (
            child.event_type.as_str(),
            child.session_id.as_deref(),
            &child.payload["agent_id"]
        ),
        ("hook/SubagentStart", Some("ses_1"), &json!("ses_2"))
    );
    for (payload, kind, event_type, fields) in [
        (
            json!({"type": "session.idle", "properties": {"sessionID": "ses_1"}}),
            Kind::Other,
            "hook/Stop",
            json!({"message": "the agent has answered"}),
        ),
        (
            json!({"type": "session.error", "properties": {"sessionID": "ses_1", "error": {"name": "APIError", "data": {"message": "overloaded"}}}}),
            Kind::Other,
            "hook/StopFailure",
            json!({"error": "overloaded", "is_error": true}),
        ),
        (
            json!({"type": "chat.message", "input": {"sessionID": "ses_1"}, "output": {"message": {}, "parts": [{"type": "text", "text": "build it"}]}}),
            Kind::Other,
            "hook/UserPromptSubmit",
            json!({"message": "build it"}),
        ),
        (
            json!({"type": "permission.asked", "properties": {"id": "per_1", "sessionID": "ses_1", "permission": "bash", "metadata": {"command": "rm -r x"}}}),
            Kind::AgentLogEntry,
            "log_entry",
            json!({"message": "bash waits for permission: rm -r x", "tool_name": "bash"}),
        ),
        (
            json!({"type": "todo.updated", "properties": {"sessionID": "ses_1", "todos": [{"content": "build", "status": "pending"}]}}),
            Kind::Other,
            "todo_list",
            json!({"todos": [{"content": "build", "status": "pending"}]}),
        ),
        (
            json!({"type": "experimental.text.complete", "input": {"sessionID": "ses_1"}, "output": {"text": "It is done."}}),
            Kind::TextBlock,
            "text",
            json!({"content": "It is done."}),
        ),
    ] {
        holds(payload, kind, event_type, fields);
    }
}

#[test]
fn whose_it_is_can_be_said_and_claude_codes_is_nobody_elses() {
    let claude = json!({"session_id": "s", "prompt_id": "p", "hook_event_name": "SessionStart", "source": "startup"});
    assert_eq!(event(claude).payload.get("cli"), None);
    let said = json!({"type": "hook", "data": {"cli": "gemini", "payload": {"session_id": "s", "hook_event_name": "AfterAgent", "prompt_response": "yes"}}});
    match push::draft(redaction::value(said), NOW) {
        Ok(Draft::Hook(hook)) => assert_eq!(hook.events[0].event.event_type, "hook/Stop"),
        other => panic!("no hook: {other:?}"),
    }
}
