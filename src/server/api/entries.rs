//! `GET /api/workflows/{adw_id}/entries`: events as lines for people to read, shortened so that a page can hold tens of thousands.

use axum::extract::{RawQuery, State};
use axum::response::Response;

use super::events::read_page;
use super::params::{WorkflowPath, page_query};
use super::{json, no_workflow};
use crate::error::ApiError;
use crate::openapi::{parameters, shapes};
use crate::shared::Shared;
use domain::adw_id::AdwId;
use domain::entry::Entry;
use domain::event::Event;
use domain::log::EntryPage;
use journal::{JournalError, Page, PageQuery};

/// A page of events as shortened lines for people to read. Accepts the filters of `events`.
#[utoipa::path(get, path = "/api/workflows/{adw_id}/entries", operation_id = "entries", tag = "reading",
    params(parameters::OfWorkflow, parameters::Filters, parameters::Limit), responses(
    (status = 200, body = shapes::EntryPageShape, description = "The page"),
    (status = 404, body = shapes::Error, description = "The workflow does not exist"),
))]
pub(super) async fn page(
    State(shared): State<Shared>,
    WorkflowPath(adw_id): WorkflowPath,
    RawQuery(query): RawQuery,
) -> Result<Response, ApiError> {
    let asked = page_query(query.as_deref().unwrap_or_default())?;
    let page = entries(&shared, &adw_id, asked).await?;
    json(&page.ok_or_else(|| no_workflow(&adw_id))?)
}

/// Reads a page of entries, and returns which seqs it covers. None if the workflow does not exist.
pub async fn entries(shared: &Shared, adw_id: &AdwId, query: PageQuery) -> Result<Option<EntryPage>, ApiError> {
    let asked = query.clone();
    read_page(shared, adw_id, query, move |page| lines(&page, &asked)).await
}

fn lines(page: &Page, query: &PageQuery) -> Result<EntryPage, JournalError> {
    let line = |text: &String| -> Result<Entry, JournalError> {
        let event: Event = serde_json::from_str(text)
            .map_err(|error| JournalError::Read(format!("a stored event cannot be read: {error}")))?;
        Ok(Entry::new(&event).short())
    };
    let entries = page
        .events
        .iter()
        .map(line)
        .collect::<Result<std::collections::VecDeque<_>, _>>()?;
    let is_full = entries.len() >= query.limit;
    let end = query
        .before
        .map_or(page.head, |before| before.saturating_sub(1).min(page.head));
    let (from, to) = match query.after {
        Some(after) => (
            after + 1,
            entries.back().filter(|_| is_full).map_or(end, |entry| entry.seq),
        ),
        None => (
            entries
                .front()
                .filter(|_| is_full)
                .map_or(page.first, |entry| entry.seq),
            end,
        ),
    };
    Ok(EntryPage {
        from: from.max(page.first),
        to,
        head: page.head,
        first: page.first,
        entries,
    })
}
