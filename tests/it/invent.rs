//! Invented events for the laws: every kind, with ids that meet again, wild times and texts of any size.

use domain::event::{Event, Kind, TimeSource};
use domain::timestamp::Timestamp;
use draft::key::Key;
use draft::{Draft, NewEvent};
use proptest::prelude::*;
use serde_json::{Value, json};

pub const ADW_ID: &str = "c0a43f47";

/// An event that has no seq yet.
pub fn event(kind: Kind, event_type: &str, payload: Value) -> Event {
    Event {
        kind,
        adw_id: ADW_ID.parse().expect("a safe id"),
        seq: 0,
        timestamp: Timestamp(1_768_473_000_000),
        time_source: TimeSource::Read,
        event_type: event_type.into(),
        agent: None,
        run: None,
        session_id: None,
        parent_tool_use_id: None,
        payload,
    }
}

/// A log line, told from others by its number.
pub fn log(adw_id: &str, number: u64) -> Draft {
    let mut event = event(
        Kind::AgentLogEntry,
        "log_entry",
        json!({"level": "INFO", "message": format!("line {number}")}),
    );
    event.adw_id = adw_id.parse().expect("a safe id");
    Draft::Event(NewEvent {
        event,
        keys: Vec::new(),
    })
}

/// A log line that a publisher numbered.
pub fn keyed(adw_id: &str, event_id: &str) -> Draft {
    let Draft::Event(mut new) = log(adw_id, 0) else {
        unreachable!("log makes an event")
    };
    new.keys = vec![Key::event_id(event_id)];
    Draft::Event(new)
}

/// Any event of any kind.
pub fn any_event() -> impl Strategy<Value = Event> {
    let text = prop_oneof![
        4 => "[a-zA-Z0-9 ./_-]{0,40}",
        1 => "\\PC{0,200}",
        1 => any::<String>(),
        1 => (0_usize..6_000).prop_map(|n| "\u{1}\"é\n".repeat(n)),
    ];
    let id = (0_u8..12).prop_map(|n| format!("toolu_{n}"));
    let name = prop_oneof!["(sdlc_planner|builder|test_runner|adw_plan_iso|ops)", "[a-z]{1,90}"];
    let payload = (text.clone(), text, id.clone(), any::<bool>(), 0_u64..100_000, 0_usize..4).prop_map(
        |(a, b, id, flag, number, shape)| match shape {
            0 => json!({"content": a, "message": b, "tool_use_id": id, "tool_name": "Bash", "input": {"command": b}, "output": a, "is_error": flag,
                        "duration_ms": number, "message_id": id, "usage": {"input_tokens": number, "output_tokens": 3}, "path": b, "diff": a,
                        "stage": "build", "level": if flag { "ERROR" } else { "INFO" }, "cost_usd": 0.5, "num_turns": 3, "result": a, "model": "opus"}),
            3 => json!({"path": a, "output": [b, {"type": "image", "media": format!("{:064x}.png", number), "width": number, "height": 3, "size_bytes": number}],
                        "tool_use_id": id, "input": {"file_path": b}, "cpu_percent": 3.5, "memory_bytes": number << 20, "disk_read_bytes": number,
                        "publisher": a, "pid": number % 30, "handed_over": number, "backlog_ms": number}),
            1 => json!({"tool_use_id": id, "tool_name": "TodoWrite", "input": {"todos": [{"content": a, "status": "in_progress"}, {"content": b, "status": "completed"}]},
                        "changed": [{"field": b, "new": a}, {"field": "status", "old": null, "new": "completed"}], "state": {"issue_title": a, "current_phase": "build", b: number}}),
            _ => json!([a, null, b]),
        },
    );
    let event_type = prop_oneof![
        Just("tool_execution_pre"),
        Just("tool_execution_post"),
        Just("session_started"),
        Just("session_ended"),
        Just("stage_started"),
        Just("stage_completed"),
        Just("completed"),
        Just("source_oddity"),
        Just("resource_sample"),
        Just("publisher_report"),
        Just("log_entry"),
    ];
    let who = (
        prop::option::of(name),
        prop::option::of(1_u32..4),
        prop::option::of("s[0-3]"),
        prop::option::weighted(0.2, id),
    );
    let when = (-1_000_i64..100_000_000, 0_usize..3);
    (0_usize..Kind::ALL.len(), event_type, payload, who, when).prop_map(
        |(kind, event_type, payload, who, (ms, source))| {
            let mut event = event(Kind::ALL[kind], event_type, payload);
            (event.agent, event.run, event.session_id, event.parent_tool_use_id) = who;
            event.timestamp = Timestamp(event.timestamp.0 + ms);
            event.time_source = [TimeSource::Source, TimeSource::Read, TimeSource::Unknown][source];
            event
        },
    )
}
