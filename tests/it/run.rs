//! `adwatch run`: the command does not notice it, and the server sees all of it, each line once.

#[path = "run/hanging.rs"]
mod hanging;
#[path = "run/other_clis.rs"]
mod other_clis;
#[path = "run/seen.rs"]
mod seen;
#[path = "run/signals.rs"]
mod signals;
#[path = "run/transparent.rs"]
mod transparent;

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use crate::harness::Server;

/// The workflow of these tests.
const ID: &str = "c0a43f47";

/// A project in which commands are run.
struct Project {
    folder: TempDir,
    url: String,
}

impl Project {
    /// Nobody listens.
    fn alone() -> Self {
        // The port of nobody: 9 is the one to discard what is sent.
        Self::at("http://127.0.0.1:9")
    }

    fn of(server: &Server) -> Self {
        Self::at(&format!("http://{}", server.address))
    }

    fn at(url: &str) -> Self {
        Self {
            folder: TempDir::new().expect("a folder"),
            url: url.to_owned(),
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A pipe with a name: who reads from it waits until somebody writes.
    fn pipe(&self, name: &str) -> PathBuf {
        let made = Command::new("mkfifo").arg(self.path(name)).status();
        assert!(made.is_ok_and(|status| status.success()), "a pipe");
        self.path(name)
    }

    /// `adwatch run` with these options, for a script of the shell.
    fn run(&self, options: &[&str], script: &str) -> Command {
        self.run_command(options, &["sh", "-c", script])
    }

    fn run_command(&self, options: &[&str], words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_adwatch"));
        command
            .args(["run", "--adw-id", ID, "--agent", "builder"])
            .args(options)
            .arg("--")
            .args(words);
        self.settle_in(&mut command);
        command
    }

    fn settle_in(&self, command: &mut Command) {
        command
            .current_dir(self.folder.path())
            .env("ADWATCH_URL", &self.url)
            .env("ADWATCH_SPOOL", self.path("spool"))
            .stdin(Stdio::null());
    }

    /// What the file of the agent holds.
    fn file(&self) -> Vec<u8> {
        fs::read(self.path("agents/c0a43f47/builder/raw_output.jsonl")).expect("the file")
    }

    /// The items that wait for a server.
    fn waiting(&self) -> Vec<Value> {
        let mut files = Vec::new();
        for folder in fs::read_dir(self.path("spool")).into_iter().flatten().flatten() {
            let found = fs::read_dir(folder.path()).expect("a folder").flatten();
            files.extend(found.map(|file| file.path()).filter(|path| is_spool(path)));
        }
        files.sort();
        let lines = files.iter().map(|file| fs::read_to_string(file).expect("a file"));
        let lines = lines.collect::<String>();
        let lines = lines.lines().filter(|line| !line.is_empty());
        lines.map(|line| serde_json::from_str(line).expect("an item")).collect()
    }
}

fn is_spool(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "ndjson")
}

/// A command that runs.
struct Running {
    child: Child,
    output: BufReader<ChildStdout>,
}

impl Running {
    fn start(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().expect("the binary starts");
        let output = BufReader::new(child.stdout.take().expect("stdout is piped"));
        Self { child, output }
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.output.read_line(&mut line).expect("a line");
        line.trim_end().to_owned()
    }

    /// The rest of the output, and the exit code.
    fn end(mut self) -> (String, Option<i32>) {
        let mut rest = String::new();
        self.output.read_to_string(&mut rest).expect("text");
        (rest, self.child.wait().expect("it is ours").code())
    }
}

fn done(command: &mut Command) -> Output {
    command.output().expect("the binary starts")
}

/// The messages of the log entries among items or events, with their levels.
fn entries(items: &[Value]) -> Vec<(String, String)> {
    let logs = items.iter().filter(|item| item["type"] == "agent_log_entry");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    logs.map(|item| {
        let payload = &item["data"]["payload"];
        (text(&payload["level"]), text(&payload["message"]))
    })
    .collect()
}
