//! What every block of a model's message shares.

use serde_json::{Map, Value};

use super::line_draft::set;

/// See the module. What the lines of a CLI do not say is none.
#[derive(Clone, Default)]
pub(super) struct MessageHead {
    pub id: Option<Value>,
    /// The tokens of the whole message.
    pub usage: Option<Value>,
    pub model: Option<Value>,
    /// The word for what went wrong, where the message stands in place of an answer.
    pub error: Option<Value>,
}

impl MessageHead {
    pub(super) fn add_to(&self, payload: &mut Map<String, Value>) {
        set(payload, "message_id", self.id.clone());
        set(payload, "usage", self.usage.clone());
        set(payload, "model", self.model.clone());
        if let Some(error) = &self.error {
            payload.insert("error".into(), error.clone());
            payload.insert("is_error".into(), true.into());
        }
    }
}
