//! A step of a play as the lines of `opencode run --format json`: every message is a step, and a call comes with its answer.

use serde_json::{Value, json};

use crate::play::{FileChange, Message, StreamStep, Tool, What};
use domain::timestamp::Timestamp;

pub(super) fn lines(step: &StreamStep, at: Timestamp, lasted: impl Fn(u64) -> u64) -> Vec<Value> {
    let line = |word: &str, message: &Message, mut part: Value| {
        part["id"] = format!("prt_{}", step.uuid).into();
        part["messageID"] = (*message.id).into();
        part["sessionID"] = (*step.session_id).into();
        json!({"type": word, "timestamp": at.0, "sessionID": &*step.session_id, "part": part})
    };
    let begin = |message: &Message| line("step_start", message, json!({"type": "step-start"}));
    let finish = |message: &Message, reason: &str| {
        let count = |field: &str| message.usage[field].as_u64().unwrap_or(0);
        let (input, output) = (count("input_tokens"), count("output_tokens"));
        let (read, written) = (count("cache_read_input_tokens"), count("cache_creation_input_tokens"));
        let tokens = json!({
            "total": input + output + read + written, "input": input, "output": output, "reasoning": 0,
            "cache": {"read": read, "write": written},
        });
        let part = json!({"type": "step-finish", "reason": reason, "tokens": tokens, "cost": message.cost_usd});
        line("step_finish", message, part)
    };
    match &step.what {
        What::Think { message, text } => vec![
            begin(message),
            line("reasoning", message, json!({"type": "reasoning", "text": text})),
            finish(message, "tool-calls"),
        ],
        What::Say { message, text } => vec![
            begin(message),
            line("text", message, json!({"type": "text", "text": text})),
            finish(message, "tool-calls"),
        ],
        What::Call { tool } => vec![begin(&tool.message)],
        What::Return {
            tool,
            output,
            is_error,
            duration_ms,
            file,
            ..
        } => {
            let time = json!({"start": at.0 - lasted(*duration_ms) as i64, "end": at.0});
            let state = json!({
                "status": "completed", "input": &*tool.input, "output": output, "title": title(tool),
                "metadata": metadata(tool, output, *is_error, file.as_ref()), "time": time,
            });
            let part = json!({"type": "tool", "tool": tool.name, "callID": &*tool.id, "state": state});
            vec![
                line("tool_use", &tool.message, part),
                finish(&tool.message, "tool-calls"),
            ]
        }
        What::End { message, result, .. } => {
            let text = json!({"type": "text", "text": result.as_deref().unwrap_or_default()});
            vec![begin(message), line("text", message, text), finish(message, "stop")]
        }
        What::Begin { .. } | What::Asked { .. } | What::Tell { .. } => Vec::new(),
    }
}

fn title(tool: &Tool) -> &str {
    let told = ["description", "filePath", "pattern"].iter();
    told.filter_map(|field| tool.input[field].as_str())
        .next()
        .unwrap_or_default()
}

fn metadata(tool: &Tool, output: &str, is_error: bool, file: Option<&FileChange>) -> Value {
    match (tool.name, file) {
        ("bash", _) => json!({"output": output, "exit": i32::from(is_error), "truncated": false}),
        ("edit", Some(file)) => {
            json!({"diff": format!("--- {0}\n+++ {0}\n{1}\n", file.path, file.diff), "truncated": false})
        }
        ("write", _) => json!({"exists": false, "truncated": false}),
        ("todowrite", _) => json!({"todos": tool.input["todos"], "truncated": false}),
        _ => json!({"truncated": false}),
    }
}
