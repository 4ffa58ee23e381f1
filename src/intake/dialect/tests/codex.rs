//! Codex's lines: threads, turns, items that are told several times, and the older `{"id","msg"}`.

use serde_json::{Value, json};

use super::*;

fn item(step: &str, id: &str, item_type: &str, fields: Value) -> Value {
    let mut item = json!({"id": id, "type": item_type});
    if let (Value::Object(item), Value::Object(fields)) = (&mut item, fields) {
        item.extend(fields);
    }
    json!({"type": format!("item.{step}"), "item": item})
}

fn thread() -> Value {
    json!({"type": "thread.started", "thread_id": "th1"})
}

fn msg(msg: Value) -> Value {
    let mut line = json!({"id": "0", "msg": null});
    line["msg"] = msg;
    line
}

fn told(events: &[Event]) -> Vec<&str> {
    events.iter().map(|event| event.event_type.as_str()).collect()
}

#[test]
fn a_turn_of_codex_reads_like_any_session() {
    let plan = |done| json!({"items": [{"text": "look", "completed": done}, {"text": "write", "completed": false}]});
    let command = |fields| item("started", "item_3", "command_execution", fields);
    let lines = [
        thread(),
        json!({"type": "turn.started"}),
        item(
            "completed",
            "item_0",
            "error",
            json!({"message": "no metadata of the model"}),
        ),
        item("started", "item_1", "todo_list", plan(false)),
        item("updated", "item_1", "todo_list", plan(true)),
        item("completed", "item_2", "reasoning", json!({"text": "hm"})),
        command(json!({"command": "ls", "aggregated_output": "", "exit_code": null, "status": "in_progress"})),
        item(
            "updated",
            "item_3",
            "command_execution",
            json!({"command": "ls", "aggregated_output": "a"}),
        ),
        item(
            "completed",
            "item_3",
            "command_execution",
            json!({"command": "ls", "aggregated_output": "", "exit_code": 3, "status": "failed"}),
        ),
        item("started", "item_4", "agent_message", json!({"text": "do"})),
        item("updated", "item_4", "agent_message", json!({"text": "done"})),
        item("completed", "item_4", "agent_message", json!({"text": "done."})),
        json!({"type": "turn.completed", "usage": {"input_tokens": 50, "cached_input_tokens": 40, "output_tokens": 9, "reasoning_output_tokens": 4}}),
    ];
    let events = events(&lines);
    assert_eq!(
        told(&events),
        [
            "session_started",
            "log_entry",
            "todo_list",
            "todo_list",
            "thinking",
            "tool_execution_pre",
            "tool_execution_post",
            "text",
            "session_ended"
        ]
    );
    assert!(events.iter().all(|event| event.session_id.as_deref() == Some("th1")));
    assert_eq!(events[1].payload["level"], "WARNING");
    assert_eq!(
        events[3].payload["todos"],
        json!([{"content": "look", "status": "completed"}, {"content": "write", "status": "pending"}])
    );
    let (pre, post) = (&events[5].payload, &events[6].payload);
    assert_eq!(
        (&pre["tool_name"], &pre["input"]),
        (&json!("command_execution"), &json!({"command": "ls"}))
    );
    assert_eq!(pre["tool_use_id"], post["tool_use_id"]);
    assert_eq!(
        (&post["output"], &post["is_error"], &post["exit_code"]),
        (&json!("exit code 3"), &json!(true), &json!(3))
    );
    let ended = &events[8].payload;
    assert_eq!((&ended["is_error"], &ended["result"]), (&json!(false), &json!("done.")));
    assert_eq!(ended["message_id"], "thread th1");
    assert_eq!(
        ended["usage"],
        json!({"input_tokens": 10, "output_tokens": 9, "cache_read_input_tokens": 40, "cache_creation_input_tokens": 0,
            "reasoning_output_tokens": 4})
    );
}

#[test]
fn items_of_two_processes_are_two_calls_though_their_ids_are_the_same() {
    let run = |output: &str| {
        item(
            "completed",
            "item_0",
            "command_execution",
            json!({"command": "ls", "aggregated_output": output, "exit_code": 0}),
        )
    };
    let begun = item("started", "item_0", "command_execution", json!({"command": "sleep"}));
    let events = events(&[thread(), begun, thread(), run("a"), run("b")]);
    let ids: Vec<&Value> = events
        .iter()
        .map(|event| &event.payload["tool_use_id"])
        .filter(|id| !id.is_null())
        .collect();
    assert_eq!(ids.len(), 5, "{ids:?}");
    assert!(
        ids[0] != ids[1] && ids[1] == ids[2] && ids[3] == ids[4] && ids[1] != ids[3],
        "{ids:?}"
    );
}

