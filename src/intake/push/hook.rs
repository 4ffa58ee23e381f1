//! A hook of an agent's CLI: what it got on its stdin becomes events, and nothing of it is dropped but what repeats other hooks.
//!
//! A tool's call and result are what the stream tells too, under the same keys. Of the rest the stream tells some in its own
//! words (the start of a session, its end, what was asked) under no key that both know, so here it is only noted that the hook
//! ran: nothing begins, ends or counts twice, though an agent that is still at work ends with it (`timeline::agent`). In a
//! workflow that has no stream, the journal lets it say more (`session_event`).
//!
//! Events have the names of Claude Code's hooks, whichever CLI they come from: `cli` puts the others' into these words.

mod answer;
mod cli;
pub mod events;
mod sentence;

use serde_json::{Map, Value};

use super::envelope::{Envelope, ToldTime};
use super::fields::ItemFields;
use super::{NAME_CHARS, Received, Refusal, WORD_CHARS};
use crate::dialect::file_change::FileChange;
use cli::Cli;
use domain::adw_id::AdwId;
use domain::event::{Event, Kind};
use domain::payload;
use draft::key::Key;
use draft::{Attribution, Draft, NewEvent, NewHook};
use events::Tells;

/// The `type` of an item that is a hook's.
pub const WORD: &str = "hook";

/// Which of Claude Code's events a hook's is, and what it tells.
struct Told {
    name: String,
    tells: Tells,
}

/// Reads a hook's item.
pub(super) fn draft(mut fields: ItemFields, received: Received) -> Result<Draft, Refusal> {
    let named = fields.named_workflow()?;
    let mut envelope = Envelope::take(&mut fields)?;
    let word = fields.event_type()?;
    let cli = fields.text("cli", NAME_CHARS)?;
    let moment = ToldTime::take(&mut fields, received)?;
    let Value::Object(mut payload) = fields.into_payload(Kind::Other) else {
        return Err(Refusal::new(
            "payload",
            "payload is not an object; send what the hook received on its stdin",
        ));
    };
    let cli = Cli::of(cli.as_deref(), &payload);
    let name = name(&mut payload, word)?;
    let told = cli.in_our_words(name, &mut payload);
    // Cursor tells changes of files by hooks of their own.
    let change = file_change(&told, &payload).filter(|_| cli != Cli::Cursor);
    let (kind, event_type) = take_in(&told, &mut payload);
    let payload = Value::Object(payload);
    let (adw_id, attribution) = attribution(named, &payload, envelope.find_session(&payload))?;
    if told.tells == Tells::Nothing {
        return Ok(Draft::Hook(NewHook {
            events: Vec::new(),
            attribution,
            received: received.at,
        }));
    }
    let event_id = envelope.event_id.take();
    let event = envelope.event(kind, event_type, adw_id, &moment, payload);
    let change = change.filter(|_| kind == Kind::ToolExecution).map(|change| {
        let tool_use_id = cli.own_id(&event.payload);
        // Without an id of the tool's own, a repetition is known by that of the hook's call.
        let key = tool_use_id.or(event_id.as_deref()).map(Key::file);
        let (event_type, payload) = change;
        let event = Event {
            kind: Kind::FileOperation,
            event_type: event_type.to_owned(),
            payload: Value::Object(payload),
            ..event.clone()
        };
        NewEvent {
            event,
            keys: key.into_iter().collect(),
        }
    });
    let keys = cli.keys(&event, event_id.as_deref());
    let events = std::iter::once(NewEvent { event, keys }).chain(change).collect();
    Ok(Draft::Hook(NewHook {
        events,
        attribution,
        received: received.at,
    }))
}

/// The hook's name: in the payload, or beside it where an observer took it out.
fn name(payload: &mut Map<String, Value>, word: Option<String>) -> Result<String, Refusal> {
    let said = |field: &str| payload.get(field)?.as_str().filter(|name| !name.is_empty());
    let name = said("hook_event_name").or_else(|| said("hook_event_type"));
    // Programs that are called without a hook's name say a type.
    let name = name
        .map(str::to_owned)
        .or(word)
        .or_else(|| said("type").map(str::to_owned));
    let name = name.unwrap_or_else(|| WORD.to_owned());
    if name.chars().count() + WORD.len() >= WORD_CHARS {
        let reason = "hook_event_name is too long; send what the hook received on its stdin";
        return Err(Refusal::new("hook_event_name", reason));
    }
    payload
        .entry("hook_event_name")
        .or_insert_with(|| Value::String(name.clone()));
    Ok(name)
}

