//! `GET /healthz`: whether events can be recorded, for whoever restarts us.

use std::sync::atomic::Ordering;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::error::ApiError;
use crate::openapi::shapes;
use crate::shared::Shared;

/// 200 while events can be recorded, otherwise 503 with the reason.
#[utoipa::path(get, path = "/healthz", tag = "operating", responses((status = 200, body = shapes::Health, description = "Events can be recorded")))]
pub(super) async fn health(State(shared): State<Shared>) -> Response {
    let stats = shared.hub.stats();
    if let Some(reason) = stats.stopped {
        return ApiError::journal(format!("recording stopped: {reason}")).into_response();
    }
    let body = json!({
        "status": "ok",
        "version": env!("CARGO_PKG_VERSION"),
        "epoch": shared.hub.epoch(),
        "workflows": stats.workflows,
        "viewers": shared.viewers.load(Ordering::Relaxed),
    });
    super::fresh(body.to_string())
}
