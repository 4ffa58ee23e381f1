//! The requests by REST if WebSocket is unavailable, and their possible answers.

use std::fmt::Write;

use crate::adw_id::AdwId;
use crate::frame::{EventPage, WorkflowState, Workflows};

/// The number of events in a page.
const PAGE: usize = 500;

/// A request; the answer names its number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RestRequest {
    pub id: u64,
    pub query: RestQuery,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RestQuery {
    Board,
    State(AdwId),
    Events { adw_id: AdwId, after: u64 },
}

#[derive(Clone, Debug)]
pub enum RestAnswer {
    Board(Workflows),
    State(Box<WorkflowState>),
    Events(EventPage),
    /// There is no such workflow (404).
    Missing,
    /// The server could not be reached, or gave some other answer.
    Failed,
}

impl RestQuery {
    /// The requested workflow; none for the board.
    pub fn adw_id(&self) -> Option<&AdwId> {
        match self {
            Self::Board => None,
            Self::State(adw_id) | Self::Events { adw_id, .. } => Some(adw_id),
        }
    }

    /// The path and query of the request.
    pub fn path(&self) -> String {
        match self {
            Self::Board => "/api/workflows".to_owned(),
            Self::State(adw_id) => format!("/api/agent-state/{}", encoded(adw_id)),
            Self::Events { adw_id, after } => {
                format!("/api/workflows/{}/events?after={after}&limit={PAGE}", encoded(adw_id))
            }
        }
    }
}

/// The id as one component of a path: everything but the unreserved characters of RFC 3986 is percent-encoded.
fn encoded(adw_id: &AdwId) -> String {
    let mut text = String::new();
    for byte in adw_id.as_str().bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            text.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(text, "%{byte:02X}");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_id_is_one_component_of_the_path() {
        let adw_id: AdwId = "é x+1=2".parse().expect("a safe id");
        assert_eq!(
            RestQuery::State(adw_id.clone()).path(),
            "/api/agent-state/%C3%A9%20x%2B1%3D2"
        );
        let events = RestQuery::Events { adw_id, after: 7 };
        assert_eq!(
            events.path(),
            "/api/workflows/%C3%A9%20x%2B1%3D2/events?after=7&limit=500"
        );
    }
}
