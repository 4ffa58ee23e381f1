//! A step of a play as a line of `claude -p --output-format stream-json --verbose`.

use serde_json::{Value, json};

use super::play::{Message, StreamStep, What};
use domain::timestamp::Timestamp;

const TOOLS: [&str; 8] = ["Task", "Bash", "Glob", "Grep", "Read", "Edit", "Write", "TodoWrite"];

/// The line, written at a moment; durations are those at the speed of the demo.
pub fn line(step: &StreamStep, at: Timestamp, speed: f64) -> Value {
    let lasted = |ms: u64| (ms as f64 / speed) as u64;
    let mut line = match &step.what {
        What::Begin { model, cwd } => json!({
            "type": "system", "subtype": "init", "cwd": cwd, "model": model, "tools": TOOLS, "mcp_servers": [],
            "permissionMode": "bypassPermissions", "apiKeySource": "none", "output_style": "default",
        }),
        What::Asked { prompt } => user(json!({"type": "text", "text": prompt})),
        What::Think { message, text } => {
            assistant(message, json!({"type": "thinking", "thinking": text, "signature": ""}))
        }
        What::Say { message, text } => assistant(message, json!({"type": "text", "text": text})),
        What::Call { message, tool, input } => assistant(
            message,
            json!({"type": "tool_use", "id": tool.id, "name": tool.name, "input": input}),
        ),
        What::Return {
            tool,
            output,
            is_error,
            details,
            ..
        } => {
            let mut line =
                user(json!({"type": "tool_result", "tool_use_id": tool.id, "content": output, "is_error": is_error}));
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
            model,
        } => {
            let mut line = json!({
                "type": "result", "subtype": subtype, "is_error": is_error, "duration_ms": lasted(*duration_ms),
                "duration_api_ms": lasted(duration_ms * 7 / 10), "num_turns": turns, "total_cost_usd": cost_usd, "usage": usage,
                "modelUsage": {*model: {"costUSD": cost_usd}}, "permission_denials": [],
            });
            if let Some(result) = result {
                line["result"] = result.as_str().into();
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

// The block is created at the point where it is handed over.
#[allow(clippy::needless_pass_by_value)]
fn assistant(message: &Message, block: Value) -> Value {
    json!({"type": "assistant", "message": {
        "id": message.id, "type": "message", "role": "assistant", "model": message.model, "content": [block],
        "stop_reason": null, "stop_sequence": null, "usage": message.usage,
    }})
}

#[allow(clippy::needless_pass_by_value)]
fn user(block: Value) -> Value {
    json!({"type": "user", "message": {"role": "user", "content": [block]}})
}
