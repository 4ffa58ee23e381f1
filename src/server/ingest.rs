//! Where publishers push: `POST /api/agent-state-update`, and the addresses that older tools use instead. A 200 means that what was
//! accepted is recorded.
//!
//! Nothing that a client sends is answered with a 5xx; a 503 means that the journal is full or has stopped.

mod agent_output;
mod left;
mod older;
mod older_kinds;
mod received_body;
mod reply;
mod screenshot;

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use bytes::Bytes;
use serde_json::{Value, json};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::clock;
use crate::hub::{RecordError, Recorder};
use crate::local_time;
use crate::openapi::pushed;
use crate::watcher::WorkflowFiles;
use agent_output::AgentOutputs;
use draft::Draft;
use draft::picture::Picture;
use draft::pictures::Pictures;
use draft::redaction;
use intake::push::body::{BodyError, BodyPart, parts};
use intake::push::older::{OlderDoor, OutputChunk};
use intake::push::{self, Received, Refusal};
use intake::time_zone::TimeZone;
use journal::{Batch, Outcome};
pub(crate) use left::Left;
use received_body::{media, receive};
use reply::{Refused, Reply};
use screenshot::ToldScreenshot;

/// One transaction takes at most this many events of a batch, so that other publishers need not wait for all of it …
const COMMIT_EVENTS: usize = 1_000;
/// … and about this many bytes.
const COMMIT_BYTES: usize = 1024 * 1024;
/// Longer bodies are read outside the async runtime; this is about a millisecond of work.
const LONG_BYTES: usize = 64 * 1024;

/// Reads bodies and records their contents.
pub(crate) struct Ingest {
    recorder: Arc<Recorder>,
    max_body_bytes: usize,
    zone: TimeZone,
    files: WorkflowFiles,
    outputs: AgentOutputs,
}

/// The contents of a body: what to record, in order, and what cannot be recorded.
struct Items {
    drafts: Vec<Draft>,
    refused: Vec<Refused>,
    /// The pictures that the drafts refer to.
    pictures: Vec<Picture>,
    /// What an observer's client gets back for the last item: the item as stored.
    row: Option<Value>,
}

/// The shape of a body's items.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// What `domain::push` reads.
    Pushed,
    /// What a hook observer's client sends: a hook's stdin, and what that client knows about it.
    Observed,
    /// Flat bodies of one kind, as earlier dashboards take them.
    Older(OlderDoor),
    /// Lines of an agent's stream.
    Output,
}

/// What one item has become.
#[derive(Default)]
struct ItemDrafts {
    drafts: Vec<Draft>,
    pictures: Vec<Picture>,
    row: Option<Value>,
}

/// The routes. Bodies may have at most `max_body_bytes`; `files` are those that a body may name.
pub fn router(recorder: Arc<Recorder>, max_body_bytes: usize, files: WorkflowFiles) -> OpenApiRouter {
    let ingest = Ingest::new(recorder, max_body_bytes, files);
    OpenApiRouter::new()
        .routes(routes!(push))
        .merge(older::router())
        .merge(older_kinds::router())
        .with_state(Arc::new(ingest))
}

/// Accepts one event, an array of events, or one event per line. A 200 response means that the accepted events are on disk.
///
/// Valid items of a batch are recorded, invalid ones are reported with their index; it is an error only if nothing could be recorded.
#[utoipa::path(post, path = "/api/agent-state-update", tag = "pushing",
    request_body(content((pushed::Pushed = "application/json"), (String = "application/x-ndjson"))),
    responses(
        (status = 200, body = pushed::ReplyShape, description = "The accepted events are saved"),
        (status = 400, body = pushed::ReplyShape, description = "No event could be saved"),
        (status = 413, body = pushed::ReplyShape, description = "The body is longer than `limits.max_body`"),
        (status = 415, body = pushed::ReplyShape, description = "The body is neither JSON nor NDJSON in UTF-8"),
        (status = 503, body = pushed::ReplyShape, description = "Try again after `Retry-After` seconds"),
        (status = 507, body = pushed::ReplyShape, description = "The disk is full; try again after `Retry-After` seconds"),
))]
async fn push(State(ingest): State<Arc<Ingest>>, headers: HeaderMap, body: Body) -> Response {
    match ingest.take(&headers, body, Shape::Pushed).await {
        Ok((reply, _)) | Err(reply) => reply.into(),
    }
}

impl Ingest {
    pub(crate) fn new(recorder: Arc<Recorder>, max_body_bytes: usize, files: WorkflowFiles) -> Self {
        Self {
            recorder,
            max_body_bytes,
            zone: local_time::zone(),
            files,
            outputs: AgentOutputs::default(),
        }
    }

