//! The states that a followed file is in.

/// See the module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FollowState {
    /// As an earlier life of the server left it, and not looked at since: other device numbers, and bytes that came meanwhile,
    /// are to be expected.
    Resumed { was_gone: bool },
    /// It is there, and may grow.
    Present,
    /// It is there, and it was said that it is unfinished: once, until it changes.
    ToldUnfinished,
    /// It is not there any more.
    Gone,
}

impl FollowState {
    pub(super) fn is_first_look(self) -> bool {
        matches!(self, Self::Resumed { .. })
    }

    pub(super) fn is_gone(self) -> bool {
        matches!(self, Self::Gone | Self::Resumed { was_gone: true })
    }

    /// The file was found. That it is the same as before takes nothing back that was said of it.
    pub(super) fn found(&mut self) {
        match self {
            Self::Resumed { .. } | Self::Gone => *self = Self::Present,
            Self::Present | Self::ToldUnfinished => {}
        }
    }

    /// It was written since the last look.
    pub(super) fn changed(&mut self) {
        match self {
            Self::ToldUnfinished => *self = Self::Present,
            Self::Resumed { .. } | Self::Present | Self::Gone => {}
        }
    }

    /// Says that the file is unfinished; true if that was not said yet.
    pub(super) fn tell_unfinished(&mut self) -> bool {
        std::mem::replace(self, Self::ToldUnfinished) != Self::ToldUnfinished
    }
}
