//! What is known, for programs and for pages without a WebSocket: workflows, their state, and events by seq.

pub mod entries;
mod events;
pub mod export;
mod health;
mod media;
mod older;
pub mod params;
pub mod search;
mod sources;
mod workflows;

use std::sync::Arc;

use axum::body::Body;
use axum::http::{Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde::Serialize;
use tokio::sync::Semaphore;
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouterExt as _};
use utoipa_axum::routes;

use crate::compression;
use crate::error::ApiError;
use crate::hub::Hub;
use crate::metrics;
use crate::shared::Shared;
use domain::adw_id::AdwId;
use journal::JournalError;

/// How many exports and filtered pages may read at the same time: a third of the hub's readers.
pub const LONG_READS: usize = 2;
/// How many searches may count at the same time: another third. They can take longest, and nothing else waits for them.
pub const COUNTS: usize = 2;

/// All routes that read. Other addresses below `/api/` are answered in JSON too.
pub fn router() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(workflows::list))
        .routes(routes!(workflows::state))
        .routes(routes!(events::page))
        .routes(routes!(events::one))
        .routes(routes!(search::search))
        .routes(routes!(entries::page))
        .routes(routes!(export::export).layer(compression::of_streams()))
        .routes(routes!(sources::list))
        .routes(routes!(media::picture))
        .routes(routes!(health::health))
        .routes(routes!(older::health))
        .routes(routes!(older::list))
        .routes(routes!(older::one))
        .merge(metrics::router())
        .route("/api", get(no_such_address))
        .route("/api/{*path}", get(no_such_address).post(no_such_address))
}

async fn no_such_address(uri: Uri) -> ApiError {
    ApiError::not_found(format!("{} does not exist; see /api/docs for what does", uri.path()))
}

/// Answers requests with a method that the address does not support.
pub async fn wrong_method(method: Method, uri: Uri) -> ApiError {
    let message = format!("{} does not support {method}", uri.path());
    ApiError::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", message)
}

/// Asks the hub for what it must read from disk, outside the async runtime.
pub(super) async fn read<T: Send + 'static>(
    shared: &Shared,
    ask: impl FnOnce(&Hub) -> Result<T, JournalError> + Send + 'static,
) -> Result<T, ApiError> {
    let hub = shared.hub.clone();
    let answer = tokio::task::spawn_blocking(move || ask(&hub)).await;
    answer
        .map_err(|error| ApiError::journal(format!("could not query the journal: {error}")))?
        .map_err(|error| {
            tracing::error!(%error, "could not answer a request");
            ApiError::journal(error.to_string())
        })
}

/// The same for requests that can take long: they share a limited number of permits, since some readers must stay free for pages
/// and for viewers that fell behind. They are told when nobody is waiting for the answer any more.
async fn read_long<T: Send + 'static>(
    shared: &Shared,
    places: &Arc<Semaphore>,
    ask: impl FnOnce(&Hub, &dyn Fn() -> bool) -> Result<T, JournalError> + Send + 'static,
) -> Result<T, ApiError> {
    let place = Arc::clone(places).acquire_owned().await;
    // Dropped with this response when the client disconnects or its time is over.
    let waiting = Arc::new(());
    let asker = Arc::downgrade(&waiting);
    let answer = read(shared, move |hub| {
        // Kept to the end, even if nobody is waiting for the answer any more.
        let _place = place;
        ask(hub, &|| asker.strong_count() > 0)
    });
    let answer = answer.await;
    drop(waiting);
    answer
}

fn no_workflow(adw_id: &AdwId) -> ApiError {
    ApiError::not_found(format!("workflow {adw_id} does not exist"))
}

/// A response that must not be cached, because it is valid only at this moment.
pub(super) fn fresh(body: impl Into<Body>) -> Response {
    use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
    let headers = [(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, "no-store")];
    (headers, body.into()).into_response()
}

fn json<T: Serialize>(value: &T) -> Result<Response, ApiError> {
    serde_json::to_string(value)
        .map(fresh)
        .map_err(|error| ApiError::journal(format!("cannot serialise the response: {error}")))
}
