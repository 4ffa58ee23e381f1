//! What today's agents write, read by the real binary: the figures, ends and words are those that are so, in the API and on the page.
//!
//! Replays the samples where they are; what each run really did is known, because a fake model played it.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::files::samples::samples;
use crate::harness::{Server, server};

/// What is right of one run: only what stands in it is compared.
struct Right {
    /// Below the samples.
    file: &'static str,
    adw_id: &'static str,
    told: Value,
}

fn right(file: &'static str, adw_id: &'static str, told: Value) -> Right {
    Right { file, adw_id, told }
}

/// The streams, and what is right of each. Tokens are input, output, read from the cache, and written to it.
fn streams() -> Vec<Right> {
    const CLAUDE: &str = "agents-today/claude-2.1.332/streams";
    let claude = |name: &'static str, told: Value| {
        let file: &'static str = Box::leak(format!("{CLAUDE}/{name}.jsonl").into_boxed_str());
        right(file, name, told)
    };
    let done = |names: &[&str]| names.iter().map(|name| json!([name, "completed"])).collect::<Vec<_>>();
    vec![
        claude(
            "a-files",
            json!({"calls": 7, "errors": 2, "tokens": [615, 255, 75_042, 6_150], "final": true, "status": "completed"}),
        ),
        claude(
            "a-part",
            json!({"calls": 7, "errors": 4, "tokens": [615, 255, 75_042, 6_150], "status": "completed"}),
        ),
        claude(
            "a-sub2",
            json!({"calls": 5, "errors": 1, "tokens": [705, 285, 25_049, 7_050],
            "agents": [["builder", 0, "ended"], ["Search for retry", 1, "ended"], ["Explore", 1, "ended"]]}),
        ),
        claude(
            "d-nest",
            json!({"calls": 2, "tokens": [705, 285, 25_049, 7_050],
            "agents": [["builder", 0, "ended"], ["Middle helper", 1, "ended"], ["Inner helper", 2, "ended"]]}),
        ),
        claude(
            "a-bgsub",
            json!({"agents": [["builder", 0, "ended"], ["Search in the background", 1, "ended"]], "background": [], "status": "completed"}),
        ),
        claude(
            "a-bgbash",
            json!({"agents": [["builder", 0, "ended"]], "background": [["A server in the background", "ended"]], "status": "completed"}),
        ),
        claude(
            "a-tasks",
            json!({"calls": 8, "todo": done(&["Write the module", "Test it"])}),
        ),
        claude("a-denied", json!({"errors": 2, "denials": 2})),
        claude("a-ask", json!({"errors": 1, "needs": [], "status": "completed"})),
        claude(
            "a-maxt",
            json!({"status": "failed", "result": "Reached maximum number of turns (3)"}),
        ),
        claude("a-retry", json!({"errors": 0, "status": "completed"})),
        claude("d-mcp", json!({"calls": 2, "errors": 1})),
        right(
            "agents-today/claude-2.1.332/control/ctl1.jsonl",
            "ctl1",
            json!({"calls": 3, "errors": 1, "denials": 1, "needs": [], "result": "All asked."}),
        ),
        right(
            "agents-today/claude-2.1.332/streams/f-json.out",
            "f-json",
            json!({"status": "completed", "final": true}),
        ),
        right(
            "agents-today/claude-2.1.197/streams/o-files.jsonl",
            "o-files",
            json!({"calls": 7, "status": "completed"}),
        ),
        right(
            "agents-today/claude-2.1.197/streams/o-tasks.jsonl",
            "o-tasks",
            json!({"calls": 8, "todo": done(&["Write the module", "Test it"])}),
        ),
        right(
            "agents-today/codex-0.171.0/streams/x-codex.jsonl",
            "x-codex",
            json!({"calls": 4, "errors": 1, "tokens": [615, 315, 6_000, 0], "status": "completed"}),
        ),
        right(
            "agents-today/codex-0.171.0/streams/x-codex-dead.jsonl",
            "x-codex-dead",
            json!({"status": "failed"}),
        ),
        right(
            "agents-today/gemini-0.61.0/streams/x-gemini.jsonl",
            "x-gemini",
            json!({"calls": 7, "tokens": [615, 315, 6_000, 0], "status": "completed"}),
        ),
        right(
            "agents-today/opencode-1.18.33/streams/x-opencode.jsonl",
            "x-opencode",
            json!({"calls": 8, "errors": 2, "cost": 0.002163, "status": "completed"}),
        ),
    ]
}

