//! The connection between a page and its server, as honestly as it can be described to people.

use super::timestamp::Timestamp;

/// How the page gets its events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkState {
    /// Drawn by the server; no script runs (yet).
    Static,
    /// The first try.
    Connecting,
    /// A frame or heartbeat came within two heartbeat intervals.
    Live,
    /// Connected, but behind the head of a workflow.
    CatchingUp,
    /// No connection; the next try is at `retry_at`.
    Reconnecting,
    /// WebSocket is unavailable; new events come by REST.
    Polling,
}

/// The connection. Times are on the server's clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    pub state: LinkState,
    /// When the last frame (or answer, while polling) came.
    pub last_frame_at: Option<Timestamp>,
    /// When it was lost.
    pub lost_at: Option<Timestamp>,
    /// When the next try is made; none while one is being made.
    pub retry_at: Option<Timestamp>,
    /// Events still to come while catching up.
    pub behind: u64,
    /// Seconds between two polls.
    pub poll_seconds: u64,
    /// What a resume brought back. Shown until dismissed.
    pub recovered: Option<Recovered>,
}

/// What was missed while the connection was gone, and came when it was back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recovered {
    pub events: u64,
    /// The first seq that was missed; 0 where `events` are those of several workflows.
    pub from: u64,
    /// The last seq that was missed; 0 where `events` are those of several workflows.
    pub to: u64,
}

/// What a person asks of the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ask {
    /// Try now, do not wait for the countdown.
    Retry,
    /// Leave polling and try the socket again.
    TrySocket,
    /// Hide the "Reconnected" banner.
    Dismiss,
}

impl Link {
    /// The link of a page without a script.
    pub const STATIC: Self = Self {
        state: LinkState::Static,
        last_frame_at: None,
        lost_at: None,
        retry_at: None,
        behind: 0,
        poll_seconds: 0,
        recovered: None,
    };
}
