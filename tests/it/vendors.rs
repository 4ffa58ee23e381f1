//! What other CLIs write, as whoever asks the API meets it: real input, made anonymous, with the values that are known to be right.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::files::samples::samples;
use crate::harness::{PATIENCE, Server, server};

/// A workflow whose stream was read to its end.
struct Told {
    timeline: Value,
    events: Vec<Value>,
}

impl Told {
    fn agent(&self, field: &str) -> &Value {
        &self.timeline["agents"][0][field]
    }

    fn tokens(&self) -> [u64; 4] {
        let usage = &self.timeline["usage"];
        [
            "input_tokens",
            "output_tokens",
            "cache_read_input_tokens",
            "cache_creation_input_tokens",
        ]
        .map(|field| usage[field].as_u64().unwrap_or_default())
    }

    /// The calls by name, each with whether it failed.
    fn calls(&self) -> Vec<(&str, bool)> {
        let posts = self
            .events
            .iter()
            .filter(|event| event["event_type"] == "tool_execution_post");
        posts
            .map(|event| {
                let payload = &event["payload"];
                let name = payload["tool_name"].as_str().unwrap_or_default();
                (name, payload["is_error"] == true)
            })
            .collect()
    }

    fn payloads(&self, event_type: &str) -> Vec<&Value> {
        let of_type = self.events.iter().filter(|event| event["event_type"] == event_type);
        of_type.map(|event| &event["payload"]).collect()
    }

    /// Each text of a kind.
    fn contents(&self, event_type: &str) -> Vec<&str> {
        let payloads = self.payloads(event_type).into_iter();
        payloads.filter_map(|payload| payload["content"].as_str()).collect()
    }
}

