//! Pushing as fast as the server acknowledges, over kept connections and with as little work on this side as possible.

use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::server::Server;

/// Acknowledged single pushes a second.
pub async fn singles(server: &Server, connections: usize, span: Duration) -> u64 {
    let tasks: Vec<_> = (0..connections)
        .map(|connection| {
            let mut client = Client::new(&server.address);
            tokio::spawn(async move {
                client.connect().await;
                let until = Instant::now() + span;
                let mut count: u64 = 0;
                while Instant::now() < until {
                    let event = event(&format!("wf{}", connection % 8), &format!("c{connection}-{count}"));
                    client.push(&event, "\"accepted\":1").await;
                    count += 1;
                }
                count
            })
        })
        .collect();
    let mut total = 0;
    for task in tasks {
        total += task.await.expect("a connection ends well");
    }
    total / span.as_secs()
}

/// Acknowledged events a second, in batches.
pub async fn batches(server: &Server, connections: usize, batch: usize, span: Duration) -> u64 {
    let tasks: Vec<_> = (0..connections)
        .map(|connection| {
            let mut client = Client::new(&server.address);
            tokio::spawn(async move {
                client.connect().await;
                let until = Instant::now() + span;
                let mut count: u64 = 0;
                let accepted = format!("\"accepted\":{batch}");
                while Instant::now() < until {
                    let events: Vec<String> = (0..batch)
                        .map(|at| event(&format!("wf{connection}"), &format!("b{connection}-{count}-{at}")))
                        .collect();
                    client.push(&format!("[{}]", events.join(",")), &accepted).await;
                    count += 1;
                }
                count * batch as u64
            })
        })
        .collect();
    let mut total = 0;
    for task in tasks {
        total += task.await.expect("a connection ends well");
    }
    total / span.as_secs()
}

/// An event as a notifier sends it: a log line with an id of its own.
pub fn event(adw_id: &str, event_id: &str) -> String {
    format!(
        r#"{{"type":"agent_log_entry","data":{{"adw_id":"{adw_id}","event_id":"{event_id}","event_type":"log_entry","timestamp":"2026-01-15T10:30:00.123Z","agent":"sdlc_implementor","payload":{{"level":"INFO","message":"pnpm vitest run test/webhooks/retry.test.ts: 214 passed","source":"bench"}}}}}}"#
    )
}

/// A kept connection.
pub struct Client {
    address: String,
    stream: Option<TcpStream>,
    request: Vec<u8>,
    reply: Vec<u8>,
}

impl Client {
    pub fn new(address: &str) -> Self {
        Self {
            address: address.to_owned(),
            stream: None,
            request: Vec::new(),
            reply: vec![0; 16 * 1024],
        }
    }

    pub async fn connect(&mut self) {
        let stream = TcpStream::connect(&self.address).await.expect("the server accepts");
        stream.set_nodelay(true).expect("a TCP option");
        self.stream = Some(stream);
    }

    /// Pushes and waits for the acknowledgement, which must hold `expected`.
    pub async fn push(&mut self, body: &str, expected: &str) {
        use std::io::Write as _;
        let stream = self.stream.as_mut().expect("connected");
        self.request.clear();
        write!(
            self.request,
            "POST /api/agent-state-update HTTP/1.1\r\nhost: {}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            self.address,
            body.len()
        )
        .expect("a Vec takes everything");
        stream.write_all(&self.request).await.expect("the server reads");
        let mut filled = 0;
        loop {
            let read = stream
                .read(&mut self.reply[filled..])
                .await
                .expect("the server answers");
            assert!(read > 0, "the server closed the connection");
            filled += read;
            let text = std::str::from_utf8(&self.reply[..filled]).expect("a reply is text");
            let Some((head, rest)) = text.split_once("\r\n\r\n") else {
                continue;
            };
            let length = head
                .lines()
                .find_map(|line| line.strip_prefix("content-length: "))
                .and_then(|n| n.parse().ok());
            if rest.len() == length.unwrap_or(usize::MAX) {
                assert!(head.starts_with("HTTP/1.1 200") && rest.contains(expected), "{text}");
                return;
            }
        }
    }
}
