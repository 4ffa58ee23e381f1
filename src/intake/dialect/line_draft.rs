//! A line on its way to events: what they all share, and how a dialect adds them.

use serde_json::{Map, Value};

use super::rest::Kept;
use super::stream_reader::StreamReader;
use crate::place::{LinePart, Place};
use crate::reading::Reading;
use domain::event::{Event, Kind, TimeSource};
use domain::payload;
use domain::timeline::sources::UNRECOGNISED;
use domain::timestamp::Timestamp;
use draft::NewEvent;
use draft::key::Key;

/// See the module.
pub(super) struct LineDraft<'a> {
    pub reader: &'a mut StreamReader,
    pub place: &'a Place<'a>,
    uuid: Option<String>,
    parent: Option<String>,
    pub at: Timestamp,
    pub time_source: TimeSource,
    /// When this conversation was heard of before, if that is known.
    pub heard_at: Option<Timestamp>,
    events: Vec<NewEvent>,
    /// Why there may be no event.
    pub silent: Option<&'static str>,
    /// What it, or a part of it, is called, where no dialect knows such a one.
    pub unknown: Option<String>,
    kept: Kept,
}

impl<'a> LineDraft<'a> {
    /// Takes from the line what every event of it shares.
    pub(super) fn new(reader: &'a mut StreamReader, line: &Value, place: &'a Place<'a>) -> Self {
        if let Some(session_id) = payload::first_text(line, &["session_id", "sessionId"]) {
            reader.session_id = Some(session_id.to_owned());
        }
        let own_time = ["timestamp", "timestamp_ms"]
            .iter()
            .find_map(|field| line.get(field).and_then(time));
        let (at, time_source) = own_time.map_or((place.at, place.time_source), |at| (at, TimeSource::Source));
        // The parent of a sign of life is the tool that lives, which is no sub-agent.
        let is_of_tool = payload::text(line, "type") == Some("tool_progress");
        let parent = payload::text(line, "parent_tool_use_id").filter(|_| !is_of_tool);
        let parent = parent.map(str::to_owned);
        let uuid = payload::text(line, "uuid").map(str::to_owned);
        if uuid.is_some() {
            reader.line_uuid.clone_from(&uuid);
        }
        let heard_at = reader.hear(parent.as_deref(), at, time_source);
        Self {
            uuid,
            parent,
            at,
            time_source,
            heard_at,
            reader,
            place,
            events: Vec::new(),
            silent: None,
            unknown: None,
            kept: Kept::default(),
        }
    }

    /// Adds an event; `keys` are those beside the line's own.
    pub(super) fn add(&mut self, kind: Kind, event_type: &str, payload: Value, keys: Vec<Key>) {
        let event = self.event(kind, event_type, payload);
        self.events.push(NewEvent { event, keys });
    }

    pub(super) fn event(&self, kind: Kind, event_type: &str, payload: Value) -> Event {
        Event {
            kind,
            adw_id: self.place.adw_id.clone(),
            seq: 0,
            timestamp: self.at,
            time_source: self.time_source,
            event_type: event_type.to_owned(),
            agent: Some(self.place.agent.to_owned()),
            run: Some(self.place.run),
            session_id: self.reader.session_id.clone(),
            parent_tool_use_id: self.parent.clone(),
            payload,
        }
    }

    /// The keys of a block: by the line's id, else by its place.
    pub(super) fn keys(&self, block: usize) -> Vec<Key> {
        let part = LinePart::Block(block);
        match &self.uuid {
            Some(uuid) => vec![Key::line(uuid, part.number())],
            None => self.place.line_keys(part),
        }
    }

    /// Passes something through as it came.
    pub(super) fn pass(&mut self, block: usize, event_type: &str, payload: Value) {
        let keys = self.keys(block);
        self.add(Kind::Other, event_type, payload, keys);
    }

    /// Passes on a part of a type that is not known.
    pub(super) fn pass_unknown(&mut self, block: usize, name: &str, payload: Value) {
        self.pass(block, name, payload);
        self.note(UNRECOGNISED, Some(name));
        self.unknown = Some(name.to_owned());
    }

    /// How many events there are so far, which is the place of the next.
    pub(super) fn count(&self) -> usize {
        self.events.len()
    }

