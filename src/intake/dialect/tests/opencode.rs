//! opencode's lines: parts of messages, calls that come with their answers, tokens and cost by the step.

use serde_json::{Value, json};

use super::*;

const START: u64 = 1_796_068_804_000;

fn line(line_type: &str, after_ms: u64, part: Value) -> Value {
    let mut whole = json!({"id": format!("prt_{after_ms}"), "messageID": "msg_1", "sessionID": "ses_1"});
    if let (Value::Object(whole), Value::Object(part)) = (&mut whole, part) {
        whole.extend(part);
    }
    json!({"type": line_type, "timestamp": START + after_ms, "sessionID": "ses_1", "part": whole})
}

fn used(after_ms: u64, tool: &str, mut state: Value) -> Value {
    state["time"] = json!({"start": START + after_ms - 50, "end": START + after_ms});
    line(
        "tool_use",
        after_ms + 10,
        json!({"type": "tool", "tool": tool, "callID": "call_1", "state": state}),
    )
}

fn finished(after_ms: u64, reason: &str, cost: f64) -> Value {
    line(
        "step_finish",
        after_ms,
        json!({"reason": reason, "cost": cost,
        "tokens": {"total": 115, "input": 10, "output": 3, "reasoning": 2, "cache": {"read": 100, "write": 0}}}),
    )
}

fn told(events: &[Event]) -> Vec<&str> {
    events.iter().map(|event| event.event_type.as_str()).collect()
}

#[test]
fn a_session_of_opencode_reads_like_any() {
    let todos = json!([{"content": "look", "status": "completed"}]);
    let events = events(&[
        line("step_start", 0, json!({})),
        line(
            "reasoning",
            10,
            json!({"text": "hm", "time": {"start": START, "end": START + 7}}),
        ),
        used(
            100,
            "bash",
            json!({"status": "completed", "input": {"command": "ls"}, "output": "", "metadata": {"exit": 3}}),
        ),
        used(
            200,
            "todowrite",
            json!({"status": "completed", "input": {"todos": todos}, "output": "[]"}),
        ),
        used(
            300,
            "read",
            json!({"status": "error", "input": {"filePath": "/w/none"}, "error": "File not found"}),
        ),
        finished(400, "tool-calls", 0.1),
        line("step_start", 500, json!({})),
        line("text", 510, json!({"text": "Done."})),
        finished(520, "stop", 0.2),
    ]);
    assert_eq!(
        told(&events),
        [
            "session_started",
            "thinking",
            "tool_execution_pre",
            "tool_execution_post",
            "tool_execution_pre",
            "tool_execution_post",
            "tool_execution_pre",
            "tool_execution_post",
            "step_finish",
            "text",
            "session_ended"
        ]
    );
    assert!(
        events
            .iter()
            .all(|event| event.session_id.as_deref() == Some("ses_1") && event.time_source == TimeSource::Source)
    );
    assert_eq!(events[1].payload["duration_ms"], 7);
    let post = &events[3].payload;
    assert_eq!(
        (
            &post["output"],
            &post["is_error"],
            &post["exit_code"],
            &post["duration_ms"]
        ),
        (&json!("exit code 3"), &json!(true), &json!(3), &json!(50))
    );
    let ids: Vec<&Value> = events
        .iter()
        .filter(|event| event.event_type.ends_with("_pre"))
        .map(|event| &event.payload["tool_use_id"])
        .collect();
    assert!(
        ids[0] != ids[1] && ids[1] != ids[2],
        "a server may number its calls anew each time: {ids:?}"
    );
    assert_eq!(
        (&events[7].payload["output"], &events[7].payload["is_error"]),
        (&json!("File not found"), &json!(true))
    );
    let usage = json!({"input_tokens": 10, "output_tokens": 5, "cache_read_input_tokens": 100, "cache_creation_input_tokens": 0,
        "reasoning_output_tokens": 2});
    assert_eq!(
        (&events[8].payload["usage"], &events[8].payload["cost_usd"]),
        (&usage, &json!(0.1))
    );
    let ended = &events[10].payload;
    assert_eq!(
        (
            &ended["usage"],
            &ended["cost_usd"],
            &ended["result"],
            &ended["is_error"],
            &ended["subtype"]
        ),
        (&usage, &json!(0.3), &json!("Done."), &json!(false), &json!("stop"))
    );
    assert_ne!(ended["message_id"], events[8].payload["message_id"], "each step counts");
}