    /// The reply, and what an observer's client gets back.
    async fn take(
        self: Arc<Self>,
        headers: &HeaderMap,
        body: Body,
        shape: Shape,
    ) -> Result<(Reply, Option<Value>), Reply> {
        let media = media(headers)?;
        let body = receive(headers, body, self.max_body_bytes).await?;
        let length = body.len();
        let items = if length > LONG_BYTES || shape.opens_files() {
            let ingest = Arc::clone(&self);
            let read = tokio::task::spawn_blocking(move || ingest.read(&body, media.is_by_line, shape));
            read.await
                .map_err(|error| Reply::new().failed(&RecordError::Stopped(error.to_string())))?
        } else {
            self.read(&body, media.is_by_line, shape)
        };
        let mut items = items.map_err(|error| Reply::no_items(&error))?;
        let row = items.row.take();
        Ok((self.record(items, length).await?, row))
    }

    fn read(&self, body: &Bytes, is_by_line: bool, shape: Shape) -> Result<Items, BodyError> {
        let at = clock::now();
        let received = Received {
            at,
            utc_offset_minutes: self.zone.offset_minutes(at),
        };
        let parts = parts(body, is_by_line)?;
        let mut items = Items {
            drafts: Vec::with_capacity(parts.len()),
            refused: Vec::new(),
            pictures: Vec::new(),
            row: None,
        };
        for (index, part) in parts.into_iter().enumerate() {
            let made = match part {
                BodyPart::Item(item) => self.read_item(item, received, shape),
                BodyPart::Broken(reason) => Err(Refusal {
                    field: "item".to_owned(),
                    reason,
                }),
            };
            match made {
                Ok(made) => {
                    items.drafts.extend(made.drafts);
                    items.pictures.extend(made.pictures);
                    items.row = made.row;
                }
                Err(refusal) => items.refused.push(Refused::new(index, refusal)),
            }
        }
        Ok(items)
    }

    fn read_item(&self, mut item: Value, received: Received, shape: Shape) -> Result<ItemDrafts, Refusal> {
        let mut made = ItemDrafts::default();
        let mut screenshot = None;
        match shape {
            Shape::Pushed | Shape::Observed => {}
            Shape::Older(door) => {
                item = door.item(item)?;
                screenshot = (door == OlderDoor::Screenshot).then(|| ToldScreenshot::of(&item));
            }
            Shape::Output => {
                let read = self.outputs.read(&OutputChunk::of(item, received)?, &self.files);
                made.drafts = read.drafts;
                made.pictures = read.pictures;
                return Ok(made);
            }
        }
        let mut pictures = Pictures::default();
        pictures.take_pushed(&mut item);
        if shape == Shape::Observed {
            made.row = Some(redaction::value(item.clone()).into_inner());
            item = json!({"type": push::hook::WORD, "data": item});
        }
        let mut draft = push::draft(redaction::value(item), received)?;
        made.pictures = pictures.into_taken();
        made.pictures
            .extend(screenshot.and_then(|told| told.show(&mut draft, &self.files)));
        made.drafts.push(draft);
        Ok(made)
    }

    /// Records the items in order, some at a time.
    async fn record(&self, items: Items, length: usize) -> Result<Reply, Reply> {
        let mut reply = Reply::of(&items.drafts, items.refused);
        let average_bytes = length / items.drafts.len().max(1) + 1;
        let at_once = (COMMIT_BYTES / average_bytes).clamp(1, COMMIT_EVENTS);
        let mut waiting = items.drafts;
        let mut pictures = items.pictures;
        let mut is_first = true;
        while !waiting.is_empty() {
            let later = waiting.split_off(waiting.len().min(at_once));
            let batch = Batch {
                drafts: std::mem::replace(&mut waiting, later),
                tails: Vec::new(),
                pictures: std::mem::take(&mut pictures),
                ..Batch::default()
            };
            let outcomes = if is_first {
                self.recorder.record(batch).await
            } else {
                self.record_rest(batch).await
            };
            match outcomes {
                Ok(outcomes) => reply.count(&outcomes),
                Err(error) => return Err(reply.failed(&error)),
            }
            is_first = false;
        }
        Ok(reply.done())
    }

    /// A publisher could not tell which part of its batch to send again, so a batch that has begun waits for room.
    async fn record_rest(&self, batch: Batch) -> Result<Vec<Outcome>, RecordError> {
        let recorder = Arc::clone(&self.recorder);
        let recorded = tokio::task::spawn_blocking(move || recorder.record_blocking(batch)).await;
        recorded.unwrap_or_else(|error| Err(RecordError::Stopped(error.to_string())))
    }
}

impl Shape {
    /// Whether what is told of is looked for in files.
    fn opens_files(self) -> bool {
        match self {
            Self::Older(OlderDoor::Screenshot) | Self::Output => true,
            Self::Pushed | Self::Observed | Self::Older(_) => false,
        }
    }
}
