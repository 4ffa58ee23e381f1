//! Reads what workflows write under `agents/`: one thread that checks files that changed, and all files now and then.
//!
//! Nothing is skipped: if something cannot be recorded, reading stops there until it can, and offsets are stored together with
//! the events from the bytes before them.

mod backlog;
mod beneath;
mod engine;
mod fingerprint;
mod folder;
mod follow;
mod hints;
mod look;
mod memory;
mod order;
mod outbox;
mod picture_file;
mod pushed_lines;
mod roots;
mod run;
mod source;
mod state_file;
mod vanished;
mod watched;
mod workflow_files;

use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use crate::hub::Hub;
use crate::local_time;
use engine::Engine;
use hints::{Hints, Mailbox};
use journal::JournalError;
pub use pushed_lines::PushedLines;
pub use workflow_files::WorkflowFiles;

/// What to watch.
#[derive(Clone, Debug)]
pub struct WatchConfig {
    /// Folders named `agents`; `trees/*/agents` next to each is watched too. They need not exist yet.
    pub roots: Vec<PathBuf>,
    /// Time between two checks of everything, for changes that the operating system did not report.
    pub rescan: Duration,
    /// Whether the operating system is asked to report changes; without this, every change is found at the next rescan.
    pub reports: bool,
    /// Lines that are told already by those who push them.
    pub pushed: PushedLines,
}

/// Why watching could not start.
#[derive(Debug, thiserror::Error)]
pub enum WatchError {
    #[error("cannot find out how far the files were read: {0}")]
    Journal(#[from] JournalError),
    #[error("cannot start the thread that reads the files: {0}")]
    Thread(std::io::Error),
}

/// The watching thread; dropping it stops the thread and waits for what it is recording.
#[derive(Debug)]
pub struct Watcher {
    mailbox: Arc<Mailbox>,
    thread: Option<JoinHandle<()>>,
}

impl WatchConfig {
    pub fn new(roots: Vec<PathBuf>) -> Self {
        Self {
            roots,
            rescan: Duration::from_secs(2),
            reports: true,
            pushed: PushedLines::default(),
        }
    }
}

/// Starts to watch. Blocks while it reads from the journal how far the files were read.
pub fn start(hub: Arc<Hub>, config: WatchConfig) -> Result<Watcher, WatchError> {
    let mailbox = Arc::new(Mailbox::default());
    let hints = Hints::new(Arc::clone(&mailbox), config.reports);
    let engine = Engine::new(hub, config, local_time::zone(), hints)?;
    let thread = std::thread::Builder::new()
        .name("watcher".into())
        .spawn({
            let mailbox = Arc::clone(&mailbox);
            move || engine.run(&mailbox)
        })
        .map_err(WatchError::Thread)?;
    Ok(Watcher {
        mailbox,
        thread: Some(thread),
    })
}

impl Watcher {
    /// Stops the thread, and waits until it has; blocks.
    pub fn stop(&mut self) {
        self.mailbox.stop();
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the thread that reads the files panicked; no files have been read since");
        }
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        self.stop();
    }
}
