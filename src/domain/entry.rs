//! An event as a line for people to read: the same in every list, cut to a limit.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::event::{Event, Kind, TimeSource};
use super::excerpt::{excerpt, first_line, json_len};
use super::from_json::from_fields;
use super::level::Level;
use super::payload;
use super::picture_note;
use super::timestamp::Timestamp;

/// The longest text of an entry, in bytes of JSON.
const TEXT_BYTES: usize = 1_024;
const DETAIL_BYTES: usize = 1_024;
const HEAD_BYTES: usize = 80;
const NAME_BYTES: usize = 96;

/// A line in a list. A tool's call and its result are one entry, numbered by the call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    pub seq: u64,
    pub at: Timestamp,
    pub time_source: TimeSource,
    pub kind: Kind,
    pub event_type: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<String>,
    /// The Task call whose sub-agent caused this event.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
    /// The tool, the log level, the operation, the stage, the status or the model.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub head: String,
    /// The message, the path, or the tool's input.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// The tool's output or the diff of a file operation.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub detail: String,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub error: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration_ms: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tool_use_id: Option<String>,
    /// The seq of the tool's result; none while the call is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_seq: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lines_added: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lines_removed: Option<u64>,
}

from_fields!(Entry {
    seq,
    at,
    time_source,
    kind,
    event_type,
    agent,
    parent,
    head,
    text,
    detail,
    error,
    duration_ms,
    tool_use_id,
    end_seq,
    lines_added,
    lines_removed,
});

impl Entry {
    pub fn new(event: &Event) -> Self {
        let payload = &event.payload;
        let mut entry = Self {
            seq: event.seq,
            at: event.timestamp,
            time_source: event.time_source,
            kind: event.kind,
            event_type: excerpt(&event.event_type, HEAD_BYTES),
            agent: event.agent.as_deref().map(|agent| excerpt(agent, NAME_BYTES)),
            parent: event.parent_tool_use_id.as_deref().map(|id| excerpt(id, NAME_BYTES)),
            head: String::new(),
            text: String::new(),
            detail: String::new(),
            error: is_error(event),
            duration_ms: payload::number(payload, "duration_ms"),
            tool_use_id: payload::text(payload, "tool_use_id").map(|id| excerpt(id, NAME_BYTES)),
            end_seq: None,
            lines_added: payload::number(payload, "lines_added"),
            lines_removed: payload::number(payload, "lines_removed"),
        };
        let message = || payload::first_text(payload, &["message", "content", "summary", "error"]).unwrap_or_default();
        match event.kind {
            Kind::AgentLogEntry => {
                let level = payload::text(payload, "level").unwrap_or("INFO").to_ascii_uppercase();
                entry.head = excerpt(&level, HEAD_BYTES);
                entry.text = excerpt(message(), TEXT_BYTES);
            }
            Kind::FileOperation => {
                entry.head = entry.event_type.clone();
                entry.text = excerpt(
                    payload::first_text(payload, &["path", "file_path"]).unwrap_or_default(),
                    512,
                );
                entry.detail = excerpt(payload::text(payload, "diff").unwrap_or_default(), DETAIL_BYTES);
            }
            Kind::AgentThinking | Kind::TextBlock => {
                entry.text = excerpt(payload::text(payload, "content").unwrap_or_default(), TEXT_BYTES);
            }
            Kind::ToolExecution => {
                entry.head = excerpt(payload::text(payload, "tool_name").unwrap_or("tool"), HEAD_BYTES);
                entry.text = payload.get("input").map(|input| asked(input, 384)).unwrap_or_default();
                if is_post(event) {
                    entry.end_seq = Some(event.seq);
                    entry.detail = payload
                        .get("output")
                        .map(|output| answered(output, 640))
                        .unwrap_or_default();
                    if entry.detail.is_empty() {
                        entry.detail = excerpt(payload::text(payload, "error").unwrap_or_default(), 640);
                    }
                }
            }
            Kind::StageTransition => {
                entry.head = excerpt(
                    payload::first_text(payload, &["stage", "stage_name"]).unwrap_or("stage"),
                    HEAD_BYTES,
                );
                entry.text = excerpt(message(), 512);
            }
            Kind::StatusUpdate => {
                entry.head = entry.event_type.clone();
                entry.text = excerpt(message(), 512);
            }
            Kind::Session => {
                entry.head = excerpt(payload::text(payload, "model").unwrap_or_default(), HEAD_BYTES);
                entry.text = excerpt(
                    payload::first_text(payload, &["result", "error"]).unwrap_or_default(),
                    640,
                );
            }
            Kind::AgentStateUpdate => {
                entry.text = changed_fields(payload);
            }
            Kind::Other => {
                entry.head = entry.event_type.clone();
                entry.text =
                    payload::first_text(payload, &["message", "content", "reason", "excerpt", "summary", "path"])
                        .map_or_else(|| answered(payload, 512), |text| excerpt(text, 512));
            }
        }
        entry
    }

