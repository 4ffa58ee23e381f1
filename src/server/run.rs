//! Opens what a server needs, and runs it until it is told to stop.

use std::io;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use leptos::prelude::LeptosOptions;
use leptos_axum::{LeptosRoutes, generate_route_list};
use tokio::net::TcpListener;
use tokio::time::timeout;

use crate::server::config::Config;
use crate::server::error::ApiError;
use crate::server::{accept, access, assets};
use crate::ui::app::{App, shell};

/// Why a server cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("the data folder {folder} cannot be used: {source}; name another with --data")]
    Data { folder: String, source: io::Error },
}

/// A server with its journal open, ready for connections.
pub struct Server {
    config: Arc<Config>,
}

/// Opens and runs a server: [`Server::open`], then [`Server::run`].
pub async fn run(listener: TcpListener, config: Config, shutdown: impl Future<Output = ()>) -> Result<(), StartError> {
    Server::open(config)?.run(listener, shutdown).await;
    Ok(())
}

impl Server {
    /// Opens the journal. May take as long as reading what was written since the last checkpoints.
    pub fn open(config: Config) -> Result<Self, StartError> {
        prepare(&config.journal.data).map_err(|source| StartError::Data {
            folder: config.journal.data.display().to_string(),
            source,
        })?;
        Ok(Self {
            config: Arc::new(config),
        })
    }

    /// Serves until `shutdown` completes; then stops accepting, closes the sockets and lets what was accepted be kept.
    pub async fn run(self, listener: TcpListener, shutdown: impl Future<Output = ()>) {
        accept::serve(listener, self.router(), &self.config.limits, shutdown).await;
    }

    fn router(&self) -> Router {
        let options = LeptosOptions::builder()
            .output_name("adwatch")
            .site_addr(self.config.server.listen)
            .reload_port(u32::from(self.config.leptos.reload_port))
            .build();
        let pages = Router::new()
            .leptos_routes(&options, generate_route_list(App), {
                let options = options.clone();
                move || shell(options.clone(), &assets::root())
            })
            .with_state(options);
        let access = Arc::new(self.config.access.clone());
        pages
            .merge(assets::router())
            .layer(from_fn_with_state(Arc::clone(&self.config), in_time))
            .layer(from_fn_with_state(access, access::guard))
    }
}

/// Answers for a handler that does not: a body that never ends must not hold a request for ever.
async fn in_time(State(config): State<Arc<Config>>, request: Request, next: Next) -> Response {
    let limit = config.limits.request_timeout;
    timeout(limit, next.run(request)).await.unwrap_or_else(|_| {
        let message = format!("the request took longer than {} s", limit.as_secs_f32());
        ApiError::new(StatusCode::REQUEST_TIMEOUT, "timeout", message).into_response()
    })
}

/// Makes the data folder, tells git to leave it alone, and finds out now whether it can be written to.
fn prepare(folder: &std::path::Path) -> io::Result<()> {
    std::fs::create_dir_all(folder)?;
    std::fs::write(folder.join(".gitignore"), "*\n")
}
