//! `GET /healthz` for supervisors, `GET /metrics` for monitoring.

use std::fmt::Write as _;
use std::sync::atomic::Ordering;

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
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

/// Metrics in the text format of Prometheus, version 0.0.4.
#[utoipa::path(get, path = "/metrics", tag = "operating",
    responses((status = 200, body = String, content_type = "text/plain", description = "The figures")))]
pub(super) async fn metrics(State(shared): State<Shared>) -> Response {
    let stats = shared.hub.stats();
    let viewers = shared.viewers.load(Ordering::Relaxed) as u64;
    let mut text = String::new();
    for (name, kind, help, value) in [
        (
            "events_recorded_total",
            "counter",
            "Events recorded since the start.",
            stats.events_recorded,
        ),
        (
            "duplicates_total",
            "counter",
            "Events that had already been recorded.",
            stats.duplicates,
        ),
        ("commits_total", "counter", "Journal transactions.", stats.commits),
        ("workflows", "gauge", "Known workflows.", stats.workflows as u64),
        (
            "workflows_awake",
            "gauge",
            "Workflows with their timeline in memory.",
            stats.awake as u64,
        ),
        ("viewers", "gauge", "Open WebSockets.", viewers),
        (
            "recording",
            "gauge",
            "1 while events can be recorded.",
            u64::from(stats.stopped.is_none()),
        ),
    ] {
        // Writing to a String cannot fail.
        let _ = write!(
            text,
            "# HELP adwatch_{name} {help}\n# TYPE adwatch_{name} {kind}\nadwatch_{name} {value}\n"
        );
    }
    let version = env!("CARGO_PKG_VERSION");
    let _ = write!(
        text,
        "# HELP adwatch_build_info The running version.\n# TYPE adwatch_build_info gauge\n\
         adwatch_build_info{{version=\"{version}\"}} 1\n"
    );
    let headers = [
        (CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8"),
        (CACHE_CONTROL, "no-store"),
    ];
    (StatusCode::OK, headers, text).into_response()
}
