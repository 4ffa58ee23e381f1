//! The real binary, with a data directory of its own.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

pub struct Server {
    child: Child,
    /// `127.0.0.1:PORT`.
    pub address: String,
    directory: TempDir,
}

impl Server {
    pub fn start() -> Self {
        Self::start_in(TempDir::new().expect("a directory"))
    }

    /// On the journal in the directory's folder `data`, if there is one.
    pub fn start_in(directory: TempDir) -> Self {
        Self::start_with(directory, &[])
    }

    /// One that watches a folder, which does not exist yet.
    pub fn watching() -> (Self, PathBuf) {
        let directory = TempDir::new().expect("a directory");
        let folder = directory.path().join("agents");
        let server = Self::start_with(directory, &["--agents", "agents"]);
        (server, folder)
    }

    fn start_with(directory: TempDir, more: &[&str]) -> Self {
        let data = directory.path().join("data");
        let mut child = Command::new(env!("CARGO_BIN_EXE_adwatch"))
            .args(["serve", "--listen", "127.0.0.1:0", "--data"])
            .arg(&data)
            .args(more)
            .current_dir(directory.path())
            .env("ADWATCH_SPOOL", directory.path().join("spool"))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the binary starts");
        let stdout = child.stdout.take().expect("stdout is piped");
        let mut lines = BufReader::new(stdout).lines();
        let address = loop {
            let line = lines.next().expect("the server says where it is").expect("a line");
            if let Some((_, address)) = line.split_once("http://") {
                break address.trim().trim_end_matches('/').to_owned();
            }
        };
        // The rest is read away, so that the server never waits for a full pipe.
        std::thread::spawn(move || lines.for_each(drop));
        Self {
            child,
            address,
            directory,
        }
    }

    /// Resident memory in bytes.
    pub fn resident_bytes(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).expect("the server runs");
        let line = status
            .lines()
            .find(|line| line.starts_with("VmRSS:"))
            .expect("Linux tells the resident memory");
        let kib: u64 = line
            .split_whitespace()
            .nth(1)
            .and_then(|number| number.parse().ok())
            .expect("a number in KiB");
        kib * 1_024
    }
}

impl Server {
    /// One of the figures that the server tells about itself.
    pub async fn metric(&self, name: &str) -> u64 {
        use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
        let mut stream = tokio::net::TcpStream::connect(&self.address)
            .await
            .expect("the server accepts");
        let request = format!(
            "GET /metrics HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n\r\n",
            self.address
        );
        stream.write_all(request.as_bytes()).await.expect("the server reads");
        let mut reply = String::new();
        stream.read_to_string(&mut reply).await.expect("the server answers");
        let value = reply
            .lines()
            .find_map(|line| line.strip_prefix("adwatch_")?.strip_prefix(name)?.trim().parse().ok());
        value.expect("the server knows the figure")
    }

    /// Processor time spent so far, by all threads, in seconds. Steadier than a rate where others use the machine too.
    pub fn cpu_seconds(&self) -> f64 {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).expect("the server runs");
        let fields: Vec<&str> = stat
            .rsplit(')')
            .next()
            .expect("the name is in brackets")
            .split_whitespace()
            .collect();
        // User and system time are fields 14 and 15 of proc(5), in ticks of 1/100 s; two stand before the bracket.
        let ticks = |at: usize| fields[at - 3].parse::<f64>().expect("a number of ticks");
        (ticks(14) + ticks(15)) / 100.0
    }
}

impl Server {
    /// Ends it without a word, and gives the directory back.
    pub fn kill(mut self) -> TempDir {
        std::mem::replace(&mut self.directory, TempDir::new().expect("a directory"))
    }

    /// Asks it to end, waits until it has, and gives the directory back.
    pub fn stop(mut self) -> TempDir {
        let pid = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).expect("the server takes signals");
        self.child.wait().expect("the server ends");
        self.kill()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
