//! Runs the real binary for a test: on a free port, with a journal and an agents folder of its own.

#[path = "harness/deflating.rs"]
pub mod deflating;
#[path = "harness/http.rs"]
pub mod http;
#[path = "harness/project.rs"]
mod project;
#[path = "harness/socket.rs"]
pub mod socket;

use std::ffi::OsString;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use tempfile::TempDir;

pub use http::Answer;
pub use project::Project;
pub use socket::Socket;

/// What may take long on a busy machine, and never does on a sound one.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// How the server is to be started.
#[derive(Default)]
pub struct Setup {
    arguments: Vec<OsString>,
    variables: Vec<(String, String)>,
    settings: Option<String>,
    disk: Option<String>,
}

/// Where events are pushed.
pub const PUSH: &str = "/api/agent-state-update";

/// A log entry to push.
pub fn log(adw_id: &str, message: &str) -> Value {
    json!({"type": "agent_log_entry", "data": {"adw_id": adw_id, "event_type": "log_entry",
        "payload": {"level": "INFO", "message": message}}})
}

/// A running server. Killed when it goes away.
pub struct Server {
    child: Child,
    /// `127.0.0.1:PORT`.
    pub address: String,
    folder: TempDir,
    setup: Setup,
}

/// A server as the tests like it: quick heartbeats.
pub fn server() -> Setup {
    Setup::default().variable("ADWATCH_HEARTBEAT", "200ms")
}

impl Setup {
    /// Adds arguments after `adwatch serve`.
    pub fn arguments<T: Into<OsString>>(mut self, arguments: impl IntoIterator<Item = T>) -> Self {
        self.arguments.extend(arguments.into_iter().map(Into::into));
        self
    }

    pub fn variable(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The text of `Leptos.toml`.
    pub fn settings(mut self, text: &str) -> Self {
        self.settings = Some(text.to_owned());
        self
    }

    /// Gives the journal's folder a disk of its own, mounted with these options of tmpfs; see [`can_mount`].
    pub fn disk(mut self, options: &str) -> Self {
        self.disk = Some(options.to_owned());
        self
    }

    /// Starts the server and waits until it says where it is.
    pub fn start(self) -> Server {
        self.start_in(TempDir::new().expect("a folder"))
    }

    fn start_in(self, folder: TempDir) -> Server {
        let mut child = self.command(folder.path()).spawn().expect("the binary starts");
        let mut lines = BufReader::new(child.stdout.take().expect("stdout is piped")).lines();
        let address = match lines.next() {
            Some(Ok(line)) => line
                .strip_prefix("adwatch is at http://")
                .unwrap_or_else(|| panic!("the first line is {line:?}"))
                .to_owned(),
            _ => panic!("the server did not start: {}", log_of(folder.path())),
        };
        // The rest is read away, so that the server never waits for a full pipe.
        std::thread::spawn(move || lines.for_each(drop));
        Server {
            child,
            address,
            folder,
            setup: self,
        }
    }

    /// Runs a server that is expected to refuse, and gives what it said.
    pub fn refused(self) -> Output {
        let folder = TempDir::new().expect("a folder");
        let mut command = self.command(folder.path());
        command.stderr(Stdio::piped());
        command.output().expect("the binary starts")
    }

    fn command(&self, folder: &Path) -> Command {
        if let Some(settings) = &self.settings {
            fs::write(folder.join("Leptos.toml"), settings).expect("the folder is writable");
        }
        let log = fs::File::options().create(true).append(true).open(folder.join("log"));
        let binary = env!("CARGO_BIN_EXE_adwatch");
        let mut command = match &self.disk {
            None => Command::new(binary),
            Some(options) => {
                fs::create_dir_all(folder.join(".adwatch")).expect("the folder is writable");
                let mut command = Command::new("unshare");
                let script = format!("mount -t tmpfs -o {options} tmpfs .adwatch && exec \"$0\" \"$@\"");
                command.args(["-rm", "sh", "-c", &script, binary]);
                command
            }
        };
        command
            .arg("serve")
            .env("ADWATCH_LISTEN", "127.0.0.1:0")
            // No test takes what this user's own publishers left.
            .env("ADWATCH_SPOOL", folder.join("spool"))
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .args(&self.arguments)
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log.expect("the folder is writable"));
        command
    }
}

