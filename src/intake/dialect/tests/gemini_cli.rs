//! The Gemini CLI's lines: `init`, `message` in pieces, `tool_use`, `tool_result`, `error`, `result`.

use serde_json::{Value, json};

use super::*;

fn at(second: u32) -> String {
    format!("2026-01-14T22:27:{second:02}.500Z")
}

fn piece(second: u32, text: &str) -> Value {
    json!({"type": "message", "timestamp": at(second), "role": "assistant", "content": text, "delta": true})
}

fn called(second: u32, id: &str, name: &str, input: &Value) -> Value {
    json!({"type": "tool_use", "timestamp": at(second), "tool_name": name, "tool_id": id, "parameters": input})
}

fn answered(second: u32, id: &str, output: &str) -> Value {
    json!({"type": "tool_result", "timestamp": at(second), "tool_id": id, "status": "success", "output": output})
}

#[test]
fn a_session_of_the_gemini_cli_reads_like_any() {
    let events = events(&[
        json!({"type": "init", "timestamp": at(0), "session_id": "s7", "model": "duo-3-pro"}),
        json!({"type": "message", "timestamp": at(0), "role": "user", "content": "look"}),
        piece(2, "I will "),
        piece(3, "look."),
        called(4, "t1", "run_shell_command", &json!({"command": "ls"})),
        answered(6, "t1", "a\nb"),
        piece(8, "Two files."),
        json!({"type": "result", "timestamp": at(9), "status": "success", "stats": {"total_tokens": 60, "input_tokens": 50,
            "output_tokens": 10, "cached": 20, "duration_ms": 9_000, "tool_calls": 1}}),
    ]);
    let types: Vec<&str> = events.iter().map(|event| event.event_type.as_str()).collect();
    assert_eq!(
        types,
        [
            "session_started",
            "user_text",
            "text",
            "tool_execution_pre",
            "tool_execution_post",
            "text",
            "session_ended"
        ]
    );
    assert!(events.iter().all(|event| event.time_source == TimeSource::Source
        && event.session_id.as_deref() == Some("s7")
        && event.run == Some(2)));
    assert_eq!(events[0].payload, json!({"session_id": "s7", "model": "duo-3-pro"}));
    assert_eq!(events[2].payload["content"], "I will look.");
    assert_eq!(
        events[2].timestamp.to_string(),
        "2026-01-14T22:27:03.500Z",
        "as old as its end"
    );
    assert_eq!(
        events[4].payload,
        json!({"tool_use_id": "t1", "tool_name": "run_shell_command", "output": "a\nb", "is_error": false, "duration_ms": 2_000})
    );
    let ended = &events[6].payload;
    assert_eq!(
        ended["usage"],
        json!({"input_tokens": 30, "output_tokens": 10, "cache_read_input_tokens": 20, "cache_creation_input_tokens": 0})
    );
    assert_eq!(
        (
            &ended["result"],
            &ended["duration_ms"],
            &ended["num_turns"],
            &ended["is_error"]
        ),
        (&json!("Two files."), &json!(9_000), &json!(2), &json!(false))
    );
    assert!(ended.get("message_id").is_some(), "its tokens count once");
}

#[test]
fn pieces_are_joined_until_something_else_comes_and_every_line_is_counted() {
    let mut reader = StreamReader::default();
    let adw_id: AdwId = "c0a43f47".parse().expect("a safe id");
    let mut finished = Vec::new();
    let lines = [
        piece(1, "a"),
        piece(2, "b"),
        json!({"type": "keep_alive"}),
        piece(3, "c"),
    ];
    for (at, line) in lines.iter().enumerate() {
        let place = Place {
            adw_id: &adw_id,
            agent: "a",
            run: 1,
            file: "a/raw_output.jsonl",
            offset: at as u64 * 10,
            line: 1,
            at: Timestamp(0),
            time_source: TimeSource::Unknown,
            mark: None,
        };
        finished.extend(reader.read(&line.to_string(), &place, at as u64 * 10 + 9));
    }
    let parts = |finished: &[Finished]| finished.iter().map(|part| (part.lines, part.end)).collect::<Vec<_>>();
    assert_eq!(parts(&finished), [(2, 19), (1, 29)]);
    assert_eq!(finished[1].reading, Reading::Silent("keep_alive"));
    let stored = serde_json::to_value(&reader).expect("a reader is JSON");
    let mut stored: StreamReader = serde_json::from_value(stored).expect("a reader is read back");
    assert_eq!(stored.flush(), None, "what is held back is read again");
    assert_eq!(reader.flush().map(|part| (part.lines, part.end)), Some((1, 39)));
    assert_eq!(reader.flush(), None);
}

