//! The `adwatch` command.

use std::fs::File;
use std::io::{self, BufReader, Write as _};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use adwatch::command;
use adwatch::command::hook::{self, Hook};
use adwatch::demo::replay::Replay;
use adwatch::demo::{self, DemoOptions};
use adwatch::server::Server;
use adwatch::server::cli::{Cli, Command, Demo, Import, Serve};
use adwatch::server::config::{self, Config, LogFormat};
use adwatch::server::hub::Hub;
use adwatch::server::import::{self, Report};
use adwatch::server::local_time;
use adwatch::server::open_hub;
use clap::Parser as _;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::oneshot;
use tracing_subscriber::EnvFilter;

/// Where the demo of a server writes its files, in the folder of its journal.
const DEMO_AGENTS: &str = "agents";

/// What is read of a file at once.
const READ_BYTES: usize = 256 * 1024;

/// What went wrong, and whose turn it is.
enum Failure {
    /// The command or the settings must be changed: exit code 2.
    Usage(String),
    /// The machine does not play along: exit code 1.
    Start(String),
}

fn main() -> ExitCode {
    // Claude Code waits for its hooks: neither the arguments of all commands nor a runtime are made for one.
    if hook::is_meant(std::env::args_os()) {
        hook::take();
        return ExitCode::SUCCESS;
    }
    let done = match Cli::parse().command {
        Command::Emit(arguments) => return short(arguments.run()),
        Command::Hook(Hook { command: Some(command) }) => return short(command.run()),
        Command::Hook(Hook { command: None }) => {
            hook::take();
            Ok(())
        }
        Command::Flush(arguments) => {
            arguments.run();
            Ok(())
        }
        Command::Serve(arguments) => in_runtime(serve(&arguments)),
        Command::Demo(arguments) => in_runtime(async {
            match arguments.replay.clone() {
                Some(recording) => replay(&arguments, &recording).await,
                None => play(arguments).await,
            }
        }),
        Command::Import(arguments) => in_runtime(import(arguments)),
        Command::Run(arguments) => match command::run::main(&arguments) {
            Ok(code) => return ExitCode::from(code),
            Err(error) => Err(Failure::Usage(error.to_string())),
        },
        Command::Tail(arguments) => {
            let code = command::tail::main(&arguments, local_time::zone());
            return code.map_or_else(|failure| failure.tell(), ExitCode::from);
        }
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

/// The end of a command that needs no runtime.
fn short(done: Result<(), command::Failure>) -> ExitCode {
    done.map_or_else(|failure| failure.tell(), |()| ExitCode::SUCCESS)
}

fn in_runtime(done: impl Future<Output = Result<(), Failure>>) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Failure::Start(format!("no threads can be started: {error}")))?;
    runtime.block_on(done)
}

