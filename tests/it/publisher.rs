//! Publishers as processes of their own, and a server that comes, goes and is killed: what was handed over arrives, once.

#[path = "publisher/calls.rs"]
mod calls;
#[path = "publisher/commands.rs"]
mod commands;
#[path = "publisher/killed.rs"]
mod killed;
#[path = "publisher/left.rs"]
mod left;
#[path = "publisher/outage.rs"]
mod outage;
#[path = "publisher/room.rs"]
mod room;
#[path = "publisher/settings.rs"]
mod settings;

use std::ffi::OsStr;
use std::fs;
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};

use publisher::Notifier;
use serde_json::Value;
use tempfile::TempDir;

use crate::harness::{PATIENCE, Server, Setup, server};

/// Says that this process is to be a publisher, and gives its name.
const NAME: &str = "ADWATCH_TEST_PUBLISHER";
/// The workflow of all events.
const ADW_ID: &str = "a1";

/// An address without a server as yet, and a spool.
struct Place {
    address: String,
    spool: TempDir,
}

/// A process that publishes what it is told to, and says how far it is.
struct Publisher {
    child: Child,
    orders: ChildStdin,
    /// The number of each event, once its call has returned.
    handed_over: Receiver<u64>,
    last: u64,
}

impl Place {
    fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        Self {
            address: listener.local_addr().expect("an address").to_string(),
            spool: TempDir::new().expect("a folder"),
        }
    }

    /// A server at the address, which leaves the spool to publishers.
    fn server(&self) -> Setup {
        self.serving(server()).variable("ADWATCH_TAKE_SPOOLS", "false")
    }

    /// A server at the address, which takes what was left.
    fn server_that_takes(&self) -> Setup {
        self.serving(server())
    }

    fn serving(&self, setup: Setup) -> Setup {
        setup
            .variable("ADWATCH_LISTEN", &self.address)
            .variable("ADWATCH_SPOOL", &self.spool.path().to_string_lossy())
    }

    fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The folder of the server's events.
    fn folder(&self) -> PathBuf {
        self.spool
            .path()
            .join(format!("http_{}", self.address.replace(':', "_")))
    }

    /// The files that wait, in the order of their names.
    fn files(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.folder()).into_iter().flatten();
        let paths = entries.map(|entry| entry.expect("an entry").path());
        let mut files: Vec<_> = paths
            .filter(|path| path.extension() == Some(OsStr::new("ndjson")))
            .collect();
        files.sort();
        files
    }

    /// Everything that waits, as text.
    fn text(&self) -> String {
        let read = |path: PathBuf| fs::read(path).unwrap_or_default();
        String::from_utf8_lossy(&self.files().into_iter().flat_map(read).collect::<Vec<_>>()).into_owned()
    }

    /// Sets what every process of a publisher is told.
    fn tell(&self, command: &mut Command) {
        command
            .env("ADWATCH_URL", self.url())
            .env("ADWATCH_SPOOL", self.spool.path())
            .env("ADWATCH_ADW_ID", ADW_ID)
            .env("HOME", self.spool.path());
    }

    fn publisher(&self, name: &str) -> Publisher {
        self.publisher_with(name, &[])
    }

    fn publisher_with(&self, name: &str, variables: &[(&str, &str)]) -> Publisher {
        let program = std::env::current_exe().expect("this test");
        self.started(name, Command::new(program), variables)
    }

    /// Starts a publisher; `command` leads to this test's program.
    fn started(&self, name: &str, mut command: Command, variables: &[(&str, &str)]) -> Publisher {
        self.tell(&mut command);
        let mut child = command
            .args([
                "--exact",
                "publisher::is_a_publisher_where_it_is_started_as_one",
                "--nocapture",
            ])
            .env(NAME, name)
            .envs(variables.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("this test starts");
        let (sender, handed_over) = channel();
        let said = BufReader::new(child.stdout.take().expect("stdout is piped"));
        std::thread::spawn(move || {
            let lines = said.lines().map_while(Result::ok);
            // The test's own lines are no numbers.
            lines
                .filter_map(|line| line.parse().ok())
                .try_for_each(|number| sender.send(number))
        });
        Publisher {
            orders: child.stdin.take().expect("stdin is piped"),
            child,
            handed_over,
            last: 0,
        }
    }
}

