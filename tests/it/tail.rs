//! `adwatch tail`: a workflow in the terminal, with nothing missing and nothing twice, whatever the server does meanwhile.

#[path = "tail/outages.rs"]
mod outages;

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, ChildStderr, ChildStdout, Command, Output, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use crate::harness::{Server, log, server};

const ID: &str = "c0a43f47";

/// A tail that runs. Killed when it goes away.
struct Tail {
    child: Child,
    output: BufReader<ChildStdout>,
    said: BufReader<ChildStderr>,
}

fn command(server: &Server, options: &[&str]) -> Command {
    command_at(&server.address, options)
}

fn command_at(address: &str, options: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_adwatch"));
    command.args(["tail", ID, "--url", &format!("http://{address}")]);
    command
        .args(options)
        .env("TZ", "UTC")
        .env_remove("NO_COLOR")
        .stdin(Stdio::null());
    command
}

fn done(server: &Server, options: &[&str]) -> Output {
    command(server, options).output().expect("the binary starts")
}

impl Tail {
    fn start(server: &Server, options: &[&str]) -> Self {
        Self::spawn(&mut command(server, options))
    }

    fn spawn(command: &mut Command) -> Self {
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary starts");
        let output = BufReader::new(child.stdout.take().expect("stdout is piped"));
        let said = BufReader::new(child.stderr.take().expect("stderr is piped"));
        Self { child, output, said }
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.output.read_line(&mut line).expect("a line");
        line.trim_end().to_owned()
    }

    /// The seq of the next event, of a tail that prints JSON.
    fn seq(&mut self) -> u64 {
        let event: Value = serde_json::from_str(&self.line()).expect("an event");
        event["data"]["seq"].as_u64().expect("a seq")
    }

    fn says(&mut self) -> String {
        let mut line = String::new();
        self.said.read_line(&mut line).expect("a line");
        line.trim_end().to_owned()
    }

    /// Does something while it is stopped, as on a machine that sleeps.
    async fn while_asleep<T>(&self, done: impl Future<Output = T>) -> T {
        let pid = Pid::from_child(&self.child);
        kill_process(pid, Signal::STOP).expect("it runs");
        let done = done.await;
        kill_process(pid, Signal::CONT).expect("it runs");
        done
    }

    /// Waits until it has ended: what it still said, and the exit code.
    fn end(mut self) -> (String, Option<i32>) {
        let mut said = String::new();
        self.said.read_to_string(&mut said).expect("text");
        (said, self.child.wait().expect("it is ours").code())
    }
}

