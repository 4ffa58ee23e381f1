//! Exports as a client gets them, and what comes of taking them back into another journal.

#[path = "export/import.rs"]
mod import;
#[path = "export/large.rs"]
mod large;
#[path = "export/law.rs"]
mod law;

use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::harness::{Server, server};

const EXPORT: &str = "/api/workflows/c0a43f47/export";

/// One of everything that is hard: a large body, odd characters, a state that changes, a time nobody knows.
fn events() -> Vec<Value> {
    let event = |kind: &str, event_type: &str, agent: Value, payload: Value| {
        json!({"type": kind, "data": {"adw_id": "c0a43f47", "event_type": event_type, "agent": agent, "run": 2,
            "session_id": "5f1e03c2", "timestamp": "2026-01-15T10:30:00.123Z", "payload": payload}})
    };
    let agent = || json!("sdlc_planner");
    vec![
        event(
            "agent_state_update",
            "state_change",
            Value::Null,
            json!({"state": {"issue_number": "482", "current_phase": "plan", "nested": {"a": [1, 2.5, null]}}}),
        ),
        event(
            "tool_execution",
            "tool_execution_pre",
            agent(),
            json!({"tool_use_id": "toolu_01", "tool_name": "Bash", "input": {"command": "cargo test"}}),
        ),
        event(
            "tool_execution",
            "tool_execution_post",
            agent(),
            json!({"tool_use_id": "toolu_01", "tool_name": "Bash", "output": format!("\u{1b}[32mok\u{1b}[0m {}\nlast line", "long ".repeat(20_000))}),
        ),
        event(
            "text_block",
            "text",
            agent(),
            json!({"content": "=1+1\nquoted \"text\", ümlaut\u{1}\u{2028}", "uuid": "u1", "block_index": 0}),
        ),
        event(
            "agent_thinking",
            "thinking",
            json!("-builder"),
            json!({"content": "Blue or green?", "uuid": "u1", "block_index": 1}),
        ),
        event(
            "agent_state_update",
            "state_change",
            Value::Null,
            json!({"changed": [{"field": "current_phase", "new": "build"}, {"field": "nested", "new": null}]}),
        ),
        event(
            "surprise",
            "never_seen",
            agent(),
            json!({"number": 0.1, "large": 18446744073709551615_u64, "list": [{}]}),
        ),
        event(
            "agent_log_entry",
            "log_entry",
            agent(),
            json!({"level": "ERROR", "message": "@SUM(A1)"}),
        ),
    ]
}

async fn told() -> Server {
    let server = server().start();
    server.push(&events()).await;
    server
}

async fn exported(server: &Server, query: &str) -> String {
    let answer = server.get(&format!("{EXPORT}{query}")).await;
    assert_eq!(answer.status, 200, "{query}: {}", answer.text());
    String::from_utf8(answer.body).expect("UTF-8")
}

fn import(data: &Path, files: &[&Path], input: Option<&Path>) -> Output {
    let folder = TempDir::new().expect("a folder");
    let mut command = Command::new(env!("CARGO_BIN_EXE_adwatch"));
    command
        .args(["import", "--data"])
        .arg(data)
        .args(files)
        .current_dir(folder.path())
        .stdin(input.map_or_else(Stdio::null, |path| std::fs::File::open(path).expect("a file").into()));
    command.output().expect("the binary starts")
}

