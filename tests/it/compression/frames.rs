//! `permessage-deflate`, with a client that takes and sends real deflated frames.

use std::fs;

use serde_json::{Value, json};

use crate::harness::deflating::{Deflating, Received, deflate};
use crate::harness::{Server, server};

/// Events as agents make them: each different, and all of the same cast.
fn work(adw_id: &str, numbers: std::ops::Range<u32>) -> Vec<Value> {
    numbers
        .map(|n| {
            json!({"type": "tool_execution", "data": {"adw_id": adw_id, "event_type": "tool_execution_pre",
                "agent": "sdlc_implementor", "session_id": "5f1e03c2-9a77-4f0e-8f43-0c8c3a1b6d55",
                "payload": {"tool_use_id": format!("toolu_{n:08x}"), "tool_name": "Read",
                    "input": {"file_path": format!("/home/user/project/src/module_{n}/lib.rs"), "limit": n}}}})
        })
        .collect()
}

/// Reads until the workflow stands at `seq`, and gives all events after its snapshot.
async fn follow(socket: &mut Deflating, adw_id: &str, seq: u64) -> Vec<Value> {
    let mut had = Vec::new();
    loop {
        let frame = socket.next().await;
        let data = &frame["data"];
        if data["adw_id"] != adw_id {
            continue;
        }
        had.extend(data["list"].as_array().cloned().unwrap_or_default());
        if data["to"] == seq || data["seq"] == seq {
            return had;
        }
    }
}

#[tokio::test]
async fn a_page_that_offers_it_gets_the_same_events_in_fewer_bytes() {
    let server = server().start();
    let mut socket = Deflating::page(&server.address).await;
    assert_eq!(
        socket.answer.header("sec-websocket-extensions"),
        Some("permessage-deflate; server_no_context_takeover; client_no_context_takeover")
    );
    socket.next_of("hello").await;
    assert_eq!(socket.deflated, 0, "a short text is sent as it is");
    socket.subscribe("a1").await;
    socket.next_of("snapshot").await;
    server.push(&work("a1", 0..50)).await;
    server.push(&work("a1", 50..100)).await;
    let had = follow(&mut socket, "a1", 100).await;
    let seqs: Vec<u64> = had.iter().filter_map(|event| event["data"]["seq"].as_u64()).collect();
    assert_eq!(seqs, (1..=100).collect::<Vec<u64>>());
    assert_eq!(had[99]["data"]["payload"]["tool_use_id"], "toolu_00000063");
    assert!(
        socket.received_bytes * 100 < socket.text_bytes * 30,
        "{} of {} bytes",
        socket.received_bytes,
        socket.text_bytes
    );
    // A journal's page and a snapshot are deflated too.
    let mut late = Deflating::page(&server.address).await;
    late.subscribe("a1").await;
    assert_eq!(late.next_of("snapshot").await["seq"], 100);
    assert_eq!(late.deflated, 1);
}

