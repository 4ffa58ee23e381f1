//! Hooks of Claude Code, which know a session and no workflow: each finds the one it belongs to, once.

#[path = "hooks/attribution.rs"]
mod attribution;
#[path = "hooks/law.rs"]
mod law;
#[path = "hooks/samples.rs"]
mod samples;
#[path = "hooks/today.rs"]
mod today;

use std::fs;
use std::io::Write as _;

use serde_json::{Value, json};

use crate::harness::{PUSH, Server, server};

const SESSION: &str = "fc37a725-ca41-2fcc-ec59-34334fa9de7c";
const ALONE: &str = "session_fc37a725-ca41-2fcc-ec59-34334fa9de7c";

/// What a hook gets on its stdin.
fn stdin(name: &str, more: Value) -> Value {
    let mut stdin =
        json!({"session_id": SESSION, "transcript_path": "/home/u/t.jsonl", "cwd": "/work", "hook_event_name": name});
    let Value::Object(more) = more else { panic!("fields") };
    stdin.as_object_mut().expect("an object").extend(more);
    stdin
}

/// A hook's item, as `adwatch hook` sends it.
fn hook(event_id: &str, stdin: Value) -> Value {
    let mut item = json!({"type": "hook", "data": {"event_id": event_id, "timestamp": "2026-01-15T10:30:00.123Z"}});
    item["data"]["payload"] = stdin;
    item
}

fn prompt(number: u32) -> Value {
    hook(
        &format!("prompt-{number}"),
        stdin("UserPromptSubmit", json!({"prompt": format!("prompt {number}")})),
    )
}

fn of_session(adw_id: &str, agent: &str) -> Value {
    json!({"type": "session", "data": {"adw_id": adw_id, "agent": agent, "event_type": "session_started",
        "session_id": SESSION, "payload": {"model": "opus"}}})
}

/// The events of a workflow; none if there is no such workflow.
async fn events(server: &Server, adw_id: &str) -> Vec<Value> {
    let answer = server.get(&format!("/api/workflows/{adw_id}/events?limit=1000")).await;
    answer.json()["events"].as_array().cloned().unwrap_or_default()
}

/// Waits until a workflow has so many events.
async fn wait_for(server: &Server, adw_id: &str, count: usize) -> Vec<Value> {
    let path = format!("/api/workflows/{adw_id}/events?limit=1000");
    let has_all = |answer: &crate::harness::Answer| {
        answer.json()["events"]
            .as_array()
            .is_some_and(|events| events.len() >= count)
    };
    let answer = server.wait_for(&path, has_all).await;
    answer.json()["events"].as_array().expect("events").clone()
}

fn messages(events: &[Value]) -> Vec<&str> {
    let mut all = Vec::new();
    for event in events {
        all.push(event["data"]["payload"]["message"].as_str().unwrap_or("-"));
    }
    all
}

#[tokio::test]
async fn what_waits_survives_a_kill_and_moves_in_order_to_the_workflow_that_knows_its_session() {
    let server = server().start();
    server.push(&[prompt(1), prompt(2)]).await;
    // A repetition waits only once.
    let again = server.post(PUSH, prompt(2).to_string()).await.json();
    assert_eq!((&again["accepted"], &again["duplicates"]), (&json!(0), &json!(1)));
    assert_eq!(again.get("adw_id"), None, "nobody knows yet");
    let server = server.kill_and_restart();
    server.push(&[prompt(3)]).await;
    assert_eq!(server.get("/api/workflows").await.json()["workflows"], json!([]));

    server.push(&[of_session("c0a43f47", "sdlc_planner")]).await;
    let had = events(&server, "c0a43f47").await;
    assert_eq!(messages(&had), ["-", "prompt 1", "prompt 2", "prompt 3"]);
    for event in &had[1..] {
        assert_eq!(event["data"]["agent"], "sdlc_planner", "the session's agent");
        assert_eq!(event["data"]["timestamp"], "2026-01-15T10:30:00.123Z", "its own time");
    }
    // From now on nothing waits, also after another kill.
    let server = server.kill_and_restart();
    server.push(&[prompt(4)]).await;
    let again = server.post(PUSH, prompt(1).to_string()).await.json();
    assert_eq!(again["duplicates"], 1);
    let had = events(&server, "c0a43f47").await;
    assert_eq!(had.len(), 5);
    assert_eq!(had[4]["data"]["agent"], "sdlc_planner");
}

