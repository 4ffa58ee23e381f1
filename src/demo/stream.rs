//! A step of a play as the lines of its CLI; here those of `claude -p --output-format stream-json --verbose`.

mod codex;
mod opencode;

use serde_json::{Value, json};

use super::play::{Message, StreamStep, What};
use super::tongue::Tongue;
use domain::timestamp::Timestamp;

const OLDER_TOOLS: [&str; 8] = ["Task", "Bash", "Glob", "Grep", "Read", "Edit", "Write", "TodoWrite"];
const TOOLS: [&str; 11] = [
    "Agent",
    "AskUserQuestion",
    "Bash",
    "Glob",
    "Grep",
    "Read",
    "Edit",
    "Write",
    "TaskCreate",
    "TaskUpdate",
    "TaskStop",
];

/// The lines, written at a moment; durations are those at the speed of the demo.
pub fn lines(step: &StreamStep, at: Timestamp, speed: f64) -> Vec<Value> {
    match step.tongue {
        Tongue::Claude | Tongue::OlderClaude => vec![line(step, at, speed)],
        Tongue::Codex => codex::lines(step),
        Tongue::Opencode => opencode::lines(step, at, |ms| (ms as f64 / speed) as u64),
    }
}

/// What the CLI tells of itself, with its durations at the speed of the demo.
pub fn told(fields: &Value, speed: f64) -> Value {
    let mut fields = fields.clone();
    if let Some(ms) = fields.pointer_mut("/usage/duration_ms") {
        *ms = ((ms.as_u64().unwrap_or(0) as f64 / speed) as u64).into();
    }
    fields
}

fn line(step: &StreamStep, at: Timestamp, speed: f64) -> Value {
    let lasted = |ms: u64| (ms as f64 / speed) as u64;
    let mut line = match &step.what {
        What::Begin { model, cwd } => json!({
            "type": "system", "subtype": "init", "cwd": cwd, "model": model, "tools": tools(step.tongue), "mcp_servers": [],
            "permissionMode": "bypassPermissions", "apiKeySource": "none", "output_style": "default",
        }),
        What::Asked { prompt } => user(json!({"type": "text", "text": prompt})),
        What::Think { message, text } => {
            assistant(message, json!({"type": "thinking", "thinking": text, "signature": ""}))
        }
        What::Say { message, text } => assistant(message, json!({"type": "text", "text": text})),
        What::Call { tool } => assistant(
            &tool.message,
            json!({"type": "tool_use", "id": &*tool.id, "name": tool.name, "input": &*tool.input}),
        ),
        What::Return {
            tool,
            output,
            is_error,
            details,
            ..
        } => {
            let mut line =
                user(json!({"type": "tool_result", "tool_use_id": &*tool.id, "content": output, "is_error": is_error}));
            let mut details = details.clone();
            if let Some(ms) = details.get("totalDurationMs").and_then(Value::as_u64) {
                details["totalDurationMs"] = lasted(ms).into();
            }
            line["tool_use_result"] = if *is_error {
                format!("Error: {output}").into()
            } else {
                details
            };
            line
        }
        What::End {
            subtype,
            is_error,
            duration_ms,
            turns,
            result,
            cost_usd,
            usage,
            models,
            sub_agents,
            ..
        } => {
            let mut line = json!({
                "type": "result", "subtype": subtype, "is_error": is_error, "duration_ms": lasted(*duration_ms),
                "duration_api_ms": lasted(duration_ms * 7 / 10), "num_turns": turns, "total_cost_usd": cost_usd, "usage": usage,
                "modelUsage": models, "permission_denials": [],
            });
            if step.tongue == Tongue::Claude {
                line["subagent_stats"] = sub_agents.clone();
            }
            if let Some(result) = result {
                line["result"] = result.as_str().into();
            }
            line
        }
        What::Tell { word, fields } => {
            let mut line = told(fields, speed);
            match word.split_once('/') {
                Some((line_type, subtype)) => {
                    line["type"] = line_type.into();
                    line["subtype"] = subtype.into();
                }
                None => line["type"] = (*word).into(),
            }
            line
        }
    };
    line["session_id"] = (*step.session_id).into();
    line["parent_tool_use_id"] = step.parent.as_deref().map_or(Value::Null, Value::from);
    line["uuid"] = step.uuid.as_str().into();
    line["timestamp"] = at.to_string().into();
    line
}

fn tools(tongue: Tongue) -> &'static [&'static str] {
    if tongue == Tongue::OlderClaude {
        &OLDER_TOOLS
    } else {
        &TOOLS
    }
}

// The block is created at the point where it is handed over.
#[allow(clippy::needless_pass_by_value)]
fn assistant(message: &Message, block: Value) -> Value {
    json!({"type": "assistant", "message": {
        "id": &*message.id, "type": "message", "role": "assistant", "model": message.model, "content": [block],
        "stop_reason": null, "stop_sequence": null, "usage": message.usage,
    }})
}

#[allow(clippy::needless_pass_by_value)]
fn user(block: Value) -> Value {
    json!({"type": "user", "message": {"role": "user", "content": [block]}})
}
