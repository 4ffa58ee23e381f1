//! The arguments of `adwatch tail`.

use clap::{Args, ValueEnum};

use domain::adw_id::AdwId;
use domain::event::Kind;
use domain::filter::Filter;
use domain::level::Level;

/// Follow a workflow in the terminal: first its newest events, then each new event as it happens.
///
/// It waits for a workflow that does not exist yet, and reconnects by itself when the server was unreachable; both are reported on
/// standard error. No event is missed or shown twice. Exit codes: 0 on success, 1 if the workflow failed (--until-end) or nothing
/// could be read (--no-follow), 2 for a wrong argument.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  adwatch tail c0a43f47
  adwatch tail c0a43f47 --kind tool --kind file --agent builder
  adwatch tail c0a43f47 --level error --level warning -n 100
  adwatch tail c0a43f47 -q 'assertion failed' --since 0 --no-follow
  adwatch tail c0a43f47 --json | jq .data.payload
  adwatch tail c0a43f47 --until-end && echo it worked")]
pub struct TailArguments {
    /// The workflow.
    #[arg(value_name = "ID")]
    pub adw_id: AdwId,
    /// The server.
    ///
    /// [default: http://127.0.0.1:4600] [env: ADWATCH_URL]
    #[arg(long, value_name = "URL")]
    pub url: Option<String>,
    /// Show only events of this kind; can be repeated.
    ///
    /// state, log, file, thinking, tool, text, stage, status, session or other. Resource samples are of the kind other, and are
    /// shown only if it is named.
    #[arg(long, value_name = "KIND", value_parser = kind)]
    pub kind: Vec<Kind>,
    /// Show only events of this agent; can be repeated.
    #[arg(long, value_name = "NAME")]
    pub agent: Vec<String>,
    /// Show only events of this level (debug, info, success, warning or error); can be repeated.
    #[arg(long, value_name = "LEVEL", value_parser = level)]
    pub level: Vec<Level>,
    /// Show only events that contain this text, ignoring case.
    #[arg(short = 'q', long = "query", value_name = "TEXT")]
    pub q: Option<String>,
    /// Start after this seq; 0 starts with the first event.
    #[arg(long, value_name = "SEQ", conflicts_with = "last")]
    pub since: Option<u64>,
    /// Start with this many of the newest events.
    #[arg(short = 'n', long, value_name = "COUNT", default_value_t = 20)]
    pub last: usize,
    /// Exit after showing the existing events.
    #[arg(long, conflicts_with = "until_end")]
    pub no_follow: bool,
    /// Exit when the workflow is over: when it reports so, or when its agents have ended and no event came for a minute.
    #[arg(long)]
    pub until_end: bool,
    /// Print each event as one line of JSON, as it is on the wire.
    #[arg(long, conflicts_with = "full")]
    pub json: bool,
    /// Print texts in full, with their line breaks.
    #[arg(long)]
    pub full: bool,
    /// When to use colours. Respects NO_COLOR.
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub color: Color,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Color {
    Auto,
    Always,
    Never,
}

impl TailArguments {
    pub fn filter(&self) -> Filter {
        Filter {
            kinds: self.kind.clone(),
            agents: self.agent.clone(),
            levels: self.level.clone(),
            q: self.q.clone().filter(|q| !q.is_empty()),
        }
    }
}

/// The short name of a kind.
pub(super) fn short(kind: Kind) -> &'static str {
    match kind {
        Kind::AgentStateUpdate => "state",
        Kind::AgentLogEntry => "log",
        Kind::FileOperation => "file",
        Kind::AgentThinking => "thinking",
        Kind::ToolExecution => "tool",
        Kind::TextBlock => "text",
        Kind::StageTransition => "stage",
        Kind::StatusUpdate => "status",
        Kind::Session => "session",
        Kind::Other => "other",
    }
}

fn kind(text: &str) -> Result<Kind, String> {
    let named = Kind::ALL
        .into_iter()
        .find(|kind| short(*kind) == text || kind.name() == text);
    named.ok_or_else(|| format!("there are {}", Kind::ALL.map(short).join(", ")))
}

fn level(text: &str) -> Result<Level, String> {
    let named = Level::ALL
        .into_iter()
        .find(|level| level.name() == text.to_ascii_lowercase());
    named.ok_or_else(|| format!("there are {}", Level::ALL.map(Level::name).join(", ")))
}
