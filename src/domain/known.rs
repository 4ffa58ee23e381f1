//! What a page knows about one workflow: nothing yet, that there is none, or its timeline.

use super::timeline::Timeline;

#[derive(Clone, Debug, PartialEq)]
pub enum Known {
    /// Requested, but not here yet.
    Loading,
    /// The server has no such workflow (yet).
    Missing,
    Timeline(Box<Timeline>),
}

impl Known {
    /// The newest known event; 0 if there is none.
    pub fn seq(&self) -> u64 {
        match self {
            Self::Loading | Self::Missing => 0,
            Self::Timeline(timeline) => timeline.seq,
        }
    }
}
