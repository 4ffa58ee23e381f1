//! All payloads of real hooks, as a hook gets them: each is kept, and each tool call is one call.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use serde_json::{Value, json};

use super::{events, hook, wait_for};
use crate::files::samples::samples;
use crate::harness::server;

#[tokio::test]
async fn every_payload_is_kept_whole_in_the_workflow_of_its_session() {
    let Some(samples) = samples() else { return };
    let text = fs::read_to_string(samples.join("hooks/claude_code_hooks.jsonl")).expect("the payloads");
    let payloads: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).expect("a payload"))
        .collect();
    assert_eq!(payloads.len(), 383);
    let server = server().variable("ADWATCH_SESSION_WAIT", "100ms").start();
    let items: Vec<Value> = payloads
        .iter()
        .enumerate()
        .map(|(at, payload)| hook(&at.to_string(), payload.clone()))
        .collect();
    server.push(&items).await;

    let mut by_session: BTreeMap<&str, Vec<&Value>> = BTreeMap::new();
    for payload in &payloads {
        let session = payload["session_id"].as_str().expect("a session");
        by_session.entry(session).or_default().push(payload);
    }
    for (session, told) in by_session {
        let adw_id = format!("session_{session}");
        let calls = wait_for(&server, &adw_id, told.len()).await;
        let (files, calls): (Vec<Value>, Vec<Value>) =
            calls.into_iter().partition(|event| event["type"] == "file_operation");
        assert_eq!(calls.len(), told.len(), "{adw_id}");
        for (event, payload) in calls.iter().zip(&told) {
            let seq = event["data"]["seq"].as_u64().expect("a seq");
            let whole = server
                .get(&format!("/api/workflows/{adw_id}/events/{seq}"))
                .await
                .json();
            assert_eq!(whole["data"]["session_id"], session);
            let kept = strings(&whole["data"]["payload"]);
            let lost: Vec<_> = strings(payload).difference(&kept).cloned().collect();
            // A picture's base64 becomes a note, and what is no picture's stays.
            let is_base64 = |text: &String| text.len() > 1_000 && !text.contains([' ', '\n']);
            assert!(lost.iter().all(is_base64), "{adw_id} {seq} lacks {lost:?}");
        }
        let is_change = |payload: &&&Value| {
            payload["hook_event_name"] == "PostToolUse"
                && ["Read", "Edit", "Write"].contains(&payload["tool_name"].as_str().unwrap_or_default())
        };
        assert_eq!(files.len(), told.iter().filter(is_change).count(), "{adw_id}");
        let state = server.get(&format!("/api/agent-state/{adw_id}")).await.json();
        let asked = told
            .iter()
            .filter(|payload| payload["hook_event_name"] == "PreToolUse")
            .count();
        assert_eq!(state["timeline"]["tools"], asked, "{adw_id}");
        assert_eq!(state["timeline"]["agents"][0]["name"], "claude");
    }
    // All of it again is nothing new.
    let again = server.post(crate::harness::PUSH, json!(items).to_string()).await.json();
    assert_eq!(again["duplicates"], 383);
    assert_eq!(events(&server, "dewdrop").await.len(), 0);
}

/// Every text within a value.
fn strings(value: &Value) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut left = vec![value];
    while let Some(value) = left.pop() {
        match value {
            Value::String(text) => {
                found.insert(text.clone());
            }
            Value::Array(items) => left.extend(items),
            Value::Object(fields) => left.extend(fields.values()),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
    found
}
