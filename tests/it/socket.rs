//! The socket `adwatch.v1`, from a push to a viewer: nothing missing, nothing twice, in order.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use rustix::process::Signal;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

use crate::harness::socket::Had;
use crate::harness::{Server, Socket, server};

const PUSH: &str = "/api/agent-state-update";

fn log(adw_id: &str, message: &str) -> Value {
    json!({"type": "agent_log_entry", "data": {"adw_id": adw_id, "event_type": "log_entry",
        "payload": {"level": "INFO", "message": message}}})
}

async fn push(server: &Server, adw_id: &str, messages: impl IntoIterator<Item = String>) {
    let events: Vec<Value> = messages.into_iter().map(|message| log(adw_id, &message)).collect();
    let answer = server.post(PUSH, Value::from(events.clone()).to_string()).await;
    assert_eq!(answer.json()["accepted"], events.len(), "{}", answer.text());
}

fn messages(had: &Had) -> Vec<&str> {
    let mut all = Vec::new();
    for event in &had.events {
        all.push(event["data"]["payload"]["message"].as_str().expect("a log's message"));
    }
    all
}

#[tokio::test]
async fn a_viewer_gets_a_snapshot_and_then_every_event() {
    let server = server().start();
    push(&server, "a1", ["one".to_owned(), "two".to_owned()]).await;
    let mut socket = server.socket().await;
    assert_eq!(socket.hello["heartbeat_ms"], 200);
    socket.subscribe("a1").await;
    let snapshot = socket.next_of("snapshot").await;
    assert_eq!((&snapshot["seq"], &snapshot["timeline"]["seq"]), (&json!(2), &json!(2)));
    assert_eq!(snapshot["epoch"], socket.hello["epoch"]);
    push(&server, "a1", ["three".to_owned()]).await;
    let mut had = Had {
        from: 2,
        ..Had::default()
    };
    socket.follow("a1", &mut had, 3).await;
    assert_eq!(messages(&had), ["three"]);
}

#[tokio::test]
async fn a_workflow_may_be_followed_before_it_exists() {
    let server = server().start();
    let mut socket = server.socket().await;
    socket.subscribe("later").await;
    assert_eq!(socket.next_of("snapshot").await["seq"], 0);
    push(&server, "later", ["first".to_owned()]).await;
    let mut had = Had::default();
    socket.follow("later", &mut had, 1).await;
    assert_eq!(messages(&had), ["first"]);
}

#[tokio::test]
async fn a_viewer_that_returns_gets_exactly_what_it_missed() {
    let server = server().start();
    push(&server, "a1", (1..=1_000).map(|n| n.to_string())).await;
    let mut socket = server.socket().await;
    let epoch = socket.hello["epoch"].as_str().expect("an epoch").to_owned();
    let mut had = Had {
        from: 10,
        ..Had::default()
    };
    socket.resume("a1", &epoch, 10).await;
    socket.follow("a1", &mut had, 1_000).await;
    assert_eq!(
        (had.from, messages(&had)[0], had.events.len()),
        (10, "11", 990),
        "from the journal, no snapshot"
    );
    // Up to date: the next event comes without a word before it.
    let mut socket = server.socket().await;
    socket.resume("a1", &epoch, 1_000).await;
    push(&server, "a1", ["1001".to_owned()]).await;
    let mut had = Had {
        from: 1_000,
        ..Had::default()
    };
    socket.follow("a1", &mut had, 1_001).await;
    assert_eq!((had.from, messages(&had)), (1_000, vec!["1001"]));
}

#[tokio::test]
async fn a_seq_of_another_life_or_ahead_of_the_head_gets_a_snapshot() {
    let server = server().start();
    push(&server, "a1", ["one".to_owned(), "two".to_owned()]).await;
    let mut socket = server.socket().await;
    let epoch = socket.hello["epoch"].as_str().expect("an epoch").to_owned();
    for (epoch, after) in [("another", 1), (epoch.as_str(), 3), (epoch.as_str(), u64::MAX)] {
        socket.resume("a1", epoch, after).await;
        assert_eq!(socket.next_of("snapshot").await["seq"], 2, "{epoch} {after}");
    }
    // An `after` without the life it belongs to tells nothing.
    socket
        .send(&json!({"type": "subscribe", "data": {"adw_id": "a1", "after": 2}}))
        .await;
    assert_eq!(socket.next_of("snapshot").await["seq"], 2);
}

