//! Events as the front ends of earlier ADW tools read them: flat, under their older types.
//!
//! What they expect was derived from those front ends; events that are not mentioned here have no older counterpart.

use serde_json::{Map, Value, json};

use domain::entry;
use domain::event::{Event, Kind};
use domain::from_json::FromJson;
use domain::payload;
use domain::stage;
use domain::state_diff::Change;
use draft::picture::IN_A_FILE;
use intake::push::older::{SCREENSHOT, SPEC};

/// The older type of a phase that began.
const PHASE: &str = "workflow_phase_transition";

/// The frames of an event under its older types, none for what those front ends do not know.
///
/// Each is `{"type":…,"data":{adw_id, seq, timestamp, agent, …}}`.
pub fn frames(event: &Event) -> Vec<Value> {
    let told = |name: &str| event.payload.get(name).cloned().unwrap_or(Value::Null);
    let frame = |name: &str, fields: Value| {
        let mut data = json!({
            "adw_id": event.adw_id,
            "seq": event.seq,
            "timestamp": event.timestamp,
            "agent": event.agent,
        });
        if let (Value::Object(data), Value::Object(fields)) = (&mut data, fields) {
            data.extend(fields);
        }
        json!({"type": name, "data": data})
    };
    let summary = || {
        json!({
            "status": event.payload.get("status").cloned().unwrap_or_else(|| event.event_type.clone().into()),
            "progress_percent": told("progress_percent"),
            "current_step": told("current_step"),
            "workflow_name": told("workflow_name"),
            "message": told("message"),
        })
    };
    match event.kind {
        Kind::AgentLogEntry => {
            let (level, message) = (told("level"), told("message"));
            let workflow = told("workflow_name");
            vec![if workflow.is_null() && event.event_type != "workflow_log" {
                let fields = json!({"level": level, "message": message, "event_type": event.event_type});
                frame("agent_log", fields)
            } else {
                frame(
                    "workflow_log",
                    json!({"workflow_name": workflow, "level": level, "message": message}),
                )
            }]
        }
        Kind::AgentThinking => vec![frame(
            "thinking_block",
            json!({"content": told("content"), "duration_ms": told("duration_ms"), "sequence": sequence(event)}),
        )],
        Kind::ToolExecution if entry::is_post(event) => {
            let is_failed = entry::is_failed(&event.payload);
            let error = event.payload.get("error").cloned();
            let error = error
                .or_else(|| is_failed.then(|| told("output")))
                .unwrap_or(Value::Null);
            vec![frame(
                "tool_use_post",
                json!({
                    "tool_name": told("tool_name"),
                    "tool_use_id": told("tool_use_id"),
                    "output": told("output"),
                    "tool_output": told("output"),
                    "duration_ms": told("duration_ms"),
                    "success": !is_failed,
                    "status": if is_failed { "error" } else { "success" },
                    "error": error,
                }),
            )]
        }
        Kind::ToolExecution => vec![frame(
            "tool_use_pre",
            json!({
                "tool_name": told("tool_name"),
                "tool_use_id": told("tool_use_id"),
                "input": told("input"),
                "tool_input": told("input"),
            }),
        )],
        Kind::FileOperation => vec![frame(
            "file_changed",
            json!({
                "file_path": told("path"),
                "operation": operation(event),
                "diff": told("diff"),
                "summary": told("summary"),
                "lines_added": told("lines_added"),
                "lines_removed": told("lines_removed"),
            }),
        )],
        Kind::TextBlock => vec![frame(
            "text_block",
            json!({"content": told("content"), "sequence": sequence(event)}),
        )],
        Kind::AgentStateUpdate => {
            let changes = Vec::<Change>::from_json(told("changed")).unwrap_or_default();
            let names: Vec<&str> = changes.iter().map(|change| change.field.as_str()).collect();
            let mut state = told("state").as_object().cloned().unwrap_or_default();
            for change in &changes {
                state.insert(change.field.clone(), change.new.clone().unwrap_or(Value::Null));
            }
            let mut frames = vec![frame("agent_updated", json!({"state": state, "changed_fields": names}))];
            if let Some(said) = said_of_the_whole(&state, &event.payload) {
                frames.push(frame("agent_summary_update", said));
            }
            frames
        }
        Kind::StatusUpdate => {
            let mut frames = vec![frame("status_update", summary())];
            // ADW scripts announce a stage this way.
            if let Some(stage) = payload::text(&event.payload, "current_step").and_then(stage::announced) {
                let fields = json!({"workflow_name": told("workflow_name"), "from_stage": null, "to_stage": stage, "message": told("message")});
                frames.push(frame("stage_transition", fields));
            }
            frames.extend(phase(&told).map(|fields| frame(PHASE, fields)));
            frames
        }
        Kind::StageTransition => {
            let fields = json!({
                "workflow_name": told("workflow_name"),
                "from_stage": told("previous"),
                "to_stage": told("stage"),
                "message": told("message"),
                "event_type": event.event_type,
            });
            let mut frames = vec![frame("stage_transition", fields)];
            frames.extend(phase(&told).map(|fields| frame(PHASE, fields)));
            frames
        }
        Kind::Other if [IN_A_FILE, SCREENSHOT].contains(&event.event_type.as_str()) => vec![frame(
            SCREENSHOT,
            json!({
                "screenshot_path": screenshot_path(event),
                "screenshot_type": told("screenshot_type"),
                "metadata": told("metadata"),
                "media": told("media"),
            }),
        )],
        Kind::Other if event.event_type == SPEC => vec![frame(
            SPEC,
            json!({"spec_path": told("spec_path"), "spec_type": told("spec_type"), "metadata": told("metadata")}),
        )],
        Kind::Session | Kind::Other => Vec::new(),
    }
}

