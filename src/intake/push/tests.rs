//! What is pushed is kept whole, or refused with the field named.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::*;
use domain::event::{Event, TimeSource};
use draft::Document;
use draft::key::Key;
use draft::redaction;

const NOW: Received = Received {
    at: Timestamp(1_768_473_000_000),
    utc_offset_minutes: 0,
};

fn read(item: Value) -> Result<Draft, Refusal> {
    draft(redaction::value(item), NOW)
}

fn event(item: Value) -> NewEvent {
    match read(item) {
        Ok(Draft::Event(new)) => new,
        other => panic!("not an event: {other:?}"),
    }
}

fn state(item: Value) -> draft::NewState {
    match read(item) {
        Ok(Draft::State(new)) => new,
        other => panic!("not a state: {other:?}"),
    }
}

fn refused(item: Value) -> (String, String) {
    let refusal = read(item).expect_err("a refusal");
    (refusal.field, refusal.reason)
}

#[test]
fn todays_shape_is_read_field_by_field() {
    let NewEvent { event, keys } = event(json!({"type": "tool_execution", "data": {
        "adw_id": "c0a43f47", "timestamp": "2026-01-15T10:29:00.5Z", "event_type": "tool_execution_pre",
        "agent": "sdlc_planner", "run": 2, "session_id": "s1", "parent_tool_use_id": "toolu_0", "event_id": "e1", "seq": 99,
        "payload": {"tool_use_id": "toolu_1", "tool_name": "Bash", "input": {"command": "cargo test"}, "uuid": "u1", "own": [null]}}}));
    assert_eq!(event.kind, Kind::ToolExecution);
    assert_eq!(event.seq, 0);
    assert_eq!(event.timestamp.to_string(), "2026-01-15T10:29:00.500Z");
    assert_eq!(event.time_source, TimeSource::Source);
    assert_eq!(event.event_type, "tool_execution_pre");
    assert_eq!(event.agent.as_deref(), Some("sdlc_planner"));
    assert_eq!(event.run, Some(2));
    assert_eq!(event.session_id.as_deref(), Some("s1"));
    assert_eq!(event.parent_tool_use_id.as_deref(), Some("toolu_0"));
    assert_eq!(
        event.payload,
        json!({"tool_use_id": "toolu_1", "tool_name": "Bash", "input": {"command": "cargo test"}, "uuid": "u1", "own": [null]})
    );
    assert_eq!(
        keys,
        [Key::event_id("e1"), Key::tool_pre("toolu_1"), Key::line("u1", 0)]
    );
}

#[test]
fn the_name_of_a_line_is_a_key_and_nothing_else() {
    let payload = json!({"content": "hello"});
    for data in [
        json!({"adw_id": "a", "line_key": "k1", "block_index": 2, "payload": payload}),
        json!({"adw_id": "a", "line_key": "k1", "payload": {"content": "hello", "block_index": 2}}),
    ] {
        let new = event(json!({"type": "text_block", "data": data}));
        assert_eq!(new.keys, [Key::line("k1", 2)]);
        assert_eq!(new.event.payload, payload);
    }
    let bare = event(json!({"type": "odd", "data": {"adw_id": "a", "line_key": "k1", "payload": "text"}}));
    assert_eq!(
        (bare.keys, bare.event.payload),
        (vec![Key::line("k1", 0)], json!("text"))
    );
}

#[test]
fn fields_may_lie_flat_and_beside() {
    let new = event(
        json!({"type": "agent_log_entry", "event_id": 7, "host": "build-2", "data": {
        "adw_id": 12345678, "agent": "ops", "level": "INFO", "message": "hello", "extra": {"a": 1}}}),
    );
    assert_eq!(new.event.adw_id.as_str(), "12345678");
    assert_eq!(new.event.event_type, "log_entry");
    assert_eq!(new.event.timestamp, NOW.at);
    assert_eq!(new.event.time_source, TimeSource::Read);
    assert_eq!(
        new.event.payload,
        json!({"level": "INFO", "message": "hello", "extra": {"a": 1}, "host": "build-2"})
    );
    assert_eq!(new.keys, [Key::event_id("7")]);
    let clash = event(
        json!({"type": "text_block", "data": {"adw_id": "a", "content": "outer", "payload": {"content": "inner"}}}),
    );
    assert_eq!(
        clash.event.payload,
        json!({"content": "inner", "beside": {"content": "outer"}})
    );
}

