//! `GET /api/workflows` and `GET /api/agent-state/{adw_id}`.

use axum::extract::State;
use axum::response::Response;
use serde_json::Value;

use super::params::WorkflowPath;
use super::{json, no_workflow, read};
use crate::clock;
use crate::error::ApiError;
use crate::openapi::{parameters, shapes};
use crate::shared::Shared;
use domain::frame::{WorkflowState, Workflows};

/// All workflows as cards, the most recently active first.
#[utoipa::path(get, path = "/api/workflows", operation_id = "workflows", tag = "reading", responses((status = 200, body = shapes::WorkflowsShape, description = "The workflows")))]
pub(super) async fn list(State(shared): State<Shared>) -> Result<Response, ApiError> {
    let mut workflows = read(&shared, |hub| hub.live.cards()).await?;
    workflows.sort_by(|a, b| b.last_at.cmp(&a.last_at).then_with(|| a.adw_id.cmp(&b.adw_id)));
    json(&Workflows {
        epoch: shared.hub.epoch().to_owned(),
        server_time: clock::now(),
        workflows,
    })
}

/// A complete workflow: its timeline up to `seq`, and its state document as last read.
#[utoipa::path(get, path = "/api/agent-state/{adw_id}", operation_id = "agent_state", tag = "reading", params(parameters::OfWorkflow), responses(
    (status = 200, body = shapes::AgentStateShape, description = "The workflow"),
    (status = 404, body = shapes::Error, description = "The workflow does not exist"),
))]
pub(super) async fn state(
    State(shared): State<Shared>,
    WorkflowPath(adw_id): WorkflowPath,
) -> Result<Response, ApiError> {
    let asked = adw_id.clone();
    let told = read(&shared, move |hub| {
        Ok((hub.live.timeline(&asked)?, hub.archive.document(&asked)?))
    });
    let (timeline, document) = told.await?;
    let timeline = timeline.ok_or_else(|| no_workflow(&adw_id))?;
    json(&WorkflowState {
        adw_id,
        epoch: shared.hub.epoch().to_owned(),
        seq: timeline.seq,
        timestamp: clock::now(),
        state: Value::Object(document.unwrap_or_default()),
        timeline: Box::new(timeline),
    })
}