#[tokio::test]
async fn a_restart_keeps_the_epoch_and_a_viewer_goes_on_where_it_was() {
    for how in [Server::restart, Server::kill_and_restart] {
        let server = server().start();
        push(&server, "a1", (1..=5).map(|n| n.to_string())).await;
        let epoch = server.socket().await.hello["epoch"]
            .as_str()
            .expect("an epoch")
            .to_owned();
        let server = how(server);
        push(&server, "a1", ["6".to_owned()]).await;
        let mut socket = server.socket().await;
        assert_eq!(socket.hello["epoch"], epoch.as_str());
        let mut had = Had {
            from: 3,
            ..Had::default()
        };
        socket.resume("a1", &epoch, 3).await;
        socket.follow("a1", &mut had, 6).await;
        assert_eq!((had.from, messages(&had)), (3, vec!["4", "5", "6"]));
    }
}

#[tokio::test]
async fn what_was_acknowledged_before_a_kill_is_there_once() {
    let mut server = server().start();
    let mut acknowledged: Vec<String> = Vec::new();
    for round in 0..3 {
        let address = server.address.clone();
        let writers: Vec<_> = (0..4)
            .map(|writer| {
                let address = address.clone();
                tokio::spawn(async move { push_until_gone(&address, &format!("{round}-{writer}")).await })
            })
            .collect();
        tokio::time::sleep(Duration::from_millis(300)).await;
        server.signal(Signal::KILL);
        for writer in writers {
            acknowledged.extend(writer.await.expect("a writer ends well"));
        }
        server = server.kill_and_restart();
    }
    assert!(acknowledged.len() > 20, "there was load: {}", acknowledged.len());
    let mut socket = server.socket().await;
    let epoch = socket.hello["epoch"].as_str().expect("an epoch").to_owned();
    socket.subscribe("load").await;
    let head = socket.next_of("snapshot").await["seq"].as_u64().expect("a seq");
    let mut had = Had::default();
    socket.resume("load", &epoch, 0).await;
    socket.follow("load", &mut had, head).await;
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for message in messages(&had) {
        *counts.entry(message).or_default() += 1;
    }
    for message in &acknowledged {
        assert_eq!(counts.get(message.as_str()), Some(&1), "{message}");
    }
    assert!(counts.values().all(|count| *count == 1), "nothing twice");
}

/// Pushes one by one on one connection, until the server is gone; what was answered with 200.
async fn push_until_gone(address: &str, name: &str) -> Vec<String> {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let mut acknowledged = Vec::new();
    let Ok(mut stream) = tokio::net::TcpStream::connect(address).await else {
        return acknowledged;
    };
    for number in 0.. {
        let message = format!("{name}-{number}");
        let body = log("load", &message).to_string();
        let request = format!(
            "POST {PUSH} HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        if stream.write_all(request.as_bytes()).await.is_err() {
            break;
        }
        let mut answer = [0; 4_096];
        match stream.read(&mut answer).await {
            Ok(bytes) if answer[..bytes].starts_with(b"HTTP/1.1 200") => acknowledged.push(message),
            Ok(bytes) if bytes > 0 => panic!("{}", String::from_utf8_lossy(&answer[..bytes])),
            _ => break,
        }
    }
    acknowledged
}

