//! Cursor's lines: thoughts in pieces, calls named by a field, texts that come twice, tokens in words of its own.

use serde_json::{Value, json};

use super::*;

fn opening() -> Value {
    json!({"type": "system", "subtype": "init", "apiKeySource": "login", "cwd": "/w", "session_id": "c1", "model": "Auto",
        "permissionMode": "default"})
}

fn thought(second: i64, text: &str) -> Value {
    json!({"type": "thinking", "subtype": "delta", "text": text, "session_id": "c1", "timestamp_ms": 1_768_473_000_000_i64 + second * 1_000})
}

fn said(text: &str, fields: &Value) -> Value {
    let mut line = json!({"type": "assistant", "session_id": "c1",
        "message": {"role": "assistant", "content": [{"type": "text", "text": text}]}});
    for (field, value) in fields.as_object().expect("fields") {
        line[field] = value.clone();
    }
    line
}

fn piece(text: &str) -> Value {
    said(text, &json!({"timestamp_ms": 1_768_473_001_000_i64}))
}

fn call(subtype: &str, id: &str, name: &str, body: &Value) -> Value {
    json!({"type": "tool_call", "subtype": subtype, "call_id": id, "session_id": "c1", "tool_call": {name: body, "toolCallId": id}})
}

fn types(events: &[Event]) -> Vec<&str> {
    events.iter().map(|event| event.event_type.as_str()).collect()
}

#[test]
fn a_session_of_cursor_reads_like_any() {
    let shell = json!({"args": {"command": "make"}});
    let failed =
        json!({"args": {"command": "make"}, "result": {"failure": {"exitCode": 2, "stdout": "", "stderr": "no rule"}}});
    let lines = [
        opening(),
        json!({"type": "user", "session_id": "c1", "message": {"role": "user", "content": [{"type": "text", "text": "build it"}]}}),
        thought(1, "Let me "),
        thought(3, "build."),
        json!({"type": "thinking", "subtype": "completed", "session_id": "c1", "timestamp_ms": 1_768_473_004_000_i64}),
        said(
            "Building.",
            &json!({"model_call_id": "m1", "timestamp_ms": 1_768_473_004_000_i64}),
        ),
        call("started", "t1", "shellToolCall", &shell),
        call("completed", "t1", "shellToolCall", &failed),
        said("It has no rule.", &json!({})),
        json!({"type": "result", "subtype": "success", "is_error": false, "duration_ms": 9_000, "result": "It has no rule.",
            "session_id": "c1", "request_id": "r1",
            "usage": {"inputTokens": 70, "outputTokens": 8, "cacheReadTokens": 60, "cacheWriteTokens": 5}}),
    ];
    let events = events(&lines);
    assert_eq!(
        types(&events),
        [
            "session_started",
            "user_text",
            "thinking",
            "text",
            "tool_execution_pre",
            "tool_execution_post",
            "text",
            "session_ended"
        ]
    );
    assert_eq!(events[2].kind, Kind::AgentThinking);
    assert_eq!(events[2].payload["content"], "Let me build.");
    assert_eq!(events[2].payload["duration_ms"], 2_000);
    assert_eq!(events[2].time_source, TimeSource::Source);
    assert_eq!(events[4].payload["tool_name"], "shell");
    let post = &events[5].payload;
    assert_eq!(
        (
            &post["tool_name"],
            &post["is_error"],
            &post["exit_code"],
            &post["output"]
        ),
        (&json!("shell"), &json!(true), &json!(2), &json!("no rule"))
    );
    let ended = &events[7].payload;
    assert_eq!(
        ended["usage"],
        json!({"input_tokens": 70, "output_tokens": 8, "cache_read_input_tokens": 60, "cache_creation_input_tokens": 5})
    );
    assert!(ended["message_id"].is_string(), "its tokens count once");
    assert_eq!(ended["result"], "It has no rule.");
}