async fn serve(arguments: &Serve) -> Result<(), Failure> {
    let config = arguments
        .config(|name| std::env::var(name).ok())
        .map_err(|error| Failure::Usage(error.to_string()))?;
    write_log(&config.server);
    let stage = arguments.demo.then(|| config.journal.data.join(DEMO_AGENTS));
    let watched = arguments.watched(&config, stage.as_deref());
    let (server, listener) = open(config, watched).await?;
    let address = address(&listener)?;
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

/// Opens a server that watches these folders, and takes its address.
async fn open(config: Config, watched: Vec<PathBuf>) -> Result<(Server, TcpListener), Failure> {
    // First, so that a server that is running already is told from one whose journal is in use.
    let listener = bind(config.server.listen).await?;
    let server = Server::open(Config {
        server: config::Server {
            listen: address(&listener)?,
            ..config.server
        },
        agents: config::Agents {
            dirs: watched,
            ..config.agents
        },
        ..config
    });
    Ok((server.map_err(|error| Failure::Start(error.to_string()))?, listener))
}

fn address(listener: &TcpListener) -> Result<SocketAddr, Failure> {
    listener.local_addr().map_err(|error| Failure::Start(error.to_string()))
}

/// Plays a recorded run into a folder of its own, and serves it.
async fn replay(arguments: &Demo, recording: &Path) -> Result<(), Failure> {
    let recording = recording.to_owned();
    let read = tokio::task::spawn_blocking(move || Replay::read(&recording)).await;
    let read = read.map_err(|error| Failure::Start(error.to_string()))?;
    let replay = Arc::new(read.map_err(|error| Failure::Usage(error.to_string()))?);
    let folder = tempfile::Builder::new().prefix("adwatch-replay-").tempdir();
    let folder = folder.map_err(|error| Failure::Start(format!("no temporary folder can be made: {error}")))?;
    let agents = folder.path().join(DEMO_AGENTS);
    let config = arguments
        .config(&agents, &folder.path().join("journal"), |name| std::env::var(name).ok())
        .map_err(|error| Failure::Usage(error.to_string()))?;
    write_log(&config.server);
    let (server, listener) = open(config, vec![agents.clone()]).await?;
    let stopped = stop_signal().map_err(|error| Failure::Start(format!("signals cannot be watched: {error}")))?;
    say(&format!("adwatch is at http://{}", address(&listener)?))?;
    say(&format!(
        "{} workflows, {} s at the speed of life, are played into {}; Ctrl+C stops and removes them",
        replay.workflows(),
        replay.length().as_secs(),
        agents.display()
    ))?;
    let (stop, stopping) = oneshot::channel::<()>();
    let speed = arguments.speed;
    let playing = tokio::spawn(async move {
        let stopping = async { drop(stopping.await) };
        match replay.play(&agents, speed, stopping).await {
            Ok(true) => say("the replay is over; the board stays until Ctrl+C").is_ok(),
            Ok(false) => false,
            Err(error) => {
                tracing::error!(%error, "the replay ended early");
                false
            }
        }
    });
    server
        .run(listener, async {
            stopped.await;
            drop(stop);
        })
        .await;
    // Nothing may be written any more when the folder is removed.
    let _ = playing.await;
    let path = folder.path().to_owned();
    folder
        .close()
        .map_err(|error| Failure::Start(format!("{} cannot be removed: {error}", path.display())))
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

/// Takes exports into a journal that no server is using.
async fn import(arguments: Import) -> Result<(), Failure> {
    let config = arguments
        .config(|name| std::env::var(name).ok())
        .map_err(|error| Failure::Usage(error.to_string()))?;
    write_log(&config.server);
    let files = arguments.files;
    let imported = tokio::task::spawn_blocking(move || {
        let hub = open_hub(&config.journal, &config.agents).map_err(|error| Failure::Start(error.to_string()))?;
        let imported = import_all(&hub, &files);
        hub.close();
        imported
    });
    imported
        .await
        .unwrap_or_else(|error| Err(Failure::Start(format!("the import ended early: {error}"))))
}

fn import_all(hub: &Hub, files: &[PathBuf]) -> Result<(), Failure> {
    let mut refused = 0;
    for file in files {
        let name = file.display();
        let failed = |error: &dyn std::fmt::Display| Failure::Start(format!("{name}: {error}"));
        let report = if file.as_os_str() == "-" {
            import::import(hub, io::stdin().lock())
        } else {
            let opened = File::open(file).map_err(|error| failed(&format!("it cannot be opened: {error}")))?;
            import::import(hub, BufReader::with_capacity(READ_BYTES, opened))
        };
        let report = report.map_err(|error| failed(&error))?;
        for (line, reason) in &report.refusals {
            let _ = writeln!(io::stderr(), "{name}:{line}: {reason}");
        }
        let untold = report.refused - report.refusals.len() as u64;
        if untold > 0 {
            let _ = writeln!(io::stderr(), "{name}: {untold} more lines were not imported");
        }
        say(&told(&name, &report))?;
        refused += report.refused;
    }
    match refused {
        0 => Ok(()),
        _ => Err(Failure::Start(format!(
            "{refused} lines were not imported; the others were"
        ))),
    }
}

/// What became of a file, in a line.
fn told(name: &dyn std::fmt::Display, report: &Report) -> String {
    let mut told = format!(
        "{name}: {} events imported, {} known already",
        report.imported, report.known
    );
    if report.renumbered > 0 {
        told += &format!(
            ", {} under a new number, because the file lacks some before them",
            report.renumbered
        );
    }
    told
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
