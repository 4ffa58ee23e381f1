//! `adwatch import`: loads exports into a journal that no server is using.

use std::fs::File;
use std::io::{self, BufReader, Write as _};
use std::path::PathBuf;

use clap::Args;

use crate::command::serve::ServeArguments;
use crate::command::{Failure, start};
use server::config::{Config, ConfigError};
use server::hub::Hub;
use server::import::{self, ImportReport};
use server::open_hub;

/// How much of a file is read at once.
const READ_BYTES: usize = 256 * 1024;

/// Load NDJSON exports into a journal that no server is using.
///
/// Every event keeps its workflow, seq, time and payload. Events that the journal already contains stay as they are, so a file
/// can safely be imported twice. An invalid line is reported with its number, and the other lines are imported.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  curl -OJ 'http://127.0.0.1:4600/api/workflows/c0a43f47/export?format=ndjson'
  adwatch import --data /tmp/other adwatch-c0a43f47.ndjson
  gunzip -c old/*.ndjson.gz | adwatch import -")]
pub struct ImportArguments {
    /// Exports in the ndjson format; - reads from standard input.
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// The folder of the journal, which is created if it does not exist. A server that uses it must be stopped first.
    ///
    /// [default: .adwatch] [env: ADWATCH_DATA]
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// The settings file.
    ///
    /// [default: Leptos.toml in the current folder, if it exists] [env: ADWATCH_CONFIG]
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

impl ImportArguments {
    /// The settings that a server with the same flags would have.
    pub fn config(&self, variable: impl Fn(&str) -> Option<String>) -> Result<Config, ConfigError> {
        let serve = ServeArguments {
            data: self.data.clone(),
            config: self.config.clone(),
            ..ServeArguments::default()
        };
        serve.config(variable)
    }
}

/// Loads exports into a journal that no server is using.
pub async fn run(arguments: ImportArguments) -> Result<(), Failure> {
    let config = arguments
        .config(|name| std::env::var(name).ok())
        .map_err(|error| Failure::usage(&error))?;
    start::write_log(&config.server);
    let files = arguments.files;
    let imported = tokio::task::spawn_blocking(move || {
        let hub = open_hub(&config.journal, &config.agents).map_err(|error| Failure::Machine(error.to_string()))?;
        let imported = import_all(&hub, &files);
        hub.close();
        imported
    });
    imported
        .await
        .unwrap_or_else(|error| Err(Failure::Machine(format!("the import stopped early: {error}"))))
}

fn import_all(hub: &Hub, files: &[PathBuf]) -> Result<(), Failure> {
    let mut refused = 0;
    for file in files {
        let name = file.display();
        let failed = |error: &dyn std::fmt::Display| Failure::Machine(format!("{name}: {error}"));
        let report = if file.as_os_str() == "-" {
            import::import(&hub.recorder, io::stdin().lock())
        } else {
            let opened = File::open(file).map_err(|error| failed(&format!("cannot be opened: {error}")))?;
            import::import(&hub.recorder, BufReader::with_capacity(READ_BYTES, opened))
        };
        let report = report.map_err(|error| failed(&error))?;
        for (line, reason) in &report.refusals {
            let _ = writeln!(io::stderr(), "{name}:{line}: {reason}");
        }
        let untold = report.refused - report.refusals.len() as u64;
        if untold > 0 {
            let _ = writeln!(io::stderr(), "{name}: {untold} more invalid lines were not imported");
        }
        start::say(&told(&name, &report))?;
        refused += report.refused;
    }
    match refused {
        0 => Ok(()),
        _ => Err(Failure::Machine(format!(
            "{refused} lines were not imported; the others were"
        ))),
    }
}

/// The result for a file, in one line.
fn told(name: &dyn std::fmt::Display, report: &ImportReport) -> String {
    let mut told = format!(
        "{name}: {} events imported, {} already known",
        report.imported, report.known
    );
    if report.renumbered > 0 {
        told += &format!(
            ", {} with a new number, because earlier events are missing from the file",
            report.renumbered
        );
    }
    told
}
