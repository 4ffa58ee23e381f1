//! The addresses of an earlier dashboard that take one kind of event each.
//!
//! `intake::push::older` says what their bodies mean; answers and errors are those of the other older addresses.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::older::take;
use super::{Ingest, Shape};
use crate::openapi::{older_kinds, pushed};
use intake::push::older::OlderDoor;

pub(super) fn router() -> OpenApiRouter<Arc<Ingest>> {
    OpenApiRouter::new()
        .routes(routes!(agent_log_entry))
        .routes(routes!(file_operation))
        .routes(routes!(agent_thinking))
        .routes(routes!(tool_execution))
        .routes(routes!(workflow_phase_transition))
        .routes(routes!(agent_output_chunk))
        .routes(routes!(screenshot_available))
        .routes(routes!(spec_created))
}

/// Accepts a log entry, as an earlier dashboard takes it.
#[utoipa::path(post, path = "/api/agent-log-entry", tag = "pushing",
    request_body(content((older_kinds::OlderLogEntry = "application/json"))),
    responses(
        (status = 200, body = pushed::ReplyShape, description = "The event is saved"),
        (status = 400, body = pushed::ReplyShape, description = "Nothing could be saved"),
        (status = 413, body = pushed::ReplyShape, description = "The body is longer than `limits.max_body`"),
        (status = 415, body = pushed::ReplyShape, description = "The body is not JSON in UTF-8"),
        (status = 503, body = pushed::ReplyShape, description = "Try again after `Retry-After` seconds"),
        (status = 507, body = pushed::ReplyShape, description = "The disk is full; try again after `Retry-After` seconds"),
))]
async fn agent_log_entry(State(ingest): State<Arc<Ingest>>, headers: HeaderMap, body: Body) -> Response {
    take(ingest, &headers, body, Shape::Older(OlderDoor::Log)).await
}

/// Accepts what was done to a file, as an earlier dashboard takes it.
#[utoipa::path(post, path = "/api/file-operation", tag = "pushing",
    request_body(content((older_kinds::OlderFileOperation = "application/json"))),
    responses(
        (status = 200, body = pushed::ReplyShape, description = "The event is saved"),
        (status = 400, body = pushed::ReplyShape, description = "Nothing could be saved"),
        (status = 413, body = pushed::ReplyShape, description = "The body is longer than `limits.max_body`"),
        (status = 415, body = pushed::ReplyShape, description = "The body is not JSON in UTF-8"),
        (status = 503, body = pushed::ReplyShape, description = "Try again after `Retry-After` seconds"),
        (status = 507, body = pushed::ReplyShape, description = "The disk is full; try again after `Retry-After` seconds"),
))]
async fn file_operation(State(ingest): State<Arc<Ingest>>, headers: HeaderMap, body: Body) -> Response {
    take(ingest, &headers, body, Shape::Older(OlderDoor::File)).await
}

/// Accepts what an agent thought, as an earlier dashboard takes it.
#[utoipa::path(post, path = "/api/agent-thinking", tag = "pushing",
    request_body(content((older_kinds::OlderThinking = "application/json"))),
    responses(
        (status = 200, body = pushed::ReplyShape, description = "The event is saved"),
        (status = 400, body = pushed::ReplyShape, description = "Nothing could be saved"),
        (status = 413, body = pushed::ReplyShape, description = "The body is longer than `limits.max_body`"),
        (status = 415, body = pushed::ReplyShape, description = "The body is not JSON in UTF-8"),
        (status = 503, body = pushed::ReplyShape, description = "Try again after `Retry-After` seconds"),
        (status = 507, body = pushed::ReplyShape, description = "The disk is full; try again after `Retry-After` seconds"),
))]
async fn agent_thinking(State(ingest): State<Arc<Ingest>>, headers: HeaderMap, body: Body) -> Response {
    take(ingest, &headers, body, Shape::Older(OlderDoor::Thinking)).await
}

/// Accepts the call of a tool or its result, as an earlier dashboard takes it.
#[utoipa::path(post, path = "/api/tool-execution", tag = "pushing",
    request_body(content((older_kinds::OlderToolExecution = "application/json"))),
    responses(
        (status = 200, body = pushed::ReplyShape, description = "The event is saved"),
        (status = 400, body = pushed::ReplyShape, description = "Nothing could be saved"),
        (status = 413, body = pushed::ReplyShape, description = "The body is longer than `limits.max_body`"),
        (status = 415, body = pushed::ReplyShape, description = "The body is not JSON in UTF-8"),
        (status = 503, body = pushed::ReplyShape, description = "Try again after `Retry-After` seconds"),
        (status = 507, body = pushed::ReplyShape, description = "The disk is full; try again after `Retry-After` seconds"),
))]
async fn tool_execution(State(ingest): State<Arc<Ingest>>, headers: HeaderMap, body: Body) -> Response {
    take(ingest, &headers, body, Shape::Older(OlderDoor::Tool)).await
}

