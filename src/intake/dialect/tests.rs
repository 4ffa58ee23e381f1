//! What a stream's lines become, in facts.

mod amp;
mod codex;
mod cursor;
mod gemini_cli;
mod newer_claude_code;
mod opencode;
mod operations;
mod pi;
mod plain_text;
mod stored;
mod told;
mod unknown;

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::place::Place;
use crate::reading::{Finished, Reading};
use domain::adw_id::AdwId;
use domain::event::{Event, Kind, TimeSource};
use domain::timeline::sources::MENDED;
use domain::timestamp::Timestamp;
use draft::NewEvent;
use draft::key::Key;

/// Reads lines as a file of them would be read: each later by a second, at offsets that grow.
fn read_with(reader: &mut StreamReader, time_source: TimeSource, lines: &[Value]) -> Vec<Reading> {
    let read = lines
        .iter()
        .enumerate()
        .map(|(at, line)| finished_at(reader, time_source, at, line));
    let mut readings: Vec<Finished> = read.flatten().collect();
    readings.extend(reader.flush());
    readings.into_iter().map(|finished| finished.reading).collect()
}

/// Reads one line that stands at this place of its file.
fn read_at(reader: &mut StreamReader, at: usize, line: &Value) -> Vec<Reading> {
    let read = finished_at(reader, TimeSource::Read, at, line);
    read.into_iter().map(|finished| finished.reading).collect()
}

fn finished_at(reader: &mut StreamReader, time_source: TimeSource, at: usize, line: &Value) -> Vec<Finished> {
    let adw_id: AdwId = "c0a43f47".parse().expect("a safe id");
    let place = Place {
        adw_id: &adw_id,
        agent: "sdlc_planner",
        run: 2,
        file: "sdlc_planner/raw_output.jsonl",
        offset: at as u64 * 1_000,
        line: at as u64 + 1,
        at: Timestamp(1_768_473_000_000 + at as i64 * 1_000),
        time_source,
        mark: None,
    };
    reader.read(&line.to_string(), &place, at as u64 * 1_000 + 999)
}

fn drafts(lines: &[Value]) -> Vec<NewEvent> {
    let readings = read_with(&mut StreamReader::default(), TimeSource::Read, lines);
    let sources = readings.into_iter().flat_map(|reading| match reading {
        Reading::Source(events) => events,
        Reading::Unknown(_, events) => events,
        Reading::Silent(_) | Reading::Unrecognised(_) => Vec::new(),
    });
    sources.collect()
}

fn events(lines: &[Value]) -> Vec<Event> {
    drafts(lines).into_iter().map(|draft| draft.event).collect()
}

fn call(id: &str, name: &str, input: &Value) -> Value {
    json!({"type": "assistant", "uuid": format!("u-{id}"), "session_id": "s1", "parent_tool_use_id": null, "message": {
        "id": "msg_1", "model": "claude-opus-4-5", "usage": {"input_tokens": 3, "output_tokens": 5, "service_tier": "standard"},
        "content": [{"type": "tool_use", "id": id, "name": name, "input": input}]}})
}

fn answer(id: &str, content: &Value, is_error: Option<bool>, result: &Value) -> Value {
    json!({"type": "user", "uuid": format!("a-{id}"), "session_id": "s1", "message": {"role": "user", "content": [
        {"type": "tool_result", "tool_use_id": id, "content": content, "is_error": is_error}]}, "tool_use_result": result})
}

#[test]
fn a_call_and_its_result_are_paired_by_id() {
    let drafts = drafts(&[
        call("t1", "Bash", &json!({"command": "ls"})),
        answer("t1", &json!("a\nb"), None, &json!({"stdout": "a\nb"})),
    ]);
    let (pre, post) = (&drafts[0].event, &drafts[1].event);
    assert_eq!(
        (pre.kind, pre.event_type.as_str()),
        (Kind::ToolExecution, "tool_execution_pre")
    );
    assert_eq!(
        pre.payload,
        json!({"tool_use_id": "t1", "tool_name": "Bash", "input": {"command": "ls"}, "message_id": "msg_1",
            "model": "claude-opus-4-5", "usage": {"input_tokens": 3, "output_tokens": 5,
            "cache_read_input_tokens": 0, "cache_creation_input_tokens": 0}})
    );
    assert_eq!(
        post.payload,
        json!({"tool_use_id": "t1", "tool_name": "Bash", "output": "a\nb", "is_error": false, "duration_ms": 1_000})
    );
    assert_eq!(
        (pre.agent.as_deref(), pre.run, pre.session_id.as_deref()),
        (Some("sdlc_planner"), Some(2), Some("s1"))
    );
    assert_eq!(drafts[0].keys, [Key::line("u-t1", 0), Key::tool_pre("t1")]);
    assert_eq!(drafts[1].keys, [Key::line("a-t1", 0), Key::tool_post("t1")]);
}

