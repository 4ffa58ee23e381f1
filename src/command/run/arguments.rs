//! The arguments of `adwatch run`.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use crate::command::span;
use domain::adw_id::AdwId;

/// Run a command as an agent of a workflow: its output is recorded, shown live, and passed on unchanged.
///
/// Standard input, output and error, signals and the exit code (128 + n after a signal) are those of the command. Its standard
/// output is also written to DIR/ID/AGENT/raw_output.jsonl, which is replaced by each run. Its lines are sent to the server as they
/// appear, together with the command's start, end, and CPU, memory and disk usage. While the server cannot be reached, events wait on
/// disk (ADWATCH_SPOOL); the command never waits.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  adwatch run --adw-id c0a43f47 --agent sdlc_planner -- claude -p \"$PROMPT\" --output-format stream-json --verbose
  adwatch run --adw-id c0a43f47 --stage test -- cargo test
  adwatch run --adw-id c0a43f47 --stage build --kill-after 5m -- ./agent.sh    stop it if it hangs after its result")]
pub struct RunArguments {
    /// The workflow.
    #[arg(long, value_name = "ID", env = "ADWATCH_ADW_ID")]
    pub adw_id: AdwId,
    /// The agent.
    ///
    /// [default: the stage, else the name of the command]
    #[arg(long, value_name = "NAME", value_parser = agent)]
    pub agent: Option<String>,
    /// Report that this stage starts, and how it ends.
    #[arg(long, value_name = "STAGE")]
    pub stage: Option<String>,
    /// The folder that contains a folder for each workflow.
    #[arg(long, value_name = "DIR", default_value = "agents")]
    pub agents: PathBuf,
    /// The server.
    ///
    /// [default: http://127.0.0.1:4600] [env: ADWATCH_URL]
    #[arg(long, value_name = "URL")]
    pub url: Option<String>,
    /// Warn if the command keeps running for this long after its result, or after closing its output.
    #[arg(long, value_name = "DURATION", default_value = "30s", value_parser = span::parse)]
    pub grace: Duration,
    /// Stop the command if it keeps running for this long after that: with SIGTERM, then SIGKILL 10 s later.
    ///
    /// [default: never]
    #[arg(long, value_name = "DURATION", value_parser = span::parse)]
    pub kill_after: Option<Duration>,
    /// The command and its arguments.
    #[arg(required = true, last = true, value_name = "COMMAND")]
    pub command: Vec<OsString>,
}

impl RunArguments {
    /// The name of the command, without its path.
    pub fn program(&self) -> String {
        let program = self.command.first().map(PathBuf::from).unwrap_or_default();
        let name = program.file_name().unwrap_or_default();
        name.to_string_lossy().into_owned()
    }

    /// The agent whose output it is; safe as the name of a folder.
    pub fn agent(&self) -> String {
        let named = self.agent.clone().or_else(|| self.stage.clone());
        let named = named.unwrap_or_else(|| self.program());
        let safe = |c: char| {
            if c.to_string().parse::<AdwId>().is_ok() || c == '.' {
                c
            } else {
                '_'
            }
        };
        let folder: String = named.chars().take(64).map(safe).collect();
        agent(&folder).unwrap_or_else(|_| "command".to_owned())
    }
}

/// An agent's folder follows the same naming rules as a workflow's.
fn agent(text: &str) -> Result<String, String> {
    match text.parse::<AdwId>() {
        Ok(name) => Ok(name.as_str().to_owned()),
        Err(_) => {
            Err("an agent's name has 1 to 64 letters, digits and - _ . + @ = ~ , for example sdlc_planner".to_owned())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(agent: Option<&str>, stage: Option<&str>, program: &str) -> RunArguments {
        RunArguments {
            adw_id: "c0a43f47".parse().unwrap(),
            agent: agent.map(str::to_owned),
            stage: stage.map(str::to_owned),
            agents: "agents".into(),
            url: None,
            grace: Duration::ZERO,
            kill_after: None,
            command: vec![program.into()],
        }
    }

    #[test]
    fn an_agent_is_named_by_itself_its_stage_or_its_command() {
        assert_eq!(run(Some("planner"), Some("plan"), "claude").agent(), "planner");
        assert_eq!(run(None, Some("plan"), "claude").agent(), "plan");
        assert_eq!(run(None, None, "/usr/bin/claude").agent(), "claude");
        assert_eq!(run(None, Some("a/b:c"), "claude").agent(), "a_b_c");
        for odd in ["..", "/", ""] {
            assert_eq!(run(None, None, odd).agent(), "command", "{odd}");
        }
        assert!(agent("a/b").is_err() && agent("..").is_err());
    }
}
