//! `adwatch emit` and `adwatch hook`, as scripts and Claude Code call them.

use std::io::Write as _;
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};

use super::{ADW_ID, Place};

impl Place {
    fn run(&self, arguments: &[&str], input: &str) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_adwatch"));
        self.tell(&mut command);
        self.output(command.args(arguments), input)
    }

    fn output(&self, command: &mut Command, input: &str) -> Output {
        let piped = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = piped.spawn().expect("the binary starts");
        let mut stdin = child.stdin.take().expect("stdin is piped");
        // Who refuses its arguments reads nothing.
        let _ = stdin.write_all(input.as_bytes());
        drop(stdin);
        child.wait_with_output().expect("it ends")
    }

    fn emit(&self, arguments: &[&str]) {
        let output = self.run(&[&["emit"], arguments].concat(), "");
        let said = [output.stdout, output.stderr].concat();
        assert!(
            output.status.success() && said.is_empty(),
            "{}",
            String::from_utf8_lossy(&said)
        );
    }

    /// What waits, item by item.
    fn items(&self) -> Vec<Value> {
        self.text()
            .lines()
            .map(|line| serde_json::from_str(line).expect("JSON"))
            .collect()
    }
}

#[tokio::test]
async fn what_was_emitted_without_a_server_is_there_when_one_comes() {
    let place = Place::new();
    place.emit(&[ADW_ID, "log", "tests pass", "--level", "success", "--agent", "shell"]);
    place.emit(&["stage", "build", "started"]);
    place.emit(&["log", "--level", "warning", "--", "--a line that begins with dashes"]);
    place.emit(&["status", "in_progress", "two of three", "--progress", "66"]);
    let items = "{\"type\":\"text_block\",\"data\":{\"payload\":{\"content\":\"from a pipe\"}}}\n\
                 {\"type\":\"deployed\",\"data\":{\"adw_id\":\"b2\",\"to\":\"staging\"}}\n";
    let output = place.run(&["emit", "-"], items);
    assert!(output.status.success(), "{output:?}");

    // The sender that the first of them started delivers it all.
    let server = place.server().start();
    let path = format!("/api/workflows/{ADW_ID}/events");
    let answer = server
        .wait_for(&path, |answer| answer.text().contains("from a pipe"))
        .await;
    let events = answer.json()["events"].as_array().cloned().expect("a list");
    let types: Vec<&str> = events
        .iter()
        .filter_map(|event| event["data"]["event_type"].as_str())
        .collect();
    assert_eq!(
        types,
        ["log_entry", "stage_started", "log_entry", "in_progress", "text"]
    );
    assert_eq!(
        (&events[0]["data"]["agent"], &events[0]["data"]["payload"]["level"]),
        (&json!("shell"), &json!("success"))
    );
    server
        .wait_for("/api/workflows/b2/events", |answer| answer.text().contains("staging"))
        .await;
    // While it waits for more, what comes is sent at once by the same one.
    place.emit(&["log", "later"]);
    server.wait_for(&path, |answer| answer.text().contains("later")).await;
    server.wait_for("/healthz", |_| place.files().is_empty()).await;
}

#[test]
fn a_wrong_word_is_refused_with_what_to_write_and_hands_nothing_over() {
    let place = Place::new();
    for (arguments, told) in [
        (&["emit", "a1"] as &[_], "there is no event"),
        (
            &["emit", "a1", "status", "done"],
            "started, in_progress, completed, failed",
        ),
        (&["emit", "../etc", "log", "x"], "path component"),
        (&["emit", "a1", "x", "--data", "[1]"], "--data must be a JSON object"),
        (&["emit", "a1", "log", "x", "--url", "nowhere"], "http://127.0.0.1:4600"),
        (&["emit"], "required"),
    ] {
        let output = place.run(arguments, "");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
        assert!(said.contains(told), "{arguments:?}: {said}");
    }
    assert!(place.files().is_empty());
    // Of many items the good ones are handed over.
    let output = place.run(&["emit", "-"], "{\"type\":\"x\",\"data\":{}}\n{\"type\":\n[1]\n");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        output.status.code() == Some(2) && said.contains("2 of 3 items"),
        "{said}"
    );
    assert_eq!(place.items().len(), 1);
}

