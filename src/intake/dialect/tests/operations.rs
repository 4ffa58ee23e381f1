//! What tools do to files, and what they answer.

use serde_json::{Value, json};

use super::*;

#[test]
fn an_open_call_is_remembered_across_a_restart() {
    let mut reader = StreamReader::default();
    let edit = json!({"file_path": "/w/a.rs", "old_string": "a\nb", "new_string": "a\nc"});
    read_with(&mut reader, TimeSource::Read, &[call("t1", "Edit", &edit)]);
    let stored = serde_json::to_value(&reader).expect("a reader is JSON");
    let mut reader: StreamReader = serde_json::from_value(stored).expect("a reader is read back");
    let readings = read_with(
        &mut reader,
        TimeSource::Read,
        &[answer("t1", &json!("done"), None, &Value::Null)],
    );
    let Reading::Source(events) = &readings[0] else {
        panic!("a result is a source");
    };
    assert_eq!(events[0].event.payload["tool_name"], "Edit");
    assert_eq!(
        events[1].event.payload,
        json!({"path": "/w/a.rs", "diff": "@@ -1,2 +1,2 @@\n a\n-b\n+c\n", "lines_added": 1, "lines_removed": 1,
            "summary": "+1 −1", "numbered_within": "edit", "tool_use_id": "t1", "tool_name": "Edit"})
    );
    assert_eq!(events[1].keys, [Key::file("t1")]);
}

#[test]
fn a_file_operation_is_recorded_only_when_the_tool_succeeded() {
    let write = |id| call(id, "Write", &json!({"file_path": "/w/n.md", "content": "one\ntwo\n"}));
    let operations = |answer: Value, id| {
        let events = events(&[write(id), answer]);
        events[2..]
            .iter()
            .map(|event| (event.event_type.clone(), event.payload.clone()))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        operations(answer("t1", &json!("no"), Some(true), &json!("Error: no")), "t1"),
        []
    );
    let created = operations(
        answer(
            "t2",
            &json!("File created successfully at: /w/n.md"),
            None,
            &json!({"type": "create"}),
        ),
        "t2",
    );
    assert_eq!(created[0].0, "create");
    assert_eq!(created[0].1["diff"], "@@ -0,0 +1,2 @@\n+one\n+two\n");
    assert_eq!(
        (&created[0].1["lines_added"], &created[0].1["lines_removed"]),
        (&json!(2), &json!(0))
    );
    let patch = json!({"type": "update", "structuredPatch": [
        {"oldStart": 7, "oldLines": 1, "newStart": 7, "newLines": 2, "lines": ["-old", "+one", "+two"]}]});
    let updated = operations(
        answer("t3", &json!("The file /w/n.md has been updated."), None, &patch),
        "t3",
    );
    assert_eq!(updated[0].0, "modify");
    assert_eq!(updated[0].1["diff"], "@@ -7,1 +7,2 @@\n-old\n+one\n+two\n");
    let unseen = operations(
        answer("t4", &json!("The file /w/n.md has been updated."), None, &Value::Null),
        "t4",
    );
    assert_eq!(unseen[0].0, "modify");
    assert_eq!(
        unseen[0].1.get("lines_removed"),
        None,
        "what was overwritten is not known"
    );
    let read = events(&[
        call("t5", "Read", &json!({"file_path": "/w/\u{202e}a.rs"})),
        answer(
            "t5",
            &json!("1→x"),
            None,
            &json!({"type": "text", "file": {"content": "x", "numLines": 1, "startLine": 5, "totalLines": 9}}),
        ),
    ]);
    assert_eq!(read[2].event_type, "read");
    assert_eq!(
        read[2].payload,
        json!({"path": "/w/a.rs", "summary": "lines 5–5 of 9", "tool_use_id": "t5", "tool_name": "Read"})
    );
}

#[test]
fn several_edits_of_one_call_are_one_operation() {
    let edits = json!({"file_path": "a", "edits": [{"old_string": "a", "new_string": "b"}, {"old_string": "c", "new_string": ""}]});
    let events = events(&[
        call("t1", "MultiEdit", &edits),
        answer("t1", &json!("ok"), None, &Value::Null),
    ]);
    assert_eq!(events[2].payload["summary"], "+1 −2");
    assert_eq!(events.len(), 3);
}

#[test]
fn images_are_notes_in_outputs() {
    let image = json!([{"type": "text", "text": "shot"}, {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "QUJD".repeat(500)}}]);
    let events = events(&[answer(
        "t1",
        &image,
        None,
        &json!({"type": "image", "file": {"base64": "QUJD".repeat(500)}}),
    )]);
    assert_eq!(
        events[0].payload["output"],
        json!([{"type": "text", "text": "shot"}, {"type": "image", "media_type": "image/png", "size_bytes": 1_500}])
    );
}
