//! Hooks as agents' CLIs call them today: every name is known, every answer is read, and what is silent is acknowledged.

use std::fs;
use std::path::{Path, PathBuf};

use intake::push::hook::events::{self, Tells};
use serde_json::{Value, json};

use super::{events as events_of, hook, wait_for};
use crate::files::samples::samples;
use crate::harness::{PUSH, server};

/// The payloads of the hooks in files below a folder.
fn payloads(folder: &Path) -> Vec<Value> {
    let (mut folders, mut files): (Vec<PathBuf>, Vec<PathBuf>) = (vec![folder.to_owned()], Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            let name = path.to_string_lossy().into_owned();
            if path.is_dir() {
                folders.push(path);
            } else if name.contains("hook") && (name.ends_with(".ndjson") || name.ends_with(".jsonl")) {
                files.push(path);
            }
        }
    }
    files.sort();
    let texts = files
        .iter()
        .map(|file| fs::read_to_string(file).expect("a file of hooks"));
    let read = |line: &str| serde_json::from_str(line).expect("a payload");
    texts
        .flat_map(|text| text.lines().map(read).collect::<Vec<_>>())
        .collect()
}

#[test]
fn every_name_that_was_seen_is_known() {
    let Some(samples) = samples() else { return };
    let payloads = payloads(&samples);
    assert!(payloads.len() > 100);
    for payload in payloads {
        let name = payload["hook_event_name"].as_str().unwrap_or_default();
        assert!(
            events::of_claude_code(name).is_some(),
            "{name:?} is not known: {payload}"
        );
    }
}

#[tokio::test]
async fn every_hook_of_todays_agents_is_acknowledged_and_told_once() {
    let Some(samples) = samples() else { return };
    let server = server().start();
    let mut at = 0;
    for payload in payloads(&samples.join("agents-today")) {
        at += 1;
        let silent =
            events::of_claude_code(payload["hook_event_name"].as_str().unwrap_or_default()) == Some(Tells::Nothing);
        let mut item = hook(&format!("today-{at}"), payload.clone());
        item["data"]["adw_id"] = json!("today");
        let answer = server.post(PUSH, item.to_string()).await;
        assert_eq!(answer.status, 200, "{payload}");
        let accepted = answer.json()["accepted"].as_u64().expect("a number");
        // A change of a file is an event beside its call's, and is not counted.
        assert_eq!(accepted, u64::from(!silent), "{payload}");
        let again = server.post(PUSH, item.to_string()).await;
        assert_eq!((again.status, &again.json()["accepted"]), (200, &json!(0)), "{payload}");
    }
    let told = events_of(&server, "today").await;
    for event in &told {
        let (kind, message) = (&event["type"], &event["data"]["payload"]["message"]);
        let is_call = kind == "tool_execution" || kind == "file_operation";
        assert!(
            is_call || message.as_str().is_some_and(|message| !message.is_empty()),
            "{event}"
        );
    }
}

#[tokio::test]
async fn answers_in_every_shape_are_texts_and_calls_without_a_beginning_count() {
    let Some(samples) = samples() else { return };
    let server = server().variable("ADWATCH_SESSION_WAIT", "100ms").start();
    let payloads = payloads(&samples.join("cases/33-hook-tool-response-shapes"));
    assert_eq!(payloads.len(), 20);
    for (at, payload) in payloads.iter().enumerate() {
        let answer = server
            .post(PUSH, hook(&format!("shape-{at}"), payload.clone()).to_string())
            .await;
        assert_eq!(
            (answer.status, &answer.json()["accepted"]),
            (200, &json!(1)),
            "{payload}"
        );
    }
    let session = payloads[0]["session_id"].as_str().expect("a session");
    let answers = payloads.iter().filter(|payload| payload["session_id"] == session);
    let told = wait_for(&server, &format!("session_{session}"), answers.count()).await;
    for payload in &payloads {
        let Some(id) = payload["tool_use_id"]
            .as_str()
            .filter(|_| payload["hook_event_name"] != "PreToolUse")
        else {
            continue;
        };
        let is_its =
            |event: &&Value| event["data"]["payload"]["tool_use_id"] == id && event["type"] == "tool_execution";
        let output = &told.iter().find(is_its).expect("its answer")["data"]["payload"]["output"];
        match &payload["tool_response"] {
            Value::Null => assert_eq!(output, ""),
            Value::String(text) => assert_eq!(output, text),
            Value::Array(parts) => {
                let text = output.as_str().expect("a text");
                assert!(
                    parts
                        .iter()
                        .all(|part| text.contains(part["text"].as_str().unwrap_or("?"))),
                    "{output}"
                );
            }
            response => {
                let text = ["content", "error"].iter().find_map(|field| response[*field].as_str());
                assert!(
                    text.is_none_or(|text| output.as_str().is_some_and(|output| output.contains(text))),
                    "{output}"
                );
            }
        }
    }
}
