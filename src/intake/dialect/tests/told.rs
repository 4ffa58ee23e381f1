//! Nothing that a line tells is dropped, and what it tells of tokens and failures is told as it is.

use serde_json::{Value, json};

use super::*;

fn payloads(lines: &[Value]) -> Vec<(String, Value)> {
    let events = events(lines).into_iter();
    events.map(|event| (event.event_type, event.payload)).collect()
}

#[test]
fn what_is_not_read_of_a_message_is_kept_in_its_first_event() {
    let line = json!({"type": "assistant", "uuid": "u", "session_id": "s", "timestamp": "2026-01-14T20:00:01.500Z",
        "request_id": "req_1", "task_description": "Search", "subagent_type": "Explore", "novel": {"x": 1},
        "parent_tool_use_id": "t0",
        "message": {"id": "m", "type": "message", "role": "assistant", "model": "x", "stop_reason": "tool_use", "stop_sequence": null,
            "container": {"id": "c"}, "usage": {"input_tokens": 1, "output_tokens": 2, "service_tier": "standard", "novel_tokens": 4},
            "content": [{"type": "text", "text": "a", "citations": [{"url": "u"}]},
                {"type": "tool_use", "id": "t", "name": "Bash", "input": {}, "caller": {"type": "direct"}}]}});
    let told = payloads(&[line]);
    let first = &told[0].1;
    assert_eq!(
        (
            &first["request_id"],
            &first["task_description"],
            &first["subagent_type"],
            &first["novel"]["x"]
        ),
        (&json!("req_1"), &json!("Search"), &json!("Explore"), &json!(1))
    );
    assert_eq!(
        (
            &first["stop_reason"],
            &first["container"]["id"],
            &first["usage"]["novel_tokens"],
            &first["citations"][0]["url"]
        ),
        (&json!("tool_use"), &json!("c"), &json!(4), &json!("u"))
    );
    for boilerplate in [
        "uuid",
        "type",
        "session_id",
        "timestamp",
        "parent_tool_use_id",
        "role",
        "message",
    ] {
        assert!(first.get(boilerplate).is_none(), "{boilerplate}");
    }
    let second = &told[1].1;
    assert_eq!(second["caller"]["type"], "direct");
    assert!(second.get("request_id").is_none(), "once a line");
}

