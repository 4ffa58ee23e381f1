//! `GET /api/workflows/{adw_id}/export`: a workflow as a file, whole or filtered.
//!
//! It is read from the journal part by part, each only once the client has taken the one before. Between two parts only a
//! cursor is held, so a slow client costs its connection and one part of text. The file ends at the newest event at the start.

mod csv;
mod format;
mod txt;

use std::io;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{RawQuery, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use futures_util::{StreamExt as _, stream};
use tokio::sync::Semaphore;

use super::no_workflow;
use super::params::{WorkflowPath, export_query};
use crate::error::ApiError;
use crate::hub::Hub;
use crate::openapi::{parameters, shapes};
use crate::shared::Shared;
use domain::adw_id::AdwId;
pub use format::Format;
use journal::{JournalError, PageQuery};

/// How many seqs are read in one go, however few of them match a filter.
const PART_SEQS: usize = 1_024;
/// A part ends with the event that makes it this large.
const PART_BYTES: usize = 256 * 1024;

/// An export in progress.
struct Export {
    hub: Arc<Hub>,
    reading: Arc<Semaphore>,
    adw_id: AdwId,
    format: Format,
    /// `after` advances with what was read; `before` is never beyond the head at the start.
    query: PageQuery,
    /// Events that were written.
    written: u64,
    progress: Progress,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Progress {
    NotBegun,
    Begun,
    Done,
}

/// What is read and written in one go.
enum Step {
    NoWorkflow,
    Text(String),
}

/// A workflow as a file, whole or filtered.
#[utoipa::path(get, path = "/api/workflows/{adw_id}/export", tag = "reading",
    params(parameters::OfWorkflow, parameters::FormatShape, parameters::Filters), responses(
    (status = 200, description = "The file, with its name in `content-disposition`", content(
        (String = "application/x-ndjson"),
        (shapes::ExportDocument = "application/json"),
        (String = "text/plain"),
        (String = "text/csv"),
    )),
    (status = 404, body = shapes::Error, description = "The workflow does not exist"),
))]
pub(super) async fn export(
    State(shared): State<Shared>,
    WorkflowPath(adw_id): WorkflowPath,
    RawQuery(query): RawQuery,
) -> Result<Response, ApiError> {
    let (format, query) = export_query(query.as_deref().unwrap_or_default())?;
    let is_whole = query == PageQuery::default();
    let export = Export {
        hub: Arc::clone(&shared.hub),
        reading: Arc::clone(&shared.long_reads),
        adw_id: adw_id.clone(),
        format,
        query: PageQuery {
            limit: PART_SEQS,
            ..query
        },
        written: 0,
        progress: Progress::NotBegun,
    };
    // The first part is read before anything is sent, so that a failure can still be reported by a status.
    let (first, rest) = export.step().await.map_err(|error| {
        tracing::error!(%error, adw.id = %adw_id, "an export could not start");
        ApiError::journal(error.to_string())
    })?;
    let Step::Text(first) = first else {
        return Err(no_workflow(&adw_id));
    };
    let first = stream::once(std::future::ready(Ok(Bytes::from(first))));
    let body = Body::from_stream(first.chain(stream::try_unfold(rest, Export::next)));
    let headers = [
        (CONTENT_TYPE, format.media_type().to_owned()),
        (CONTENT_DISPOSITION, format.disposition(&adw_id, is_whole)),
        (CACHE_CONTROL, "no-store".to_owned()),
    ];
    Ok((headers, body).into_response())
}

impl Export {
    /// The next piece of the file. An error breaks the connection, so that half a file is not mistaken for a complete one.
    async fn next(self) -> io::Result<Option<(Bytes, Self)>> {
        if self.progress == Progress::Done {
            return Ok(None);
        }
        let adw_id = self.adw_id.clone();
        let failed = |error: &dyn std::fmt::Display| {
            tracing::error!(%error, adw.id = %adw_id, "an export broke off");
            io::Error::other(error.to_string())
        };
        match self.step().await.map_err(|error| failed(&error))? {
            (Step::Text(text), export) => Ok(Some((Bytes::from(text), export))),
            (Step::NoWorkflow, _) => Err(failed(&"the workflow no longer exists")),
        }
    }

    /// Reads and writes outside the async runtime.
    async fn step(self) -> Result<(Step, Self), JournalError> {
        let place = Arc::clone(&self.reading).acquire_owned().await;
        let step = tokio::task::spawn_blocking(move || {
            let _place = place;
            let mut export = self;
            export.read_on().map(|step| (step, export))
        });
        let ended = |error: tokio::task::JoinError| JournalError::Read(format!("reading stopped: {error}"));
        step.await.map_err(ended)?
    }

    fn read_on(&mut self) -> Result<Step, JournalError> {
        let mut out = String::new();
        // If few events match the filter, the search goes on until there is something to send.
        while out.is_empty() && self.progress != Progress::Done {
            let Some(part) = self.hub.archive.part(&self.adw_id, &self.query, PART_BYTES)? else {
                return Ok(Step::NoWorkflow);
            };
            let after = self.query.after.unwrap_or(0);
            if self.progress == Progress::NotBegun {
                if part.head == 0 {
                    return Ok(Step::NoWorkflow);
                }
                let end = part.head + 1;
                self.query.before = Some(self.query.before.map_or(end, |before| before.min(end)));
                self.format
                    .begin(&mut out, self.hub.epoch(), &self.adw_id, part.head, part.first);
                self.progress = Progress::Begun;
            } else if part.first > after + 1 {
                return Err(JournalError::Read(format!(
                    "events {} to {} of {} were removed by retention in the meantime",
                    after + 1,
                    part.first - 1,
                    self.adw_id
                )));
            }
            for text in &part.events {
                self.format.write(&mut out, self.written == 0, text)?;
                self.written += 1;
            }
            self.query.after = Some(part.to.max(after));
            if self.query.before.is_none_or(|before| part.to + 1 >= before) {
                self.format.end(&mut out);
                self.progress = Progress::Done;
            }
        }
        Ok(Step::Text(out))
    }
}
