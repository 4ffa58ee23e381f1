//! `GET /api/workflows/{adw_id}/search`: how many events match, and which.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::response::Response;
use serde::Serialize;

use super::params::{Workflow, search_query};
use super::{json, no_workflow, read_long};
use crate::server::error::ApiError;
use crate::server::journal::Found;
use crate::server::openapi::{parameters, shapes};
use crate::server::shared::Shared;

#[derive(Serialize)]
struct Answer<'a> {
    epoch: &'a str,
    /// All that match, however many seqs are told.
    count: u64,
    /// The newest of them, in order.
    seqs: Vec<u64>,
    head: u64,
    first: u64,
    /// The index reaches up to here. What comes after it was found too, but more slowly.
    indexed: u64,
}

/// How many events of a workflow match, exactly, and the newest of them.
#[utoipa::path(get, path = "/api/workflows/{adw_id}/search", tag = "reading",
    params(parameters::OfWorkflow, parameters::Filters, parameters::SearchLimit), responses(
    (status = 200, body = shapes::Found, description = "What was found"),
    (status = 404, body = shapes::Error, description = "There is no such workflow"),
))]
pub(super) async fn search(
    State(shared): State<Shared>,
    Workflow(adw_id): Workflow,
    RawQuery(query): RawQuery,
) -> Result<Response, ApiError> {
    let asked = search_query(query.as_deref().unwrap_or_default())?;
    let of = adw_id.clone();
    // Dropped with this answer when the client goes away or its time is over; the search ends then.
    let waiting = Arc::new(());
    let asker = Arc::downgrade(&waiting);
    let search = read_long(&shared, move |hub| {
        hub.search(&of, &asked, &|| asker.strong_count() > 0)
    });
    let found = search.await?;
    drop(waiting);
    let Found {
        count,
        seqs,
        head,
        first,
        indexed,
    } = found.ok_or_else(|| no_workflow(&adw_id))?;
    json(&Answer {
        epoch: shared.hub.epoch(),
        count,
        seqs,
        head,
        first,
        indexed,
    })
}