#[tokio::test]
async fn a_stalled_viewer_costs_the_others_nothing_and_is_told_so() {
    let server = server().variable("ADWATCH_SLOW_VIEWER", "2s").start();
    let mut stalled = server.socket().await;
    stalled.subscribe("busy").await;
    let mut fast = server.socket().await;
    fast.subscribe("busy").await;
    // 32 MiB, far more than any buffer between the two.
    let text = "x".repeat(8_000);
    let (batches, size) = (80, 50);
    let pushing = async {
        let mut slowest = Duration::ZERO;
        for batch in 0..batches {
            let begin = Instant::now();
            push(&server, "busy", (0..size).map(|n| format!("{batch}-{n} {text}"))).await;
            slowest = slowest.max(begin.elapsed());
        }
        slowest
    };
    let mut had = Had::default();
    let (slowest, ()) = tokio::join!(pushing, fast.follow("busy", &mut had, batches * size));
    assert!(slowest < Duration::from_secs(2), "a push took {slowest:?}");
    assert_eq!(had.seq(), batches * size);
    // It wakes after its time: what it was sent is in order, then comes the code; and a return completes it.
    tokio::time::sleep(Duration::from_millis(2_500)).await;
    let (mut late, code) = read_to_close(stalled).await;
    assert_eq!(code, Some(4008));
    assert!(late.seq() < batches * size);
    let mut back = server.socket().await;
    let epoch = back.hello["epoch"].as_str().expect("an epoch").to_owned();
    back.resume("busy", &epoch, late.seq()).await;
    back.follow("busy", &mut late, batches * size).await;
    assert_eq!(late.events, had.events[late.from as usize..]);
}

async fn read_to_close(mut socket: Socket) -> (Had, Option<u16>) {
    let mut had = Had::default();
    loop {
        match socket.message().await {
            Ok(Message::Text(text)) => {
                let frame: Value = serde_json::from_str(&text).expect("frames are JSON");
                had.take(&frame);
            }
            Ok(Message::Close(frame)) => return (had, frame.map(|frame| frame.code.into())),
            Ok(_) => {}
            Err(error) => panic!("the socket ended without a close: {error}"),
        }
    }
}

#[tokio::test]
async fn one_socket_follows_many_workflows_fairly() {
    let server = server().start();
    let wanted: HashMap<String, u64> = (0..20).map(|n| (format!("w{n}"), 200)).collect();
    let mut socket = server.socket().await;
    for adw_id in wanted.keys() {
        socket.subscribe(adw_id).await;
    }
    let pushing = async {
        for part in 0..10 {
            for adw_id in wanted.keys() {
                push(&server, adw_id, (0..20).map(|n| (part * 20 + n).to_string())).await;
            }
        }
    };
    let (all, ()) = tokio::join!(socket.follow_all(&wanted), pushing);
    for had in all.values() {
        let expected: Vec<String> = (had.from..200).map(|n| n.to_string()).collect();
        assert_eq!(messages(had), expected);
    }
}

#[tokio::test]
async fn unsubscribing_ends_the_events() {
    let server = server().start();
    let mut socket = server.socket().await;
    for adw_id in ["a", "b"] {
        socket.subscribe(adw_id).await;
        socket.next_of("snapshot").await;
    }
    socket
        .send(&json!({"type": "unsubscribe", "data": {"adw_id": "a"}}))
        .await;
    socket.send(&json!({"type": "ping"})).await;
    socket.next_of("heartbeat").await;
    push(&server, "a", ["unseen".to_owned()]).await;
    push(&server, "b", ["seen".to_owned()]).await;
    assert_eq!(socket.next_of("events").await["adw_id"], "b");
}

#[tokio::test]
async fn the_board_comes_whole_and_then_as_changes() {
    let server = server().start();
    push(&server, "old", ["one".to_owned()]).await;
    let mut socket = server.socket().await;
    socket
        .send(&json!({"type": "subscribe", "data": {"board": true}}))
        .await;
    let board = socket.next_of("board").await;
    assert_eq!(
        (&board["full"], &board["upserts"][0]["adw_id"]),
        (&json!(true), &json!("old"))
    );
    push(&server, "new", ["one".to_owned()]).await;
    loop {
        let board = socket.next_of("board").await;
        assert_eq!(board["full"], false);
        if board["upserts"][0]["adw_id"] == "new" {
            break;
        }
    }
}

