//! Real streams of Codex and opencode through the real binary: what the API says of them is what was so.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use super::samples::samples;
use crate::harness::{Server, server};

/// Serves a stream as that of the one agent of a workflow, and gives the timeline once all of it is read.
async fn told(stream: &Path) -> (Server, Value) {
    let text = fs::read_to_string(stream).expect("a stream");
    let server = server().start();
    let folder = server.folder().join("agents/c0a43f47/builder");
    fs::create_dir_all(&folder).expect("a folder");
    fs::write(folder.join("raw_output.jsonl"), &text).expect("a file");
    let is_read = format!("\"offset\":{}", text.len());
    server
        .wait_for("/api/workflows/c0a43f47/sources", |answer| {
            answer.status == 200 && answer.text().contains(&is_read)
        })
        .await;
    let answer = server.get("/api/agent-state/c0a43f47").await;
    let timeline = answer.json()["timeline"].clone();
    (server, timeline)
}

/// Calls, errors, and tokens in, out, read from the cache, and thought.
fn figures(timeline: &Value) -> [u64; 6] {
    let number = |value: &Value| value.as_u64().unwrap_or(0);
    let usage = &timeline["usage"];
    [
        number(&timeline["tools"]),
        number(&timeline["error_count"]),
        number(&usage["input_tokens"]),
        number(&usage["output_tokens"]),
        number(&usage["cache_read_input_tokens"]),
        number(&usage["reasoning_output_tokens"]),
    ]
}

/// How its one agent ended, and what it said then.
fn end(timeline: &Value) -> (&str, &str) {
    let agent = &timeline["agents"][0];
    let agents = timeline["agents"].as_array().into_iter().flatten();
    assert_eq!(agents.filter(|agent| agent["parent"].is_null()).count(), 1);
    assert_eq!(timeline["open_tools"], json!([]), "nothing waits");
    (
        agent["state"].as_str().unwrap_or_default(),
        agent["result"].as_str().unwrap_or_default(),
    )
}

fn cost(timeline: &Value) -> Option<f64> {
    timeline["agents"][0]["session_cost_usd"].as_f64()
}

fn todo(timeline: &Value) -> Vec<&str> {
    let items = timeline["todo"]["items"].as_array().into_iter().flatten();
    items.filter_map(|item| item["state"].as_str()).collect()
}

/// How many events of each kind there are.
fn count(timeline: &Value, kind: &str) -> u64 {
    timeline["counts"][kind].as_u64().unwrap_or(0)
}

#[tokio::test]
async fn codex_is_told_as_it_was() {
    let Some(samples) = samples() else { return };
    let streams = samples.join("agents-today/codex-0.171.0/streams");
    if !streams.is_dir() {
        return eprintln!("skipped: there is no {}", streams.display());
    }
    let (_server, timeline) = told(&streams.join("x-codex.jsonl")).await;
    assert_eq!(figures(&timeline), [4, 1, 615, 315, 6_000, 120]);
    assert_eq!(end(&timeline), ("ended", "Done: src/codex.py is there."));
    assert_eq!(cost(&timeline), None, "nobody told a cost");
    assert_eq!(
        (count(&timeline, "agent_thinking"), count(&timeline, "text_block")),
        (1, 2)
    );

    let (_server, timeline) = told(&streams.join("x-codex-dead.jsonl")).await;
    let (state, why) = end(&timeline);
    assert_eq!((state, figures(&timeline)), ("failed", [0, 1, 0, 0, 0, 0]));
    assert!(why.contains("401 Unauthorized: Incorrect API key provided"), "{why}");
}

#[tokio::test]
async fn every_item_of_codex_is_told_as_it_was() {
    let Some(samples) = samples() else { return };
    let streams = samples.join("cases/06-codex-exec-all-items/agents");
    if !streams.is_dir() {
        return eprintln!("skipped: there is no {}", streams.display());
    }
    let (_server, timeline) = told(&streams.join("c06codex/builder/raw_output.jsonl")).await;
    // Three calls failed, and then the turn.
    assert_eq!(figures(&timeline), [7, 4, 1_584, 732, 256, 0]);
    assert_eq!(todo(&timeline), ["completed"; 3]);
    assert_eq!(
        (count(&timeline, "file_operation"), count(&timeline, "agent_thinking")),
        (2, 1)
    );
    let (state, why) = end(&timeline);
    assert_eq!(state, "failed");
    assert!(why.starts_with("Beepers: "), "{why}");

    let (server, timeline) = told(&streams.join("c06codexb/builder/raw_output.jsonl")).await;
    assert_eq!(figures(&timeline), [1, 0, 10, 5, 0, 0]);
    assert_eq!(end(&timeline).0, "ended");
    let events = server.get("/api/workflows/c0a43f47/events?kind=other").await;
    assert!(events.text().contains("item/future_item"), "what is not known is said");
}

#[tokio::test]
async fn opencode_is_told_as_it_was() {
    let Some(samples) = samples() else { return };
    let stream = samples.join("agents-today/opencode-1.18.33/streams/x-opencode.jsonl");
    let cases = samples.join("cases/10-opencode-run-json/agents");
    if !stream.is_file() || !cases.is_dir() {
        return eprintln!("skipped: there is no {}", stream.display());
    }
    let (server, timeline) = told(&stream).await;
    // What was thought is part of the output here, and stands beside it there.
    assert_eq!(figures(&timeline), [8, 2, 721, 231 + 140, 7_000, 140]);
    assert_eq!(cost(&timeline), Some(0.002163));
    assert_eq!(todo(&timeline), ["completed", "in_progress"]);
    assert_eq!(end(&timeline), ("ended", "Done: src/oc.py is there."));
    let files = server
        .get("/api/workflows/c0a43f47/events?kind=file_operation")
        .await
        .json();
    let files = files["events"].as_array().expect("a list").iter();
    let files: Vec<&str> = files.filter_map(|event| event["data"]["event_type"].as_str()).collect();
    assert_eq!(files, ["create", "modify", "read"]);

    let (_server, timeline) = told(&cases.join("c10streamsuccess/builder/raw_output.jsonl")).await;
    assert_eq!(figures(&timeline), [1, 0, 22_443, 118, 21_415, 0]);
    assert_eq!((cost(&timeline), end(&timeline).0), (Some(0.001), "ended"));

    let (_server, timeline) = told(&cases.join("c10fserrorrun/builder/raw_output.jsonl")).await;
    assert_eq!(figures(&timeline), [1, 2, 50, 10, 40, 0]);
    assert_eq!(
        (cost(&timeline), end(&timeline)),
        (Some(0.005), ("failed", "thorn volcanoes"))
    );
}
