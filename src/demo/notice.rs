//! A beat of a play as the events that a publisher pushes.

use serde_json::{Map, Value, json};

use super::play::{Act, Beat, Message, StreamStep, What};
use super::stream;
use super::tongue::Tongue;
use domain::timestamp::Timestamp;

/// What a workflow pushes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pushes {
    /// Everything, because nothing of it is in files.
    All,
    /// Stages and status; the rest is in files.
    Stages,
    /// The tool calls as well, like a hook, although the stream contains them: what comes twice must count once.
    StagesAndTools,
}

/// The events of a beat, with ids that make every one of them safe to send again.
pub fn events(adw_id: &str, number: usize, beat: &Beat, at: Timestamp, speed: f64, pushes: Pushes) -> Vec<Value> {
    let mut events = match &beat.act {
        Act::Notice {
            kind,
            event_type,
            payload,
        } => vec![event(kind, event_type, payload.clone())],
        Act::State(state) if pushes == Pushes::All => {
            vec![event(
                "agent_state_update",
                "state_change",
                json!({"state": state, "source": "adw_state"}),
            )]
        }
        Act::Log { script, level, message } if pushes == Pushes::All => {
            let mut log = event(
                "agent_log_entry",
                "log_entry",
                json!({"level": level, "message": message, "source": "execution.log"}),
            );
            log["data"]["agent"] = (*script).into();
            vec![log]
        }
        Act::Step(step) if pushes == Pushes::All || (pushes == Pushes::StagesAndTools && is_tool(step)) => {
            step_events(step, speed)
        }
        Act::State(_) | Act::Log { .. } | Act::Prompt { .. } | Act::Step(_) => Vec::new(),
    };
    for (part, event) in events.iter_mut().enumerate() {
        event["data"]["adw_id"] = adw_id.into();
        event["data"]["event_id"] = format!("{adw_id}-{number}-{part}").into();
        event["data"]["timestamp"] = at.to_string().into();
    }
    events
}

/// A hook knows the ids of Claude Code's calls; those of other CLIs are not the ones of their streams.
fn is_tool(step: &StreamStep) -> bool {
    step.tongue.is_claude() && matches!(step.what, What::Call { .. } | What::Return { .. })
}

/// Whose answer says what only its call's result tells: a task's id, and that it goes on in the background.
fn tells_of_tasks(tool: &str) -> bool {
    matches!(tool, "TaskCreate" | "TaskUpdate" | "Agent" | "Bash")
}

fn step_events(step: &StreamStep, speed: f64) -> Vec<Value> {
    let lasted = |ms: u64| (ms as f64 / speed) as u64;
    let mut events = match &step.what {
        What::Begin { model, cwd } => {
            vec![event(
                "session",
                "session_started",
                json!({"session_id": &*step.session_id, "model": model, "cwd": cwd}),
            )]
        }
        What::Asked { .. } => Vec::new(),
        What::Think { message, text } => {
            vec![event(
                "agent_thinking",
                "thinking",
                said(message, json!({"content": text})),
            )]
        }
        What::Say { message, text } => vec![event("text_block", "text", said(message, json!({"content": text})))],
        What::Call { tool } => {
            let payload = json!({"tool_use_id": &*tool.id, "tool_name": tool.name, "input": &*tool.input});
            vec![event(
                "tool_execution",
                "tool_execution_pre",
                said(&tool.message, payload),
            )]
        }
        What::Return {
            tool,
            output,
            is_error,
            duration_ms,
            details,
            file,
        } => {
            let mut payload = json!({"tool_use_id": &*tool.id, "tool_name": tool.name, "output": output, "is_error": is_error, "duration_ms": lasted(*duration_ms)});
            if tells_of_tasks(tool.name) {
                payload["tool_use_result"] = details.clone();
            }
            let mut events = vec![event("tool_execution", "tool_execution_post", payload)];
            events.extend(file.as_ref().map(|file| {
                let payload = json!({
                    "path": file.path, "diff": file.diff, "lines_added": file.lines_added, "lines_removed": file.lines_removed,
                    "tool_use_id": &*tool.id,
                });
                event("file_operation", file.operation, payload)
            }));
            events
        }
        What::End {
            subtype,
            is_error,
            duration_ms,
            turns,
            result,
            cost_usd,
            usage,
            model,
            models,
            sub_agents,
            message,
            ..
        } => {
            let mut payload = json!({
                "session_id": &*step.session_id, "subtype": subtype, "is_error": is_error, "num_turns": turns,
                "duration_ms": lasted(*duration_ms), "cost_usd": cost_usd, "usage": usage, "result": result, "model": model,
            });
            if step.tongue.is_claude() {
                payload["model_usage"] = models.clone();
            }
            if step.tongue == Tongue::Claude {
                payload["subagent_stats"] = sub_agents.clone();
            }
            let ended = event("session", "session_ended", payload);
            match result.as_ref().filter(|_| step.tongue == Tongue::Opencode) {
                // Its stream ends with the words alone.
                Some(text) => vec![
                    event("text_block", "text", said(message, json!({"content": text}))),
                    ended,
                ],
                None => vec![ended],
            }
        }
        What::Tell { word, fields } => {
            let kind = word.split('/').next().unwrap_or(word);
            vec![event(kind, word, stream::told(fields, speed))]
        }
    };
    for event in &mut events {
        let data = &mut event["data"];
        data["agent"] = (*step.agent).into();
        data["run"] = step.run.into();
        data["session_id"] = (*step.session_id).into();
        data["parent_tool_use_id"] = step.parent.as_deref().map_or(Value::Null, Value::from);
        data["payload"]["uuid"] = step.uuid.as_str().into();
    }
    events
}

/// What every block says about the message it belongs to.
fn said(message: &Message, mut payload: Value) -> Value {
    payload["message_id"] = (*message.id).into();
    payload["model"] = message.model.into();
    payload["usage"] = message.usage.clone();
    payload
}

fn event(kind: &str, event_type: &str, payload: Value) -> Value {
    let mut data = Map::new();
    data.insert("event_type".to_owned(), event_type.into());
    data.insert("payload".to_owned(), payload);
    json!({"type": kind, "data": data})
}
