//! `GET /api/openapi.json`: what this server can be asked, collected from the routes themselves, and a page that shows it.
//!
//! A route is added with `routes!` and a handler that says what it takes and gives (`#[utoipa::path]`); that puts it in here.

#[expect(dead_code, reason = "these are read as types, and never made")]
mod agents;
#[expect(
    dead_code,
    clippy::large_enum_variant,
    reason = "these are read as types, and never made"
)]
mod frames;
#[expect(dead_code, reason = "these are read as types, and never made")]
pub mod older;
#[expect(dead_code, reason = "these are read as types, and never made")]
pub mod older_kinds;
mod page;
#[expect(dead_code, reason = "these are read as types, and never made")]
pub mod parameters;
#[expect(
    dead_code,
    clippy::large_enum_variant,
    reason = "these are read as types, and never made"
)]
pub mod pushed;
#[expect(dead_code, reason = "these are read as types, and never made")]
pub mod shapes;
#[expect(dead_code, reason = "these are read as types, and never made")]
mod timeline;
#[expect(dead_code, reason = "these are read as types, and never made")]
mod verdict;

use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, VARY};
use axum::response::{Html, IntoResponse as _, Response};
use bytes::Bytes;
use utoipa::OpenApi;
use utoipa::openapi::path::Operation;
use utoipa::openapi::{self, ContentBuilder, Ref, ResponseBuilder};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::pages;
use crate::shared::Shared;

/// The page of the description has no script.
const PAGE_POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; frame-ancestors 'none'; base-uri 'none'; \
                           form-action 'none'";

/// What any request may be told, because it is decided before or behind all handlers.
const ALWAYS: [(&str, &str); 6] = [
    ("400", "The request is invalid; `field` names the part at fault"),
    ("403", "Pages from this origin may not do this (`allowed_origins`)"),
    ("408", "The request took longer than `limits.request_timeout`"),
    ("421", "adwatch does not serve that host (`allowed_hosts`)"),
    ("500", "An internal error; see the log of adwatch"),
    (
        "503",
        "The journal cannot be read or written, or all connections are in use",
    ),
];

/// What stands before the routes.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "adwatch",
        description = "What every agent of every AI developer workflow is doing, live. See docs/protocol.md for a full description with examples.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0"),
    ),
    components(schemas(shapes::Error, frames::FrameFromServer, frames::FrameFromBrowser, frames::PlainFrame)),
    tags(
        (name = "pushing", description = "Send events"),
        (name = "reading", description = "Read what has been recorded"),
        (name = "following", description = "Receive events as they happen"),
        (name = "operating", description = "Run and monitor the server"),
        (name = "pages", description = "Web pages"),
    ),
)]
struct Introduction;

/// The description without its routes.
pub fn introduction() -> openapi::OpenApi {
    Introduction::openapi()
}

/// Serves the description.
pub fn router() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(document))
        .routes(routes!(docs))
        .routes(routes!(sheet))
}

/// The finished description, for the handlers in here.
pub struct Description {
    json: Bytes,
    /// The page, without what stands around its body.
    body: String,
}

/// Finishes the description of all routes.
pub fn shared(mut description: openapi::OpenApi) -> Extension<Arc<Description>> {
    for path in description.paths.paths.values_mut() {
        let operations = [&mut path.get, &mut path.post, &mut path.put, &mut path.delete];
        operations.into_iter().flatten().for_each(complete);
    }
    let json = serde_json::to_value(&description).unwrap_or_else(|error| {
        tracing::error!(%error, "the description of the API cannot be written; /api/docs and /api/openapi.json are empty");
        serde_json::Value::Null
    });
    Extension(Arc::new(Description {
        body: page::body(&json),
        json: json.to_string().into(),
    }))
}

fn complete(operation: &mut Operation) {
    for (status, meaning) in ALWAYS {
        let content = ContentBuilder::new()
            .schema(Some(Ref::from_schema_name("Error")))
            .build();
        let response = ResponseBuilder::new()
            .description(meaning)
            .content("application/json", content);
        let all = &mut operation.responses.responses;
        all.entry(status.to_owned()).or_insert_with(|| response.build().into());
    }
}

/// This API description, in OpenAPI 3.1.
#[utoipa::path(get, path = "/api/openapi.json", operation_id = "openapi", tag = "operating",
    responses((status = 200, body = serde_json::Map<String, serde_json::Value>, description = "The document")))]
async fn document(Extension(description): Extension<Arc<Description>>) -> Response {
    super::api::fresh(description.json.clone())
}

/// This API description as a page.
#[utoipa::path(get, path = "/api/docs", tag = "pages",
    responses((status = 200, body = String, content_type = "text/html", description = "The page")))]
async fn docs(
    State(shared): State<Shared>,
    Extension(description): Extension<Arc<Description>>,
    headers: HeaderMap,
) -> Response {
    let theme = pages::theme::chosen(&headers).map(|theme| format!(" data-theme=\"{theme}\""));
    let page = format!(
        "<!DOCTYPE html><html lang=\"en\"{}><head><meta charset=\"utf-8\"><title>API · adwatch</title>\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta name=\"color-scheme\" content=\"dark light\">\
         <link rel=\"icon\" href=\"/favicon.svg\" type=\"image/svg+xml\">\
         <link rel=\"stylesheet\" href=\"{}/pkg/adwatch.css\"><link rel=\"stylesheet\" href=\"/api/docs.css\"></head>\
         <body>{}</body></html>",
        theme.unwrap_or_default(),
        shared.assets.root(),
        description.body,
    );
    let about = [
        (CACHE_CONTROL, "no-store"),
        (VARY, "cookie"),
        (CONTENT_SECURITY_POLICY, PAGE_POLICY),
    ];
    (about, Html(page)).into_response()
}

/// The page's style sheet, in addition to that of the app.
#[utoipa::path(get, path = "/api/docs.css", tag = "pages",
    responses((status = 200, body = String, content_type = "text/css", description = "The sheet")))]
async fn sheet() -> Response {
    let about = [(CONTENT_TYPE, "text/css; charset=utf-8"), (CACHE_CONTROL, "no-cache")];
    (about, include_str!("openapi/docs.css")).into_response()
}