#[tokio::test]
async fn a_session_that_stays_unknown_gets_a_workflow_and_says_where_it_went_when_it_is_known() {
    let server = server().variable("ADWATCH_SESSION_WAIT", "100ms").start();
    server
        .push(&[
            hook("1", stdin("SessionStart", json!({"source": "startup"}))),
            prompt(2),
            hook("3", stdin("Stop", json!({}))),
        ])
        .await;
    let had = wait_for(&server, ALONE, 3).await;
    let types: Vec<&Value> = had.iter().map(|event| &event["data"]["event_type"]).collect();
    assert_eq!(types, ["session_started", "hook/UserPromptSubmit", "session_ended"]);
    assert!(had.iter().all(|event| event["data"]["agent"] == "claude"));
    // It is called by what it was asked, and stands with its folder.
    let card = server.get("/api/workflows").await.json()["workflows"][0].clone();
    assert_eq!((&card["title"], &card["repo"]), (&json!("prompt 2"), &json!("work")));
    // What follows does not wait.
    server.push(&[prompt(4)]).await;
    assert_eq!(events(&server, ALONE).await.len(), 4);

    server.push(&[of_session("c0a43f47", "builder")]).await;
    server.push(&[prompt(5)]).await;
    let had = events(&server, ALONE).await;
    assert_eq!(had.len(), 5, "what was recorded stays, and nothing follows");
    let last = &had[4]["data"];
    assert_eq!(
        (&last["event_type"], &last["payload"]["workflow"]),
        (&json!("session_ended"), &json!("c0a43f47"))
    );
    let had = events(&server, "c0a43f47").await;
    assert_eq!(messages(&had), ["-", "prompt 5"]);
    assert_eq!(had[1]["data"]["agent"], "builder");
}

#[tokio::test]
async fn who_knows_the_session_comes_before_the_folder_and_whoever_is_named_before_both() {
    let server = server().start();
    let in_tree = |id: &str| hook(id, stdin("Stop", json!({"cwd": "/repo/trees/treetree/app"})));
    server.push(&[in_tree("1")]).await;
    assert_eq!(events(&server, "treetree").await.len(), 1, "it need not wait");
    server.push(&[of_session("c0a43f47", "ops")]).await;
    server.push(&[in_tree("2")]).await;
    assert_eq!(events(&server, "treetree").await.len(), 1);
    assert_eq!(events(&server, "c0a43f47").await.len(), 2);
    let mut named = in_tree("3");
    named["data"]["adw_id"] = json!("named");
    server.push(&[named]).await;
    assert_eq!(events(&server, "named").await.len(), 1);
}

#[tokio::test]
async fn no_secret_and_no_picture_waits_in_the_journal() {
    let server = server().start();
    let secret = format!("ghp_{}", "a1B2".repeat(9));
    let data = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR42mNoAAAAggCB2kUIOwAAAABJRU5ErkJggg==";
    let read = stdin(
        "PostToolUse",
        json!({"tool_name": "Read", "tool_use_id": "t1", "tool_input": {"file_path": format!("/{secret}/a.png")},
            "tool_response": {"type": "image", "file": {"base64": data}}}),
    );
    server.push(&[hook("1", read)]).await;
    let journal = ["journal.db", "journal.db-wal"].map(|name| fs::read(server.data().join(name)).unwrap_or_default());
    let kept = journal.concat();
    let holds = |text: &str| kept.windows(text.len()).any(|window| window == text.as_bytes());
    assert!(holds("PostToolUse"), "it waits in there");
    assert!(!holds(&secret) && !holds(data));
    server.push(&[of_session("c0a43f47", "reviewer")]).await;
    let had = events(&server, "c0a43f47").await;
    let [_, post, file] = &had[..] else { panic!("{had:?}") };
    assert_eq!(file["type"], "file_operation");
    let media = post["data"]["payload"]["output"]["file"]["media"]
        .as_str()
        .expect("a picture");
    assert_eq!(server.get(&format!("/media/{media}")).await.status, 200);
}

