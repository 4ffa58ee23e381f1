//! A pushed state: the whole document, some fields of it, or only what the publisher has to say.

use serde_json::{Map, Value};

use super::Refusal;
use domain::event::Event;
use domain::state_diff::Change;
use draft::key::Key;
use draft::{Document, Draft, NewState};

/// Where a document came from if its publisher does not say.
const SOURCE: &str = "push";

/// What to record for an `agent_state_update`.
pub(super) fn draft(event: Event, keys: Vec<Key>) -> Result<Draft, Refusal> {
    let mut remarks = match event.payload {
        Value::Object(payload) => payload,
        other => Map::from_iter([("value".to_owned(), other)]),
    };
    let document = document(&mut remarks)?;
    let source = match remarks.remove("source") {
        Some(Value::String(source)) if !source.is_empty() => source,
        Some(Value::Null) | None => SOURCE.to_owned(),
        Some(other) => {
            remarks.insert("source".to_owned(), other);
            SOURCE.to_owned()
        }
    };
    if event.event_type != "state_change" {
        remarks.insert("event_type".to_owned(), event.event_type.into());
    }
    Ok(Draft::State(NewState {
        adw_id: event.adw_id,
        document,
        source,
        agent: event.agent,
        run: event.run,
        session_id: event.session_id,
        parent_tool_use_id: event.parent_tool_use_id,
        timestamp: event.timestamp,
        time_source: event.time_source,
        keys,
        remarks,
        phases: Vec::new(),
    }))
}

/// The document: `state` or the older `state_snapshot` if it is there, else the fields under `changed`, or those of `current_state`.
fn document(remarks: &mut Map<String, Value>) -> Result<Document, Refusal> {
    for field in ["state", "state_snapshot"] {
        if !remarks.get(field).is_some_and(Value::is_object) {
            continue;
        }
        if let Some(Value::Object(whole)) = remarks.remove(field) {
            // The hub finds out itself what changed.
            remarks.remove("changed");
            return Ok(Document::Whole(whole));
        }
    }
    let changed = match remarks.remove("changed") {
        None | Some(Value::Null) => return Ok(Document::Changes(current(remarks))),
        Some(changed) => changed,
    };
    let changes: Vec<Change> = serde_json::from_value(changed).map_err(|_| {
        Refusal::new(
            "changed",
            "changed must be an array like [{\"field\":\"status\",\"old\":\"planned\",\"new\":\"built\"}]",
        )
    })?;
    let changes = changes.into_iter().map(|change| (change.field, change.new));
    Ok(Document::Changes(changes.collect()))
}

/// What an older notifier says the state is now. It may send a part of the document, so that a field which is not in it has only
/// been removed if it is named as changed.
fn current(remarks: &mut Map<String, Value>) -> Vec<(String, Option<Value>)> {
    if !remarks.get("current_state").is_some_and(Value::is_object) {
        return Vec::new();
    }
    let Some(Value::Object(state)) = remarks.remove("current_state") else {
        return Vec::new();
    };
    let named = remarks.get("changed_fields").and_then(Value::as_array);
    let named = named.into_iter().flatten().filter_map(Value::as_str);
    let gone: Vec<String> = named
        .filter(|field| !state.contains_key(*field))
        .map(str::to_owned)
        .collect();
    let gone = gone.into_iter().map(|field| (field, None));
    state
        .into_iter()
        .map(|(field, value)| (field, Some(value)))
        .chain(gone)
        .collect()
}