#[test]
fn the_older_shape_is_read() {
    let older = |event_type: &str, data: Value| {
        event(json!({"adw_id": "c0a43f47", "event_type": event_type, "data": data, "timestamp": "2026-01-15T10:29:59.123456"})).event
    };
    let log = older("log_entry", json!({"level": "ERROR", "message": "no"}));
    assert_eq!((log.kind, log.event_type.as_str()), (Kind::AgentLogEntry, "log_entry"));
    assert_eq!(log.timestamp.to_string(), "2026-01-15T10:29:59.123Z");
    for (said, meant) in [
        ("read", "read"),
        ("write", "modify"),
        ("modified", "modify"),
        ("created", "create"),
        ("deleted", "delete"),
    ] {
        let file = older(
            "file_operation",
            json!({"file_path": "src/a.rs", "operation": said, "diff": "+x"}),
        );
        assert_eq!((file.kind, file.event_type.as_str()), (Kind::FileOperation, meant));
        assert_eq!(file.payload["path"], "src/a.rs");
        assert_eq!(file.payload["operation"], said);
    }
    let thinking = older("thinking", json!({"content": "hm", "sequence": 3}));
    assert_eq!(
        (thinking.kind, thinking.event_type.as_str()),
        (Kind::AgentThinking, "thinking")
    );
    assert_eq!(thinking.payload, json!({"content": "hm", "sequence": 3}));
    let post = older(
        "tool_execution_post",
        json!({"tool_name": "Bash", "tool_use_id": "t", "success": false, "error": "exit 1"}),
    );
    assert_eq!(
        (post.kind, post.event_type.as_str()),
        (Kind::ToolExecution, "tool_execution_post")
    );
    assert_eq!(post.payload["is_error"], true);
    let text = older("text_block", json!({"content": "done"}));
    assert_eq!((text.kind, text.event_type.as_str()), (Kind::TextBlock, "text"));
    let stage = older(
        "stage_started",
        json!({"stage_name": "Build", "previous_stage": "Plan"}),
    );
    assert_eq!(
        (stage.kind, &stage.payload["stage"]),
        (Kind::StageTransition, &json!("Build"))
    );
    let unknown = older("coffee_break", json!({"minutes": 5}));
    assert_eq!(
        (unknown.kind, unknown.event_type.as_str()),
        (Kind::Other, "coffee_break")
    );
    assert_eq!(unknown.payload, json!({"minutes": 5}));
}

#[test]
fn what_is_beside_the_data_of_the_older_shape_is_the_events_own() {
    let new = event(
        json!({"adw_id": "a", "agent": "ops", "event_type": "log_entry", "timestamp": "2026-01-15T10:29:00Z",
        "data": {"message": "m", "agent": "other", "timestamp": "2026-01-15T10:29:00Z"}}),
    );
    assert_eq!(new.event.agent.as_deref(), Some("ops"));
    assert_eq!(new.event.payload, json!({"message": "m", "agent": "other"}));
}

#[test]
fn a_type_nobody_knows_passes_through() {
    let new = event(json!({"type": "deploy_note", "data": {"adw_id": "a", "payload": {"x": 1}}}));
    assert_eq!(
        (new.event.kind, new.event.event_type.as_str()),
        (Kind::Other, "deploy_note")
    );
    assert_eq!(new.event.payload, json!({"x": 1}));
    let both =
        event(json!({"type": "deploy_note", "data": {"adw_id": "a", "event_type": "begun", "payload": {"x": 1}}}));
    assert_eq!(both.event.event_type, "begun");
    assert_eq!(both.event.payload, json!({"x": 1, "type": "deploy_note"}));
    let bare = event(json!({"type": "deploy_note", "data": {"adw_id": "a", "payload": [1, "two"]}}));
    assert_eq!(bare.event.payload, json!([1, "two"]));
}

