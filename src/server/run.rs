//! Opens what a server needs, and runs the server until it is told to stop.

use std::any::Any;
use std::path::Path;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use tokio::net::TcpListener;
use tokio::time::timeout;
use tower_http::catch_panic::CatchPanicLayer;
use utoipa_axum::router::OpenApiRouter;

use crate::accept;
use crate::access;
use crate::api;
use crate::assets::{self, Assets};
use crate::compression;
use crate::config::{self, Config};
use crate::error::ApiError;
use crate::hub::{Hub, Retention, Upkeep};
use crate::ingest;
use crate::ingest::{Ingest, Left};
use crate::openapi;
use crate::pages;
use crate::shared::Shared;
use crate::socket;
use crate::spools::{self, Spools};
use crate::watcher;
use crate::watcher::{WatchConfig, WatchError, Watcher, WorkflowFiles};
use journal::JournalError;
use journal::sqlite::SqliteJournal;
use publisher::settings::Settings;

/// Why a server cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error(transparent)]
    Journal(#[from] JournalError),
    #[error("the operating system provides no random numbers: {0}")]
    Random(getrandom::Error),
    #[error(transparent)]
    Watch(#[from] WatchError),
    #[error("cannot start the thread that takes over what publishers left in their spools: {0}")]
    Spools(std::io::Error),
}

/// Opens a journal exclusively, as a server does: while it is open, nobody else can open it.
pub fn open_hub(settings: &config::JournalSettings, agents: &config::AgentsSettings) -> Result<Hub, StartError> {
    let journal = SqliteJournal::open(&settings.data, settings.durability, &new_epoch()?)?;
    let upkeep = Upkeep {
        checkpoint_every: settings.checkpoint_every,
        retention: Retention {
            days: Some(settings.keep_days).filter(|days| *days > 0),
            bytes: Some(settings.keep_bytes).filter(|bytes| *bytes > 0),
            patience: agents.patience,
        },
        session_wait: agents.session_wait,
        ..Upkeep::default()
    };
    let hub = Hub::open(Box::new(journal), upkeep)?;
    hide_from_git(&settings.data);
    Ok(hub)
}

/// A server with its journal open, ready for connections.
pub struct Server {
    config: Arc<Config>,
    assets: Assets,
    hub: Arc<Hub>,
    files: WorkflowFiles,
    watcher: Watcher,
    /// Takes over what publishers left while no server was running.
    spools: Option<Spools>,
}

/// Opens and runs a server: [`Server::open`], then [`Server::run`].
pub async fn run(
    listener: TcpListener,
    config: Config,
    assets: Assets,
    shutdown: impl Future<Output = ()>,
) -> Result<(), StartError> {
    Server::open(config, assets)?.run(listener, shutdown).await;
    Ok(())
}

impl Server {
    /// Opens the journal. This takes as long as reading the cards of its workflows.
    pub fn open(config: Config, assets: Assets) -> Result<Self, StartError> {
        let hub = Arc::new(open_hub(&config.journal, &config.agents)?);
        let files = WorkflowFiles::new(config.agents.dirs.clone());
        let watched = WatchConfig {
            rescan: config.agents.rescan,
            pushed: files.pushed.clone(),
            ..WatchConfig::new(config.agents.dirs.clone())
        };
        let watcher = watcher::start(Arc::clone(&hub), watched)?;
        let ingest = || Ingest::new(Arc::clone(&hub.recorder), config.limits.max_body, files.clone());
        let left = || Left::new(ingest());
        let spool = Settings::from_env().spool;
        let spools = config
            .agents
            .take_spools
            .then(|| spools::start(&spool, config.server.listen, left));
        let spools = spools.transpose().map_err(StartError::Spools)?;
        Ok(Self {
            config: Arc::new(config),
            assets,
            hub,
            files,
            watcher,
            spools,
        })
    }

    /// Serves until `shutdown` completes; then stops accepting connections, closes the sockets and records what was accepted.
    pub async fn run(self, listener: TcpListener, shutdown: impl Future<Output = ()>) {
        let shared = Shared::new(Arc::clone(&self.config), Arc::clone(&self.hub), self.assets);
        let ticker = Arc::clone(&shared.ticker);
        let shutdown = async move {
            shutdown.await;
            ticker.stop();
        };
        accept::serve(listener, router(shared, self.files), &self.config.limits, shutdown).await;
        let (hub, readers) = (self.hub, (self.watcher, self.spools));
        // What is being read at this moment is recorded before the journal closes.
        if let Err(error) = tokio::task::spawn_blocking(move || drop(readers)).await {
            tracing::error!(%error, "the watcher did not stop in time; what it read last will be read again at the next start");
        }
        if let Err(error) = tokio::task::spawn_blocking(move || hub.close()).await {
            tracing::error!(%error, "the journal was not closed in time; no acknowledged event is lost");
        }
    }
}

fn router(shared: Shared, files: WorkflowFiles) -> Router {
    let config = Arc::clone(&shared.config);
    let page_files = shared.assets;
    let access = Arc::new(config.access.clone());
    let ingest = ingest::router(Arc::clone(&shared.hub.recorder), config.limits.max_body, files);
    let (router, description) = OpenApiRouter::with_openapi(openapi::introduction())
        .merge(socket::router())
        .merge(api::router())
        .merge(pages::router())
        .merge(openapi::router())
        .with_state(shared)
        .merge(ingest)
        .split_for_parts();
    router
        .layer(openapi::shared(description))
        .layer(compression::of_answers())
        .merge(assets::router(page_files))
        .method_not_allowed_fallback(api::wrong_method)
        .layer(CatchPanicLayer::custom(after_panic))
        .layer(from_fn_with_state(config, in_time))
        .layer(from_fn_with_state(access, access::guard))
}

/// Answers for a handler that takes too long: a body that never ends must not hold a request forever.
async fn in_time(State(config): State<Arc<Config>>, request: Request, next: Next) -> Response {
    let limit = config.limits.request_timeout;
    timeout(limit, next.run(request)).await.unwrap_or_else(|_| {
        let message = format!("the request took longer than {} s", limit.as_secs_f32());
        ApiError::new(StatusCode::REQUEST_TIMEOUT, "timeout", message).into_response()
    })
}

/// A bug in a handler costs one response, not the connection. The panic itself is in the log.
fn after_panic(_: Box<dyn Any + Send>) -> Response {
    let message = "an internal error occurred; see the log of adwatch";
    ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", message).into_response()
}

/// The name for a new life of the journal: 128 random bits.
fn new_epoch() -> Result<String, StartError> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(StartError::Random)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// The journal is often in a project's folder, and must not be committed with it. A failure here is not worth stopping for.
fn hide_from_git(folder: &Path) {
    let path = folder.join(".gitignore");
    if !path.exists() {
        let _ = std::fs::write(path, "*\n");
    }
}
