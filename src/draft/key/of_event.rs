//! The natural keys that an event shows by itself: what a copy of it from a stream or a hook shares with it.

use super::Key;
use domain::event::{Event, Kind};
use domain::payload;

/// All keys the event has. A file change has no line key: the result it came of stands in the same line.
pub fn of_event(event: &Event, event_id: Option<&str>) -> Vec<Key> {
    let mut keys = Vec::with_capacity(3);
    keys.extend(event_id.map(Key::event_id));
    let tool_use_id = payload::text(&event.payload, "tool_use_id");
    let by_tool = tool_use_id.and_then(|id| match (event.kind, event.event_type.as_str()) {
        (Kind::ToolExecution, "tool_execution_pre") => Some(Key::tool_pre(id)),
        (Kind::ToolExecution, "tool_execution_post") => Some(Key::tool_post(id)),
        (Kind::FileOperation, _) => Some(Key::file(id)),
        _ => None,
    });
    keys.extend(by_tool);
    if has_line_key(event.kind) {
        let uuid = payload::text(&event.payload, "uuid");
        let block = payload::number(&event.payload, "block_index").unwrap_or(0);
        keys.extend(uuid.map(|uuid| Key::line(uuid, block)));
    }
    keys
}

/// The kinds that a stream's line is the only source of.
fn has_line_key(kind: Kind) -> bool {
    match kind {
        Kind::AgentThinking
        | Kind::TextBlock
        | Kind::ToolExecution
        | Kind::Session
        | Kind::AgentLogEntry
        | Kind::Other => true,
        Kind::AgentStateUpdate | Kind::FileOperation | Kind::StageTransition | Kind::StatusUpdate => false,
    }
}