#[test]
fn an_event_type_that_is_missing_is_read_off_the_payload() {
    let of = |kind: &str, payload: Value| {
        event(json!({"type": kind, "data": {"adw_id": "a", "payload": payload}}))
            .event
            .event_type
    };
    assert_eq!(
        of("tool_execution", json!({"tool_name": "Bash", "input": {}})),
        "tool_execution_pre"
    );
    assert_eq!(
        of("tool_execution", json!({"tool_name": "Bash", "output": "ok"})),
        "tool_execution_post"
    );
    assert_eq!(of("status_update", json!({"status": "failed"})), "failed");
    assert_eq!(of("status_update", json!({"status": "paused"})), "status_update");
    assert_eq!(of("file_operation", json!({"operation": "created"})), "create");
    assert_eq!(of("session", json!({"model": "m"})), "session_started");
    assert_eq!(of("session", json!({"is_error": false})), "session_ended");
    assert_eq!(of("workflow_log", json!({"message": "m"})), "workflow_log");
    assert_eq!(of("thinking_block", json!({"content": "m"})), "thinking");
}

#[test]
fn a_state_is_a_document_its_changes_or_remarks() {
    let whole = state(
        json!({"type": "agent_state_update", "data": {"adw_id": "a", "agent": "ops", "session_id": "s", "payload":
        {"state": {"status": "built", "gone": null}, "source": "notify.py", "why": "saved"}}}),
    );
    let document: Map<String, Value> =
        Map::from_iter([("status".to_owned(), json!("built")), ("gone".to_owned(), Value::Null)]);
    assert_eq!(whole.document, Document::Whole(document));
    assert_eq!(whole.source, "notify.py");
    assert_eq!(
        (whole.agent.as_deref(), whole.session_id.as_deref()),
        (Some("ops"), Some("s"))
    );
    assert_eq!(Value::Object(whole.remarks), json!({"why": "saved"}));

    let changes = state(json!({"type": "agent_state_update", "data": {"adw_id": "a", "payload":
        {"changed": [{"field": "a", "old": 1, "new": null}, {"field": "b", "old": 1}]}}}));
    assert_eq!(
        changes.document,
        Document::Changes(vec![("a".to_owned(), Some(Value::Null)), ("b".to_owned(), None)])
    );
    assert_eq!(changes.source, "push");

    let older = state(
        json!({"adw_id": "a", "event_type": "state_change", "timestamp": "2026-01-15T10:29:00",
        "data": {"status": "in_progress", "workflow_name": "adw_plan_iso", "state_snapshot": {"issue_number": "6"}}}),
    );
    assert!(matches!(older.document, Document::Whole(document) if document["issue_number"] == "6"));
    assert_eq!(
        Value::Object(older.remarks),
        json!({"status": "in_progress", "workflow_name": "adw_plan_iso"})
    );
    let (field, _) =
        refused(json!({"type": "agent_state_update", "data": {"adw_id": "a", "changed": {"status": "x"}}}));
    assert_eq!(field, "changed");
}

#[test]
fn a_copy_of_a_file_change_has_the_key_of_its_tool_call_only() {
    let new = event(
        json!({"type": "file_operation", "data": {"adw_id": "a", "event_type": "modify", "payload":
        {"path": "a.rs", "tool_use_id": "t1", "uuid": "u1"}}}),
    );
    assert_eq!(new.keys, [Key::file("t1")]);
    let block = event(
        json!({"type": "text_block", "data": {"adw_id": "a", "payload": {"content": "x", "uuid": "u1", "block_index": 2}}}),
    );
    assert_eq!(block.keys, [Key::line("u1", 2)]);
}

