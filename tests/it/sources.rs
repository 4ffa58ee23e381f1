//! What is said of the files that were read: what nobody understood, what was known already, what no line of was known.

use std::fs::{self, OpenOptions};
use std::io::Write as _;

use serde_json::{Value, json};

use crate::harness::{Server, Setup, server};

fn watching() -> Setup {
    server().arguments(["--agents", "agents"])
}

/// Writes the lines of a builder's stream.
fn write(server: &Server, adw_id: &str, bytes: impl AsRef<[u8]>) {
    let folder = server.folder().join("agents").join(adw_id).join("builder");
    fs::create_dir_all(&folder).expect("a folder");
    fs::write(folder.join("raw_output.jsonl"), bytes).expect("room");
}

fn lines(lines: &[Value]) -> String {
    lines.iter().map(|line| format!("{line}\n")).collect()
}

/// The only file of a workflow, once so many of its lines were read.
async fn file(server: &Server, adw_id: &str, lines: u64) -> Value {
    let path = format!("/api/workflows/{adw_id}/sources");
    let answer = server
        .wait_for(&path, |answer| {
            answer.status == 200 && answer.json()["sources"][0]["lines"] == lines
        })
        .await;
    answer.json()["sources"][0].clone()
}

async fn page(server: &Server, adw_id: &str) -> String {
    server.get(&format!("/w/{adw_id}")).await.text()
}

fn init() -> Value {
    json!({"type": "system", "subtype": "init", "session_id": "s1", "uuid": "u0", "model": "m"})
}

fn said(uuid: &str, text: &str) -> Value {
    json!({"type": "assistant", "session_id": "s1", "uuid": uuid, "message": {"id": uuid, "content": [{"type": "text", "text": text}]}})
}

#[tokio::test]
async fn a_type_that_nobody_knows_is_said_by_name_with_its_file_and_on_the_page() {
    let server = watching().start();
    let novel = json!({"type": "novelty", "x": 1});
    write(
        &server,
        "c0a43f47",
        lines(&[init(), novel.clone(), said("u1", "so"), novel]),
    );
    let told = file(&server, "c0a43f47", 4).await;
    assert_eq!(
        (&told["oddities"], &told["unrecognised"], &told["sources"]),
        (&json!(2), &json!({"novelty": 2}), &json!(2))
    );
    let state = server.get("/api/agent-state/c0a43f47").await.json();
    assert_eq!(state["timeline"]["sources"]["unrecognised"], json!({"novelty": 2}));
    let page = page(&server, "c0a43f47").await;
    assert!(page.contains("2 lines not understood") && page.contains("2 × novelty"));
    assert!(!page.contains("Every line of its files"));
}

#[tokio::test]
async fn a_stream_that_nobody_knows_says_so_once_and_stalls_nothing() {
    let server = watching().start();
    let line = |number: u64| json!({"event": "step", "number": number});
    write(&server, "c0a43f47", lines(&(0..9).map(line).collect::<Vec<_>>()));
    let told = file(&server, "c0a43f47", 9).await;
    assert_eq!(told["unrecognised"], json!({"an object without a type": 9}));
    let events = server.get("/api/workflows/c0a43f47/events").await.json();
    let types: Vec<&Value> = events["events"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|event| &event["data"]["event_type"])
        .collect();
    assert_eq!(types, ["source_unknown"]);
    let card = server.get("/api/workflows").await.json()["workflows"][0].clone();
    assert_ne!(card["status"], "stalled", "{card}");
    assert!(page(&server, "c0a43f47").await.contains("docs/inputs.md"));
}

#[tokio::test]
async fn what_another_door_told_before_is_said_with_the_file() {
    let server = watching().start();
    let pushed = |uuid: &str, text: &str| {
        json!({"type": "text_block", "data": {"adw_id": "c0a43f47", "agent": "builder", "event_type": "text", "uuid": uuid, "block_index": 0,
            "payload": {"content": text}}})
    };
    server.push(&[pushed("u1", "first"), pushed("u2", "second")]).await;
    write(
        &server,
        "c0a43f47",
        lines(&[init(), said("u1", "first"), said("u2", "second")]),
    );
    let told = file(&server, "c0a43f47", 3).await;
    assert_eq!((&told["known"], &told["sources"]), (&json!(2), &json!(3)));
    let path = server.folder().join("agents/c0a43f47/builder/raw_output.jsonl");
    let mut stream = OpenOptions::new().append(true).open(path).expect("the file");
    stream
        .write_all(lines(&[said("u3", "third")]).as_bytes())
        .expect("room");
    let told = file(&server, "c0a43f47", 4).await;
    assert_eq!(told["known"], 2, "it is remembered");
    let page = page(&server, "c0a43f47").await;
    assert!(page.contains("2 events were known already"));
    assert!(page.contains("Every line of its files was understood"));
    let server = server.restart();
    assert_eq!(file(&server, "c0a43f47", 4).await["known"], 2);
}

#[tokio::test]
async fn an_array_in_utf_16_is_read() {
    let server = watching().start();
    let text = format!("\u{feff}{}", json!([init(), said("u1", "so \u{1f600}")]));
    let bytes: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    write(&server, "c0a43f47", bytes);
    let told = file(&server, "c0a43f47", 2).await;
    assert_eq!((&told["sources"], &told["oddities"]), (&json!(2), &json!(0)));
}
