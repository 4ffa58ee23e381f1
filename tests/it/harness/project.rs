//! A project whose workflows publish, as somebody has it who has installed adwatch: a folder, a spool, and the address of a server
//! that may be there or not.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

use super::{Setup, server};

pub struct Project {
    folder: TempDir,
    /// `127.0.0.1:PORT`, of every server that is started for it.
    pub address: String,
}

impl Project {
    pub fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let folder = TempDir::new().expect("a folder");
        for name in ["agents", "adws", "home"] {
            fs::create_dir(folder.path().join(name)).expect("a folder");
        }
        Self {
            folder,
            address: listener.local_addr().expect("an address").to_string(),
        }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A server of its own, which watches its agents.
    pub fn server(&self) -> Setup {
        server()
            .arguments(["--agents".into(), self.path("agents")])
            .variable("ADWATCH_LISTEN", &self.address)
            .variable("ADWATCH_SPOOL", &self.path("spool").to_string_lossy())
    }

    /// A shell in its folder, where `adwatch` is a command.
    pub fn shell(&self, script: &str) -> Command {
        let binary = Path::new(env!("CARGO_BIN_EXE_adwatch")).parent().expect("a folder");
        let path = format!("{}:{}", binary.display(), std::env::var("PATH").expect("a path"));
        let mut command = Command::new("bash");
        command
            .args(["-euo", "pipefail", "-c", script])
            .current_dir(self.folder.path())
            .env("PATH", path)
            .env("HOME", self.path("home"))
            .env_remove("XDG_STATE_HOME")
            .env("ADWATCH_SPOOL", self.path("spool"))
            .env("ADWATCH_URL", format!("http://{}", self.address))
            .stdin(Stdio::null());
        command
    }

    /// Runs a script, which must succeed.
    pub fn run(&self, script: &str) -> Output {
        let output = self.shell(script).output().expect("bash is there");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{script}\n{said}");
        output
    }
}