#[test]
fn a_secret_in_two_pieces_leaves_no_line() {
    let (first, second) = ("the token is ghp_A1b2C3d4", "E5f6G7h8I9j0K1l2M3n4O5p6Q7r8S9t0 indeed");
    let events = events(&[piece(1, first), piece(2, second)]);
    let text = events[0].payload.to_string();
    assert!(
        !text.contains("A1b2") && !text.contains("Q7r8") && text.contains("indeed"),
        "{text}"
    );
}

#[test]
fn files_of_the_gemini_cli_are_operations() {
    let events = events(&[
        called(
            1,
            "t1",
            "replace",
            &json!({"file_path": "/w/a", "old_string": "x", "new_string": "y"}),
        ),
        answered(2, "t1", "Successfully modified file: /w/a"),
        called(3, "t2", "write_file", &json!({"file_path": "/w/b", "content": "one\n"})),
        answered(4, "t2", "Successfully created and wrote to new file: /w/b"),
        called(5, "t3", "write_file", &json!({"file_path": "/w/b", "content": "two\n"})),
        answered(6, "t3", "Successfully overwrote file: /w/b"),
        called(7, "t4", "read_file", &json!({"absolute_path": "/w/b"})),
        answered(8, "t4", ""),
    ]);
    let operations: Vec<(&str, &str)> = events
        .iter()
        .filter(|event| event.kind == Kind::FileOperation)
        .map(|event| {
            (
                event.event_type.as_str(),
                event.payload["path"].as_str().unwrap_or_default(),
            )
        })
        .collect();
    assert_eq!(
        operations,
        [
            ("modify", "/w/a"),
            ("create", "/w/b"),
            ("modify", "/w/b"),
            ("read", "/w/b")
        ]
    );
}

#[test]
fn failures_of_the_gemini_cli_say_why() {
    let events = events(&[
        called(1, "t1", "shell", &json!({})),
        json!({"type": "tool_result", "tool_id": "t1", "status": "error", "output": "",
            "error": {"type": "unhandled_exception", "message": "denied by policy"}}),
        json!({"type": "error", "severity": "warning", "message": "loop detected"}),
        json!({"type": "error", "error": {"type": "quota", "message": "quota exceeded"}}),
        json!({"type": "result", "status": "error", "error": {"type": "FatalQuota", "message": "quota exceeded"}}),
    ]);
    let post = &events[1].payload;
    assert_eq!(
        (&post["is_error"], &post["output"]),
        (&json!(true), &json!("denied by policy"))
    );
    assert_eq!(
        (&events[2].payload["level"], events[2].kind),
        (&json!("WARNING"), Kind::AgentLogEntry)
    );
    assert_eq!(events[3].payload["message"], "quota exceeded");
    let ended = &events[4].payload;
    assert_eq!(
        (events[4].kind, &ended["is_error"], &ended["result"], &ended["error"]),
        (
            Kind::Session,
            &json!(true),
            &json!("quota exceeded"),
            &json!("quota exceeded")
        )
    );
}

#[test]
fn strange_lines_of_the_gemini_cli_pass_through() {
    let lines = [
        json!({"type": "message", "role": "assistant", "delta": true, "content": {"x": 1}}),
        json!({"type": "error", "code": 7}),
        json!({"type": "message", "role": "assistant", "content": "whole"}),
        json!({"type": "message", "role": "assistant", "content": [{"type": "text", "text": "in parts"}]}),
        json!({"type": "tool_result"}),
    ];
    let events = events(&lines);
    assert_eq!((events[0].kind, &events[0].payload), (Kind::Other, &lines[0]));
    assert_eq!((events[1].kind, &events[1].payload), (Kind::Other, &lines[1]));
    assert_eq!(events[2].payload["content"], "whole");
    assert_eq!(events[3].payload["content"], "in parts");
    assert_eq!(events[4].payload["is_error"], false);
}

#[test]
fn what_was_thought_counts_as_written() {
    let stats =
        json!({"total_tokens": 6_930, "input_tokens": 6_615, "output_tokens": 195, "cached": 6_000, "input": 615});
    let lines = [
        json!({"type": "init", "session_id": "s", "model": "m"}),
        json!({"type": "result", "status": "success", "stats": stats, "novel": 1}),
    ];
    let ended = &events(&lines)[1].payload;
    assert_eq!(
        ended["usage"],
        json!({"input_tokens": 615, "output_tokens": 315, "cache_read_input_tokens": 6_000, "cache_creation_input_tokens": 0,
            "reasoning_output_tokens": 120})
    );
    assert_eq!(
        (&ended["novel"], &ended["stats"]["total_tokens"]),
        (&json!(1), &json!(6_930))
    );
}
