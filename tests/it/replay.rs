//! `adwatch demo --replay`: a recorded run is seen again, and ends byte by byte as it was.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Lines};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Output, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::harness::{PATIENCE, http};

/// A replay that runs. Killed when it goes away.
struct Replay {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
    address: String,
    /// Where it writes.
    agents: PathBuf,
    /// Where it may leave something behind.
    temporary: TempDir,
}

fn command(recording: &Path, temporary: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_adwatch"));
    command
        .args(["demo", "--listen", "127.0.0.1:0", "--replay"])
        .arg(recording)
        .env("TMPDIR", temporary)
        .env("ADWATCH_RESCAN", "100ms")
        .current_dir(temporary)
        .stdin(Stdio::null());
    command
}

impl Replay {
    fn start(recording: &Path, arguments: &[&str]) -> Self {
        let temporary = TempDir::new().expect("a folder");
        let mut command = command(recording, temporary.path());
        command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().expect("the binary starts");
        let mut lines = BufReader::new(child.stdout.take().expect("stdout is piped")).lines();
        let mut line = || lines.next().expect("a line").expect("text");
        let address = line()
            .strip_prefix("adwatch is at http://")
            .expect("the address")
            .to_owned();
        let told = line();
        let (_, agents) = told.split_once(" into ").unwrap_or_else(|| panic!("{told}"));
        let agents = PathBuf::from(agents.split(';').next().expect("a folder"));
        Self {
            child,
            lines,
            address,
            agents,
            temporary,
        }
    }

    /// Waits until it says that it is over.
    fn until_over(&mut self) {
        let line = self.lines.next().expect("a line").expect("text");
        assert!(line.starts_with("the replay is over"), "{line}");
    }

    async fn workflows(&self) -> Vec<Value> {
        let answer = http::ask(&self.address, "GET", "/api/workflows", &[], b"").await;
        answer.json()["workflows"].as_array().cloned().unwrap_or_default()
    }

