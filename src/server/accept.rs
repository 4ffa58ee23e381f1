//! Accepts connections and serves them until told to stop.
//!
//! Its own loop, because `axum::serve` has no limit on the time for a request's head, nor on the number of connections.

use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::time::{sleep, timeout};

use crate::config::LimitsSettings;
use crate::connection::Connection;
use crate::poll_again::poll_again;

/// File descriptors reserved for the journal, the watched folders and the answer to one connection too many.
const FILES_KEPT_BACK: u64 = 512;
/// The longest head of a request, in bytes.
const HEAD_BYTES: usize = 64 * 1024;
/// How long open requests may take to finish when the server stops.
const FAREWELL: Duration = Duration::from_secs(3);

/// Without a length: the body ends with the connection.
const FULL: &str = "HTTP/1.1 503 Service Unavailable\r\ncontent-type: application/json\r\nretry-after: 5\r\n\
    connection: close\r\n\r\n\
    {\"error\":{\"code\":\"busy\",\"message\":\"all connections are in use; try again in five seconds\"}}";

/// Serves until `shutdown` completes, then lets open requests and sockets finish for a short while.
pub async fn serve(listener: TcpListener, router: Router, limits: &LimitsSettings, shutdown: impl Future<Output = ()>) {
    let most = most_connections(limits.max_connections);
    let places = Arc::new(Semaphore::new(most));
    let (stop, stopping) = watch::channel(());
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(limits.header_timeout)
        .max_buf_size(HEAD_BYTES);
    let mut shutdown = pin!(shutdown);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut shutdown => break,
        };
        let stream = match accepted {
            Ok((stream, _)) => stream,
            Err(error) => {
                wait_after(&error).await;
                continue;
            }
        };
        let Ok(place) = Arc::clone(&places).try_acquire_owned() else {
            refuse(stream);
            continue;
        };
        let connection = Connection::new(stream, place, limits.slow_viewer);
        let served = serve_one(http.clone(), connection, router.clone(), stopping.clone());
        tokio::spawn(poll_again(served));
    }
    drop(listener);
    drop(stop);
    // Every connection keeps its place until it is closed, upgraded or not.
    let all = places.acquire_many(u32::try_from(most).unwrap_or(u32::MAX));
    if timeout(FAREWELL, all).await.is_err() {
        tracing::info!(
            open = most - places.available_permits(),
            "closing connections that did not finish in time"
        );
    }
}

/// Answers the requests of one connection until it is closed, or until the server stops and the open one is answered.
async fn serve_one(http: http1::Builder, connection: Connection, router: Router, mut stopping: watch::Receiver<()>) {
    let service = TowerToHyperService::new(router);
    let mut served = pin!(http.serve_connection(TokioIo::new(connection), service).with_upgrades());
    let ended = tokio::select! {
        ended = &mut served => ended,
        _ = stopping.changed() => {
            served.as_mut().graceful_shutdown();
            served.await
        }
    };
    // A client that disconnects is not worth logging: it reconnects or it does not.
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection ended early");
    }
}

/// As many as configured, but no more than the limit on open files allows.
fn most_connections(wanted: usize) -> usize {
    let files = rustix::process::getrlimit(rustix::process::Resource::Nofile)
        .current
        .unwrap_or(u64::MAX);
    let left = files.saturating_sub(FILES_KEPT_BACK).max(files / 2).max(1);
    let most = wanted
        .min(usize::try_from(left).unwrap_or(usize::MAX))
        .min(u32::MAX as usize >> 3);
    if most < wanted {
        tracing::warn!(
            files,
            connections = most,
            "allowing fewer connections than configured, because the limit on open files is low"
        );
    }
    most
}

/// Tells one client too many when to try again, and waits a moment for it to read that.
fn refuse(mut stream: TcpStream) {
    tokio::spawn(timeout(Duration::from_secs(1), async move {
        let _ = stream.write_all(FULL.as_bytes()).await;
        let _ = stream.shutdown().await;
        // Closing with unread bytes would discard the answer.
        let mut unread = [0; 1024];
        while stream.read(&mut unread).await.is_ok_and(|bytes| bytes > 0) {}
    }));
}

/// A client that was gone before it was accepted is no reason to wait; a lack of files or memory is.
async fn wait_after(error: &io::Error) {
    let is_of_client = matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset | io::ErrorKind::Interrupted
    );
    if !is_of_client {
        tracing::warn!(%error, "cannot accept a connection; trying again");
        sleep(Duration::from_millis(100)).await;
    }
}
