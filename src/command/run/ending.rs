//! How the child ended.

use std::fmt;
use std::time::Duration;

use rustix::process::WaitStatus;
use signal_hook::low_level::signal_name;

use crate::command::span;

/// The exit codes of a shell for a missing command, and for one that is not a program.
pub const NOT_FOUND: u8 = 127;
pub const NOT_RUN: u8 = 126;

/// How the child ended, and after how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ending {
    pub how: How,
    pub after: Duration,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    Exited(i32),
    Signalled(i32),
}

impl How {
    /// None if it only stopped or continued.
    pub fn of(status: WaitStatus) -> Option<Self> {
        let exited = status.exit_status().map(Self::Exited);
        exited.or_else(|| status.terminating_signal().map(Self::Signalled))
    }

    pub fn is_failure(self) -> bool {
        self != Self::Exited(0)
    }

    /// The exit code that a shell would give.
    pub fn exit_code(self) -> u8 {
        let code = match self {
            Self::Exited(code) => code,
            Self::Signalled(signal) => 128 + signal,
        };
        u8::try_from(code & 0xff).unwrap_or(u8::MAX)
    }
}

impl fmt::Display for Ending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let after = span::said(self.after);
        match self.how {
            How::Exited(0) => write!(f, "completed after {after}"),
            How::Exited(code) => write!(f, "failed with exit code {code} after {after}"),
            How::Signalled(signal) => match signal_name(signal) {
                Some(name) => write!(f, "was ended by {name} after {after}"),
                None => write!(f, "was ended by signal {signal} after {after}"),
            },
        }
    }
}