/// The phase that began, where the publisher called it one.
fn phase(told: &impl Fn(&str) -> Value) -> Option<Value> {
    let to = told("phase_to");
    (!to.is_null()).then(|| {
        json!({
            "phase_from": told("phase_from"),
            "phase_to": to,
            "workflow_name": told("workflow_name"),
            "metadata": told("metadata"),
        })
    })
}

/// Where a screenshot is, as those front ends write it: from the folder above `agents` on.
fn screenshot_path(event: &Event) -> Value {
    match payload::first_text(&event.payload, &["screenshot_path", "path"]) {
        Some(path) if payload::text(&event.payload, "screenshot_path").is_none() => {
            format!("agents/{}/{path}", event.adw_id).into()
        }
        path => path.into(),
    }
}

/// The operation in the publisher's own word, or otherwise in the one that those front ends know.
fn operation(event: &Event) -> Value {
    if let Some(word) = payload::text(&event.payload, "operation") {
        return word.into();
    }
    match event.event_type.as_str() {
        "create" => "created".into(),
        "modify" => "modified".into(),
        "delete" => "deleted".into(),
        other => other.into(),
    }
}

/// What a state says about the whole workflow; none if it says nothing.
fn said_of_the_whole(state: &Map<String, Value>, payload: &Value) -> Option<Value> {
    let names = ["status", "progress_percent", "current_step", "workflow_name", "message"];
    let told = |name: &str| state.get(name).or_else(|| payload.get(name)).cloned();
    let said: Map<String, Value> = names
        .iter()
        .map(|name| ((*name).to_owned(), told(name).unwrap_or(Value::Null)))
        .collect();
    said.values()
        .any(|value| !value.is_null())
        .then_some(Value::Object(said))
}

/// The position among the workflow's events, if the producer gave none.
fn sequence(event: &Event) -> Value {
    event
        .payload
        .get("sequence")
        .cloned()
        .unwrap_or_else(|| event.seq.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::event::TimeSource;
    use domain::timestamp::Timestamp;

    fn older(kind: Kind, event_type: &str, payload: Value) -> Vec<Value> {
        frames(&Event {
            kind,
            adw_id: "c0a43f47".parse().expect("a safe id"),
            seq: 42,
            timestamp: Timestamp(0),
            time_source: TimeSource::Source,
            event_type: event_type.to_owned(),
            agent: Some("sdlc_planner".to_owned()),
            run: Some(1),
            session_id: None,
            parent_tool_use_id: None,
            payload,
        })
    }

    #[test]
    fn every_older_type_has_its_fields() {
        let pre = older(
            Kind::ToolExecution,
            "tool_execution_pre",
            json!({"tool_name": "Bash", "tool_use_id": "t1", "input": {"command": "ls"}}),
        );
        assert_eq!(
            pre,
            [
                json!({"type": "tool_use_pre", "data": {"adw_id": "c0a43f47", "seq": 42, "timestamp": "1970-01-01T00:00:00.000Z",
                "agent": "sdlc_planner", "tool_name": "Bash", "tool_use_id": "t1", "input": {"command": "ls"}, "tool_input": {"command": "ls"}}})
            ]
        );
        let post = older(
            Kind::ToolExecution,
            "tool_execution_post",
            json!({"tool_use_id": "t1", "output": "gone", "is_error": true}),
        );
        let data = &post[0]["data"];
        assert_eq!(
            (&data["success"], &data["status"], &data["error"]),
            (&json!(false), &json!("error"), &json!("gone"))
        );
        let names: Vec<Value> = [
            older(
                Kind::AgentLogEntry,
                "log_entry",
                json!({"level": "INFO", "message": "m"}),
            ),
            older(
                Kind::AgentLogEntry,
                "log_entry",
                json!({"level": "INFO", "message": "m", "workflow_name": "w"}),
            ),
            older(Kind::AgentThinking, "thinking", json!({"content": "c"})),
            older(Kind::FileOperation, "modify", json!({"path": "a.rs", "diff": "d"})),
            older(Kind::TextBlock, "text", json!({"content": "c"})),
            older(Kind::StatusUpdate, "started", json!({"status": "started"})),
            older(
                Kind::StageTransition,
                "stage_started",
                json!({"stage": "build", "previous": "plan"}),
            ),
        ]
        .iter()
        .map(|frames| frames[0]["type"].clone())
        .collect();
        let expected = [
            "agent_log",
            "workflow_log",
            "thinking_block",
            "file_changed",
            "text_block",
            "status_update",
            "stage_transition",
        ];
        assert_eq!(names, expected);
        assert!(older(Kind::Session, "session_started", json!({})).is_empty());
    }

    #[test]
    fn a_state_is_told_whole_and_in_short() {
        let changed = json!([{"field": "status", "old": null, "new": "failed"}, {"field": "plan_file", "new": "a.md"}]);
        let frames = older(Kind::AgentStateUpdate, "state_change", json!({"changed": changed}));
        assert_eq!(frames[0]["type"], "agent_updated");
        assert_eq!(frames[0]["data"]["changed_fields"], json!(["status", "plan_file"]));
        assert_eq!(frames[0]["data"]["state"]["plan_file"], "a.md");
        assert_eq!(frames[1]["type"], "agent_summary_update");
        assert_eq!(frames[1]["data"]["status"], "failed");
        let quiet = older(
            Kind::AgentStateUpdate,
            "state_change",
            json!({"changed": [{"field": "plan_file", "new": "a.md"}]}),
        );
        assert_eq!(quiet.len(), 1);
    }
}
