//! Where the tools of earlier dashboards push: their addresses, their bodies and the answers that they expect.
//!
//! What they send is read by `domain::push` like everything else; only the address and the answer differ.

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::CACHE_CONTROL;
use axum::response::{IntoResponse as _, Response};
use serde_json::Value;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use xxhash_rust::xxh3::xxh3_64;

use super::{Ingest, Shape};
use crate::clock;
use crate::openapi::{older, pushed};

pub(super) fn router() -> OpenApiRouter<Arc<Ingest>> {
    OpenApiRouter::new()
        .routes(routes!(workflow_update))
        .routes(routes!(stage_event))
        .routes(routes!(observe))
}

/// Accepts what a workflow reports about itself, in the shape of earlier dashboards.
#[utoipa::path(post, path = "/api/workflow-updates", tag = "pushing",
    request_body(content((older::WorkflowUpdate = "application/json"))),
    responses(
        (status = 200, body = pushed::ReplyShape, description = "The event is saved"),
        (status = 400, body = pushed::ReplyShape, description = "The event could not be saved"),
        (status = 413, body = pushed::ReplyShape, description = "The body is longer than `limits.max_body`"),
        (status = 415, body = pushed::ReplyShape, description = "The body is not JSON in UTF-8"),
        (status = 503, body = pushed::ReplyShape, description = "Try again after `Retry-After` seconds"),
        (status = 507, body = pushed::ReplyShape, description = "The disk is full; try again after `Retry-After` seconds"),
))]
async fn workflow_update(State(ingest): State<Arc<Ingest>>, headers: HeaderMap, body: Body) -> Response {
    take(ingest, &headers, body, Shape::Pushed).await
}

/// Accepts what happened to a stage or to the workflow, in the shape of earlier dashboards.
#[utoipa::path(post, path = "/api/stage-event", tag = "pushing",
    request_body(content((older::StageEvent = "application/json"))),
    responses(
        (status = 200, body = pushed::ReplyShape, description = "The event is saved"),
        (status = 400, body = pushed::ReplyShape, description = "The event could not be saved"),
        (status = 413, body = pushed::ReplyShape, description = "The body is longer than `limits.max_body`"),
        (status = 415, body = pushed::ReplyShape, description = "The body is not JSON in UTF-8"),
        (status = 503, body = pushed::ReplyShape, description = "Try again after `Retry-After` seconds"),
        (status = 507, body = pushed::ReplyShape, description = "The disk is full; try again after `Retry-After` seconds"),
))]
async fn stage_event(State(ingest): State<Arc<Ingest>>, headers: HeaderMap, body: Body) -> Response {
    take(ingest, &headers, body, Shape::Pushed).await
}

/// Records a body, and answers as those clients expect.
pub(super) async fn take(ingest: Arc<Ingest>, headers: &HeaderMap, body: Body, shape: Shape) -> Response {
    match ingest.take(headers, body, shape).await {
        Ok((reply, _)) | Err(reply) => reply.in_words().into(),
    }
}

/// Accepts one hook of Claude Code as the clients of hook observers send it, and returns it as stored.
///
/// It becomes an event of the workflow that its session belongs to, like a pushed hook.
#[utoipa::path(post, path = "/events", tag = "pushing",
    request_body(content((older::ObservedHook = "application/json"))),
    responses(
        (status = 200, body = older::KeptHook, description = "The event is saved"),
        (status = 400, body = pushed::ReplyShape, description = "The event could not be saved"),
        (status = 413, body = pushed::ReplyShape, description = "The body is longer than `limits.max_body`"),
        (status = 415, body = pushed::ReplyShape, description = "The body is not JSON in UTF-8"),
        (status = 503, body = pushed::ReplyShape, description = "Try again after `Retry-After` seconds"),
        (status = 507, body = pushed::ReplyShape, description = "The disk is full; try again after `Retry-After` seconds"),
))]
async fn observe(State(ingest): State<Arc<Ingest>>, headers: HeaderMap, body: Body) -> Response {
    let at = clock::now();
    match ingest.take(&headers, body, Shape::Observed).await {
        Ok((reply, Some(Value::Object(mut row)))) if reply.is_success() => {
            // Those clients expect the number of a table row; here the number is derived from what was sent.
            let hash = xxh3_64(Value::Object(row.clone()).to_string().as_bytes());
            // 53 bits survive every JSON reader.
            row.insert("id".to_owned(), (hash >> 11).into());
            if row.get("timestamp").is_none_or(Value::is_null) {
                row.insert("timestamp".to_owned(), at.0.into());
            }
            ([(CACHE_CONTROL, "no-store")], Json(row)).into_response()
        }
        Ok((reply, _)) | Err(reply) => reply.in_words().into(),
    }
}
