//! What the dashboard of earlier ADW tools takes at an address for each kind: flat bodies, which are items of today once the
//! address has said their kind.
//!
//! A body that lacks what its kind is about is refused with that field: as an event it would say nothing.

mod output_chunk;
mod within;

use serde_json::{Map, Value};

use super::Refusal;
use domain::event::Kind;
use domain::timeline::report::Reported;
pub use output_chunk::{ChunkDrafts, ChunkReader, OutputChunk, add_pushed_keys};
pub use within::within_workflow;

/// The `event_type` of a screenshot that is told of, and not shown.
pub const SCREENSHOT: &str = "screenshot_available";
/// The `event_type` of a plan that was written.
pub const SPEC: &str = "spec_created";

/// One of those addresses. The chunks of an agent's output are read by [`ChunkReader`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OlderDoor {
    Log,
    File,
    Thinking,
    Tool,
    Phase,
    Screenshot,
    Spec,
}

impl OlderDoor {
    /// The body as an item of today's shape. A body that has that shape already stays as it is.
    pub fn item(self, body: Value) -> Result<Value, Refusal> {
        let Value::Object(mut fields) = body else {
            return Ok(body);
        };
        if fields.get("data").is_some_and(Value::is_object) {
            if !fields.contains_key("event_type") {
                fields.entry("type").or_insert_with(|| self.word(&Map::new()).into());
            }
            return Ok(Value::Object(fields));
        }
        self.check(&fields)?;
        let word = self.word(&fields);
        if fields.get("type").and_then(Value::as_str) == Some(word) {
            // It only repeats the address.
            fields.remove("type");
        }
        if self == Self::Phase
            && let Some(status) = end_of(&fields)
        {
            fields.entry("status").or_insert_with(|| status.into());
        }
        if let Some(message) = self.sentence(&fields).filter(|_| !is_told(&fields, "message")) {
            fields.insert("message".to_owned(), message.into());
        }
        Ok(Value::Object(Map::from_iter([
            ("type".to_owned(), word.into()),
            ("data".to_owned(), Value::Object(fields)),
        ])))
    }

    /// The `type` of the event.
    fn word(self, fields: &Map<String, Value>) -> &'static str {
        match self {
            Self::Log => Kind::AgentLogEntry.name(),
            Self::File => Kind::FileOperation.name(),
            Self::Thinking => Kind::AgentThinking.name(),
            Self::Tool => Kind::ToolExecution.name(),
            // A phase that is called after an end is the end of the workflow, and no stage that would stay open for ever.
            Self::Phase if end_of(fields).is_some() => Kind::StatusUpdate.name(),
            Self::Phase => Kind::StageTransition.name(),
            Self::Screenshot => SCREENSHOT,
            Self::Spec => SPEC,
        }
    }

    fn check(self, fields: &Map<String, Value>) -> Result<(), Refusal> {
        let (field, example, may_be_empty) = match self {
            Self::Log => ("message", "\"message\":\"planning\"", true),
            Self::File => ("file_path", "\"file_path\":\"src/retry.rs\"", false),
            // Some models send only a signature.
            Self::Thinking => ("content", "\"content\":\"the retry has no limit\"", true),
            Self::Tool => ("tool_name", "\"tool_name\":\"Bash\"", false),
            Self::Phase => ("phase_to", "\"phase_to\":\"build\"", false),
            Self::Screenshot => (
                "screenshot_path",
                "\"screenshot_path\":\"reviewer/review_img/home.png\"",
                false,
            ),
            Self::Spec => ("spec_path", "\"spec_path\":\"specs/retry.md\"", false),
        };
        // Who sends it is to be told first.
        if !is_told(fields, "adw_id") {
            return Ok(());
        }
        let text = match fields.get(field) {
            // An older key for the same.
            None if self == Self::File && is_told(fields, "path") => return Ok(()),
            None | Some(Value::Null) => None,
            Some(Value::String(text)) => Some(text),
            Some(_) if may_be_empty => return Ok(()),
            Some(_) => {
                return Err(Refusal::new(
                    field,
                    format!("{field} is no string; send a string, for example {example}"),
                ));
            }
        };
        match text {
            Some(text) if may_be_empty || !text.trim().is_empty() => Ok(()),
            _ => Err(Refusal::new(
                field,
                format!("{field} is missing; send it, for example {example}"),
            )),
        }
    }

    /// What happened in a sentence, where the body has none and its kind shows no other text.
    fn sentence(self, fields: &Map<String, Value>) -> Option<String> {
        let text = |field: &str| fields.get(field)?.as_str().filter(|text| !text.is_empty());
        let with_type = |said: String, field: &str| match text(field) {
            Some(kind) => format!("{said} ({kind})"),
            None => said,
        };
        match self {
            Self::Screenshot => {
                let said = format!("a screenshot is available: {}", text("screenshot_path")?);
                Some(with_type(said, "screenshot_type"))
            }
            Self::Spec => Some(with_type(
                format!("a spec was created: {}", text("spec_path")?),
                "spec_type",
            )),
            Self::Log | Self::File | Self::Thinking | Self::Tool | Self::Phase => None,
        }
    }
}

/// The folder of the workflow's that a file's path names, if it is an agent's own.
pub fn agent_of(path: &str) -> Option<&str> {
    path.split_once('/').map(|(folder, _)| folder)
}

/// How the workflow ended, if the phase is called after that.
fn end_of(fields: &Map<String, Value>) -> Option<&'static str> {
    match Reported::from_word(fields.get("phase_to")?.as_str()?)? {
        Reported::Completed => Some("completed"),
        Reported::Failed => Some("failed"),
        Reported::Running => None,
    }
}

fn is_told(fields: &Map<String, Value>, field: &str) -> bool {
    match fields.get(field) {
        None | Some(Value::Null) => false,
        Some(Value::String(text)) => !text.is_empty(),
        Some(_) => true,
    }
}

#[cfg(test)]
mod tests;
