//! The calls, under the names that workflow authors know.

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::notifier::Notifier;

/// The status of a workflow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReportedStatus {
    Started,
    InProgress,
    Completed,
    Failed,
}

/// What became of a stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    Started,
    Completed,
    Failed,
    Skipped,
}

/// A tool call, or its result. Both have the same id.
#[derive(Clone, Debug)]
pub enum ToolExecution<'a> {
    Pre {
        tool_use_id: &'a str,
        tool_name: &'a str,
        input: Value,
    },
    Post {
        tool_use_id: &'a str,
        tool_name: &'a str,
        output: Value,
        is_error: bool,
        duration: Duration,
    },
}

impl ReportedStatus {
    /// Its name on the wire.
    pub fn word(self) -> &'static str {
        match self {
            Self::Started => "started",
            Self::InProgress => "in_progress",
            Self::Completed => "completed",
            Self::Failed => "failed",
        }
    }
}

impl Stage {
    /// Its name on the wire.
    pub fn word(self) -> &'static str {
        match self {
            Self::Started => "stage_started",
            Self::Completed => "stage_completed",
            Self::Failed => "stage_failed",
            Self::Skipped => "stage_skipped",
        }
    }
}

impl Notifier {
    /// Some fields of the state document with their new values; null is a value. See [`Notifier::save_state`] for a document in a
    /// file.
    pub fn send_agent_state_update(&self, fields: Map<String, Value>) {
        let change = |(field, new)| json!({"field": field, "new": new});
        let changed: Vec<Value> = fields.into_iter().map(change).collect();
        self.publish("agent_state_update", "state_change", json!({"changed": changed}));
    }

    /// A log entry; the level is `DEBUG`, `INFO`, `SUCCESS`, `WARNING`, `ERROR`, or any other word.
    pub fn send_agent_log_entry(&self, level: &str, message: &str) {
        self.publish(
            "agent_log_entry",
            "log_entry",
            json!({"level": level, "message": message}),
        );
    }

    /// A file was read or changed: `read`, `create`, `modify`, `delete`. `details` contains what else is known, such as `diff`,
    /// `lines_added` or `summary`.
    pub fn send_file_operation(&self, operation: &str, path: &str, details: Map<String, Value>) {
        let mut payload = details;
        payload.insert("path".to_owned(), path.into());
        self.publish("file_operation", operation, payload.into());
    }

    /// What an agent thought.
    pub fn send_agent_thinking(&self, content: &str) {
        self.publish("agent_thinking", "thinking", json!({"content": content}));
    }

    /// A tool was called or has finished. [`Notifier::tool`] reports both.
    pub fn send_tool_execution(&self, execution: ToolExecution<'_>) {
        match execution {
            ToolExecution::Pre {
                tool_use_id,
                tool_name,
                input,
            } => self.publish(
                "tool_execution",
                "tool_execution_pre",
                json!({"tool_use_id": tool_use_id, "tool_name": tool_name, "input": input}),
            ),
            ToolExecution::Post {
                tool_use_id,
                tool_name,
                output,
                is_error,
                duration,
            } => self.publish(
                "tool_execution",
                "tool_execution_post",
                json!({"tool_use_id": tool_use_id, "tool_name": tool_name, "output": output, "is_error": is_error,
                    "duration_ms": milliseconds(duration)}),
            ),
        }
    }

    /// What an agent said.
    pub fn send_text_block(&self, content: &str) {
        self.publish("text_block", "text", json!({"content": content}));
    }

    /// The status of the workflow. `details` contains what else is known, such as `progress_percent`, `current_step` or
    /// `workflow_name`.
    pub fn send_status_update(&self, status: ReportedStatus, message: &str, details: Map<String, Value>) {
        let mut payload = details;
        payload.insert("status".to_owned(), status.word().into());
        payload.insert("message".to_owned(), message.into());
        self.publish("status_update", status.word(), payload.into());
    }

    /// A stage started or ended. [`Notifier::stage`] reports both.
    pub fn notify_stage_transition(&self, stage: &str, what: Stage, details: Map<String, Value>) {
        let mut payload = details;
        payload.insert("stage".to_owned(), stage.into());
        self.publish("stage_transition", what.word(), payload.into());
    }

    /// The workflow has started.
    pub fn notify_start(&self, message: &str) {
        self.send_status_update(ReportedStatus::Started, message, Map::new());
    }

    /// The progress of the workflow, from 0 to 100, and its current step.
    pub fn notify_progress(&self, progress_percent: f64, current_step: &str, message: &str) {
        let details = [
            ("progress_percent", json!(progress_percent)),
            ("current_step", current_step.into()),
        ];
        let details = details.map(|(field, value)| (field.to_owned(), value));
        self.send_status_update(ReportedStatus::InProgress, message, Map::from_iter(details));
    }

    /// The workflow is complete.
    pub fn notify_complete(&self, message: &str) {
        self.send_status_update(ReportedStatus::Completed, message, Map::new());
    }

    /// The workflow has failed.
    pub fn notify_error(&self, message: &str) {
        self.send_status_update(ReportedStatus::Failed, message, Map::new());
    }
}

pub(super) fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
