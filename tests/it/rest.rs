//! What programs read over HTTP, and what they are told when they ask for something that is not there.

use serde_json::{Value, json};

use crate::harness::server;

fn log(agent: &str, message: &str) -> Value {
    json!({"type": "agent_log_entry", "data": {"adw_id": "a1", "agent": agent, "event_type": "log_entry",
        "payload": {"level": "INFO", "message": message}}})
}

fn thought(content: &str) -> Value {
    json!({"type": "agent_thinking", "data": {"adw_id": "a1", "agent": "planner", "event_type": "thinking",
        "payload": {"content": content}}})
}

fn seqs(page: &Value) -> Vec<u64> {
    let list = page["events"].as_array().expect("a list");
    list.iter().filter_map(|event| event["data"]["seq"].as_u64()).collect()
}

#[tokio::test]
async fn events_are_paged_by_seq_and_filtered() {
    let server = server().start();
    let mut events: Vec<Value> = (1..=8).map(|n| log("planner", &format!("line {n}"))).collect();
    events.push(thought("Blue or green?"));
    events.push(log("builder", "Building the BLUE one"));
    server.push(&events).await;
    for (query, expected) in [
        ("", (1..=10).collect::<Vec<u64>>()),
        ("?after=7", vec![8, 9, 10]),
        ("?after=2&limit=3", vec![3, 4, 5]),
        ("?before=4", vec![1, 2, 3]),
        ("?before=4&limit=2", vec![2, 3]),
        ("?limit=2", vec![9, 10]),
        ("?after=10", vec![]),
        ("?kind=agent_thinking", vec![9]),
        ("?agent=builder", vec![10]),
        ("?q=blue", vec![9, 10]),
        ("?q=blue&kind=agent_log_entry", vec![10]),
        ("?q=%C3%A9", vec![]),
    ] {
        let page = server.get(&format!("/api/workflows/a1/events{query}")).await.json();
        assert_eq!(seqs(&page), expected, "{query}");
        assert_eq!((&page["head"], &page["first"]), (&json!(10), &json!(1)), "{query}");
        assert!(page["epoch"].is_string() && page["server_time"].is_string());
    }
    let one = server.get("/api/workflows/a1/events/9").await.json();
    assert_eq!(one["data"]["payload"]["content"], "Blue or green?");
}

#[tokio::test]
async fn what_is_not_there_is_said_in_json() {
    let server = server().start();
    server.push(&[log("planner", "one")]).await;
    for (path, status, field, hint) in [
        ("/api/workflows/none/events", 404, None, "workflow none does not exist"),
        (
            "/api/workflows/none/events/1",
            404,
            None,
            "workflow none does not exist",
        ),
        ("/api/workflows/none/sources", 404, None, "workflow none does not exist"),
        ("/api/agent-state/none", 404, None, "workflow none does not exist"),
        ("/api/workflows/a1/events/2", 404, None, "no event 2; its newest is 1"),
        ("/api/workflows/a1/events/0", 400, Some("seq"), "at least 1"),
        ("/api/workflows/a1/events/one", 400, Some("seq"), "\"one\""),
        ("/api/workflows/a1/events?limit=0", 400, Some("limit"), "1 to 1000"),
        (
            "/api/workflows/a1/events?kind=thinking",
            400,
            Some("kind"),
            "agent_thinking",
        ),
        (
            "/api/workflows/a1/events?agnet=x",
            400,
            Some("agnet"),
            "not a parameter",
        ),
        (
            "/api/workflows/..%2F..%2Fetc/events",
            400,
            Some("adw_id"),
            "path component",
        ),
        ("/api/workflows/%FF/events", 400, Some("adw_id"), "address is invalid"),
        ("/api/agent-state/%20/x", 404, None, "does not exist"),
        ("/api/nothing", 404, None, "/api/nothing"),
        ("/api", 404, None, "/api"),
        ("/api/agent-state-update", 405, None, "does not support GET"),
    ] {
        let answer = server.get(path).await;
        assert_eq!(answer.status, status, "{path}: {}", answer.text());
        assert_eq!(answer.header("content-type"), Some("application/json"), "{path}");
        let error = &answer.json()["error"];
        assert_eq!(error["field"].as_str(), field, "{path}");
        let message = error["message"].as_str().expect("a message");
        assert!(message.contains(hint), "{path}: {message}");
        assert!(error["code"].is_string());
    }
    let wrong = server.post("/api/workflows", "{}").await;
    assert_eq!(
        (wrong.status, &wrong.json()["error"]["code"]),
        (405, &json!("method_not_allowed"))
    );
}

#[tokio::test]
async fn a_workflow_is_told_whole() {
    let server = server().start();
    let state = json!({"type": "agent_state_update", "data": {"adw_id": "a1", "event_type": "state_change",
        "payload": {"state": {"adw_id": "a1", "issue_number": 7, "issue_class": "/feature"}}}});
    server.push(&[state, thought("hm")]).await;
    let told = server.get("/api/agent-state/a1").await.json();
    assert_eq!(told["adw_id"], "a1");
    assert_eq!((&told["seq"], &told["timeline"]["seq"]), (&json!(2), &json!(2)));
    assert_eq!(told["state"]["issue_number"], 7);
    assert!(told["timestamp"].is_string());
    let list = server.get("/api/workflows").await.json();
    assert_eq!(list["epoch"], told["epoch"]);
    assert_eq!(list["workflows"][0]["adw_id"], "a1");
    assert_eq!(list["workflows"][0]["issue"], "7");
}

#[tokio::test]
async fn health_and_metrics_tell_how_it_is() {
    let server = server().start();
    server.push(&[log("planner", "one"), log("planner", "two")]).await;
    let _viewer = server.socket().await;
    let health = server.get("/healthz").await;
    assert_eq!((health.status, &health.json()["status"]), (200, &json!("ok")));
    let metrics = server.get("/metrics").await.text();
    for line in [
        "adwatch_events_recorded_total 2",
        "adwatch_workflows 1",
        "adwatch_viewers 1",
        "adwatch_recording 1",
    ] {
        assert!(metrics.lines().any(|known| known == line), "{line} in {metrics}");
    }
}

#[tokio::test]
async fn strangers_are_refused_everywhere() {
    let server = server()
        .settings("[access]\nallowed_origins = [\"http://localhost:5173\"]\n")
        .start();
    for path in [
        "/",
        "/api/workflows",
        "/healthz",
        "/metrics",
        "/favicon.svg",
        "/nothing",
    ] {
        let answer = server.get_with(path, &[("host", "evil.example")]).await;
        assert_eq!(answer.status, 421, "{path}");
        let answer = server.get_with(path, &[("origin", "http://evil.example")]).await;
        assert_eq!(answer.status, 403, "{path}");
    }
    let allowed = server
        .get_with("/api/workflows", &[("origin", "http://localhost:5173")])
        .await;
    assert_eq!(
        allowed.header("access-control-allow-origin"),
        Some("http://localhost:5173")
    );
}
