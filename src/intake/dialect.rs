//! A line of a Claude Code stream (`--output-format stream-json`) as events: one for each block of its content.
//!
//! Another CLI writes its own words under the same names (`other_cli`); both become the same events.
//! The set of line types is open, and no field is sure to be there or to have its type: what is not known passes
//! through as kind `other`, and what is missing is left out. Nothing here loses the rest of a line.

mod blocks;
mod call;
pub(crate) mod file_change;
mod joined;
mod notice;
mod other_cli;
mod plain_text;
pub(crate) mod result_text;
mod scrub;
mod session;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::place::Place;
use super::reading::{Finished, Reading};
use call::OpenCalls;
use domain::event::{Event, Kind, TimeSource};
use domain::payload;
use domain::timeline::sources::MENDED;
use domain::timestamp::Timestamp;
use draft::NewEvent;
use draft::key::Key;
use draft::lenient_json;
use draft::picture::Picture;
use draft::redaction::{self, Clean};
use joined::{Joined, Piece};
pub use plain_text::is_plain_text;

/// Lines of this many conversations (the main one, and sub-agents) may come interleaved; up to 4 were seen.
const CONVERSATIONS: usize = 16;

/// What has to be remembered from line to line; stored with the offset up to which it was read.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Reader {
    session_id: Option<String>,
    model: Option<String>,
    calls: OpenCalls,
    /// When each conversation was last heard of: its Task call, and the time. The newest at the end.
    heard: Vec<(Option<String>, Timestamp, TimeSource)>,
    /// What the model said last, for a result that does not repeat it, and how many texts there were.
    #[serde(skip_serializing_if = "Option::is_none")]
    said: Option<String>,
    texts: u64,
    /// Not stored: the lines of a text that is held back are read again.
    #[serde(skip)]
    joined: Option<Joined>,
    /// Not stored: they are taken after every line.
    #[serde(skip)]
    pictures: Vec<Picture>,
    /// The id of the line that was read last. Not stored: it is asked for at once.
    #[serde(skip)]
    line_uuid: Option<String>,
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
        "tool_progress",
        "auth_status",
    ];
    let other_cli = ["init", "message", "tool_use", "tool_result", "error"];
    claude_code.contains(&line_type) || other_cli.contains(&line_type) || line_type.starts_with("control_")
}

/// Whether what follows the last end of a line is a line: a tool that dies says why, and may not end it.
pub fn is_whole(rest: &[u8]) -> bool {
    std::str::from_utf8(rest)
        .is_ok_and(|rest| lenient_json::parse(rest).is_ok_and(|parsed| parsed.value.is_object()) || is_plain_text(rest))
}

impl Reader {
    /// Takes in a line that ends at `end`; gives what is finished by it. A text in pieces is held back until it is whole.
    pub fn read(&mut self, text: &str, place: &Place<'_>, end: u64) -> Vec<Finished> {
        self.line_uuid = None;
        if text.trim().is_empty() {
            return self.finish(Reading::Silent("empty line"), end);
        }
        let (before, parsed) = match lenient_json::parse(text) {
            Ok(parsed) => ("", parsed),
            Err(error) => match plain_text::split(text) {
                Some(split) => split,
                None if is_plain_text(text) => {
                    let reading = Reading::Source(self.plain_text(text, place).into());
                    return self.finish(reading, end);
                }
                None => return self.finish(Reading::Oddity(no_json(&error)), end),
            },
        };
        let mended = parsed.mended;
        let (mut value, pictures) = scrub::without_ballast(parsed.value);
        self.pictures.extend(pictures);
        let is_alone = before.is_empty() && mended.is_none();
        if let Some(text) = is_alone.then(|| other_cli::take_piece(&mut value)).flatten() {
            let line = redaction::value(value).into_inner();
            if let Some(piece) = other_cli::piece(LineDraft::new(self, &line, place), text) {
                return self.hold(piece, end).into_iter().collect();
            }
            value = line;
        }
        // A result repeats the text before it.
        let held = self.flush();
        let mut reading = self.read_value(redaction::value(value), place);
        if let (Some(what), Reading::Source(events)) = (mended, &mut reading) {
            let reason = format!("{what} was replaced");
            events.push(place.trouble(MENDED, &reason, text, place.line_keys(usize::MAX)));
        }
        if !before.is_empty() && !matches!(reading, Reading::Oddity(_)) {
            let mut all: Vec<NewEvent> = self.plain_text(before, place).into();
            if let Reading::Source(events) = reading {
                all.extend(events);
            }
            reading = Reading::Source(all);
        }
        held.into_iter().chain(self.finish(reading, end)).collect()
    }

