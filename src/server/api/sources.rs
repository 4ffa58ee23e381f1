//! `GET /api/workflows/{adw_id}/sources`: what became of every line of a workflow's files.

use axum::extract::State;
use axum::response::Response;
use serde::Serialize;

use super::params::WorkflowPath;
use super::{json, no_workflow, read};
use crate::error::ApiError;
use crate::openapi::{parameters, shapes};
use crate::shared::Shared;
use domain::adw_id::AdwId;
use journal::{LineCounts, Tail};

#[derive(Serialize)]
struct Sources {
    adw_id: AdwId,
    sources: Vec<Source>,
}

/// One run of one file: `lines` is the sum of the other counts.
#[derive(Serialize)]
struct Source {
    path: String,
    run: u32,
    agent: String,
    /// Bytes read.
    offset: u64,
    #[serde(flatten)]
    counts: LineCounts,
}

/// The files of a workflow that were read, by path and run, and what became of their lines.
#[utoipa::path(get, path = "/api/workflows/{adw_id}/sources", operation_id = "sources", tag = "reading", params(parameters::OfWorkflow), responses(
    (status = 200, body = shapes::SourcesShape, description = "The files"),
    (status = 404, body = shapes::Error, description = "The workflow does not exist"),
))]
pub(super) async fn list(
    State(shared): State<Shared>,
    WorkflowPath(adw_id): WorkflowPath,
) -> Result<Response, ApiError> {
    let of = adw_id.clone();
    let tails = read(&shared, move |hub| hub.archive.sources(&of)).await?;
    if tails.is_empty() && shared.hub.live.head(&adw_id).is_none() {
        return Err(no_workflow(&adw_id));
    }
    let mut sources: Vec<Source> = tails.into_iter().map(Source::from).collect();
    sources.sort_by(|a, b| (&a.path, a.run).cmp(&(&b.path, b.run)));
    json(&Sources { adw_id, sources })
}

impl From<Tail> for Source {
    fn from(tail: Tail) -> Self {
        Self {
            path: tail.path,
            run: tail.run,
            agent: tail.agent,
            offset: tail.offset,
            counts: tail.lines,
        }
    }
}
