//! What is stored of a reader: journals of earlier versions hold it, and their files are read on.

use serde_json::json;

use super::*;

#[test]
fn a_reader_that_an_earlier_version_stored_goes_on() {
    let stored = json!({
        "session_id": "s7", "model": "duo-3-pro", "said": "Two files.", "texts": 2,
        "calls": [{"id": "t1", "name": "replace", "at": "2026-01-15T10:30:00.000Z", "time_source": "source",
            "change": {"tool": "edit", "path": "/w/a", "diff": {"text": "@@ -1,1 +1,1 @@\n-x\n+y\n", "added": 1, "removed": 1}}}],
        "heard": [[null, "2026-01-15T10:30:00.000Z", "source"]],
    });
    let mut reader: StreamReader = serde_json::from_value(stored.clone()).expect("a stored reader");
    assert_eq!(serde_json::to_value(&reader).expect("a reader is JSON"), stored);
    let lines = [
        json!({"type": "tool_result", "timestamp": "2026-01-15T10:30:04Z", "tool_id": "t1", "status": "success", "output": ""}),
        json!({"type": "result", "status": "success"}),
    ];
    let events: Vec<Event> = read_with(&mut reader, TimeSource::Read, &lines)
        .into_iter()
        .flat_map(|reading| match reading {
            Reading::Source(events) => events,
            Reading::Unknown(_, events) => events,
            Reading::Silent(_) | Reading::Unrecognised(_) => Vec::new(),
        })
        .map(|new| new.event)
        .collect();
    assert_eq!(
        (&events[0].payload["tool_name"], &events[0].payload["duration_ms"]),
        (&json!("replace"), &json!(4_000))
    );
    assert_eq!(
        (events[1].event_type.as_str(), &events[1].payload["path"]),
        ("modify", &json!("/w/a"))
    );
    assert_eq!(
        (&events[2].payload["result"], &events[2].payload["num_turns"]),
        (&json!("Two files."), &json!(2))
    );
}

#[test]
fn whose_a_stream_is_is_stored_once_a_line_has_said_it() {
    let stored = |line: Value| {
        let mut reader = StreamReader::default();
        read_with(&mut reader, TimeSource::Read, &[line]);
        serde_json::to_value(&reader).expect("a reader is JSON")
    };
    let gemini = stored(json!({"type": "init", "session_id": "s"}));
    assert_eq!(gemini["dialect"], "gemini_cli");
    assert_eq!(
        serde_json::from_value::<StreamReader>(gemini.clone())
            .map(|reader| json!(reader))
            .ok(),
        Some(gemini)
    );
    // Others write as Claude Code does.
    assert_eq!(
        stored(json!({"type": "assistant", "message": {"content": "x"}})).get("dialect"),
        None
    );
}

#[test]
fn a_stream_may_hold_lines_of_several_clis() {
    let events = events(&[
        json!({"type": "init", "session_id": "g"}),
        json!({"type": "system", "subtype": "init", "session_id": "c", "model": "opus"}),
        json!({"type": "result", "subtype": "success", "status": "odd", "result": "done"}),
        json!({"type": "result", "status": "success", "result": "done too"}),
        json!({"type": "result"}),
    ]);
    let told: Vec<_> = events
        .iter()
        .map(|event| (event.event_type.as_str(), event.session_id.as_deref()))
        .collect();
    assert_eq!(
        told,
        [
            ("session_started", Some("g")),
            ("session_started", Some("c")),
            ("session_ended", Some("c")),
            ("session_ended", Some("c")),
            ("result", Some("c"))
        ]
    );
    assert_eq!(events[2].payload["subtype"], "success");
    assert_eq!(
        events[3].payload["subtype"], "success",
        "the status of the other's result"
    );
}
