//! A step of a play as the lines of `codex exec --json`.

use serde_json::{Value, json};

use crate::play::{StreamStep, Tool, What};

pub(super) fn lines(step: &StreamStep) -> Vec<Value> {
    match &step.what {
        What::Begin { .. } => vec![
            json!({"type": "thread.started", "thread_id": &*step.session_id}),
            json!({"type": "turn.started"}),
        ],
        What::Think { message, text } => vec![item(
            "item.completed",
            json!({"id": &*message.id, "type": "reasoning", "text": text}),
        )],
        What::Say { message, text } => vec![item(
            "item.completed",
            json!({"id": &*message.id, "type": "agent_message", "text": text}),
        )],
        What::Call { tool } => vec![item("item.started", called(tool))],
        What::Return {
            tool, output, is_error, ..
        } => {
            let mut done = called(tool);
            done["status"] = if *is_error { "failed" } else { "completed" }.into();
            if tool.name == "command_execution" {
                done["aggregated_output"] = output.as_str().into();
                done["exit_code"] = i32::from(*is_error).into();
            }
            vec![item("item.completed", done)]
        }
        What::Tell { word, fields } => vec![todo(word, fields)],
        What::End { usage, .. } => {
            let count = |field: &str| usage[field].as_u64().unwrap_or(0);
            let (read, written) = (count("cache_read_input_tokens"), count("cache_creation_input_tokens"));
            // Whatever was read again counts as input, too.
            let input = count("input_tokens") + read + written;
            vec![json!({"type": "turn.completed", "usage": {
                "input_tokens": input, "cached_input_tokens": read, "cache_write_input_tokens": written,
                "output_tokens": count("output_tokens"), "reasoning_output_tokens": 0,
            }})]
        }
        What::Asked { .. } => Vec::new(),
    }
}

fn called(tool: &Tool) -> Value {
    let mut item = json!({"id": &*tool.id, "type": tool.name, "status": "in_progress"});
    match tool.name {
        "command_execution" => {
            item["command"] = tool.input["command"].clone();
            item["aggregated_output"] = "".into();
            item["exit_code"] = Value::Null;
        }
        _ => item["changes"] = tool.input["changes"].clone(),
    }
    item
}

/// The todo list is one item that is updated.
fn todo(word: &str, fields: &Value) -> Value {
    let todos = fields["todos"].as_array().map(Vec::as_slice).unwrap_or_default();
    let is_done = |todo: &Value| todo["status"] == "completed";
    let items: Vec<Value> = todos
        .iter()
        .map(|todo| json!({"text": todo["content"], "completed": is_done(todo)}))
        .collect();
    let word_of_line = if todos.iter().any(is_done) {
        "item.updated"
    } else {
        "item.started"
    };
    item(word_of_line, json!({"id": "item_0", "type": word, "items": items}))
}

// The item is created at the point where it is handed over.
#[allow(clippy::needless_pass_by_value)]
fn item(word: &str, item: Value) -> Value {
    json!({"type": word, "item": item})
}
