//! Answers over HTTP, in the encoding that their reader takes.

use std::io::Read;

use serde_json::json;

use crate::harness::{Answer, Server, http, log, server};

/// A workflow whose answers are worth compressing.
async fn busy_server() -> Server {
    let server = server().start();
    server
        .push_logs("a1", (0..300).map(|n| format!("step {n} of the plan")))
        .await;
    server
}

async fn ask(server: &Server, method: &str, path: &str, accepted: &str) -> Answer {
    http::ask(&server.address, method, path, &[("accept-encoding", accepted)], b"").await
}

fn decoded(answer: &Answer) -> Vec<u8> {
    let body = answer.body.as_slice();
    let mut plain = Vec::new();
    let read = match answer.header("content-encoding") {
        None => return body.to_vec(),
        Some("gzip") => flate2::read::GzDecoder::new(body).read_to_end(&mut plain),
        Some("br") => brotli::Decompressor::new(body, 4_096).read_to_end(&mut plain),
        Some("zstd") => zstd::Decoder::new(body).and_then(|mut reader| reader.read_to_end(&mut plain)),
        Some(other) => panic!("{other} was not asked for"),
    };
    read.expect("a sound body");
    plain
}

#[tokio::test]
async fn a_reader_gets_the_encoding_it_takes() {
    let server = busy_server().await;
    let paths = ["/api/workflows/a1/events", "/api/workflows/a1/export", "/w/a1"];
    for path in paths {
        let plain = server.get(path).await;
        for encoding in ["br", "zstd", "gzip"] {
            let answer = ask(&server, "GET", path, encoding).await;
            assert_eq!(answer.header("content-encoding"), Some(encoding), "{path}");
            assert!(answer.body.len() * 3 < plain.body.len(), "{path} in {encoding}");
            assert_eq!(answer.header("content-type"), plain.header("content-type"));
            assert_eq!(answer.header("content-length"), None, "{path}");
            let body = decoded(&answer);
            if path.ends_with("export") {
                assert_eq!(body, plain.body);
            } else {
                // Times and nonces differ.
                assert!(
                    body.ends_with(&plain.body[plain.body.len() - 2..]),
                    "{path} in {encoding}"
                );
                assert!(body.len().abs_diff(plain.body.len()) < 100, "{path} in {encoding}");
            }
        }
        for refused in ["", "identity", "gzip;q=0", "deflate"] {
            let answer = ask(&server, "GET", path, refused).await;
            assert_eq!(answer.header("content-encoding"), None, "{path}: {refused}");
        }
    }
}

#[tokio::test]
async fn a_stream_takes_the_encoding_that_holds_the_least() {
    let server = busy_server().await;
    let answer = ask(&server, "GET", "/api/workflows/a1/export", "gzip, deflate, br, zstd").await;
    assert_eq!(answer.header("content-encoding"), Some("gzip"));
}

#[tokio::test]
async fn caches_are_told_what_an_answer_depends_on() {
    let server = busy_server().await;
    let told = |answer: &Answer| -> Vec<String> {
        let lines = answer.headers.iter().filter(|(name, _)| name == "vary");
        lines.map(|(_, value)| value.clone()).collect()
    };
    for accepted in ["gzip", "identity"] {
        let page = ask(&server, "GET", "/w/a1", accepted).await;
        assert_eq!(told(&page), ["cookie", "accept-encoding"], "{accepted}");
        let export = ask(&server, "GET", "/api/workflows/a1/export", accepted).await;
        assert_eq!(told(&export), ["accept-encoding"], "{accepted}");
    }
}

#[tokio::test]
async fn what_gains_nothing_stays_as_it_is() {
    let server = busy_server().await;
    for path in ["/healthz", "/api/workflows/none"] {
        let plain = server.get(path).await;
        let answer = ask(&server, "GET", path, "zstd, gzip").await;
        assert_eq!(answer.header("content-encoding"), None, "{path}");
        assert_eq!(
            answer.header("content-length"),
            plain.header("content-length"),
            "{path}"
        );
    }
}

#[tokio::test]
async fn head_promises_what_get_sends() {
    let server = busy_server().await;
    for accepted in ["gzip", "identity"] {
        for path in ["/api/workflows/a1/events/1", "/api/workflows", "/w/a1"] {
            let (head, get) = (
                ask(&server, "HEAD", path, accepted).await,
                ask(&server, "GET", path, accepted).await,
            );
            for name in ["content-encoding", "content-type", "content-length", "vary"] {
                assert_eq!(head.header(name), get.header(name), "{accepted} {path}: {name}");
            }
            assert!(head.body.is_empty());
        }
    }
}

#[tokio::test]
async fn a_long_answer_to_a_push_is_compressed_too() {
    let server = server().start();
    let bad: Vec<_> = (0..100).map(|_| json!({"type": "text_block", "data": {}})).collect();
    let body = json!(bad).to_string();
    let headers = [("content-type", "application/json"), ("accept-encoding", "gzip")];
    let answer = http::ask(&server.address, "POST", crate::harness::PUSH, &headers, body.as_bytes()).await;
    assert_eq!((answer.status, answer.header("content-encoding")), (400, Some("gzip")));
    server.push(&[log("a1", "and an accepted one is short")]).await;
}
