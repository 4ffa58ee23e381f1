//! What newer versions of Claude Code write beside talk and tools, and why an agent stopped.

use serde_json::{Value, json};

use super::*;

/// What a person reads of a line, and whether it is an error.
fn said(line: Value) -> (String, bool) {
    let event = events(&[line]).remove(0);
    assert_eq!(event.kind, Kind::Other);
    let message = event.payload["message"].as_str().unwrap_or_default();
    (message.to_owned(), event.payload["is_error"] == true)
}

fn system(subtype: &str, fields: Value) -> Value {
    let mut line = json!({"type": "system", "subtype": subtype, "session_id": "s"});
    if let (Value::Object(line), Value::Object(fields)) = (&mut line, fields) {
        line.extend(fields);
    }
    line
}

#[test]
fn limits_are_told_in_words() {
    let limit = |info: Value| said(json!({"type": "rate_limit_event", "rate_limit_info": info}));
    assert_eq!(
        limit(json!({"status": "allowed", "resetsAt": 1_787_692_200, "rateLimitType": "five_hour"})),
        (
            "within the five hour limit, which resets on 2026-08-25 at 21:10 UTC".to_owned(),
            false
        )
    );
    assert_eq!(
        limit(json!({"status": "allowed_warning", "rateLimitType": "seven_day", "utilization": 0.91})).0,
        "close to the seven day limit, 91 % used"
    );
    assert_eq!(
        limit(json!({"status": "rejected"})),
        ("the rate limit is reached".to_owned(), true)
    );
}

#[test]
fn system_lines_are_told_in_words() {
    for (subtype, fields, message, is_error) in [
        (
            "status",
            json!({"status": "compacting"}),
            "compacting the conversation",
            false,
        ),
        ("status", json!({"status": null}), "going on", false),
        ("status", json!({"status": "requesting"}), "asking the model", false),
        (
            "status",
            json!({"status": null, "permissionMode": "plan"}),
            "permission mode plan",
            false,
        ),
        (
            "status",
            json!({"compact_error": "too long"}),
            "the conversation could not be compacted: too long",
            true,
        ),
        (
            "compact_boundary",
            json!({"compact_metadata": {"trigger": "auto", "pre_tokens": 164_444}}),
            "the conversation was compacted because it grew too long, from 164444 tokens",
            false,
        ),
        (
            "api_retry",
            json!({"attempt": 2, "max_retries": 10, "retry_delay_ms": 1_250, "error_status": 529, "error": "overloaded"}),
            "the API did not answer (529 overloaded); attempt 2 of 10 in 1.2 s",
            false,
        ),
        (
            "permission_denied",
            json!({"tool_name": "Bash", "decision_reason": "a rule"}),
            "Bash was not permitted: a rule",
            false,
        ),
        (
            "post_turn_summary",
            json!({"title": "Tests pass", "description": "all"}),
            "Tests pass",
            false,
        ),
        (
            "session_state_changed",
            json!({"state": "requires_action"}),
            "the session waits for somebody to act",
            false,
        ),
        (
            "hook_started",
            json!({"hook_name": "SessionStart:startup"}),
            "hook SessionStart:startup began",
            false,
        ),
        (
            "hook_response",
            json!({"hook_name": "Stop", "exit_code": 0, "stdout": ""}),
            "hook Stop is done",
            false,
        ),
        (
            "hook_response",
            json!({"hook_name": "Stop", "exit_code": 2, "stderr": "no\nnot now"}),
            "hook Stop failed with exit code 2: no",
            true,
        ),
        (
            "task_started",
            json!({"description": "watch the build"}),
            "task began: watch the build",
            false,
        ),
        (
            "task_notification",
            json!({"status": "failed", "summary": "it broke"}),
            "task failed: it broke",
            true,
        ),
    ] {
        assert_eq!(
            said(system(subtype, fields)),
            (message.to_owned(), is_error),
            "{subtype}"
        );
    }
    assert_eq!(
        said(system("tomorrow", json!({}))),
        (String::new(), false),
        "an unknown one passes as it is"
    );
}

#[test]
fn other_lines_are_told_in_words() {
    for (line, message) in [
        (
            json!({"type": "tool_progress", "tool_name": "Bash", "elapsed_time_seconds": 31.5}),
            "Bash has run for 31 s",
        ),
        (json!({"type": "auth_status", "isAuthenticating": true}), "signing in"),
        (
            json!({"type": "control_request", "request": {"subtype": "can_use_tool", "tool_name": "Bash"}}),
            "waits for permission: Bash",
        ),
    ] {
        assert_eq!(said(line).0, message);
    }
}

#[test]
fn a_line_keeps_its_own_message_and_all_its_fields() {
    let line = system(
        "permission_denied",
        json!({"message": "own words", "tool_name": "Bash", "more": [1]}),
    );
    let payload = events(&[line])[0].payload.clone();
    assert_eq!(
        (&payload["message"], &payload["more"]),
        (&json!("own words"), &json!([1]))
    );
}

#[test]
fn an_assistant_line_knows_when_it_was_written() {
    let thinking = |text: &str, at: &str| {
        json!({"type": "assistant", "timestamp": at, "session_id": "s", "message": {"id": "m", "content": [
            {"type": "thinking", "thinking": text, "signature": "A".repeat(600)}]}})
    };
    let lines = [
        thinking("hm", "2026-08-25T16:36:30.000Z"),
        thinking("", "2026-08-25T16:36:32.794Z"),
    ];
    let events = events_at(&lines, TimeSource::Unknown);
    assert!(events.iter().all(|event| event.time_source == TimeSource::Source));
    assert_eq!(events[1].timestamp.to_string(), "2026-08-25T16:36:32.794Z");
    assert_eq!(
        events[1].payload,
        json!({"content": "", "message_id": "m", "duration_ms": 2_794})
    );
}

#[test]
fn an_api_error_in_place_of_an_answer_is_an_error() {
    let line = json!({"type": "assistant", "isApiErrorMessage": true, "message": {"content": "API Error: 500"}});
    assert_eq!(events(&[line])[0].payload["is_error"], true);
}