    /// The form in which pages hold tens of thousands: what does not fit into a line is only in the event itself.
    pub fn short(mut self) -> Self {
        const BYTES: usize = 256;
        self.text = excerpt(&self.text, BYTES);
        let is_output = self.kind == Kind::ToolExecution;
        self.detail = if is_output {
            excerpt(&self.detail, BYTES)
        } else {
            String::new()
        };
        self
    }

    /// Its severity.
    pub fn level(&self) -> Level {
        if self.error {
            return Level::Error;
        }
        if self.kind == Kind::AgentLogEntry {
            Level::of_log(&self.head)
        } else {
            Level::Info
        }
    }

    /// Whether this is a tool call whose result has not come.
    pub fn is_open(&self) -> bool {
        self.kind == Kind::ToolExecution && self.end_seq.is_none()
    }

    /// About how many bytes it takes in a snapshot; never an underestimate.
    pub fn size(&self) -> usize {
        let optional = |text: &Option<String>| text.as_deref().map_or(0, json_len);
        // 330: every field's name, the numbers at their longest, the quotes and commas.
        330 + json_len(&self.event_type)
            + optional(&self.agent)
            + optional(&self.parent)
            + json_len(&self.head)
            + json_len(&self.text)
            + json_len(&self.detail)
            + optional(&self.tool_use_id)
    }
}

/// Whether an event reports a failure.
pub fn is_error(event: &Event) -> bool {
    let payload = &event.payload;
    match event.kind {
        Kind::AgentLogEntry => payload::text(payload, "level").is_some_and(is_error_level),
        Kind::ToolExecution => is_post(event) && is_failed(payload),
        Kind::StageTransition => event.event_type == "stage_failed",
        Kind::StatusUpdate => event.event_type == "failed",
        Kind::AgentThinking | Kind::TextBlock | Kind::Session | Kind::Other => {
            payload::flag(payload, "is_error") == Some(true)
        }
        Kind::FileOperation | Kind::AgentStateUpdate => false,
    }
}

/// Whether a tool event is the result of the call.
pub fn is_post(event: &Event) -> bool {
    event.event_type == "tool_execution_post"
}

/// Whether a tool's result says that it failed, in any of the ways that publishers use.
pub fn is_failed(payload: &Value) -> bool {
    payload::flag(payload, "is_error") == Some(true)
        || payload::flag(payload, "success") == Some(false)
        || payload::text(payload, "status") == Some("error")
}

pub fn is_error_level(level: &str) -> bool {
    matches!(level.to_ascii_uppercase().as_str(), "ERROR" | "CRITICAL" | "FATAL")
}

/// A tool's input in one line: the most informative field.
pub fn asked(input: &Value, max_bytes: usize) -> String {
    const TELLING: [&str; 13] = [
        "command",
        "file_path",
        "path",
        "notebook_path",
        "pattern",
        "description",
        "url",
        "query",
        "skill",
        "prompt",
        "element",
        "task_id",
        "dir_path",
    ];
    if let Some(text) = payload::first_text(input, &TELLING) {
        return first_line(text, max_bytes);
    }
    if let Some(todos) = input.get("todos").and_then(Value::as_array) {
        let done = todos
            .iter()
            .filter(|todo| payload::text(todo, "status") == Some("completed"))
            .count();
        return format!("{done} of {} done", todos.len());
    }
    match input {
        Value::Null => String::new(),
        Value::Object(map) if map.is_empty() => String::new(),
        other => said(other, max_bytes),
    }
}

/// A value as text: a string as it is, anything else as JSON.
fn said(value: &Value, max_bytes: usize) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => excerpt(text, max_bytes),
        other => excerpt(&other.to_string(), max_bytes),
    }
}

/// The output: only its texts if it consists of texts and pictures, because pictures are shown separately.
fn answered(value: &Value, max_bytes: usize) -> String {
    let parts = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
    let is_picture = |part: &Value| part.as_object().is_some_and(|note| picture_note::name(note).is_some());
    if !parts.iter().any(is_picture) {
        return said(value, max_bytes);
    }
    let others = parts.iter().filter(|part| !is_picture(part));
    let texts = others.map(|part| payload::text(part, "text").map_or_else(|| said(part, max_bytes), str::to_owned));
    excerpt(&texts.collect::<Vec<_>>().join("\n"), max_bytes)
}

fn changed_fields(payload: &Value) -> String {
    let changes = payload
        .get("changed")
        .and_then(Value::as_array)
        .map(Vec::as_slice)
        .unwrap_or_default();
    let mut text = String::new();
    for change in changes.iter().take(12) {
        let Some(field) = payload::text(change, "field") else {
            continue;
        };
        if !text.is_empty() {
            text.push_str(", ");
        }
        text.push_str(&excerpt(field, 64));
        match change.get("new") {
            Some(new) => text.push_str(&format!(" → {}", said(new, 80))),
            None => text.push_str(" removed"),
        }
    }
    if text.is_empty() {
        return excerpt(
            payload::first_text(payload, &["message", "status"]).unwrap_or_default(),
            512,
        );
    }
    excerpt(&text, TEXT_BYTES)
}
