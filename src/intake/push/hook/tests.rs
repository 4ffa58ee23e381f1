//! Hooks are kept whole, and say under which key the stream tells the same.

use serde_json::json;

use super::*;
use crate::push;
use domain::timestamp::Timestamp;
use draft::redaction;

const NOW: Received = Received {
    at: Timestamp(1_768_473_000_000),
    utc_offset_minutes: 0,
};

fn read(data: Value) -> Result<NewHook, Refusal> {
    let mut item = json!({"type": "hook"});
    item["data"] = data;
    match push::draft(redaction::value(item), NOW)? {
        Draft::Hook(hook) => Ok(hook),
        other => panic!("no hook: {other:?}"),
    }
}

fn hook(payload: Value) -> NewHook {
    let mut data = json!({"event_id": "h1"});
    data["payload"] = payload;
    read(data).expect("a hook")
}

fn first(payload: Value) -> Event {
    hook(payload).events.remove(0).event
}

#[test]
fn a_call_and_its_result_have_the_keys_and_the_names_of_the_stream() {
    let call = json!({"session_id": "s1", "cwd": "/work", "hook_event_name": "PreToolUse", "tool_name": "Bash",
        "tool_input": {"command": "cargo test"}, "tool_use_id": "toolu_1", "permission_mode": "default"});
    let pre = hook(call.clone()).events.remove(0);
    assert_eq!(pre.keys, [Key::event_id("h1"), Key::tool_pre("toolu_1")]);
    assert_eq!(pre.event.event_type, "tool_execution_pre");
    assert_eq!(pre.event.session_id.as_deref(), Some("s1"));
    assert_eq!(pre.event.payload["input"], json!({"command": "cargo test"}));
    assert_eq!(pre.event.payload["permission_mode"], "default");

    let mut result = call;
    result["hook_event_name"] = json!("PostToolUse");
    result["tool_response"] = json!({"stdout": "ok", "stderr": "1 warning", "interrupted": false});
    let post = hook(result.clone()).events.remove(0);
    assert_eq!(post.keys, [Key::event_id("h1"), Key::tool_post("toolu_1")]);
    assert_eq!(post.event.payload["output"], "ok\n1 warning");
    assert_eq!(
        post.event.payload["tool_response"],
        json!({"stderr": "1 warning", "interrupted": false})
    );
    assert_eq!(post.event.payload["is_error"], false);

    result["hook_event_name"] = json!("PostToolUseFailure");
    result["error"] = json!("exit code 1");
    result.as_object_mut().expect("an object").remove("tool_response");
    let failed = first(result);
    assert_eq!(failed.event_type, "tool_execution_post");
    assert_eq!(
        (&failed.payload["is_error"], &failed.payload["output"]),
        (&json!(true), &json!("exit code 1"))
    );
}

#[test]
fn an_edit_that_succeeded_is_a_file_change_as_well() {
    let edit = |name: &str, id: Option<&str>| {
        hook(
            json!({"session_id": "s1", "hook_event_name": name, "tool_name": "Edit", "tool_use_id": id,
            "tool_input": {"file_path": "/w/a.rs", "old_string": "a", "new_string": "b"},
            "tool_response": {"filePath": "/w/a.rs", "structuredPatch": [
                {"oldStart": 7, "oldLines": 1, "newStart": 7, "newLines": 1, "lines": ["-a", "+b"]}]}}),
        )
        .events
    };
    assert_eq!(edit("PreToolUse", Some("t1")).len(), 1);
    assert_eq!(edit("PostToolUseFailure", Some("t1")).len(), 1);
    let [_, change] = &edit("PostToolUse", Some("t1"))[..] else {
        panic!("two events")
    };
    assert_eq!(
        (change.event.kind, change.event.event_type.as_str()),
        (Kind::FileOperation, "modify")
    );
    assert_eq!(change.keys, [Key::file("t1")]);
    assert_eq!(
        (&change.event.payload["path"], &change.event.payload["lines_added"]),
        (&json!("/w/a.rs"), &json!(1))
    );
    assert_eq!(edit("PostToolUse", None)[1].keys, [Key::file("h1")]);
}

