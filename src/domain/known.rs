//! What a page knows about one workflow: nothing yet, that there is none, or its timeline.

use super::timeline::Timeline;

#[derive(Clone, Debug, PartialEq)]
pub enum Known {
    /// Asked for, not here yet.
    Loading,
    /// The server has no such workflow (yet).
    Missing,
    Timeline(Box<Timeline>),
}

impl Known {
    /// The newest event that is known; 0 where there is none.
    pub fn seq(&self) -> u64 {
        match self {
            Self::Loading | Self::Missing => 0,
            Self::Timeline(timeline) => timeline.seq,
        }
    }
}