impl Server {
    /// The folder of its journal, also where only the server sees its disk.
    pub fn data(&self) -> PathBuf {
        let path = self.folder.path().join(".adwatch");
        if self.setup.disk.is_none() {
            return path;
        }
        let seen_by = format!("/proc/{}/root{}", self.child.id(), path.display());
        seen_by.into()
    }

    /// The folder it runs in.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// What it has logged so far.
    pub fn log(&self) -> String {
        log_of(self.folder.path())
    }

    pub async fn get(&self, path: &str) -> Answer {
        http::ask(&self.address, "GET", path, &[], b"").await
    }

    pub async fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        http::ask(&self.address, "GET", path, headers, b"").await
    }

    /// Posts JSON.
    pub async fn post(&self, path: &str, body: impl AsRef<[u8]>) -> Answer {
        let headers = [("content-type", "application/json")];
        http::ask(&self.address, "POST", path, &headers, body.as_ref()).await
    }

    /// Pushes events as one array; all must be taken.
    pub async fn push(&self, events: &[Value]) {
        let answer = self.post(PUSH, Value::from(events).to_string()).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        assert_eq!(answer.json()["accepted"], events.len(), "{}", answer.text());
    }

    /// Pushes a log entry for each message.
    pub async fn push_logs(&self, adw_id: &str, messages: impl IntoIterator<Item = String>) {
        let events: Vec<Value> = messages.into_iter().map(|message| log(adw_id, &message)).collect();
        self.push(&events).await;
    }

    /// Opens a socket with the subprotocol, and takes its hello.
    pub async fn socket(&self) -> Socket {
        Socket::open(&self.address).await
    }

    /// Asks until the answer is as wanted.
    pub async fn wait_for(&self, path: &str, wanted: impl Fn(&Answer) -> bool) -> Answer {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let answer = self.get(path).await;
            if wanted(&answer) {
                return answer;
            }
            assert!(
                Instant::now() < deadline,
                "{path} still answers {}: {}",
                answer.status,
                answer.text()
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Sends a signal: STOP and CONT stand in for a machine that sleeps.
    pub fn signal(&self, signal: Signal) {
        let pid = Pid::from_child(&self.child);
        kill_process(pid, signal).expect("the server runs");
    }

    /// Asks it to stop, and waits until it has.
    pub fn stop(mut self, signal: Signal) -> (ExitStatus, Duration) {
        let begin = Instant::now();
        self.signal(signal);
        let status = wait(&mut self.child);
        (status, begin.elapsed())
    }

    /// Kills it without a word (kill -9), and starts another on the same folder.
    pub fn kill_and_restart(self) -> Server {
        self.signal(Signal::KILL);
        self.again()
    }

    /// Stops it properly, and starts another on the same folder.
    pub fn restart(self) -> Server {
        self.signal(Signal::TERM);
        self.again()
    }

    /// Stops it properly, does something with the folder of its journal, and starts another on it.
    pub fn restart_after(mut self, meanwhile: impl FnOnce(&Path)) -> Server {
        self.signal(Signal::TERM);
        wait(&mut self.child);
        meanwhile(&self.data());
        self.again()
    }

    /// A figure of its memory, in KiB: `VmRSS` is what it has, `VmHWM` the most that it has had.
    pub fn memory_kib(&self, figure: &str) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).expect("Linux tells");
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix(figure)?.strip_prefix(':'));
        let kib = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse().ok());
        kib.expect("a number of KiB")
    }

    fn again(mut self) -> Server {
        wait(&mut self.child);
        let setup = std::mem::take(&mut self.setup);
        let folder = std::mem::replace(&mut self.folder, TempDir::new().expect("a folder"));
        setup.start_in(folder)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Whether a server can be given a disk of its own: some containers forbid it.
pub fn can_mount() -> bool {
    let tried = Command::new("unshare")
        .args(["-rm", "mount", "-t", "tmpfs", "tmpfs", "/mnt"])
        .stderr(Stdio::null())
        .status();
    tried.is_ok_and(|status| status.success())
}

fn wait(child: &mut Child) -> ExitStatus {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(status) = child.try_wait().expect("the child is ours") {
            return status;
        }
        assert!(Instant::now() < deadline, "the server does not stop");
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn log_of(folder: &Path) -> String {
    fs::read_to_string(folder.join("log")).unwrap_or_default()
}
