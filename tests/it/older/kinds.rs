//! The addresses of an earlier dashboard that take one kind each: every body is the event that it tells of, and comes out of the feed
//! under its older type.

use serde_json::{Value, json};

use super::{feed, holds, post};
use crate::harness::server;

/// An address, a body without its workflow, the kind and the event_type that it has, and the frames of the feed.
type Case = (
    &'static str,
    Value,
    &'static str,
    &'static str,
    Vec<(&'static str, Value)>,
);

fn cases() -> Vec<Case> {
    let log = json!({"level": "WARNING", "message": "slow", "details": {"ms": 9}, "context": "plan"});
    let file = json!({"file_path": "src/a.rs", "operation": "created", "diff": "+x", "summary": "s", "lines_added": 1, "lines_removed": 0});
    let thought = json!({"content": "hm", "duration_ms": 1200, "sequence": 3});
    let call = json!({"tool_name": "Bash", "tool_use_id": "t1", "phase": "pre", "input_data": {"command": "ls"}, "success": true, "output": null});
    let answer = json!({"tool_name": "Bash", "tool_use_id": "t1", "phase": "post", "output": "no", "duration_ms": 5, "success": false, "error": "exit 1"});
    let phase =
        json!({"phase_from": "plan", "phase_to": "build", "workflow_name": "adw_sdlc_iso", "metadata": {"a": 1}});
    let end = json!({"phase_from": "ship", "phase_to": "completed", "workflow_name": "adw_sdlc_iso"});
    let spec = json!({"spec_path": "specs/retry.md", "spec_type": "plan", "metadata": {"issue": 6}});
    let screenshot = json!({"screenshot_path": "reviewer/gone.png", "screenshot_type": "review"});
    let moved = json!({"from_stage": "plan", "to_stage": "build", "workflow_name": "adw_sdlc_iso"});
    vec![
        (
            "agent-log-entry",
            log,
            "agent_log_entry",
            "log_entry",
            vec![("agent_log", json!({"level": "WARNING", "message": "slow"}))],
        ),
        (
            "file-operation",
            file.clone(),
            "file_operation",
            "create",
            vec![("file_changed", file)],
        ),
        (
            "agent-thinking",
            thought.clone(),
            "agent_thinking",
            "thinking",
            vec![("thinking_block", thought)],
        ),
        (
            "tool-execution",
            call,
            "tool_execution",
            "tool_execution_pre",
            vec![(
                "tool_use_pre",
                json!({"tool_name": "Bash", "tool_use_id": "t1", "input": {"command": "ls"}}),
            )],
        ),
        (
            "tool-execution",
            answer,
            "tool_execution",
            "tool_execution_post",
            vec![(
                "tool_use_post",
                json!({"tool_name": "Bash", "output": "no", "success": false, "status": "error", "error": "exit 1"}),
            )],
        ),
        (
            "workflow-phase-transition",
            phase.clone(),
            "stage_transition",
            "stage_started",
            vec![("stage_transition", moved), ("workflow_phase_transition", phase)],
        ),
        (
            "workflow-phase-transition",
            end.clone(),
            "status_update",
            "completed",
            vec![
                ("status_update", json!({"status": "completed"})),
                ("workflow_phase_transition", end),
            ],
        ),
        (
            "spec-created",
            spec.clone(),
            "other",
            "spec_created",
            vec![("spec_created", spec)],
        ),
        (
            "screenshot-available",
            screenshot.clone(),
            "other",
            "screenshot_available",
            vec![("screenshot_available", screenshot)],
        ),
    ]
}

#[tokio::test]
async fn every_body_is_the_event_that_it_tells_of_and_comes_out_under_its_older_type() {
    let server = server().start();
    let mut feed = feed(&server).await;
    for (seq, (address, sent, kind, event_type, frames)) in cases().into_iter().enumerate() {
        let mut body = sent.clone();
        body["adw_id"] = json!("c0a43f47");
        body["timestamp"] = json!("2026-01-15T10:30:00.123456");
        let reply = post(&server, &format!("/api/{address}"), &body).await;
        assert_eq!(
            (&reply["status"], &reply["adw_id"], &reply["message"]),
            (&json!("success"), &json!("c0a43f47"), &json!("1 event kept"))
        );
        let path = format!("/api/workflows/c0a43f47/events/{}", seq + 1);
        let kept = server.get(&path).await.json();
        assert_eq!(
            (&kept["type"], &kept["data"]["event_type"]),
            (&json!(kind), &json!(event_type)),
            "{body}"
        );
        assert_eq!(kept["data"]["timestamp"], "2026-01-15T10:30:00.123Z");
        for (field, value) in sent.as_object().expect("fields") {
            // Renamed, since it can be large.
            let field = if field == "input_data" { "input" } else { field };
            assert_eq!(&kept["data"]["payload"][field], value, "{field} of {kept}");
        }
        for (name, fields) in frames {
            holds(&feed.next().await, name, &fields);
        }
    }
    let timeline = server.get("/api/agent-state/c0a43f47").await.json()["timeline"].clone();
    assert_eq!(timeline["stages"][0]["name"], "build");
    assert_eq!(timeline["report"]["state"], "completed");
    let texts = timeline.to_string();
    assert!(texts.contains("a spec was created: specs/retry.md (plan)"), "{texts}");
    assert!(
        texts.contains("a screenshot is available: reviewer/gone.png (review)"),
        "{texts}"
    );
}

#[tokio::test]
async fn a_body_that_says_nothing_is_refused_with_its_field_in_the_shape_that_clients_read() {
    let server = server().start();
    for (address, body, field) in [
        ("agent-log-entry", json!({"adw_id": "a", "level": "INFO"}), "message"),
        ("agent-log-entry", json!({"message": "whose?"}), "adw_id"),
        ("agent-log-entry", json!({"adw_id": "../etc", "message": "m"}), "adw_id"),
        (
            "agent-log-entry",
            json!({"adw_id": "a", "message": "m", "timestamp": "soon"}),
            "timestamp",
        ),
        (
            "file-operation",
            json!({"adw_id": "a", "operation": "read"}),
            "file_path",
        ),
        ("agent-thinking", json!({"adw_id": "a"}), "content"),
        ("tool-execution", json!({"adw_id": "a", "phase": "pre"}), "tool_name"),
        (
            "workflow-phase-transition",
            json!({"adw_id": "a", "phase_from": "plan"}),
            "phase_to",
        ),
        (
            "agent-output-chunk",
            json!({"adw_id": "a", "content": "x"}),
            "agent_role",
        ),
        (
            "agent-output-chunk",
            json!({"adw_id": "a", "agent_role": "ops"}),
            "content",
        ),
        (
            "agent-output-chunk",
            json!({"agent_role": "ops", "content": "x"}),
            "adw_id",
        ),
        ("screenshot-available", json!({"adw_id": "a"}), "screenshot_path"),
        ("spec-created", json!({"adw_id": "a", "spec_path": ""}), "spec_path"),
        ("spec-created", json!("text"), "item"),
    ] {
        let refused = server.post(&format!("/api/{address}"), body.to_string()).await;
        let reply = refused.json();
        assert_eq!(
            (refused.status, &reply["status"], &reply["error"]["field"]),
            (400, &json!("error"), &json!(field)),
            "{address} {body}"
        );
        assert_eq!(reply["message"], reply["error"]["message"]);
    }
    let broken = server.post("/api/agent-thinking", "{\"adw_id\":").await;
    assert_eq!(
        (broken.status, &broken.json()["error"]["code"]),
        (400, &json!("invalid_json"))
    );
    assert_eq!(server.get("/api/agent-log-entry").await.status, 405);
    assert_eq!(
        server.get("/api/workflows").await.json()["workflows"],
        json!([]),
        "and nothing was kept"
    );
}

#[tokio::test]
async fn a_notifiers_state_is_its_fields_and_removes_only_what_it_names() {
    let server = server().start();
    let mut feed = feed(&server).await;
    let state = json!({"type": "agent_state_update", "data": {"adw_id": "c0a43f47", "timestamp": "2026-01-15T10:29:00",
        "state": {"issue_number": "6", "plan_file": "a.md", "status": "planned"}}});
    post(&server, "/api/agent-state-update", &state).await;
    feed.next().await;
    feed.next().await;
    let change = json!({"adw_id": "c0a43f47", "event_type": "state_change", "timestamp": "2026-01-15T10:30:00",
        "data": {"changed_fields": ["status", "plan_file"], "current_state": {"status": "built", "branch_name": "feature-6"}}});
    post(&server, "/api/agent-state-update", &change).await;
    let said = json!({"state": {"status": "built", "branch_name": "feature-6", "plan_file": null}});
    holds(&feed.next().await, "agent_updated", &said);
    holds(&feed.next().await, "agent_summary_update", &json!({"status": "built"}));
    let document = server.get("/api/agent-state/c0a43f47").await.json()["state"].clone();
    assert_eq!(
        document,
        json!({"issue_number": "6", "status": "built", "branch_name": "feature-6"})
    );
    let reply = post(
        &server,
        "/api/agent-state-update",
        &json!({"adw_id": "c0a43f47", "event_type": "state_change",
        "data": {"current_state": {"status": "built"}}}),
    )
    .await;
    assert_eq!(reply["duplicates"], 1, "nothing has changed");
}