#[test]
fn no_duration_is_derived_from_times_that_nobody_knows() {
    let lines = [
        call("t1", "Bash", &json!({})),
        answer("t1", &json!("x"), Some(true), &json!("Error: x")),
    ];
    let readings = read_with(&mut StreamReader::default(), TimeSource::Unknown, &lines);
    let Reading::Source(events) = &readings[1] else {
        panic!("a result is a source");
    };
    assert_eq!(events[0].event.payload.get("duration_ms"), None);
    assert_eq!(events[0].event.payload["is_error"], true);
    let lines = [
        call("t2", "Glob", &json!({})),
        answer("t2", &json!("x"), None, &json!({"durationMs": 37})),
    ];
    assert_eq!(events_at(&lines, TimeSource::Unknown)[1].payload["duration_ms"], 37);
}

fn events_at(lines: &[Value], time_source: TimeSource) -> Vec<Event> {
    let readings = read_with(&mut StreamReader::default(), time_source, lines);
    let events = readings.into_iter().flat_map(|reading| match reading {
        Reading::Source(events) => events,
        Reading::Unknown(_, events) => events,
        Reading::Silent(_) | Reading::Unrecognised(_) => Vec::new(),
    });
    events.map(|draft| draft.event).collect()
}

#[test]
fn thinking_keeps_no_signature_and_says_how_long_it_took() {
    let thinking = |block: Value| json!({"type": "assistant", "message": {"id": "m", "model": "<synthetic>", "content": [block]}, "session_id": "s"});
    let signature = "A".repeat(900);
    let events = events(&[
        json!({"type": "user", "message": {"content": "go"}}),
        thinking(json!({"type": "thinking", "thinking": "hm", "signature": signature})),
        thinking(json!({"type": "thinking", "thinking": "", "signature": signature})),
        thinking(json!({"type": "redacted_thinking", "data": signature})),
    ]);
    assert_eq!(
        (events[0].event_type.as_str(), &events[0].payload),
        ("user_text", &json!({"content": "go", "synthetic": false}))
    );
    assert_eq!(
        events[1].payload,
        json!({"content": "hm", "message_id": "m", "duration_ms": 1_000})
    );
    assert_eq!(events[2].payload["content"], "");
    assert_eq!(events[3].payload["redacted"], true);
    assert!(events.iter().all(|event| !event.payload.to_string().contains("AAAA")));
}

#[test]
fn sub_agents_are_told_by_their_task() {
    let mut prompt =
        json!({"type": "user", "message": {"content": [{"type": "text", "text": "look"}]}, "isSynthetic": true});
    prompt["parent_tool_use_id"] = json!("t1");
    let result = json!({"status": "completed", "totalDurationMs": 900, "totalTokens": 12, "totalToolUseCount": 2, "agentId": "a1", "content": "long"});
    let texts = json!([{"type": "text", "text": "found"}, {"type": "text", "text": "it"}]);
    let events = events(&[
        call("t1", "Task", &json!({"prompt": "look"})),
        prompt,
        answer("t1", &texts, None, &result),
    ]);
    assert_eq!(events[1].parent_tool_use_id.as_deref(), Some("t1"));
    assert_eq!(events[1].payload["synthetic"], true);
    assert_eq!(events[2].payload["output"], "found\nit");
    assert_eq!(
        events[2].payload["task"],
        json!({"status": "completed", "totalDurationMs": 900, "totalTokens": 12, "totalToolUseCount": 2, "agentId": "a1"})
    );
    assert_eq!(events[2].payload["duration_ms"], 900);
}

#[test]
fn a_session_begins_and_ends() {
    let events = events(&[
        json!({"type": "system", "subtype": "init", "session_id": "s1", "cwd": "/w", "model": "claude-opus-4-5", "tools": ["Bash", "Edit"],
            "mcp_servers": [], "permissionMode": "bypassPermissions", "claude_code_version": "2.1.42", "uuid": "u"}),
        json!({"type": "result", "subtype": "success", "is_error": true, "duration_ms": 5, "num_turns": 2, "result": "limit", "total_cost_usd": 0.25,
            "usage": {"input_tokens": 1}, "modelUsage": {"m": {"costUSD": 0.25}}, "permission_denials": [{}], "session_id": "s1"}),
        json!({"subtype": "error_max_turns", "errors": ["too", "many"], "type": "result"}),
    ]);
    assert_eq!(
        events[0].payload,
        json!({"session_id": "s1", "cwd": "/w", "model": "claude-opus-4-5", "tools": 2, "mcp_servers": 0, "permission_mode": "bypassPermissions", "cli_version": "2.1.42",
            "told": {"tools": ["Bash", "Edit"]}})
    );
    let ended = &events[1].payload;
    assert_eq!(
        (&ended["is_error"], &ended["cost_usd"], &ended["num_turns"]),
        (&json!(true), &json!(0.25), &json!(2))
    );
    assert_eq!(
        (&ended["model_usage"]["m"]["costUSD"], &ended["permission_denials"]),
        (&json!(0.25), &json!([{}]))
    );
    assert_eq!(
        (&events[2].payload["is_error"], &events[2].payload["error"]),
        (&json!(true), &json!("too\nmany"))
    );
    assert_eq!(events[2].session_id.as_deref(), Some("s1"), "the session is remembered");
}

