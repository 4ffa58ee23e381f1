//! Each older address's body is the event that it tells of; a chunk's lines are what they are when the file is read.

use serde_json::{Value, json};

use super::super::{self as push, Received, Refusal};
use super::*;
use domain::event::Event;
use domain::timestamp::Timestamp;
use draft::key::Key;
use draft::redaction;
use draft::{Draft, NewEvent};

const NOW: Received = Received {
    at: Timestamp(1_768_473_000_000),
    utc_offset_minutes: 0,
};

fn read(door: OlderDoor, body: Value) -> Result<Event, Refusal> {
    match push::draft(redaction::value(door.item(body)?), NOW)? {
        Draft::Event(new) => Ok(new.event),
        other => panic!("not an event: {other:?}"),
    }
}

fn chunk(reader: &mut ChunkReader, body: Value, in_file: usize) -> Vec<NewEvent> {
    let chunk = OutputChunk::of(body, NOW).expect("a chunk");
    reader.begin(&chunk);
    let made = reader.read(&chunk, in_file);
    let event = |draft| match draft {
        Draft::Event(new) => new,
        other => panic!("not an event: {other:?}"),
    };
    made.drafts.into_iter().map(event).collect()
}

#[test]
fn a_body_is_the_event_of_its_address_and_keeps_every_field() {
    let cases = [
        (
            OlderDoor::Log,
            json!({"level": "INFO", "message": "m", "details": {"a": 1}}),
            Kind::AgentLogEntry,
            "log_entry",
        ),
        (
            OlderDoor::File,
            json!({"file_path": "a.rs", "operation": "created", "own": [1]}),
            Kind::FileOperation,
            "create",
        ),
        (
            OlderDoor::Thinking,
            json!({"content": "", "sequence": 2}),
            Kind::AgentThinking,
            "thinking",
        ),
        (
            OlderDoor::Tool,
            json!({"tool_name": "Bash", "phase": "pre", "success": true}),
            Kind::ToolExecution,
            "tool_execution_pre",
        ),
        (
            OlderDoor::Tool,
            json!({"tool_name": "Bash", "phase": "post"}),
            Kind::ToolExecution,
            "tool_execution_post",
        ),
        (
            OlderDoor::Phase,
            json!({"phase_from": "plan", "phase_to": "build"}),
            Kind::StageTransition,
            "stage_started",
        ),
        (
            OlderDoor::Phase,
            json!({"phase_from": "ship", "phase_to": "completed"}),
            Kind::StatusUpdate,
            "completed",
        ),
        (
            OlderDoor::Phase,
            json!({"phase_to": "errored"}),
            Kind::StatusUpdate,
            "failed",
        ),
        (
            OlderDoor::Screenshot,
            json!({"screenshot_path": "a.png"}),
            Kind::Other,
            SCREENSHOT,
        ),
        (
            OlderDoor::Spec,
            json!({"spec_path": "specs/a.md", "spec_type": "plan"}),
            Kind::Other,
            SPEC,
        ),
    ];
    for (door, sent, kind, event_type) in cases {
        let mut body = sent.clone();
        body["adw_id"] = json!("c0a43f47");
        body["timestamp"] = json!("2026-01-15T10:29:00.5");
        let event = read(door, body).expect("an event");
        assert_eq!((event.kind, event.event_type.as_str()), (kind, event_type));
        assert_eq!(event.timestamp.to_string(), "2026-01-15T10:29:00.500Z");
        for (field, value) in sent.as_object().expect("fields") {
            assert_eq!(&event.payload[field], value, "{field} of {event:?}");
        }
    }
}

#[test]
fn older_names_have_those_of_today_beside_them() {
    let tool =
        json!({"adw_id": "a", "tool_name": "Bash", "phase": "post", "input_data": {"command": "ls"}, "success": false});
    let tool = read(OlderDoor::Tool, tool).expect("an event");
    assert_eq!(
        (&tool.payload["input"], &tool.payload["is_error"]),
        (&json!({"command": "ls"}), &json!(true))
    );
    let phase = json!({"adw_id": "a", "phase_from": "plan", "phase_to": "build"});
    let phase = read(OlderDoor::Phase, phase).expect("an event");
    assert_eq!(
        (&phase.payload["previous"], &phase.payload["stage"]),
        (&json!("plan"), &json!("build"))
    );
    let spec = json!({"adw_id": "a", "spec_path": "specs/a.md", "spec_type": "plan"});
    let spec = read(OlderDoor::Spec, spec).expect("an event");
    assert_eq!(spec.payload["message"], "a spec was created: specs/a.md (plan)");
}

#[test]
fn what_has_todays_shape_is_read_as_such() {
    let item = json!({"type": "text_block", "data": {"adw_id": "a", "content": "hm"}});
    let text = read(OlderDoor::Log, item).expect("an event");
    assert_eq!(text.kind, Kind::TextBlock);
    let item = json!({"adw_id": "a", "data": {"message": "m"}});
    assert_eq!(read(OlderDoor::Log, item).expect("an event").kind, Kind::AgentLogEntry);
}

