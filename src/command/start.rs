//! What commands that open a journal or a server share: a runtime, an address, the log, and the stop signal.

use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::path::PathBuf;

use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

use crate::assets::ASSETS;
use crate::command::Failure;
use server::Server;
use server::config::{self, Config, LogFormat};

/// Where a server's demo writes its files, in the folder of its journal.
pub(super) const DEMO_AGENTS: &str = "agents";

pub(super) fn in_runtime(done: impl Future<Output = Result<(), Failure>>) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Failure::Machine(format!("cannot start threads: {error}")))?;
    runtime.block_on(done)
}

/// Opens a server that watches these folders, and binds its address.
pub(super) async fn open(config: Config, watched: Vec<PathBuf>) -> Result<(Server, TcpListener), Failure> {
    // First, to distinguish an already running server from one whose journal is in use.
    let listener = bind(config.server.listen).await?;
    let config = Config {
        server: config::ServerSettings {
            listen: address(&listener)?,
            ..config.server
        },
        agents: config::AgentsSettings {
            dirs: watched,
            ..config.agents
        },
        ..config
    };
    let server = Server::open(config, ASSETS);
    Ok((server.map_err(|error| Failure::Machine(error.to_string()))?, listener))
}

pub(super) fn address(listener: &TcpListener) -> Result<SocketAddr, Failure> {
    listener
        .local_addr()
        .map_err(|error| Failure::Machine(error.to_string()))
}

async fn bind(address: SocketAddr) -> Result<TcpListener, Failure> {
    TcpListener::bind(address).await.map_err(|error| {
        Failure::Machine(match error.kind() {
            io::ErrorKind::AddrInUse => format!(
                "{address} is already in use, perhaps by another adwatch; stop that one, or choose another port with --listen \
                 127.0.0.1:0"
            ),
            io::ErrorKind::PermissionDenied => {
                format!("you are not allowed to listen on {address}; choose port 1024 or higher with --listen")
            }
            _ => format!("cannot listen on {address}: {error}; choose another address with --listen"),
        })
    })
}

/// Completes at the first SIGINT or SIGTERM.
pub(super) fn stop_signal() -> io::Result<impl Future<Output = ()>> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

pub(super) fn write_log(settings: &config::ServerSettings) {
    // Every floor is a crate with its own name, but settings name them as modules of one crate.
    let of_floors = settings.log.replace("adwatch::", "adwatch_");
    let log = tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new(of_floors))
        .with_writer(io::stderr);
    match settings.log_format {
        LogFormat::Text => log.with_ansi(io::IsTerminal::is_terminal(&io::stderr())).init(),
        LogFormat::Json => log.json().init(),
    }
}

/// Prints a line that somebody is waiting for.
pub(super) fn say(line: &str) -> Result<(), Failure> {
    let mut out = io::stdout();
    match writeln!(out, "{line}").and_then(|()| out.flush()) {
        // Nobody reads the output any more; that is no reason to stop.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        done => done.map_err(|error| Failure::Machine(format!("cannot write to standard output: {error}"))),
    }
}
