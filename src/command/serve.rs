//! `adwatch serve`: the server, optionally with a demo.

use std::path::{Path, PathBuf};

use clap::Args;

use crate::command::demo::DemoArguments;
use crate::command::{Failure, start};
use demo::DemoOptions;
use server::config::key;
use server::config::value::Value;
use server::config::{Config, ConfigError};

/// Watch agents folders, accept pushed events, and show both in the browser.
///
/// Flags override ADWATCH_… variables, which override Leptos.toml, which overrides the defaults. Leptos.toml explains each setting.
#[derive(Args, Debug, Default)]
#[command(after_help = "\
Examples:
  adwatch serve
  adwatch serve --agents ~/shop/agents --agents ~/blog/agents
  adwatch serve --listen 127.0.0.1:0 --data /tmp/adwatch    any free port, a separate journal")]
pub struct ServeArguments {
    /// A folder that workflows write to. Repeat the flag for several folders. A folder need not exist yet.
    ///
    /// [default: agents] [env: ADWATCH_AGENTS, separated by commas]
    #[arg(long, value_name = "DIR")]
    pub agents: Vec<PathBuf>,
    /// The address on this machine to listen on. Port 0 picks a free port.
    ///
    /// [default: 127.0.0.1:4600] [env: ADWATCH_LISTEN]
    #[arg(long, value_name = "ADDR")]
    pub listen: Option<String>,
    /// The folder of the journal, which stores all events.
    ///
    /// [default: .adwatch, or .adwatch/demo with --demo] [env: ADWATCH_DATA]
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Play a live demo: several simulated workflows at once, through all stages.
    #[arg(long)]
    pub demo: bool,
    /// The settings file.
    ///
    /// [default: Leptos.toml in the current folder, if it exists] [env: ADWATCH_CONFIG]
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

impl ServeArguments {
    /// The folders to watch: with a demo its `stage`, and others only if given.
    pub fn watched(&self, config: &Config, stage: Option<&Path>) -> Vec<PathBuf> {
        let named = match stage {
            Some(_) if self.agents.is_empty() => Vec::new(),
            Some(_) | None => config.agents.dirs.clone(),
        };
        named.into_iter().chain(stage.map(Path::to_owned)).collect()
    }

    /// The settings that result from these flags and the environment.
    pub fn config(&self, variable: impl Fn(&str) -> Option<String>) -> Result<Config, ConfigError> {
        let named = self
            .config
            .clone()
            .or_else(|| variable("ADWATCH_CONFIG").map(PathBuf::from));
        let mut config = Config::load(named.as_deref(), variable)?;
        if self.demo {
            // Simulated events are kept apart from real ones.
            config.journal.data.push("demo");
            config.agents.take_spools = false;
        }
        let text = |path: &PathBuf| Value::Text(path.display().to_string());
        let dirs = (!self.agents.is_empty()).then(|| Value::List(self.agents.iter().map(text).collect()));
        for (name, flag, value) in [
            ("dirs", "--agents", dirs),
            ("listen", "--listen", self.listen.clone().map(Value::Text)),
            ("data", "--data", self.data.as_ref().map(text)),
        ] {
            if let (Some(known), Some(value)) = (key::named(name), value) {
                config.set(known, &value, flag)?;
            }
        }
        Ok(config)
    }
}

pub async fn run(arguments: &ServeArguments) -> Result<(), Failure> {
    let config = arguments
        .config(|name| std::env::var(name).ok())
        .map_err(|error| Failure::usage(&error))?;
    start::write_log(&config.server);
    let stage = arguments.demo.then(|| config.journal.data.join(start::DEMO_AGENTS));
    let watched = arguments.watched(&config, stage.as_deref());
    let (server, listener) = start::open(config, watched).await?;
    let address = start::address(&listener)?;
    let stopped =
        start::stop_signal().map_err(|error| Failure::Machine(format!("cannot listen for signals: {error}")))?;
    start::say(&format!("adwatch is at http://{address}"))?;
    let Some(stage) = stage else {
        server.run(listener, stopped).await;
        return Ok(());
    };
    let playing = tokio::spawn(demo::run(DemoOptions {
        agents: Some(stage),
        ..DemoArguments::default().options(&format!("http://{address}"))
    }));
    let stopped = async {
        stopped.await;
        // A server that is stopping waits for open requests, and the demo never stops sending them.
        playing.abort();
    };
    server.run(listener, stopped).await;
    Ok(())
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;
    use crate::command::cli::{Cli, Command};

    fn serve(arguments: &[&str]) -> ServeArguments {
        let cli = Cli::try_parse_from([&["adwatch", "serve"], arguments].concat()).unwrap();
        match cli.command {
            Command::Serve(serve) => serve,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn flags_override_variables_and_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("adwatch.toml");
        std::fs::write(&file, "[server]\nlisten = \"127.0.0.1:1\"\n[agents]\ndirs = [\"of-file\"]\nrescan = \"7s\"\n[journal]\ndata = \"of-file\"\n").unwrap();
        let serve = serve(&[
            "--config",
            file.to_str().unwrap(),
            "--agents",
            "a",
            "--agents",
            "b",
            "--listen",
            "127.0.0.1:3",
        ]);
        let config = serve
            .config(|name| match name {
                "ADWATCH_LISTEN" => Some("127.0.0.1:2".to_owned()),
                "ADWATCH_DATA" => Some("of-variable".to_owned()),
                _ => None,
            })
            .unwrap();
        assert_eq!(config.server.listen.port(), 3);
        assert_eq!(config.agents.dirs, [PathBuf::from("a"), PathBuf::from("b")]);
        assert_eq!(config.agents.rescan.as_secs(), 7);
        assert_eq!(config.journal.data, PathBuf::from("of-variable"));
    }

    #[test]
    fn a_demo_keeps_its_journal_apart_unless_told_otherwise() {
        let empty = tempfile::NamedTempFile::new().unwrap();
        let data = |arguments: &[&str]| {
            let arguments = [&["--config", empty.path().to_str().unwrap()], arguments].concat();
            serve(&arguments).config(|_| None).unwrap().journal.data
        };
        assert_eq!(data(&["--demo"]), PathBuf::from(".adwatch/demo"));
        assert_eq!(data(&["--demo", "--data", "here"]), PathBuf::from("here"));
        assert_eq!(data(&[]), PathBuf::from(".adwatch"));
    }

    #[test]
    fn a_bad_flag_is_refused_by_its_name() {
        let empty = tempfile::NamedTempFile::new().unwrap();
        let error = serve(&["--config", empty.path().to_str().unwrap(), "--listen", "0.0.0.0:4600"])
            .config(|_| None)
            .unwrap_err()
            .to_string();
        assert!(error.starts_with("--listen: \"0.0.0.0:4600\" is refused"), "{error}");
    }
}
