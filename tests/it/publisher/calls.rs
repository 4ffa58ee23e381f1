//! What each call of a notifier becomes in the journal.

use std::time::Duration;

use publisher::{Notifier, Status};
use serde_json::{Map, Value, json};
use tempfile::TempDir;

use crate::harness::{PATIENCE, Server, server};

fn notifier(server: &Server, spool: &TempDir) -> Notifier {
    let url = format!("http://{}", server.address);
    let builder = Notifier::builder().url(url).spool(spool.path()).disabled(false);
    builder
        .build()
        .expect("an address")
        .for_workflow("a1")
        .for_agent("builder")
}

async fn events(server: &Server, count: usize) -> Vec<Value> {
    let full = |answer: &crate::harness::Answer| answer.status == 200 && answer.json()["head"] == count;
    let page = server.wait_for("/api/workflows/a1/events", full).await.json();
    page["events"]
        .as_array()
        .cloned()
        .expect("a list")
        .into_iter()
        .map(|event| event["data"].clone())
        .collect()
}

#[tokio::test]
async fn stages_and_tools_tell_how_they_ended_however_they_are_left() {
    let server = server().start();
    let spool = TempDir::new().expect("a folder");
    let notifier = notifier(&server, &spool);
    {
        let stage = notifier.stage("plan");
        notifier
            .tool("Bash", json!({"command": "cargo test"}))
            .output("214 passed");
        notifier.tool("Read", json!({})).fail("there is no such file");
        stage.fail("no plan");
    }
    let panicking = notifier.clone();
    let thread = std::thread::spawn(move || {
        let _stage = panicking.stage("build");
        let _tool = panicking.tool("Edit", json!({}));
        panic!("as a script does that has a defect");
    });
    assert!(thread.join().is_err());
    drop(notifier.stage("test"));
    notifier.notify_progress(50.0, "half", "on the way");
    notifier.send_status_update(Status::Completed, "done", Map::new());

    let events = events(&server, 14).await;
    let told: Vec<(&str, &str)> = events
        .iter()
        .map(|event| {
            let what = ["stage", "tool_name", "status"]
                .iter()
                .find_map(|field| event["payload"][*field].as_str());
            (
                event["event_type"].as_str().unwrap_or_default(),
                what.unwrap_or_default(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            ("stage_started", "plan"),
            ("tool_execution_pre", "Bash"),
            ("tool_execution_post", "Bash"),
            ("tool_execution_pre", "Read"),
            ("tool_execution_post", "Read"),
            ("stage_failed", "plan"),
            ("stage_started", "build"),
            ("tool_execution_pre", "Edit"),
            ("tool_execution_post", "Edit"),
            ("stage_failed", "build"),
            ("stage_started", "test"),
            ("stage_completed", "test"),
            ("in_progress", "in_progress"),
            ("completed", "completed"),
        ]
    );
    let payload = |at: usize| &events[at]["payload"];
    assert_eq!(
        (&payload(2)["output"], &payload(2)["is_error"]),
        (&json!("214 passed"), &json!(false))
    );
    assert_eq!(
        (&payload(4)["output"], &payload(4)["is_error"]),
        (&json!("there is no such file"), &json!(true))
    );
    assert_eq!(payload(1)["tool_use_id"], payload(2)["tool_use_id"]);
    assert_eq!(payload(5)["message"], "no plan");
    assert!(payload(8)["is_error"] == true && payload(9)["message"] == "it ended in a panic");
    assert!(
        payload(11)["duration_ms"].is_u64() && events[0]["agent"] == "builder" && events[0]["time_source"] == "source"
    );
    assert_eq!(payload(12)["progress_percent"], 50.0);

    // At its end it says what it cost.
    notifier.close();
    let answer = server
        .wait_for("/api/workflows/a1/events?kind=other", |answer| {
            answer.text().contains("publisher_report")
        })
        .await;
    let report = &answer.json()["events"][0]["data"]["payload"];
    assert_eq!(
        (&report["handed_over"], &report["dropped"], &report["refused"]),
        (&json!(14), &json!(0), &json!(0))
    );
    assert!(
        report["handover_p99_us"].as_f64() >= report["handover_p50_us"].as_f64(),
        "{report}"
    );
}

#[tokio::test]
async fn a_state_that_is_saved_and_watched_is_one_event() {
    let server = server()
        .arguments(["--agents", "agents"])
        .variable("ADWATCH_RESCAN", "100ms")
        .start();
    let spool = TempDir::new().expect("a folder");
    let notifier = notifier(&server, &spool);
    let folder = server.folder().join("agents/a1");
    for (number, status) in ["planned", "built", "tested"].into_iter().enumerate() {
        notifier
            .save_state(&folder, json!({"adw_id": "a1", "status": status}))
            .expect("saved");
        assert!(notifier.flush(PATIENCE));
        let seen = |answer: &crate::harness::Answer| answer.status == 200 && answer.json()["state"]["status"] == status;
        server.wait_for("/api/agent-state/a1", seen).await;
        // The watcher has read the file as well, once it says so.
        let read = |answer: &crate::harness::Answer| answer.text().contains("adw_state.json");
        server.wait_for("/api/workflows/a1/sources", read).await;
        let events = events(&server, number + 1).await;
        assert_eq!(events[number]["payload"]["source"], "adw_state.json");
        let changed = events[number]["payload"]["changed"]
            .as_array()
            .expect("changes")
            .last()
            .cloned();
        assert_eq!(changed.map(|change| change["new"].clone()), Some(json!(status)));
    }
}

#[tokio::test]
async fn what_a_server_refuses_does_not_stand_in_the_way() {
    let server = server().start();
    let spool = TempDir::new().expect("a folder");
    let notifier = notifier(&server, &spool);
    notifier.send_text_block("before");
    notifier.send(json!({"type": "text_block", "data": {"adw_id": "../etc", "payload": {"content": "never"}}}));
    notifier.send(json!({"type": "text_block", "data": {"adw_id": "a1", "payload": {"content": "x".repeat(9 << 20)}}}));
    notifier.send_text_block("after");
    assert!(notifier.flush(PATIENCE));
    let events = events(&server, 2).await;
    assert_eq!(
        (&events[0]["payload"]["content"], &events[1]["payload"]["content"]),
        (&json!("before"), &json!("after"))
    );
    notifier.close();
    let answer = server
        .wait_for("/api/workflows/a1/events?kind=other", |answer| {
            answer.text().contains("publisher_report")
        })
        .await;
    assert_eq!(answer.json()["events"][0]["data"]["payload"]["refused"], 1);
}

#[test]
fn one_that_is_switched_off_writes_nothing_and_never_fails() {
    let spool = TempDir::new().expect("a folder");
    let notifier = Notifier::builder()
        .spool(spool.path())
        .disabled(true)
        .adw_id("a1")
        .build()
        .expect("an address");
    drop(notifier.stage("plan"));
    notifier.notify_error("no");
    assert!(notifier.flush(Duration::ZERO) && !notifier.is_enabled());
    assert_eq!(std::fs::read_dir(spool.path()).expect("a folder").count(), 0);
    assert!(Notifier::builder().url("nowhere").build().is_err());
}
