//! "Your workflow in five minutes", done as it is written: every block is run, in order, in an empty project.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::Stdio;

use serde_json::{Value, json};

use crate::harness::{Answer, Project, Server};

const GUIDE: &str = include_str!("../../docs/publishing.md");
/// Where the guide says that the server is.
const SAID: &str = "127.0.0.1:4600";

/// A block of the guide: what stands behind its fence, and its text.
fn blocks() -> Vec<(&'static str, String)> {
    let mut parts = GUIDE.split("\n```");
    let mut blocks = Vec::new();
    parts.next();
    while let (Some(block), Some(_prose)) = (parts.next(), parts.next()) {
        let (head, text) = block.split_once('\n').expect("a block has lines");
        blocks.push((head, format!("{text}\n")));
    }
    blocks
}

async fn events(server: &Server, adw_id: &str, has_all: impl Fn(&[Value]) -> bool) -> Vec<Value> {
    let list = |answer: &Answer| {
        let events = answer.json()["events"].as_array().cloned();
        events.unwrap_or_default()
    };
    let path = format!("/api/workflows/{adw_id}/events?limit=1000");
    list(&server.wait_for(&path, |answer| has_all(&list(answer))).await)
}

/// Whether an event is of this type and its payload holds these fields.
fn is(event: &Value, event_type: &str, fields: &Value) -> bool {
    let data = &event["data"];
    let held = |(name, value): (&String, &Value)| data["payload"][name] == *value;
    data["event_type"] == event_type && fields.as_object().expect("fields").iter().all(held)
}

/// Each is there exactly once.
fn once(events: &[Value], expected: &[(&str, Value)]) {
    for (event_type, fields) in expected {
        let count = events.iter().filter(|event| is(event, event_type, fields)).count();
        assert_eq!(count, 1, "{event_type} {fields} among {events:#?}");
    }
}

fn has(event_type: &'static str) -> impl Fn(&[Value]) -> bool {
    move |events| events.iter().any(|event| event["data"]["event_type"] == event_type)
}

/// What Claude Code does with its settings when a tool is called.
fn call_a_hook(project: &Project, payload: &Value) {
    let settings = fs::read_to_string(project.path(".claude/settings.json")).expect("settings");
    let settings: Value = serde_json::from_str(&settings).expect("JSON");
    let command = &settings["hooks"]["PreToolUse"][0]["hooks"][0]["command"];
    let mut shell = project.shell(command.as_str().expect("a command"));
    let mut hook = shell.stdin(Stdio::piped()).spawn().expect("bash is there");
    let mut stdin = hook.stdin.take().expect("piped");
    stdin.write_all(payload.to_string().as_bytes()).expect("the hook reads");
    drop(stdin);
    assert!(hook.wait().expect("it ends").success());
}

#[tokio::test]
async fn every_block_of_the_guide_does_what_it_says() {
    let project = Project::new();
    let server = project.server().start();
    let client = Path::new(env!("CARGO_MANIFEST_DIR")).join("clients/python/adwatch.py");
    fs::copy(client, project.path("adws/adwatch.py")).expect("the client is there");
    let mut count = 0;
    for (head, text) in blocks() {
        count += 1;
        let text = text.replace(SAID, &project.address);
        if let Some(file) = head.strip_prefix("python ") {
            fs::write(project.path(file), text).expect("written");
            continue;
        }
        assert_eq!(head, "sh", "a block that nobody runs");
        let is_look = text.starts_with("adwatch tail");
        if is_look {
            events(&server, "shell001", has("completed")).await;
        }
        let output = project.run(&text);
        if is_look {
            let told = String::from_utf8_lossy(&output.stdout).into_owned();
            assert!(told.contains("reading the issue") && told.contains("482"), "{told}");
        }
    }
    assert_eq!(count, 8, "all blocks were found");

    let shell = events(&server, "shell001", has("completed")).await;
    once(
        &shell,
        &[
            ("started", json!({"message": "one issue to solve"})),
            ("stage_started", json!({"stage": "plan"})),
            ("log_entry", json!({"message": "reading the issue"})),
            ("stage_completed", json!({"stage": "plan"})),
            ("completed", json!({"message": "done"})),
        ],
    );
    let run = events(&server, "run00001", has("stage_completed")).await;
    once(
        &run,
        &[
            ("stage_started", json!({"stage": "plan"})),
            ("session_started", json!({"model": "opus"})),
            ("text", json!({"content": "The plan stands."})),
            ("session_ended", json!({"result": "done"})),
        ],
    );
    assert!(project.path("agents/run00001/sdlc_planner/raw_output.jsonl").exists());
    let python = events(&server, "python01", has("completed")).await;
    once(
        &python,
        &[
            ("started", json!({"workflow_name": "adw_hello"})),
            ("stage_started", json!({"stage": "build"})),
            ("log_entry", json!({"message": "building"})),
            ("tool_execution_pre", json!({"tool_name": "Bash"})),
            ("tool_execution_post", json!({"output": "built\n", "is_error": false})),
            ("stage_completed", json!({"stage": "build"})),
        ],
    );
    let state = server.get("/api/agent-state/python01").await.json()["state"].clone();
    assert_eq!(
        (&state["status"], &state["branch_name"]),
        (&json!("built"), &json!("feature-482"))
    );
    once(
        &events(&server, "hook0001", has("tool_execution_pre")).await,
        &[(
            "tool_execution_pre",
            json!({"tool_name": "Bash", "tool_use_id": "toolu_01"}),
        )],
    );
    once(
        &events(&server, "curl0001", has("tool_execution_pre")).await,
        &[("tool_execution_pre", json!({"tool_use_id": "toolu_01"}))],
    );

    // What `adwatch hook install` has written is what Claude Code runs.
    call_a_hook(
        &project,
        &json!({"session_id": "0b7f2c12", "cwd": "/srv/shop/trees/hook0002", "hook_event_name": "PreToolUse",
            "tool_name": "Read", "tool_input": {"file_path": "src/main.rs"}, "tool_use_id": "toolu_02"}),
    );
    once(
        &events(&server, "hook0002", has("tool_execution_pre")).await,
        &[("tool_execution_pre", json!({"tool_name": "Read"}))],
    );
}
