//! What a long history costs: the same questions to journals of a thousand, a hundred thousand and, when asked, more events.
//!
//! `HISTORY_MILLIONS=10` adds a journal of ten million events; building and indexing it takes minutes. All sizes are asked for
//! equal numbers of events, first while the search index may still be catching up, then again once it has.

use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::journal::built;
use crate::server::Server;
use crate::socket::Socket;
use crate::{row, thousands};

/// What viewers missed that were away for a while.
const MISSED: [u64; 2] = [1_000, 10_000];
const VIEWERS: u64 = 1_000;
/// How often what takes longer is asked.
const SHORT: u64 = 21;

/// What was found of one size, in the order of the questions.
type Column = Vec<(String, String)>;

pub async fn run() {
    let millions = std::env::var("HISTORY_MILLIONS")
        .ok()
        .and_then(|text| text.parse::<u64>().ok());
    let sizes: Vec<u64> = [1_000, 100_000]
        .into_iter()
        .chain(millions.map(|millions| millions * 1_000_000))
        .collect();
    let mut columns = Vec::new();
    for events in &sizes {
        columns.push(one_workflow(*events).await);
    }
    print(&sizes, &columns);
    many_workflows(1_000, 1_000).await;
}

/// A table of its own: a row for each question, a column for each size.
fn print(sizes: &[u64], columns: &[Column]) {
    let heads: Vec<String> = sizes.iter().map(|events| thousands(*events)).collect();
    println!("\n| one workflow, number of its events | {} |", heads.join(" | "));
    println!("|---|{}", "---:|".repeat(sizes.len()));
    // The largest was asked everything.
    for (what, _) in columns.last().into_iter().flatten() {
        let cells = columns.iter().map(|column| {
            let cell = column.iter().find(|(asked, _)| asked == what);
            cell.map_or("–", |(_, got)| got.as_str())
        });
        println!("| {what} | {} |", cells.collect::<Vec<_>>().join(" | "));
    }
    println!("\n| what | got | to reach | proud of |");
    println!("|---|---:|---:|---:|");
}