#[test]
fn a_refusal_names_the_field_and_what_to_send() {
    let of = |field: &str, value: Value| {
        let mut data = json!({"adw_id": "a"});
        data[field] = value;
        refused(json!({"type": "text_block", "data": data}))
    };
    for (field, value) in [
        ("adw_id", json!("../etc")),
        ("adw_id", json!("")),
        ("adw_id", Value::Null),
        ("adw_id", json!({"id": 1})),
        ("agent", json!(["a"])),
        ("agent", json!("x".repeat(NAME_CHARS + 1))),
        ("session_id", json!("x".repeat(NAME_CHARS + 1))),
        ("event_id", json!("x".repeat(NAME_CHARS + 1))),
        ("event_type", json!("x".repeat(WORD_CHARS + 1))),
        ("timestamp", json!("soon")),
        ("time_source", json!("hearsay")),
        ("run", json!(0)),
        ("run", json!("first")),
    ] {
        let (named, reason) = of(field, value);
        assert_eq!(named, field);
        assert!(reason.starts_with(field), "{reason}");
    }
    assert_eq!(refused(json!("text")).0, "item");
    assert_eq!(refused(json!({"type": "text_block", "data": []})).0, "data");
    assert_eq!(
        refused(json!({"type": "x".repeat(WORD_CHARS + 1), "data": {"adw_id": "a"}})).0,
        "type"
    );
    assert_eq!(refused(json!({"data": {"adw_id": "a"}})).0, "type");
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
        prop::sample::select(vec![
            "a",
            "pre",
            "stage_started",
            "failed",
            "2026-01-15T10:30:00",
            "log_entry",
            "read",
            "hook",
            "PostToolUse"
        ])
        .prop_map(Value::from),
    ];
    let field = prop::sample::select(vec![
        "type",
        "data",
        "payload",
        "adw_id",
        "event_type",
        "agent",
        "run",
        "session_id",
        "event_id",
        "timestamp",
        "time_source",
        "parent_tool_use_id",
        "state",
        "changed",
        "state_snapshot",
        "field",
        "tool_use_id",
        "uuid",
        "block_index",
        "success",
        "operation",
        "status",
        "source",
        "beside",
        "other",
        "hook_event_name",
        "tool_name",
        "tool_input",
        "tool_response",
        "cwd",
    ]);
    leaf.prop_recursive(4, 40, 8, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((field.clone(), inner), 0..8).prop_map(|fields| fields
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect())
        ]
    })
}

proptest! {
    #[test]
    fn any_item_is_kept_or_refused(item in any_json()) {
        if let Err(refusal) = read(item) {
            prop_assert!(!refusal.reason.is_empty() && !refusal.field.is_empty());
        }
    }

    #[test]
    fn every_field_a_publisher_adds_is_kept(
        kind in prop::sample::select(Kind::ALL.to_vec()),
        own in prop::collection::btree_map("own_[a-z]{1,4}", any_json(), 0..5),
        nested: bool,
    ) {
        let fields: Map<String, Value> = own.into_iter().collect();
        let mut data = Map::from_iter([("adw_id".to_owned(), json!("a"))]);
        if nested {
            data.insert("payload".to_owned(), Value::Object(fields.clone()));
        } else {
            data.extend(fields.clone());
        }
        let kept = match read(json!({"type": kind.name(), "data": data})) {
            Ok(Draft::Event(new) | Draft::Imported(new)) => {
                prop_assert_eq!(new.event.kind, kind);
                let wire = serde_json::to_string(&new.event).expect("an event is JSON");
                let back: Event = serde_json::from_str(&wire).expect("an event can be read");
                back.payload
            }
            Ok(Draft::State(new)) => Value::Object(new.remarks),
            other => panic!("{other:?}"),
        };
        for (field, value) in &fields {
            prop_assert_eq!(kept.get(field), Some(value));
        }
    }
}
