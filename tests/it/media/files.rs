//! Pictures that lie in a workflow's folder: each is one event, however often it is looked at.

use std::collections::BTreeSet;
use std::fs;

use draft::picture::LARGEST_BYTES;
use serde_json::{Value, json};

use super::{events, name, png, seen, watching, write};
use crate::harness::Server;

async fn pictures(server: &Server, adw_id: &str) -> Vec<Value> {
    let mut events = events(server, adw_id).await;
    events.retain(|event| event["event_type"] == "picture");
    events
}

#[tokio::test]
async fn a_picture_in_a_folder_is_one_event_and_another_once_it_changed() {
    let server = watching().start();
    // So that the first look at everything is over, and what comes is new.
    write(
        &server,
        "before/a/raw_output.jsonl",
        "{\"type\":\"user\",\"message\":{\"content\":\"x\"}}\n",
    );
    server
        .wait_for("/api/agent-state/before", |answer| answer.status == 200)
        .await;
    let (first, second) = (png(10, 20, b"first"), png(10, 20, b"second"));
    write(&server, "c0a43f47/reviewer/review_img/01_home.png", &first);
    write(
        &server,
        "c0a43f47/e2e_test_runner_0_0/img/login/02.PNG.png",
        png(1, 2, b"deep"),
    );
    for (file, bytes) in [
        (
            "drawing.svg",
            b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script/></svg>".to_vec(),
        ),
        (
            "drawing.png",
            b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script/></svg>".to_vec(),
        ),
        ("large.png", {
            let mut bytes = png(1, 1, b"");
            bytes.resize(LARGEST_BYTES + 1, 0);
            bytes
        }),
    ] {
        write(&server, &format!("c0a43f47/reviewer/review_img/{file}"), bytes);
    }
    let picture = seen(&server, "c0a43f47", &name(&first)).await;
    assert_eq!(
        (&picture["agent"], &picture["label"], &picture["time_source"]),
        (
            &json!("reviewer"),
            &json!("reviewer/review_img/01_home.png"),
            &json!("read")
        )
    );
    seen(&server, "c0a43f47", &name(&png(1, 2, b"deep"))).await;
    let told = pictures(&server, "c0a43f47").await;
    let payload = json!({"type": "image", "media": name(&first), "media_type": "image/png", "size_bytes": first.len(),
        "width": 10, "height": 20, "path": "reviewer/review_img/01_home.png"});
    assert!(
        told.iter()
            .any(|event| event["payload"] == payload && event["type"] == Value::Null),
        "{told:?}"
    );

    // Neither a restart, nor the same file anew, nor its going and coming back tells it again.
    let server = server.kill_and_restart();
    write(&server, "c0a43f47/reviewer/review_img/01_home.png", &first);
    fs::remove_file(
        server
            .folder()
            .join("agents/c0a43f47/e2e_test_runner_0_0/img/login/02.PNG.png"),
    )
    .expect("removed");
    write(&server, "c0a43f47/reviewer/review_img/03.png", &second);
    seen(&server, "c0a43f47", &name(&second)).await;
    write(
        &server,
        "c0a43f47/e2e_test_runner_0_0/img/login/02.PNG.png",
        png(1, 2, b"deep"),
    );
    write(&server, "c0a43f47/reviewer/review_img/01_home.png", &second);
    let is_changed = |event: &Value| {
        event["payload"]["path"] == "reviewer/review_img/01_home.png" && event["payload"]["media"] == name(&second)
    };
    server
        .wait_for("/api/workflows/c0a43f47/events?after=0", |answer| {
            let events = answer.json()["events"].as_array().cloned().unwrap_or_default();
            events.iter().any(|event| is_changed(&event["data"]))
        })
        .await;
    let told = pictures(&server, "c0a43f47").await;
    let paths: Vec<&str> = told
        .iter()
        .filter_map(|event| event["payload"]["path"].as_str())
        .collect();
    assert_eq!(told.len(), 4, "{paths:?}");
    let all = events(&server, "c0a43f47").await;
    let (others, large): (Vec<&Value>, Vec<&Value>) = all.iter().partition(|event| event["event_type"] == "picture");
    assert_eq!(
        others.len(),
        4,
        "nobody misses a picture that was cleared away: {all:?}"
    );
    let large: Vec<&Value> = large.iter().map(|event| &event["payload"]["file"]).collect();
    assert_eq!(
        large,
        ["reviewer/review_img/large.png"],
        "one that is too large is named"
    );
}

#[tokio::test]
async fn a_thousand_pictures_are_a_thousand_events() {
    let server = watching().start();
    let shots: Vec<Vec<u8>> = (0..1_000_u32).map(|n| png(n + 1, 1, &n.to_be_bytes())).collect();
    for (n, shot) in shots.iter().enumerate() {
        write(&server, &format!("many/reviewer/review_img/{n:04}.png"), shot);
    }
    server
        .wait_for("/api/workflows", |answer| answer.json()["workflows"][0]["seq"] == 1_000)
        .await;
    let server = server.restart();
    write(
        &server,
        "other/reviewer/raw_output.jsonl",
        "{\"type\":\"user\",\"message\":{\"content\":\"hello\"}}\n",
    );
    server
        .wait_for("/api/workflows", |answer| {
            answer.json()["workflows"].as_array().is_some_and(|all| all.len() == 2)
        })
        .await;
    let told: BTreeSet<String> = pictures(&server, "many")
        .await
        .iter()
        .map(|event| event["payload"]["media"].as_str().unwrap_or_default().to_owned())
        .collect();
    assert_eq!(told, shots.iter().map(|shot| name(shot)).collect());
    assert_eq!(server.get("/api/agent-state/many").await.json()["seq"], 1_000);
}
