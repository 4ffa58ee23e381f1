//! `GET /api/workflows/{adw_id}/events`: the journal by seq, with its texts passed on unchanged.

use axum::extract::{RawQuery, State};
use axum::response::Response;

use super::params::{EventPath, WorkflowPath, page_query};
use super::{fresh, no_workflow, read, read_long};
use crate::clock;
use crate::error::ApiError;
use crate::openapi::{parameters, shapes};
use crate::shared::Shared;
use domain::adw_id::AdwId;
use journal::{JournalError, Page, PageQuery};

/// A page of events ordered by seq: those after a seq, those before one, or the newest.
#[utoipa::path(get, path = "/api/workflows/{adw_id}/events", operation_id = "events", tag = "reading",
    params(parameters::OfWorkflow, parameters::Filters, parameters::Limit), responses(
    (status = 200, body = shapes::EventPageShape, description = "The page"),
    (status = 404, body = shapes::Error, description = "The workflow does not exist"),
))]
pub(super) async fn page(
    State(shared): State<Shared>,
    WorkflowPath(adw_id): WorkflowPath,
    RawQuery(query): RawQuery,
) -> Result<Response, ApiError> {
    let asked = page_query(query.as_deref().unwrap_or_default())?;
    let page = read_page(&shared, &adw_id, asked, Ok).await?;
    let page = page.ok_or_else(|| no_workflow(&adw_id))?;
    Ok(fresh(spliced(shared.hub.epoch(), &page)))
}

/// Reads a page and converts it to what was requested. A filtered page may have to search everything. None if the workflow does not
/// exist.
pub async fn read_page<T: Send + 'static>(
    shared: &Shared,
    adw_id: &AdwId,
    asked: PageQuery,
    make: impl FnOnce(Page) -> Result<T, JournalError> + Send + 'static,
) -> Result<Option<T>, ApiError> {
    let of = adw_id.clone();
    if asked.filter.is_empty() {
        return read(shared, move |hub| {
            hub.archive.page(&of, &asked, &|| true)?.map(make).transpose()
        })
        .await;
    }
    read_long(shared, &shared.long_reads, move |hub, is_wanted| {
        hub.archive.page(&of, &asked, is_wanted)?.map(make).transpose()
    })
    .await
}

/// One event with its full payload.
#[utoipa::path(get, path = "/api/workflows/{adw_id}/events/{seq}", operation_id = "event", tag = "reading", params(parameters::OfEvent), responses(
    (status = 200, body = shapes::EventShape, description = "The event"),
    (status = 404, body = shapes::Error, description = "The event does not exist"),
))]
pub(super) async fn one(State(shared): State<Shared>, EventPath(adw_id, seq): EventPath) -> Result<Response, ApiError> {
    let of = adw_id.clone();
    if let Some(text) = read(&shared, move |hub| hub.archive.event(&of, seq)).await? {
        return Ok(fresh(text));
    }
    let head = shared.hub.live.head(&adw_id).ok_or_else(|| no_workflow(&adw_id))?;
    let message = if seq <= head {
        format!("event {seq} of workflow {adw_id} was removed by retention")
    } else {
        format!("workflow {adw_id} has no event {seq}; its newest is {head}")
    };
    Err(ApiError::not_found(message))
}

/// An `EventPage`, without reading the events again.
fn spliced(epoch: &str, page: &Page) -> String {
    let bytes: usize = page.events.iter().map(|text| text.len() + 1).sum();
    let mut body = String::with_capacity(bytes + 160);
    body.push_str("{\"epoch\":\"");
    // The epoch is made of hex digits.
    body.push_str(epoch);
    body.push_str("\",\"events\":[");
    for (at, text) in page.events.iter().enumerate() {
        if at > 0 {
            body.push(',');
        }
        body.push_str(text);
    }
    let (head, first, now) = (page.head, page.first, clock::now());
    body.push_str(&format!(
        "],\"head\":{head},\"first\":{first},\"server_time\":\"{now}\"}}"
    ));
    body
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::frame::EventPage;

    #[test]
    fn a_spliced_page_is_what_a_client_reads() {
        let event = r#"{"type":"text_block","data":{"adw_id":"a","seq":7,"timestamp":"2026-01-15T10:30:00.123Z","time_source":"read","event_type":"text_block","agent":null,"run":null,"session_id":null,"parent_tool_use_id":null,"payload":{"content":"\"]}"}}}"#;
        let page = Page {
            events: vec![event.to_owned(), event.to_owned()],
            head: 9,
            first: 2,
        };
        let read: EventPage = serde_json::from_str(&spliced("0af3", &page)).unwrap();
        assert_eq!(
            (read.epoch.as_str(), read.events.len(), read.head, read.first),
            ("0af3", 2, 9, 2)
        );
        assert_eq!(serde_json::to_string(&read.events[1]).unwrap(), event);
        let none: EventPage = serde_json::from_str(&spliced("0af3", &Page::default())).unwrap();
        assert!(none.events.is_empty());
    }
}