#[test]
fn a_body_that_says_nothing_is_refused_with_the_field() {
    for (door, body, field) in [
        (OlderDoor::Log, json!({}), "message"),
        (OlderDoor::File, json!({"operation": "read"}), "file_path"),
        (OlderDoor::Thinking, json!({"content": null}), "content"),
        (OlderDoor::Tool, json!({"tool_name": ""}), "tool_name"),
        (OlderDoor::Phase, json!({"phase_to": 3}), "phase_to"),
        (OlderDoor::Screenshot, json!({}), "screenshot_path"),
        (OlderDoor::Spec, json!({"spec_path": " "}), "spec_path"),
    ] {
        assert_eq!(
            read(door, body.clone()).expect_err("a refusal").field,
            "adw_id",
            "{door:?}"
        );
        let mut body = body;
        body["adw_id"] = json!("a");
        let refusal = read(door, body).expect_err("a refusal");
        assert_eq!(refusal.field, field);
        assert!(refusal.reason.starts_with(field), "{refusal}");
    }
    assert_eq!(
        read(OlderDoor::Log, json!("text")).expect_err("a refusal").field,
        "item"
    );
}

#[test]
fn the_lines_of_a_chunk_are_events_and_remembered_for_the_next() {
    let mut reader = ChunkReader::default();
    let call = json!({"type": "assistant", "uuid": "u1", "message": {"id": "m1", "content": [
        {"type": "tool_use", "id": "t1", "name": "Write", "input": {"file_path": "a.rs", "content": "x"}}]}});
    let body = |content: Value| json!({"adw_id": "c0a43f47", "agent_role": "builder", "content": content, "line_number": 1, "is_complete": false});
    let events = chunk(&mut reader, body(json!(format!("{call}\n"))), 0);
    assert_eq!(events.len(), 1);
    assert_eq!(
        (events[0].event.agent.as_deref(), events[0].event.run),
        (Some("builder"), None)
    );
    assert!(events[0].keys.contains(&Key::tool_pre("t1")));
    let answer = json!({"type": "user", "uuid": "u2", "message": {"content": [{"type": "tool_result", "tool_use_id": "t1", "content": "ok"}]}});
    let events = chunk(&mut reader, body(answer), 0);
    let kinds: Vec<Kind> = events.iter().map(|new| new.event.kind).collect();
    assert_eq!(kinds, [Kind::ToolExecution, Kind::FileOperation]);
    assert_eq!(events[0].event.payload["tool_name"], "Write");
}

#[test]
fn a_line_without_an_id_is_known_by_its_number_in_one_attempt() {
    let body = |number: Value, is_complete: bool| {
        json!({"adw_id": "a", "agent_role": "ops", "content": "Starting\nNo API key\n", "line_number": number,
        "is_complete": is_complete})
    };
    let keys = |reader: &mut ChunkReader, body: Value| -> Vec<Vec<Key>> {
        chunk(reader, body, 0).into_iter().map(|new| new.keys).collect()
    };
    let reader = &mut ChunkReader::default();
    let first = keys(reader, body(json!(1), false));
    assert_eq!(first.len(), 2);
    assert_eq!(keys(reader, body(json!(1), false)), first, "the same again is the same");
    assert_ne!(keys(reader, body(json!(2), true))[0], first[0]);
    assert_ne!(
        keys(reader, body(json!(1), false))[0],
        first[0],
        "after its end it begins anew"
    );
    assert_ne!(
        keys(reader, body(json!(1), false))[0],
        keys(reader, body(Value::Null, false))[0]
    );
}

fn piece(text: &str) -> String {
    json!({"type": "message", "role": "assistant", "content": text, "delta": true}).to_string()
}

#[test]
fn pieces_of_a_text_are_told_once_however_they_are_pushed_and_none_that_the_file_holds() {
    let lines: Vec<String> = ["a", "b", "c", "d"].map(piece).into();
    let body = |lines: &[String], number: usize| json!({"adw_id": "a", "agent_role": "ops", "content": lines.join("\n") + "\n", "line_number": number});
    let texts = |events: Vec<NewEvent>| -> Vec<String> {
        let text = |new: NewEvent| new.event.payload["content"].as_str().unwrap_or_default().to_owned();
        events.into_iter().map(text).collect()
    };
    let reader = &mut ChunkReader::default();
    let joined = chunk(reader, body(&lines[..2], 1), 0);
    let names = reader.names(&OutputChunk::of(body(&lines[..2], 1), NOW).expect("a chunk"));
    for name in names {
        let mut read = vec![NewEvent {
            keys: Vec::new(),
            ..joined[0].clone()
        }];
        add_pushed_keys(&mut read, "ops", name);
        assert!(
            joined[0].keys.contains(&read[0].keys[0]),
            "each line of it is known to its file's reader"
        );
    }
    assert_eq!(texts(joined), ["ab"]);
    assert_eq!(
        texts(chunk(reader, body(&lines, 1), 0)),
        ["cd"],
        "and only the rest of more"
    );
    let reader = &mut ChunkReader::default();
    assert_eq!(texts(chunk(reader, body(&lines, 1), 3)), ["d"]);
    assert!(chunk(reader, body(&lines, 1), 4).is_empty());
}

#[test]
fn what_a_chunk_says_beside_its_lines_is_kept() {
    let body = json!({"adw_id": "a", "agent_role": "ops", "content": "", "is_complete": true, "exit_code": 3});
    let events = chunk(&mut ChunkReader::default(), body, 0);
    assert_eq!(events.len(), 1);
    assert_eq!(events[0].event.payload["exit_code"], 3);
    for (field, value) in [
        ("content", Value::Null),
        ("content", json!(7)),
        ("agent_role", Value::Null),
        ("adw_id", Value::Null),
    ] {
        let mut body = json!({"adw_id": "a", "agent_role": "ops", "content": "x"});
        body[field] = value;
        assert_eq!(OutputChunk::of(body, NOW).expect_err("a refusal").field, field);
    }
}
