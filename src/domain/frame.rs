//! What goes over the socket `adwatch.v1`, in both directions: `{"type":…,"data":{…}}`.

use serde::{Deserialize, Serialize};

use super::adw_id::AdwId;
use super::card::Card;
use super::event::Event;
use super::from_json::{Fault, Fields, from_fields};
use super::status::Patience;
use super::timeline::Timeline;
use super::timestamp::Timestamp;

/// The subprotocol that a browser names when it opens the socket.
pub const PROTOCOL: &str = "adwatch.v1";
/// The largest frame a browser may send, in bytes: what it sends is short.
pub const FROM_BROWSER_BYTES: usize = 16 * 1024;

/// A frame from the server.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "type", content = "data", rename_all = "snake_case")]
pub enum FromServer {
    /// The first frame of a connection.
    Hello {
        epoch: String,
        server_time: Timestamp,
        heartbeat_ms: u64,
        patience: Patience,
    },
    /// The timeline up to `seq`; the events after it follow.
    Snapshot {
        adw_id: AdwId,
        epoch: String,
        seq: u64,
        timeline: Box<Timeline>,
    },
    /// All events that were waiting, without gaps: `from` to `to`.
    Events {
        adw_id: AdwId,
        from: u64,
        to: u64,
        /// The newest seq of the workflow, if the frame does not reach it: more is to come.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        head: Option<u64>,
        list: Vec<Event>,
    },
    /// All cards (`full`), or those that changed.
    Board {
        full: bool,
        upserts: Vec<Card>,
        removed: Vec<AdwId>,
    },
    Heartbeat {
        server_time: Timestamp,
    },
    Error {
        code: String,
        message: String,
    },
}

impl FromServer {
    /// Reads a frame; none if it has a type that only a newer server knows.
    pub fn read(text: &str) -> Result<Option<Self>, Unread> {
        let mut envelope = Fields::of(serde_json::from_str(text)?)?;
        let kind: String = envelope.take("type")?;
        let mut data: Fields = envelope.take("data")?;
        Ok(Some(match kind.as_str() {
            "hello" => Self::Hello {
                epoch: data.take("epoch")?,
                server_time: data.take("server_time")?,
                heartbeat_ms: data.take("heartbeat_ms")?,
                patience: data.take("patience")?,
            },
            "snapshot" => Self::Snapshot {
                adw_id: data.take("adw_id")?,
                epoch: data.take("epoch")?,
                seq: data.take("seq")?,
                timeline: data.take("timeline")?,
            },
            "events" => Self::Events {
                adw_id: data.take("adw_id")?,
                from: data.take("from")?,
                to: data.take("to")?,
                head: data.take("head")?,
                list: data.take("list")?,
            },
            "board" => Self::Board {
                full: data.take("full")?,
                upserts: data.take("upserts")?,
                removed: data.take("removed")?,
            },
            "heartbeat" => Self::Heartbeat {
                server_time: data.take("server_time")?,
            },
            "error" => Self::Error {
                code: data.take("code")?,
                message: data.take("message")?,
            },
            _ => return Ok(None),
        }))
    }
}

/// Why a frame cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum Unread {
    #[error("the frame is not JSON: {0}")]
    NotJson(#[from] serde_json::Error),
    #[error("the frame cannot be read: {0}")]
    Fault(#[from] Fault),
}

/// A frame from the browser.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", content = "data", rename_all = "snake_case")]
pub enum FromBrowser {
    Subscribe(Subscribe),
    Unsubscribe(Unsubscribe),
    Ping {},
}

/// Subscribes to a workflow, from a seq on, or to the board.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Subscribe {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub adw_id: Option<AdwId>,
    /// The life of the journal that `after` belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub epoch: Option<String>,
    /// The last seq the browser has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<u64>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub board: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Unsubscribe {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub adw_id: Option<AdwId>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub board: bool,
}

/// The answer of `GET /api/agent-state/{adw_id}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WorkflowState {
    pub adw_id: AdwId,
    pub epoch: String,
    pub seq: u64,
    pub timestamp: Timestamp,
    /// The whole state document as last read.
    pub state: serde_json::Value,
    pub timeline: Box<Timeline>,
}

from_fields!(WorkflowState {
    adw_id,
    epoch,
    seq,
    timestamp,
    state,
    timeline
});

/// The answer of `GET /api/workflows`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Workflows {
    pub epoch: String,
    pub server_time: Timestamp,
    pub workflows: Vec<Card>,
}

from_fields!(Workflows {
    epoch,
    server_time,
    workflows
});

/// The answer of `GET /api/workflows/{adw_id}/events`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EventPage {
    pub epoch: String,
    pub events: Vec<Event>,
    /// The newest seq of the workflow.
    pub head: u64,
    /// The oldest seq still stored.
    pub first: u64,
    pub server_time: Timestamp,
}

from_fields!(EventPage {
    epoch,
    events,
    head,
    first,
    server_time
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_of_an_unknown_type_is_passed_over_and_a_broken_one_is_not() {
        let heartbeat = r#"{"type":"heartbeat","data":{"server_time":"2026-01-15T10:30:00.123Z"}}"#;
        let server_time = Timestamp::parse("2026-01-15T10:30:00.123Z").expect("a time").0;
        assert_eq!(
            FromServer::read(heartbeat).ok(),
            Some(Some(FromServer::Heartbeat { server_time }))
        );
        assert_eq!(
            FromServer::read(r#"{"type":"weather","data":{"sky":"blue"}}"#).ok(),
            Some(None)
        );
        assert!(FromServer::read(r#"{"type":"heartbeat","data":{}}"#).is_err());
        assert!(FromServer::read("pong").is_err());
    }
}
