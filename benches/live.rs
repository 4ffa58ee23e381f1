//! What the live path does on this machine: `make bench` prints the first table of docs/performance.md.
//!
//! The real binary, real sockets, the default durability (`power`); the load generator runs on the same cores.
//! Every reply and every received event is checked, so a figure is of work that was done right.
//! `cargo bench -- fanout` prints one part alone; a figure with a range is the middle one of five.

// Printing the table is what it is for.
#![allow(clippy::print_stdout)]

#[path = "live/fanout.rs"]
mod fanout;
#[path = "live/handover.rs"]
mod handover;
#[path = "live/history.rs"]
mod history;
#[path = "live/invented.rs"]
mod invented;
#[path = "live/journal.rs"]
mod journal;
#[path = "live/parse.rs"]
mod parse;
#[path = "live/push.rs"]
mod push;
#[path = "live/resume.rs"]
mod resume;
#[path = "live/runs.rs"]
mod runs;
#[path = "live/server.rs"]
mod server;
#[path = "live/socket.rs"]
mod socket;
#[path = "live/viewers.rs"]
mod viewers;

use std::time::Duration;

use handover::{Situation, milliseconds};
use server::Server;

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .expect("a runtime");
    // `cargo test --benches` and `--list` only ask whether it starts.
    if std::env::args().any(|argument| argument == "--test" || argument == "--list") {
        return;
    }
    let only: Vec<String> = std::env::args()
        .skip(1)
        .filter(|argument| !argument.starts_with('-'))
        .collect();
    let wanted = |name: &str| only.is_empty() || only.iter().any(|part| name.contains(part.as_str()));
    println!("| what | got | to reach | proud of |");
    println!("|---|---:|---:|---:|");
    runtime.block_on(async {
        for (connections, goals) in [(1, ["", ""]), (16, ["10,000", "25,000"])] {
            if wanted("single") {
                let server = Server::start();
                let rate = push::singles(&server, connections, Duration::from_secs(5)).await;
                let cpu_us = server.cpu_seconds() * 1_000_000.0 / (rate as f64 * 5.0);
                row(
                    &format!("server's processor time per single push, {connections} at once"),
                    &format!("{cpu_us:.0} µs"),
                    ["", ""],
                );
                let noun = if connections == 1 { "connection" } else { "connections" };
                row(
                    &format!("single durable pushes a second, {connections} {noun}"),
                    &thousands(rate),
                    goals,
                );
            }
        }
        if wanted("batched") {
            let server = Server::start();
            let rate = push::batches(&server, 4, 500, Duration::from_secs(6)).await;
            let cpu_us = server.cpu_seconds() * 1_000_000.0 / (rate as f64 * 6.0);
            row(
                "server's processor time per batched event",
                &format!("{cpu_us:.1} µs"),
                ["", ""],
            );
            row(
                "batched events a second (4 connections, 500 a batch)",
                &thousands(rate),
                ["60,000", "100,000"],
            );
        }
        if wanted("viewers") {
            let server = Server::start();
            let latency = viewers::latency(&server, 500, 50, Duration::from_secs(10)).await;
            row(
                "push to 500 viewers at 50 events a second, p50",
                &format!("{:.1} ms", latency.p50_ms),
                ["", ""],
            );
            row(
                "push to 500 viewers at 50 events a second, p99",
                &format!("{:.1} ms", latency.p99_ms),
                ["8 ms", "4 ms"],
            );
        }
        if wanted("history") {
            history::run().await;
        }
        if wanted("fanout") {
            fanout::run().await;
        }
        if wanted("resume") {
            resume::run().await;
        }
        if wanted("parse") {
            parse::drafts();
        }
        if wanted("files") {
            parse::journal().await;
        }
        if wanted("handover") {
            for (name, situation) in Situation::all() {
                let times = situation.calls();
                let p50 = milliseconds(times.p50);
                row(&format!("handing an event over, server {name}, p50"), &p50, ["", ""]);
                let p99 = milliseconds(times.p99);
                row(
                    &format!("handing an event over, server {name}, p99"),
                    &p99,
                    ["0.2 ms", "0.05 ms"],
                );
            }
        }
        if wanted("hook") {
            for (name, situation) in Situation::all() {
                let times = situation.hooks();
                let p50 = milliseconds(times.p50);
                row(
                    &format!("a hook as a whole process, server {name}, p50"),
                    &p50,
                    ["", ""],
                );
                let p99 = milliseconds(times.p99);
                row(
                    &format!("a hook as a whole process, server {name}, p99"),
                    &p99,
                    ["10 ms", "5 ms"],
                );
            }
        }
        if wanted("memory") {
            let server = Server::start();
            let bytes = viewers::idle_bytes(&server, 2_000).await;
            row(
                "resident memory per idle viewer (2,000 of them)",
                &format!("{:.1} kB", bytes as f64 / 1_000.0),
                ["15 kB", "2.5 kB"],
            );
            let server = Server::start();
            let bytes = viewers::busy_bytes(&server, 500).await;
            row(
                "what 500 viewers of a busy workflow add to the resident memory, at most",
                &format!("{:.1} MB", bytes as f64 / 1e6),
                ["40 MB", "20 MB"],
            );
        }
    });
}

fn row(what: &str, got: &str, [reach, proud]: [&str; 2]) {
    println!("| {what} | {got} | {reach} | {proud} |");
}

fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
