//! What a long history costs: the same questions to journals of a thousand, a hundred thousand and, when asked, more events.
//!
//! `HISTORY_MILLIONS=10` adds a journal of ten million events; building and indexing it takes its time.

use std::time::{Duration, Instant};

use adwatch::domain::draft::{Draft, NewEvent};
use adwatch::domain::event::{Event, Kind, TimeSource};
use adwatch::domain::timestamp::Timestamp;
use adwatch::server::hub::{Hub, Upkeep};
use adwatch::server::journal::Batch;
use adwatch::server::journal::sqlite::{Durability, SqliteJournal};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::row;
use crate::server::Server;
use crate::socket::Socket;

/// What a viewer missed that was away for a while.
const MISSED: u64 = 10_000;
const VIEWERS: u64 = 1_000;

pub async fn run() {
    let millions = std::env::var("HISTORY_MILLIONS")
        .ok()
        .and_then(|text| text.parse::<u64>().ok());
    for events in [1_000, 100_000]
        .into_iter()
        .chain(millions.map(|millions| millions * 1_000_000))
    {
        one_workflow(events).await;
    }
    many_workflows(1_000, 1_000).await;
    storm().await;
}

/// One workflow with so many events.
async fn one_workflow(events: u64) {
    let name = crate::thousands(events);
    let (directory, rate) = built(1, events).await;
    say(
        &format!("recording {name} events of one workflow, events a second"),
        &crate::thousands(rate),
    );
    let (server, start) = started(directory).await;
    say(&format!("start with {name} events"), &ms(start));
    let begin = Instant::now();
    let mut viewer = Socket::open(&server.address).await;
    viewer.send(r#"{"type":"subscribe","data":{"adw_id":"w0"}}"#).await;
    next_of(&mut viewer, "snapshot").await;
    say(
        &format!("first snapshot of {name} events, socket included"),
        &ms(begin.elapsed()),
    );
    let pages = median(200, async |n| {
        let before = 1 + (n * 7_919) % events;
        get(
            &server,
            &format!("/api/workflows/w0/events?before={}&limit=200", before + 200),
        )
        .await;
    });
    say(&format!("page of 200 of {name} events, p50"), &ms(pages.await));
    let missed = MISSED.min(events);
    let begin = Instant::now();
    resume(&server, 0, events - missed, events).await;
    say(
        &format!("resume of {} of {name} events", crate::thousands(missed)),
        &ms(begin.elapsed()),
    );
    let begin = Instant::now();
    let first = search(&server, "q=zz").await;
    while search(&server, "limit=1").await["indexed"] != events {
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    let since = events - first["indexed"].as_u64().unwrap_or(0);
    let rate = since as f64 / begin.elapsed().as_secs_f64();
    say(
        &format!("indexing {name} events, events a second"),
        &crate::thousands(rate as u64),
    );
    for (what, query, expected) in [
        ("a text that occurs once", "q=needle".to_owned(), 1),
        ("a text in one of a hundred", "q=rarely".to_owned(), events / 100),
        ("a text in every event, counted", "q=LINE".to_owned(), events),
        ("errors, one of a thousand", "level=error".to_owned(), events / 1_000),
    ] {
        let begin = Instant::now();
        let found = search(&server, &query).await;
        assert_eq!(found["count"], expected, "{query}");
        say(&format!("search of {name} events: {what}"), &ms(begin.elapsed()));
    }
    let begin = Instant::now();
    get(
        &server,
        "/api/workflows/w0/events?level=error&kind=agent_log_entry&limit=200",
    )
    .await;
    say(&format!("page of errors of {name} events"), &ms(begin.elapsed()));
    say(
        &format!("memory after that, {name} events"),
        &mb(server.resident_bytes()),
    );
}

async fn many_workflows(workflows: u64, events: u64) {
    let (directory, _) = built(workflows, events).await;
    let what = format!(
        "{} workflows of {} events",
        crate::thousands(workflows),
        crate::thousands(events)
    );
    let (server, start) = started(directory).await;
    say(&format!("start with {what}"), &ms(start));
    say(
        &format!("memory after the start with {what}"),
        &mb(server.resident_bytes()),
    );
    // Killed while it runs, as by a loss of power.
    let (_server, start) = started(server.kill()).await;
    say(&format!("start after a kill with {what}"), &ms(start));
}

/// All viewers come back at once after a restart; each missed a thousand events or a little less.
async fn storm() {
    let (directory, _) = built(1, 100_000).await;
    let (server, _) = started(directory).await;
    let cpu = server.cpu_seconds();
    let begin = Instant::now();
    let viewers = (0..VIEWERS).map(|viewer| resume(&server, viewer, 99_000 + viewer % 100, 100_000));
    futures_util::future::join_all(viewers).await;
    say(
        &format!(
            "{} viewers resume 1,000 events each after a restart",
            crate::thousands(VIEWERS)
        ),
        &format!(
            "{} ({:.2} s of processor)",
            ms(begin.elapsed()),
            server.cpu_seconds() - cpu
        ),
    );
}

async fn built(workflows: u64, events: u64) -> (TempDir, u64) {
    let building = tokio::task::spawn_blocking(move || build(workflows, events));
    building.await.expect("it is built")
}

/// A closed journal, and how many events a second it took.
fn build(workflows: u64, events: u64) -> (TempDir, u64) {
    let directory = TempDir::new().expect("a directory");
    let data = directory.path().join("data");
    let journal = SqliteJournal::open(&data, Durability::Process, "0123456789abcdef").expect("the journal opens");
    let hub = Hub::open(Box::new(journal), Upkeep::default()).expect("the hub opens");
    let begin = Instant::now();
    for workflow in 0..workflows {
        for from in (0..events).step_by(1_000) {
            let drafts = (from..events.min(from + 1_000)).map(|number| draft(workflow, number, events));
            let batch = Batch {
                drafts: drafts.collect(),
                ..Batch::default()
            };
            hub.record_blocking(batch).expect("recorded");
        }
    }
    let rate = (workflows * events) as f64 / begin.elapsed().as_secs_f64();
    hub.close();
    (directory, rate as u64)
}

/// About 450 bytes on the wire, as the log lines and thoughts of real workflows are.
fn draft(workflow: u64, number: u64, events: u64) -> Draft {
    let level = if number % 1_000 == 500 { "ERROR" } else { "INFO" };
    let mut message = format!(
        "line {number}: wrote src/server/part_{:x}.rs and ran the tests of it",
        number * 2_654_435_761 % 65_536
    );
    if number % 100 == 1 {
        message.push_str(", which happens rarely");
    }
    if number == events / 2 {
        message.push_str(", a needle");
    }
    message.push_str(". ");
    message.push_str(&"The quick brown fox jumps over the lazy dog. ".repeat(3));
    let event = Event {
        kind: Kind::AgentLogEntry,
        adw_id: format!("w{workflow}").parse().expect("a safe id"),
        seq: 0,
        timestamp: Timestamp(1_768_473_000_000 + number as i64 * 10),
        time_source: TimeSource::Source,
        event_type: "log_entry".into(),
        agent: Some(["planner", "builder", "tester"][(number / 400 % 3) as usize].into()),
        run: Some(1),
        session_id: None,
        parent_tool_use_id: None,
        payload: json!({"level": level, "message": message}),
    };
    Draft::Event(NewEvent {
        event,
        keys: Vec::new(),
    })
}

/// The server, and how long it took until the board was answered.
async fn started(directory: TempDir) -> (Server, Duration) {
    let begin = Instant::now();
    let server = Server::start_in(directory);
    get(&server, "/api/workflows").await;
    (server, begin.elapsed())
}

/// Comes back after a seq, and takes every event up to the head, each once and in order.
async fn resume(server: &Server, viewer: u64, after: u64, head: u64) {
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
    let mut stream = TcpStream::connect(&server.address).await.expect("the server accepts");
    let request = format!(
        "GET {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n\r\n",
        server.address
    );
    stream.write_all(request.as_bytes()).await.expect("the server reads");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("an answer");
    assert!(
        answer.starts_with("HTTP/1.1 200 "),
        "{path}: {}",
        answer.lines().next().unwrap_or_default()
    );
    answer
        .split_once("\r\n\r\n")
        .map(|(_, body)| body.to_owned())
        .expect("a body")
}

async fn median(times: u64, ask: impl AsyncFn(u64)) -> Duration {
    let mut all = Vec::new();
    for n in 0..times {
        let begin = Instant::now();
        ask(n).await;
        all.push(begin.elapsed());
    }
    all.sort_unstable();
    all[all.len() / 2]
}

fn say(what: &str, got: &str) {
    row(what, got, ["", ""]);
}

fn ms(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1_000.0)
}

fn mb(bytes: u64) -> String {
    format!("{:.0} MB", bytes as f64 / 1_000_000.0)
}