/// The cases, each an agents folder of its own.
fn cases() -> Vec<Right> {
    vec![
        right(
            "cases/01-output-token-placeholder",
            "c01allow",
            json!({"calls": 1, "errors": 0, "tokens": [18, 491, 66_670, 548], "cost": 0.009825}),
        ),
        right(
            "cases/02-autocompact-2.1.285",
            "c02compact",
            json!({"calls": 3, "errors": 0, "tokens": [1_545, 2_536, 314_408, 77_338], "cost": 0.20030130000000002}),
        ),
        right(
            "cases/04-permission-denied",
            "c04deny",
            json!({"calls": 1, "errors": 1, "denials": 1, "needs": [], "tokens": [18, 536, 60_280, 6_835]}),
        ),
        right(
            "cases/05-ask-user-question",
            "c05ask",
            json!({"errors": 0, "needs": [], "status": "completed"}),
        ),
        right(
            "cases/06-codex-exec-all-items",
            "c06codex",
            json!({"calls": 7, "status": "failed", "tokens": [1_584, 732, 256, 0]}),
        ),
        right(
            "cases/06-codex-exec-all-items",
            "c06codexb",
            json!({"calls": 1, "status": "completed"}),
        ),
        right(
            "cases/10-opencode-run-json",
            "c10streamsuccess",
            json!({"calls": 1, "tokens": [22_443, 118, 21_415, 0], "cost": 0.001, "status": "completed"}),
        ),
        right(
            "cases/10-opencode-run-json",
            "c10fserrorrun",
            json!({"calls": 1, "status": "failed", "result": "thorn volcanoes"}),
        ),
        right(
            "cases/11-cursor-agent",
            "c11tools",
            json!({"calls": 2, "tokens": [17_161, 216, 17_088, 0], "status": "completed"}),
        ),
        right(
            "cases/12-amp-no-message-id",
            "c12ok",
            json!({"calls": 1, "tokens": [150, 30, 0, 0]}),
        ),
        right(
            "cases/13-gemini-error-pi",
            "c13gemok",
            json!({"calls": 2, "status": "completed"}),
        ),
        right(
            "cases/13-gemini-error-pi",
            "c13pi",
            json!({"calls": 2, "tokens": [22, 10, 0, 0], "status": "completed"}),
        ),
        right(
            "cases/14-background-agents-stopped",
            "c14stopped",
            json!({"calls": 3, "status": "completed", "warning": "3 sub-agents were stopped before the end"}),
        ),
        right(
            "cases/16-nested-subagents",
            "c16nested",
            json!({"calls": 4, "errors": 1,
            "agents": [["reviewer", 0, "ended"], ["outer", 1, "ended"], ["inner", 2, "ended"]]}),
        ),
        right(
            "cases/17-taskcreate-todo",
            "c17todo",
            json!({"calls": 8, "todo": [["Write the migration", "completed"], ["Run the tests", "in_progress"]]}),
        ),
        right(
            "cases/21-json-array-in-jsonl",
            "c21array",
            json!({"calls": 1, "cost": 0.07}),
        ),
        right(
            "cases/23-new-message-types",
            "c23new",
            json!({"calls": 2, "errors": 1, "needs": [], "status": "completed", "agents": [["sdlc_implementor", 0, "ended"]]}),
        ),
        right(
            "cases/26b-two-sessions-one-file",
            "c26two",
            json!({"calls": 2, "denials": 1, "cost": 0.013345, "status": "failed"}),
        ),
        right(
            "cases/27-state-phases-map",
            "c27mid",
            json!({"title": "Growth loops", "stages": [["context", "completed"], ["suit", "completed"],
            ["plan", "completed"], ["build", "completed"], ["test", "failed"], ["review", "running"], ["ship", "pending"]]}),
        ),
        right(
            "cases/27-state-phases-map",
            "c27now",
            json!({"stages": [["context", "running"], ["suit", "pending"], ["build", "pending"],
            ["test", "pending"], ["review", "pending"], ["learn", "pending"], ["ship", "pending"]]}),
        ),
    ]
}

/// What the API says, in the shape of what is right.
fn told(state: &Value, card: &Value) -> Value {
    let timeline = &state["timeline"];
    let each = |list: &Value, fields: &[&str]| {
        let list = list.as_array().into_iter().flatten();
        list.map(|item| fields.iter().map(|field| item[*field].clone()).collect::<Value>())
            .collect::<Value>()
    };
    let usage = &timeline["usage"];
    let top = timeline["agents"]
        .as_array()
        .into_iter()
        .flatten()
        .filter(|agent| agent["depth"] == 0);
    json!({
        "status": state["status"], "title": card["title"], "result": card["result"], "cost": card["cost_usd"], "warning": card["warning"],
        "calls": timeline["tools"], "errors": timeline["error_count"], "final": timeline["usage_is_final"],
        "tokens": [usage["input_tokens"], usage["output_tokens"], usage["cache_read_input_tokens"], usage["cache_creation_input_tokens"]],
        "denials": top.filter_map(|agent| agent["denials"].as_u64()).sum::<u64>(),
        "agents": each(&timeline["agents"], &["name", "depth", "state"]),
        "background": each(&timeline["background"], &["text", "state"]),
        "todo": each(&timeline["todo"]["items"], &["text", "state"]),
        "needs": each(&timeline["needs"], &["kind", "text"]),
        "stages": each(&timeline["stages"], &["name", "state"]),
    })
}