#[test]
fn what_the_stream_tells_in_its_own_words_is_only_noted() {
    for (name, field, said, message) in [
        ("SessionStart", "source", "startup", "the session started: startup"),
        ("SessionEnd", "reason", "other", "the session ended: other"),
        ("UserPromptSubmit", "prompt", "mend it", "mend it"),
        (
            "PreCompact",
            "trigger",
            "auto",
            "the context is about to be compacted: auto",
        ),
        (
            "SubagentStop",
            "agent_type",
            "Explore",
            "a sub-agent has answered: Explore",
        ),
        ("Stop", "x", "y", "the agent has answered"),
    ] {
        let event = first(json!({"session_id": "s1", "hook_event_name": name, field: said}));
        assert_eq!((event.kind, event.event_type), (Kind::Other, format!("hook/{name}")));
        assert_eq!(
            (&event.payload["message"], &event.payload[field]),
            (&json!(message), &json!(said))
        );
    }
    let unknown = first(json!({"session_id": "s1", "hook_event_name": "TeammateIdle", "why": [1]}));
    assert_eq!(
        (unknown.event_type.as_str(), &unknown.payload["why"]),
        ("hook/TeammateIdle", &json!([1]))
    );
}

#[test]
fn who_waits_for_a_person_warns() {
    let asks = first(json!({"session_id": "s1", "hook_event_name": "Notification", "message": "Claude needs you"}));
    assert_eq!(
        (asks.kind, &asks.payload["level"]),
        (Kind::AgentLogEntry, &json!("WARNING"))
    );
    assert_eq!(asks.payload["message"], "Claude needs you");
    let asks = first(
        json!({"session_id": "s1", "hook_event_name": "PermissionRequest", "tool_name": "Bash",
        "tool_input": {"command": "rm -r target"}}),
    );
    assert_eq!(asks.payload["message"], "Bash waits for permission: rm -r target");
    assert_eq!(asks.payload["tool_input"], json!({"command": "rm -r target"}));
}

#[test]
fn the_workflow_is_named_supposed_or_unknown() {
    let of = |adw_id: Option<&str>, cwd: &str| {
        let payload = json!({"session_id": "s1", "hook_event_name": "Stop", "cwd": cwd});
        let hook = read(json!({"adw_id": adw_id, "payload": payload})).expect("a hook");
        (hook.events[0].event.adw_id.to_string(), hook.attribution)
    };
    let supposed = ("c0a43f47".to_owned(), Attribution::Supposed);
    assert_eq!(
        of(Some("named"), "/w/trees/c0a43f47"),
        ("named".to_owned(), Attribution::Named)
    );
    for cwd in [
        "/w/trees/c0a43f47",
        "/w/trees/c0a43f47/app/src",
        "C:\\repo\\trees\\c0a43f47\\app",
        "/old/trees/other/trees/c0a43f47",
    ] {
        assert_eq!(of(None, cwd), supposed, "{cwd}");
    }
    for cwd in [
        "/w/trees",
        "/w/trees/",
        "/w/trees/c0a43f47/../../etc",
        "/w/trees/a:b",
        "/w/mytrees/x",
    ] {
        assert_eq!(of(None, cwd), ("session_s1".to_owned(), Attribution::Unknown), "{cwd}");
    }
}

#[test]
fn what_no_workflow_can_be_found_for_is_refused() {
    let refused = |data: Value| read(data).expect_err("a refusal").field;
    assert_eq!(refused(json!({"payload": {"hook_event_name": "Stop"}})), "adw_id");
    assert_eq!(
        refused(json!({"adw_id": "../up", "payload": {"session_id": "s"}})),
        "adw_id"
    );
    assert_eq!(refused(json!({"payload": [1]})), "payload");
    let long = "x".repeat(WORD_CHARS);
    assert_eq!(
        refused(json!({"payload": {"session_id": "s", "hook_event_name": long}})),
        "hook_event_name"
    );
}

#[test]
fn every_known_event_is_a_sentence_or_silent_on_purpose() {
    for known in events::OF_CLAUDE_CODE {
        let payload =
            json!({"session_id": "s1", "hook_event_name": known.name, "tool_name": "Bash", "tool_use_id": "t1"});
        let events = hook(payload).events;
        if known.tells == Tells::Nothing {
            assert!(events.is_empty(), "{}", known.name);
            continue;
        }
        let event = &events[0].event;
        let is_call = matches!(known.tells, Tells::Call | Tells::Answer | Tells::Failure);
        let message = event.payload["message"].as_str().unwrap_or_default();
        assert!(
            is_call || !message.is_empty() && !message.contains(known.name),
            "{}: {message}",
            known.name
        );
    }
    let unknown = first(json!({"session_id": "s1", "hook_event_name": "SomethingNew"}));
    assert_eq!(
        unknown.payload["message"],
        "a hook that adwatch does not know ran: SomethingNew"
    );
}

