//! A line of a Claude Code stream (`--output-format stream-json`) as events: one for each block of its content.
//!
//! The set of line types is open, and no field is sure to be there or to have its type: what is not known passes
//! through as kind `other`, and what is missing is left out. Nothing here loses the rest of a line.

mod blocks;
mod call;
mod file_change;
mod result_text;
mod scrub;
mod session;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::draft::NewEvent;
use super::event::{Event, Kind, TimeSource};
use super::key::Key;
use super::lenient_json;
use super::payload;
use super::place::Place;
use super::redaction::{self, Clean};
use super::timeline::sources::MENDED;
use super::timestamp::Timestamp;
use call::OpenCalls;

/// Lines of this many conversations (the main one, and sub-agents) may come interleaved; up to 4 were seen.
const CONVERSATIONS: usize = 16;

/// What a line is: exactly one of the three.
#[derive(Clone, Debug, PartialEq)]
pub enum Reading {
    /// The source of these events, of one at least.
    Source(Vec<NewEvent>),
    /// Recognised, and it says nothing; the reason is one of a few fixed words.
    Silent(&'static str),
    /// Not understood, and why.
    Oddity(String),
}

/// What has to be remembered from line to line; stored with the offset up to which it was read.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Reader {
    session_id: Option<String>,
    model: Option<String>,
    calls: OpenCalls,
    /// When each conversation was last heard of: its Task call, and the time. The newest at the end.
    heard: Vec<(Option<String>, Timestamp, TimeSource)>,
}

/// The words in `type` by which a stream is told from other files of JSON lines.
pub fn is_known_type(line_type: &str) -> bool {
    let claude_code = [
        "system",
        "assistant",
        "user",
        "result",
        "rate_limit_event",
        "stream_event",
        "keep_alive",
    ];
    let other_cli = ["init", "message", "tool_use", "tool_result", "error"];
    claude_code.contains(&line_type) || other_cli.contains(&line_type) || line_type.starts_with("control_")
}

impl Reader {
    /// Reads one line.
    pub fn read(&mut self, text: &str, place: &Place<'_>) -> Reading {
        if text.trim().is_empty() {
            return Reading::Silent("empty line");
        }
        let parsed = match lenient_json::parse(text) {
            Ok(parsed) => parsed,
            Err(error) => return Reading::Oddity(format!("no JSON: {error}")),
        };
        let mended = parsed.mended;
        let mut reading = self.read_value(redaction::value(scrub::without_ballast(parsed.value)), place);
        if let (Some(what), Reading::Source(events)) = (mended, &mut reading) {
            let reason = format!("{what} was replaced");
            events.push(place.trouble(MENDED, &reason, text, vec![place.key(usize::MAX)]));
        }
        reading
    }

    /// Reads a line that was parsed and redacted.
    fn read_value(&mut self, value: Clean<Value>, place: &Place<'_>) -> Reading {
        let Value::Object(line) = value.into_inner() else {
            return Reading::Oddity("JSON, but no object".into());
        };
        let line = Value::Object(line);
        let Some(line_type) = payload::text(&line, "type").map(str::to_owned) else {
            return Reading::Oddity("an object without a type".into());
        };
        let subtype = payload::text(&line, "subtype").map(str::to_owned);
        match (line_type.as_str(), subtype.as_deref()) {
            ("stream_event", _) => return Reading::Silent("stream_event"),
            ("keep_alive", _) => return Reading::Silent("keep_alive"),
            ("system", Some("thinking_tokens")) => return Reading::Silent("system/thinking_tokens"),
            _ => {}
        }
        let mut draft = LineDraft::new(self, &line, place);
        match (line_type.as_str(), subtype.as_deref()) {
            ("assistant", _) => blocks::assistant(&mut draft, line),
            ("user", _) => blocks::user(&mut draft, line),
            ("result", _) if is_claude_result(&line) => session::ended(&mut draft, line),
            ("system", Some("init")) => session::started(&mut draft, line),
            ("system", Some(subtype)) => draft.pass(0, &format!("system/{subtype}"), line),
            (other, _) => draft.pass(0, other, line),
        }
        draft.finish()
    }
}

