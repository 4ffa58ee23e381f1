//! What is made of files and pushes, byte for byte, and a journal that an earlier release left: its events stay as they were.
//!
//! `tests/golden` holds what goes in (`inputs.ndjson.zst`) and what comes out (`expected.ndjson.zst`). With ADWATCH_GOLDEN=write the
//! latter is written anew, which is right only where an output is meant to change. `journal.db.zst` is what an earlier release made of
//! the same input, and `expected-of-journal.ndjson.zst` what it told of that.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

use domain::event::Event;
use domain::timeline::Timeline;
use domain::timestamp::Timestamp;
use rustix::process::Signal;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio_tungstenite::tungstenite::Message;

use crate::harness::{PUSH, Server, Setup, Socket, server};

/// When the first of the files was written: long before any test runs.
const WRITTEN: Duration = Duration::from_secs(1_772_440_000);
/// All times in the fixture lie before this one (2026-05-28), and all at which a test reads something after it.
const READ_FROM: Timestamp = Timestamp(1_780_000_000_000);
/// What an output shows instead of a time at which something was read.
const READ: &str = "read";

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/golden")
        .join(format!("{name}.zst"))
}

fn unpacked(name: &str) -> Vec<u8> {
    let packed = fs::read(fixture(name)).expect("the fixture");
    zstd::decode_all(packed.as_slice()).expect("zstd")
}

fn pack(name: &str, bytes: &[u8]) {
    fs::write(fixture(name), zstd::encode_all(bytes, 19).expect("zstd")).expect("the fixture is writable");
}

fn lines(name: &str) -> Vec<Value> {
    let text = String::from_utf8(unpacked(name)).expect("text");
    text.lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect()
}

fn is_to_be_written() -> bool {
    std::env::var("ADWATCH_GOLDEN").is_ok_and(|value| value == "write")
}

/// Writes the files of the workflows, each with the time that it has in the fixture.
fn write_files(inputs: &[Value], agents: &Path) {
    for input in inputs {
        let Some(name) = input["file"].as_str() else { continue };
        let path = agents.join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(&path, input["text"].as_str().expect("a text")).expect("room");
        let minutes = input["minutes"].as_u64().expect("minutes");
        let written = UNIX_EPOCH + WRITTEN + Duration::from_secs(60 * minutes);
        let file = fs::File::options().append(true).open(&path).expect("the file");
        file.set_modified(written).expect("a time");
    }
}

/// The newest seq of each workflow.
async fn heads(server: &Server) -> BTreeMap<String, u64> {
    let listed = server.get("/api/workflows").await.json();
    let cards = listed["workflows"].as_array().expect("a list").iter();
    let head = |card: &Value| (card["adw_id"].as_str()?.to_owned(), card["seq"].as_u64()?).into();
    cards.filter_map(head).collect()
}

