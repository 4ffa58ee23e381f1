//! `GET /api/workflows/{adw_id}/export`: all of a workflow, or what a filter leaves of it, as a file.
//!
//! Read from the journal part by part, each only once the client has taken the one before. Between two parts nothing is held
//! but a cursor, so a slow client costs its connection and a part of text. The head at the start is the end of the file.

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
use super::params::{Workflow, export_query};
use crate::error::ApiError;
use crate::hub::Hub;
use crate::openapi::{parameters, shapes};
use crate::shared::Shared;
use domain::adw_id::AdwId;
pub use format::Format;
use journal::{JournalError, PageQuery};

/// Seqs that are looked at in one go, however few of them a filter takes.
const PART_SEQS: usize = 1_024;
/// A part ends with the event that makes it this long.
const PART_BYTES: usize = 256 * 1024;

/// An export on its way.
struct Export {
    hub: Arc<Hub>,
    reading: Arc<Semaphore>,
    adw_id: AdwId,
    format: Format,
    /// `after` moves on with what was read; `before` is never beyond the head at the start.
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

/// All of a workflow, or what a filter leaves of it, as a file.
#[utoipa::path(get, path = "/api/workflows/{adw_id}/export", tag = "reading",
    params(parameters::OfWorkflow, parameters::Format, parameters::Filters), responses(
    (status = 200, description = "The file, with its name in `content-disposition`", content(
        (String = "application/x-ndjson"),
        (shapes::ExportDocument = "application/json"),
        (String = "text/plain"),
        (String = "text/csv"),
    )),
    (status = 404, body = shapes::Error, description = "There is no such workflow"),
))]
pub(super) async fn export(
    State(shared): State<Shared>,
    Workflow(adw_id): Workflow,
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
    // The first part is read before anything is said, so that what is wrong can still be told by a status.
    let (first, rest) = export.step().await.map_err(|error| {
        tracing::error!(%error, adw.id = %adw_id, "an export could not begin");
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
    /// The next piece of the file. An error breaks the connection off, so that half a file is not taken for a whole one.
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
            (Step::NoWorkflow, _) => Err(failed(&"the workflow is gone")),
        }
    }

    /// Reads and writes beside the runtime.
    async fn step(self) -> Result<(Step, Self), JournalError> {
        let place = Arc::clone(&self.reading).acquire_owned().await;
        let step = tokio::task::spawn_blocking(move || {
            let _place = place;
            let mut export = self;
            export.read_on().map(|step| (step, export))
        });
        let ended = |error: tokio::task::JoinError| JournalError::Read(format!("the reading ended: {error}"));
        step.await.map_err(ended)?
    }

    fn read_on(&mut self) -> Result<Step, JournalError> {
        let mut out = String::new();
        // A filter that takes little is looked for further on, until there is something to send.
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
                    "events {} to {} of {} were pruned meanwhile",
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
