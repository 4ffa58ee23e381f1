//! One stage of a workflow, as far as it has come.

use serde::{Deserialize, Serialize};

use super::Moment;
use crate::from_json::{from_fields, from_name};

/// One stage as far as it has come.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StageLine {
    pub name: String,
    pub state: StageState,
    pub started: Option<Moment>,
    pub ended: Option<Moment>,
    /// As the publisher measured it.
    pub duration_ms: Option<u64>,
    pub message: Option<String>,
    /// Nobody announced it: it was read off the agents at work or the state document.
    pub derived: bool,
}

from_fields!(StageLine {
    name,
    state,
    started,
    ended,
    duration_ms,
    message,
    derived
});

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StageState {
    Running,
    Completed,
    Failed,
    Skipped,
    /// It is to come, as the state document tells.
    Pending,
}

from_name!(StageState);

impl StageLine {
    /// The duration in milliseconds, if it was said or both ends are known.
    pub fn measured_ms(&self) -> Option<u64> {
        let (started, ended) = (self.started, self.ended);
        self.duration_ms.or_else(|| {
            let (started, ended) = (started?, ended?);
            (started.source.is_known() && ended.source.is_known()).then(|| ended.at.since(started.at))
        })
    }
}