#[tokio::test]
async fn what_is_not_understood_is_answered_and_the_socket_lives() {
    let server = server().start();
    let mut socket = server.socket().await;
    for (text, code) in [
        ("not json", "bad_json"),
        ("{\"type\":\"dance\"}", "unknown_type"),
        (
            "{\"type\":\"subscribe\",\"data\":{\"adw_id\":\"../../etc\"}}",
            "bad_data",
        ),
        ("{\"type\":\"subscribe\"}", "bad_data"),
    ] {
        socket.send_text(text).await;
        let error = socket.next_of("error").await;
        assert_eq!(error["code"], code, "{text}");
    }
    socket.send_message(Message::binary(vec![1, 2, 3])).await;
    assert_eq!(socket.next_of("error").await["code"], "bad_json");
    socket.send(&json!({"type": "ping"})).await;
    socket.next_of("heartbeat").await;
    socket.send_message(Message::Ping(b"still there".to_vec().into())).await;
    loop {
        if let Message::Pong(payload) = socket.message().await.expect("the socket lives") {
            assert_eq!(payload, "still there");
            break;
        }
    }
}

#[tokio::test]
async fn a_message_too_big_ends_the_socket_with_the_reason() {
    let server = server().start();
    let mut socket = server.socket().await;
    socket.send_text(&"x".repeat(16 * 1024 + 1)).await;
    assert_eq!(socket.closed().await, 1009);
}

#[tokio::test]
async fn a_socket_follows_a_limited_number_of_workflows() {
    let server = server().variable("ADWATCH_MAX_SUBSCRIPTIONS", "2").start();
    let mut socket = server.socket().await;
    for adw_id in ["a", "b", "c"] {
        socket.subscribe(adw_id).await;
    }
    assert_eq!(socket.next_of("error").await["code"], "too_many_subscriptions");
    socket
        .send(&json!({"type": "unsubscribe", "data": {"adw_id": "a"}}))
        .await;
    socket.subscribe("c").await;
    while socket.next_of("snapshot").await["adw_id"] != "c" {}
}

#[tokio::test]
async fn heartbeats_come_while_nothing_happens() {
    let server = server().start();
    let mut socket = server.socket().await;
    let begin = Instant::now();
    for _ in 0..5 {
        assert!(socket.next_of("heartbeat").await["server_time"].is_string());
    }
    let took = begin.elapsed();
    assert!(
        (Duration::from_millis(700)..Duration::from_secs(10)).contains(&took),
        "{took:?}"
    );
}

#[tokio::test]
async fn open_sockets_are_told_of_a_restart_and_do_not_delay_it() {
    let server = server().start();
    let mut polite = server.socket().await;
    let mut silent = Vec::new();
    for _ in 0..20 {
        silent.push(server.socket().await);
    }
    let address = server.address.clone();
    let stopping = tokio::task::spawn_blocking(move || server.stop(Signal::TERM));
    assert_eq!(polite.closed().await, 1012);
    let (status, took) = stopping.await.expect("it stops");
    assert!(status.success());
    assert!(took < Duration::from_secs(5), "{took:?}");
    assert!(tokio::net::TcpStream::connect(&address).await.is_err());
}

#[tokio::test]
async fn strangers_and_the_unprepared_are_refused() {
    let server = server().start();
    let protocol = ("sec-websocket-protocol", "adwatch.v1");
    for (headers, status) in [
        (&[][..], 400),
        (&[("sec-websocket-protocol", "chat")][..], 400),
        (&[protocol, ("origin", "http://evil.example")][..], 403),
        (&[protocol, ("origin", "null")][..], 403),
        (&[protocol, ("host", "evil.example")][..], 421),
    ] {
        let refused = Socket::open_with(&server.address, headers).await.err();
        let Some(tokio_tungstenite::tungstenite::Error::Http(answer)) = refused else {
            panic!("{headers:?}: {refused:?}");
        };
        assert_eq!(answer.status(), status, "{headers:?}");
    }
    let own = format!("http://{}", server.address);
    assert!(
        Socket::open_with(&server.address, &[protocol, ("origin", &own)])
            .await
            .is_ok()
    );
    let plain = server.get("/ws").await;
    assert_eq!(plain.status, 426);
    assert_eq!(plain.header("upgrade"), Some("websocket"));
}

#[tokio::test]
async fn an_allowed_origin_may_open_a_socket() {
    let settings = "[access]\nallowed_origins = [\"http://localhost:5173\"]\n";
    let server = server().settings(settings).start();
    let headers = [
        ("sec-websocket-protocol", "adwatch.v1"),
        ("origin", "http://localhost:5173"),
    ];
    assert!(Socket::open_with(&server.address, &headers).await.is_ok());
}