/// The session's two lines with a tool call, its result, and the same as pushed and as hooks tell it.
struct Told {
    adw_id: String,
    lines: Vec<Value>,
    pushes: Vec<Value>,
    hooks: Vec<Value>,
}

impl Told {
    fn new(adw_id: &str) -> Self {
        let session = format!("session-of-{adw_id}");
        let input = json!({"file_path": "/w/a.rs", "old_string": "a", "new_string": "b"});
        let line = |value: Value| {
            let mut line = value;
            line["session_id"] = json!(session);
            line
        };
        let lines = vec![
            line(json!({"type": "system", "subtype": "init", "uuid": "u0", "model": "opus", "cwd": "/w"})),
            line(
                json!({"type": "assistant", "uuid": "u1", "message": {"id": "m1", "content": [
                {"type": "tool_use", "id": "toolu_1", "name": "Edit", "input": input}]}}),
            ),
            line(json!({"type": "user", "uuid": "u2", "message": {"content": [
                {"type": "tool_result", "tool_use_id": "toolu_1", "content": "The file has been updated."}]}})),
        ];
        let push = |kind: &str, event_type: &str, payload: Value| json!({"type": kind, "data": {"adw_id": adw_id, "agent": "builder", "event_type": event_type, "payload": payload}});
        let pushes = vec![
            push(
                "tool_execution",
                "tool_execution_pre",
                json!({"tool_use_id": "toolu_1", "tool_name": "Edit", "input": input}),
            ),
            push(
                "tool_execution",
                "tool_execution_post",
                json!({"tool_use_id": "toolu_1", "tool_name": "Edit", "output": "updated"}),
            ),
            push(
                "file_operation",
                "modify",
                json!({"tool_use_id": "toolu_1", "path": "/w/a.rs"}),
            ),
        ];
        let call = |name: &str, more: Value| {
            let mut call = stdin(name, more);
            call["session_id"] = json!(session);
            call["tool_use_id"] = json!("toolu_1");
            call["tool_name"] = json!("Edit");
            call["tool_input"] = input.clone();
            hook(&format!("{name} of {adw_id}"), call)
        };
        let hooks = vec![
            call("PreToolUse", json!({})),
            call("PostToolUse", json!({"tool_response": {"filePath": "/w/a.rs"}})),
        ];
        Self {
            adw_id: adw_id.to_owned(),
            lines,
            pushes,
            hooks,
        }
    }

    async fn write(&self, server: &Server) {
        self.append(server, &self.lines);
        let path = format!("/api/workflows/{}/sources", self.adw_id);
        let all = self.lines.len();
        server
            .wait_for(&path, |answer| answer.json()["sources"][0]["lines"] == all)
            .await;
    }

    fn append(&self, server: &Server, lines: &[Value]) {
        let folder = server.folder().join("agents").join(&self.adw_id).join("builder");
        fs::create_dir_all(&folder).expect("a folder");
        let path = folder.join("raw_output.jsonl");
        let mut file = fs::File::options()
            .create(true)
            .append(true)
            .open(path)
            .expect("a file");
        for line in lines {
            writeln!(file, "{line}").expect("room");
        }
    }

    async fn push(&self, server: &Server, items: &[Value]) {
        let answer = server.post(PUSH, Value::from(items).to_string()).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        assert_eq!(answer.json()["refused"], json!([]));
    }
}

