//! Text among the lines of JSON, and glued to the front of one.

use serde_json::json;

use super::*;

fn read(text: &str) -> Vec<Event> {
    let adw_id: AdwId = "c0a43f47".parse().expect("a safe id");
    let place = Place {
        adw_id: &adw_id,
        agent: "checker",
        run: 1,
        file: "checker/raw_output.jsonl",
        offset: 0,
        line: 1,
        at: Timestamp(0),
        time_source: TimeSource::Unknown,
        mark: None,
    };
    let finished = StreamReader::default().read(text, &place, 1);
    let Reading::Source(events) = &finished[0].reading else {
        panic!("no source: {text}");
    };
    events.iter().map(|new| new.event.clone()).collect()
}

#[test]
fn text_in_front_of_an_object_is_a_message_and_the_object_is_read() {
    let events = read(r#"Server 'a' is up: {"x"Server 'b' is up{"type":"init","session_id":"s","model":"duo"}"#);
    assert_eq!(
        (events[0].kind, &events[0].payload),
        (
            Kind::AgentLogEntry,
            &json!({"level": "INFO", "message": "Server 'a' is up: {\"x\"Server 'b' is up", "source": "checker/raw_output.jsonl"})
        )
    );
    assert_eq!(
        (events[1].kind, events[1].event_type.as_str()),
        (Kind::Session, "session_started")
    );
    let silent = read(r#"Warming up{"type":"keep_alive"}"#);
    assert_eq!((silent.len(), &silent[0].payload["message"]), (1, &json!("Warming up")));
}

#[test]
fn a_line_of_text_is_a_message_and_a_complaint_is_an_error() {
    assert_eq!(read("Loaded cached credentials.")[0].payload["level"], "INFO");
    let complaint = read("Error: Credit balance is too low");
    assert_eq!(
        (&complaint[0].payload["level"], complaint[0].event_type.as_str()),
        (&json!("ERROR"), "log_entry")
    );
    let secret = read("token ghp_A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r8 was used");
    assert!(!secret[0].payload.to_string().contains("A1b2"));
}

#[test]
fn the_time_and_level_of_a_log_in_front_of_a_line_are_a_message_and_the_line_is_read() {
    let line = r#"2026-01-15 10:30:00 INFO {"type": "assistant", "message": {"content": "so {\"it\": is}"}}"#;
    let events = read(line);
    let told: Vec<_> = events
        .iter()
        .map(|event| (event.event_type.as_str(), event.payload.clone()))
        .collect();
    assert_eq!(told.len(), 2);
    assert_eq!(
        (told[0].0, &told[0].1["message"]),
        ("log_entry", &json!("2026-01-15 10:30:00 INFO"))
    );
    assert_eq!((told[1].0, &told[1].1["content"]), ("text", &json!("so {\"it\": is}")));
    assert!(tells_stream(line) && !tells_stream("2026-01-15 10:30:00 INFO {\"n\": 1}"));
}