/// Accepts that a phase of a workflow began, as an earlier dashboard takes it.
///
/// A `phase_to` such as `completed` or `failed` ends the workflow.
#[utoipa::path(post, path = "/api/workflow-phase-transition", tag = "pushing",
    request_body(content((older_kinds::OlderPhaseTransition = "application/json"))),
    responses(
        (status = 200, body = pushed::ReplyShape, description = "The event is saved"),
        (status = 400, body = pushed::ReplyShape, description = "Nothing could be saved"),
        (status = 413, body = pushed::ReplyShape, description = "The body is longer than `limits.max_body`"),
        (status = 415, body = pushed::ReplyShape, description = "The body is not JSON in UTF-8"),
        (status = 503, body = pushed::ReplyShape, description = "Try again after `Retry-After` seconds"),
        (status = 507, body = pushed::ReplyShape, description = "The disk is full; try again after `Retry-After` seconds"),
))]
async fn workflow_phase_transition(State(ingest): State<Arc<Ingest>>, headers: HeaderMap, body: Body) -> Response {
    take(ingest, &headers, body, Shape::Older(OlderDoor::Phase)).await
}

/// Accepts lines of an agent's stream, as an earlier dashboard takes them.
///
/// Each line becomes the events that it becomes when its file is read, and both copies are one.
#[utoipa::path(post, path = "/api/agent-output-chunk", tag = "pushing",
    request_body(content((older_kinds::OlderOutputChunk = "application/json"))),
    responses(
        (status = 200, body = pushed::ReplyShape, description = "The events of the lines are saved"),
        (status = 400, body = pushed::ReplyShape, description = "Nothing could be saved"),
        (status = 413, body = pushed::ReplyShape, description = "The body is longer than `limits.max_body`"),
        (status = 415, body = pushed::ReplyShape, description = "The body is not JSON in UTF-8"),
        (status = 503, body = pushed::ReplyShape, description = "Try again after `Retry-After` seconds"),
        (status = 507, body = pushed::ReplyShape, description = "The disk is full; try again after `Retry-After` seconds"),
))]
async fn agent_output_chunk(State(ingest): State<Arc<Ingest>>, headers: HeaderMap, body: Body) -> Response {
    take(ingest, &headers, body, Shape::Output).await
}

/// Accepts that there is a screenshot, as an earlier dashboard takes it.
///
/// If its file can be read in the folder of the workflow, the picture is saved.
#[utoipa::path(post, path = "/api/screenshot-available", tag = "pushing",
    request_body(content((older_kinds::OlderScreenshotAvailable = "application/json"))),
    responses(
        (status = 200, body = pushed::ReplyShape, description = "The event is saved"),
        (status = 400, body = pushed::ReplyShape, description = "Nothing could be saved"),
        (status = 413, body = pushed::ReplyShape, description = "The body is longer than `limits.max_body`"),
        (status = 415, body = pushed::ReplyShape, description = "The body is not JSON in UTF-8"),
        (status = 503, body = pushed::ReplyShape, description = "Try again after `Retry-After` seconds"),
        (status = 507, body = pushed::ReplyShape, description = "The disk is full; try again after `Retry-After` seconds"),
))]
async fn screenshot_available(State(ingest): State<Arc<Ingest>>, headers: HeaderMap, body: Body) -> Response {
    take(ingest, &headers, body, Shape::Older(OlderDoor::Screenshot)).await
}

/// Accepts that a spec was written, as an earlier dashboard takes it.
#[utoipa::path(post, path = "/api/spec-created", tag = "pushing",
    request_body(content((older_kinds::OlderSpecCreated = "application/json"))),
    responses(
        (status = 200, body = pushed::ReplyShape, description = "The event is saved"),
        (status = 400, body = pushed::ReplyShape, description = "Nothing could be saved"),
        (status = 413, body = pushed::ReplyShape, description = "The body is longer than `limits.max_body`"),
        (status = 415, body = pushed::ReplyShape, description = "The body is not JSON in UTF-8"),
        (status = 503, body = pushed::ReplyShape, description = "Try again after `Retry-After` seconds"),
        (status = 507, body = pushed::ReplyShape, description = "The disk is full; try again after `Retry-After` seconds"),
))]
async fn spec_created(State(ingest): State<Arc<Ingest>>, headers: HeaderMap, body: Body) -> Response {
    take(ingest, &headers, body, Shape::Older(OlderDoor::Spec)).await
}