/// Waits until each workflow has as many events as it had; where that is still to be found out, until no more come.
async fn settle(server: &Server, expected: Option<&BTreeMap<String, u64>>) {
    let mut quiet = 0;
    let mut before = BTreeMap::new();
    for _ in 0..300 {
        let now = heads(server).await;
        quiet = if now == before { quiet + 1 } else { 0 };
        if expected.map_or(quiet > 80, |expected| *expected == now) {
            return;
        }
        before = now;
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(Some(&before), expected, "the number of events of each workflow");
}

/// The times and names of this run taken out of a text: the epoch, when something was read, and how far the index is.
fn masked(text: &str, epoch: &str, server: &Server) -> String {
    let (text, _) = text.split_once(",\"indexed\":").unwrap_or((text, ""));
    let text = text
        .replace(epoch, "epoch")
        .replace(&*server.folder().to_string_lossy(), "folder");
    let mut masked = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some(at) = rest.find("20") {
        masked.push_str(&rest[..at]);
        rest = &rest[at..];
        let end = rest.find(|c: char| !(c.is_ascii_digit() || "-T:.Z".contains(c)));
        let word = &rest[..end.unwrap_or(rest.len())];
        let time = word.ends_with('Z').then(|| Timestamp::parse(word)).flatten();
        if time.is_some_and(|(at, _)| at >= READ_FROM) {
            masked.push_str(READ);
            rest = &rest[word.len()..];
        } else {
            masked.push_str("20");
            rest = &rest[2..];
        }
    }
    masked.push_str(rest);
    masked
}

/// The text of the next frame of a type.
async fn frame(socket: &mut Socket, name: &str) -> String {
    let start = format!("{{\"type\":\"{name}\"");
    loop {
        match socket.message().await {
            Ok(Message::Text(text)) if text.starts_with(&start) => return text.to_string(),
            Ok(Message::Text(_) | Message::Ping(_)) => {}
            other => panic!("a frame was expected, not {other:?}"),
        }
    }
}

/// All that a server tells of its workflows, by what was asked.
async fn told(server: &Server) -> Vec<(String, String)> {
    let mut told = Vec::new();
    let socket = server.socket().await;
    let epoch = socket.hello["epoch"].as_str().expect("an epoch").to_owned();
    let mut take = |what: String, text: &str| told.push((what, masked(text, &epoch, server)));
    for (adw_id, head) in heads(server).await {
        let workflow = format!("/api/workflows/{adw_id}");
        for format in ["ndjson", "json", "txt", "csv"] {
            let path = format!("{workflow}/export?format={format}");
            take(path.clone(), &server.get(&path).await.text());
        }
        for path in [
            format!("{workflow}/events?limit=1000"),
            format!("{workflow}/entries?limit=1000"),
            format!("{workflow}/search?q=error"),
            format!("{workflow}/search?level=error"),
            format!("{workflow}/search?kind=tool_execution"),
        ] {
            take(path.clone(), &server.get(&path).await.text());
        }
        let mut state = server.get(&format!("/api/agent-state/{adw_id}")).await.json();
        state.as_object_mut().expect("an object").remove("timestamp");
        take(format!("the state of {adw_id}"), &state.to_string());
        let mut socket = server.socket().await;
        socket.subscribe(&adw_id).await;
        take(
            format!("the snapshot of {adw_id}"),
            &frame(&mut socket, "snapshot").await,
        );
        let mut socket = server.socket().await;
        socket.resume(&adw_id, &epoch, 0).await;
        let mut to = 0;
        while to < head {
            let text = frame(&mut socket, "events").await;
            let read: Value = serde_json::from_str(&text).expect("JSON");
            to = read["data"]["to"].as_u64().expect("a seq");
            take(format!("the events of {adw_id} up to {to}"), &text);
        }
    }
    let cards = server.get("/api/workflows").await.json();
    take("the cards".into(), &cards["workflows"].to_string());
    told
}

/// Nothing of a journal is shown otherwise than it was.
fn is_as_expected(told: &[(String, String)], expected: &[Value]) {
    for (at, line) in expected.iter().enumerate() {
        let (what, text) = told.get(at).map_or(("nothing", ""), |(what, text)| (what, text));
        assert_eq!(line["what"], what);
        let then = line["text"].as_str().expect("a text");
        let differs = then.bytes().zip(text.bytes()).position(|(a, b)| a != b);
        let differs = differs.or((then.len() != text.len()).then(|| then.len().min(text.len())));
        if let Some(at) = differs {
            let near = |text: &str| {
                String::from_utf8_lossy(&text.as_bytes()[at.saturating_sub(200)..text.len().min(at + 200)]).into_owned()
            };
            panic!("{what} differs at byte {at}:\n{}\nwas\n{}", near(text), near(then));
        }
    }
    assert_eq!(told.len(), expected.len());
}

fn expected_heads(expected: &[Value]) -> BTreeMap<String, u64> {
    let cards = expected
        .last()
        .and_then(|line| line["text"].as_str())
        .expect("the cards");
    let cards: Vec<Value> = serde_json::from_str(cards).expect("JSON");
    let head = |card: &Value| (card["adw_id"].as_str()?.to_owned(), card["seq"].as_u64()?).into();
    cards.iter().filter_map(head).collect()
}

/// A server as both tests have it: nothing counts as running, whatever the time.
fn setup() -> Setup {
    server().variable("ADWATCH_SESSION_WAIT", "100ms")
}

#[tokio::test]
async fn the_same_files_and_pushes_give_the_same_frames_and_exports() {
    let inputs = lines("inputs.ndjson");
    let agents = TempDir::new().expect("a folder");
    write_files(&inputs, agents.path());
    let data = TempDir::new().expect("a folder");
    let on = |agents: &Path| {
        let arguments = [
            "--data".as_ref(),
            data.path().as_os_str(),
            "--agents".as_ref(),
            agents.as_os_str(),
        ];
        setup().arguments(arguments).start()
    };
    let writes = is_to_be_written();
    let expected = if writes { Vec::new() } else { lines("expected.ndjson") };
    let server = on(agents.path());
    let of_files: BTreeMap<String, u64> = expected
        .iter()
        .find(|line| line["what"] == "heads of files")
        .map_or_else(BTreeMap::new, |line| {
            serde_json::from_str(line["text"].as_str().expect("a text")).expect("JSON")
        });
    settle(&server, (!writes).then_some(&of_files)).await;
    let of_files = heads(&server).await;
    for input in inputs.iter().filter(|input| input["push"].is_object()) {
        let answer = server.post(PUSH, input["push"].to_string()).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
    }
    let heads = (!writes).then(|| expected_heads(&expected));
    settle(&server, heads.as_ref()).await;
    let (status, _) = server.stop(Signal::TERM);
    assert!(status.success());
    // What is told comes from the journal alone.
    let server = on(&data.path().join("none"));
    let mut told = told(&server).await;
    let first = (
        "heads of files".to_owned(),
        serde_json::to_string(&of_files).expect("JSON"),
    );
    told.insert(0, first);
    if writes {
        let line = |(what, text): &(String, String)| json!({"what": what, "text": text}).to_string() + "\n";
        let text: String = told.iter().map(line).collect();
        return pack("expected.ndjson", text.as_bytes());
    }
    is_as_expected(&told, &expected);
}

#[tokio::test]
async fn a_journal_of_an_earlier_release_keeps_its_events_and_is_summed_up_anew() {
    let data = TempDir::new().expect("a folder");
    fs::write(data.path().join("journal.db"), unpacked("journal.db")).expect("room");
    let server = setup().arguments(["--data".as_ref(), data.path().as_os_str()]).start();
    // Its board is there at once, as it was left.
    let expected = lines("expected-of-journal.ndjson");
    assert_eq!(heads(&server).await, expected_heads(&expected));
    server
        .wait_for("/metrics", |answer| answer.text().contains("workflows_of_older_fold 0"))
        .await;
    let is_of_events = |what: &str| what.starts_with("/api/workflows/") || what.starts_with("the events of");
    let told = told(&server).await;
    let of_events: Vec<_> = told.iter().filter(|(what, _)| is_of_events(what)).cloned().collect();
    let expected: Vec<Value> = expected
        .into_iter()
        .filter(|line| line["what"].as_str().is_some_and(is_of_events))
        .collect();
    is_as_expected(&of_events, &expected);
    // What is told of each workflow as a whole is what this version makes of its events.
    for adw_id in heads(&server).await.keys() {
        let page = server
            .get(&format!("/api/workflows/{adw_id}/events?after=0&limit=1000"))
            .await
            .json();
        let mut timeline = Timeline::new(adw_id.parse().expect("a safe id"));
        for event in page["events"].as_array().expect("a list") {
            let event: Event = serde_json::from_value(event.clone()).expect("an event");
            assert!(timeline.apply(event.seq, &event));
        }
        let state = server.get(&format!("/api/agent-state/{adw_id}")).await.json();
        let folded = serde_json::to_value(&timeline).expect("JSON");
        assert_eq!(state["timeline"], folded, "{adw_id}");
    }
}
