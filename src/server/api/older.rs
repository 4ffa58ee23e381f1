//! What the page of an earlier dashboard reads: `GET /health`, `/api/adws/list` and `/api/adws/{adw_id}`.

use axum::extract::State;
use axum::response::Response;
use serde_json::{Map, Value, json};

use super::params::WorkflowPath;
use super::{fresh, no_workflow, read};
use crate::clock;
use crate::error::ApiError;
use crate::openapi::{older_kinds, parameters, shapes};
use crate::shared::Shared;
use domain::card::Card;
use domain::status::Patience;

/// The documents of so many workflows, the most recently active, are read for the list; the others have what their cards say.
const DOCUMENTS: usize = 500;
/// What of a document stands in the list.
const FIELDS: [&str; 8] = [
    "issue_class",
    "issue_number",
    "issue_title",
    "branch_name",
    "plan_file",
    "worktree_path",
    "model_set",
    "workflow_name",
];

/// 200 while events can be recorded, as an earlier dashboard says it.
#[utoipa::path(get, path = "/health", operation_id = "older_health", tag = "operating", responses((status = 200, body = older_kinds::OlderHealth, description = "Events can be recorded")))]
pub(super) async fn health(State(shared): State<Shared>) -> Response {
    use axum::response::IntoResponse as _;
    if let Some(reason) = shared.hub.stats().stopped {
        return ApiError::journal(format!("recording stopped: {reason}")).into_response();
    }
    let body = json!({"status": "healthy", "version": env!("CARGO_PKG_VERSION"), "epoch": shared.hub.epoch()});
    fresh(body.to_string())
}

/// All workflows, the most recently active first, as an earlier dashboard lists them.
#[utoipa::path(get, path = "/api/adws/list", operation_id = "older_workflows", tag = "reading", responses((status = 200, body = older_kinds::OlderWorkflows, description = "The workflows")))]
pub(super) async fn list(State(shared): State<Shared>) -> Result<Response, ApiError> {
    let patience = shared.config.agents.patience;
    let rows = read(&shared, move |hub| {
        let mut cards = hub.live.cards()?;
        cards.sort_by(|a, b| b.last_at.cmp(&a.last_at).then_with(|| a.adw_id.cmp(&b.adw_id)));
        let mut rows = Vec::with_capacity(cards.len());
        for (at, card) in cards.iter().enumerate() {
            let known = if at < DOCUMENTS {
                hub.archive.document(&card.adw_id)?
            } else {
                None
            };
            let mut known = known.unwrap_or_default();
            known.retain(|field, _| FIELDS.contains(&field.as_str()));
            rows.push(row(card, known, &patience));
        }
        Ok(rows)
    });
    Ok(fresh(json!({"adws": rows.await?}).to_string()))
}

/// A workflow with its state document, as an earlier dashboard shows it.
#[utoipa::path(get, path = "/api/adws/{adw_id}", operation_id = "older_workflow", tag = "reading", params(parameters::OfWorkflow), responses(
    (status = 200, body = older_kinds::OlderWorkflow, description = "The workflow"),
    (status = 404, body = shapes::Error, description = "The workflow does not exist"),
))]
pub(super) async fn one(
    State(shared): State<Shared>,
    WorkflowPath(adw_id): WorkflowPath,
) -> Result<Response, ApiError> {
    let asked = adw_id.clone();
    let told = read(&shared, move |hub| {
        Ok((hub.live.timeline(&asked)?, hub.archive.document(&asked)?))
    });
    let (timeline, document) = told.await?;
    let card = Card::of(&timeline.ok_or_else(|| no_workflow(&adw_id))?);
    let document = document.unwrap_or_default();
    let mut row = row(&card, document.clone(), &shared.config.agents.patience);
    // The document's own words, where a field above says what is known.
    row.insert("state".to_owned(), Value::Object(document));
    Ok(fresh(Value::Object(row).to_string()))
}

/// What is known of a workflow beside the fields of its document, or instead of them.
fn row(card: &Card, document: Map<String, Value>, patience: &Patience) -> Map<String, Value> {
    let mut row = document;
    row.insert("adw_id".to_owned(), card.adw_id.as_str().into());
    let verdict = card.verdict(clock::now(), patience);
    row.insert("status".to_owned(), verdict.status.slug().into());
    row.insert("current_stage".to_owned(), card.stage.as_deref().into());
    row.insert("created_at".to_owned(), json!(card.first_at));
    row.insert("updated_at".to_owned(), json!(card.last_at));
    let known = [
        ("issue_class", None),
        ("issue_number", card.issue.as_deref()),
        ("issue_title", Some(card.title.as_str())),
        ("branch_name", card.branch.as_deref()),
    ];
    for (field, value) in known {
        if row.get(field).is_none_or(Value::is_null) {
            row.insert(field.to_owned(), value.into());
        }
    }
    row
}
