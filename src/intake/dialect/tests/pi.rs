//! pi's lines: `message_end`, `tool_execution_end`, `agent_end`, and what repeats them.

use serde_json::{Value, json};

use super::*;

fn message(content: &Value, stop_reason: &str, cost: f64) -> Value {
    json!({"role": "assistant", "content": content, "provider": "p", "model": "small-1", "stopReason": stop_reason,
        "usage": {"input": 10, "output": 4, "cacheRead": 3, "cacheWrite": 2, "totalTokens": 19, "cost": {"total": cost}}})
}

fn end_of(message: &Value) -> Value {
    json!({"type": "message_end", "message": message})
}

fn types(events: &[Event]) -> Vec<&str> {
    events.iter().map(|event| event.event_type.as_str()).collect()
}

#[test]
fn a_session_of_pi_reads_like_any() {
    let edit = json!({"path": "a.md", "oldText": "x", "newText": "y"});
    let calls = message(
        &json!([{"type": "thinking", "thinking": "hm"}, {"type": "toolCall", "id": "t1", "name": "edit", "arguments": edit}]),
        "toolUse",
        0.01,
    );
    let last = message(&json!([{"type": "text", "text": "Done."}]), "stop", 0.02);
    let lines = [
        json!({"type": "session", "version": 3, "id": "p1", "timestamp": "2026-01-14T10:00:00Z", "cwd": "/w"}),
        json!({"type": "agent_start"}),
        json!({"type": "turn_start"}),
        end_of(&json!({"role": "user", "content": [{"type": "text", "text": "edit it"}]})),
        json!({"type": "message_update", "message": calls, "assistantMessageEvent": {"type": "text_delta", "delta": "h"}}),
        end_of(&calls),
        json!({"type": "tool_execution_start", "toolCallId": "t1", "toolName": "edit", "args": edit}),
        json!({"type": "tool_execution_end", "toolCallId": "t1", "toolName": "edit", "isError": false,
            "result": {"content": [{"type": "text", "text": "ok"}], "details": {}}}),
        end_of(&json!({"role": "toolResult", "toolCallId": "t1", "content": []})),
        json!({"type": "tool_execution_start", "toolCallId": "t2", "toolName": "bash", "args": {"command": "false"}}),
        json!({"type": "tool_execution_end", "toolCallId": "t2", "toolName": "bash", "isError": true,
            "result": {"content": [{"type": "text", "text": "no"}], "details": {"exitCode": 1}}}),
        json!({"type": "turn_end", "message": calls, "toolResults": [{}]}),
        end_of(&last),
        json!({"type": "turn_end", "message": last, "toolResults": []}),
        json!({"type": "agent_end", "messages": [last]}),
    ];
    let events = events(&lines);
    assert_eq!(
        types(&events),
        [
            "session_started",
            "user_text",
            "thinking",
            "tool_execution_pre",
            "tool_execution_post",
            "modify",
            "tool_execution_pre",
            "tool_execution_post",
            "text",
            "session_ended"
        ]
    );
    assert!(events.iter().all(|event| event.session_id.as_deref() == Some("p1")));
    assert_eq!(events[1].payload["content"], "edit it");
    let usage =
        json!({"input_tokens": 10, "output_tokens": 4, "cache_read_input_tokens": 3, "cache_creation_input_tokens": 2});
    assert_eq!(events[3].payload["usage"], usage);
    assert_eq!(events[2].payload["message_id"], events[3].payload["message_id"]);
    assert_eq!(
        (&events[5].payload["lines_added"], &events[5].payload["lines_removed"]),
        (&json!(1), &json!(1))
    );
    assert_eq!(
        (&events[7].payload["is_error"], &events[7].payload["exit_code"]),
        (&json!(true), &json!(1))
    );
    let ended = &events[9].payload;
    assert_eq!((&ended["result"], &ended["is_error"]), (&json!("Done."), &json!(false)));
    assert!((ended["cost_usd"].as_f64().expect("a cost") - 0.03).abs() < 1e-9);
}

#[test]
fn a_cost_that_nobody_knows_is_none_and_an_error_is_the_end_only_where_it_is_told() {
    let mut broken = message(&json!([]), "error", 0.0);
    broken["errorMessage"] = json!("overloaded");
    let again = json!({"type": "auto_retry_start", "attempt": 1, "maxAttempts": 3, "delayMs": 2_000, "errorMessage": "overloaded"});
    let lines = [
        json!({"type": "agent_start"}),
        end_of(&broken),
        json!({"type": "turn_end", "message": broken, "toolResults": []}),
        json!({"type": "agent_end", "messages": [broken], "willRetry": true}),
        again,
        json!({"type": "agent_start"}),
        end_of(&broken),
        json!({"type": "agent_end", "messages": [broken]}),
    ];
    let events = events(&lines);
    let ends: Vec<&Event> = events
        .iter()
        .filter(|event| event.event_type == "session_ended")
        .collect();
    assert_eq!(ends.len(), 1);
    let ended = &ends[0].payload;
    assert_eq!(
        (&ended["is_error"], &ended["error"], ended.get("cost_usd")),
        (&json!(true), &json!("overloaded"), None)
    );
    let warned = events.iter().filter(|event| event.payload["level"] == "WARNING");
    assert!(warned.clone().all(|event| event.payload["usage"].is_object()));
    assert_eq!(warned.count(), 2);
}
