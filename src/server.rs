//! The server: it draws pages and serves the files they need.

pub mod assets;
pub mod hub;
pub mod journal;

use std::io;

use axum::Router;
use leptos::prelude::LeptosOptions;
use leptos_axum::{LeptosRoutes, generate_route_list};
use tokio::net::TcpListener;

use crate::ui::app::{App, shell};

/// Serves until `shutdown` completes, then lets open requests finish.
pub async fn run(listener: TcpListener, shutdown: impl Future<Output = ()> + Send + 'static) -> io::Result<()> {
    let options = LeptosOptions::builder().output_name("adwatch").build();
    let pages = Router::new()
        .leptos_routes(&options, generate_route_list(App), {
            let options = options.clone();
            move || shell(options.clone(), &assets::root())
        })
        .with_state(options);
    axum::serve(listener, pages.merge(assets::router()))
        .with_graceful_shutdown(shutdown)
        .await
}