impl Publisher {
    fn order(&mut self, order: &str) {
        writeln!(self.orders, "{order}").expect("the publisher reads");
    }

    /// Hands so many events over, and waits until it is done.
    fn say(&mut self, count: u64) {
        self.order(&format!("say {count}"));
        self.wait_for(self.last + count);
    }

    /// Waits until so many events are handed over.
    fn wait_for(&mut self, number: u64) {
        while self.last < number {
            self.last = self.handed_over.recv_timeout(PATIENCE).expect("the publisher goes on");
        }
    }

    /// Ends it properly; how many events it handed over.
    fn close(mut self) -> u64 {
        self.order("close");
        let status = self.child.wait().expect("the child is ours");
        assert!(status.success(), "{status}");
        self.last
    }

    /// Ends it without a word; how many events it said it had handed over.
    fn kill(mut self) -> u64 {
        self.child.kill().expect("it runs");
        self.child.wait().expect("the child is ours");
        self.last = self.handed_over.iter().last().unwrap_or(self.last);
        self.last
    }
}

impl Drop for Publisher {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What the journal holds of each publisher, in its order.
async fn recorded(server: &Server) -> Vec<(String, u64)> {
    let mut found = Vec::new();
    let mut after = 0;
    loop {
        let path = format!("/api/workflows/{ADW_ID}/events?after={after}&limit=1000&kind=text_block");
        let answer = server.get(&path).await;
        let page = if answer.status == 404 {
            Value::Null
        } else {
            answer.json()
        };
        let list = page["events"].as_array().cloned().unwrap_or_default();
        let Some(last) = list.last() else { return found };
        after = last["data"]["seq"].as_u64().expect("a seq");
        for event in list {
            let content = event["data"]["payload"]["content"].as_str().expect("a text");
            let number = content.split(' ').next().and_then(|number| number.parse().ok());
            let name = event["data"]["agent"].as_str().unwrap_or_default();
            found.push((name.to_owned(), number.expect("a number")));
        }
    }
}

/// What the journal holds of one publisher.
async fn numbers(server: &Server, name: &str) -> Vec<u64> {
    let all = recorded(server).await.into_iter();
    all.filter(|(of, _)| of == name).map(|(_, number)| number).collect()
}

/// Waits until the journal holds what a publisher handed over: each event once and in order. More than it had said is none too
/// many, since it can be killed between a call and its word.
async fn holds_all(server: &Server, name: &str, handed_over: u64) {
    let deadline = std::time::Instant::now() + PATIENCE * 2;
    loop {
        let numbers = numbers(server, name).await;
        let count = numbers.len() as u64;
        if count >= handed_over {
            assert_eq!(numbers, (1..=count).collect::<Vec<_>>(), "{name}: each once, in order");
            return;
        }
        assert!(
            std::time::Instant::now() < deadline,
            "{name}: {count} of {handed_over} arrived; server: {}",
            server.log()
        );
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}

/// Not a test of its own: the program of the publishers above, which is this test's.
#[test]
fn is_a_publisher_where_it_is_started_as_one() {
    let Ok(name) = std::env::var(NAME) else { return };
    let notifier = Notifier::from_env().for_agent(&name);
    let bytes = std::env::var("BYTES")
        .ok()
        .and_then(|bytes| bytes.parse().ok())
        .unwrap_or(20);
    let filler = "x".repeat(bytes);
    let mut out = io::stdout();
    let mut number = 0;
    for order in io::stdin().lines() {
        let order = order.expect("an order");
        let count = match order.split_once(' ') {
            Some(("say", count)) => count.parse().expect("a number"),
            _ if order == "flood" => u64::MAX,
            _ => break,
        };
        for _ in 0..count {
            number += 1;
            notifier.send_text_block(&format!("{number} {filler}"));
            writeln!(out, "{number}").expect("the test listens");
        }
        out.flush().expect("the test listens");
    }
    notifier.close();
}

/// A file of the spool as a publisher that is gone has left it.
fn leave(folder: &Path, name: &str, text: &str) -> PathBuf {
    fs::create_dir_all(folder).expect("a folder");
    let path = folder.join(name);
    fs::write(&path, text).expect("written");
    path
}
