//! What already speaks to an ADW dashboard works by changing a URL: its addresses, its bodies, its answers and its feed.

#[path = "older/kinds.rs"]
mod kinds;
#[path = "older/output.rs"]
mod output;
#[path = "older/reads.rs"]
mod reads;

use serde_json::{Value, json};

use crate::harness::{Server, Socket, server};

async fn post(server: &Server, path: &str, body: &Value) -> Value {
    let answer = server.post(path, body.to_string()).await;
    assert_eq!(answer.status, 200, "{body}: {}", answer.text());
    answer.json()
}

/// A feed that has said hello.
async fn feed(server: &Server) -> Socket {
    let mut socket = Socket::open_at(&server.address, "/ws?types=older", &[])
        .await
        .expect("the feed opens");
    assert_eq!(socket.next().await["type"], "connection_ack");
    socket
}

/// Holds that the frame has these fields with these values.
fn holds(frame: &Value, name: &str, fields: &Value) {
    assert_eq!(frame["type"], name, "{frame}");
    for (field, value) in fields.as_object().expect("fields") {
        assert_eq!(&frame["data"][field], value, "{field} of {frame}");
    }
}

#[tokio::test]
async fn workflow_updates_are_taken_and_answered_as_their_clients_expect() {
    let server = server().start();
    let mut feed = feed(&server).await;
    let update = json!({"type": "status_update", "data": {"adw_id": "c0a43f47", "workflow_name": "adw_sdlc_iso", "status": "in_progress",
        "message": "building", "timestamp": "2026-01-15T10:30:00.123456", "progress_percent": 40, "current_step": "Stage: Build"}});
    let reply = post(&server, "/api/workflow-updates", &update).await;
    assert_eq!(
        (&reply["status"], &reply["message"], &reply["adw_id"]),
        (&json!("success"), &json!("1 event kept"), &json!("c0a43f47"))
    );
    let said = json!({"adw_id": "c0a43f47", "workflow_name": "adw_sdlc_iso", "status": "in_progress", "progress_percent": 40,
        "current_step": "Stage: Build", "message": "building"});
    holds(&feed.next().await, "status_update", &said);
    let moved = json!({"workflow_name": "adw_sdlc_iso", "to_stage": "Build", "message": "building"});
    holds(&feed.next().await, "stage_transition", &moved);
    let log = json!({"type": "workflow_log", "data": {"adw_id": "c0a43f47", "workflow_name": "adw_sdlc_iso", "message": "built", "level": "SUCCESS",
        "timestamp": "2026-01-15T10:31:00"}});
    post(&server, "/api/workflow-updates", &log).await;
    let said = json!({"workflow_name": "adw_sdlc_iso", "message": "built", "level": "SUCCESS"});
    holds(&feed.next().await, "workflow_log", &said);
    let nameless = json!({"type": "workflow_log", "data": {"adw_id": "c0a43f47", "message": "alone", "level": "INFO"}});
    post(&server, "/api/workflow-updates", &nameless).await;
    holds(&feed.next().await, "workflow_log", &json!({"message": "alone"}));

    let timeline = server.get("/api/agent-state/c0a43f47").await.json()["timeline"].clone();
    assert_eq!(timeline["report"]["step"], "Stage: Build");
    assert_eq!(
        (&timeline["stages"][0]["name"], &timeline["stages"][0]["state"]),
        (&json!("build"), &json!("running"))
    );

    let refused = server
        .post(
            "/api/workflow-updates",
            json!({"type": "status_update", "data": {}}).to_string(),
        )
        .await;
    assert_eq!(refused.status, 400);
    let reply = refused.json();
    assert_eq!(
        (&reply["status"], &reply["error"]["field"]),
        (&json!("error"), &json!("adw_id"))
    );
    assert_eq!(reply["message"], reply["error"]["message"]);
}

#[tokio::test]
async fn stage_events_of_every_type_are_taken_whole() {
    let server = server().start();
    let mut feed = feed(&server).await;
    let base = json!({"adw_id": "c0a43f47", "workflow_name": "adw_sdlc_iso", "stage_name": "build", "previous_stage": "plan",
        "next_stage": "test", "message": "m", "timestamp": "2026-01-15T10:30:00", "duration_ms": 65_000, "error": null, "skip_reason": "nothing to do",
        "stage_index": 1, "total_stages": 6, "completed_stages": ["plan"], "pending_stages": ["test"], "progress_percent": 33.3,
        "metadata": {"worktree": "trees/c0a43f47"}});
    for (number, (event_type, kind, today)) in [
        ("stage_started", "stage_transition", "stage_started"),
        ("stage_completed", "stage_transition", "stage_completed"),
        ("stage_failed", "stage_transition", "stage_failed"),
        ("stage_skipped", "stage_transition", "stage_skipped"),
        ("workflow_started", "status_update", "started"),
        ("workflow_completed", "status_update", "completed"),
        ("workflow_failed", "status_update", "failed"),
    ]
    .into_iter()
    .enumerate()
    {
        let mut event = base.clone();
        event["event_type"] = json!(event_type);
        let reply = post(&server, "/api/stage-event", &event).await;
        assert_eq!(
            (&reply["status"], &reply["adw_id"]),
            (&json!("success"), &json!("c0a43f47"))
        );
        let seq = number + 1;
        let kept = server
            .get(&format!("/api/workflows/c0a43f47/events/{seq}"))
            .await
            .json();
        assert_eq!(
            (&kept["type"], &kept["data"]["event_type"]),
            (&json!(kind), &json!(today))
        );
        for (field, value) in base.as_object().expect("fields") {
            if !["adw_id", "timestamp", "error"].contains(&field.as_str()) {
                assert_eq!(&kept["data"]["payload"][field], value, "{field} of {kept}");
            }
        }
        let said = if kind == "status_update" {
            json!({"workflow_name": "adw_sdlc_iso", "status": today, "message": "m"})
        } else {
            json!({"workflow_name": "adw_sdlc_iso", "from_stage": "plan", "to_stage": "build", "message": "m"})
        };
        holds(&feed.next().await, kind, &said);
    }
    let refused = server
        .post("/api/stage-event", json!({"adw_id": "c0a43f47"}).to_string())
        .await;
    assert_eq!(refused.status, 400);
}