#[test]
fn an_edit_is_a_change_with_its_diff_and_a_new_file_is_created() {
    let edit = |path: &str, success: &Value| {
        let args = json!({"path": path, "streamContent": "x\n"});
        [
            call("started", path, "editToolCall", &json!({"args": args})),
            call(
                "completed",
                path,
                "editToolCall",
                &json!({"args": args, "result": {"success": success}}),
            ),
        ]
    };
    let new = json!({"path": "/w/a", "linesAdded": 1, "linesRemoved": 0, "diffString": "--- /dev/null\n+++ b/a\n@@ -1,0 +1 @@\n+x",
        "afterFullFileContent": "x\n", "message": "Wrote a"});
    let old = json!({"path": "/w/b", "linesAdded": 1, "linesRemoved": 2, "afterFullFileContent": "x\ny\n",
        "diffString": "--- a/b\n+++ b/b\n@@ -1,3 +1,2 @@\n-p\n-q\n+x\n y\n\\ No newline at end of file"});
    let refused = json!({"path": "/w/c"});
    let mut lines: Vec<Value> = [edit("/w/a", &new), edit("/w/b", &old)].concat();
    lines.push(call("started", "d", "deleteToolCall", &json!({"args": refused})));
    lines.push(call(
        "completed",
        "d",
        "deleteToolCall",
        &json!({"args": refused, "result": {"rejected": {"reason": "not now"}}}),
    ));
    lines.push(call(
        "started",
        "e",
        "deleteToolCall",
        &json!({"args": {"path": "/w/e"}}),
    ));
    lines.push(call(
        "completed",
        "e",
        "deleteToolCall",
        &json!({"result": {"isBackground": false, "success": {"deletedFile": "/w/e"}}}),
    ));
    let events = events(&lines);
    let files: Vec<&Event> = events
        .iter()
        .filter(|event| event.kind == Kind::FileOperation)
        .collect();
    let told: Vec<_> = files
        .iter()
        .map(|event| {
            (
                event.event_type.as_str(),
                event.payload["path"].as_str().unwrap_or_default(),
            )
        })
        .collect();
    assert_eq!(told, [("create", "/w/a"), ("modify", "/w/b"), ("delete", "/w/e")]);
    assert_eq!(files[0].payload["diff"], "@@ -1,0 +1 @@\n+x\n");
    assert_eq!(
        (&files[1].payload["lines_added"], &files[1].payload["lines_removed"]),
        (&json!(1), &json!(2))
    );
    let refused = events.iter().find(|event| event.payload["output"] == "not now");
    assert_eq!(refused.map(|event| &event.payload["is_error"]), Some(&json!(true)));
}

#[test]
fn with_partial_output_each_text_is_told_once() {
    let lines = [
        opening(),
        piece("I will "),
        piece("look."),
        said(
            "I will look.",
            &json!({"model_call_id": "m1", "timestamp_ms": 1_768_473_002_000_i64}),
        ),
        call("started", "t1", "lsToolCall", &json!({"args": {"path": "/w"}})),
        call(
            "completed",
            "t1",
            "lsToolCall",
            &json!({"result": {"success": {"files": ["a"]}}}),
        ),
        piece("One "),
        piece("file."),
        said("One file.", &json!({})),
        said("Another.", &json!({})),
    ];
    let readings = read_with(&mut StreamReader::default(), TimeSource::Read, &lines);
    let silent = readings
        .iter()
        .filter(|reading| matches!(reading, Reading::Silent(_)))
        .count();
    assert_eq!(silent, 2);
    let events = events(&lines);
    let texts: Vec<&Value> = events
        .iter()
        .filter(|event| event.kind == Kind::TextBlock)
        .map(|event| &event.payload["content"])
        .collect();
    assert_eq!(texts, [&json!("I will look."), &json!("One file."), &json!("Another.")]);
}

#[test]
fn a_tool_of_another_server_and_one_without_a_field_have_their_names() {
    let mcp = json!({"args": {"providerIdentifier": "docs", "toolName": "find", "args": {"q": "x"}}});
    let function = json!({"type": "tool_call", "subtype": "started", "call_id": "f", "session_id": "c1",
        "tool_call": {"function": {"name": "plan", "arguments": "{\"n\":1}"}}});
    let events = events(&[call("started", "m", "mcpToolCall", &mcp), function]);
    let told: Vec<_> = events
        .iter()
        .map(|event| (event.payload["tool_name"].clone(), event.payload["input"].clone()))
        .collect();
    assert_eq!(
        told,
        [
            (json!("mcp__docs__find"), json!({"q": "x"})),
            (json!("plan"), json!({"n": 1}))
        ]
    );
}
