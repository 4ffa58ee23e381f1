//! What the server sees of a command: each line once, however it arrives, and what the command takes.

use std::net::TcpListener;

use serde_json::json;

use super::*;
use crate::harness::server;

/// A stream with ids and without, text among it, lines of 2 MB, and half a line at the end.
fn stream() -> String {
    let mut lines = vec![
        json!({"type": "system", "subtype": "init", "session_id": "s1", "uuid": "u0"}).to_string(),
        json!({"type": "assistant", "uuid": "u1", "message": {"id": "m1", "content": [{"type": "text", "text": "with an id"}]}}).to_string(),
        json!({"type": "assistant", "message": {"id": "m2", "content": [{"type": "text", "text": "without"}, {"type": "thinking", "thinking": "hm"}]}}).to_string(),
        json!({"type": "assistant", "message": {"id": "m3", "content": [
            {"type": "tool_use", "id": "t1", "name": "Write", "input": {"file_path": "/a", "content": "one"}}]}}).to_string(),
        json!({"type": "user", "message": {"content": [{"type": "tool_result", "tool_use_id": "t1", "content": "y".repeat(2_000_000)}]}}).to_string(),
        "npm warn deprecated".to_owned(),
        "{\"no JSON".to_owned(),
        json!({"type": "assistant", "message": {"id": "m2", "content": [{"type": "text", "text": "twice"}]}}).to_string(),
        json!({"type": "assistant", "message": {"id": "m2", "content": [{"type": "text", "text": "twice"}]}}).to_string(),
        json!({"type": "message", "role": "assistant", "content": "in ", "delta": true}).to_string(),
        json!({"type": "message", "role": "assistant", "content": "pieces", "delta": true}).to_string(),
        json!({"type": "result", "subtype": "success", "is_error": false, "result": "done"}).to_string(),
    ];
    lines.push("the end".to_owned());
    lines.join("\n")
}

/// The events that came of lines, without what is told of the command.
fn of_lines(events: &[Value]) -> Vec<(String, String)> {
    let told = |event: &&Value| {
        let data = &event["data"];
        let is_other = ["resource_sample", "publisher_report", "source_unfinished"]
            .iter()
            .any(|other| data["event_type"] == *other);
        data["payload"]["source"] != "adwatch run" && !is_other && event["type"] != "stage_transition"
    };
    let text = |event: &Value| {
        let payload = &event["data"]["payload"];
        let said = ["content", "message", "tool_use_id", "excerpt", "result"]
            .iter()
            .find_map(|field| payload[*field].as_str());
        (
            event["data"]["event_type"].as_str().unwrap_or_default().to_owned(),
            said.unwrap_or_default().to_owned(),
        )
    };
    events.iter().filter(told).map(text).collect()
}

fn expected() -> Vec<(String, String)> {
    [
        ("session_started", ""),
        ("text", "with an id"),
        ("text", "without"),
        ("thinking", "hm"),
        ("tool_execution_pre", "t1"),
        ("tool_execution_post", "t1"),
        ("create", "t1"),
        ("log_entry", "npm warn deprecated"),
        ("source_oddity", "{\"no JSON"),
        ("text", "twice"),
        ("text", "twice"),
        ("text", "in pieces"),
        ("session_ended", "done"),
        ("log_entry", "the end"),
    ]
    .map(|(event_type, text)| (event_type.to_owned(), text.to_owned()))
    .to_vec()
}

async fn events(server: &Server) -> Vec<Value> {
    let page = server
        .get(&format!("/api/workflows/{ID}/events?limit=1000&after=0"))
        .await;
    page.json()["events"].as_array().cloned().unwrap_or_default()
}

/// Waits until the file is read to its end, and what was pushed has arrived.
async fn settled(server: &Server, project: &Project, bytes: usize) {
    server
        .wait_for(&format!("/api/workflows/{ID}/sources"), |answer| {
            answer.status == 200
                && answer.json()["sources"]
                    .to_string()
                    .contains(&format!("\"offset\":{bytes}"))
        })
        .await;
    let path = format!("/api/workflows/{ID}/events?kind=other&limit=1000");
    server
        .wait_for(&path, |answer| answer.text().contains("publisher_report"))
        .await;
    assert_eq!(project.waiting(), Vec::<Value>::new());
}

#[tokio::test]
async fn a_line_that_is_pushed_and_read_is_one_event() {
    let project = Project::alone();
    let agents = project.path("agents").display().to_string();
    let server = server().arguments(["--agents", &agents]).start();
    let project = Project {
        url: format!("http://{}", server.address),
        ..project
    };
    fs::write(project.path("stream"), stream()).expect("a file");
    // In pieces, so that either way is ahead now and then.
    let script =
        "head -c 700 stream; sleep 0.3; tail -c +701 stream | head -c 1500000; sleep 0.2; tail -c +1500701 stream";
    let output = done(&mut project.run(&["--stage", "build"], script));
    assert_eq!(output.stdout, stream().as_bytes());
    settled(&server, &project, stream().len()).await;
    let events = events(&server).await;
    let mut found = of_lines(&events);
    found.sort();
    let mut wanted = expected();
    wanted.sort();
    assert_eq!(found, wanted);
    let stages: Vec<_> = events
        .iter()
        .filter(|event| event["type"] == "stage_transition")
        .collect();
    assert_eq!(stages.len(), 2);
    assert_eq!(stages[1]["data"]["event_type"], "stage_completed");
    assert!(
        stages[1]["data"]["payload"]["duration_ms"]
            .as_u64()
            .is_some_and(|ms| ms >= 500)
    );
}

