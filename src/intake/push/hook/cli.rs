//! Hooks of other CLIs in the words of Claude Code's: which CLI it is, and a file for each.
//!
//! Fields are added, never taken away, and `cli` says whose they are. Who sends a hook may say that; otherwise its fields do.

mod codex;
mod cursor;
mod gemini_cli;
mod opencode;

use serde_json::{Map, Value, json};
use xxhash_rust::xxh3::xxh3_64;

use super::Told;
use super::events::{self, Tells};
use domain::event::Event;
use domain::payload;
use draft::key::{self, Key};

/// Whose hook it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cli {
    ClaudeCode,
    Codex,
    Gemini,
    Cursor,
    OpenCode,
}

/// What an event of another CLI is: the name of Claude Code's that tells the same, or its own, and what it tells.
type Row = (&'static str, &'static str, Tells);

impl Cli {
    /// The CLI that is named, or that alone has such fields.
    pub(super) fn of(named: Option<&str>, payload: &Map<String, Value>) -> Self {
        match named.map(str::to_ascii_lowercase).as_deref() {
            Some("claude" | "claude_code" | "claude-code") => return Self::ClaudeCode,
            Some("codex") => return Self::Codex,
            Some("gemini" | "gemini_cli" | "gemini-cli") => return Self::Gemini,
            Some("cursor") => return Self::Cursor,
            Some("opencode") => return Self::OpenCode,
            Some(_) | None => {}
        }
        if cursor::is_own(payload) {
            Self::Cursor
        } else if codex::is_own(payload) {
            Self::Codex
        } else if gemini_cli::is_own(payload) {
            Self::Gemini
        } else if opencode::is_own(payload) {
            Self::OpenCode
        } else {
            Self::ClaudeCode
        }
    }

    /// What the event is in our words. The payload gets the fields by which Claude Code tells the same.
    pub(super) fn in_our_words(self, name: String, payload: &mut Map<String, Value>) -> Told {
        let (cli, rows) = match self {
            Self::ClaudeCode => {
                let tells = events::of_claude_code(&name).unwrap_or(Tells::Sentence);
                return Told { name, tells };
            }
            Self::Codex => ("codex", codex::EVENTS),
            Self::Gemini => ("gemini_cli", gemini_cli::EVENTS),
            Self::Cursor => ("cursor", cursor::EVENTS),
            Self::OpenCode => ("opencode", opencode::EVENTS),
        };
        payload.entry("cli").or_insert(cli.into());
        let known = rows.iter().find(|(own, ..)| *own == name);
        let mut told = match known {
            Some((_, ours, tells)) => Told {
                name: (*ours).to_owned(),
                tells: *tells,
            },
            None => Told {
                tells: Tells::Sentence,
                name,
            },
        };
        match self {
            Self::ClaudeCode => {}
            Self::Codex => codex::add_fields(payload),
            Self::Gemini => gemini_cli::add_fields(&mut told, payload),
            Self::Cursor => cursor::add_fields(&mut told, payload),
            Self::OpenCode => opencode::add_fields(&mut told, payload),
        }
        told
    }

    /// The id of the call that its CLI gave.
    pub(super) fn own_id(self, payload: &Value) -> Option<&str> {
        payload::text(payload, "tool_use_id").filter(|id| !id.starts_with(MADE_UP))
    }

    /// The natural keys of a hook's event.
    pub(super) fn keys(self, event: &Event, event_id: Option<&str>) -> Vec<Key> {
        let is_made_up =
            payload::text(&event.payload, "tool_use_id").is_some() && self.own_id(&event.payload).is_none();
        if is_made_up {
            // The same call twice is two calls.
            return event_id.map(Key::event_id).into_iter().collect();
        }
        let mut keys = key::of_event(event, event_id);
        // Both doors of Codex tell the end of a turn.
        if self == Self::Codex && event.event_type == "hook/Stop" {
            let said = |field| payload::text(&event.payload, field).unwrap_or_default();
            let turn = format!("codex\u{1f}{}\u{1f}{}", said("turn_id"), said("last_assistant_message"));
            keys.push(Key::line(&turn, 0));
        }
        keys
    }
}

/// How the ids begin that are made here.
const MADE_UP: &str = "call_of_";

/// Gives a call of a CLI that gives none an id, so that the call and its answer have the same.
fn make_up_id(cli: &str, payload: &mut Map<String, Value>) {
    if payload.get("tool_use_id").is_some_and(Value::is_string) {
        return;
    }
    let said = |field: &str| payload.get(field).cloned().unwrap_or_default();
    let turn = payload.get("generation_id").cloned().unwrap_or_default();
    let call = json!([said("session_id"), turn, said("tool_name"), said("tool_input")]);
    let id = format!("{MADE_UP}{cli}_{:016x}", xxh3_64(call.to_string().as_bytes()));
    payload.insert("tool_use_id".to_owned(), id.into());
}

/// Copies a field to the name it has in Claude Code's hooks, unless that is there.
fn copy(payload: &mut Map<String, Value>, ours: &str, own: &str) {
    let is_absent = payload.get(ours).is_none_or(Value::is_null);
    if let Some(value) = payload.get(own).filter(|value| is_absent && !value.is_null()).cloned() {
        payload.insert(ours.to_owned(), value);
    }
}

/// The texts of a list of parts, joined; none where there is none.
fn texts(parts: Option<&Value>) -> Option<String> {
    let parts = parts?.as_array()?;
    let texts: Vec<&str> = parts
        .iter()
        .filter_map(|part| part.as_str().or_else(|| payload::text(part, "text")))
        .collect();
    (!texts.is_empty()).then(|| texts.join("\n"))
}

#[cfg(test)]
mod tests;
