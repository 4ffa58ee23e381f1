//! Partial messages: their texts come again as a whole, their true tokens come here alone.

use serde_json::{Map, Value, json};

use super::usage;
use crate::dialect::line_draft::{LineDraft, set};
use domain::event::Kind;
use domain::payload;
use domain::usage::Usage;

/// A `stream_event` that says something of its own: `message_start` and `message_delta`.
pub(super) fn read(draft: &mut LineDraft<'_>, line: &Value) {
    let event = line.get("event").unwrap_or(&Value::Null);
    let parent = payload::text(line, "parent_tool_use_id");
    if payload::text(event, "type") == Some("message_start") {
        let message = event.get("message").unwrap_or(&Value::Null);
        let id = payload::text(message, "id").or_else(|| payload::text(line, "api_message_id"));
        match id {
            Some(id) => {
                let model = payload::text(message, "model").map(str::to_owned);
                let known = message.get("usage").and_then(Usage::from_value).unwrap_or_default();
                draft.reader.messages.begin(parent, id.to_owned(), model, known);
            }
            None => draft.reader.messages.end(parent),
        }
        draft.silent = Some("stream_event/message_start");
        return;
    }
    draft.silent = Some("stream_event/message_delta without tokens");
    let Some(told) = usage(event.get("usage")) else { return };
    let grown = draft.reader.messages.grown(parent, &told);
    let named = || payload::text(line, "api_message_id").map(|id| (id.to_owned(), None, told.clone()));
    let message = grown.map(|(id, model, usage)| (id, model, json!(usage))).or_else(named);
    let Some((id, model, usage)) = message else { return };
    let mut payload = Map::new();
    payload.insert("message_id".into(), id.into());
    payload.insert("usage".into(), usage);
    set(&mut payload, "model", model);
    let keys = draft.keys(0);
    draft.add(Kind::Other, "message_usage", payload.into(), keys);
}
