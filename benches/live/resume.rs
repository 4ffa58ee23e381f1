//! A viewer that comes back: how long until it has the ten thousand events that it missed, alone and with many others.

use std::time::Instant;

use crate::fanout::events_after;
use crate::push::{self, Client};
use crate::row;
use crate::runs::{Runs, TIMES};
use crate::server::Server;
use crate::socket::Socket;

const MISSED: u64 = 10_000;
const BATCH: u64 = 500;

pub async fn run() {
    for (viewers, who) in [(1, "one viewer"), (100, "100 viewers at once, the last of them")] {
        let mut times = Vec::new();
        for _ in 0..TIMES {
            times.push(resume(viewers).await);
        }
        row(
            &format!("resume of {} events, {who}", crate::thousands(MISSED)),
            &Runs::of(times).decimal("ms"),
            ["", ""],
        );
    }
}

/// Milliseconds from the first `subscribe` to the last event of the last viewer; nobody has asked for these events before.
async fn resume(viewers: usize) -> f64 {
    let server = Server::start();
    let mut client = Client::new(&server.address);
    client.connect().await;
    let accepted = format!("\"accepted\":{BATCH}");
    for number in 0..MISSED / BATCH {
        let events: Vec<String> = (0..BATCH)
            .map(|at| push::event("bench", &format!("{number}-{at}")))
            .collect();
        client.push(&format!("[{}]", events.join(",")), &accepted).await;
    }
    let mut sockets = Vec::with_capacity(viewers);
    let mut epoch = String::new();
    for _ in 0..viewers {
        let mut socket = Socket::open(&server.address).await;
        epoch = epoch_of(socket.text().await);
        sockets.push(socket);
    }
    let begin = Instant::now();
    let tasks: Vec<_> = sockets
        .into_iter()
        .map(|socket| tokio::spawn(catch_up(socket, epoch.clone())))
        .collect();
    for task in tasks {
        task.await.expect("a viewer ends well");
    }
    begin.elapsed().as_secs_f64() * 1_000.0
}

async fn catch_up(mut socket: Socket, epoch: String) {
    let subscribe = format!(r#"{{"type":"subscribe","data":{{"adw_id":"bench","epoch":"{epoch}","after":0}}}}"#);
    socket.send(&subscribe).await;
    let mut seq = 0;
    while seq < MISSED {
        let text = socket.text().await;
        assert!(
            !text.starts_with(r#"{"type":"snapshot""#),
            "the events, and no snapshot"
        );
        seq = events_after(seq, text).unwrap_or(seq);
    }
}

fn epoch_of(hello: &str) -> String {
    let (_, rest) = hello.split_once(r#""epoch":""#).expect("a hello");
    rest.split('"').next().expect("an epoch").to_owned()
}
