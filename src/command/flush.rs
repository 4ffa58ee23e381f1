//! `adwatch flush`: sends what short commands have left in the spool. They start it themselves, at most one for each server.
//!
//! It is detached from the terminal and the session, so that it outlives whoever started it.

use std::process::{Command, Stdio};
use std::time::Duration;

use clap::Args;

use publisher::leaving::{Leaving, SendingEnd};
use publisher::settings::Settings;

/// Send the events that are waiting in the spool. Short commands start this by themselves.
#[derive(Args, Debug)]
pub struct FlushArguments {
    /// How long to wait for more when everything is sent, in milliseconds.
    #[arg(long, default_value_t = 10_000)]
    linger_ms: u64,
    /// How long the server may be unreachable before the rest is left in the spool, in milliseconds.
    #[arg(long, default_value_t = 600_000)]
    patience_ms: u64,
}

/// Starts a sender for this server if none is running. Callers have already left their events in the spool, so a sender that is
/// about to end still finds them.
pub fn start(leaving: &Leaving, settings: &Settings) {
    match leaving.lock_sender() {
        // The lock is released for the sender that is started.
        Ok(Some(lock)) => drop(lock),
        Ok(None) => return,
        Err(error) => {
            tracing::debug!(%error, "cannot tell whether events are being sent");
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
        tracing::debug!(%error, "cannot start a sender; the next one sends what is waiting");
    }
}

impl FlushArguments {
    /// Sends until nothing more comes.
    pub fn run(&self) {
        // Leaves the terminal and the process group, so that ending those does not end this. It already has a session if a person
        // started it as the leader of a group.
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
            // A process that left something after the last check and found the lock taken relies on this one.
            if end == SendingEnd::GivenUp || !leaving.has_orphans() {
                return;
            }
        }
    }
}

/// Closes the files inherited from the caller, apart from the standard streams: otherwise a lock that a script holds while it runs
/// would be held as long as we run. Nothing of our own is open yet.
fn close_inherited() {
    let folder = ["/proc/self/fd", "/dev/fd"]
        .into_iter()
        .find_map(|folder| std::fs::read_dir(folder).ok());
    let names = folder.into_iter().flatten().flatten().map(|entry| entry.file_name());
    let numbers: Vec<i32> = names.filter_map(|name| name.to_str()?.parse().ok()).collect();
    for number in numbers.into_iter().filter(|number| *number > 2) {
        // One of them was the folder itself, which is already closed.
        let _ = nix::unistd::close(number);
    }
}
