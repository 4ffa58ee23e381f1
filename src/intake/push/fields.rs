//! The fields of a pushed item, wherever they stand: in `data`, beside it, or in the payload.

use serde_json::{Map, Number, Value};

use super::{NAME_CHARS, Refusal, WORD_CHARS};
use domain::adw_id::AdwId;
use domain::event::Kind;
use draft::key::Key;

/// An item taken apart. What nobody asks for by name becomes the payload.
pub(super) struct ItemFields {
    /// `type`; an item without one has the older shape.
    word: Option<String>,
    data: Map<String, Value>,
    /// What stands beside `data`.
    beside: Map<String, Value>,
}

impl ItemFields {
    pub(super) fn of(item: Value) -> Result<Self, Refusal> {
        let Value::Object(mut beside) = item else {
            return Err(Refusal::new(
                "item",
                format!("the item is {}; send an object with type and data", name_of(&item)),
            ));
        };
        let data = match beside.remove("data") {
            None | Some(Value::Null) => Map::new(),
            Some(Value::Object(data)) => data,
            Some(other) => {
                return Err(Refusal::new(
                    "data",
                    format!("data is {}; send an object", name_of(&other)),
                ));
            }
        };
        let mut fields = Self {
            word: None,
            data,
            beside,
        };
        let word = fields.beside.remove("type").unwrap_or(Value::Null);
        fields.word = text("type", word, WORD_CHARS)?;
        Ok(fields)
    }

    pub(super) fn type_word(&self) -> Option<String> {
        self.word.clone()
    }

    /// Takes a field out; null counts as absent. In the older shape what stands beside `data` is the event's own.
    pub(super) fn take(&mut self, field: &str) -> Option<Value> {
        let (first, second) = if self.word.is_some() {
            (&mut self.data, &mut self.beside)
        } else {
            (&mut self.beside, &mut self.data)
        };
        let found = first.remove(field).filter(|value| !value.is_null());
        if found.is_none() || second.get(field) == found.as_ref() {
            return second.remove(field).filter(|value| !value.is_null()).or(found);
        }
        found
    }

    /// Takes a text out; an empty one counts as absent, a number as its digits.
    pub(super) fn text(&mut self, field: &str, max_chars: usize) -> Result<Option<String>, Refusal> {
        let value = self.take(field).unwrap_or(Value::Null);
        text(field, value, max_chars)
    }

    pub(super) fn event_type(&mut self) -> Result<Option<String>, Refusal> {
        self.text("event_type", WORD_CHARS)
    }

    pub(super) fn adw_id(&mut self) -> Result<AdwId, Refusal> {
        self.named_workflow()?.ok_or_else(|| {
            Refusal::new(
                "adw_id",
                "adw_id is missing; name the workflow in data, for example \"adw_id\":\"c0a43f47\"",
            )
        })
    }

    /// The workflow, if the item names one.
    pub(super) fn named_workflow(&mut self) -> Result<Option<AdwId>, Refusal> {
        let Some(value) = self.take("adw_id") else {
            return Ok(None);
        };
        let id = match value {
            Value::String(id) => id,
            Value::Number(id) if !id.is_f64() => id.to_string(),
            other => {
                return Err(Refusal::new(
                    "adw_id",
                    format!("adw_id is {}; send a string, for example c0a43f47", name_of(&other)),
                ));
            }
        };
        id.parse()
            .map(Some)
            .map_err(|error: domain::adw_id::AdwIdError| Refusal::new("adw_id", error.to_string()))
    }

    /// The attempt of the agent; a text of digits counts.
    pub(super) fn run(&mut self) -> Result<Option<u32>, Refusal> {
        let Some(value) = self.take("run") else {
            return Ok(None);
        };
        let number = match &value {
            Value::Number(number) => whole(number),
            Value::String(digits) => digits.trim().parse().ok(),
            _ => None,
        };
        let run = number.and_then(|number| u32::try_from(number).ok());
        run.filter(|run| *run > 0).map(Some).ok_or_else(|| {
            Refusal::new(
                "run",
                "run must be a whole number of at least 1; leave it out if there was only one run",
            )
        })
    }

    /// The key of a block of a line that a stream holds as well. Neither name nor place of it is for the payload.
    pub(super) fn line(&mut self) -> Result<Option<Key>, Refusal> {
        let Some(line_key) = self.text("line_key", NAME_CHARS)? else {
            return Ok(None);
        };
        let beside = self.data.remove("block_index");
        let payload = self.data.get_mut("payload").and_then(Value::as_object_mut);
        let within = payload.and_then(|payload| payload.remove("block_index"));
        let block = beside.or(within);
        let block = block.as_ref().and_then(Value::as_u64).unwrap_or(0);
        Ok(Some(Key::line(&line_key, block)))
    }

    /// What is left: the payload, and whatever stood beside it. Where two fields have one name, the payload's own keeps it.
    pub(super) fn into_payload(mut self, kind: Kind) -> Value {
        let payload = match self.data.remove("payload") {
            Some(payload) => Some(payload),
            None => self.beside.remove("payload"),
        };
        let is_alone = self.data.is_empty() && self.beside.is_empty();
        let mut payload = match payload {
            None | Some(Value::Null) => Map::new(),
            Some(Value::Object(payload)) => payload,
            Some(other) if is_alone && kind == Kind::Other => return other,
            Some(other) => Map::from_iter([(field_of_bare(kind, &other).to_owned(), other)]),
        };
        let mut homeless = Map::new();
        for (field, value) in self.data.into_iter().chain(self.beside) {
            match payload.get(&field) {
                None => {
                    payload.insert(field, value);
                }
                Some(known) if *known == value => {}
                Some(_) => {
                    homeless.insert(field, value);
                }
            }
        }
        if !homeless.is_empty() {
            let mut name = "beside".to_owned();
            while payload.contains_key(&name) {
                name.push('_');
            }
            payload.insert(name, Value::Object(homeless));
        }
        Value::Object(payload)
    }
}

/// Where a payload belongs that is a bare value.
fn field_of_bare(kind: Kind, payload: &Value) -> &'static str {
    if !payload.is_string() {
        return "value";
    }
    match kind {
        Kind::AgentThinking | Kind::TextBlock => "content",
        Kind::AgentLogEntry | Kind::StageTransition | Kind::StatusUpdate => "message",
        Kind::AgentStateUpdate | Kind::FileOperation | Kind::ToolExecution | Kind::Session | Kind::Other => "value",
    }
}

fn text(field: &str, value: Value, max_chars: usize) -> Result<Option<String>, Refusal> {
    let text = match value {
        Value::Null => return Ok(None),
        Value::String(text) if text.is_empty() => return Ok(None),
        Value::String(text) => text,
        Value::Number(number) => number.to_string(),
        other => {
            return Err(Refusal::new(
                field,
                format!("{field} is {}; send a string", name_of(&other)),
            ));
        }
    };
    // A text of so many bytes cannot have more characters, and most are short.
    if text.len() > max_chars {
        let count = text.chars().count();
        if count > max_chars {
            return Err(Refusal::new(
                field,
                format!("{field} has {count} characters; at most {max_chars} are allowed"),
            ));
        }
    }
    Ok(Some(text))
}

/// A whole number, also where it was written as `1.0`.
fn whole(number: &Number) -> Option<u64> {
    number.as_u64().or_else(|| {
        number
            .as_f64()
            .filter(|float| float.fract() == 0.0 && (0.0..9e15).contains(float))
            .map(|float| float as u64)
    })
}

fn name_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}
