//! What the page of an earlier dashboard asks: whether the server is well, which workflows there are, and its second socket.

use serde_json::{Value, json};

use super::{holds, post};
use crate::harness::{Socket, server};

#[tokio::test]
async fn its_page_finds_the_server_and_its_workflows() {
    let server = server().start();
    assert_eq!(server.get("/health").await.json()["status"], "healthy");
    assert_eq!(server.get("/api/adws/list").await.json(), json!({"adws": []}));
    let state = json!({"type": "agent_state_update", "data": {"adw_id": "c0a43f47", "state": {"issue_number": 6, "issue_class": "/feature",
        "issue_title": "Retry", "branch_name": "feature-6", "plan_file": "specs/a.md", "own": {"a": 1}}}});
    post(&server, "/api/agent-state-update", &state).await;
    post(
        &server,
        "/api/agent-log-entry",
        &json!({"adw_id": "0b1e55ed", "message": "alone"}),
    )
    .await;
    let listed = server.get("/api/adws/list").await.json();
    let adws = listed["adws"].as_array().expect("a list");
    assert_eq!(
        (adws.len(), &adws[0]["adw_id"]),
        (2, &json!("0b1e55ed")),
        "the most recently active first"
    );
    assert_eq!(adws[0]["issue_class"], Value::Null);
    for (field, value) in [
        ("adw_id", "c0a43f47"),
        ("issue_class", "/feature"),
        ("issue_title", "Retry"),
        ("branch_name", "feature-6"),
        ("plan_file", "specs/a.md"),
    ] {
        assert_eq!(adws[1][field], value, "{field}");
    }
    assert_eq!(adws[1]["issue_number"], 6);
    assert_eq!(adws[1]["own"], Value::Null, "the list is short");
    let one = server.get("/api/adws/c0a43f47").await.json();
    assert_eq!(
        (&one["branch_name"], &one["own"]),
        (&json!("feature-6"), &json!({"a": 1}))
    );
    assert_eq!(one["state"]["issue_number"], 6);
    let none = server.get("/api/adws/nobody").await;
    assert_eq!((none.status, &none.json()["error"]["code"]), (404, &json!("not_found")));
}

#[tokio::test]
async fn its_second_socket_has_the_same_feed() {
    let server = server().start();
    let mut socket = Socket::open_at(&server.address, "/ws/trigger?types=older", &[])
        .await
        .expect("the feed opens");
    assert_eq!(socket.next().await["type"], "connection_ack");
    post(
        &server,
        "/api/agent-thinking",
        &json!({"adw_id": "c0a43f47", "content": "hm"}),
    )
    .await;
    holds(&socket.next().await, "thinking_block", &json!({"content": "hm"}));
    assert_eq!(server.get("/ws/trigger").await.status, 426);
}