#[test]
fn a_message_in_place_of_an_answer_is_an_error() {
    let line = json!({"type": "assistant", "error": "rate_limit", "message": {"model": "<synthetic>", "content": [{"type": "text", "text": "limit reached"}]}});
    assert_eq!(
        events(&[line])[0].payload,
        json!({"content": "limit reached", "error": "rate_limit", "is_error": true})
    );
}

#[test]
fn silent_and_unrecognised_lines_say_why() {
    let adw_id: AdwId = "c0a43f47".parse().expect("a safe id");
    let place = Place {
        adw_id: &adw_id,
        agent: "a",
        run: 1,
        file: "a/raw_output.jsonl",
        offset: 0,
        line: 1,
        at: Timestamp(0),
        time_source: TimeSource::Unknown,
        mark: None,
    };
    let read = |text: &str| StreamReader::default().read(text, &place, 1).remove(0).reading;
    assert_eq!(read("  "), Reading::Silent("empty line"));
    assert_eq!(
        read(r#"{"type":"stream_event","event":{"type":"content_block_stop"}}"#),
        Reading::Silent("stream_event/content_block_stop")
    );
    assert_eq!(
        read(r#"{"type":"system","subtype":"thinking_tokens"}"#),
        Reading::Silent("system/thinking_tokens")
    );
    assert_eq!(
        read(r#"{"type":"assistant","message":{"content":[]}}"#),
        Reading::Silent("message without content")
    );
    for odd in [
        "MCP server started{\"type\":\"init\"",
        "ext\":\"half of a line\"}]}}",
        "\u{1}binary",
        r#"{"type":"assistant""#,
    ] {
        assert!(matches!(read(odd), Reading::Unrecognised(_)), "{odd}");
    }
    let mut known = StreamReader::default();
    known.read(r#"{"type":"system","subtype":"init"}"#, &place, 1);
    for odd in ["[1]", "{}", r#"{"type":7}"#] {
        let reading = known.read(odd, &place, 1).remove(0).reading;
        assert!(matches!(reading, Reading::Unrecognised(_)), "{odd}");
    }
    let Reading::Source(events) =
        read(r#"{"type":"assistant","message":{"content":[{"type":"text","text":"cut \ud83d"}]}}"#)
    else {
        panic!("a line that can be mended is a source");
    };
    assert_eq!(events[0].event.payload["content"], "cut \u{fffd}");
    assert_eq!(events[1].event.event_type, MENDED);
}

#[test]
fn secrets_leave_no_line() {
    let secret = format!("ghp_{}", "A1b2C3d4E5f6G7h8I9j0K1l2");
    let lines = [
        call(
            "t1",
            "Write",
            &json!({"file_path": "/w/.env", "content": format!("TOKEN={secret}")}),
        ),
        answer(
            "t1",
            &json!(format!("wrote {secret}")),
            None,
            &json!({"structuredPatch": [
            {"oldStart": 1, "oldLines": 0, "newStart": 1, "newLines": 1, "lines": [format!("+TOKEN={secret}")]}]}),
        ),
        json!({"type": "new_kind", "deep": [{"x": secret}]}),
    ];
    for event in events(&lines) {
        assert!(!event.payload.to_string().contains("A1b2C3d4"), "{}", event.payload);
    }
}

/// Any JSON, with the words of streams as names and values.
fn junk() -> impl Strategy<Value = Value> {
    let word = prop::sample::select(vec![
        "type",
        "subtype",
        "message",
        "content",
        "id",
        "name",
        "input",
        "tool_use_id",
        "tool_use_result",
        "usage",
        "text",
        "thinking",
        "assistant",
        "user",
        "result",
        "system",
        "init",
        "tool_use",
        "tool_result",
        "Edit",
        "Write",
        "edits",
        "old_string",
        "new_string",
        "file_path",
        "structuredPatch",
        "lines",
        "oldStart",
        "timestamp",
        "source",
        "data",
        "base64",
        "is_error",
        "model",
        "uuid",
        "tools",
    ]);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        word.clone().prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 40, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(word.clone().prop_map(str::to_owned), inner, 0..6)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn no_shape_of_a_line_makes_it_panic_or_vanish(line_type in prop::sample::select(vec!["assistant", "user", "result", "system", "item.completed", "turn.completed", "tool_use", "step_finish"]), line in junk()) {
        let mut line = line;
        if let Value::Object(line) = &mut line {
            line.insert("type".into(), line_type.into());
        }
        let readings = read_with(&mut StreamReader::default(), TimeSource::Read, &[line, json!({"type": line_type, "message": {"content": [{"type": "tool_result"}]}})]);
        for reading in readings {
            if let Reading::Source(events) = reading {
                prop_assert!(!events.is_empty());
            }
        }
    }
}
