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