impl Drop for Tail {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn logs(range: std::ops::Range<u32>) -> impl Iterator<Item = String> {
    range.map(|number| format!("message {number}"))
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[tokio::test]
async fn the_newest_events_come_first_and_then_each_as_it_happens() {
    let server = server().start();
    server.push_logs(ID, logs(0..30)).await;
    let mut tail = Tail::start(&server, &["-n", "3"]);
    for number in 27..30 {
        let line = tail.line();
        assert!(
            line.ends_with(&format!("-            log      INFO: message {number}")),
            "{line}"
        );
    }
    for number in 30..33 {
        server.push_logs(ID, logs(number..number + 1)).await;
        assert!(tail.line().ends_with(&format!("message {number}")));
    }
}

#[tokio::test]
async fn history_of_many_pages_is_whole() {
    let server = server().start();
    server.push_logs(ID, logs(0..1_300)).await;
    for options in [
        &["--since", "0", "--json", "--no-follow"][..],
        &["-n", "5000", "--json", "--no-follow"],
    ] {
        let output = done(&server, options);
        assert_eq!(output.status.code(), Some(0));
        let seqs: Vec<u64> = text(&output.stdout)
            .lines()
            .map(|line| {
                serde_json::from_str::<Value>(line).expect("JSON")["data"]["seq"]
                    .as_u64()
                    .expect("a seq")
            })
            .collect();
        assert_eq!(seqs, (1..=1_300).collect::<Vec<_>>());
    }
    assert_eq!(
        text(&done(&server, &["--since", "1298", "--no-follow"]).stdout)
            .lines()
            .count(),
        2
    );
    assert_eq!(
        text(&done(&server, &["-n", "700", "--no-follow"]).stdout)
            .lines()
            .count(),
        700
    );
    assert_eq!(done(&server, &["-n", "0", "--no-follow"]).stdout, b"");
}

#[tokio::test]
async fn json_is_the_event_as_it_is_on_the_wire() {
    let server = server().start();
    server.push(&[json!({"type": "other", "data": {"adw_id": ID, "event_type": "odd", "payload": {"b": 1, "a": [0.1, "é\u{9b}"]}}})]).await;
    let wire = server.get(&format!("/api/workflows/{ID}/export?format=ndjson")).await;
    assert_eq!(text(&done(&server, &["--json", "--no-follow"]).stdout), wire.text());
}

#[tokio::test]
async fn filters_hold_for_the_past_and_for_what_happens() {
    let server = server().start();
    let tool = |agent: &str, id: &str, is_error: bool| {
        json!({"type": "tool_execution", "data": {"adw_id": ID, "agent": agent, "event_type": "tool_execution_post",
            "payload": {"tool_use_id": id, "tool_name": "Bash", "output": format!("output of {id}"), "is_error": is_error}}})
    };
    // Its end is nothing that a preview holds.
    let long = json!({"type": "text_block", "data": {"adw_id": ID, "payload": {"content": "x ".repeat(20_000) + "the needle"}}});
    let events = |round: &str| {
        vec![
            log(ID, "nothing"),
            tool("builder", &format!("{round}1"), false),
            tool("builder", &format!("{round}2"), true),
            tool("planner", &format!("{round}3"), true),
            long.clone(),
            log(ID, &format!("end of {round}")),
        ]
    };
    server.push(&events("a")).await;
    let mut tail = Tail::start(&server, &["--kind", "tool", "--agent", "builder"]);
    assert!(tail.line().ends_with("output of a1") && tail.line().ends_with("output of a2"));
    let mut searching = Tail::start(&server, &["-q", "the NEEDLE", "--json"]);
    assert_eq!(searching.seq(), 5);
    server.push(&events("b")).await;
    assert!(tail.line().ends_with("output of b1") && tail.line().ends_with("output of b2"));
    assert_eq!(searching.seq(), 11);
    for (options, wanted) in [
        (&["--level", "error"][..], &["a2", "a3", "b2", "b3"][..]),
        (
            &["-q", "OUTPUT OF", "--kind", "tool"],
            &["a1", "a2", "a3", "b1", "b2", "b3"],
        ),
        (&["--agent", "planner", "--agent", "nobody"], &["a3", "b3"]),
    ] {
        let output = text(&done(&server, &[options, &["--no-follow"]].concat()).stdout);
        let found: Vec<&str> = output.lines().filter_map(|line| line.rsplit(' ').next()).collect();
        assert_eq!(found, wanted);
    }
}

#[tokio::test]
async fn a_workflow_that_does_not_exist_yet_is_waited_for() {
    let server = server().start();
    let mut tail = Tail::start(&server, &[]);
    assert_eq!(
        tail.says(),
        "adwatch: waiting for workflow c0a43f47, which does not exist yet"
    );
    server.push_logs(ID, logs(0..1)).await;
    assert!(tail.line().ends_with("message 0"));
    drop(tail);
    let mut command = Command::new(env!("CARGO_BIN_EXE_adwatch"));
    command.args([
        "tail",
        "nobody",
        "--no-follow",
        "--url",
        &format!("http://{}", server.address),
    ]);
    let output = command.output().expect("the binary starts");
    assert_eq!(
        (output.status.code(), text(&output.stderr)),
        (Some(1), "adwatch: workflow nobody does not exist\n".to_owned())
    );
    assert_eq!(done(&server, &["--kind", "weather"]).status.code(), Some(2));
    let nowhere = command_at("no where", &[]).output().expect("the binary starts");
    assert_eq!(nowhere.status.code(), Some(2));
    assert!(text(&nowhere.stderr).contains("no where"), "{}", text(&nowhere.stderr));
}

#[tokio::test]
async fn it_ends_when_the_workflow_does_and_says_how() {
    for (status, code) in [("completed", 0), ("failed", 1)] {
        let server = server().start();
        server.push_logs(ID, logs(0..1)).await;
        let mut tail = Tail::start(&server, &["--until-end"]);
        assert!(tail.line().ends_with("message 0"));
        let over = json!({"type": "status_update", "data": {"adw_id": ID, "payload": {"status": status, "message": "that is all"}}});
        server.push(&[over]).await;
        assert!(tail.line().ends_with(&format!("{status}: that is all")));
        let (said, ended_with) = tail.end();
        assert_eq!(ended_with, Some(code), "{said}");
        assert!(said.contains(&format!("workflow c0a43f47 has {status}")), "{said}");
    }
}

#[tokio::test]
async fn measures_are_for_who_asks() {
    let server = server().start();
    let sample = json!({"type": "resource_sample", "data": {"adw_id": ID, "payload": {"processes": 3}}});
    server.push(&[log(ID, "said"), sample]).await;
    let shown = |options: &[&str]| text(&done(&server, &[options, &["--no-follow"]].concat()).stdout);
    assert!(shown(&[]).ends_with("said\n"));
    assert!(shown(&["--kind", "other"]).contains("processes: 3"));
    assert_eq!(shown(&["--json"]).lines().count(), 2);
}

#[tokio::test]
async fn what_an_agent_says_commands_no_terminal() {
    let server = server().start();
    let hostile = "\u{1b}]0;owned\u{7}\u{1b}[2J\u{9b}31mred\r\nover\u{8}\u{202e}txt.exe";
    let event = json!({"type": "text_block", "data": {"adw_id": ID, "agent": "\u{1b}[1magent\n\u{202e}", "payload": {"content": hostile}}});
    server.push(&[event]).await;
    for options in [
        &["--no-follow"][..],
        &["--no-follow", "--full"],
        &["--no-follow", "--color", "always"],
    ] {
        let said = text(&done(&server, options).stdout);
        let ours = ["\u{1b}[2m", "\u{1b}[0m", "\u{1b}[36m"];
        let plain = ours.iter().fold(said.clone(), |text, ours| text.replace(ours, ""));
        assert!(
            !plain.chars().any(|c| (c.is_control() && c != '\n') || c == '\u{202e}'),
            "{said:?}"
        );
        assert!(
            plain.contains("agent") && plain.contains("red") && plain.contains("txt.exe"),
            "{said:?}"
        );
        assert_eq!(said.contains('\u{1b}'), options.contains(&"always"), "{said:?}");
    }
}

#[tokio::test]
async fn it_ends_quietly_when_nobody_reads() {
    let server = server().start();
    server.push_logs(ID, logs(0..5)).await;
    let mut tail = command(&server, &["-n", "1"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut output = BufReader::new(tail.stdout.take().expect("stdout is piped"));
    output.read_line(&mut String::new()).expect("a line");
    drop(output);
    server.push_logs(ID, logs(5..6)).await;
    let ended = tail.wait_with_output().expect("it is ours");
    assert_eq!((ended.status.code(), text(&ended.stderr)), (Some(0), String::new()));
}
