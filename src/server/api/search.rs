//! `GET /api/workflows/{adw_id}/search`: how many events match, and which.

use std::time::Duration;

use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Serialize;

use super::params::{WorkflowPath, search_query};
use super::{json, no_workflow, read_long};
use crate::error::ApiError;
use crate::openapi::{parameters, shapes};
use crate::shared::Shared;
use domain::adw_id::AdwId;
use journal::{Found, PageQuery};

#[derive(Serialize)]
struct Answer<'a> {
    epoch: &'a str,
    /// The number of matching events, however many seqs are returned.
    count: u64,
    /// The seqs of the newest of them, in order.
    seqs: Vec<u64>,
    head: u64,
    first: u64,
    /// How far the index reaches. Later events are found too, but more slowly.
    indexed: u64,
}

/// The exact number of matching events of a workflow, and the newest of them.
#[utoipa::path(get, path = "/api/workflows/{adw_id}/search", tag = "reading",
    params(parameters::OfWorkflow, parameters::Filters, parameters::SearchLimit), responses(
    (status = 200, body = shapes::FoundShape, description = "What was found"),
    (status = 404, body = shapes::Error, description = "The workflow does not exist"),
))]
pub(super) async fn search(
    State(shared): State<Shared>,
    WorkflowPath(adw_id): WorkflowPath,
    RawQuery(query): RawQuery,
) -> Result<Response, ApiError> {
    let asked = search_query(query.as_deref().unwrap_or_default())?;
    // Less than the timeout of requests, so that this answer comes before that of the general timeout.
    let patience = shared.config.limits.request_timeout * 9 / 10;
    let found = find(&shared, &adw_id, asked, patience).await?;
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

/// Searches up to a time limit. None if the workflow does not exist.
pub async fn find(
    shared: &Shared,
    adw_id: &AdwId,
    asked: PageQuery,
    patience: Duration,
) -> Result<Option<Found>, ApiError> {
    let of = adw_id.clone();
    let search = read_long(shared, &shared.counts, move |hub, is_wanted| {
        hub.archive.search(&of, &asked, is_wanted)
    });
    tokio::time::timeout(patience, search).await.unwrap_or_else(|_| {
        let message = format!(
            "counting took longer than {} s; narrow the search to fewer events (after, before), a kind, an agent or a level, \
             or search for a rarer text",
            patience.as_secs_f32()
        );
        Err(ApiError::new(StatusCode::REQUEST_TIMEOUT, "timeout", message))
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::json;
    use tempfile::TempDir;

    use super::super::entries::entries;
    use super::*;
    use crate::api::{COUNTS, LONG_READS};
    use crate::assets::Assets;
    use crate::hub::{Hub, Upkeep};
    use domain::event::{Event, Kind, TimeSource};
    use domain::timestamp::Timestamp;
    use draft::{Draft, NewEvent};
    use journal::sqlite::{Durability, SqliteJournal};
    use journal::{Batch, Filter};

    fn id() -> AdwId {
        "a".parse().expect("a safe id")
    }

    async fn shared(directory: &TempDir, events: i64) -> Shared {
        let journal = SqliteJournal::open(directory.path(), Durability::Process, "life").expect("a journal");
        let hub = Arc::new(Hub::open(Box::new(journal), Upkeep::default()).expect("a hub"));
        let draft = |number| {
            let event = Event {
                kind: Kind::AgentLogEntry,
                adw_id: id(),
                seq: 0,
                timestamp: Timestamp(number),
                time_source: TimeSource::Source,
                event_type: "log_entry".into(),
                agent: None,
                run: None,
                session_id: None,
                parent_tool_use_id: None,
                payload: json!({"message": format!("line {number}")}),
            };
            Draft::Event(NewEvent {
                event,
                keys: Vec::new(),
            })
        };
        let batch = Batch {
            drafts: (0..events).map(draft).collect(),
            ..Batch::default()
        };
        hub.recorder.record(batch).await.expect("recorded");
        Shared::new(Arc::default(), hub, Assets::NONE)
    }

    fn lines() -> PageQuery {
        PageQuery {
            limit: 10,
            filter: Filter {
                q: Some("line".into()),
                ..Filter::default()
            },
            ..PageQuery::default()
        }
    }

    #[tokio::test]
    async fn a_search_without_an_end_is_answered_and_gives_its_place_back() {
        let directory = TempDir::new().expect("a directory");
        let shared = shared(&directory, 500).await;
        let error = find(&shared, &id(), lines(), Duration::ZERO)
            .await
            .expect_err("too long");
        assert_eq!((error.status.as_u16(), error.code), (408, "timeout"));
        assert!(error.message.contains("after, before"), "{}", error.message);
        let places = shared.counts.acquire_many(COUNTS as u32).await;
        drop(places.expect("it has ended"));
        let found = find(&shared, &id(), lines(), Duration::from_secs(600)).await;
        assert_eq!(found.expect("found").expect("there").count, 500);
    }

    #[tokio::test]
    async fn who_counts_takes_nobody_elses_place() {
        let directory = TempDir::new().expect("a directory");
        let shared = shared(&directory, 20).await;
        let counts = shared.counts.acquire_many(COUNTS as u32).await.expect("all of them");
        let page = entries(&shared, &id(), lines()).await.expect("read").expect("there");
        assert_eq!(page.entries.len(), 10);
        let _exports = shared
            .long_reads
            .acquire_many(LONG_READS as u32)
            .await
            .expect("all of them");
        let newest = PageQuery {
            limit: 5,
            ..PageQuery::default()
        };
        let page = entries(&shared, &id(), newest).await.expect("read").expect("there");
        assert_eq!((page.from, page.to), (16, 20));
        drop(counts);
        let found = find(&shared, &id(), lines(), Duration::from_secs(600)).await;
        assert_eq!(found.expect("found").expect("there").count, 20);
    }
}
