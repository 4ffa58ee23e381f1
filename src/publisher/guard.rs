//! Stages and tool calls that report their end when they are dropped, however they are left.

use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use serde_json::{Map, Value};

use super::calls::{Stage, ToolExecution, milliseconds};
use super::clock;
use super::notifier::Notifier;

/// What is reported about work that a panic ended.
const PANICKED: &str = "it ended in a panic";

/// A running stage. When it is dropped, the stage is completed; or failed, after [`StageGuard::fail`] or in a panic.
#[derive(Debug)]
#[must_use = "the stage ends when this goes"]
pub struct StageGuard {
    notifier: Notifier,
    name: String,
    begun: Instant,
    failure: Mutex<Option<String>>,
}

/// A running tool. When it is dropped, its result is reported; as an error after [`ToolGuard::fail`] or in a panic.
#[derive(Debug)]
#[must_use = "the call ends when this goes"]
pub struct ToolGuard {
    notifier: Notifier,
    tool_use_id: String,
    name: String,
    begun: Instant,
    /// Its output, and whether that is an error.
    result: Mutex<(Value, bool)>,
}

impl StageGuard {
    pub(super) fn begin(notifier: Notifier, name: &str) -> Self {
        notifier.notify_stage_transition(name, Stage::Started, Map::new());
        Self {
            notifier,
            name: name.to_owned(),
            begun: Instant::now(),
            failure: Mutex::default(),
        }
    }

    /// Marks the stage as failed, which is reported when it ends.
    pub fn fail(&self, message: &str) {
        *self.failure.lock().unwrap_or_else(PoisonError::into_inner) = Some(message.to_owned());
    }
}

impl Drop for StageGuard {
    fn drop(&mut self) {
        let failure = self.failure.get_mut().unwrap_or_else(PoisonError::into_inner).take();
        let failure = failure.or_else(|| std::thread::panicking().then(|| PANICKED.to_owned()));
        let mut details = Map::new();
        details.insert("duration_ms".to_owned(), milliseconds(self.begun.elapsed()).into());
        let what = match failure {
            None => Stage::Completed,
            Some(message) => {
                details.insert("message".to_owned(), message.into());
                Stage::Failed
            }
        };
        self.notifier.notify_stage_transition(&self.name, what, details);
    }
}

impl ToolGuard {
    pub(super) fn begin(notifier: Notifier, name: &str, input: Value) -> Self {
        let tool_use_id = format!("adwatch_{:016x}", clock::random());
        notifier.send_tool_execution(ToolExecution::Pre {
            tool_use_id: &tool_use_id,
            tool_name: name,
            input,
        });
        Self {
            notifier,
            tool_use_id,
            name: name.to_owned(),
            begun: Instant::now(),
            result: Mutex::default(),
        }
    }

    /// Sets the output, which is reported when it ends.
    pub fn output(&self, output: impl Into<Value>) {
        self.set(output.into(), false);
    }

    /// Marks the call as failed, which is reported when it ends.
    pub fn fail(&self, message: &str) {
        self.set(message.into(), true);
    }

    fn set(&self, output: Value, is_error: bool) {
        *self.result.lock().unwrap_or_else(PoisonError::into_inner) = (output, is_error);
    }
}

impl Drop for ToolGuard {
    fn drop(&mut self) {
        let (mut output, mut is_error) = std::mem::take(self.result.get_mut().unwrap_or_else(PoisonError::into_inner));
        if std::thread::panicking() && !is_error {
            (output, is_error) = (PANICKED.into(), true);
        }
        self.notifier.send_tool_execution(ToolExecution::Post {
            tool_use_id: &self.tool_use_id,
            tool_name: &self.name,
            output,
            is_error,
            duration: self.begun.elapsed(),
        });
    }
}