#[test]
fn what_went_wrong_is_an_error_and_a_denial_is_the_answer_of_its_call() {
    let dead = first(
        json!({"session_id": "s1", "hook_event_name": "StopFailure", "error": "server_error",
        "last_assistant_message": "API Error: 529 Overloaded."}),
    );
    assert!(domain::entry::is_error(&dead));
    assert_eq!(dead.event_type, "hook/StopFailure");
    assert_eq!(
        dead.payload["message"],
        "the turn ended with an error: API Error: 529 Overloaded."
    );
    assert_eq!(dead.payload["error"], "server_error");
    let denied = hook(
        json!({"session_id": "s1", "hook_event_name": "PermissionDenied", "tool_name": "Bash", "tool_use_id": "t1",
        "tool_input": {"command": "rm -r x"}, "reason": "outside the project"}),
    );
    let denied = &denied.events[0];
    assert!(domain::entry::is_error(&denied.event));
    assert_eq!(denied.keys, [Key::event_id("h1"), Key::tool_post("t1")]);
    assert_eq!(
        (&denied.event.payload["output"], &denied.event.payload["message"]),
        (
            &json!("outside the project"),
            &json!("the call was denied: outside the project")
        )
    );
    assert_eq!(denied.event.payload["reason"], "outside the project");
}

#[test]
fn an_answer_says_what_goes_on_and_a_question_what_is_asked() {
    let stop = |more: Value| {
        let mut payload = json!({"session_id": "s1", "hook_event_name": "Stop"});
        payload
            .as_object_mut()
            .expect("fields")
            .extend(more.as_object().cloned().expect("fields"));
        first(payload).payload["message"].clone()
    };
    assert_eq!(
        stop(json!({"background_tasks": [{"id": "b1"}], "last_assistant_message": "launched"})),
        "the agent has answered, while a background task goes on: launched"
    );
    assert_eq!(
        stop(json!({"stop_hook_active": true, "background_tasks": [], "last_assistant_message": "once more"})),
        "the agent has answered again: once more"
    );
    let asks = first(
        json!({"session_id": "s1", "hook_event_name": "PermissionRequest", "tool_name": "AskUserQuestion",
        "tool_input": {"questions": [{"question": "Which colour?", "options": [{"label": "Red"}, {"label": "Blue"}]}]}}),
    );
    assert_eq!(asks.payload["message"], "the agent asks: Which colour? (Red, Blue)");
    let note = |kind: &str| {
        first(json!({"session_id": "s1", "hook_event_name": "Notification", "message": "m", "notification_type": kind}))
            .payload["level"]
            .clone()
    };
    assert_eq!(
        (note("permission_prompt"), note("auth_success")),
        (json!("WARNING"), json!("INFO"))
    );
}

#[test]
fn answers_of_every_shape_are_texts() {
    let answer = |name: &str, response: Value| {
        let payload = first(json!({"session_id": "s1", "hook_event_name": name, "tool_name": "T", "tool_use_id": "t1", "tool_response": response})).payload;
        (payload["output"].clone(), payload["is_error"].clone())
    };
    for (response, output) in [
        (json!("plain"), json!("plain")),
        (Value::Null, json!("")),
        (json!({"content": "a\nb", "success": true}), json!("a\nb")),
        (
            json!([{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]),
            json!("a\nb"),
        ),
        (
            json!({"content": [{"type": "text", "text": "a"}], "totalToolUseCount": 1}),
            json!("a"),
        ),
        (
            json!({"status": "healthy", "uptime": 3}),
            json!({"status": "healthy", "uptime": 3}),
        ),
        (json!({"output": "done", "exit": 0}), json!("done")),
    ] {
        assert_eq!(answer("PostToolUse", response), (output, json!(false)));
    }
    assert_eq!(
        answer(
            "PostToolUseFailure",
            json!({"error": "exit 1", "output": "no such file"})
        ),
        (json!("exit 1\nno such file"), json!(true))
    );
    assert_eq!(
        answer("PostToolUse", json!({"isError": true, "content": "no"})),
        (json!("no"), json!(true))
    );
    let launched = first(
        json!({"session_id": "s1", "hook_event_name": "PostToolUse", "tool_name": "Agent", "tool_use_id": "t1",
        "tool_response": {"isAsync": true, "status": "async_launched", "agentId": "a1"}}),
    );
    assert_eq!(
        launched.payload["task"],
        json!({"status": "async_launched", "agentId": "a1"})
    );
}