#[tokio::test]
async fn what_is_pushed_in_the_older_shape_comes_out_of_the_feed_as_its_browsers_expect() {
    let server = server().start();
    let mut feed = feed(&server).await;
    let cases = [
        (
            "log_entry",
            json!({"level": "WARNING", "message": "slow"}),
            "agent_log",
            json!({"level": "WARNING", "message": "slow"}),
        ),
        (
            "thinking",
            json!({"content": "hm", "duration_ms": 1200, "sequence": 3}),
            "thinking_block",
            json!({"content": "hm", "duration_ms": 1200, "sequence": 3}),
        ),
        (
            "text_block",
            json!({"content": "done", "sequence": 4}),
            "text_block",
            json!({"content": "done", "sequence": 4}),
        ),
        (
            "tool_execution_pre",
            json!({"tool_name": "Bash", "tool_use_id": "t1", "input": {"command": "ls"}}),
            "tool_use_pre",
            json!({"tool_name": "Bash", "tool_use_id": "t1", "input": {"command": "ls"}, "tool_input": {"command": "ls"}}),
        ),
        (
            "tool_execution_post",
            json!({"tool_name": "Bash", "tool_use_id": "t1", "output": "no", "duration_ms": 5, "success": false, "error": "exit 1"}),
            "tool_use_post",
            json!({"tool_name": "Bash", "tool_use_id": "t1", "output": "no", "tool_output": "no", "duration_ms": 5, "success": false,
                "status": "error", "error": "exit 1"}),
        ),
        (
            "file_operation",
            json!({"file_path": "a.rs", "operation": "modified", "diff": "+x", "summary": "s", "lines_added": 1, "lines_removed": 0}),
            "file_changed",
            json!({"file_path": "a.rs", "operation": "modified", "diff": "+x", "summary": "s", "lines_added": 1, "lines_removed": 0}),
        ),
    ];
    for (event_type, data, name, fields) in cases {
        let item =
            json!({"adw_id": "c0a43f47", "event_type": event_type, "data": data, "timestamp": "2026-01-15T10:30:00"});
        post(&server, "/api/agent-state-update", &item).await;
        holds(&feed.next().await, name, &fields);
    }
    let state = json!({"adw_id": "c0a43f47", "event_type": "state_change", "timestamp": "2026-01-15T10:30:00", "data": {"status": "in_progress",
        "workflow_name": "adw_plan_iso", "current_step": "Stage: Plan", "message": "planning", "state_snapshot": {"issue_number": "6"}}});
    post(&server, "/api/agent-state-update", &state).await;
    let updated = feed.next().await;
    holds(
        &updated,
        "agent_updated",
        &json!({"changed_fields": ["issue_number"], "state": {"issue_number": "6"}}),
    );
    let said = json!({"status": "in_progress", "workflow_name": "adw_plan_iso", "current_step": "Stage: Plan", "message": "planning"});
    holds(&feed.next().await, "agent_summary_update", &said);
}

#[tokio::test]
async fn an_observers_hook_is_given_back_and_is_an_event_of_its_session() {
    let server = server().start();
    let session = json!({"type": "session", "data": {"adw_id": "c0a43f47", "agent": "ops", "session_id": "5f1e03c2", "payload": {}}});
    server.push(&[session]).await;
    let sent = json!({"source_app": "app", "session_id": "5f1e03c2", "hook_event_type": "PreToolUse", "timestamp": 1_768_473_000_123_i64,
        "summary": "lists files", "payload": {"session_id": "5f1e03c2", "tool_name": "Bash", "tool_use_id": "toolu_01",
        "tool_input": {"command": "ls"}}});
    let row = post(&server, "/events", &sent).await;
    assert!(row["id"].is_u64(), "{row}");
    for (field, value) in sent.as_object().expect("fields") {
        assert_eq!(&row[field], value, "{field}");
    }
    assert_eq!(
        post(&server, "/events", &sent).await["id"],
        row["id"],
        "the same again is the same row"
    );
    let page = server.get("/api/workflows/c0a43f47/events").await.json();
    assert_eq!(page["head"], 2, "and one event");
    let kept = &page["events"][1]["data"];
    assert_eq!(
        (&kept["event_type"], &kept["agent"], &kept["timestamp"]),
        (
            &json!("tool_execution_pre"),
            &json!("ops"),
            &json!("2026-01-15T10:30:00.123Z")
        )
    );
    assert_eq!(
        (&kept["payload"]["source_app"], &kept["payload"]["summary"]),
        (&json!("app"), &json!("lists files"))
    );
    // Without a time it is given that of its arrival.
    let row = post(
        &server,
        "/events",
        &json!({"session_id": "5f1e03c2", "hook_event_type": "Stop", "payload": {}}),
    )
    .await;
    assert!(row["timestamp"].is_u64());
    let refused = server
        .post("/events", json!({"hook_event_type": "Stop", "payload": {}}).to_string())
        .await;
    assert_eq!(
        (refused.status, &refused.json()["error"]["field"]),
        (400, &json!("adw_id"))
    );
}
