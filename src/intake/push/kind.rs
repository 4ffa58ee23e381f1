//! What kind of event a publisher means, by the names of today and the older ones.

use serde_json::{Map, Value};

use super::Refusal;
use domain::event::{Event, Kind};
use domain::payload;

/// What a publisher calls the event: at least one of the two.
pub(super) struct Words {
    type_word: Option<String>,
    event_type: Option<String>,
}

impl Words {
    pub(super) fn new(type_word: Option<String>, event_type: Option<String>) -> Result<Self, Refusal> {
        if type_word.is_none() && event_type.is_none() {
            return Err(Refusal::new(
                "type",
                "type is missing; name the kind of event, for example \"type\":\"agent_log_entry\"",
            ));
        }
        Ok(Self { type_word, event_type })
    }

    /// The kind that `type` names; in the older shape, that `event_type` names.
    pub(super) fn kind(&self) -> Kind {
        let word = self.type_word.as_deref().or(self.event_type.as_deref());
        word.map_or(Kind::Other, kind_of)
    }

    /// Gives the event its type, and the payload the names of today beside the older ones.
    pub(super) fn settle(self, event: &mut Event) {
        let Self { type_word, event_type } = self;
        if event.kind == Kind::Other {
            event.event_type = event_type.or_else(|| type_word.clone()).unwrap_or_default();
            if let (Value::Object(fields), Some(word)) = (&mut event.payload, type_word)
                && word != event.event_type
                && word != Kind::Other.name()
            {
                fields.entry("type").or_insert(Value::String(word));
            }
            return;
        }
        let word = event_type.or_else(|| type_word.filter(|word| Kind::from_name(word).is_none()));
        event.event_type = match known(event.kind, word.as_deref(), &event.payload) {
            Some(known) => known.to_owned(),
            None => word.unwrap_or_else(|| event.kind.name().to_owned()),
        };
        if let Value::Object(fields) = &mut event.payload {
            add_names_of_today(event.kind, &event.event_type, fields);
        }
    }
}

/// The kind a word names: a `type` of today, an `event_type`, or what older tools and their browsers call it.
fn kind_of(word: &str) -> Kind {
    if let Some(kind) = Kind::from_name(word) {
        return kind;
    }
    match word {
        "state_change" | "agent_updated" => Kind::AgentStateUpdate,
        "log_entry" | "agent_log" | "workflow_log" => Kind::AgentLogEntry,
        "file_changed" => Kind::FileOperation,
        "thinking" | "thinking_block" => Kind::AgentThinking,
        "tool_execution_pre" | "tool_execution_post" | "tool_use_pre" | "tool_use_post" => Kind::ToolExecution,
        "text" => Kind::TextBlock,
        "stage_started" | "stage_completed" | "stage_failed" | "stage_skipped" => Kind::StageTransition,
        "workflow_started" | "workflow_completed" | "workflow_failed" | "agent_summary_update" => Kind::StatusUpdate,
        "session_started" | "session_ended" => Kind::Session,
        _ => Kind::Other,
    }
}

/// The event_type of today for a word or, where it says nothing more than the kind, for what the payload holds.
/// None where the publisher has a word of its own.
fn known(kind: Kind, word: Option<&str>, payload: &Value) -> Option<&'static str> {
    let word = word.unwrap_or(kind.name());
    match kind {
        Kind::AgentStateUpdate => match word {
            "agent_state_update" | "agent_updated" | "state_change" => Some("state_change"),
            _ => None,
        },
        Kind::AgentLogEntry => match word {
            "agent_log_entry" | "agent_log" | "log_entry" => Some("log_entry"),
            _ => None,
        },
        Kind::FileOperation => match word {
            "file_operation" | "file_changed" => operation(payload::text(payload, "operation")?),
            word => operation(word),
        },
        Kind::AgentThinking => match word {
            "agent_thinking" | "thinking_block" | "thinking" => Some("thinking"),
            _ => None,
        },
        Kind::ToolExecution => match word {
            "tool_execution_pre" | "tool_use_pre" | "pre" => Some("tool_execution_pre"),
            "tool_execution_post" | "tool_use_post" | "post" => Some("tool_execution_post"),
            "tool_execution" => Some(phase(payload)),
            _ => None,
        },
        Kind::TextBlock => match word {
            "text_block" | "text" => Some("text"),
            _ => None,
        },
        Kind::StageTransition => match word {
            "stage_transition" => payload::first_text(payload, &["status", "state"])
                .and_then(transition)
                .or(Some("stage_started")),
            word => transition(word),
        },
        Kind::StatusUpdate => match word {
            "status_update" | "agent_summary_update" => status(payload::text(payload, "status")?),
            word => status(word),
        },
        Kind::Session => match word {
            "session" => Some(session(payload)),
            _ => None,
        },
        Kind::Other => None,
    }
}

