//! The plain feed, as the front ends of earlier ADW tools read it.

use serde_json::{Value, json};

use crate::harness::{Server, Socket, log, server};

async fn feed(server: &Server, path: &str) -> Socket {
    let mut socket = Socket::open_at(&server.address, path, &[])
        .await
        .expect("the feed opens");
    let hello = socket.next().await;
    assert_eq!(hello["type"], "connection_ack", "{hello}");
    socket
}

/// The types and seqs of the frames up to the one that holds the text.
async fn until(socket: &mut Socket, text: &str) -> Vec<String> {
    let mut had = Vec::new();
    loop {
        let frame = socket.next().await;
        had.push(name(&frame));
        if frame.to_string().contains(text) {
            return had;
        }
    }
}

fn name(frame: &Value) -> String {
    format!("{} {}", frame["type"].as_str().expect("a type"), frame["data"]["seq"])
}

fn text_block(adw_id: &str, content: &str) -> Value {
    json!({"type": "text_block", "data": {"adw_id": adw_id, "event_type": "text", "payload": {"content": content}}})
}

#[tokio::test]
async fn every_event_comes_as_it_is_and_under_its_older_type() {
    let server = server().start();
    let mut both = feed(&server, "/ws").await;
    let mut older = feed(&server, "/ws?types=older").await;
    let mut current = feed(&server, "/ws?types=current").await;
    server
        .push(&[log("one", "a"), text_block("two", "b"), log("one", "last")])
        .await;
    let had = until(&mut current, "last").await;
    assert_eq!(had, ["agent_log_entry 1", "text_block 1", "agent_log_entry 2"]);
    let had = until(&mut older, "last").await;
    assert_eq!(had, ["agent_log 1", "text_block 1", "agent_log 2"]);
    let mut frames = Vec::new();
    for _ in 0..5 {
        frames.push(both.next().await);
    }
    let had: Vec<_> = frames.iter().map(name).collect();
    let expected = [
        "agent_log_entry 1",
        "agent_log 1",
        "text_block 1",
        "agent_log_entry 2",
        "agent_log 2",
    ];
    assert_eq!(had, expected);
    // One name in both: one frame that either reader understands.
    let text = &frames[2]["data"];
    assert_eq!(
        (&text["content"], &text["payload"]["content"]),
        (&json!("b"), &json!("b"))
    );
    assert_eq!(frames[1]["data"]["message"], "a");
}

#[tokio::test]
async fn a_client_is_answered_and_gets_what_it_asked_for() {
    let server = server().start();
    let mut socket = feed(&server, "/ws").await;
    socket.send(&json!({"type": "ping"})).await;
    assert_eq!(socket.next().await["type"], "pong");
    socket.send(&json!({"type": "hello there"})).await;
    socket.send_text("not JSON").await;
    socket.send(&json!({"type": "subscribe", "adw_id": "../up"})).await;
    assert_eq!(socket.next_of("error").await["code"], "bad_data");
    socket.send(&json!({"type": "subscribe", "adw_id": "wanted"})).await;
    assert_eq!(socket.next_of("subscribed").await["adw_id"], "wanted");
    server.push(&[log("other", "unseen"), log("wanted", "seen")]).await;
    let frame = socket.next().await;
    assert_eq!(
        (&frame["type"], &frame["data"]["adw_id"]),
        (&json!("agent_log_entry"), &json!("wanted"))
    );
    let wrong = Socket::open_at(&server.address, "/ws?types=newer", &[]).await;
    assert!(wrong.is_err(), "a wrong word is refused");
    let strange = Socket::open_at(&server.address, "/ws", &[("sec-websocket-protocol", "graphql-ws")]).await;
    assert!(strange.is_err(), "a subprotocol that is not spoken is refused");
}

#[tokio::test]
async fn a_client_that_reads_too_slowly_is_told_what_it_missed_and_holds_nobody_up() {
    let server = server().start();
    let mut slow = feed(&server, "/ws?types=current").await;
    let filler = "x".repeat(2_000);
    for batch in 0..40 {
        let message = |number: u32| format!("{batch}-{number} {filler}");
        server.push_logs("busy", (0..500).map(message)).await;
    }
    server.push_logs("busy", ["the end".to_owned()]).await;
    let (mut missed, mut had) = (0, 0);
    loop {
        let frame = slow.next().await;
        match frame["type"].as_str() {
            Some("error") => missed += frame["data"]["count"].as_u64().expect("a count"),
            Some(_) => had += 1,
            None => panic!("{frame}"),
        }
        if frame.to_string().contains("the end") {
            break;
        }
    }
    assert!(missed > 0, "more was pushed than the ring and the system hold");
    assert_eq!(had + missed, 20_001, "what it had and what it missed are all");
}
