//! What publishers push: from one item of JSON to what is to be recorded, or to the field that is wrong and why.
//!
//! Two shapes are read: today's `{"type":…,"data":{adw_id, …, payload}}`, whose payload may also lie flat in `data`, and the
//! older `{adw_id, event_type, data, timestamp}`. Older addresses that take one kind each are `older`'s. Nothing a publisher says
//! is dropped or cut: it is kept, or refused. A hook's item (`hook`) need not name its workflow, and may tell of two events.

pub mod body;
mod envelope;
mod fields;
pub mod hook;
mod kind;
mod moment;
pub mod older;
mod state;

use serde_json::Value;

use domain::event::Kind;
use domain::timestamp::Timestamp;
use draft::key;
use draft::redaction::Clean;
use draft::{Draft, NewEvent};
use envelope::{Envelope, ToldTime};
use fields::ItemFields;

/// The longest `type` and `event_type`, in characters.
pub const WORD_CHARS: usize = 128;
/// The longest name or id a publisher may give, in characters.
pub const NAME_CHARS: usize = 256;

/// Why an item cannot be kept.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct Refusal {
    /// The field that is wrong; `item` for the item as a whole.
    pub field: String,
    /// What is wrong with it, and what to send instead.
    pub reason: String,
}

/// When and where an item came in: what its time means if it says none, or names no zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Received {
    pub at: Timestamp,
    /// How far the server's local time is ahead of UTC.
    pub utc_offset_minutes: i32,
}

/// Reads one pushed item.
pub fn draft(item: Clean<Value>, received: Received) -> Result<Draft, Refusal> {
    let mut fields = ItemFields::of(item.into_inner())?;
    if fields.type_word().as_deref() == Some(hook::WORD) {
        return hook::draft(fields, received);
    }
    let adw_id = fields.adw_id()?;
    let event_type = fields.event_type()?;
    let words = kind::Words::new(fields.type_word(), event_type)?;
    let mut envelope = Envelope::take(&mut fields)?;
    let line = fields.line()?;
    let moment = ToldTime::take(&mut fields, received)?;
    let kind = words.kind();
    let payload = fields.into_payload(kind);
    envelope.find_session(&payload);
    let event_id = envelope.event_id.take();
    let mut event = envelope.event(kind, String::new(), adw_id, &moment, payload);
    words.settle(&mut event);
    let mut keys = key::of_event(&event, event_id.as_deref());
    keys.extend(line);
    if kind == Kind::AgentStateUpdate {
        return state::draft(event, keys);
    }
    Ok(Draft::Event(NewEvent { event, keys }))
}

impl Refusal {
    fn new(field: &str, reason: impl Into<String>) -> Self {
        Self {
            field: field.to_owned(),
            reason: reason.into(),
        }
    }
}

#[cfg(test)]
mod tests;
