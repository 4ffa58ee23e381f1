//! `adwatch import`: what comes of taking an export back into a journal.

use std::path::Path;

use rustix::process::Signal;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::{events, exported, import, said, told};
use crate::harness::{self, PUSH};

#[tokio::test]
async fn an_export_taken_into_an_empty_journal_shows_the_same() {
    let server = told().await;
    let export = exported(&server, "?format=ndjson").await;
    let before = server.get("/api/agent-state/c0a43f47").await.json();
    let json_before = exported(&server, "?format=json").await;
    let file = server.folder().join("export.ndjson");
    std::fs::write(&file, &export).expect("a file");
    let data = TempDir::new().expect("a folder");
    let output = import(data.path(), &[&file], None);
    assert!(output.status.success(), "{}", said(&output.stderr));
    assert!(
        said(&output.stdout).ends_with(": 8 events imported, 0 already known\n"),
        "{}",
        said(&output.stdout)
    );

    let other = harness::server()
        .arguments(["--data".as_ref(), data.path().as_os_str()])
        .start();
    assert_eq!(exported(&other, "?format=ndjson").await, export);
    let json_after = exported(&other, "?format=json").await;
    let epochs = |document: &str| {
        let document: Value = serde_json::from_str(document).expect("JSON");
        document["epoch"].as_str().expect("an epoch").to_owned()
    };
    assert_eq!(
        json_after.replace(&epochs(&json_after), &epochs(&json_before)),
        json_before
    );
    let after = other.get("/api/agent-state/c0a43f47").await.json();
    assert_eq!(
        before["state"],
        json!({"issue_number": "482", "current_phase": "build", "nested": null})
    );
    for field in ["adw_id", "seq", "state", "timeline"] {
        assert_eq!(after[field], before[field], "{field}");
    }
    let pages = [
        server.get("/api/workflows/c0a43f47/events").await,
        other.get("/api/workflows/c0a43f47/events").await,
    ];
    assert_eq!(
        pages[0].json()["events"],
        pages[1].json()["events"],
        "the same previews"
    );

    // What is pushed again is known by its keys; what is new goes on from there.
    let again = other.post(PUSH, Value::from(&events()[1..3]).to_string()).await.json();
    assert_eq!((&again["accepted"], &again["duplicates"]), (&json!(0), &json!(2)));
    other.push_logs("c0a43f47", ["new".to_owned()]).await;
    other.stop(Signal::TERM);

    // The same file again, from the standard input, and into the journal that it came from: nothing changes.
    let output = import(data.path(), &[Path::new("-")], Some(&file));
    assert!(output.status.success(), "{}", said(&output.stderr));
    assert_eq!(said(&output.stdout), "-: 0 events imported, 8 already known\n");
    let server = server.restart_after(|data| {
        let output = import(data, &[&file], None);
        assert!(said(&output.stdout).ends_with(": 0 events imported, 8 already known\n"));
    });
    assert_eq!(exported(&server, "").await, export);
}

#[tokio::test]
async fn a_file_may_be_broken_in_places() {
    let server = told().await;
    let export = exported(&server, "").await;
    let mut lines: Vec<&str> = export.lines().collect();
    lines[4] = "{\"type\":\"agent_thi";
    let file = server.folder().join("broken.ndjson");
    std::fs::write(&file, lines.join("\n")).expect("a file");
    let data = TempDir::new().expect("a folder");
    for round in 0..2 {
        let output = import(data.path(), &[&file], None);
        assert_eq!(output.status.code(), Some(1));
        assert!(
            said(&output.stderr).contains("broken.ndjson:5: not a valid event: EOF"),
            "{}",
            said(&output.stderr)
        );
        let counts = [
            "7 events imported, 0 already known, 3 with a new number",
            "0 events imported, 7 already known\n",
        ][round];
        assert!(said(&output.stdout).contains(counts), "{}", said(&output.stdout));
    }
    let other = harness::server()
        .arguments(["--data".as_ref(), data.path().as_os_str()])
        .start();
    let kept = exported(&other, "").await;
    let payload = |line: &str| serde_json::from_str::<Value>(line).expect("JSON")["data"]["payload"].clone();
    lines.remove(4);
    let expected: Vec<Value> = lines.iter().map(|line| payload(line)).collect();
    assert_eq!(
        kept.lines().map(payload).collect::<Vec<_>>(),
        expected,
        "in the same order"
    );
}

#[tokio::test]
async fn another_event_under_the_same_number_is_kept() {
    let server = told().await;
    let other = harness::server().start();
    other.push_logs("c0a43f47", ["of another life".to_owned()]).await;
    let ours = exported(&other, "").await;
    let file = server.folder().join("export.ndjson");
    std::fs::write(&file, exported(&server, "").await).expect("a file");
    let other = other.restart_after(|data| {
        let output = import(data, &[&file], None);
        assert_eq!(output.status.code(), Some(1));
        let said = said(&output.stderr);
        assert!(
            said.contains(
                "export.ndjson:1: the journal already has a different event 1 of workflow c0a43f47, which stays"
            ),
            "{said}"
        );
    });
    assert!(exported(&other, "").await.starts_with(&ours));
}

#[tokio::test]
async fn what_cannot_be_imported_is_refused_in_one_sentence() {
    let server = told().await;
    let folder = server.folder().to_owned();
    let mut files = Vec::new();
    for format in ["json", "txt", "csv", "ndjson"] {
        let file = folder.join(format);
        std::fs::write(&file, exported(&server, &format!("?format={format}")).await).expect("a file");
        files.push(file);
    }
    let empty = folder.join("empty");
    std::fs::write(&empty, "\n").expect("a file");
    let data = TempDir::new().expect("a folder");
    for (file, cause) in [
        (&files[0], "not an NDJSON export"),
        (&files[1], "not an NDJSON export"),
        (&files[2], "not an NDJSON export"),
        (&empty, "is empty"),
        (&folder.join("nothing"), "cannot be opened"),
        (&folder, "cannot read"),
    ] {
        let output = import(data.path(), &[file], None);
        let said = said(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(said.contains(cause) && said.trim_end().lines().count() == 1, "{said}");
        assert_eq!(output.stdout, b"");
    }
    // A running server has the journal for itself.
    let output = import(&server.data(), &[&files[3]], None);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        said(&output.stderr).contains("another adwatch is using"),
        "{}",
        said(&output.stderr)
    );
    assert_eq!(import(data.path(), &[], None).status.code(), Some(2));
}
