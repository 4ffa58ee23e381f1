//! What one client may cost: time for a head, time for a body, and a place among the connections.

use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::harness::http::parse;
use crate::harness::{PATIENCE, server};

/// Reads until the server closes; an error is an end too.
async fn read_out(stream: &mut TcpStream) -> Vec<u8> {
    let mut bytes = Vec::new();
    let read = timeout(PATIENCE, stream.read_to_end(&mut bytes)).await;
    let _ = read.expect("the server closes");
    bytes
}

#[tokio::test]
async fn a_head_that_never_ends_is_not_waited_for() {
    let server = server().variable("ADWATCH_HEADER_TIMEOUT", "300ms").start();
    let mut slow = TcpStream::connect(&server.address).await.expect("it accepts");
    slow.write_all(b"GET / HTTP/1.1\r\nhost: localhost\r\nx-slow: ")
        .await
        .expect("it reads");
    let begin = Instant::now();
    read_out(&mut slow).await;
    assert!(begin.elapsed() < Duration::from_secs(5), "{:?}", begin.elapsed());
    assert_eq!(server.get("/healthz").await.status, 200);
}

#[tokio::test]
async fn a_body_that_never_ends_is_answered() {
    let server = server().variable("ADWATCH_REQUEST_TIMEOUT", "300ms").start();
    let mut slow = TcpStream::connect(&server.address).await.expect("it accepts");
    let head = "POST /api/agent-state-update HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n\
                content-length: 100\r\n\r\n{";
    slow.write_all(head.as_bytes()).await.expect("it reads");
    let answer = parse(&read_out(&mut slow).await);
    assert_eq!(
        (answer.status, &answer.json()["error"]["code"]),
        (408, &"timeout".into())
    );
}

#[tokio::test]
async fn one_client_too_many_is_told_when_to_come_back() {
    let server = server().variable("ADWATCH_MAX_CONNECTIONS", "2").start();
    let viewers = [server.socket().await, server.socket().await];
    let answer = server.get("/healthz").await;
    assert_eq!((answer.status, answer.header("retry-after")), (503, Some("5")));
    assert_eq!(answer.json()["error"]["code"], "busy");
    drop(viewers);
    server.wait_for("/healthz", |answer| answer.status == 200).await;
}