/// One workflow with so many events.
async fn one_workflow(events: u64) -> Column {
    let mut column = Column::new();
    let mut say = |what: &str, got: String| {
        eprintln!("{}: {what}: {got}", thousands(events));
        column.push((what.to_owned(), got));
    };
    let (directory, rate) = built(1, events).await;
    say("recorded, events a second", thousands(rate));
    let (server, start) = started(directory).await;
    say("start, the index not yet filled", ms(start));
    let cpu = server.cpu_seconds();
    for (where_it_is, end) in places(events) {
        let time = pages(&server, end).await;
        say(&format!("{where_it_is} page meanwhile"), ms(time));
    }
    let begin = Instant::now();
    let first = search(&server, "limit=1").await;
    while search(&server, "limit=1").await["indexed"] != events {
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    let since = (events - first["indexed"].as_u64().unwrap_or(0)) as f64;
    let (time, cpu) = (begin.elapsed().as_secs_f64(), server.cpu_seconds() - cpu);
    if since > 0.0 {
        say("indexed, events a second", thousands((since / time) as u64));
        say("indexed, events a second of processor", thousands((since / cpu) as u64));
    }

    let (server, start) = restarted(server, Server::stop).await;
    say("start", ms(start));
    say("first snapshot after it, socket included", ms(snapshot(&server).await));
    say(
        "snapshot again",
        ms(median(SHORT, async |_| snapshot(&server).await).await),
    );
    let (server, start) = restarted(server, Server::kill).await;
    say("start after a kill", ms(start));
    say("first snapshot after that", ms(snapshot(&server).await));
    for (where_it_is, end) in places(events) {
        say(&format!("{where_it_is} page of 200"), ms(pages(&server, end).await));
    }
    for missed in MISSED.into_iter().filter(|missed| *missed <= events) {
        let time = median(SHORT, async |viewer| {
            resume(&server, viewer, events - missed, events).await
        })
        .await;
        say(&format!("resume of {}", thousands(missed)), ms(time));
    }

    for (what, query, expected) in [
        ("a text that occurs once", "q=needle".to_owned(), 1),
        (
            "errors, one of a thousand, counted",
            "level=error".to_owned(),
            events / 1_000,
        ),
        (
            "a text in one of a hundred, counted",
            "q=rarely".to_owned(),
            events / 100,
        ),
        ("a text in every event, counted", "q=LINE".to_owned(), events),
    ] {
        let begin = Instant::now();
        let answer = ask(&server, &format!("/api/workflows/w0/search?{query}")).await;
        let time = ms(begin.elapsed());
        // What takes too long is refused, with a word on what to do.
        match answer {
            Ok(body) => {
                let found: Value = serde_json::from_str(&body).expect("JSON");
                assert_eq!(found["count"], expected, "{query}");
                say(&format!("search: {what}"), time);
            }
            Err(status) => say(&format!("search: {what}"), format!("{status} after {time}")),
        }
    }
    let path = "/api/workflows/w0/events?level=error&kind=agent_log_entry&limit=200";
    say("page of errors", ms(timed(|| get(&server, path)).await));
    say("memory after all that", mb(server.resident_bytes()));

    let (server, _) = started(server.stop()).await;
    let (time, cpu) = storm(&server, events).await;
    say(
        "1,000 viewers resume after a restart",
        format!("{} ({cpu:.2} s of processor)", ms(time)),
    );
    column
}

async fn many_workflows(workflows: u64, events: u64) {
    let (directory, _) = built(workflows, events).await;
    let what = format!("{} workflows of {} events", thousands(workflows), thousands(events));
    let (server, start) = started(directory).await;
    row(&format!("start with {what}"), &ms(start), ["1,000 ms", ""]);
    row(
        &format!("memory after the start with {what}"),
        &mb(server.resident_bytes()),
        ["", ""],
    );
    for number in 0..workflows {
        get(&server, &format!("/w/w{number}")).await;
    }
    row(
        &format!("memory after each of {what} was looked at"),
        &mb(server.resident_bytes()),
        ["", ""],
    );
    // Killed while it runs, as by a loss of power.
    let (_server, start) = started(server.kill()).await;
    row(&format!("start after a kill with {what}"), &ms(start), ["1,000 ms", ""]);
}

/// All viewers come back at once after a restart; each missed a thousand events or a little less. The time, and the server's.
async fn storm(server: &Server, events: u64) -> (Duration, f64) {
    let cpu = server.cpu_seconds();
    let begin = Instant::now();
    let viewers = (0..VIEWERS).map(|viewer| resume(server, viewer, events - 1_000 + viewer % 100, events));
    futures_util::future::join_all(viewers).await;
    (begin.elapsed(), server.cpu_seconds() - cpu)
}

/// The newest page, one in the middle and the oldest: where they end.
fn places(events: u64) -> [(&'static str, u64); 3] {
    [("newest", events), ("middle", events / 2), ("oldest", 200)]
}

/// How long a page of 200 takes that ends there or a little before, each a little further off.
async fn pages(server: &Server, end: u64) -> Duration {
    median(201, async |n| {
        let before = end.saturating_sub(n % 3 * 200).max(200) + 1;
        let path = format!("/api/workflows/w0/events?before={before}&limit=200");
        timed(|| get(server, &path)).await
    })
    .await
}

async fn snapshot(server: &Server) -> Duration {
    timed(|| async {
        let mut viewer = Socket::open(&server.address).await;
        viewer.send(r#"{"type":"subscribe","data":{"adw_id":"w0"}}"#).await;
        next_of(&mut viewer, "snapshot").await;
    })
    .await
}

/// The server, and how long it took until the board was answered.
async fn started(directory: TempDir) -> (Server, Duration) {
    let begin = Instant::now();
    let server = Server::start_in(directory);
    get(&server, "/api/workflows").await;
    (server, begin.elapsed())
}

/// Ended and started again nine times: the server, and the middle of its starts.
async fn restarted(mut server: Server, end: fn(Server) -> TempDir) -> (Server, Duration) {
    let mut starts = Vec::new();
    for _ in 0..9 {
        let (next, start) = started(end(server)).await;
        server = next;
        starts.push(start);
    }
    starts.sort_unstable();
    (server, starts[starts.len() / 2])
}

/// Comes back after a seq, and takes every event up to the head, each once and in order.
async fn resume(server: &Server, viewer: u64, after: u64, head: u64) -> Duration {
    let begin = Instant::now();
    let mut socket = Socket::open(&server.address).await;
    let text = format!(r#"{{"type":"subscribe","data":{{"adw_id":"w0","epoch":"0123456789abcdef","after":{after}}}}}"#);
    socket.send(&text).await;
    let mut seq = after;
    while seq < head {
        let text = next_of(&mut socket, "events").await;
        for part in text.split(r#""seq":"#).skip(1) {
            let number = part.split(',').next().and_then(|number| number.parse().ok());
            assert_eq!(number, Some(seq + 1), "viewer {viewer}: nothing missing, nothing twice");
            seq += 1;
        }
    }
    begin.elapsed()
}

async fn next_of(socket: &mut Socket, kind: &str) -> String {
    let begin = format!(r#"{{"type":"{kind}""#);
    loop {
        let text = socket.text().await;
        if text.starts_with(&begin) {
            return text.to_owned();
        }
    }
}

async fn search(server: &Server, query: &str) -> Value {
    let body = get(server, &format!("/api/workflows/w0/search?{query}")).await;
    serde_json::from_str(&body).expect("JSON")
}

async fn get(server: &Server, path: &str) -> String {
    let answer = ask(server, path).await;
    answer.unwrap_or_else(|status| panic!("{path}: {status}"))
}

/// The body of the answer; else its status line.
async fn ask(server: &Server, path: &str) -> Result<String, String> {
    let mut stream = TcpStream::connect(&server.address).await.expect("the server accepts");
    let request = format!(
        "GET {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n\r\n",
        server.address
    );
    stream.write_all(request.as_bytes()).await.expect("the server reads");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("an answer");
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
    match head.lines().next().and_then(|line| line.strip_prefix("HTTP/1.1 ")) {
        Some(status) if status.starts_with("200 ") => Ok(body.to_owned()),
        status => Err(status.unwrap_or_default().to_owned()),
    }
}

async fn timed<T, F: Future<Output = T>>(ask: impl FnOnce() -> F) -> Duration {
    let begin = Instant::now();
    ask().await;
    begin.elapsed()
}

/// The middle of so many times.
async fn median(times: u64, ask: impl AsyncFn(u64) -> Duration) -> Duration {
    let mut all = Vec::new();
    for n in 0..times {
        all.push(ask(n).await);
    }
    all.sort_unstable();
    all[all.len() / 2]
}

fn ms(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1_000.0)
}

fn mb(bytes: u64) -> String {
    format!("{:.0} MB", bytes as f64 / 1_000_000.0)
}