fn said(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[tokio::test]
async fn an_export_holds_every_event_whole() {
    let server = told().await;
    let mut whole = String::new();
    let count = events().len() as u64;
    for seq in 1..=count {
        whole += &server
            .get(&format!("/api/workflows/c0a43f47/events/{seq}"))
            .await
            .text();
        whole.push('\n');
    }
    assert!(whole.contains(&"long ".repeat(20_000)), "bodies, not previews");
    assert_eq!(exported(&server, "?format=ndjson").await, whole);
    assert_eq!(exported(&server, "").await, whole, "the format that is not said");
    let document: Value = serde_json::from_str(&exported(&server, "?format=json").await).expect("JSON");
    let events: Vec<Value> = whole
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    assert_eq!(document["events"], Value::from(events));
    assert_eq!(
        (&document["adw_id"], &document["head"], &document["first"]),
        (&json!("c0a43f47"), &json!(count), &json!(1))
    );
    for (format, media, ending) in [
        ("ndjson", "application/x-ndjson", "c0a43f47.ndjson"),
        ("json", "application/json", "c0a43f47.json"),
        ("txt", "text/plain; charset=utf-8", "c0a43f47.txt"),
        ("csv", "text/csv; charset=utf-8; header=present", "c0a43f47.csv"),
        (
            "csv&kind=text_block",
            "text/csv; charset=utf-8; header=present",
            "c0a43f47-part.csv",
        ),
    ] {
        let answer = server.get(&format!("{EXPORT}?format={format}")).await;
        assert_eq!(answer.header("content-type"), Some(media));
        let disposition = format!("attachment; filename=\"adwatch-{ending}\"");
        assert_eq!(answer.header("content-disposition"), Some(disposition.as_str()));
    }
}

#[tokio::test]
async fn an_export_is_narrowed_as_a_page_is() {
    let server = told().await;
    for query in [
        "kind=tool_execution",
        "agent=sdlc_planner",
        "after=2&before=5",
        "q=blue",
        "after=99",
        "before=1",
        "kind=text_block&agent=nobody",
    ] {
        let page = server
            .get(&format!("/api/workflows/c0a43f47/events?limit=1000&{query}"))
            .await
            .json();
        let paged: Vec<&Value> = page["events"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|event| &event["data"]["seq"])
            .collect();
        let export = exported(&server, &format!("?{query}")).await;
        let lines: Vec<Value> = export
            .lines()
            .map(|line| serde_json::from_str(line).expect("JSON"))
            .collect();
        let seqs: Vec<&Value> = lines.iter().map(|event| &event["data"]["seq"]).collect();
        assert_eq!(seqs, paged, "{query}");
        let document: Value =
            serde_json::from_str(&exported(&server, &format!("?format=json&{query}")).await).expect("JSON");
        assert_eq!(document["events"], Value::from(lines.clone()), "{query}");
    }
}

#[tokio::test]
async fn what_is_wrong_with_an_export_is_said() {
    let server = told().await;
    for (path, status, field, hint) in [
        (
            format!("{EXPORT}?format=xml"),
            400,
            Some("format"),
            "ndjson, json, txt, csv",
        ),
        (format!("{EXPORT}?format=csv&format=txt"), 400, Some("format"), "twice"),
        (format!("{EXPORT}?limit=5"), 400, Some("limit"), "takes no limit"),
        (
            format!("{EXPORT}?agnet=x"),
            400,
            Some("agnet"),
            "format, after, before, kind, agent, level and q",
        ),
        (format!("{EXPORT}?kind=thinking"), 400, Some("kind"), "agent_thinking"),
        (format!("{EXPORT}?after=x"), 400, Some("after"), "whole number"),
        (
            "/api/workflows/nobody/export?format=csv".to_owned(),
            404,
            None,
            "workflow nobody does not exist",
        ),
        (
            "/api/workflows/..%2Fetc/export".to_owned(),
            400,
            Some("adw_id"),
            "path component",
        ),
    ] {
        let answer = server.get(&path).await;
        assert_eq!(answer.status, status, "{path}: {}", answer.text());
        let error = &answer.json()["error"];
        assert_eq!(error["field"].as_str(), field, "{path}");
        assert!(
            error["message"].as_str().is_some_and(|message| message.contains(hint)),
            "{path}: {error}"
        );
    }
}

#[tokio::test]
async fn a_spreadsheet_and_a_terminal_are_safe() {
    let server = told().await;
    let csv = exported(&server, "?format=csv").await;
    assert!(csv.starts_with(
        "adw_id,seq,timestamp,time_source,kind,event_type,agent,run,session_id,parent_tool_use_id,text,payload\r\n"
    ));
    assert!(csv.contains("\r\nc0a43f47,4,2026-01-15T10:30:00.123Z,source,text_block,text,sdlc_planner,2,5f1e03c2,,\"'=1+1\nquoted \"\"text\"\", ümlaut"), "{csv}");
    assert!(csv.contains(",'-builder,"));
    assert!(csv.contains(",ERROR: @SUM(A1),"));
    let text = exported(&server, "?format=txt").await;
    assert!(!text.contains(['\u{1b}', '\u{1}']));
    assert!(
        text.contains("\n2026-01-15T10:30:00.123Z  sdlc_planner  tool_execution  Bash: command: cargo test\n"),
        "{text}"
    );
    assert!(text.contains("tool_execution  Bash done: ok long "), "{text}");
    assert!(text.contains(" \n    last line\n"));
}