fn operation(word: &str) -> Option<&'static str> {
    match word {
        "read" => Some("read"),
        "create" | "created" => Some("create"),
        // A write may have made the file; that it changed it is true in any case.
        "modify" | "modified" | "write" | "written" | "edit" | "update" | "updated" => Some("modify"),
        "delete" | "deleted" | "remove" | "removed" => Some("delete"),
        _ => None,
    }
}

/// Only a result has these fields.
fn phase(payload: &Value) -> &'static str {
    let is_said = |field: &&str| payload.get(field).is_some_and(|value| !value.is_null());
    match payload::text(payload, "phase") {
        Some("pre") => "tool_execution_pre",
        Some("post") => "tool_execution_post",
        _ if ["output", "tool_output", "is_error", "success", "duration_ms"]
            .iter()
            .any(is_said) =>
        {
            "tool_execution_post"
        }
        _ => "tool_execution_pre",
    }
}

fn transition(word: &str) -> Option<&'static str> {
    match word {
        "stage_started" | "started" | "running" | "in_progress" => Some("stage_started"),
        "stage_completed" | "completed" | "success" => Some("stage_completed"),
        "stage_failed" | "failed" | "error" => Some("stage_failed"),
        "stage_skipped" | "skipped" => Some("stage_skipped"),
        _ => None,
    }
}

fn status(word: &str) -> Option<&'static str> {
    match word {
        "started" | "workflow_started" => Some("started"),
        "in_progress" | "running" => Some("in_progress"),
        "completed" | "workflow_completed" => Some("completed"),
        "failed" | "workflow_failed" => Some("failed"),
        _ => None,
    }
}

/// Only the end of a session has these fields.
fn session(payload: &Value) -> &'static str {
    let is_said = |field: &&str| payload.get(field).is_some_and(|value| !value.is_null());
    let has_ended = ["is_error", "result", "num_turns", "duration_ms", "cost_usd"]
        .iter()
        .any(is_said);
    if has_ended { "session_ended" } else { "session_started" }
}

/// Readers look for the names of today; the older ones stay, because nothing a publisher says is dropped.
fn add_names_of_today(kind: Kind, event_type: &str, fields: &mut Map<String, Value>) {
    let mut copy = |today: &str, older: &str| {
        if !fields.contains_key(today)
            && let Some(value) = fields.get(older).cloned()
        {
            fields.insert(today.to_owned(), value);
        }
    };
    match kind {
        Kind::FileOperation => copy("path", "file_path"),
        Kind::StageTransition => {
            copy("stage", "stage_name");
            copy("stage", "to_stage");
            copy("stage", "phase_to");
            copy("previous", "previous_stage");
            copy("previous", "from_stage");
            copy("previous", "phase_from");
        }
        Kind::ToolExecution => {
            // These can be large: renamed, not copied.
            for (today, older) in [
                ("input", "tool_input"),
                ("input", "input_data"),
                ("output", "tool_output"),
            ] {
                if !fields.contains_key(today)
                    && let Some(value) = fields.remove(older)
                {
                    fields.insert(today.to_owned(), value);
                }
            }
            if event_type == "tool_execution_post" && !fields.contains_key("is_error") {
                let failed = match (fields.get("success"), fields.get("error")) {
                    (Some(Value::Bool(success)), _) => Some(!success),
                    (_, Some(Value::String(error))) if !error.is_empty() => Some(true),
                    _ => None,
                };
                if let Some(failed) = failed {
                    fields.insert("is_error".to_owned(), failed.into());
                }
            }
        }
        Kind::AgentStateUpdate
        | Kind::AgentLogEntry
        | Kind::AgentThinking
        | Kind::TextBlock
        | Kind::StatusUpdate
        | Kind::Session
        | Kind::Other => {}
    }
}
