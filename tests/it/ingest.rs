//! What publishers push: good items are kept, bad ones are reported, and no body whatever makes the server fail.

use std::sync::Arc;

use axum::body::{Body, Bytes, to_bytes};
use axum::http::{Request, StatusCode};
use domain::adw_id::AdwId;
use domain::event::{Event, Kind};
use futures_util::stream;
use journal::PageQuery;
use proptest::prelude::*;
use serde_json::{Value, json};
use server::hub::Hub;
use server::ingest;
use server::watcher::WorkflowFiles;
use tempfile::TempDir;
use tower::ServiceExt as _;

use crate::harness::PUSH;
use crate::journal::open;

const MAX_BODY: usize = 64 * 1024;

/// A hub with the door for publishers.
struct Door {
    hub: Arc<Hub>,
    _directory: TempDir,
}

impl Door {
    fn new() -> Self {
        let directory = TempDir::new().expect("a directory");
        Self {
            hub: Arc::new(open(&directory)),
            _directory: directory,
        }
    }

    async fn send(&self, content_type: &str, body: Body) -> (StatusCode, Value) {
        let mut request = Request::post(PUSH);
        if !content_type.is_empty() {
            request = request.header("content-type", content_type);
        }
        self.ask(request.body(body).expect("a request")).await
    }

    async fn ask(&self, request: Request<Body>) -> (StatusCode, Value) {
        let (router, _) =
            ingest::router(Arc::clone(&self.hub.recorder), MAX_BODY, WorkflowFiles::new(Vec::new())).split_for_parts();
        let response = router.oneshot(request).await.expect("an answer");
        let status = response.status();
        let body = to_bytes(response.into_body(), usize::MAX).await.expect("a body");
        (status, serde_json::from_slice(&body).expect("the answer is JSON"))
    }

    async fn push(&self, body: impl ToString) -> (StatusCode, Value) {
        self.send("application/json", Body::from(body.to_string())).await
    }

    fn events(&self, adw_id: &str) -> Vec<Event> {
        let adw_id: AdwId = adw_id.parse().expect("a safe id");
        let query = PageQuery {
            after: Some(0),
            limit: 10_000,
            ..PageQuery::default()
        };
        let page = self
            .hub
            .archive
            .page(&adw_id, &query, &|| true)
            .expect("a page")
            .unwrap_or_default();
        let events = page.events.iter();
        events
            .map(|text| serde_json::from_str(text).expect("an event"))
            .collect()
    }
}

impl Drop for Door {
    fn drop(&mut self) {
        let hub = Arc::clone(&self.hub);
        // Blocking is not allowed on the runtime's own thread.
        let closed = std::thread::spawn(move || hub.close()).join();
        assert!(closed.is_ok() || std::thread::panicking());
    }
}

fn log(number: u64) -> Value {
    json!({"type": "agent_log_entry", "data": {"adw_id": "a", "event_id": number, "payload": {"message": format!("line {number}")}}})
}

fn counts(reply: &Value) -> (u64, u64, usize) {
    let count = |field: &str| reply[field].as_u64().expect("a count");
    let refused = reply["refused"].as_array().expect("a list");
    (count("accepted"), count("duplicates"), refused.len())
}

#[tokio::test]
async fn good_items_of_a_batch_are_kept_and_bad_ones_reported() {
    let door = Door::new();
    let (status, reply) = door
        .push(
            json!([log(1), {"type": "text_block", "data": {"adw_id": "../up"}}, 7, log(2), log(1),
            {"adw_id": "b", "event_type": "thinking", "data": {"content": "older"}, "timestamp": "never"}]),
        )
        .await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(reply["status"], "success");
    assert_eq!(counts(&reply), (2, 1, 3));
    let refused: Vec<(u64, &str)> = reply["refused"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|item| {
            (
                item["index"].as_u64().expect("an index"),
                item["field"].as_str().expect("a field"),
            )
        })
        .collect();
    assert_eq!(refused, [(1, "adw_id"), (2, "item"), (5, "timestamp")]);
    assert_eq!(reply["adw_id"], "a");
    assert!(reply.get("error").is_none());
    let messages: Vec<Value> = door
        .events("a")
        .iter()
        .map(|event| event.payload["message"].clone())
        .collect();
    assert_eq!(messages, ["line 1", "line 2"]);
}