/// The workflow that is named, or that the folder supposes, or that the session gets of its own.
fn attribution(
    named: Option<AdwId>,
    payload: &Value,
    session_id: Option<&str>,
) -> Result<(AdwId, Attribution), Refusal> {
    if let Some(named) = named {
        return Ok((named, Attribution::Named));
    }
    if let Some(supposed) = payload::text(payload, "cwd").and_then(of_folder) {
        return Ok((supposed, Attribution::Supposed));
    }
    let session_id = session_id.ok_or_else(|| {
        Refusal::new(
            "adw_id",
            "adw_id is missing, and so is a session to find it by; send what the hook received on its stdin, with its session_id",
        )
    })?;
    Ok((AdwId::of_session(session_id), Attribution::Unknown))
}

/// The workflow whose worktree a folder lies in: `…/trees/<adw_id>/…`, the innermost.
fn of_folder(folder: &str) -> Option<AdwId> {
    let parts: Vec<&str> = folder.split(['/', '\\']).collect();
    // What goes up again says nothing of where it ends.
    if parts.contains(&"..") {
        return None;
    }
    let names = parts.windows(2).rev().filter(|pair| pair[0] == "trees");
    names.filter_map(|pair| pair[1].parse().ok()).next()
}

/// What a call did to a file. The hook of a result runs only where the call succeeded.
fn file_change(told: &Told, payload: &Map<String, Value>) -> Option<(&'static str, Map<String, Value>)> {
    if !matches!(told.tells, Tells::Answer | Tells::File) {
        return None;
    }
    let tool = payload.get("tool_name")?.as_str()?;
    let change = FileChange::of_call(tool, payload.get("tool_input")?)?;
    let response = payload.get("tool_response").unwrap_or(&Value::Null);
    let (operation, mut change) = change.done(response, response);
    for field in ["tool_use_id", "tool_name"] {
        if let Some(value) = payload.get(field) {
            change.insert(field.to_owned(), value.clone());
        }
    }
    Some((operation, change))
}

/// What the hook tells of; the payload gets the names that readers look for.
fn take_in(told: &Told, payload: &mut Map<String, Value>) -> (Kind, String) {
    let name = told.name.as_str();
    let note = |payload: &mut Map<String, Value>| {
        if !payload.contains_key("message") {
            payload.insert("message".to_owned(), sentence::of(name, payload).into());
        }
    };
    match told.tells {
        Tells::Call => {
            rename(payload, "tool_input", "input");
            return (Kind::ToolExecution, "tool_execution_pre".to_owned());
        }
        Tells::Denial if !payload.contains_key("tool_use_id") => {
            payload.entry("is_error").or_insert(true.into());
            note(payload);
        }
        Tells::Answer | Tells::Failure | Tells::Denial => {
            if told.tells == Tells::Denial {
                note(payload);
            }
            rename(payload, "tool_input", "input");
            answer::take_in(payload, told.tells != Tells::Answer);
            return (Kind::ToolExecution, "tool_execution_post".to_owned());
        }
        // Somebody is waited for, which no stream says.
        Tells::Waits => {
            note(payload);
            let level = if sentence::is_over(payload) { "INFO" } else { "WARNING" };
            payload.entry("level").or_insert_with(|| level.into());
            return (Kind::AgentLogEntry, "log_entry".to_owned());
        }
        Tells::Error => {
            payload.entry("is_error").or_insert(true.into());
            note(payload);
        }
        Tells::Text => return (Kind::TextBlock, "text".to_owned()),
        Tells::Thought => return (Kind::AgentThinking, "thinking".to_owned()),
        Tells::Todos => {
            note(payload);
            return (Kind::Other, "todo_list".to_owned());
        }
        Tells::File => {
            if let Some((operation, change)) = file_change(told, payload) {
                payload.extend(change);
                return (Kind::FileOperation, operation.to_owned());
            }
            note(payload);
        }
        Tells::Sentence | Tells::Nothing => note(payload),
    }
    (Kind::Other, format!("{WORD}/{name}"))
}

fn rename(payload: &mut Map<String, Value>, older: &str, today: &str) {
    if !payload.contains_key(today)
        && let Some(value) = payload.remove(older)
    {
        payload.insert(today.to_owned(), value);
    }
}

#[cfg(test)]
mod tests;