#[tokio::test]
async fn a_line_that_is_only_pushed_is_seen_in_order() {
    let server = server().start();
    let project = Project::of(&server);
    fs::write(project.path("stream"), stream()).expect("a file");
    assert_eq!(done(&mut project.run(&[], "cat stream")).status.code(), Some(0));
    let path = format!("/api/workflows/{ID}/events?kind=other&limit=1000");
    server
        .wait_for(&path, |answer| answer.text().contains("publisher_report"))
        .await;
    let events = events(&server).await;
    assert_eq!(of_lines(&events), expected());
    let in_session = events
        .iter()
        .filter(|event| event["data"]["session_id"] == "s1")
        .count();
    assert_eq!(in_session, expected().len() - 1, "all but the oddity");
    assert!(
        events
            .iter()
            .all(|event| event["data"]["agent"] == "builder" || event["data"]["event_type"] == "publisher_report")
    );
}

#[tokio::test]
async fn what_was_told_while_the_server_was_away_comes_with_the_next_command() {
    let port = TcpListener::bind("127.0.0.1:0")
        .and_then(|listener| listener.local_addr())
        .expect("a port");
    let project = Project::at(&format!("http://{port}"));
    assert_eq!(done(&mut project.run(&[], "echo first")).status.code(), Some(0));
    assert!(!project.waiting().is_empty());
    let server = server().arguments(["--listen", &port.to_string()]).start();
    assert_eq!(done(&mut project.run(&[], "echo second")).status.code(), Some(0));
    let path = format!("/api/workflows/{ID}/events?kind=agent_log_entry");
    server
        .wait_for(&path, |answer| answer.status == 200 && answer.text().contains("second"))
        .await;
    let messages = of_lines(&events(&server).await);
    assert_eq!(
        messages,
        [
            ("log_entry".to_owned(), "first".to_owned()),
            ("log_entry".to_owned(), "second".to_owned())
        ]
    );
}

#[tokio::test]
async fn a_server_that_is_killed_meanwhile_changes_nothing() {
    let port = TcpListener::bind("127.0.0.1:0")
        .and_then(|listener| listener.local_addr())
        .expect("a port");
    let server = server().arguments(["--listen", &port.to_string()]).start();
    let project = Project::of(&server);
    let go = project.pipe("pipe");
    let mut running = Running::start(&mut project.run(
        &[],
        "echo before; read go < pipe; echo between; read go < pipe; echo after",
    ));
    assert_eq!(running.line(), "before");
    let path = format!("/api/workflows/{ID}/events?kind=agent_log_entry");
    let has = |text: &'static str| move |answer: &crate::harness::Answer| answer.text().contains(text);
    server.wait_for(&path, has("before")).await;
    let server = server.kill_and_restart();
    fs::write(&go, "go\n").expect("it reads");
    assert_eq!(running.line(), "between");
    fs::write(&go, "go\n").expect("it reads");
    assert_eq!(running.end(), ("after\n".to_owned(), Some(0)));
    // If the courier had given up for a moment, the next command brings the rest.
    done(&mut project.run_command(&[], &["true"]));
    server.wait_for(&path, has("after")).await;
    let messages: Vec<_> = of_lines(&events(&server).await)
        .into_iter()
        .map(|(_, text)| text)
        .collect();
    assert_eq!(messages, ["before", "between", "after"]);
}

#[tokio::test]
async fn what_the_processes_take_is_sampled() {
    let server = server().start();
    let project = Project::of(&server);
    // The one that counts has lost its parent.
    let script = "(sh -c 'while ! [ -e go ]; do :; done' &) ; while ! [ -e go ]; do sleep 0.02; done";
    let running = Running::start(&mut project.run(&[], script));
    let path = format!("/api/workflows/{ID}/events?kind=other&limit=1000");
    let busy = |event: &Value| {
        let payload = &event["data"]["payload"];
        event["data"]["event_type"] == "resource_sample"
            && payload["processes"].as_u64() >= Some(2)
            && payload["cpu_percent"].as_f64() > Some(1.0)
            && payload["memory_bytes"].as_u64() > Some(100_000)
    };
    server
        .wait_for(&path, |answer| {
            answer.status == 200 && answer.json()["events"].as_array().expect("a list").iter().any(busy)
        })
        .await;
    fs::write(project.path("go"), "").expect("a file");
    assert_eq!(running.end().1, Some(0));
}
