//! What the fold tells of today's agents: events as their CLIs' dialects and hooks make them, and what a person is told.

mod documents;
mod ending;
mod needs;
mod sub_agents;
mod tasks;
mod tokens;

use serde_json::{Value, json};

use super::Timeline;
use super::agent::Agent;
use crate::event::{Event, Kind, TimeSource};
use crate::status::{Patience, Pulse, Status, Verdict};
use crate::timestamp::Timestamp;

/// A workflow as its events come, one a second.
struct Told {
    timeline: Timeline,
    /// The second of the next event, where it is not the next.
    second: Option<i64>,
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "payloads are written where they are passed"
)]
impl Told {
    fn new() -> Self {
        Self {
            timeline: Timeline::new("c0a43f47".parse().expect("a safe id")),
            second: None,
        }
    }

    /// The next event tells of this second.
    fn at(&mut self, second: i64) -> &mut Self {
        self.second = Some(second);
        self
    }

    /// An event of the builder's stream.
    fn line(&mut self, kind: Kind, event_type: &str, payload: Value) -> &mut Self {
        self.event(kind, event_type, None, Some("builder"), Some(1), payload)
    }

    /// One of a sub-agent's.
    fn sub(&mut self, parent: &str, kind: Kind, event_type: &str, payload: Value) -> &mut Self {
        self.event(kind, event_type, Some(parent), Some("builder"), Some(1), payload)
    }

    /// A hook's, which knows no agent.
    fn hook(&mut self, name: &str, payload: Value) -> &mut Self {
        let mut payload = payload;
        payload["hook_event_name"] = name.into();
        let (kind, event_type) = match name {
            "PreToolUse" => (Kind::ToolExecution, "tool_execution_pre".to_owned()),
            "PostToolUse" | "PostToolUseFailure" => (Kind::ToolExecution, "tool_execution_post".to_owned()),
            "Notification" | "PermissionRequest" => (Kind::AgentLogEntry, "log_entry".to_owned()),
            _ => (Kind::Other, format!("hook/{name}")),
        };
        self.event(kind, &event_type, None, None, None, payload)
    }

    fn event(
        &mut self,
        kind: Kind,
        event_type: &str,
        parent: Option<&str>,
        agent: Option<&str>,
        run: Option<u32>,
        payload: Value,
    ) -> &mut Self {
        let seq = self.timeline.seq + 1;
        let event = Event {
            kind,
            adw_id: self.timeline.adw_id.clone(),
            seq,
            timestamp: Timestamp(self.second.take().unwrap_or(seq as i64) * 1_000),
            time_source: TimeSource::Source,
            event_type: event_type.to_owned(),
            agent: agent.map(str::to_owned),
            run,
            session_id: Some("s1".to_owned()),
            parent_tool_use_id: parent.map(str::to_owned),
            payload,
        };
        assert!(self.timeline.apply(seq, &event));
        self
    }

    fn begin(&mut self) -> &mut Self {
        self.line(
            Kind::Session,
            "session_started",
            json!({"model": "opus", "cwd": "/srv/shop"}),
        )
    }

    fn call(&mut self, id: &str, tool: &str, input: Value) -> &mut Self {
        let payload = json!({"tool_use_id": id, "tool_name": tool, "input": input});
        self.line(Kind::ToolExecution, "tool_execution_pre", payload)
    }

    fn answer(&mut self, id: &str, tool: &str, more: Value) -> &mut Self {
        let mut payload = json!({"tool_use_id": id, "tool_name": tool, "output": "ok", "is_error": false});
        for (field, value) in more.as_object().into_iter().flatten() {
            payload[field] = value.clone();
        }
        self.line(Kind::ToolExecution, "tool_execution_post", payload)
    }

    fn says(&mut self, message: &str, text: &str, output: u64) -> &mut Self {
        let payload =
            json!({"content": text, "message_id": message, "usage": {"input_tokens": 10, "output_tokens": output}});
        self.line(Kind::TextBlock, "text", payload)
    }

    fn system(&mut self, subtype: &str, payload: Value) -> &mut Self {
        self.line(Kind::Other, &format!("system/{subtype}"), payload)
    }

    fn result(&mut self, payload: Value) -> &mut Self {
        let mut whole = json!({"subtype": "success", "is_error": false, "num_turns": 1, "result": "All is done."});
        for (field, value) in payload.as_object().into_iter().flatten() {
            whole[field] = value.clone();
        }
        self.line(Kind::Session, "session_ended", whole)
    }

    fn agent(&self, name: &str) -> &Agent {
        let agents = &self.timeline.agents;
        let found = agents.iter().find(|agent| agent.name == name);
        found.unwrap_or_else(|| panic!("no {name} among {:?}", self.names()))
    }

    fn names(&self) -> Vec<(&str, u32)> {
        self.timeline
            .agents
            .iter()
            .map(|agent| (agent.name.as_str(), agent.depth))
            .collect()
    }

    /// What it is doing so many seconds after its last event.
    fn verdict(&self, seconds: i64) -> Verdict {
        let now = Timestamp(self.timeline.last_at.expect("an event").0 + seconds * 1_000);
        Pulse::of(&self.timeline).verdict(now, &Patience::default())
    }

    fn status(&self, seconds: i64) -> Status {
        self.verdict(seconds).status
    }
}
