//! `GET /api/workflows` and `GET /api/agent-state/{adw_id}`.

use axum::extract::State;
use axum::response::Response;
use serde::Serialize;
use serde_json::Value;

use super::params::WorkflowPath;
use super::{json, no_workflow, read};
use crate::clock;
use crate::error::ApiError;
use crate::openapi::{parameters, shapes};
use crate::shared::Shared;
use domain::card::Card;
use domain::frame::WorkflowState;
use domain::status::{Pulse, Verdict};
use domain::timestamp::Timestamp;

/// What `domain::frame::Workflows` reads, and beside each card what the workflow is doing now.
#[derive(Serialize)]
struct ListedWorkflows<'a> {
    epoch: &'a str,
    server_time: Timestamp,
    workflows: Vec<Listed>,
}

#[derive(Serialize)]
struct Listed {
    #[serde(flatten)]
    card: Card,
    #[serde(flatten)]
    verdict: Verdict,
}

#[derive(Serialize)]
struct JudgedState {
    #[serde(flatten)]
    state: WorkflowState,
    #[serde(flatten)]
    verdict: Verdict,
}

/// All workflows as cards, the most recently active first.
#[utoipa::path(get, path = "/api/workflows", operation_id = "workflows", tag = "reading", responses((status = 200, body = shapes::WorkflowsShape, description = "The workflows")))]
pub(super) async fn list(State(shared): State<Shared>) -> Result<Response, ApiError> {
    let mut workflows = read(&shared, |hub| hub.live.cards()).await?;
    workflows.sort_by(|a, b| b.last_at.cmp(&a.last_at).then_with(|| a.adw_id.cmp(&b.adw_id)));
    let now = clock::now();
    let listed = |card: Card| Listed {
        verdict: card.verdict(now, &shared.config.agents.patience),
        card,
    };
    json(&ListedWorkflows {
        epoch: shared.hub.epoch(),
        server_time: now,
        workflows: workflows.into_iter().map(listed).collect(),
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
    let now = clock::now();
    json(&JudgedState {
        verdict: Pulse::of(&timeline).verdict(now, &shared.config.agents.patience),
        state: WorkflowState {
            adw_id,
            epoch: shared.hub.epoch().to_owned(),
            seq: timeline.seq,
            timestamp: now,
            state: Value::Object(document.unwrap_or_default()),
            timeline: Box::new(timeline),
        },
    })
}
