//! What can be said on the command line.

use std::path::{Path, PathBuf};

use clap::builder::styling::{AnsiColor, Styles};
use clap::{Args, Parser, Subcommand};

use super::config::key;
use super::config::value::Value;
use super::config::{Config, ConfigError};
use super::{clock, local_time};
use crate::command::emit::Emit;
use crate::command::flush::Flush;
use crate::command::hook::Hook;
use crate::command::run::Run;
use crate::command::tail::Tail;
use crate::demo::DemoOptions;
use crate::demo::replay::Speed;

/// What a demo is without flags.
const URL: &str = "http://127.0.0.1:4600";
const SPEED: Speed = Speed::Times(1.0);
const WORKFLOWS: usize = 8;
const SEED: u64 = 1;

const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Green.on_default().bold())
    .usage(AnsiColor::Green.on_default().bold())
    .literal(AnsiColor::Cyan.on_default().bold())
    .placeholder(AnsiColor::Cyan.on_default());

const EXAMPLES: &str = "\
Examples:
  adwatch serve                             watch ./agents, look at http://127.0.0.1:4600
  adwatch serve --agents ~/shop/agents      watch another project
  adwatch serve --demo                      see it move without a project
  adwatch demo --url http://127.0.0.1:4600  play workflows into a running server
  adwatch demo --replay old/agents          see a recorded run again
  adwatch import c0a43f47.ndjson            take an export back into the journal
  adwatch emit c0a43f47 log 'tests pass'    tell what happens, from any script
  adwatch hook install                      see what Claude Code does in this project
  adwatch run --adw-id c0a43f47 -- claude   run an agent, and see what it does
  adwatch tail c0a43f47                     follow a workflow in the terminal";

/// Shows, live and without gaps, what every agent of every AI Developer Workflow is doing.
#[derive(Debug, Parser)]
#[command(name = "adwatch", version, arg_required_else_help = true, styles = STYLES, after_help = EXAMPLES)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    Serve(Serve),
    Demo(Demo),
    Import(Import),
    Emit(Emit),
    Hook(Hook),
    #[command(hide = true)]
    Flush(Flush),
    Run(Run),
    Tail(Tail),
    /// Print the version.
    Version,
}

/// Watch agents folders, take pushed events, and show both in the browser.
///
/// Settings come from flags, then ADWATCH_… variables, then Leptos.toml, then defaults; Leptos.toml explains each.
#[derive(Args, Debug, Default)]
#[command(after_help = "\
Examples:
  adwatch serve
  adwatch serve --agents ~/shop/agents --agents ~/blog/agents
  adwatch serve --listen 127.0.0.1:0 --data /tmp/adwatch    a free port, a journal of its own")]