#[test]
fn the_structured_answer_is_kept_without_what_it_repeats() {
    let result = json!({"task": {"id": "7", "subject": "Write"}, "success": true});
    let told = payloads(&[
        call("t1", "TaskCreate", &json!({"subject": "Write"})),
        json!({"type": "user", "uuid": "a", "session_id": "s", "tool_use_result": result,
            "tool_result_meta": [{"id": "t1", "non_execution_kind": "user-rejected"}],
            "message": {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t1", "content": "Task #7 created", "novel": 1}]}}),
        call("t2", "Bash", &json!({"command": "x"})),
        answer(
            "t2",
            &json!("out"),
            None,
            &json!({"stdout": "out", "stderr": "", "backgroundTaskId": "b1", "structuredPatch": []}),
        ),
    ]);
    let post = &told[1].1;
    assert_eq!(post["tool_use_result"], result);
    assert_eq!(
        (&post["tool_result_meta"][0]["non_execution_kind"], &post["novel"]),
        (&json!("user-rejected"), &json!(1))
    );
    assert_eq!(told[3].1["tool_use_result"], json!({"backgroundTaskId": "b1"}));
}

#[test]
fn a_result_keeps_all_that_it_tells() {
    let line = json!({"type": "result", "subtype": "success", "is_error": false, "result": "done", "num_turns": 2, "duration_ms": 5,
        "duration_api_ms": 4, "total_cost_usd": 0.5, "uuid": "u", "session_id": "s",
        "usage": {"input_tokens": 1, "output_tokens": 9, "output_tokens_details": {"thinking_tokens": 3}, "service_tier": "standard"},
        "modelUsage": {"m": {"inputTokens": 1}}, "permission_denials": [{"tool_name": "Write"}],
        "subagent_stats": {"spawned": 1, "killed": {"system": 1}}, "terminal_reason": "completed", "novel": 1});
    let ended = &payloads(std::slice::from_ref(&line))[0].1;
    for field in [
        "modelUsage",
        "total_cost_usd",
        "permission_denials",
        "subagent_stats",
        "terminal_reason",
        "novel",
        "num_turns",
        "duration_api_ms",
        "result",
    ] {
        assert_eq!(ended[field], line[field], "{field}");
    }
    assert_eq!(
        (&ended["cost_usd"], &ended["model_usage"]),
        (&json!(0.5), &line["modelUsage"])
    );
    assert_eq!(
        (
            &ended["usage"]["output_tokens"],
            &ended["usage"]["service_tier"],
            &ended["usage"]["reasoning_output_tokens"]
        ),
        (&json!(9), &json!("standard"), &json!(3))
    );
}

#[test]
fn partial_messages_tell_the_true_tokens_and_nothing_else() {
    let event =
        |event: Value| json!({"type": "stream_event", "session_id": "s", "uuid": event["uuid"], "event": event});
    let told = payloads(&[
        event(
            json!({"type": "message_start", "message": {"id": "m1", "model": "x", "usage": {"input_tokens": 100, "output_tokens": 1,
            "cache_read_input_tokens": 7}}}),
        ),
        event(json!({"type": "content_block_delta", "delta": {"type": "text_delta", "text": "hello"}})),
        event(json!({"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 40}})),
        event(json!({"type": "message_stop"})),
    ]);
    assert_eq!(
        told,
        [(
            "message_usage".to_owned(),
            json!({"message_id": "m1", "model": "x", "usage": {"input_tokens": 100, "output_tokens": 40,
                "cache_read_input_tokens": 7, "cache_creation_input_tokens": 0}})
        )]
    );
}

fn unnamed(usage: &Value, block: &Value) -> Value {
    json!({"type": "assistant", "session_id": "s", "message": {"role": "assistant", "content": [block], "usage": usage}})
}

#[test]
fn the_lines_of_a_message_without_an_id_share_one_wherever_reading_began() {
    let usage = |input: u64| json!({"input_tokens": input, "output_tokens": 3});
    let text = json!({"type": "text", "text": "a"});
    let tool = json!({"type": "tool_use", "id": "t", "name": "Bash", "input": {}});
    let lines = [
        unnamed(&usage(10), &text),
        unnamed(&usage(10), &tool),
        json!({"type": "user", "session_id": "s", "message": {"content": [{"type": "tool_result", "tool_use_id": "t", "content": "x"}]}}),
        unnamed(&usage(10), &text),
        unnamed(&usage(20), &text),
    ];
    let ids = |events: Vec<NewEvent>| -> Vec<String> {
        let told = events.iter().filter_map(|new| new.event.payload["message_id"].as_str());
        told.map(str::to_owned).collect()
    };
    let whole = ids(drafts(&lines));
    assert_eq!(whole[0], whole[1], "one message");
    assert_ne!(whole[1], whole[2], "the tools have answered: another one");
    assert_ne!(whole[2], whole[3], "it has read more: another one");
    for cut in 1..lines.len() {
        let mut told = Vec::new();
        let mut reader = StreamReader::default();
        for (at, line) in lines.iter().enumerate() {
            if at == cut {
                let stored = serde_json::to_string(&reader).expect("JSON");
                reader = serde_json::from_str(&stored).expect("read back");
            }
            for reading in read_at(&mut reader, at, line) {
                if let Reading::Source(events) = reading {
                    told.extend(ids(events));
                }
            }
        }
        assert_eq!(told, whole, "stored after {cut} lines");
    }
    let asked = |id: &str| {
        let mut line = unnamed(&usage(10), &text);
        line["request_id"] = id.into();
        line
    };
    let named = ids(drafts(&[asked("r1"), asked("r1"), asked("r2")]));
    assert_eq!(
        (named[0] == named[1], named[1] == named[2]),
        (true, false),
        "what the CLI calls its request names the message"
    );
}

#[test]
fn what_a_session_ended_with_is_said_as_it_is() {
    let refused = json!({"type": "assistant", "error": "overloaded", "session_id": "s", "message": {"model": "<synthetic>",
        "content": [{"type": "text", "text": "API Error: 529 overloaded"}]}});
    let result = |fields: Value| {
        let mut line = json!({"type": "result", "session_id": "s"});
        for (field, value) in fields.as_object().expect("an object") {
            line[field] = value.clone();
        }
        line
    };
    let ended = |lines: &[Value]| {
        let payload = payloads(lines).pop().expect("an event").1;
        (
            payload["is_error"] == true,
            payload["error"].as_str().unwrap_or_default().to_owned(),
        )
    };
    let well = result(json!({"subtype": "success", "is_error": false, "result": ""}));
    assert_eq!(
        ended(&[refused.clone(), well.clone()]),
        (true, "API Error: 529 overloaded".into())
    );
    let answered = json!({"type": "assistant", "session_id": "s", "message": {"id": "m", "content": [{"type": "text", "text": "ok"}]}});
    assert_eq!(
        ended(&[refused, answered, well.clone()]),
        (false, String::new()),
        "the model answered again"
    );
    assert_eq!(ended(&[well]), (false, String::new()));
    assert_eq!(
        ended(&[result(
            json!({"subtype": "error_max_turns", "is_error": true, "num_turns": 4})
        )]),
        (true, "stopped after 4 turns, the most that it was allowed".into())
    );
    let failed = json!({"type": "assistant", "session_id": "s", "local_command_run": {"command": "compact"},
        "local_command_outcome": {"kind": "failed"}, "message": {"model": "<synthetic>",
        "content": [{"type": "text", "text": "Error: No messages to compact"}]}});
    let told = payloads(std::slice::from_ref(&failed));
    assert_eq!(
        (&told[0].1["is_error"], &told[0].1["local_command_outcome"]["kind"]),
        (&json!(true), &json!("failed"))
    );
    assert_eq!(
        ended(&[
            failed,
            result(json!({"subtype": "success", "is_error": false, "local_command": "compact", "result": ""}))
        ]),
        (true, "/compact failed: Error: No messages to compact".into())
    );
}

#[test]
fn a_denied_permission_is_one_error_and_a_retry_none() {
    let told = payloads(&[
        json!({"type": "system", "subtype": "api_retry", "attempt": 1, "error_status": 529}),
        call("t1", "Write", &json!({"file_path": "/x", "content": "y"})),
        json!({"type": "system", "subtype": "permission_denied", "tool_name": "Write", "tool_use_id": "t1", "message": "not granted"}),
        answer("t1", &json!("not granted"), Some(true), &json!("Error: not granted")),
    ]);
    let errors: Vec<&str> = told
        .iter()
        .filter(|(_, payload)| payload["is_error"] == true)
        .map(|(name, _)| name.as_str())
        .collect();
    assert_eq!(errors, ["tool_execution_post"]);
}

#[test]
fn a_failed_tool_of_the_server_is_an_error() {
    let told = payloads(&[
        json!({"type": "assistant", "session_id": "s", "message": {"id": "m", "content": [
        {"type": "server_tool_use", "id": "srv1", "name": "web_search", "input": {"query": "x"}},
        {"type": "web_search_tool_result", "tool_use_id": "srv1",
            "content": {"type": "web_search_tool_result_error", "error_code": "max_uses_exceeded"}}]}}),
    ]);
    assert_eq!(
        (&told[1].1["is_error"], &told[1].1["output"], &told[1].1["tool_name"]),
        (&json!(true), &json!("max uses exceeded"), &json!("web_search"))
    );
}

#[test]
fn a_sign_of_life_of_a_tool_is_no_line_of_a_sub_agent() {
    let line = json!({"type": "tool_progress", "tool_use_id": "t1", "parent_tool_use_id": "t1", "tool_name": "Bash",
        "elapsed_time_seconds": 32.2, "session_id": "s", "heartbeat": true});
    let event = events(&[line]).remove(0);
    assert_eq!(
        (event.event_type.as_str(), event.parent_tool_use_id),
        ("tool_progress", None)
    );
    assert_eq!(
        (&event.payload["tool_use_id"], &event.payload["heartbeat"]),
        (&json!("t1"), &json!(true))
    );
}
