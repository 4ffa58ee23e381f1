//! What goes over the sockets, as the description of the API shows it: OpenAPI has no word for sockets, so these shapes belong to no
//! path. They are there for whoever generates types; `docs/protocol.md` shows every frame, and a test holds these against it.

use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::shapes::{AdwIdShape, CardShape, Epoch, EventShape, TimestampShape};
use super::timeline::TimelineShape;

/// A frame from the server on `/ws` with the subprotocol `adwatch.v1`.
#[derive(ToSchema)]
#[serde(tag = "type", content = "data", rename_all = "snake_case")]
pub enum FrameFromServer {
    Hello(Hello),
    Snapshot(SnapshotShape),
    Events(Events),
    Board(BoardShape),
    Heartbeat(Heartbeat),
    Error(FrameError),
}

/// A frame from a client on `/ws` with the subprotocol `adwatch.v1`.
#[derive(ToSchema)]
#[serde(tag = "type", content = "data", rename_all = "snake_case")]
pub enum FrameFromBrowser {
    Subscribe(SubscribeShape),
    Unsubscribe(UnsubscribeShape),
    Ping(Ping),
}

/// The first frame.
#[derive(ToSchema)]
pub struct Hello {
    epoch: Epoch,
    server_time: TimestampShape,
    /// How often a heartbeat comes; a client that misses two is no longer connected.
    heartbeat_ms: u64,
    patience: PatienceShape,
}

/// After how long a silence a run counts as stalled, or as waiting for its tool.
#[derive(ToSchema)]
#[schema(as = Patience)]
pub struct PatienceShape {
    silence_ms: u64,
    tool_ms: u64,
    waiting_ms: u64,
}

/// The timeline up to `seq`; the events after it follow.
#[derive(ToSchema)]
#[schema(as = Snapshot)]
pub struct SnapshotShape {
    adw_id: AdwIdShape,
    epoch: Epoch,
    seq: u64,
    timeline: TimelineShape,
}

/// All events that were waiting: `from` to `to`, without gaps.
#[derive(ToSchema)]
pub struct Events {
    adw_id: AdwIdShape,
    from: u64,
    to: u64,
    /// The newest seq, if the frame does not reach it.
    head: Option<u64>,
    list: Vec<EventShape>,
}

/// All cards (`full`), or those that changed.
#[derive(ToSchema)]
#[schema(as = Board)]
pub struct BoardShape {
    full: bool,
    upserts: Vec<CardShape>,
    removed: Vec<AdwIdShape>,
}

/// A heartbeat.
#[derive(ToSchema)]
pub struct Heartbeat {
    server_time: TimestampShape,
}

/// A frame from the client was invalid.
#[derive(ToSchema)]
pub struct FrameError {
    code: String,
    message: String,
}

/// Subscribes to a workflow, from a seq on, or to the board.
#[derive(ToSchema)]
#[schema(as = Subscribe)]
pub struct SubscribeShape {
    adw_id: Option<AdwIdShape>,
    /// The life of the journal that `after` belongs to.
    epoch: Option<Epoch>,
    /// The last seq that the client has.
    after: Option<u64>,
    board: Option<bool>,
}

/// Ends a subscription.
#[derive(ToSchema)]
#[schema(as = Unsubscribe)]
pub struct UnsubscribeShape {
    adw_id: Option<AdwIdShape>,
    board: Option<bool>,
}

/// Asks for a heartbeat now.
#[derive(ToSchema)]
pub struct Ping {}

/// A frame of the plain feed, `/ws` without a subprotocol: `connection_ack`, `pong`, an event, or an event under its older type.
#[derive(ToSchema)]
pub struct PlainFrame {
    r#type: String,
    data: Map<String, Value>,
}
