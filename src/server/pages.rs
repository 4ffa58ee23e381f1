//! The pages as HTML: rendered by the same components as in the browser, from a seed that is embedded in the page.

mod detail;
pub(super) mod theme;

use std::sync::Arc;

use any_spawner::Executor;
use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, VARY};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use leptos::nonce::use_nonce;
use leptos::prelude::{LeptosOptions, provide_context, use_context};
use leptos_axum::{ResponseOptions, render_app_to_stream_with_context};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::access;
use crate::api;
use crate::clock;
use crate::error::ApiError;
use crate::openapi::parameters;
use crate::shared::Shared;
use domain::adw_id::AdwId;
use journal::Tail;
use ui::address::Address;
use ui::app::shell;
use ui::file_told::FileTold;
use ui::store::Seed;

/// More of a workflow's files are told by `…/sources` alone.
const FILES: usize = 32;

/// Serves the pages of the app, and an error page for every other address.
pub fn router() -> OpenApiRouter<Shared> {
    // For tasks that the framework spawns while rendering; a second server in this process finds it already set.
    let _ = Executor::init_tokio();
    OpenApiRouter::new()
        .routes(routes!(board))
        .routes(routes!(workflow))
        .routes(routes!(theme::choose))
        .fallback(nowhere)
}

/// The board.
#[utoipa::path(get, path = "/", tag = "pages",
    responses((status = 200, body = String, content_type = "text/html", description = "The page")))]
async fn board(State(shared): State<Shared>, request: Request) -> Response {
    let cards = match api::read(&shared, |hub| hub.live.cards()).await {
        Ok(cards) => cards,
        Err(error) => return error.into_response(),
    };
    let seed = Seed {
        cards: Some(cards),
        ..seed(&shared, request.headers())
    };
    draw(&shared, seed, StatusCode::OK, request).await
}

/// The page of a workflow. If it does not exist yet, the page fills when the workflow starts.
#[utoipa::path(get, path = "/w/{adw_id}", operation_id = "viewer", tag = "pages", params(parameters::OfWorkflow), responses(
    (status = 200, body = String, content_type = "text/html", description = "The page"),
    (status = 404, body = String, content_type = "text/html", description = "The page of a workflow that does not exist yet"),
))]
async fn workflow(
    State(shared): State<Shared>,
    path: Result<Path<AdwId>, axum::extract::rejection::PathRejection>,
    request: Request,
) -> Response {
    let Ok(Path(adw_id)) = path else {
        return nowhere(State(shared), request).await;
    };
    let asked = adw_id.clone();
    let timeline = match api::read(&shared, move |hub| hub.live.timeline(&asked)).await {
        Ok(timeline) => timeline,
        Err(error) => return error.into_response(),
    };
    let status = match timeline {
        Some(_) => StatusCode::OK,
        None => StatusCode::NOT_FOUND,
    };
    let detail = match &timeline {
        Some(_) => detail::seed(&shared, &adw_id, &address(&request)).await,
        None => None,
    };
    let of = adw_id.clone();
    let tails = api::read(&shared, move |hub| hub.archive.sources(&of)).await;
    let seed = Seed {
        timeline: Some((adw_id, timeline)),
        detail,
        // Without them the page has all else that it tells.
        files: tails.map(told).unwrap_or_default(),
        ..seed(&shared, request.headers())
    };
    draw(&shared, seed, status, request).await
}

async fn nowhere(State(shared): State<Shared>, request: Request) -> Response {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return ApiError::not_found(format!("there is no {}", request.uri().path())).into_response();
    }
    let seed = seed(&shared, request.headers());
    draw(&shared, seed, StatusCode::NOT_FOUND, request).await
}

/// The files of which the page has something to tell.
fn told(tails: Vec<Tail>) -> Vec<FileTold> {
    let told = tails.into_iter().map(|tail| FileTold {
        path: tail.path,
        run: tail.run,
        known: tail.lines.known,
        unrecognised: tail.lines.unrecognised,
    });
    let mut told: Vec<FileTold> = told.filter(FileTold::is_telling).collect();
    told.sort_by(|a, b| (&a.path, a.run).cmp(&(&b.path, b.run)));
    told.truncate(FILES);
    told
}

/// What every page contains.
fn seed(shared: &Shared, headers: &HeaderMap) -> Seed {
    let agents = &shared.config.agents;
    Seed {
        epoch: shared.hub.epoch().to_owned(),
        as_of: clock::now(),
        patience: agents.patience,
        roots: agents.dirs.iter().map(|dir| dir.display().to_string()).collect(),
        cards: None,
        timeline: None,
        theme: theme::chosen(headers).map(str::to_owned),
        detail: None,
        files: Vec::new(),
    }
}

async fn draw(shared: &Shared, seed: Seed, status: StatusCode, request: Request<Body>) -> Response {
    let options = options(shared);
    // Only `cargo leptos watch` sets it; the page then listens for reloads.
    let reload_port = std::env::var_os("LEPTOS_WATCH").map(|_| shared.config.leptos.reload_port);
    let seed = Arc::new(seed);
    let assets = shared.assets.root();
    let address = address(&request);
    let draw = render_app_to_stream_with_context(
        move || {
            provide_context(Seed::clone(&seed));
            provide_context(address.clone());
        },
        move || {
            // The nonce is new for every response, and known only while it is rendered.
            if let (Some(nonce), Some(response)) = (use_nonce(), use_context::<ResponseOptions>())
                && let Ok(policy) = HeaderValue::from_str(&access::page_policy(&nonce.to_string(), reload_port))
            {
                response.insert_header(CONTENT_SECURITY_POLICY, policy);
            }
            shell(options.clone(), &assets)
        },
    );
    let mut response = draw(request).await;
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(VARY, HeaderValue::from_static("cookie"));
    response
}

fn address(request: &Request) -> Address {
    let text = request.uri().path_and_query().map_or("", |text| text.as_str());
    Address::parse(text)
}

fn options(shared: &Shared) -> LeptosOptions {
    LeptosOptions::builder()
        .output_name("adwatch")
        .site_addr(shared.config.server.listen)
        .reload_port(u32::from(shared.config.leptos.reload_port))
        .build()
}