/// The other CLI that shares the file names has a `result` line too, with `stats` and a `status`.
fn is_claude_result(line: &Value) -> bool {
    line.get("subtype").is_some() || line.get("is_error").is_some() || line.get("total_cost_usd").is_some()
}

/// A line on its way to events.
struct LineDraft<'a> {
    reader: &'a mut Reader,
    place: &'a Place<'a>,
    uuid: Option<String>,
    parent: Option<String>,
    at: Timestamp,
    time_source: TimeSource,
    /// When this conversation was heard of before, if that is known.
    heard_at: Option<Timestamp>,
    events: Vec<NewEvent>,
    silent: Option<&'static str>,
}

impl<'a> LineDraft<'a> {
    /// Takes from the line what every event of it shares.
    fn new(reader: &'a mut Reader, line: &Value, place: &'a Place<'a>) -> Self {
        if let Some(session_id) = payload::first_text(line, &["session_id", "sessionId"]) {
            reader.session_id = Some(session_id.to_owned());
        }
        let own_time = line.get("timestamp").and_then(time);
        let (at, time_source) = own_time.map_or((place.at, place.time_source), |at| (at, TimeSource::Source));
        let parent = payload::text(line, "parent_tool_use_id").map(str::to_owned);
        let heard_at = reader.hear(parent.as_deref(), at, time_source);
        Self {
            uuid: payload::text(line, "uuid").map(str::to_owned),
            parent,
            at,
            time_source,
            heard_at,
            reader,
            place,
            events: Vec::new(),
            silent: None,
        }
    }

    /// Adds an event; `keys` are those beside the line's own.
    fn add(&mut self, kind: Kind, event_type: &str, payload: Value, keys: Vec<Key>) {
        let event = Event {
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
        };
        self.events.push(NewEvent { event, keys });
    }

    /// The key of a block: by the line's id, else by its place.
    fn key(&self, block: usize) -> Key {
        self.uuid
            .as_deref()
            .map_or_else(|| self.place.key(block), |uuid| Key::line(uuid, block))
    }

    /// Passes something through as it came.
    fn pass(&mut self, block: usize, event_type: &str, payload: Value) {
        let key = self.key(block);
        self.add(Kind::Other, event_type, payload, vec![key]);
    }

    fn finish(self) -> Reading {
        match self.silent {
            _ if !self.events.is_empty() => Reading::Source(self.events),
            Some(reason) => Reading::Silent(reason),
            None => Reading::Oddity("nothing in it could be read".into()),
        }
    }
}

impl Reader {
    /// Notes that a conversation was heard of; gives when it was before, if both times are known.
    fn hear(&mut self, parent: Option<&str>, at: Timestamp, time_source: TimeSource) -> Option<Timestamp> {
        let known = self.heard.iter().position(|(id, ..)| id.as_deref() == parent);
        let before = known.map(|known| self.heard.remove(known));
        if self.heard.len() == CONVERSATIONS {
            self.heard.remove(0);
        }
        self.heard.push((parent.map(str::to_owned), at, time_source));
        before
            .filter(|(.., before)| before.is_known() && time_source.is_known())
            .map(|(_, at, _)| at)
    }
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

/// Sets a field that is known; a payload holds no nulls of ours.
fn set(payload: &mut Map<String, Value>, field: &str, value: Option<impl Into<Value>>) {
    if let Some(value) = value {
        payload.insert(field.to_owned(), value.into());
    }
}

/// The four numbers of a usage.
fn usage(value: Option<&Value>) -> Option<Value> {
    super::usage::Usage::from_value(value?).map(|usage| json!(usage))
}

#[cfg(test)]
mod tests;
