//! How far an agent has come, or a command that it sent to the background.

use serde::{Deserialize, Serialize};

use crate::from_json::from_name;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AgentState {
    /// It was heard of, but no session of it: a script's log, a push.
    Seen,
    /// A session is under way.
    Open,
    Ended,
    Failed,
    /// It was stopped before it was done.
    Stopped,
    /// It is over, but how it ended was not told.
    Lost,
}

from_name!(AgentState);
