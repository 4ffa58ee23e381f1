//! The WebSocket `/ws`: what a page follows, as it happens (subprotocol `adwatch.v1`), and the plain feed (no subprotocol).
//!
//! An idle viewer consists only of a cursor for each workflow that it follows and one bell. What it is sent is encoded once
//! for all viewers. So a stalled viewer costs only its own socket.

mod closing;
mod decoder;
mod extension;
mod handshake;
mod plain;
mod request;
mod send_queue;
pub mod ticker;
mod viewer;
mod wire;

use axum::extract::{Request as HttpRequest, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use hyper_util::rt::TokioIo;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use self::handshake::Speech;
use self::plain::Plain;
use self::viewer::Viewer;
use self::wire::Wire;
use crate::connection::Connection;
use crate::error::ApiError;
use crate::openapi::{parameters, shapes};
use crate::shared::Shared;

/// Serves `GET /ws`, also under its older address.
pub fn router() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(open)).routes(routes!(open_older))
}

/// The WebSocket, which sends events as they happen.
///
/// With the subprotocol `adwatch.v1` it sends the frames of docs/protocol.md; without one, the plain feed: every event of every workflow.
#[utoipa::path(get, path = "/ws", operation_id = "socket", tag = "following", params(parameters::OfFeed), responses(
    (status = 101, description = "The WebSocket is open"),
    (status = 426, body = shapes::Error, description = "The request is not an upgrade to WebSocket version 13"),
))]
async fn open(State(shared): State<Shared>, request: HttpRequest) -> Response {
    upgrade(shared, request)
}

/// The same WebSocket, where the page of an earlier dashboard looks for a second server.
#[utoipa::path(get, path = "/ws/trigger", operation_id = "older_socket", tag = "following", params(parameters::OfFeed), responses(
    (status = 101, description = "The WebSocket is open"),
    (status = 426, body = shapes::Error, description = "The request is not an upgrade to WebSocket version 13"),
))]
async fn open_older(State(shared): State<Shared>, request: HttpRequest) -> Response {
    upgrade(shared, request)
}

fn upgrade(shared: Shared, mut request: HttpRequest) -> Response {
    let (agreed, answer) = match handshake::agree(request.headers()) {
        Ok(agreed) => agreed,
        Err(error) => return handshake::refuse(error),
    };
    let types = match plain::types(request.uri()) {
        Ok(types) => types,
        Err(reason) => {
            return ApiError::new(StatusCode::BAD_REQUEST, "bad_types", reason).into_response();
        }
    };
    let upgrade = hyper::upgrade::on(&mut request);
    tokio::spawn(async move {
        // Nothing to do for a browser that left before it got its answer.
        let Ok(upgraded) = upgrade.await else { return };
        match upgraded.downcast::<TokioIo<Connection>>() {
            // A task of its own, so that what the upgrade needed is freed.
            Ok(parts) => {
                let wire = Wire::new(parts.io.into_inner(), &parts.read_buf, agreed.deflates);
                match agreed.speech {
                    Speech::V1 => match Viewer::new(wire, &shared) {
                        Ok(viewer) => drop(tokio::spawn(viewer.run())),
                        Err(error) => tracing::error!(%error, "a viewer cannot be served"),
                    },
                    Speech::Plain => drop(tokio::spawn(Plain::new(wire, &shared, types).run())),
                }
            }
            Err(_) => tracing::error!("dropped a WebSocket that came over an unknown transport"),
        }
    });
    answer
}