    /// The id of the line that was read last, if it has one.
    pub fn line_uuid(&self) -> Option<&str> {
        self.line_uuid.as_deref()
    }

    /// The pictures that stood in the lines since this was last asked; events tell of them by name.
    pub fn take_pictures(&mut self) -> Vec<Picture> {
        std::mem::take(&mut self.pictures)
    }

    /// Ends the text that is held back.
    pub fn flush(&mut self) -> Option<Finished> {
        let (text, finished) = self.joined.take()?.finish();
        self.note_said(&text);
        Some(finished)
    }

    /// Forgets the text that is held back, so that its lines are to be read again.
    pub fn forget_held(&mut self) {
        self.joined = None;
    }

    /// Joins a piece with those before it; gives what is finished because the piece is no part of it.
    fn hold(&mut self, piece: Piece, end: u64) -> Option<Finished> {
        let piece = match &mut self.joined {
            Some(joined) => joined.add(piece, end)?,
            None => piece,
        };
        let finished = self.flush();
        self.joined = Some(Joined::new(piece, end));
        finished
    }

    /// A line that is no piece ends the text before it.
    fn finish(&mut self, reading: Reading, end: u64) -> Vec<Finished> {
        let this = Finished { reading, lines: 1, end };
        self.flush().into_iter().chain([this]).collect()
    }

    fn plain_text(&mut self, text: &str, place: &Place<'_>) -> [NewEvent; 1] {
        let text = redaction::text(text.trim().to_owned()).into_inner();
        [plain_text::event(&LineDraft::new(self, &Value::Null, place), text)]
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
        let draft = &mut LineDraft::new(self, &line, place);
        match (line_type.as_str(), subtype.as_deref()) {
            ("assistant", _) => blocks::assistant(draft, line),
            ("user", _) => blocks::user(draft, line),
            ("result", _) if is_claude_result(&line) => session::ended(draft, line),
            ("result", _) if is_other_result(&line) => other_cli::ended(draft, &line),
            ("init", _) => other_cli::started(draft, &line),
            ("message", _) => other_cli::message(draft, line),
            ("tool_use", _) => other_cli::called(draft, line),
            ("tool_result", _) => other_cli::answered(draft, line),
            ("error", _) => other_cli::complained(draft, line),
            ("system", Some("init")) => session::started(draft, line),
            (line_type, subtype) => draft.pass_line(line_type, subtype, line),
        }
        draft.finish()
    }
}

fn is_claude_result(line: &Value) -> bool {
    line.get("subtype").is_some() || line.get("is_error").is_some() || line.get("total_cost_usd").is_some()
}

/// The other CLI that shares the file names has a `result` line too, with `stats` and a `status`.
fn is_other_result(line: &Value) -> bool {
    line.get("status").is_some() || line.get("stats").is_some()
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
        }
    }

    /// Adds an event; `keys` are those beside the line's own.
    fn add(&mut self, kind: Kind, event_type: &str, payload: Value, keys: Vec<Key>) {
        let event = self.event(kind, event_type, payload);
        self.events.push(NewEvent { event, keys });
    }

    fn event(&self, kind: Kind, event_type: &str, payload: Value) -> Event {
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
    fn keys(&self, block: usize) -> Vec<Key> {
        match &self.uuid {
            Some(uuid) => vec![Key::line(uuid, block)],
            None => self.place.line_keys(block),
        }
    }

    /// Passes something through as it came.
    fn pass(&mut self, block: usize, event_type: &str, payload: Value) {
        let keys = self.keys(block);
        self.add(Kind::Other, event_type, payload, keys);
    }

    /// Passes a line through as it came, with a sentence for a person where one is known.
    fn pass_line(&mut self, line_type: &str, subtype: Option<&str>, mut line: Value) {
        let notice = notice::of(line_type, subtype, &line);
        if let (Some(notice), Value::Object(line)) = (notice, &mut line) {
            if notice.is_error {
                line.insert("is_error".into(), true.into());
            }
            if !line.get("message").is_some_and(Value::is_string) {
                line.insert("message".into(), notice.message.into());
            }
        }
        match (line_type, subtype) {
            ("system", Some(subtype)) => self.pass(0, &format!("system/{subtype}"), line),
            (line_type, _) => self.pass(0, line_type, line),
        }
    }

    fn finish(&mut self) -> Reading {
        match self.silent {
            _ if !self.events.is_empty() => Reading::Source(std::mem::take(&mut self.events)),
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

/// What is wrong with a text; there is but one line of it.
fn no_json(error: &str) -> String {
    format!("no JSON: {}", error.replace(" at line 1 column ", " at byte "))
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
    domain::usage::Usage::from_value(value?).map(|usage| json!(usage))
}

#[cfg(test)]
mod tests;