#[test]
fn files_of_opencode_are_operations() {
    let patch = "Index: /w/a\n===\n--- /w/a\n+++ /w/a\n@@ -4,1 +4,1 @@\n-x\n+y\n";
    let events = events(&[
        used(
            100,
            "write",
            json!({"status": "completed", "input": {"filePath": "/w/a", "content": "x\n"}, "output": "ok", "metadata": {"exists": false}}),
        ),
        used(
            200,
            "write",
            json!({"status": "completed", "input": {"filePath": "/w/a", "content": "x\n"}, "output": "ok", "metadata": {"exists": true}}),
        ),
        used(
            300,
            "edit",
            json!({"status": "completed", "input": {"filePath": "/w/a", "oldString": "x", "newString": "y"}, "output": "ok",
            "metadata": {"diff": patch}}),
        ),
        used(
            400,
            "edit",
            json!({"status": "error", "input": {"filePath": "/w/a"}, "error": "not found"}),
        ),
        used(
            500,
            "read",
            json!({"status": "completed", "input": {"filePath": "/w/a"}, "output": "1: y",
            "metadata": {"display": {"lineStart": 1, "lineEnd": 1, "totalLines": 1}}}),
        ),
        used(
            600,
            "apply_patch",
            json!({"status": "completed", "input": {"patchText": "…"}, "output": "ok",
            "metadata": {"files": [{"filePath": "/w/b", "type": "add"}, {"filePath": "/w/c", "type": "delete"}]}}),
        ),
    ]);
    let files: Vec<(&str, &str, &str)> = events
        .iter()
        .filter(|event| event.kind == Kind::FileOperation)
        .map(|event| {
            let text = |field: &str| event.payload[field].as_str().unwrap_or_default();
            (event.event_type.as_str(), text("path"), text("summary"))
        })
        .collect();
    assert_eq!(
        files,
        [
            ("create", "/w/a", "1 lines"),
            ("modify", "/w/a", "overwritten with 1 lines"),
            ("modify", "/w/a", "+1 −1"),
            ("read", "/w/a", "lines 1–1 of 1"),
            ("create", "/w/b", ""),
            ("delete", "/w/c", "")
        ]
    );
    let edit = events
        .iter()
        .find(|event| event.payload["summary"] == "+1 −1")
        .expect("the edit");
    assert_eq!(edit.payload["diff"], "@@ -4,1 +4,1 @@\n-x\n+y\n");
}

#[test]
fn a_failure_of_opencode_is_told_once_with_its_reason_and_its_cost() {
    let error = json!({"type": "error", "timestamp": START + 10, "sessionID": "ses_1",
        "error": {"name": "APIError", "data": {"message": "{\"error\":{\"message\":\"too many requests\"}}", "statusCode": 429}}});
    let events = events(&[line("step_start", 0, json!({})), error, finished(20, "error", 0.5)]);
    assert_eq!(told(&events), ["session_started", "session_ended", "step_finish"]);
    assert_eq!(
        (&events[1].payload["is_error"], &events[1].payload["error"]),
        (&json!(true), &json!("too many requests"))
    );
    assert_eq!(events[2].payload["cost_usd"], 0.5);
}

#[test]
fn strange_lines_of_opencode_pass_through() {
    let events = events(&[line("hologram", 0, json!({"x": 1})), line("tool_use", 1, json!({}))]);
    assert_eq!(
        (events[0].kind, &events[0].payload["part"]["x"]),
        (Kind::Other, &json!(1))
    );
    assert_eq!(events[1].payload["tool_name"], "tool");
}
