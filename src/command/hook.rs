//! `adwatch hook`: a hook of Claude Code, or of another agent's CLI. It reads an event from standard input and exits.
//!
//! Claude Code waits for its hooks, shows what they print, and treats exit code 2 as a veto of what it was about to do; others do
//! likewise. So this is quick, prints nothing, and exits with 0 whatever happens.

mod call;
mod install;
mod ordered_json;

use std::ffi::OsString;
use std::io::{self, IsTerminal as _, Read as _, Write as _};
use std::panic;

use clap::{Args, Subcommand};
use serde_json::{Map, Value};

use crate::command::Failure;
use crate::command::flush;
pub use install::{Install, Uninstall};
use publisher::leaving::Leaving;
use publisher::settings::Settings;

/// The most that is read from standard input.
const LONGEST_INPUT: u64 = 64 * 1024 * 1024;
/// A longer payload is shortened, because a server accepts 8 MiB at once.
const LONGEST_PAYLOAD: usize = 7 * 1024 * 1024;
/// How much of a long text stays in a payload that is too long.
const SHORTENED: usize = 64 * 1024;

/// Read a hook event of Claude Code or another agent's CLI from standard input and show it in its workflow.
///
/// It always succeeds and prints nothing. The workflow is the one in ADWATCH_ADW_ID, otherwise the one that the session belongs to,
/// otherwise the one named by the working directory, trees/ADW_ID. `adwatch hook install` makes Claude Code call it. Codex, Gemini CLI,
/// Cursor and opencode are told apart by what they write, or by --cli NAME; an event may be an argument instead, as Codex' notify sends it.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  adwatch hook install                 for the project in this folder
  adwatch hook install --user          for all projects of this user
  adwatch hook install --dry-run       only show what would change
  adwatch hook uninstall --user")]
pub struct HookArguments {
    #[command(subcommand)]
    pub command: Option<HookCommand>,
}

#[derive(Debug, Subcommand)]
pub enum HookCommand {
    Install(Install),
    Uninstall(Uninstall),
}

/// Whether a command line is a call by Claude Code. Any further arguments are no reason to fail.
pub fn is_meant(mut arguments: impl Iterator<Item = OsString>) -> bool {
    let word = arguments.nth(1);
    let next = arguments.next();
    let others = ["install", "uninstall", "help", "-h", "--help"];
    word.is_some_and(|word| word == "hook") && !next.is_some_and(|next| others.iter().any(|other| next == *other))
}

/// What a CLI says on the command line.
#[derive(Debug, Default, PartialEq, Eq)]
struct Said {
    /// Whose hook it is.
    cli: Option<String>,
    /// The event, where it does not come on standard input.
    event: Option<String>,
}

impl Said {
    /// Reads what stands behind `adwatch hook`. What it does not know is passed over.
    fn of(arguments: impl Iterator<Item = OsString>) -> Self {
        let mut said = Self::default();
        let mut words = arguments.skip(2).filter_map(|word| word.into_string().ok());
        while let Some(word) = words.next() {
            if word == "--cli" {
                said.cli = words.next();
            } else if let Some(cli) = word.strip_prefix("--cli=") {
                said.cli = Some(cli.to_owned());
            } else if word.trim_start().starts_with('{') {
                said.event = Some(word);
            }
        }
        said
    }
}

/// Records the event. Errors are not reported.
pub fn take(arguments: impl Iterator<Item = OsString>) {
    let said = Said::of(arguments);
    if said.event.is_none() && io::stdin().is_terminal() {
        let _ = writeln!(
            io::stderr(),
            "adwatch hook reads an event of Claude Code from its standard input; adwatch hook install makes Claude Code call it"
        );
        return;
    }
    panic::set_hook(Box::new(|_| {}));
    let _ = panic::catch_unwind(move || {
        let Said { cli, event } = said;
        let bytes = event.map_or_else(read_input, String::into_bytes);
        let settings = Settings::from_env();
        if settings.is_disabled {
            return;
        }
        let item = item(&bytes, cli, &settings);
        let leaving = item.and_then(|item| Some((item, Leaving::new(settings.clone()).ok()?)));
        if let Some((item, leaving)) = leaving
            && leaving.leave(vec![item]).is_ok()
        {
            flush::start(&leaving, &settings);
        }
    });
}

fn read_input() -> Vec<u8> {
    let mut bytes = Vec::new();
    let _ = io::stdin().take(LONGEST_INPUT).read_to_end(&mut bytes);
    bytes
}

impl HookCommand {
    pub fn run(&self) -> Result<(), Failure> {
        match self {
            Self::Install(install) => install.run(),
            Self::Uninstall(uninstall) => uninstall.run(),
        }
    }
}