    /// Asks until the answer is as wanted.
    async fn wait_for(&self, path: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let answer = http::ask(&self.address, "GET", path, &[], b"").await;
            if answer.status == 200 && wanted(&answer.json()) {
                return answer.json();
            }
            assert!(Instant::now() < deadline, "{path}: {}", answer.text());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Presses Ctrl+C; gives what is left in the temporary folder.
    fn interrupt(mut self) -> Vec<PathBuf> {
        kill_process(Pid::from_child(&self.child), Signal::INT).expect("it runs");
        let deadline = Instant::now() + PATIENCE;
        let status = loop {
            if let Some(status) = self.child.try_wait().expect("the child is ours") {
                break status;
            }
            assert!(Instant::now() < deadline, "it does not stop");
            std::thread::sleep(Duration::from_millis(5));
        };
        assert!(status.success(), "{status}");
        let left = fs::read_dir(self.temporary.path()).expect("the folder").flatten();
        left.map(|entry| entry.path()).collect()
    }
}

impl Drop for Replay {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// All files below a folder, by their path in it.
fn tree(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    fn gather(base: &Path, folder: &Path, found: &mut BTreeMap<PathBuf, Vec<u8>>) {
        for entry in fs::read_dir(folder).expect("a folder").flatten() {
            let path = entry.path();
            if path.is_dir() {
                gather(base, &path, found);
            } else {
                let below = path.strip_prefix(base).expect("below").to_owned();
                found.insert(below, fs::read(&path).expect("readable"));
            }
        }
    }
    let mut found = BTreeMap::new();
    gather(folder, folder, &mut found);
    found
}

/// A recording with streams, a log over several lines, a state, prompts and a picture, some of it no workflow.
fn recording() -> TempDir {
    let folder = TempDir::new().expect("a folder");
    let write = |file: &str, bytes: &[u8]| {
        let path = folder.path().join("agents").join(file);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, bytes).expect("written");
    };
    let said =
        |text: &str| json!({"type": "assistant", "message": {"content": [{"type": "text", "text": text}]}}).to_string();
    let result = json!({"type": "result", "subtype": "success", "is_error": false, "duration_ms": 4_000, "result": "done", "total_cost_usd": 0.5});
    let stream = |count: usize| {
        let mut lines: Vec<String> = (0..count).map(|n| said(&format!("line {n} \u{e4}"))).collect();
        lines.push(result.to_string());
        lines.join("\n") + "\n"
    };
    write(
        "c0a43f47/adw_state.json",
        br#"{"adw_id": "c0a43f47", "issue_number": "7", "status": "completed"}"#,
    );
    write(
        "c0a43f47/adw_plan_iso/execution.log",
        b"2025-10-17 19:04:18 - INFO - begins\nTraceback:\n  more\n2025-10-17 19:05:00 - INFO - ends\n",
    );
    write("c0a43f47/sdlc_planner/raw_output.jsonl", stream(200).as_bytes());
    write("c0a43f47/sdlc_planner/prompts/feature.txt", b"Make it blue.");
    write(
        "c0a43f47/reviewer/raw_output.jsonl",
        format!("{}\n{}", said("one"), said("cut off, no end")).as_bytes(),
    );
    write(
        "c0a43f47/reviewer/review_img/01.png",
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x02\0\0\0\x02\x08\x02\0\0\0\0\0\0\0",
    );
    write("c0a43f47/empty/raw_output.jsonl", b"");
    write("deadbeef/builder/cc_raw_output.jsonl", stream(3).as_bytes());
    write("context_bundles/x.jsonl", said("no workflow").as_bytes());
    write("notes/readme.md", b"no workflow either");
    folder
}

#[tokio::test]
async fn a_replay_ends_as_the_recording_and_leaves_nothing_behind() {
    let recording = recording();
    let agents = recording.path().join("agents");
    for given in [recording.path(), agents.as_path()] {
        let mut replay = Replay::start(given, &["--speed", "max"]);
        replay.until_over();
        let mut expected = tree(&agents);
        expected.retain(|file, _| !file.starts_with("context_bundles") && !file.starts_with("notes"));
        assert_eq!(tree(&replay.agents), expected);
        // What was written is seen: 200 texts and a result, and the first two lines of the other stream.
        let path = "/api/workflows/c0a43f47/sources";
        let is_read = |answer: &Value| {
            let sources = answer["sources"].as_array().into_iter().flatten();
            sources.filter_map(|source| source["lines"].as_u64()).sum::<u64>() >= 200 + 1 + 1 + 4
        };
        replay.wait_for(path, is_read).await;
        let state = replay
            .wait_for("/api/agent-state/c0a43f47", |answer| {
                answer["state"]["status"] == "completed"
            })
            .await;
        assert_eq!(state["state"]["issue_number"], "7");
        replay
            .wait_for("/api/agent-state/c0a43f47", |answer| {
                answer["timeline"]["pictures"][0]["agent"] == "reviewer"
            })
            .await;
        let names: Vec<Value> = replay
            .workflows()
            .await
            .iter()
            .map(|card| card["adw_id"].clone())
            .collect();
        assert_eq!(names.len(), 2, "{names:?}");
        assert_eq!(replay.interrupt(), Vec::<PathBuf>::new());
    }
    assert_eq!(tree(&agents).len(), 10, "the recording is as it was");
}

#[tokio::test]
async fn a_replay_that_is_stopped_leaves_nothing_behind() {
    let recording = recording();
    let data = TempDir::new().expect("a folder");
    let kept = data.path().join("kept");
    let replay = Replay::start(
        recording.path(),
        &["--speed", "0.01", "--data", kept.to_str().expect("a path")],
    );
    // It has begun, and has not ended: the result of the stream is minutes away.
    replay
        .wait_for("/api/workflows", |answer| {
            answer["workflows"].as_array().is_some_and(|all| !all.is_empty())
        })
        .await;
    let stream = fs::read(replay.agents.join("c0a43f47/sdlc_planner/raw_output.jsonl")).unwrap_or_default();
    assert!(stream.len() < tree(recording.path())[Path::new("agents/c0a43f47/sdlc_planner/raw_output.jsonl")].len());
    assert_eq!(replay.interrupt(), Vec::<PathBuf>::new());
    assert!(kept.join("journal.db").exists(), "what was asked for stays");
}

#[test]
fn what_cannot_be_played_is_refused_with_the_reason() {
    let temporary = TempDir::new().expect("a folder");
    let refused = |recording: &Path, arguments: &[&str]| -> Output {
        let output = command(recording, temporary.path())
            .args(arguments)
            .output()
            .expect("the binary starts");
        assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0));
        output
    };
    let said = |output: Output| String::from_utf8_lossy(&output.stderr).into_owned();
    let nowhere = temporary.path().join("nowhere");
    let told = said(refused(&nowhere, &[]));
    assert!(
        told.contains("there is no folder") && told.contains("nowhere"),
        "{told}"
    );
    fs::create_dir_all(temporary.path().join("empty/agents/docs")).expect("a folder");
    fs::write(temporary.path().join("empty/agents/docs/readme.md"), "x").expect("written");
    let told = said(refused(&temporary.path().join("empty"), &[]));
    assert!(told.contains("empty/agents holds no workflow"), "{told}");
    for arguments in [
        &["--speed", "0"][..],
        &["--workflows", "3"],
        &["--url", "http://127.0.0.1:1"],
    ] {
        refused(recording().path(), arguments);
    }
    let alone = Command::new(env!("CARGO_BIN_EXE_adwatch"))
        .args(["demo", "--listen", "127.0.0.1:0"])
        .output();
    assert_eq!(
        alone.expect("the binary starts").status.code(),
        Some(2),
        "a demo into a running server listens nowhere"
    );
}

#[tokio::test]
async fn the_samples_are_played_as_they_are() {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/samples");
    let samples = std::env::var_os("ADWATCH_SAMPLES").map_or(beside, PathBuf::from);
    let agents = samples.join("tac8/agents");
    if !agents.is_dir() {
        eprintln!(
            "skipped: there are no samples at {}; set ADWATCH_SAMPLES",
            samples.display()
        );
        return;
    }
    let mut replay = Replay::start(&agents, &["--speed", "max"]);
    replay.until_over();
    assert_eq!(tree(&replay.agents), tree(&agents));
    let count = fs::read_dir(&agents).expect("a folder").count();
    replay
        .wait_for("/api/workflows", |answer| {
            answer["workflows"].as_array().is_some_and(|all| all.len() == count)
        })
        .await;
    assert_eq!(replay.interrupt(), Vec::<PathBuf>::new());
}