/// Waits until the workflow has a session that ended, and gives what is told of it.
async fn told(server: &Server, adw_id: &str) -> Told {
    let began = Instant::now();
    loop {
        let answer = server.get(&format!("/api/agent-state/{adw_id}")).await;
        let state = if answer.status == 200 {
            answer.json()
        } else {
            Value::Null
        };
        let is_over = matches!(
            state["timeline"]["agents"][0]["state"].as_str(),
            Some("ended" | "failed")
        );
        if is_over {
            let events = server
                .get(&format!("/api/workflows/{adw_id}/events?limit=1000"))
                .await
                .json();
            let events = events["events"].as_array().cloned().unwrap_or_default();
            return Told {
                timeline: state["timeline"].clone(),
                // In the list an event stands in the envelope that it was pushed in.
                events: events
                    .into_iter()
                    .map(|event| event.get("data").cloned().unwrap_or(event))
                    .collect(),
            };
        }
        assert!(began.elapsed() < PATIENCE, "{adw_id} did not end: {state:#}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn case(samples: &Path, case: &str, adw_id: &str) -> (Told, Value) {
    let agents = samples.join("cases").join(case).join("agents");
    let agents = agents.canonicalize().expect("the case is among the samples");
    let server = server().arguments(["--agents".as_ref(), agents.as_os_str()]).start();
    let told = told(&server, adw_id).await;
    let sources = server.get(&format!("/api/workflows/{adw_id}/sources")).await.json();
    (told, sources)
}

#[tokio::test]
async fn a_session_of_cursor() {
    let Some(samples) = samples() else { return };
    let (told, sources) = case(&samples, "11-cursor-agent", "c11tools").await;
    assert_eq!(told.calls(), [("edit", false), ("shell", false)]);
    assert_eq!(told.timeline["tools"], 2);
    assert_eq!(told.payloads("tool_execution_post")[1]["exit_code"], 0);
    let changed = [told.payloads("create"), told.payloads("modify")].concat();
    assert_eq!(changed.len(), 1);
    assert_eq!(
        (&changed[0]["lines_added"], &changed[0]["lines_removed"]),
        (&json!(1), &json!(0))
    );
    assert!(
        changed[0]["diff"]
            .as_str()
            .is_some_and(|diff| diff.ends_with("+sunny\n"))
    );
    assert_eq!(
        told.contents("thinking"),
        [
            "Mountain hi.txt with the code sunny. Beating git status. Flawless.",
            "Bungled hi.txt with sunny. Haw git status. Squints."
        ]
    );
    assert_eq!(told.contents("text").len(), 2);
    assert_eq!(told.tokens(), [17_161, 216, 17_088, 0]);
    assert_eq!(told.agent("state"), "ended");
    assert_eq!(told.timeline["error_count"], 0, "{sources:#}");
}

#[tokio::test]
async fn a_session_of_amp() {
    let Some(samples) = samples() else { return };
    let (told, _) = case(&samples, "12-amp-no-message-id", "c12ok").await;
    assert_eq!(told.calls(), [("Bash", false)]);
    assert_eq!(told.tokens(), [150, 30, 0, 0]);
    assert_eq!(
        (told.agent("state"), told.agent("result")),
        (&json!("ended"), &json!("sunny"))
    );
}

#[tokio::test]
async fn a_session_of_pi_and_one_of_gemini() {
    let Some(samples) = samples() else { return };
    let (told, _) = case(&samples, "13-gemini-error-pi", "c13pi").await;
    assert_eq!(told.calls(), [("bash", false), ("write", false)]);
    assert_eq!(told.timeline["tools"], 2);
    assert_eq!(told.tokens(), [22, 10, 0, 0]);
    assert_eq!(told.payloads("create").len(), 1);
    assert_eq!(told.contents("text"), ["Sere. Cloud risen.md."]);
    assert_eq!(told.agent("state"), "ended");
    let (told, _) = case(&samples, "13-gemini-error-pi", "c13gemok").await;
    assert_eq!(told.calls().len(), 2);
    assert_eq!(told.payloads("create").len(), 1);
    assert_eq!(told.tokens()[..2], [100, 50]);
    assert_eq!(told.agent("state"), "ended");
}

#[tokio::test]
async fn a_json_array_in_place_of_lines() {
    let Some(samples) = samples() else { return };
    let (told, sources) = case(&samples, "21-json-array-in-jsonl", "c21array").await;
    assert_eq!(told.calls(), [("Bash", false)]);
    assert_eq!(told.agent("result"), "# Plan\n1. do it");
    let ended = told.payloads("session_ended");
    assert_eq!((ended.len(), &ended[0]["cost_usd"]), (1, &json!(0.07)));
    assert_eq!(told.events.len(), 5, "{sources:#}");
}

/// The one object that `--output-format json` prints.
fn alone(samples: &Path) -> PathBuf {
    samples.join("agents-today/claude-2.1.332/streams/f-json.out")
}

#[tokio::test]
async fn a_result_alone_is_a_session_that_ended() {
    let Some(samples) = samples() else { return };
    let project = TempDir::new().expect("a folder");
    let agents = project.path().join("agents");
    let folder = agents.join("c0a43f47/planner");
    std::fs::create_dir_all(&folder).expect("a folder");
    std::fs::copy(alone(&samples), folder.join("raw_output.jsonl")).expect("room");
    let server = server().arguments(["--agents".as_ref(), agents.as_os_str()]).start();
    let told = told(&server, "c0a43f47").await;
    assert_eq!(
        (told.agent("state"), told.agent("result")),
        (&json!("ended"), &json!("The answer is 42."))
    );
    assert_eq!(told.payloads("session_ended")[0]["cost_usd"], 0.010_859_7);
}

/// `adwatch run` pushes what a file of the same lines would be read as.
#[tokio::test]
async fn the_same_under_adwatch_run() {
    let Some(samples) = samples() else { return };
    for (case, adw_id, agent, calls, tokens) in [
        ("11-cursor-agent", "c11tools", "builder", 2, [17_161, 216, 17_088, 0]),
        ("12-amp-no-message-id", "c12ok", "builder", 1, [150, 30, 0, 0]),
        ("13-gemini-error-pi", "c13pi", "builder", 2, [22, 10, 0, 0]),
        (
            "21-json-array-in-jsonl",
            "c21array",
            "sdlc_planner",
            1,
            [20, 10, 200, 0],
        ),
    ] {
        let server = server().start();
        let project = TempDir::new().expect("a folder");
        let stream = samples.join(format!("cases/{case}/agents/{adw_id}/{agent}/raw_output.jsonl"));
        let mut command = Command::new(env!("CARGO_BIN_EXE_adwatch"));
        command
            .args(["run", "--adw-id", adw_id, "--agent", agent, "--", "cat"])
            .arg(stream)
            .current_dir(project.path())
            .env("ADWATCH_URL", format!("http://{}", server.address))
            .env("ADWATCH_SPOOL", project.path().join("spool"));
        let output = command.output().expect("the binary starts");
        assert!(output.status.success(), "{output:?}");
        let told = told(&server, adw_id).await;
        assert_eq!(told.calls().len(), calls, "{case}");
        if adw_id != "c21array" {
            assert_eq!(told.tokens(), tokens, "{case}");
        }
    }
}