pub struct Serve {
    /// A folder that workflows write to; give it once per folder. It may appear later.
    ///
    /// [default: agents] [env: ADWATCH_AGENTS, with commas]
    #[arg(long, value_name = "DIR")]
    pub agents: Vec<PathBuf>,
    /// Where to listen, on this machine; port 0 takes a free one.
    ///
    /// [default: 127.0.0.1:4600] [env: ADWATCH_LISTEN]
    #[arg(long, value_name = "ADDR")]
    pub listen: Option<String>,
    /// The folder of the journal, where all events are kept.
    ///
    /// [default: .adwatch, and demo in it with --demo] [env: ADWATCH_DATA]
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Play a live demo: several workflows at once, all stages, nothing real.
    #[arg(long)]
    pub demo: bool,
    /// The settings file.
    ///
    /// [default: Leptos.toml in the current folder, if it is there] [env: ADWATCH_CONFIG]
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

/// Play believable workflows into a running server, until stopped; or a recorded run, with a server of its own.
///
/// With --replay the files of the recording are written into a temporary folder, line by line and as they were, which a server
/// watches. When nothing is written for more than 10 s the pause is shortened to that. The times that lines tell stay those of
/// the recording. Ctrl+C ends the server and removes the folder.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  adwatch demo
  adwatch demo --workflows 20 --speed 10
  adwatch demo --agents /tmp/demo/agents    also write streams and logs, as workflows do
  adwatch demo --replay ~/shop/agents --speed 10
  adwatch demo --replay ~/shop --speed max --listen 127.0.0.1:0")]
pub struct Demo {
    /// The server to push events to.
    #[arg(long, value_name = "URL", default_value = URL)]
    pub url: String,
    /// Write the files of some workflows here instead of pushing their events; the server must watch the folder.
    #[arg(long, value_name = "DIR")]
    pub agents: Option<PathBuf>,
    /// How many times faster than life; max plays a recording without pauses.
    #[arg(long, value_name = "FACTOR", default_value_t = SPEED)]
    pub speed: Speed,
    /// How many workflows run at once.
    #[arg(long, value_name = "COUNT", default_value_t = WORKFLOWS)]
    pub workflows: usize,
    /// The same seed plays the same workflows.
    #[arg(long, value_name = "NUMBER", default_value_t = SEED)]
    pub seed: u64,
    /// Play this recorded agents folder (or the one in this folder) instead.
    #[arg(long, value_name = "DIR", conflicts_with_all = ["url", "agents", "workflows", "seed"])]
    pub replay: Option<PathBuf>,
    /// Where the server of a replay listens, on this machine; port 0 takes a free one.
    ///
    /// [default: 127.0.0.1:4600] [env: ADWATCH_LISTEN]
    #[arg(long, value_name = "ADDR", requires = "replay")]
    pub listen: Option<String>,
    /// Keep the journal of a replay in this folder; what it holds already is not shown again.
    ///
    /// [default: removed with the files of the replay]
    #[arg(long, value_name = "DIR", requires = "replay")]
    pub data: Option<PathBuf>,
    /// The settings file of a replay's server.
    ///
    /// [default: Leptos.toml in the current folder, if it is there] [env: ADWATCH_CONFIG]
    #[arg(long, value_name = "FILE", requires = "replay")]
    pub config: Option<PathBuf>,
}

/// Take NDJSON exports back into a journal that no server is using.
///
/// Every event keeps its workflow, seq, time and payload; what the journal holds already stays as it is, so a file may be
/// imported twice. A broken line is reported with its number, and the others are kept.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  curl -OJ 'http://127.0.0.1:4600/api/workflows/c0a43f47/export?format=ndjson'
  adwatch import --data /tmp/other adwatch-c0a43f47.ndjson
  gunzip -c old/*.ndjson.gz | adwatch import -")]
pub struct Import {
    /// Files with exports in the format ndjson; - reads from the standard input.
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// The folder of the journal; it is made if it is not there. The server that uses it must be stopped.
    ///
    /// [default: .adwatch] [env: ADWATCH_DATA]
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// The settings file.
    ///
    /// [default: Leptos.toml in the current folder, if it is there] [env: ADWATCH_CONFIG]
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

impl Import {
    /// The settings that a server with the same flags would have.
    pub fn config(&self, variable: impl Fn(&str) -> Option<String>) -> Result<Config, ConfigError> {
        let serve = Serve {
            data: self.data.clone(),
            config: self.config.clone(),
            ..Serve::default()
        };
        serve.config(variable)
    }
}

impl Default for Demo {
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

impl Demo {
    /// What to play into the server at an address.
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
        let serve = Serve {
            agents: vec![agents.to_owned()],
            listen: self.listen.clone(),
            data: Some(self.data.clone().unwrap_or_else(|| data.to_owned())),
            config: self.config.clone(),
            ..Serve::default()
        };
        let mut config = serve.config(variable)?;
        // What real workflows left is not for a journal that goes with the replay.
        config.agents.take_spools = false;
        Ok(config)
    }
}

impl Serve {
    /// The folders to watch: with a demo its `stage`, and others only if they are named.
    pub fn watched(&self, config: &Config, stage: Option<&Path>) -> Vec<PathBuf> {
        let named = match stage {
            Some(_) if self.agents.is_empty() => Vec::new(),
            Some(_) | None => config.agents.dirs.clone(),
        };
        named.into_iter().chain(stage.map(Path::to_owned)).collect()
    }

    /// The settings that these flags and the environment lead to.
    pub fn config(&self, variable: impl Fn(&str) -> Option<String>) -> Result<Config, ConfigError> {
        let named = self
            .config
            .clone()
            .or_else(|| variable("ADWATCH_CONFIG").map(PathBuf::from));
        let mut config = Config::load(named.as_deref(), variable)?;
        if self.demo {
            // What is played is kept apart from what was real.
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

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    fn serve(arguments: &[&str]) -> Serve {
        let cli = Cli::try_parse_from([&["adwatch", "serve"], arguments].concat()).unwrap();
        match cli.command {
            Command::Serve(serve) => serve,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
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
