//! `adwatch demo`: plays invented workflows on a running server, or a recorded run on a server of its own.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use tokio::sync::oneshot;

use crate::command::serve::ServeArguments;
use crate::command::{Failure, start};
use demo::DemoOptions;
use demo::replay::{Replay, Speed};
use server::config::{self, Config, ConfigError};
use server::{clock, local_time};

/// The defaults of a demo.
const URL: &str = "http://127.0.0.1:4600";
const SPEED: Speed = Speed::Times(1.0);
const WORKFLOWS: usize = 8;
const SEED: u64 = 1;

/// Play realistic workflows on a running server until stopped, or replay a recorded run on a server of its own.
///
/// With --replay, the files of the recording are written line by line, unchanged, into a temporary folder that a new server
/// watches. Pauses of more than 10 s are shortened to 10 s. Times within the lines stay those of the recording. Ctrl+C stops the
/// server and removes the folder.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  adwatch demo
  adwatch demo --workflows 20 --speed 10
  adwatch demo --agents /tmp/demo/agents    also write stream and log files, as real workflows do
  adwatch demo --replay ~/shop/agents --speed 10
  adwatch demo --replay ~/shop --speed max --listen 127.0.0.1:0")]
pub struct DemoArguments {
    /// The server to push events to.
    #[arg(long, value_name = "URL", default_value = URL)]
    pub url: String,
    /// Write the files of some workflows to this folder instead of pushing their events. The server must watch the folder.
    #[arg(long, value_name = "DIR")]
    pub agents: Option<PathBuf>,
    /// How many times faster than real time; max plays a recording without pauses.
    #[arg(long, value_name = "FACTOR", default_value_t = SPEED)]
    pub speed: Speed,
    /// The number of workflows that run at once.
    #[arg(long, value_name = "COUNT", default_value_t = WORKFLOWS)]
    pub workflows: usize,
    /// The seed for the random choices. The same seed plays the same workflows.
    #[arg(long, value_name = "NUMBER", default_value_t = SEED)]
    pub seed: u64,
    /// Replay this recorded agents folder (or the agents folder inside it) instead.
    #[arg(long, value_name = "DIR", conflicts_with_all = ["url", "agents", "workflows", "seed"])]
    pub replay: Option<PathBuf>,
    /// The address on this machine for the replay's server to listen on. Port 0 picks a free port.
    ///
    /// [default: 127.0.0.1:4600] [env: ADWATCH_LISTEN]
    #[arg(long, value_name = "ADDR", requires = "replay")]
    pub listen: Option<String>,
    /// Keep the journal of a replay in this folder. Events that it already contains are not recorded again.
    ///
    /// [default: a temporary folder, removed with the files of the replay]
    #[arg(long, value_name = "DIR", requires = "replay")]
    pub data: Option<PathBuf>,
    /// The settings file of a replay's server.
    ///
    /// [default: Leptos.toml in the current folder, if it exists] [env: ADWATCH_CONFIG]
    #[arg(long, value_name = "FILE", requires = "replay")]
    pub config: Option<PathBuf>,
}

impl Default for DemoArguments {
    fn default() -> Self {
        Self {
            url: URL.to_owned(),
            agents: None,
            speed: SPEED,
            workflows: WORKFLOWS,
            seed: SEED,
            replay: None,
            listen: None,
            data: None,
            config: None,
        }
    }
}

impl DemoArguments {
    /// What to play on the server at an address.
    pub fn options(&self, url: &str) -> DemoOptions {
        DemoOptions {
            url: url.to_owned(),
            agents: self.agents.clone(),
            workflows: self.workflows,
            speed: self.speed.factor(),
            seed: self.seed,
            utc_offset_minutes: local_time::zone().offset_minutes(clock::now()),
        }
    }

    /// The settings of a replay's server: it watches `agents`, and keeps its journal in `data` unless told otherwise.
    pub fn config(
        &self,
        agents: &Path,
        data: &Path,
        variable: impl Fn(&str) -> Option<String>,
    ) -> Result<Config, ConfigError> {
        let serve = ServeArguments {
            agents: vec![agents.to_owned()],
            listen: self.listen.clone(),
            data: Some(self.data.clone().unwrap_or_else(|| data.to_owned())),
            config: self.config.clone(),
            ..ServeArguments::default()
        };
        let mut config = serve.config(variable)?;
        // What real workflows left in the spool does not belong in a journal that is removed with the replay.
        config.agents.take_spools = false;
        Ok(config)
    }
}

/// Plays until stopped.
pub async fn run(arguments: DemoArguments) -> Result<(), Failure> {
    match arguments.replay.clone() {
        Some(recording) => replay(&arguments, &recording).await,
        None => play(arguments).await,
    }
}

/// Replays a recorded run into a folder of its own, and serves it.
async fn replay(arguments: &DemoArguments, recording: &Path) -> Result<(), Failure> {
    let recording = recording.to_owned();
    let read = tokio::task::spawn_blocking(move || Replay::read(&recording)).await;
    let read = read.map_err(|error| Failure::Machine(error.to_string()))?;
    let replay = Arc::new(read.map_err(|error| Failure::usage(&error))?);
    let folder = tempfile::Builder::new().prefix("adwatch-replay-").tempdir();
    let folder = folder.map_err(|error| Failure::Machine(format!("cannot create a temporary folder: {error}")))?;
    let agents = folder.path().join(start::DEMO_AGENTS);
    let config = arguments
        .config(&agents, &folder.path().join("journal"), |name| std::env::var(name).ok())
        .map_err(|error| Failure::usage(&error))?;
    start::write_log(&config.server);
    let (server, listener) = start::open(config, vec![agents.clone()]).await?;
    let stopped =
        start::stop_signal().map_err(|error| Failure::Machine(format!("cannot listen for signals: {error}")))?;
    start::say(&format!("adwatch is at http://{}", start::address(&listener)?))?;
    start::say(&format!(
        "replaying {} workflows ({} s in real time) into {}; press Ctrl+C to stop and remove them",
        replay.workflows(),
        replay.length().as_secs(),
        agents.display()
    ))?;
    let (stop, stopping) = oneshot::channel::<()>();
    let speed = arguments.speed;
    let playing = tokio::spawn(async move {
        let stopping = async { drop(stopping.await) };
        match replay.play(&agents, speed, stopping).await {
            Ok(true) => start::say("the replay is over; the board stays up until you press Ctrl+C").is_ok(),
            Ok(false) => false,
            Err(error) => {
                tracing::error!(%error, "the replay stopped early");
                false
            }
        }
    });
    server
        .run(listener, async {
            stopped.await;
            drop(stop);
        })
        .await;
    // Nothing may be written any more once the folder is removed.
    let _ = playing.await;
    let path = folder.path().to_owned();
    folder
        .close()
        .map_err(|error| Failure::Machine(format!("cannot remove {}: {error}", path.display())))
}

/// Plays on a server that is already running.
async fn play(arguments: DemoArguments) -> Result<(), Failure> {
    start::write_log(&config::ServerSettings::default());
    let stopped =
        start::stop_signal().map_err(|error| Failure::Machine(format!("cannot listen for signals: {error}")))?;
    let options = arguments.options(&arguments.url);
    start::say(&format!(
        "playing {} workflows on {}; press Ctrl+C to stop",
        options.workflows, options.url
    ))?;
    tokio::select! {
        played = demo::run(options) => played.map_err(|error| Failure::usage(&error)),
        () = stopped => Ok(()),
    }
}