#[test]
fn an_id_that_stands_twice_pairs_a_call_all_the_same() {
    let mut reader = StreamReader::default();
    let adw_id: AdwId = "c0a43f47".parse().expect("a safe id");
    let mut events = Vec::new();
    for (at, step) in ["started", "completed"].into_iter().enumerate() {
        let place = Place {
            adw_id: &adw_id,
            agent: "a",
            run: 1,
            file: "a/raw_output.jsonl",
            offset: at as u64 * 100,
            line: 1,
            at: Timestamp(0),
            time_source: TimeSource::Unknown,
            mark: None,
        };
        let line =
            format!(r#"{{"type":"item.{step}","item":{{"id":"item_1","type":"web_search","id":"ws_9","query":"x"}}}}"#);
        for finished in reader.read(&line, &place, 99) {
            if let Reading::Source(new) = finished.reading {
                events.extend(new.into_iter().map(|new| new.event));
            }
        }
    }
    assert_eq!(told(&events), ["tool_execution_pre", "tool_execution_post"]);
    assert_eq!(events[0].payload["tool_use_id"], events[1].payload["tool_use_id"]);
}

#[test]
fn patches_servers_searches_and_other_agents_are_calls() {
    let lines = [
        thread(),
        item(
            "completed",
            "i1",
            "file_change",
            json!({"status": "completed", "changes": [
            {"path": "src/a.rs", "kind": "update", "diff": "--- a\n+++ a\n@@ -1 +1 @@\n-x\n+y\n"}, {"path": "b.md", "kind": "add"}]}),
        ),
        item(
            "completed",
            "i2",
            "file_change",
            json!({"status": "failed", "changes": [{"path": "src/a.rs", "kind": {"type": "delete"}}]}),
        ),
        item(
            "completed",
            "i3",
            "mcp_tool_call",
            json!({"server": "hub", "tool": "find", "arguments": {"q": "x"}, "error": null, "status": "completed",
            "result": {"content": [{"type": "text", "text": "three"}]}}),
        ),
        item(
            "completed",
            "i4",
            "mcp_tool_call",
            json!({"server": "hub", "tool": "find", "arguments": null, "result": null,
            "error": {"message": "no access"}, "status": "failed"}),
        ),
        item("started", "i5", "web_search", json!({"query": ""})),
        item("completed", "i5", "web_search", json!({"query": "x"})),
        item(
            "completed",
            "i6",
            "collab_tool_call",
            json!({"tool": "spawn_agent", "prompt": "look", "status": "completed",
            "agents_states": {"w": {"status": "completed", "message": "found"}}}),
        ),
        item("completed", "i7", "hologram", json!({"x": 1})),
    ];
    let events = events(&lines);
    let calls: Vec<(&Value, &Value, &Value)> = events
        .iter()
        .filter(|event| event.event_type == "tool_execution_post")
        .map(|event| {
            (
                &event.payload["tool_name"],
                &event.payload["is_error"],
                &event.payload["output"],
            )
        })
        .collect();
    let expected = [
        (json!("file_change"), json!(false), json!("")),
        (json!("file_change"), json!(true), json!("failed")),
        (json!("mcp__hub__find"), json!(false), json!("three")),
        (json!("mcp__hub__find"), json!(true), json!("no access")),
        (json!("web_search"), json!(false), json!("")),
        (json!("spawn_agent"), json!(false), json!("w completed: found")),
    ];
    assert_eq!(
        calls,
        expected
            .iter()
            .map(|(name, error, output)| (name, error, output))
            .collect::<Vec<_>>()
    );
    let files: Vec<(&str, &Value, &Value)> = events
        .iter()
        .filter(|event| event.kind == Kind::FileOperation)
        .map(|event| {
            (
                event.event_type.as_str(),
                &event.payload["path"],
                &event.payload["diff"],
            )
        })
        .collect();
    assert_eq!(
        files,
        [
            ("modify", &json!("src/a.rs"), &json!("@@ -1 +1 @@\n-x\n+y\n")),
            ("create", &json!("b.md"), &Value::Null)
        ]
    );
    let last = events.last().expect("an event");
    assert_eq!(
        (last.kind, last.event_type.as_str(), &last.payload["x"]),
        (Kind::Other, "item/hologram", &json!(1))
    );
}

#[test]
fn a_failure_is_told_once_and_in_words() {
    let inside = json!({"error": {"message": "no such model"}}).to_string();
    let why = format!("status 400: {inside}");
    let lines = [
        thread(),
        json!({"type": "error", "message": "Reconnecting... 1/2 (status 401)"}),
        json!({"type": "error", "message": why}),
        json!({"type": "turn.failed", "error": {"message": why}}),
        json!({"type": "error", "message": "one more word"}),
    ];
    let events = events(&lines);
    assert_eq!(
        told(&events),
        ["session_started", "log_entry", "session_ended", "log_entry"]
    );
    assert_eq!(events[1].payload["level"], "WARNING");
    let ended = &events[2].payload;
    assert_eq!(
        (&ended["is_error"], &ended["error"], &ended["result"]),
        (
            &json!(true),
            &json!("status 400: no such model"),
            &json!("status 400: no such model")
        )
    );
}

#[test]
fn a_turn_after_a_turn_begins_the_session_again() {
    let ended = || json!({"type": "turn.completed", "usage": {"input_tokens": 1, "output_tokens": 1}});
    let begun = || json!({"type": "turn.started"});
    let events = events(&[thread(), begun(), ended(), begun(), ended()]);
    assert_eq!(
        told(&events),
        ["session_started", "session_ended", "session_started", "session_ended"]
    );
}

#[test]
fn the_older_lines_of_codex_say_the_same() {
    let lines = [
        json!({"workdir": "/w", "model": "o9", "provider": "x", "approval": "never", "sandbox": "read-only"}),
        json!({"prompt": "look"}),
        msg(json!({"type": "task_started"})),
        msg(json!({"type": "agent_reasoning", "text": "hm"})),
        msg(json!({"type": "agent_message_delta", "delta": "do"})),
        msg(json!({"type": "exec_command_begin", "call_id": "c1", "command": ["bash", "-lc", "ls"], "cwd": "/w"})),
        msg(
            json!({"type": "exec_command_end", "call_id": "c1", "stdout": "a\n", "stderr": "", "exit_code": 2, "duration": {"secs": 1, "nanos": 5_000_000}}),
        ),
        msg(json!({"type": "patch_apply_begin", "call_id": "c2", "changes": {"/w/a": {"add": {"content": "x\n"}}}})),
        msg(json!({"type": "patch_apply_end", "call_id": "c2", "success": true, "stdout": "ok"})),
        msg(
            json!({"type": "mcp_tool_call_begin", "call_id": "c3", "invocation": {"server": "hub", "tool": "find", "arguments": {}}}),
        ),
        msg(json!({"type": "mcp_tool_call_end", "call_id": "c3", "result": {"Err": "no access"}})),
        msg(json!({"type": "plan_update", "plan": [{"step": "look", "status": "in_progress"}]})),
        msg(json!({"type": "token_count", "info": null})),
        msg(
            json!({"type": "token_count", "info": {"total_token_usage": {"input_tokens": 5, "cached_input_tokens": 2, "output_tokens": 1}}}),
        ),
        msg(json!({"type": "agent_message", "message": "done"})),
        msg(json!({"type": "hologram", "x": 1})),
        msg(json!({"type": "task_complete", "last_agent_message": "done"})),
    ];
    let events = events(&lines);
    assert_eq!(
        told(&events),
        [
            "session_started",
            "user_text",
            "thinking",
            "tool_execution_pre",
            "tool_execution_post",
            "tool_execution_pre",
            "tool_execution_post",
            "create",
            "tool_execution_pre",
            "tool_execution_post",
            "todo_list",
            "token_count",
            "text",
            "msg/hologram",
            "session_ended"
        ]
    );
    assert_eq!(events[3].payload["input"], json!({"command": "ls", "cwd": "/w"}));
    let post = &events[4].payload;
    assert_eq!(
        (&post["is_error"], &post["duration_ms"], &post["output"]),
        (&json!(true), &json!(1_005), &json!("a\n"))
    );
    assert_eq!(
        (&events[7].payload["path"], &events[7].payload["lines_added"]),
        (&json!("/w/a"), &json!(1))
    );
    assert_eq!(
        (&events[9].payload["is_error"], &events[9].payload["output"]),
        (&json!(true), &json!("no access"))
    );
    assert_eq!(events[11].payload["usage"]["input_tokens"], 3);
    assert_eq!(events[14].payload["result"], "done");
}

#[test]
fn a_prompt_or_an_error_is_of_codex_only_within_its_stream() {
    for line in [json!({"prompt": "look"}), json!({"message": "x"})] {
        assert!(!is_of_stream(&line), "{line}");
    }
    assert!(is_of_stream(&thread()));
}