/// The item for a payload; none if that is not a JSON object.
fn item(bytes: &[u8], cli: Option<String>, settings: &Settings) -> Option<Value> {
    let mut payload = serde_json::from_slice(bytes).ok().filter(Value::is_object)?;
    if bytes.len() > LONGEST_PAYLOAD {
        shorten(&mut payload);
    }
    let mut data = Map::new();
    for (name, known) in [("adw_id", &settings.adw_id), ("agent", &settings.agent)] {
        if let Some(known) = known {
            data.insert(name.to_owned(), known.as_str().into());
        }
    }
    if let Some(cli) = cli {
        data.insert("cli".to_owned(), cli.into());
    }
    data.insert("payload".to_owned(), payload);
    let item = [("type".to_owned(), "hook".into()), ("data".to_owned(), data.into())];
    Some(Map::from_iter(item).into())
}

/// Cuts long texts, with a note where it cuts.
fn shorten(value: &mut Value) {
    match value {
        Value::String(text) if text.len() > SHORTENED => {
            let whole = text.len();
            text.truncate(text.floor_char_boundary(SHORTENED));
            text.push_str(&format!("… [{} bytes left out]", whole - text.len()));
        }
        Value::Array(items) => items.iter_mut().for_each(shorten),
        Value::Object(map) => map.values_mut().for_each(shorten),
        Value::String(_) | Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn settings(adw_id: Option<&str>) -> Settings {
        Settings::read(|name| adw_id.filter(|_| name == "ADWATCH_ADW_ID").map(str::to_owned))
    }

    #[test]
    fn whatever_stands_behind_hook_it_is_one_unless_a_person_means_another() {
        let is_hook = |line: &str| is_meant(line.split(' ').map(OsString::from));
        for line in ["adwatch hook", "adwatch hook --typo", "adwatch hook run"] {
            assert!(is_hook(line), "{line}");
        }
        for line in [
            "adwatch",
            "adwatch serve",
            "adwatch hook install --user",
            "adwatch hook --help",
        ] {
            assert!(!is_hook(line), "{line}");
        }
    }

    #[test]
    fn an_event_may_be_an_argument_and_its_cli_be_named() {
        let said = |line: &[&str]| Said::of(line.iter().map(OsString::from));
        assert_eq!(said(&["adwatch", "hook"]), Said::default());
        assert_eq!(said(&["adwatch", "hook", "--typo", "run"]), Said::default());
        let notified = said(&[
            "adwatch",
            "hook",
            "--cli",
            "codex",
            r#"{"type": "agent-turn-complete"}"#,
        ]);
        assert_eq!(notified.cli.as_deref(), Some("codex"));
        assert_eq!(notified.event.as_deref(), Some(r#"{"type": "agent-turn-complete"}"#));
        assert_eq!(
            said(&["adwatch", "hook", "--cli=cursor"]).cli.as_deref(),
            Some("cursor")
        );
        let item = item(b"{}", Some("cursor".to_owned()), &settings(None)).expect("an item");
        assert_eq!(item["data"]["cli"], "cursor");
    }

    #[test]
    fn the_payload_goes_as_it_came_and_names_the_workflow_where_that_is_known() {
        let bytes = br#"{"session_id": "s", "hook_event_name": "Stop", "more": [1, null]}"#;
        let known = item(bytes, None, &settings(Some("a1"))).expect("an item");
        assert_eq!(known["data"]["adw_id"], "a1");
        assert_eq!(
            known["data"]["payload"],
            serde_json::from_slice::<Value>(bytes).expect("JSON")
        );
        let unknown = item(bytes, None, &settings(None)).expect("an item");
        assert!(unknown["data"].get("adw_id").is_none());
        for bad in [b"" as &[u8], b"[1]", b"{\"a\""] {
            assert_eq!(item(bad, None, &settings(None)), None);
        }
    }

    #[test]
    fn a_payload_that_no_server_takes_is_shortened_where_it_is_long() {
        let long = "ä".repeat(LONGEST_PAYLOAD);
        let bytes = json!({"tool_response": {"stdout": long}, "tool_name": "Bash"}).to_string();
        let item = item(bytes.as_bytes(), None, &settings(None)).expect("an item");
        let payload = &item["data"]["payload"];
        assert!(item.to_string().len() < 2 * SHORTENED);
        assert!(
            payload["tool_response"]["stdout"]
                .as_str()
                .is_some_and(|text| text.ends_with("bytes left out]"))
        );
        assert_eq!(payload["tool_name"], "Bash");
    }
}
