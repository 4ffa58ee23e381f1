//! Whose event it is: an agent's with a folder, or a sub-agent's, which doors name differently.
//!
//! A stream names a sub-agent by the call that started it, a hook by the id that the CLI gave it, and some lines by both.

use serde_json::Value;

use crate::event::{Event, Kind};
use crate::payload;

/// What an event says of the sub-agent that it is of, or starts.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct LaneSaid<'a> {
    /// The CLI's id of the sub-agent.
    pub agent_id: Option<&'a str>,
    pub agent_type: Option<&'a str>,
    /// What it is to do.
    pub task: Option<&'a str>,
    /// The type of the sub-agent that this call starts.
    pub starts: Option<&'a str>,
}

/// The tools that start a sub-agent.
const STARTERS: [&str; 6] = ["Task", "Agent", "task", "spawn_agent", "collab_tool_call", "SubAgent"];

impl<'a> LaneSaid<'a> {
    pub fn of(event: &'a Event) -> Self {
        let payload = &event.payload;
        // Elsewhere a field of this name may be anybody's.
        let is_told = event.parent_tool_use_id.is_some() || payload.get("hook_event_name").is_some();
        let text = |field| payload::text(payload, field).filter(|_| is_told);
        let is_start = event.kind == Kind::ToolExecution
            && event.event_type == "tool_execution_pre"
            && payload::text(payload, "tool_name").is_some_and(|tool| STARTERS.contains(&tool));
        let input = payload.get("input").unwrap_or(&Value::Null);
        Self {
            agent_id: text("agent_id"),
            agent_type: text("agent_type").or_else(|| text("subagent_type")),
            task: text("task_description"),
            starts: is_start.then(|| payload::first_text(input, &["subagent_type", "agent_type"]).unwrap_or_default()),
        }
    }
}
