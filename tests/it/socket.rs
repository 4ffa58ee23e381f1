//! The socket `adwatch.v1`, from a push to a viewer: nothing missing, nothing twice, in order.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use rustix::process::Signal;
use serde_json::json;
use tokio_tungstenite::tungstenite::Message;

use crate::harness::socket::Had;
use crate::harness::{Socket, server};

#[tokio::test]
async fn a_viewer_gets_a_snapshot_and_then_every_event() {
    let server = server().start();
    server.push_logs("a1", ["one".to_owned(), "two".to_owned()]).await;
    let mut socket = server.socket().await;
    assert_eq!(socket.hello["heartbeat_ms"], 200);
    socket.subscribe("a1").await;
    let snapshot = socket.next_of("snapshot").await;
    assert_eq!((&snapshot["seq"], &snapshot["timeline"]["seq"]), (&json!(2), &json!(2)));
    assert_eq!(snapshot["epoch"], socket.hello["epoch"]);
    server.push_logs("a1", ["three".to_owned()]).await;
    let mut had = Had {
        from: 2,
        ..Had::default()
    };
    socket.follow("a1", &mut had, 3).await;
    assert_eq!(had.messages(), ["three"]);
}

#[tokio::test]
async fn a_workflow_may_be_followed_before_it_exists() {
    let server = server().start();
    let mut socket = server.socket().await;
    socket.subscribe("later").await;
    assert_eq!(socket.next_of("snapshot").await["seq"], 0);
    server.push_logs("later", ["first".to_owned()]).await;
    let mut had = Had::default();
    socket.follow("later", &mut had, 1).await;
    assert_eq!(had.messages(), ["first"]);
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
                server
                    .push_logs(adw_id, (0..20).map(|n| (part * 20 + n).to_string()))
                    .await;
            }
        }
    };
    let (all, ()) = tokio::join!(socket.follow_all(&wanted), pushing);
    for had in all.values() {
        let expected: Vec<String> = (had.from..200).map(|n| n.to_string()).collect();
        assert_eq!(had.messages(), expected);
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
    server.push_logs("a", ["unseen".to_owned()]).await;
    server.push_logs("b", ["seen".to_owned()]).await;
    assert_eq!(socket.next_of("events").await["adw_id"], "b");
}

#[tokio::test]
async fn the_board_comes_whole_and_then_as_changes() {
    let server = server().start();
    server.push_logs("old", ["one".to_owned()]).await;
    let mut socket = server.socket().await;
    socket
        .send(&json!({"type": "subscribe", "data": {"board": true}}))
        .await;
    let board = socket.next_of("board").await;
    assert_eq!(
        (&board["full"], &board["upserts"][0]["adw_id"]),
        (&json!(true), &json!("old"))
    );
    server.push_logs("new", ["one".to_owned()]).await;
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
        (&[("origin", "http://evil.example")][..], 403),
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
