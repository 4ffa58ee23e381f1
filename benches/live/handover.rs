//! What publishing costs a workflow: the time of a call, and of a hook as a whole process, whatever the server does.

use std::io::Write as _;
use std::net::TcpListener;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use publisher::Notifier;
use tempfile::TempDir;

use crate::server::Server;

/// What a busy agent says at most.
const CALLS_PER_SECOND: u32 = 2_000;
const CALLS: usize = 10_000;
const HOOKS: usize = 200;
const PAYLOAD: &str = r#"{"session_id":"fc37a725","cwd":"/work/shop","hook_event_name":"PostToolUse","tool_name":"Bash","tool_use_id":"toolu_01","tool_input":{"command":"cargo test"},"tool_response":{"stdout":"test result: ok. 214 passed; 0 failed","stderr":"","interrupted":false}}"#;

/// A server, by what becomes of a push.
pub enum Situation {
    Up(Server),
    /// It accepts, and never answers.
    Slow(TcpListener),
    Gone,
}

/// The middle, and what one of a hundred exceeds.
pub struct Times {
    pub p50: Duration,
    pub p99: Duration,
}

impl Situation {
    /// All of them, with their names.
    pub fn all() -> [(&'static str, Self); 3] {
        let slow = TcpListener::bind("127.0.0.1:0").expect("a port");
        [
            ("up", Self::Up(Server::start())),
            ("slow", Self::Slow(slow)),
            ("gone", Self::Gone),
        ]
    }

    fn url(&self) -> String {
        match self {
            Self::Up(server) => format!("http://{}", server.address),
            Self::Slow(listener) => format!("http://{}", listener.local_addr().expect("an address")),
            // Nothing listens to the discard port.
            Self::Gone => "http://127.0.0.1:9".to_owned(),
        }
    }

    /// The times of calls at an even pace.
    pub fn calls(&self) -> Times {
        let spool = TempDir::new().expect("a folder");
        let notifier = Notifier::builder()
            .url(self.url())
            .spool(spool.path())
            .adw_id("bench")
            .build()
            .expect("an address");
        let begin = Instant::now();
        let mut times = Vec::with_capacity(CALLS);
        for at in 0..CALLS {
            let due = begin + Duration::from_secs(1) * at as u32 / CALLS_PER_SECOND;
            std::thread::sleep(due.saturating_duration_since(Instant::now()));
            let called = Instant::now();
            notifier.send_agent_log_entry("INFO", "pnpm vitest run test/webhooks/retry.test.ts: 214 passed");
            times.push(called.elapsed());
        }
        if let Self::Up(_) = self {
            assert!(notifier.flush(Duration::from_secs(30)), "everything arrives");
        }
        Times::of(times)
    }

    /// The times of hooks, from their start to their end.
    pub fn hooks(&self) -> Times {
        let spool = TempDir::new().expect("a folder");
        let hook = || {
            let begin = Instant::now();
            let mut child = Command::new(env!("CARGO_BIN_EXE_adwatch"))
                .arg("hook")
                .env("ADWATCH_URL", self.url())
                .env("ADWATCH_SPOOL", spool.path())
                .env("ADWATCH_ADW_ID", "bench")
                .stdin(Stdio::piped())
                .stdout(Stdio::null())
                .spawn()
                .expect("the binary starts");
            let mut stdin = child.stdin.take().expect("stdin is piped");
            stdin.write_all(PAYLOAD.as_bytes()).expect("the hook reads");
            drop(stdin);
            assert!(child.wait().expect("the hook ends").success());
            begin.elapsed()
        };
        Times::of((0..HOOKS).map(|_| hook()).collect())
    }
}

impl Times {
    fn of(mut times: Vec<Duration>) -> Self {
        times.sort();
        Self {
            p50: times[times.len() / 2],
            p99: times[times.len() * 99 / 100],
        }
    }
}

/// `0.123 ms`
pub fn milliseconds(time: Duration) -> String {
    format!("{:.3} ms", time.as_secs_f64() * 1_000.0)
}
