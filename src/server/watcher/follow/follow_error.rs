//! Why a file cannot be read on from where it was left.

use std::io;

use domain::timeline::sources::{REPLACED, TRUNCATED};

/// See the module.
#[derive(Debug, thiserror::Error)]
pub(super) enum FollowError {
    #[error(transparent)]
    Unreadable(#[from] io::Error),
    #[error(transparent)]
    Discontinued(#[from] Discontinuity),
}

/// What happened to a file, so that its next bytes do not follow those that were read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Discontinuity {
    #[error("another file was put in its place; a new run begins")]
    Replaced,
    #[error("the file was cut short; a new run begins")]
    CutShort,
    #[error("the file was emptied and written anew; a new run begins")]
    WrittenAnew,
}

impl Discontinuity {
    /// The type of the event that tells of it.
    pub(super) fn event_type(self) -> &'static str {
        match self {
            Self::Replaced => REPLACED,
            Self::CutShort | Self::WrittenAnew => TRUNCATED,
        }
    }

    /// Whether the lines that come can be those that stood there before.
    pub(super) fn repeats_lines(self) -> bool {
        match self {
            Self::Replaced => false,
            Self::CutShort | Self::WrittenAnew => true,
        }
    }
}
