//! The command line of `adwatch` and its commands.
//!
//! Commands for shell scripts and hooks leave a file in the spool and exit; a process that they start sends it. So they need
//! neither a running server nor an async runtime.

mod cli;
mod demo;
mod emit;
mod flush;
mod hook;
mod import;
mod run;
mod serve;
mod span;
mod start;
mod tail;

use std::process::ExitCode;

use clap::Parser as _;

use cli::{Cli, Command};
use hook::HookArguments;
use server::local_time;

/// Runs the command given by the arguments of this process.
pub fn main() -> ExitCode {
    // Claude Code waits for its hooks, so neither the full argument parser nor a runtime is created for one.
    if hook::is_meant(std::env::args_os()) {
        hook::take(std::env::args_os());
        return ExitCode::SUCCESS;
    }
    let done = match Cli::parse().command {
        Command::Serve(arguments) => start::in_runtime(serve::run(&arguments)),
        Command::Demo(arguments) => start::in_runtime(demo::run(arguments)),
        Command::Import(arguments) => start::in_runtime(import::run(arguments)),
        Command::Emit(arguments) => arguments.run(),
        Command::Hook(HookArguments { command: Some(command) }) => command.run(),
        Command::Hook(HookArguments { command: None }) => {
            hook::take(std::env::args_os());
            Ok(())
        }
        Command::Flush(arguments) => {
            arguments.run();
            Ok(())
        }
        Command::Run(arguments) => return exit(run::main(&arguments).map_err(|error| Failure::usage(&error))),
        Command::Tail(arguments) => return exit(tail::main(&arguments, local_time::zone())),
        Command::Version => start::say(concat!("adwatch ", env!("CARGO_PKG_VERSION"))),
    };
    exit(done.map(|()| 0))
}

fn exit(done: Result<u8, Failure>) -> ExitCode {
    done.map_or_else(|failure| failure.tell(), ExitCode::from)
}

/// A command was used wrongly, and how to use it.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct UsageError(pub String);

/// What became of a command.
#[derive(Debug)]
pub enum Failure {
    /// Its words must be changed: exit code 2.
    Usage(UsageError),
    /// The machine cannot do it: exit code 1.
    Machine(String),
}

impl From<UsageError> for Failure {
    fn from(error: UsageError) -> Self {
        Self::Usage(error)
    }
}

impl Failure {
    /// The command or the settings must be changed.
    fn usage(error: &impl ToString) -> Self {
        UsageError(error.to_string()).into()
    }

    /// Says it on the standard error output.
    pub fn tell(&self) -> ExitCode {
        use std::io::Write as _;
        let (message, code) = match self {
            Self::Usage(error) => (error.to_string(), 2),
            Self::Machine(message) => (message.clone(), 1),
        };
        let _ = writeln!(std::io::stderr(), "adwatch: {message}");
        ExitCode::from(code)
    }
}
