//! An event as lines for people to read: time, agent, kind, text; further lines are indented.

use domain::event::Event;
use domain::plain::{safe, words};

const INDENT: &str = "    ";

pub(super) fn write(out: &mut String, event: &Event) {
    // A time that is not known for certain is only an upper bound.
    let about = if event.time_source.is_known() { "" } else { "~" };
    let agent = event.agent.as_deref().map(safe).unwrap_or_default();
    let agent = match agent.trim() {
        "" => "-".to_owned(),
        agent => agent.replace(['\n', '\t'], " "),
    };
    out.push_str(&format!("{about}{}  {agent}  {}", event.timestamp, event.kind));
    let words = words(event);
    for (at, line) in words.trim_end().split('\n').enumerate() {
        match (at, line.is_empty()) {
            (0, true) => {}
            (0, false) => out.push_str("  "),
            (_, true) => out.push('\n'),
            (_, false) => {
                out.push('\n');
                out.push_str(INDENT);
            }
        }
        out.push_str(line);
    }
    out.push('\n');
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use domain::event::{Kind, TimeSource};
    use domain::timestamp::Timestamp;

    fn written(kind: &str, event_type: &str, agent: Option<&str>, payload: Value) -> String {
        let event = Event {
            kind: Kind::from_name(kind).unwrap(),
            adw_id: "a".parse().unwrap(),
            seq: 1,
            timestamp: Timestamp(0),
            time_source: TimeSource::Unknown,
            event_type: event_type.to_owned(),
            agent: agent.map(str::to_owned),
            run: None,
            session_id: None,
            parent_tool_use_id: None,
            payload,
        };
        let mut out = String::new();
        write(&mut out, &event);
        out.strip_prefix("~1970-01-01T00:00:00.000Z  ").unwrap().to_owned()
    }

    #[test]
    fn every_kind_is_readable() {
        let agent = Some("builder");
        for (text, expected) in [
            (
                written(
                    "agent_log_entry",
                    "log_entry",
                    None,
                    json!({"level": "WARN", "message": "two\nlines"}),
                ),
                "-  agent_log_entry  WARN: two\n    lines\n",
            ),
            (
                written(
                    "agent_thinking",
                    "thinking",
                    agent,
                    json!({"content": "\u{1b}[1mHm.\n\nSo.\n"}),
                ),
                "builder  agent_thinking  Hm.\n\n    So.\n",
            ),
            (
                written(
                    "agent_thinking",
                    "thinking",
                    agent,
                    json!({"content": "", "message_id": "m"}),
                ),
                "builder  agent_thinking\n",
            ),
            (
                written(
                    "tool_execution",
                    "tool_execution_pre",
                    agent,
                    json!({"tool_name": "Bash", "input": {"command": "ls"}}),
                ),
                "builder  tool_execution  Bash: command: ls\n",
            ),
            (
                written(
                    "tool_execution",
                    "tool_execution_post",
                    agent,
                    json!({"tool_name": "Bash", "output": "a\nb", "is_error": true}),
                ),
                "builder  tool_execution  Bash failed: a\n    b\n",
            ),
            (
                written(
                    "file_operation",
                    "modify",
                    agent,
                    json!({"path": "src/a.rs", "lines_added": 1, "lines_removed": 2, "diff": "-a\n+b"}),
                ),
                "builder  file_operation  modify: src/a.rs +1 -2\n    -a\n    +b\n",
            ),
            (
                written(
                    "stage_transition",
                    "stage_started",
                    None,
                    json!({"stage": "plan", "message": "go"}),
                ),
                "-  stage_transition  stage_started plan: go\n",
            ),
            (
                written(
                    "agent_state_update",
                    "state_change",
                    None,
                    json!({"changed": [{"field": "a", "new": 1}, {"field": "b", "old": 2}]}),
                ),
                "-  agent_state_update  state: a = 1\n    b is gone\n",
            ),
            (
                written("other", "surprise", Some("odd\nname"), json!({"x": [1], "y": null})),
                "odd name  other  surprise: x: [1]\n",
            ),
        ] {
            assert_eq!(text, expected);
        }
    }
}
