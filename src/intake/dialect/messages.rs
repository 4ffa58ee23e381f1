//! The messages that are being told, one in each conversation: what their later lines do not repeat.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use domain::usage::Usage;

/// As many conversations may come interleaved.
const CONVERSATIONS: usize = 16;

/// See the module; stored with the stream's reader, so that it does not matter where reading began.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Messages(Vec<Told>);

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
struct Told {
    /// The call whose sub-agent it is of.
    #[serde(skip_serializing_if = "Option::is_none")]
    parent: Option<String>,
    id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    model: Option<String>,
    usage: Usage,
}

impl Messages {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// A message begins, and has this id.
    pub(super) fn begin(&mut self, parent: Option<&str>, id: String, model: Option<String>, usage: Usage) {
        self.end(parent);
        if self.0.len() == CONVERSATIONS {
            self.0.remove(0);
        }
        self.0.push(Told {
            parent: parent.map(str::to_owned),
            id,
            model,
            usage,
        });
    }

    /// Nothing that comes is of the conversation's last message.
    pub(super) fn end(&mut self, parent: Option<&str>) {
        self.0.retain(|told| told.parent.as_deref() != parent);
    }

    /// The whole tokens of the message that is being told, by what a later line says of some: its id, its model and they.
    pub(super) fn grown(&mut self, parent: Option<&str>, later: &Value) -> Option<(String, Option<String>, Usage)> {
        let told = self.of(parent)?;
        let known = told.usage;
        let said = Usage::from_value(later)?;
        told.usage = Usage {
            input: known.input.max(said.input),
            output: known.output.max(said.output),
            cache_read: known.cache_read.max(said.cache_read),
            cache_creation: known.cache_creation.max(said.cache_creation),
            reasoning: known.reasoning.max(said.reasoning),
        };
        Some((told.id.clone(), told.model.clone(), told.usage))
    }

    /// The id of the message of a line that names none: that of the line before it, if both are of one message.
    ///
    /// All lines of a message tell what the model read for it, which grows from message to message; what it wrote may grow
    /// from line to line.
    pub(super) fn unnamed(&mut self, parent: Option<&str>, usage: Usage, name: impl FnOnce() -> String) -> String {
        let of_one = |told: &&mut Told| {
            let read = |usage: Usage| (usage.input, usage.cache_read, usage.cache_creation);
            read(told.usage) == read(usage) && told.usage.output <= usage.output
        };
        if let Some(told) = self.of(parent).filter(of_one) {
            told.usage = usage;
            return told.id.clone();
        }
        let id = name();
        self.begin(parent, id.clone(), None, usage);
        id
    }

    fn of(&mut self, parent: Option<&str>) -> Option<&mut Told> {
        self.0.iter_mut().find(|told| told.parent.as_deref() == parent)
    }
}