#[test]
fn a_hook_succeeds_and_says_nothing_whatever_it_is_given() {
    let place = Place::new();
    let long = format!("{{\"session_id\":\"s\",\"tool_response\":\"{}\"}}", "x".repeat(9 << 20));
    for (arguments, input) in [
        (&["hook"] as &[_], "{\"session_id\":\"s\",\"hook_event_name\":\"Stop\"}"),
        (&["hook", "--typo"], "{\"session_id\":\"s\"}"),
        (&["hook"], "no JSON"),
        (&["hook"], ""),
        (&["hook"], &long),
    ] {
        let output = place.run(arguments, input);
        assert_eq!(output.status.code(), Some(0), "{arguments:?}");
        assert!(output.stdout.is_empty() && output.stderr.is_empty(), "{output:?}");
    }
    let items = place.items();
    assert_eq!(items.len(), 3);
    for item in items {
        assert_eq!(
            (&item["type"], &item["data"]["adw_id"]),
            (&json!("hook"), &json!(ADW_ID))
        );
        assert!(item["data"]["event_id"].is_string() && item.to_string().len() < 8 << 20);
    }
    for (name, value) in [
        ("ADWATCH_SPOOL", "/proc/nowhere"),
        ("ADWATCH_URL", "nowhere"),
        ("ADWATCH_DISABLED", "1"),
    ] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_adwatch"));
        place.tell(&mut command);
        let output = place.output(command.arg("hook").env(name, value), "{\"session_id\":\"s\"}");
        assert!(
            output.status.success() && output.stdout.is_empty() && output.stderr.is_empty(),
            "{name}: {output:?}"
        );
    }
    assert_eq!(place.items().len(), 3, "switched off, nothing is written");
}

#[test]
fn no_secret_is_written_to_the_spool() {
    let place = Place::new();
    // Put together here, so that nobody takes it for a real one.
    let secret = format!("ghp_{}", "A1b2C3d4E5f6G7h8I9j0K1l2");
    place.emit(&["log", &format!("pushing with {secret}")]);
    place.emit(&["state", &format!("token={secret}")]);
    place.emit(&[
        ADW_ID,
        "x",
        "--data",
        &json!({"deep": [secret], secret.clone(): 1}).to_string(),
    ]);
    place.run(
        &["emit", "-"],
        &format!("{{\"type\":\"text_block\",\"data\":{{\"payload\":{{\"content\":\"{secret}\"}}}}}}"),
    );
    place.run(
        &["hook"],
        &json!({"session_id": "s", "tool_input": {"command": format!("curl -H {secret}")}}).to_string(),
    );
    assert_eq!(place.items().len(), 5);
    let mut command = Command::new("grep");
    let found = command
        .args(["-r", "A1b2C3d4"])
        .arg(place.spool.path())
        .output()
        .expect("grep runs");
    assert_eq!(
        found.status.code(),
        Some(1),
        "{}",
        String::from_utf8_lossy(&found.stdout)
    );
}

#[tokio::test]
async fn an_event_that_finds_no_room_on_the_disk_goes_straight_to_the_server() {
    let place = Place::new();
    let emit = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_adwatch"));
        place.tell(&mut command);
        command
            .args(["emit", "log", "no room"])
            .env("ADWATCH_SPOOL", "/proc/nowhere");
        place.output(&mut command, "")
    };
    let output = emit();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        output.status.code() == Some(1) && said.contains("set ADWATCH_SPOOL"),
        "{said}"
    );
    let server = place.server().start();
    assert!(emit().status.success());
    let path = format!("/api/workflows/{ADW_ID}/events");
    server.wait_for(&path, |answer| answer.text().contains("no room")).await;
}

#[tokio::test]
async fn the_sender_holds_nothing_that_the_script_had_open() {
    let place = Place::new();
    let lock = place.spool.path().join("lock");
    let mut script = Command::new("bash");
    place.tell(&mut script);
    script
        .args([
            "-c",
            "exec 9>\"$1\" 200>&9; flock 9; \"$0\" emit log \"in the lock\"",
            env!("CARGO_BIN_EXE_adwatch"),
        ])
        .arg(&lock);
    assert!(place.output(&mut script, "").status.success());
    // No server is there, so the sender stays; the lock was the script's, and the script has ended.
    let file = std::fs::File::open(&lock).expect("opened");
    let deadline = std::time::Instant::now() + crate::harness::PATIENCE;
    while file.try_lock().is_err() {
        assert!(std::time::Instant::now() < deadline, "the lock is still held");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}