fn copy(from: &Path, to: &Path) {
    if from.is_dir() {
        fs::create_dir_all(to).expect("a folder");
        for entry in fs::read_dir(from).expect("a readable folder").flatten() {
            copy(&entry.path(), &to.join(entry.file_name()));
        }
        return;
    }
    fs::copy(from, to).expect("room");
    // What was written just now may be at work still.
    let written = fs::File::options().append(true).open(to).expect("the copy");
    let long_ago = std::time::SystemTime::now() - std::time::Duration::from_secs(90 * 60);
    written.set_modified(long_ago).expect("a time");
}

/// A server whose folder holds all of these, once it has read them.
async fn reading(samples: &Path, rights: &[Right]) -> Server {
    let server = server().start();
    let agents = server.folder().join("agents");
    fs::create_dir_all(&agents).expect("a folder");
    let mut bytes = 0;
    for right in rights {
        let file = samples.join(right.file);
        if file.is_dir() {
            copy(&file.join("agents").join(right.adw_id), &agents.join(right.adw_id));
        } else {
            let folder = agents.join(right.adw_id).join("builder");
            fs::create_dir_all(&folder).expect("a folder");
            copy(&file, &folder.join("raw_output.jsonl"));
        }
        bytes += size(&agents.join(right.adw_id));
    }
    for right in rights {
        let expected = size(&agents.join(right.adw_id));
        let path = format!("/api/workflows/{}/sources", right.adw_id);
        server
            .wait_for(&path, |answer| {
                let read = answer.json()["sources"].as_array().map(|sources| {
                    sources
                        .iter()
                        .filter_map(|source| source["offset"].as_u64().or(source["bytes"].as_u64()))
                        .sum::<u64>()
                });
                answer.status == 200 && read.is_some_and(|read| read >= expected)
            })
            .await;
    }
    assert!(bytes > 0);
    server
}

fn size(path: &Path) -> u64 {
    if path.is_file() {
        return fs::metadata(path).expect("metadata").len();
    }
    let entries = fs::read_dir(path).expect("a readable folder").flatten();
    entries.map(|entry| size(&entry.path())).sum()
}

/// Where what is told is not what is right.
async fn differences(server: &Server, rights: &[Right]) -> Vec<String> {
    let listed = server.get("/api/workflows").await.json();
    let mut differences = Vec::new();
    for right in rights {
        let state = server.get(&format!("/api/agent-state/{}", right.adw_id)).await.json();
        let mut cards = listed["workflows"].as_array().into_iter().flatten();
        let card = cards
            .find(|card| card["adw_id"] == right.adw_id)
            .cloned()
            .unwrap_or_default();
        let told = told(&state, &card);
        for (what, right_one) in right.told.as_object().into_iter().flatten() {
            if told[what] != *right_one {
                differences.push(format!(
                    "{}: {what} is {}, right is {right_one}",
                    right.adw_id, told[what]
                ));
            }
        }
        // What the API says stands on the page, too.
        let page = server.get(&format!("/w/{}", right.adw_id)).await.text();
        let words = [state["status"].as_str(), right.told["warning"].as_str()];
        for word in words.into_iter().flatten().filter(|word| *word != "unknown") {
            let word = word.replace('_', " ");
            if !page.to_lowercase().contains(&word.to_lowercase()) {
                differences.push(format!("{}: its page does not say {word}", right.adw_id));
            }
        }
    }
    differences
}

fn found(folder: &str) -> Option<PathBuf> {
    let samples = samples()?;
    if samples.join(folder).is_dir() {
        return Some(samples);
    }
    eprintln!("skipped: there is no {folder} in {}", samples.display());
    None
}

#[tokio::test]
async fn the_streams_of_todays_clis_are_told_as_they_were() {
    let Some(samples) = found("agents-today") else { return };
    let rights = streams();
    let server = reading(&samples, &rights).await;
    assert_eq!(differences(&server, &rights).await, Vec::<String>::new());
}

#[tokio::test]
async fn the_cases_of_public_reports_are_told_as_they_were() {
    let Some(samples) = found("cases") else { return };
    let rights = cases();
    let server = reading(&samples, &rights).await;
    assert_eq!(differences(&server, &rights).await, Vec::<String>::new());
}