#[tokio::test]
async fn an_error_comes_only_if_nothing_of_something_was_kept() {
    let door = Door::new();
    let (status, reply) = door.push(json!([{"type": "text_block", "data": {}}])).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert_eq!(counts(&reply), (0, 0, 1));
    assert_eq!(reply["error"]["code"], "invalid_event");
    assert_eq!(reply["error"]["field"], "adw_id");
    for (body, code) in [
        ("", "empty_body"),
        (" \n", "empty_body"),
        ("hello", "invalid_json"),
        ("{\"type\":", "invalid_json"),
    ] {
        let (status, reply) = door.push(body).await;
        assert_eq!(
            (status, reply["error"]["code"].as_str()),
            (StatusCode::BAD_REQUEST, Some(code)),
            "{body}"
        );
        assert_eq!(counts(&reply), (0, 0, 0));
    }
    assert_eq!(door.push("[]").await.0, StatusCode::OK);
    assert_eq!(door.push(log(1)).await.0, StatusCode::OK);
    let (status, reply) = door.push(log(1)).await;
    assert_eq!((status, counts(&reply)), (StatusCode::OK, (0, 1, 0)));
}

#[tokio::test]
async fn lines_are_items_and_a_broken_one_leaves_the_others() {
    let door = Door::new();
    let body = format!("{}\r\n\n{{\"type\": \"agent_lo\n{}\n", log(1), log(2));
    for content_type in [
        "application/x-ndjson",
        "application/json",
        "application/jsonl; charset=utf-8",
        "text/plain",
        "",
    ] {
        let (status, reply) = door.send(content_type, Body::from(body.clone())).await;
        assert_eq!(status, StatusCode::OK, "{content_type}: {reply}");
        assert_eq!(
            reply["accepted"]
                .as_u64()
                .zip(reply["duplicates"].as_u64())
                .map(|(a, d)| a + d),
            Some(2)
        );
        assert_eq!(reply["refused"][0]["index"], 1);
        let reason = reply["refused"][0]["reason"].as_str().expect("a reason");
        assert!(reason.starts_with("line 3 is not valid JSON"), "{reason}");
    }
    assert_eq!(door.events("a").len(), 2);
}

#[tokio::test]
async fn a_long_body_is_refused_however_it_is_sent() {
    let door = Door::new();
    let long = vec![b' '; MAX_BODY + 1];
    let in_pieces = |pieces: usize| {
        let pieces = (0..pieces).map(|_| Ok::<_, std::io::Error>(Bytes::from(vec![b' '; 1_000])));
        Body::from_stream(stream::iter(pieces.collect::<Vec<_>>()))
    };
    for body in [Body::from(long), in_pieces(MAX_BODY / 1_000 + 1), in_pieces(100_000)] {
        let (status, reply) = door.send("application/json", body).await;
        assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);
        assert_eq!(reply["error"]["code"], "body_too_large");
        assert!(
            reply["error"]["message"]
                .as_str()
                .expect("a text")
                .contains("65536 bytes")
        );
    }
    let whole = log(1).to_string();
    let pieces = whole
        .as_bytes()
        .chunks(7)
        .map(|piece| Ok::<_, std::io::Error>(Bytes::copy_from_slice(piece)));
    let body = Body::from_stream(stream::iter(pieces.collect::<Vec<_>>()));
    assert_eq!(door.send("application/json", body).await.0, StatusCode::OK);
    let broken = stream::iter([Ok(Bytes::from("{")), Err(std::io::Error::other("gone"))]);
    let (status, reply) = door.send("application/json", Body::from_stream(broken)).await;
    assert_eq!(
        (status, reply["error"]["code"].as_str()),
        (StatusCode::BAD_REQUEST, Some("incomplete_body"))
    );
}

#[tokio::test]
async fn what_cannot_be_read_is_refused_with_the_reason() {
    let door = Door::new();
    for content_type in [
        "application/json; charset=UTF-8",
        "application/x-www-form-urlencoded",
        "application/cloudevents+json",
        "TEXT/PLAIN",
    ] {
        let (status, reply) = door.send(content_type, Body::from(log(1).to_string())).await;
        assert_eq!(status, StatusCode::OK, "{content_type}: {reply}");
    }
    for content_type in [
        "multipart/form-data; boundary=x",
        "application/xml",
        "image/png",
        "application/json; charset=utf-16",
        "x",
    ] {
        let (status, reply) = door.send(content_type, Body::from(log(1).to_string())).await;
        assert_eq!(status, StatusCode::UNSUPPORTED_MEDIA_TYPE, "{content_type}");
        assert_eq!(reply["error"]["code"], "unsupported_media_type");
    }
    for (encoding, expect) in [
        ("gzip", StatusCode::UNSUPPORTED_MEDIA_TYPE),
        ("br", StatusCode::UNSUPPORTED_MEDIA_TYPE),
        ("identity", StatusCode::OK),
    ] {
        let request = Request::post(PUSH).header("content-encoding", encoding);
        let (status, _) = door
            .ask(request.body(Body::from(log(1).to_string())).expect("a request"))
            .await;
        assert_eq!(status, expect, "{encoding}");
    }
}

