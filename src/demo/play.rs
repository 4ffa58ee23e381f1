//! A workflow as a screenplay: what happens when, before anybody has written or pushed any of it.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::tongue::Tongue;

/// A workflow from its beginning to its end.
#[derive(Debug)]
pub struct Play {
    pub adw_id: String,
    /// In the order of time.
    pub beats: Vec<Beat>,
    /// The moments that matter, by name, in milliseconds from the beginning.
    pub marks: Vec<(&'static str, u64)>,
}

/// Something that happens at a moment.
#[derive(Debug)]
pub struct Beat {
    /// Milliseconds from the beginning, in real time.
    pub at_ms: u64,
    pub act: Act,
}

/// What happens.
#[derive(Debug)]
pub enum Act {
    /// What the workflow's scripts tell adwatch themselves.
    Notice {
        kind: &'static str,
        event_type: &'static str,
        payload: Value,
    },
    /// The state document, whole.
    State(Map<String, Value>),
    /// A line in a script's log.
    Log {
        script: &'static str,
        level: &'static str,
        message: String,
    },
    /// The prompt that an agent is started with.
    Prompt {
        agent: String,
        command: &'static str,
        text: String,
    },
    Step(Box<StreamStep>),
}

/// A line of an agent's stream.
#[derive(Debug)]
pub struct StreamStep {
    /// Whose shape its line has.
    pub tongue: Tongue,
    pub agent: Arc<str>,
    /// The number of the agent's attempt, from 1.
    pub run: u32,
    pub session_id: Arc<str>,
    /// The call whose sub-agent this is.
    pub parent: Option<Arc<str>>,
    pub uuid: String,
    pub what: What,
}

#[derive(Debug)]
pub enum What {
    Begin {
        model: &'static str,
        cwd: String,
    },
    /// What a sub-agent is asked to do.
    Asked {
        prompt: String,
    },
    Think {
        message: Message,
        text: String,
    },
    Say {
        message: Message,
        text: String,
    },
    Call {
        tool: Tool,
    },
    Return {
        tool: Tool,
        output: String,
        is_error: bool,
        duration_ms: u64,
        /// What the CLI adds beside the output.
        details: Value,
        file: Option<FileChange>,
    },
    End {
        subtype: &'static str,
        is_error: bool,
        duration_ms: u64,
        turns: u64,
        result: Option<String>,
        /// The message that says it, where the CLI tells that after it.
        message: Message,
        /// None where the CLI tells no price.
        cost_usd: Option<f64>,
        usage: Value,
        model: &'static str,
        /// What each model was used for, sub-agents included, and how these ended.
        models: Value,
        sub_agents: Value,
    },
    /// What the CLI tells of itself: of tasks, or that it asks its host. `system/task_started`, `control_request`, …
    Tell {
        word: &'static str,
        fields: Value,
    },
}

/// A message of the model; its parts repeat it.
#[derive(Clone, Debug, Default)]
pub struct Message {
    pub id: Arc<str>,
    pub model: &'static str,
    pub usage: Value,
    pub cost_usd: f64,
}

#[derive(Clone, Debug)]
pub struct Tool {
    pub id: Arc<str>,
    pub name: &'static str,
    pub input: Arc<Value>,
    /// The message that called it.
    pub message: Message,
}

/// What a tool call did to a file.
#[derive(Debug)]
pub struct FileChange {
    pub operation: &'static str,
    /// Within the repository.
    pub path: String,
    pub diff: String,
    pub lines_added: usize,
    pub lines_removed: usize,
}

impl Play {
    /// The time of a named moment, in milliseconds from the beginning; the end if there is no such moment.
    pub fn mark(&self, name: &str) -> u64 {
        let mark = self.marks.iter().find(|(known, _)| *known == name);
        mark.map_or_else(|| self.length_ms(), |(_, at)| *at)
    }

    pub fn length_ms(&self) -> u64 {
        self.beats.last().map_or(0, |beat| beat.at_ms)
    }
}
