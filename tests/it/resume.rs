//! Viewers that go away, fall behind or sleep, and servers that die: each viewer ends with the events of the journal.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use rustix::process::Signal;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;

use crate::harness::socket::Had;
use crate::harness::{PUSH, Server, Socket, log, server};

#[tokio::test]
async fn a_viewer_that_returns_gets_exactly_what_it_missed() {
    let server = server().start();
    server.push_logs("a1", (1..=1_000).map(|n| n.to_string())).await;
    let mut socket = server.socket().await;
    let epoch = socket.hello["epoch"].as_str().expect("an epoch").to_owned();
    let mut had = Had {
        from: 10,
        ..Had::default()
    };
    socket.resume("a1", &epoch, 10).await;
    socket.follow("a1", &mut had, 1_000).await;
    assert_eq!(
        (had.from, had.messages()[0], had.events.len()),
        (10, "11", 990),
        "from the journal, no snapshot"
    );
    // Up to date: the next event comes without a word before it.
    let mut socket = server.socket().await;
    socket.resume("a1", &epoch, 1_000).await;
    server.push_logs("a1", ["1001".to_owned()]).await;
    let mut had = Had {
        from: 1_000,
        ..Had::default()
    };
    socket.follow("a1", &mut had, 1_001).await;
    assert_eq!((had.from, had.messages()), (1_000, vec!["1001"]));
}

#[tokio::test]
async fn a_seq_of_another_life_or_ahead_of_the_head_gets_a_snapshot() {
    let server = server().start();
    server.push_logs("a1", ["one".to_owned(), "two".to_owned()]).await;
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
        server.push_logs("a1", (1..=5).map(|n| n.to_string())).await;
        let epoch = server.socket().await.hello["epoch"]
            .as_str()
            .expect("an epoch")
            .to_owned();
        let server = how(server);
        server.push_logs("a1", ["6".to_owned()]).await;
        let mut socket = server.socket().await;
        assert_eq!(socket.hello["epoch"], epoch.as_str());
        let mut had = Had {
            from: 3,
            ..Had::default()
        };
        socket.resume("a1", &epoch, 3).await;
        socket.follow("a1", &mut had, 6).await;
        assert_eq!((had.from, had.messages()), (3, vec!["4", "5", "6"]));
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
    for message in had.messages() {
        *counts.entry(message).or_default() += 1;
    }
    for message in &acknowledged {
        assert_eq!(counts.get(message.as_str()), Some(&1), "{message}");
    }
    assert!(counts.values().all(|count| *count == 1), "nothing twice");
}

/// Pushes one by one on one connection, until the server is gone; what was answered with 200.
async fn push_until_gone(address: &str, name: &str) -> Vec<String> {
    let mut acknowledged = Vec::new();
    let Ok(mut stream) = TcpStream::connect(address).await else {
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
            server
                .push_logs("busy", (0..size).map(|n| format!("{batch}-{n} {text}")))
                .await;
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
