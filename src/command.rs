//! What else the `adwatch` command does beside serving: what a shell script, a hook or a person calls, beside the server that may not
//! even run.
//!
//! The short ones hand over by leaving a file in the spool and are gone; a process that they start sends it. They need no runtime.

pub mod emit;
pub mod flush;
pub mod hook;
pub mod run;
mod span;
pub mod tail;

use std::process::ExitCode;

/// A command was used wrongly, and how to use it.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct UsageError(pub String);

/// What became of a command.
#[derive(Debug)]
pub enum Failure {
    /// Its words must be changed: exit code 2.
    Usage(UsageError),
    /// The machine does not play along: exit code 1.
    Machine(String),
}

impl From<UsageError> for Failure {
    fn from(error: UsageError) -> Self {
        Self::Usage(error)
    }
}

impl Failure {
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