    /// Keeps what is left of an object in the event at this place; what was taken out of it or read is in an event already.
    pub(super) fn keep(&mut self, event: usize, rest: Value, read: &[&str]) {
        let event = self.events.get_mut(event);
        if let Some(payload) = event.and_then(|new| new.event.payload.as_object_mut()) {
            self.kept.add_all(payload, rest, read);
        }
    }

    /// As `keep`, for an object that the event holds under this name.
    pub(super) fn keep_within(&mut self, event: usize, name: &str, rest: Value, read: &[&str]) {
        let event = self.events.get_mut(event);
        let within = event.and_then(|new| new.event.payload.get_mut(name)?.as_object_mut());
        if let Some(within) = within {
            self.kept.add_all(within, rest, read);
        }
    }

    /// Keeps one field in the event at this place.
    pub(super) fn keep_field(&mut self, event: usize, field: &str, value: Value) {
        let event = self.events.get_mut(event);
        if let Some(payload) = event.and_then(|new| new.event.payload.as_object_mut()) {
            self.kept.add(payload, field.to_owned(), value);
        }
    }

    /// What the model said, where the line is all of it, or one piece: then the text comes later.
    pub(super) fn text(&self, content: Value) -> NewEvent {
        let mut payload = Map::new();
        payload.insert("content".into(), content);
        set(&mut payload, "model", self.reader.model.clone());
        NewEvent {
            event: self.event(Kind::TextBlock, "text", payload.into()),
            keys: self.keys(0),
        }
    }

    /// As `text`, of what the model thought.
    pub(super) fn thought(&self, content: Value) -> NewEvent {
        let mut text = self.text(content);
        text.event.kind = Kind::AgentThinking;
        text.event.event_type = "thinking".to_owned();
        text
    }

    pub(super) fn add_text(&mut self, content: Value) {
        let text = self.text(content);
        self.events.push(text);
    }

    /// Adds a field that is known to the event that was added last.
    pub(super) fn note(&mut self, field: &str, value: Option<impl Into<Value>>) {
        let last = self.events.last_mut();
        if let Some(payload) = last.and_then(|last| last.event.payload.as_object_mut()) {
            set(payload, field, value);
        }
    }

    /// A short name of the line that no other in the workflow has: the same for whoever writes the file and whoever reads it.
    pub(super) fn line_name(&self) -> String {
        match self.place.mark {
            Some(mark) => mark.line_key(self.place.offset).chars().take(12).collect(),
            None => {
                let key = self.place.key(LinePart::Block(0)).0;
                key.iter().take(6).map(|byte| format!("{byte:02x}")).collect()
            }
        }
    }

    pub(super) fn finish(mut self) -> Reading {
        if let Some(name) = self.unknown.take() {
            let other = self.events.iter_mut().find(|new| new.event.kind == Kind::Other);
            if let Some(payload) = other.and_then(|new| new.event.payload.as_object_mut()) {
                payload.insert(UNRECOGNISED.into(), name.as_str().into());
            }
            return Reading::Unknown(name, self.events);
        }
        match self.silent {
            _ if !self.events.is_empty() => Reading::Source(self.events),
            Some(reason) => Reading::Silent(reason),
            None => Reading::Unrecognised("nothing in it could be read".into()),
        }
    }
}

/// Sets a field that is known; a payload holds no nulls of ours.
pub(super) fn set(payload: &mut Map<String, Value>, field: &str, value: Option<impl Into<Value>>) {
    if let Some(value) = value {
        payload.insert(field.to_owned(), value.into());
    }
}

/// Takes a field out; null where there is none.
pub(super) fn take(value: &mut Value, field: &str) -> Value {
    value.get_mut(field).map(std::mem::take).unwrap_or_default()
}

/// A line's own time: RFC 3339, or milliseconds or seconds since 1970.
fn time(value: &Value) -> Option<Timestamp> {
    match value {
        Value::String(text) => Timestamp::parse(text).map(|(at, _)| at),
        Value::Number(number) => match number.as_f64()? {
            // From 2001 on, as milliseconds; up to 2286, as seconds.
            millis @ 1e12..1e14 => Some(Timestamp(millis as i64)),
            seconds @ 1e9..1e10 => Some(Timestamp((seconds * 1_000.0) as i64)),
            _ => None,
        },
        _ => None,
    }
}
