//! Amp's lines: Claude Code's words without the ids of messages, and errors that are one text.

use serde_json::{Value, json};

use super::*;

const THREAD: &str = "T-11112222-3333-4444-5555-666677778888";

fn said(session_id: &str, text: &str, usage: &Value) -> Value {
    json!({"type": "assistant", "session_id": session_id, "message": {"role": "assistant", "stop_reason": "end_turn",
        "content": [{"type": "thinking", "thinking": "so"}, {"type": "text", "text": text}], "usage": usage}})
}

#[test]
fn a_message_without_an_id_counts_once_and_the_next_counts_too() {
    for session_id in [THREAD, "11112222-3333-4444-5555-666677778888"] {
        let usage = json!({"input_tokens": 7, "output_tokens": 2});
        let events = events(&[said(session_id, "a", &usage), said(session_id, "b", &usage)]);
        let ids: Vec<&Value> = events.iter().map(|event| &event.payload["message_id"]).collect();
        assert!(ids.iter().all(|id| id.is_string()), "{ids:?}");
        assert_eq!(
            (ids[0], ids[2]),
            (ids[1], ids[3]),
            "all blocks of a line are one message"
        );
        assert_ne!(ids[0], ids[2]);
    }
    let named = json!({"type": "assistant", "session_id": THREAD, "message": {"id": "m", "content": "x", "usage": {"input_tokens": 1}}});
    assert_eq!(events(&[named])[0].payload["message_id"], "m");
}

#[test]
fn why_a_result_failed_is_one_text() {
    let failed = json!({"type": "result", "subtype": "error_during_execution", "is_error": true, "error": "no credits",
        "session_id": THREAD});
    let events = events(&[failed]);
    assert_eq!(events[0].event_type, "session_ended");
    assert_eq!(
        (&events[0].payload["is_error"], &events[0].payload["error"]),
        (&json!(true), &json!("no credits"))
    );
}

#[test]
fn a_thread_says_whose_the_stream_is() {
    let mut reader = StreamReader::default();
    let opening = json!({"type": "system", "subtype": "init", "session_id": THREAD, "cwd": "/w", "tools": []});
    read_with(&mut reader, TimeSource::Read, &[opening]);
    let stored = serde_json::to_value(&reader).expect("a reader is JSON");
    assert_eq!(stored["dialect"], "amp");
}
