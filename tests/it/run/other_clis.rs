//! Commands that write as Codex and opencode do: pushed and read, each line is one event, and the exit is the end of a good run.

use serde_json::json;

use super::*;
use crate::harness::server;

fn codex() -> String {
    let item = |step: &str, item: Value| json!({"type": format!("item.{step}"), "item": item});
    let lines = [
        json!({"type": "thread.started", "thread_id": "th1"}),
        json!({"type": "turn.started"}),
        item(
            "started",
            json!({"id": "item_0", "type": "command_execution", "command": "ls", "status": "in_progress"}),
        ),
        item(
            "completed",
            json!({"id": "item_0", "type": "command_execution", "command": "ls", "aggregated_output": "a", "exit_code": 0}),
        ),
        item(
            "completed",
            json!({"id": "item_1", "type": "file_change", "status": "completed",
            "changes": [{"path": "a", "kind": "add"}, {"path": "b", "kind": "update"}]}),
        ),
        item(
            "completed",
            json!({"id": "item_2", "type": "agent_message", "text": "done"}),
        ),
        json!({"type": "turn.completed", "usage": {"input_tokens": 7, "output_tokens": 2}}),
    ];
    lines.map(|line| format!("{line}\n")).concat()
}

fn opencode() -> String {
    let part = |line_type: &str, part: Value| json!({"type": line_type, "timestamp": 1_796_068_804_000_u64, "sessionID": "ses_1", "part": part});
    let lines = [
        part("step_start", json!({"id": "prt_1"})),
        part(
            "tool_use",
            json!({"id": "prt_2", "tool": "write", "callID": "call_1",
            "state": {"status": "completed", "input": {"filePath": "/w/a", "content": "x"}, "output": "ok", "metadata": {"exists": false}}}),
        ),
        part("text", json!({"id": "prt_3", "text": "done"})),
        part(
            "step_finish",
            json!({"id": "prt_4", "reason": "stop", "cost": 0.5, "tokens": {"input": 7, "output": 2}}),
        ),
    ];
    lines.map(|line| format!("{line}\n")).concat()
}

/// Runs a command that prints this, beside a server that reads the file, too; gives the timeline.
async fn told(stream: &str) -> Value {
    let project = Project::alone();
    let agents = project.path("agents").display().to_string();
    let server = server().arguments(["--agents", &agents]).start();
    let project = Project {
        url: format!("http://{}", server.address),
        ..project
    };
    fs::write(project.path("stream"), stream).expect("a file");
    assert_eq!(
        done(&mut project.run(&["--stage", "build"], "cat stream"))
            .status
            .code(),
        Some(0)
    );
    let is_read = format!("\"offset\":{}", stream.len());
    server
        .wait_for(&format!("/api/workflows/{ID}/sources"), |answer| {
            answer.status == 200 && answer.text().contains(&is_read)
        })
        .await;
    let path = format!("/api/workflows/{ID}/events?kind=other&limit=1000");
    server
        .wait_for(&path, |answer| answer.text().contains("publisher_report"))
        .await;
    server.get(&format!("/api/agent-state/{ID}")).await.json()["timeline"].clone()
}

#[tokio::test]
async fn a_command_that_writes_as_other_clis_do_is_told_once_and_ends_well() {
    for (stream, tools, files) in [(codex(), 2, 2), (opencode(), 1, 1)] {
        let timeline = told(&stream).await;
        assert_eq!(
            (&timeline["tools"], &timeline["error_count"]),
            (&json!(tools), &json!(0))
        );
        assert_eq!(timeline["counts"]["tool_execution"], tools * 2);
        assert_eq!(
            (&timeline["counts"]["file_operation"], &timeline["counts"]["text_block"]),
            (&json!(files), &json!(1))
        );
        let usage = &timeline["usage"];
        assert_eq!(
            (&usage["input_tokens"], &usage["output_tokens"]),
            (&json!(7), &json!(2))
        );
        let agent = &timeline["agents"][0];
        assert_eq!((&agent["state"], &agent["result"]), (&json!("ended"), &json!("done")));
        assert_eq!(timeline["stages"][0]["state"], "completed");
    }
}
