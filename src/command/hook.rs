//! `adwatch hook`: a hook of Claude Code. It reads an event from standard input and exits.
//!
//! Claude Code waits for its hooks, shows what they print, and treats exit code 2 as a veto of what it was about to do. So this is
//! quick, prints nothing, and exits with 0 whatever happens.

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

/// Read a hook event of Claude Code from standard input and show it in its workflow.
///
/// It always succeeds and prints nothing. The workflow is the one in ADWATCH_ADW_ID, otherwise the one that the session belongs to,
/// otherwise the one named by the working directory, trees/ADW_ID. `adwatch hook install` makes Claude Code call it.
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

/// Records the event. Errors are not reported.
pub fn take() {
    if io::stdin().is_terminal() {
        let _ = writeln!(
            io::stderr(),
            "adwatch hook reads an event of Claude Code from its standard input; adwatch hook install makes Claude Code call it"
        );
        return;
    }
    panic::set_hook(Box::new(|_| {}));
    let _ = panic::catch_unwind(|| {
        let mut bytes = Vec::new();
        let _ = io::stdin().take(LONGEST_INPUT).read_to_end(&mut bytes);
        let settings = Settings::from_env();
        if settings.is_disabled {
            return;
        }
        let item = item(&bytes, &settings);
        let leaving = item.and_then(|item| Some((item, Leaving::new(settings.clone()).ok()?)));
        if let Some((item, leaving)) = leaving
            && leaving.leave(vec![item]).is_ok()
        {
            flush::start(&leaving, &settings);
        }
    });
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
fn item(bytes: &[u8], settings: &Settings) -> Option<Value> {
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
    fn the_payload_goes_as_it_came_and_names_the_workflow_where_that_is_known() {
        let bytes = br#"{"session_id": "s", "hook_event_name": "Stop", "more": [1, null]}"#;
        let known = item(bytes, &settings(Some("a1"))).expect("an item");
        assert_eq!(known["data"]["adw_id"], "a1");
        assert_eq!(
            known["data"]["payload"],
            serde_json::from_slice::<Value>(bytes).expect("JSON")
        );
        let unknown = item(bytes, &settings(None)).expect("an item");
        assert!(unknown["data"].get("adw_id").is_none());
        for bad in [b"" as &[u8], b"[1]", b"{\"a\""] {
            assert_eq!(item(bad, &settings(None)), None);
        }
    }

    #[test]
    fn a_payload_that_no_server_takes_is_shortened_where_it_is_long() {
        let long = "ä".repeat(LONGEST_PAYLOAD);
        let bytes = json!({"tool_response": {"stdout": long}, "tool_name": "Bash"}).to_string();
        let item = item(bytes.as_bytes(), &settings(None)).expect("an item");
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
