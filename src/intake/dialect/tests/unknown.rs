//! What nobody knows: counted by name, and a stream of nothing else said once.

use serde_json::{Value, json};

use super::*;
use domain::timeline::sources::UNKNOWN_STREAM;

fn readings(lines: &[Value]) -> Vec<Reading> {
    read_with(&mut StreamReader::default(), TimeSource::Read, lines)
}

#[test]
fn a_type_that_nobody_knows_is_counted_by_name_and_passes_on() {
    let init = json!({"type": "system", "subtype": "init", "session_id": "s"});
    let readings = readings(&[
        init,
        json!({"type": "system", "subtype": "tomorrow", "x": 1}),
        json!({"type": "item.completed", "item": {"id": "item_0", "type": "hologram", "x": 1}}),
        json!({"type": "hologram", "sessionID": "ses_1", "part": {"x": 1}}),
        json!({"type": "stream_event", "event": {"type": "aura"}}),
        json!({"type": "assistant", "message": {"content": [{"type": "text", "text": "a"}, {"type": "aura", "x": 1}]}}),
        json!({"type": "novelty", "x": 1}),
    ]);
    let told: Vec<_> = readings[1..]
        .iter()
        .map(|reading| match reading {
            Reading::Unknown(name, events) => {
                let marked = events
                    .iter()
                    .filter(|new| new.event.payload["unrecognised"] == name.as_str());
                (name.as_str(), marked.count(), reading.unrecognised() == Some(name))
            }
            other => panic!("{other:?}"),
        })
        .collect();
    let names = [
        "system/tomorrow",
        "item/hologram",
        "hologram",
        "stream_event/aura",
        "assistant/aura",
        "novelty",
    ];
    assert_eq!(told, names.map(|name| (name, 1, true)));
}

#[test]
fn a_stream_of_which_nobody_knows_a_line_says_so_once() {
    let lines = [
        json!({"event": "begin", "x": 1}),
        json!({"event": "text", "text": "hello"}),
        json!({"type": "novelty"}),
        json!([1]),
    ];
    let mut reader = StreamReader::default();
    let readings = read_with(&mut reader, TimeSource::Read, &lines);
    let events: Vec<_> = readings
        .iter()
        .flat_map(|reading| match reading {
            Reading::Unknown(_, events) => events.as_slice(),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(events.len(), 1, "no row for each line");
    assert_eq!(events[0].event.event_type, UNKNOWN_STREAM);
    assert!(
        events[0].event.payload["excerpt"]
            .as_str()
            .is_some_and(|text| text.contains("begin"))
    );
    let names: Vec<_> = readings.iter().filter_map(Reading::unrecognised).collect();
    assert_eq!(
        names,
        [
            "an object without a type",
            "an object without a type",
            "novelty",
            "JSON, but no object"
        ]
    );
    // What is remembered of that is stored.
    let stored = serde_json::to_string(&reader).expect("JSON");
    let mut reader: StreamReader = serde_json::from_str(&stored).expect("read back");
    let later = read_with(
        &mut reader,
        TimeSource::Read,
        &[
            json!({"type": "novelty"}),
            json!({"type": "system", "subtype": "init", "session_id": "s"}),
            json!({"type": "novelty"}),
        ],
    );
    assert_eq!(later[0], Reading::Unknown("novelty".into(), Vec::new()));
    assert!(matches!(&later[2], Reading::Unknown(_, events) if events[0].event.event_type == "novelty"));
}

#[test]
fn what_is_not_known_passes_through() {
    let lines = [
        json!({"type": "system", "subtype": "tomorrow", "session_id": "s"}),
        json!({"type": "novelty", "message": {"x": 1}, "is_error": 3, "timestamp": "2026-01-14T20:00:01.500Z"}),
        json!({"type": "result", "x": 1}),
        json!({"type": "rate_limit_event", "rate_limit_info": "none"}),
        json!({"type": "assistant", "message": {"content": [{"type": "hologram", "x": 1}]}}),
        json!({"type": "user", "message": null, "x": 1}),
    ];
    let events = events(&lines);
    let types: Vec<&str> = events.iter().map(|event| event.event_type.as_str()).collect();
    assert_eq!(
        types,
        [
            "system/tomorrow",
            "novelty",
            "result",
            "rate_limit_event",
            "assistant/hologram",
            "user"
        ]
    );
    assert!(events.iter().all(|event| event.kind == Kind::Other));
    let mut passed = lines[1].clone();
    passed["unrecognised"] = "novelty".into();
    assert_eq!(events[1].payload, passed, "all of it, and that nobody knows it");
    let unknown: Vec<&str> = events
        .iter()
        .filter_map(|event| event.payload["unrecognised"].as_str())
        .collect();
    assert_eq!(unknown, ["system/tomorrow", "novelty", "assistant/hologram"]);
    assert_eq!(events[1].time_source, TimeSource::Source);
    assert_eq!(events[1].timestamp.to_string(), "2026-01-14T20:00:01.500Z");
    assert_eq!(events[5].payload["x"], 1);
}

#[test]
fn bytes_of_another_kind_are_named() {
    let readings = read_text("{\0\"\0t\0");
    assert_eq!(readings.unrecognised(), Some("no text"));
}

fn read_text(text: &str) -> Reading {
    let adw_id: AdwId = "c0a43f47".parse().expect("a safe id");
    let place = Place {
        adw_id: &adw_id,
        agent: "a",
        run: 1,
        file: "a/raw_output.jsonl",
        offset: 0,
        line: 1,
        at: Timestamp(0),
        time_source: TimeSource::Read,
        mark: None,
    };
    StreamReader::default().read(text, &place, 1).remove(0).reading
}
