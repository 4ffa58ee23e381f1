//! A workflow being invented, event by event.

use domain::event::{Event, Kind, TimeSource};
use domain::timeline::Timeline;
use domain::timestamp::Timestamp;
use serde_json::{Value, json};

use crate::NOW;

/// A workflow in the making; the clock is moved by hand.
pub struct Play {
    pub timeline: Timeline,
    pub at: i64,
    pub source: TimeSource,
    pub agent: Option<&'static str>,
    pub parent: Option<&'static str>,
    pub calls: u32,
}

impl Play {
    pub fn new(adw_id: &str, minutes_ago: i64) -> Self {
        let adw_id = adw_id.parse().expect("an id of this file is one");
        Self {
            timeline: Timeline::new(adw_id),
            at: NOW.0 - minutes_ago * 60_000,
            source: TimeSource::Read,
            agent: None,
            parent: None,
            calls: 0,
        }
    }

    pub fn event(&mut self, kind: Kind, event_type: &str, payload: Value) -> &mut Self {
        let seq = self.timeline.seq + 1;
        let event = Event {
            kind,
            adw_id: self.timeline.adw_id.clone(),
            seq,
            timestamp: Timestamp(self.at),
            time_source: self.source,
            event_type: event_type.to_owned(),
            agent: self.agent.map(str::to_owned),
            run: Some(1),
            session_id: self.agent.map(|agent| format!("session-{agent}")),
            parent_tool_use_id: self.parent.map(str::to_owned),
            payload,
        };
        assert!(self.timeline.apply(seq, &event), "events are in order");
        self
    }

    pub fn wait(&mut self, seconds: i64) -> &mut Self {
        self.at += seconds * 1_000;
        self
    }

    pub fn state(&mut self, changed: &[(&str, Value, Value)]) -> &mut Self {
        let changed: Vec<Value> = changed
            .iter()
            .map(|(field, old, new)| json!({"field": field, "old": old, "new": new}))
            .collect();
        self.event(
            Kind::AgentStateUpdate,
            "state_change",
            json!({"source": "adw_state.json", "changed": changed}),
        )
    }

    pub fn session(&mut self, agent: &'static str, model: &str) -> &mut Self {
        self.agent = Some(agent);
        self.event(
            Kind::Session,
            "session_started",
            json!({"model": model, "cwd": "/srv/adw/tracking-api/trees/x"}),
        )
    }

    pub fn end(&mut self, cost: f64, turns: u64, failed: bool, result: &str) -> &mut Self {
        self.event(
            Kind::Session,
            "session_ended",
            json!({"is_error": failed, "num_turns": turns, "cost_usd": cost, "duration_ms": 216_000, "result": result}),
        )
    }

    pub fn text(&mut self, content: &str) -> &mut Self {
        let seq = self.timeline.seq;
        let usage = json!({"input_tokens": 1_200, "output_tokens": 900, "cache_read_input_tokens": 41_000});
        self.event(
            Kind::TextBlock,
            "text",
            json!({"content": content, "message_id": format!("m{seq}"), "usage": usage}),
        )
    }

    pub fn think(&mut self, content: &str) -> &mut Self {
        self.event(
            Kind::AgentThinking,
            "thinking",
            json!({"content": content, "duration_ms": 6_100}),
        )
    }

    // A call is made where it is handed over.
    #[allow(clippy::needless_pass_by_value)]
    pub fn open(&mut self, tool: &str, input: Value) -> String {
        self.calls += 1;
        let id = format!("{}-{}", self.timeline.adw_id, self.calls);
        self.event(
            Kind::ToolExecution,
            "tool_execution_pre",
            json!({"tool_use_id": id, "tool_name": tool, "input": input}),
        );
        id
    }

    pub fn tool(&mut self, tool: &str, input: Value, millis: i64, output: &str, failed: bool) -> &mut Self {
        let id = self.open(tool, input);
        self.at += millis;
        self.event(
            Kind::ToolExecution,
            "tool_execution_post",
            json!({"tool_use_id": id, "tool_name": tool, "output": output, "is_error": failed}),
        )
    }

    pub fn edit(&mut self, tool: &str, path: &str, diff: &str, added: u64, removed: u64) -> &mut Self {
        let id = self.open(tool, json!({"file_path": path}));
        self.at += 12;
        self.event(
            Kind::ToolExecution,
            "tool_execution_post",
            json!({"tool_use_id": id, "tool_name": tool, "output": "ok"}),
        );
        let operation = if tool == "Write" { "create" } else { "modify" };
        self.event(
            Kind::FileOperation,
            operation,
            json!({"path": path, "diff": diff, "lines_added": added, "lines_removed": removed, "tool_use_id": id}),
        )
    }

    pub fn log(&mut self, level: &str, message: &str) -> &mut Self {
        self.event(
            Kind::AgentLogEntry,
            "log_entry",
            json!({"level": level, "message": message}),
        )
    }

    pub fn stage(&mut self, what: &str, stage: &str) -> &mut Self {
        self.event(Kind::StageTransition, &format!("stage_{what}"), json!({"stage": stage}))
    }

    /// A few tool calls, so that traces and bars have something to show.
    pub fn work(&mut self, calls: i64, failing: i64) -> &mut Self {
        const TOOLS: [(&str, &str); 4] = [
            ("Read", "src/lanes/rates.ts"),
            ("Grep", "carrier.*rate"),
            ("Bash", "pnpm vitest run"),
            ("Edit", "src/lanes/cache.ts"),
        ];
        for call in 0..calls {
            let (tool, what) = TOOLS[(call % 4) as usize];
            let input = if tool == "Bash" {
                json!({"command": what})
            } else {
                json!({"file_path": what, "pattern": what})
            };
            let failed = failing > 0 && call % failing == failing - 1;
            self.tool(
                tool,
                input,
                1_800 + (call * 7_919) % 9_000,
                if failed { "Exit code 1" } else { "ok" },
                failed,
            );
            self.wait(3 + (call * 31) % 23);
            if call % 3 == 0 {
                self.text("Next step.");
            }
        }
        self
    }

    pub fn done(&mut self) -> Timeline {
        self.timeline.clone()
    }
}

pub fn begin(adw_id: &str, minutes_ago: i64, title: &str, issue: u32, repo: &str) -> Play {
    let mut play = Play::new(adw_id, minutes_ago);
    play.state(&[
        ("issue_title", Value::Null, json!(title)),
        ("issue_number", Value::Null, json!(issue.to_string())),
        ("issue_class", Value::Null, json!("/bug")),
        (
            "worktree_path",
            Value::Null,
            json!(format!("/srv/adw/{repo}/trees/{adw_id}")),
        ),
        (
            "branch_name",
            Value::Null,
            json!(format!(
                "bug-issue-{issue}-adw-{adw_id}-{}",
                title.to_lowercase().replace(' ', "-")
            )),
        ),
    ]);
    play
}
