//! The `adwatch` command.

use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::process::ExitCode;

use adwatch::demo::{self, DemoOptions};
use adwatch::server::Server;
use adwatch::server::cli::{Cli, Command, Demo, Serve};
use adwatch::server::config::{self, Config, LogFormat};
use clap::Parser as _;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

/// Where the demo of a server writes its files, in the folder of its journal.
const DEMO_AGENTS: &str = "agents";

/// What went wrong, and whose turn it is.
enum Failure {
    /// The command or the settings must be changed: exit code 2.
    Usage(String),
    /// The machine does not play along: exit code 1.
    Start(String),
}

#[tokio::main]
async fn main() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Serve(arguments) => serve(&arguments).await,
        Command::Demo(arguments) => play(arguments).await,
        Command::Version => say(concat!("adwatch ", env!("CARGO_PKG_VERSION"))),
    };
    let (message, code) = match done {
        Ok(()) => return ExitCode::SUCCESS,
        Err(Failure::Usage(message)) => (message, 2),
        Err(Failure::Start(message)) => (message, 1),
    };
    let _ = writeln!(io::stderr(), "adwatch: {message}");
    ExitCode::from(code)
}

async fn serve(arguments: &Serve) -> Result<(), Failure> {
    let config = arguments
        .config(|name| std::env::var(name).ok())
        .map_err(|error| Failure::Usage(error.to_string()))?;
    write_log(&config.server);
    let stage = arguments.demo.then(|| config.journal.data.join(DEMO_AGENTS));
    let watched = arguments.watched(&config, stage.as_deref());
    // First, so that a server that is running already is told from one whose journal is in use.
    let listener = bind(config.server.listen).await?;
    let address = listener
        .local_addr()
        .map_err(|error| Failure::Start(error.to_string()))?;
    let server = Server::open(Config {
        server: config::Server {
            listen: address,
            ..config.server
        },
        agents: config::Agents {
            dirs: watched,
            ..config.agents
        },
        ..config
    })
    .map_err(|error| Failure::Start(error.to_string()))?;
    let stopped = stop_signal().map_err(|error| Failure::Start(format!("signals cannot be watched: {error}")))?;
    say(&format!("adwatch is at http://{address}"))?;
    let Some(stage) = stage else {
        server.run(listener, stopped).await;
        return Ok(());
    };
    let playing = tokio::spawn(demo::run(DemoOptions {
        agents: Some(stage),
        ..Demo::default().options(&format!("http://{address}"))
    }));
    let stopped = async {
        stopped.await;
        // A server that stops waits for what is asked of it, and the demo never stops asking.
        playing.abort();
    };
    server.run(listener, stopped).await;
    Ok(())
}

/// Plays into a server that runs already.
async fn play(arguments: Demo) -> Result<(), Failure> {
    write_log(&config::Server::default());
    let stopped = stop_signal().map_err(|error| Failure::Start(format!("signals cannot be watched: {error}")))?;
    let options = arguments.options(&arguments.url);
    say(&format!(
        "{} workflows play into {}; Ctrl+C stops them",
        options.workflows, options.url
    ))?;
    tokio::select! {
        played = demo::run(options) => played.map_err(|error| Failure::Usage(error.to_string())),
        () = stopped => Ok(()),
    }
}

async fn bind(address: SocketAddr) -> Result<TcpListener, Failure> {
    TcpListener::bind(address).await.map_err(|error| {
        Failure::Start(match error.kind() {
            io::ErrorKind::AddrInUse => format!(
                "{address} is taken, perhaps by another adwatch; stop that one, or choose another port with --listen \
                 127.0.0.1:0"
            ),
            io::ErrorKind::PermissionDenied => {
                format!("{address} may not be used by you; choose a port from 1024 on with --listen")
            }
            _ => format!("{address} cannot be listened to: {error}; choose another with --listen"),
        })
    })
}

/// Completes at the first SIGINT or SIGTERM.
fn stop_signal() -> io::Result<impl Future<Output = ()>> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

fn write_log(settings: &config::Server) {
    let log = tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new(&settings.log))
        .with_writer(io::stderr);
    match settings.log_format {
        LogFormat::Text => log.with_ansi(io::IsTerminal::is_terminal(&io::stderr())).init(),
        LogFormat::Json => log.json().init(),
    }
}

/// Prints a line that somebody waits for.
fn say(line: &str) -> Result<(), Failure> {
    let mut out = io::stdout();
    match writeln!(out, "{line}").and_then(|()| out.flush()) {
        // Nobody listens any more; that is no reason to stop.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        done => done.map_err(|error| Failure::Start(format!("nothing can be printed: {error}"))),
    }
}