#[tokio::test]
async fn the_same_call_by_file_by_hook_and_by_push_is_one_in_every_order() {
    let server = server().start();
    for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        let told = Told::new(&format!("order-{order:?}").replace(['[', ']', ' '], ""));
        for way in order {
            match way {
                0 => told.write(&server).await,
                1 => told.push(&server, &told.hooks).await,
                _ => told.push(&server, &told.pushes).await,
            }
        }
        let had = events(&server, &told.adw_id).await;
        let of = |event_type: &str| {
            let found: Vec<&Value> = had
                .iter()
                .filter(|event| event["data"]["event_type"] == event_type)
                .collect();
            let [event] = found[..] else {
                panic!("{order:?}: {event_type} in {had:#?}")
            };
            assert_eq!(event["data"]["agent"], "builder", "{order:?}");
            event["data"]["payload"].clone()
        };
        assert_eq!(of("tool_execution_pre")["input"]["new_string"], "b");
        assert!(!of("tool_execution_post")["output"].is_null());
        assert_eq!(of("modify")["path"], "/w/a.rs");
        assert_eq!(had.len(), 4, "{order:?}: the three and the start of the session");
    }
}

#[tokio::test]
async fn where_a_stream_tells_of_the_session_its_copy_comes_first_and_a_hooks_only_if_it_does_not() {
    let server = server().variable("ADWATCH_SESSION_WAIT", "1h").start();
    let mut told = Told::new("c0a43f47");
    let later = told.lines.split_off(1);
    told.write(&server).await;
    let answer = server.post(PUSH, json!(told.hooks).to_string()).await.json();
    assert_eq!((&answer["accepted"], &answer["duplicates"]), (&json!(2), &json!(0)));
    assert_eq!(events(&server, "c0a43f47").await.len(), 1, "they wait for the stream");
    // The stream knows more: the sub-agent and the tokens.
    let mut line = later[0].clone();
    line["parent_tool_use_id"] = json!("toolu_task");
    line["message"]["usage"] = json!({"input_tokens": 7, "output_tokens": 5});
    told.append(&server, &[line]);
    let had = wait_for(&server, "c0a43f47", 2).await;
    assert_eq!(had[1]["data"]["parent_tool_use_id"], "toolu_task");
    assert_eq!(had[1]["data"]["payload"]["usage"]["input_tokens"], 7);
    let answer = server.post(PUSH, told.hooks[0].to_string()).await.json();
    assert_eq!(answer["duplicates"], 1, "a repetition does not wait");
    // Of the result the stream says nothing, also when the server comes back.
    let server = server.kill_and_restart();
    let had = wait_for(&server, "c0a43f47", 4).await;
    let types: Vec<&Value> = had[1..].iter().map(|event| &event["data"]["event_type"]).collect();
    assert_eq!(types, ["tool_execution_pre", "tool_execution_post", "modify"]);
    assert_eq!(had[2]["data"]["timestamp"], "2026-01-15T10:30:00.123Z");
    assert!(had.iter().all(|event| event["data"]["agent"] == "builder"));
}

#[tokio::test]
async fn an_agent_that_only_hooks_tell_of_is_at_work_until_it_has_answered() {
    let server = server().start();
    let push = async |name: &str, more: Value| {
        let mut item = hook("", stdin(name, more));
        item["data"]["adw_id"] = json!("c0a43f47");
        item["data"]["agent"] = json!("builder");
        server.push(&[item]).await;
        let state = server.get("/api/agent-state/c0a43f47").await.json();
        state["timeline"]["agents"][0]["state"].clone()
    };
    let call = |id: &str| json!({"tool_name": "Bash", "tool_use_id": id, "tool_input": {"command": "ls"}});
    assert_eq!(push("SessionStart", json!({})).await, "seen");
    assert_eq!(push("PreToolUse", call("1")).await, "open");
    assert_eq!(push("Stop", json!({})).await, "ended");
    assert_eq!(push("PreToolUse", call("2")).await, "open", "it was asked again");
    let failed = json!({"type": "session", "data": {"adw_id": "c0a43f47", "agent": "builder", "session_id": SESSION,
        "event_type": "session_ended", "payload": {"is_error": true, "result": "no credit"}}});
    server.push(&[failed]).await;
    assert_eq!(
        push("SessionEnd", json!({})).await,
        "failed",
        "what the stream said stays"
    );
}
