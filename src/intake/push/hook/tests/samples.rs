//! Payloads of real hooks: no name is unknown, and each is read.

use std::fs;
use std::path::PathBuf;

use serde_json::Value;

use super::*;

/// All payloads in the folders of hooks; none where there are no samples.
fn payloads() -> Vec<Value> {
    let Some(samples) = std::env::var_os("ADWATCH_SAMPLES").map(PathBuf::from) else {
        return Vec::new();
    };
    let mut files: Vec<PathBuf> = Vec::new();
    let mut folders = vec![
        samples.join("agents-today"),
        samples.join("cases"),
        samples.join("hooks"),
    ];
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
    let texts = files.iter().filter_map(|file| fs::read_to_string(file).ok());
    let lines: Vec<String> = texts
        .flat_map(|text| text.lines().map(str::to_owned).collect::<Vec<_>>())
        .collect();
    let read = lines.iter().filter_map(|line| serde_json::from_str(line).ok());
    read.collect()
}

#[test]
fn every_name_that_claude_code_was_seen_to_use_is_known() {
    let payloads = payloads();
    if payloads.is_empty() {
        eprintln!("skipped: no samples");
        return;
    }
    assert!(payloads.len() > 100, "{}", payloads.len());
    for payload in payloads {
        let name = payload["hook_event_name"].as_str().unwrap_or_default().to_owned();
        assert!(events::of_claude_code(&name).is_some(), "{name}: {payload}");
        let hook = hook(payload.clone());
        for new in &hook.events {
            assert_eq!(new.event.payload.get("cli"), None, "taken for another's: {payload}");
        }
    }
}