#[tokio::test]
async fn the_same_push_from_many_at_once_is_one_event() {
    let door = Arc::new(Door::new());
    let pushes = (0..50).map(|_| {
        let door = Arc::clone(&door);
        tokio::spawn(async move { counts(&door.push(log(1)).await.1) })
    });
    let (mut accepted, mut duplicates) = (0, 0);
    for push in pushes.collect::<Vec<_>>() {
        let counts = push.await.expect("done");
        accepted += counts.0;
        duplicates += counts.1;
    }
    assert_eq!((accepted, duplicates), (1, 49));
    assert_eq!(door.events("a").len(), 1);
}

#[tokio::test]
async fn a_batch_of_many_transactions_keeps_its_order() {
    let door = Door::new();
    let body: Vec<String> = (0..700).map(|number| log(number).to_string()).collect();
    let (status, reply) = door
        .send("application/x-ndjson", Body::from(body[..400].join("\n")))
        .await;
    assert_eq!((status, counts(&reply)), (StatusCode::OK, (400, 0, 0)));
    let (_, reply) = door
        .send("application/x-ndjson", Body::from(body[300..].join("\n")))
        .await;
    assert_eq!(counts(&reply), (300, 100, 0));
    let events = door.events("a");
    for (at, event) in events.iter().enumerate() {
        assert_eq!(
            (event.seq, &event.payload["message"]),
            (at as u64 + 1, &json!(format!("line {at}")))
        );
    }
    assert_eq!(events.len(), 700);
}

#[tokio::test]
async fn a_pushed_state_becomes_what_changed() {
    let door = Door::new();
    let state = |document: Value| json!({"type": "agent_state_update", "data": {"adw_id": "a", "session_id": "s", "payload": {"state": document}}});
    door.push(state(json!({"status": "planned", "n": null}))).await;
    let (_, reply) = door.push(state(json!({"status": "planned", "n": null}))).await;
    assert_eq!(counts(&reply), (0, 1, 0));
    door.push(state(json!({"status": "built"}))).await;
    let events = door.events("a");
    assert_eq!(events.len(), 2);
    assert_eq!(
        (events[1].kind, events[1].session_id.as_deref()),
        (Kind::AgentStateUpdate, Some("s"))
    );
    assert_eq!(
        events[1].payload["changed"],
        json!([{"field": "n", "old": null}, {"field": "status", "old": "planned", "new": "built"}])
    );
}

#[tokio::test]
async fn secrets_are_removed_before_anything_is_kept_or_answered() {
    let door = Door::new();
    let secret = format!("sk-ant-{}", "A1b2C3d4E5f6G7h8I9j0");
    let mut item = log(1);
    item["data"]["payload"]["message"] = json!(format!("key {secret}"));
    item["data"]["agent"] = json!(secret);
    door.push(item).await;
    let text = serde_json::to_string(&door.events("a")).expect("JSON");
    assert!(!text.contains("A1b2C3") && text.contains("[redacted]"), "{text}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_body_makes_the_server_fail(body in prop_oneof![
        prop::collection::vec(any::<u8>(), 0..300),
        "[\\[\\]{}\",:0-9a-z \n\\\\]{0,200}".prop_map(String::into_bytes),
        prop::collection::vec(prop_oneof![Just(log(1).to_string()), "\\PC{0,40}"], 0..8).prop_map(|lines| lines.join("\n").into_bytes()),
    ], content_type in prop::sample::select(vec!["application/json", "application/x-ndjson", "", "a/b", "\u{7f}"])) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let door = Door::new();
            let content_type = if content_type == "\u{7f}" { "x\ty" } else { content_type };
            let (status, reply) = door.send(content_type, Body::from(body)).await;
            assert!(status.is_success() || status.is_client_error(), "{status}: {reply}");
        });
    }
}
