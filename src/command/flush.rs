//! `adwatch flush`: sends what short commands have left. They start it themselves, at most one for each server.
//!
//! It belongs to no terminal and to no session, so that it outlives whoever started it.

use std::process::{Command, Stdio};
use std::time::Duration;

use clap::Args;

use publisher::leaving::{Leaving, SendingEnd};
use publisher::settings::Settings;

/// Send what waits in the spool; short commands start this by themselves.
#[derive(Args, Debug)]
pub struct FlushArguments {
    /// How long to stay when everything is sent, in milliseconds.
    #[arg(long, default_value_t = 10_000)]
    linger_ms: u64,
    /// How long the server may be away before the rest is left in the spool, in milliseconds.
    #[arg(long, default_value_t = 600_000)]
    patience_ms: u64,
}

/// Starts a sender for this server if none is at work. Whoever calls this has left its events already, so that a sender that is
/// about to end finds them.
pub fn start(leaving: &Leaving, settings: &Settings) {
    match leaving.lock_sender() {
        // The lock is given up again for the one that is started.
        Ok(Some(lock)) => drop(lock),
        Ok(None) => return,
        Err(error) => {
            tracing::debug!(%error, "whether events are being sent cannot be told");
            return;
        }
    }
    let Ok(program) = std::env::current_exe() else { return };
    let mut command = Command::new(program);
    command
        .arg("flush")
        .env("ADWATCH_URL", &settings.url)
        .env("ADWATCH_SPOOL", &settings.spool)
        .current_dir("/")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    if let Err(error) = command.spawn() {
        tracing::debug!(%error, "no sender can be started; the next one sends what waits");
    }
}

impl FlushArguments {
    /// Sends until nothing comes any more.
    pub fn run(&self) {
        // Nobody's terminal and nobody's group: whoever ends those does not mean this. It has a session already where a person
        // started it as the first of a group.
        let _ = rustix::process::setsid();
        close_inherited();
        let settings = Settings::from_env();
        if settings.is_disabled {
            return;
        }
        let Ok(leaving) = Leaving::new(settings) else { return };
        let [linger, patience] = [self.linger_ms, self.patience_ms].map(Duration::from_millis);
        while let Ok(Some(lock)) = leaving.lock_sender() {
            let end = leaving.send_all(&lock, linger, patience);
            drop(lock);
            // Whoever left something after the last look, and met the lock, relies on this one.
            if end == SendingEnd::GivenUp || !leaving.has_orphans() {
                return;
            }
        }
    }
}

/// Gives back the files that whoever started this had open, beyond the standard streams: a script that holds a lock for its own time
/// would hold it for ours. Nothing of our own is open yet.
fn close_inherited() {
    let folder = ["/proc/self/fd", "/dev/fd"]
        .into_iter()
        .find_map(|folder| std::fs::read_dir(folder).ok());
    let names = folder.into_iter().flatten().flatten().map(|entry| entry.file_name());
    let numbers: Vec<i32> = names.filter_map(|name| name.to_str()?.parse().ok()).collect();
    for number in numbers.into_iter().filter(|number| *number > 2) {
        // One of them was the folder itself, which is closed already.
        let _ = nix::unistd::close(number);
    }
}