#[tokio::test]
async fn who_does_not_offer_it_gets_the_frames_as_they_are() {
    let server = server().start();
    for offer in ["x-webkit-deflate-frame", "permessage-deflate; server_max_window_bits=9"] {
        let headers = [
            ("sec-websocket-protocol", "adwatch.v1"),
            ("sec-websocket-extensions", offer),
        ];
        let mut socket = Deflating::open(&server.address, &headers).await;
        assert_eq!(socket.answer.header("sec-websocket-extensions"), None, "{offer}");
        socket
            .send(0x81, br#"{"type":"subscribe","data":{"adw_id":"a1"}}"#)
            .await;
        socket.next_of("snapshot").await;
        assert_eq!(socket.deflated, 0);
        socket.send(0xc1, &deflate(br#"{"type":"ping"}"#)).await;
        assert_eq!(socket.closed().await, 1002, "a deflated frame that was not agreed on");
    }
}

#[tokio::test]
async fn two_kinds_of_viewers_share_a_frame() {
    let server = server().start();
    let mut deflating = Deflating::page(&server.address).await;
    let mut plain = server.socket().await;
    deflating.subscribe("a1").await;
    plain.subscribe("a1").await;
    deflating.next_of("snapshot").await;
    plain.next_of("snapshot").await;
    server.push(&work("a1", 0..20)).await;
    let had = follow(&mut deflating, "a1", 20).await;
    assert_eq!(Value::from(had), plain.next_of("events").await["list"]);
    assert_eq!(deflating.deflated, 2);
}

#[tokio::test]
async fn the_plain_feed_is_deflated_too() {
    let server = server().start();
    let mut feed = Deflating::open(&server.address, &[("sec-websocket-extensions", "permessage-deflate")]).await;
    feed.next_of("connection_ack").await;
    let long = "the same words ".repeat(200);
    let event = json!({"type": "text_block", "data": {"adw_id": "a1", "payload": {"content": long}}});
    server.push(&[event]).await;
    assert_eq!(feed.next_of("text_block").await["payload"]["content"], long);
    assert_eq!(feed.deflated, 1);
}

#[tokio::test]
async fn deflated_messages_are_read_in_pieces_and_within_the_limit() {
    let server = server().start();
    let mut socket = Deflating::page(&server.address).await;
    socket.next_of("hello").await;
    let ping = deflate(br#"{"type":"ping"}"#);
    let (one, other) = ping.split_at(5);
    socket.send(0x41, one).await;
    socket.send(0x89, b"between").await;
    socket.send(0x80, other).await;
    let mut had = Vec::new();
    while had.len() < 2 {
        match socket.receive().await {
            Received::Text(text) if text.contains("heartbeat") => had.push("heartbeat"),
            Received::Pong(payload) if payload == b"between" => had.push("pong"),
            other => panic!("{other:?}"),
        }
        had.dedup();
    }
    for (first, payload, code) in [
        (0xc1, deflate(&vec![b' '; 16 * 1024 + 1]), 1009),
        (0xc1, deflate(&vec![b' '; 10_000_000]), 1009),
        (0xc1, vec![0xff; 9], 1007),
        (0xc1, deflate(&[0xe9; 9]), 1007),
        (0xc9, b"ping".to_vec(), 1002),
        (0xa1, ping.clone(), 1002),
        (0xc0, ping.clone(), 1002),
    ] {
        let mut socket = Deflating::page(&server.address).await;
        socket.send(first, &payload).await;
        assert_eq!(socket.closed().await, code, "{first:#x} {} bytes", payload.len());
    }
}

#[tokio::test]
async fn real_workflows_take_a_third_of_their_bytes() {
    let Some(samples) = crate::files::samples::samples() else {
        return;
    };
    for folder in ["tac6", "tac8"] {
        let from = samples.join(folder).join("agents");
        let server = server().start();
        let mut socket = Deflating::page(&server.address).await;
        let adw_ids: Vec<String> = fs::read_dir(&from)
            .expect("a sample")
            .flatten()
            .map(|entry| entry.file_name().into_string().expect("an id"))
            .collect();
        for adw_id in &adw_ids {
            socket.subscribe(adw_id).await;
            socket.next_of("snapshot").await;
        }
        copy(&from, &server.folder().join("agents"));
        watch_until_quiet(&server, &mut socket, &adw_ids).await;
        let (sent, raw) = (socket.received_bytes, socket.text_bytes);
        println!(
            "{folder}: {sent} of {raw} bytes, {:.1} %",
            sent as f64 * 100.0 / raw as f64
        );
        assert!(
            raw > 100_000 && sent * 100 < raw * 40,
            "{folder}: {sent} of {raw} bytes"
        );
    }
}

/// Reads until the viewer has what the server has of all the workflows.
async fn watch_until_quiet(server: &Server, socket: &mut Deflating, adw_ids: &[String]) {
    let all_known = |answer: &crate::harness::Answer| {
        let known = answer.json()["workflows"].as_array().map_or(0, Vec::len);
        known == adw_ids.len()
    };
    server.wait_for("/api/workflows", all_known).await;
    // Events and heartbeats come until a whole rescan has brought nothing new.
    let mut quiet = 0;
    while quiet < 15 {
        let frame = socket.next().await;
        quiet = if frame["type"] == "heartbeat" { quiet + 1 } else { 0 };
    }
}

fn copy(from: &std::path::Path, to: &std::path::Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder").flatten() {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("a copy");
        }
    }
}
