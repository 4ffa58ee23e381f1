//! A hook of Claude Code: what it got on its stdin becomes events, and nothing of it is dropped.
//!
//! A tool's call and result are what the stream tells too, under the same keys. Of the rest the stream tells some in its own
//! words (the start of a session, its end, what was asked) under no key that both know, so here it is only noted that the hook
//! ran: nothing begins, ends or counts twice, though an agent that is still at work ends with it (`timeline::agent`). In a
//! workflow that has no stream, the journal lets it say more (`session_event`).

mod answer;

use serde_json::{Map, Value};

use super::fields::Fields;
use super::{NAME_CHARS, Received, Refusal, WORD_CHARS, keys, moment, session_of};
use crate::dialect::file_change::FileChange;
use domain::adw_id::AdwId;
use domain::entry;
use domain::event::{Event, Kind};
use domain::excerpt::excerpt;
use domain::payload;
use draft::key::Key;
use draft::{Attribution, Draft, NewEvent, NewHook};

/// The `type` of an item that is a hook's.
pub const WORD: &str = "hook";
const ASKED_BYTES: usize = 512;

/// Reads a hook's item.
pub(super) fn draft(mut fields: Fields, received: Received) -> Result<Draft, Refusal> {
    let named = fields.named_workflow()?;
    let agent = fields.text("agent", NAME_CHARS)?;
    let run = fields.run()?;
    let session_id = fields.text("session_id", NAME_CHARS)?;
    let parent_tool_use_id = fields.text("parent_tool_use_id", NAME_CHARS)?;
    let event_id = fields.text("event_id", NAME_CHARS)?;
    let word = fields.event_type()?;
    let (timestamp, time_source) = moment::read(fields.take("timestamp"), fields.take("time_source"), received)?;
    fields.take("seq");
    let Value::Object(mut payload) = fields.into_payload(Kind::Other) else {
        return Err(Refusal::new(
            "payload",
            "payload is no object; send what the hook got on its stdin",
        ));
    };
    let name = name(&mut payload, word)?;
    let change = file_change(&name, &payload);
    let (kind, event_type) = take_in(&name, &mut payload);
    let payload = Value::Object(payload);
    let session_id = session_id.or_else(|| session_of(&payload));
    let (adw_id, attribution) = attribution(named, &payload, session_id.as_deref())?;
    let event = Event {
        kind,
        adw_id,
        seq: 0,
        timestamp,
        time_source,
        event_type,
        agent,
        run,
        session_id,
        parent_tool_use_id,
        payload,
    };
    let change = change.map(|change| {
        let tool_use_id = payload::text(&event.payload, "tool_use_id");
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
    let keys = keys::of(&event, event_id.as_deref());
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
    let name = name.map_or_else(|| word.unwrap_or_else(|| WORD.to_owned()), str::to_owned);
    if name.chars().count() + WORD.len() >= WORD_CHARS {
        let reason = "hook_event_name is too long; send what the hook got on its stdin";
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
            "adw_id is missing, and so is a session to find it by; send what the hook got on its stdin, with its session_id",
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
fn file_change(name: &str, payload: &Map<String, Value>) -> Option<(&'static str, Map<String, Value>)> {
    let tool = payload.get("tool_name")?.as_str()?;
    let change = FileChange::of_call(tool, payload.get("tool_input")?).filter(|_| name == "PostToolUse")?;
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
fn take_in(name: &str, payload: &mut Map<String, Value>) -> (Kind, String) {
    let tool_phase = match name {
        "PreToolUse" => Some("tool_execution_pre"),
        "PostToolUse" | "PostToolUseFailure" => Some("tool_execution_post"),
        _ => None,
    };
    if let Some(event_type) = tool_phase {
        rename(payload, "tool_input", "input");
        if event_type == "tool_execution_post" {
            answer::take_in(payload);
            let failed = name == "PostToolUseFailure";
            payload.entry("is_error").or_insert_with(|| failed.into());
        }
        return (Kind::ToolExecution, event_type.to_owned());
    }
    if let Some(message) = message(name, payload).filter(|_| !payload.contains_key("message")) {
        payload.insert("message".to_owned(), message.into());
    }
    match name {
        // Somebody is waited for, which no stream says.
        "Notification" | "PermissionRequest" => {
            payload.entry("level").or_insert_with(|| "WARNING".into());
            (Kind::AgentLogEntry, "log_entry".to_owned())
        }
        _ => (Kind::Other, format!("{WORD}/{name}")),
    }
}

/// A sentence for a person, where the hook brings none.
fn message(name: &str, payload: &Map<String, Value>) -> Option<String> {
    let text = |field: &str| payload.get(field)?.as_str().filter(|text| !text.is_empty());
    let with = |sentence: &str, field: &str| match text(field) {
        Some(said) => format!("{sentence}: {}", excerpt(said, ASKED_BYTES)),
        None => sentence.to_owned(),
    };
    Some(match name {
        "UserPromptSubmit" => excerpt(text("prompt")?, ASKED_BYTES),
        "Stop" => "the agent has answered".into(),
        "SubagentStart" => with("a sub-agent started", "agent_type"),
        "SubagentStop" => with("a sub-agent has answered", "agent_type"),
        "PreCompact" => with("the context is about to be compacted", "trigger"),
        "SessionStart" => with("the session started", "source"),
        "SessionEnd" => with("the session ended", "reason"),
        "Notification" => "Claude Code asks for attention".into(),
        "PermissionRequest" => {
            let tool = text("tool_name").unwrap_or("a tool");
            let input = payload.get("tool_input").unwrap_or(&Value::Null);
            format!("{tool} waits for permission: {}", entry::asked(input, ASKED_BYTES))
        }
        _ => return None,
    })
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
