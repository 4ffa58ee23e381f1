//! Some lines of an agent's stream, pushed as they stand in its file: they become what they become when the file is read.
//!
//! A line with an id is known again by it. One without is known by the file, if it is found there, and by its number and text.
//! Nothing is held back from one chunk to the next, because a chunk that was acknowledged must be kept.

use std::collections::VecDeque;

use serde_json::{Map, Value, json};
use xxhash_rust::xxh3::xxh3_64;

use super::super::fields::ItemFields;
use super::super::{NAME_CHARS, Received, Refusal, moment};
use crate::dialect::StreamReader;
use crate::place::{LinePart, Place};
use crate::reading::{Finished, Reading, remark};
use domain::adw_id::AdwId;
use domain::event::{Event, Kind, TimeSource};
use domain::timestamp::Timestamp;
use draft::key::Key;
use draft::picture::Picture;
use draft::pictures::Pictures;
use draft::redaction;
use draft::{Draft, NewEvent};

/// The `event_type` of what a chunk says beside its lines.
const OUTPUT_CHUNK: &str = "agent_output_chunk";
/// The most events of one line that are known again.
const BLOCKS: usize = 64;
const FIELDS: [&str; 8] = [
    "adw_id",
    "agent_role",
    "content",
    "line_number",
    "total_lines",
    "is_complete",
    "timestamp",
    "type",
];

/// See the module.
#[derive(Clone, Debug, PartialEq)]
pub struct OutputChunk {
    pub adw_id: AdwId,
    /// The agent's folder, as it was sent.
    pub agent: String,
    /// Without their ends.
    pub lines: Vec<String>,
    pub line_number: Option<u64>,
    /// No more will come of this attempt.
    pub is_complete: bool,
    at: Timestamp,
    time_source: TimeSource,
    /// What was sent beside.
    more: Map<String, Value>,
}

/// What a chunk has become.
#[derive(Debug, Default)]
pub struct ChunkDrafts {
    pub drafts: Vec<Draft>,
    /// What the drafts tell of.
    pub pictures: Vec<Picture>,
}

/// A line that has not become events yet.
struct WaitingLine {
    /// Stands for its place, which only who reads the file knows for certain.
    offset: u64,
    line_key: Option<String>,
}

impl OutputChunk {
    pub fn of(body: Value, received: Received) -> Result<Self, Refusal> {
        let Value::Object(mut body) = body else {
            return Err(Refusal::new(
                "item",
                "the item is no object; send adw_id, agent_role and content",
            ));
        };
        if body.get("data").is_some_and(Value::is_object)
            && let Some(Value::Object(data)) = body.remove("data")
        {
            for (field, value) in data {
                body.entry(field).or_insert(value);
            }
        }
        let content = body.remove("content");
        let is_complete = body.get("is_complete").and_then(Value::as_bool).unwrap_or(false);
        let line_number = body.get("line_number").and_then(Value::as_u64);
        let is_more = |field: &str, value: &Value| !FIELDS.contains(&field) && !value.is_null();
        let more = body.iter().filter(|(field, value)| is_more(field, value));
        let more = more.map(|(field, value)| (field.clone(), value.clone())).collect();
        let mut fields = ItemFields::of(Value::Object(body))?;
        let adw_id = fields.adw_id()?;
        let agent = fields.text("agent_role", NAME_CHARS)?.ok_or_else(|| {
            Refusal::new(
                "agent_role",
                "agent_role is missing; send the agent's folder, for example \"agent_role\":\"sdlc_planner\"",
            )
        })?;
        let (at, time_source) = moment::read(fields.take("timestamp"), None, received)?;
        Ok(Self {
            lines: lines(content)?,
            adw_id,
            agent,
            line_number,
            is_complete,
            at,
            time_source,
            more,
        })
    }

    /// Reads the lines. `line_keys` are those of the lines that were found in the file.
    pub fn read(self, reader: &mut StreamReader, line_keys: &[Option<String>]) -> ChunkDrafts {
        let mut made = ChunkDrafts::default();
        let mut waiting = VecDeque::new();
        let agent = redaction::text(self.agent.clone()).into_inner();
        let file = format!("{agent}/raw_output.jsonl");
        for (index, text) in self.lines.iter().enumerate() {
            let number = self.line_number.map(|first| first + index as u64);
            // Without a number no two are the same, whatever they hold.
            let place_id = match number {
                Some(number) => format!("{number}\u{1f}{text}"),
                None => format!("{}\u{1f}{index}\u{1f}{text}", self.at),
            };
            let offset = xxh3_64(place_id.as_bytes());
            let place = self.place(&agent, &file, offset, number.unwrap_or(0));
            let finished = reader.read(text, &place, index as u64 + 1);
            let remark = remark(&finished, None, &place, text);
            made.pictures.extend(reader.take_pictures());
            let line_key = line_keys.get(index).cloned().flatten();
            let remark = remark.map(|remark| name(remark, &place, line_key.as_deref()));
            waiting.push_back(WaitingLine { offset, line_key });
            for part in finished {
                self.finish(part, &mut waiting, &file, &agent, &mut made.drafts);
            }
            made.drafts.extend(remark.map(Draft::Event));
        }
        if let Some(held) = reader.flush() {
            self.finish(held, &mut waiting, &file, &agent, &mut made.drafts);
        }
        if !self.more.is_empty() {
            self.tell_more(&agent, &mut made);
        }
        made
    }

    fn finish(
        &self,
        finished: Finished,
        waiting: &mut VecDeque<WaitingLine>,
        file: &str,
        agent: &str,
        drafts: &mut Vec<Draft>,
    ) {
        let count = usize::try_from(finished.lines).unwrap_or(usize::MAX).min(waiting.len());
        // A text of several lines has the key of its first.
        let first = waiting.drain(..count).next();
        let Reading::Source(events) = finished.reading else {
            return;
        };
        for new in events {
            let new = match &first {
                Some(line) => name(new, &self.place(agent, file, line.offset, 0), line.line_key.as_deref()),
                None => new,
            };
            drafts.push(Draft::Event(new));
        }
    }

    /// What was sent beside the lines belongs to none of them.
    fn tell_more(&self, agent: &str, made: &mut ChunkDrafts) {
        let mut payload = Value::Object(self.more.clone());
        let mut pictures = Pictures::default();
        pictures.take_pushed(&mut payload);
        made.pictures.extend(pictures.into_taken());
        let mut payload = redaction::value(payload).into_inner();
        let message = format!("sent with the output of {agent}");
        if let Some(fields) = payload.as_object_mut() {
            fields.entry("message").or_insert_with(|| message.into());
        }
        let event = Event {
            kind: Kind::Other,
            adw_id: self.adw_id.clone(),
            seq: 0,
            timestamp: self.at,
            time_source: self.time_source,
            event_type: OUTPUT_CHUNK.to_owned(),
            agent: Some(agent.to_owned()),
            run: None,
            session_id: None,
            parent_tool_use_id: None,
            payload,
        };
        made.drafts.push(Draft::Event(NewEvent {
            event,
            keys: Vec::new(),
        }));
    }

    fn place<'a>(&'a self, agent: &'a str, file: &'a str, offset: u64, line: u64) -> Place<'a> {
        Place {
            adw_id: &self.adw_id,
            agent,
            run: 0,
            file,
            offset,
            line,
            at: self.at,
            time_source: self.time_source,
            mark: None,
        }
    }
}

/// Adds to the event's key of its place the one by which the reader of the file knows its line.
fn name(mut new: NewEvent, place: &Place<'_>, line_key: Option<&str>) -> NewEvent {
    // The server counts the runs of the file.
    new.event.run = None;
    if let Some(line_key) = line_key {
        let mut parts = (0..BLOCKS).map(LinePart::Block).chain(LinePart::BESIDE);
        let part = parts.find(|part| new.keys.contains(&place.key(*part)));
        new.keys.extend(part.map(|part| Key::line(line_key, part.number())));
    }
    new
}

/// The lines of a chunk: a text of them, or what they hold as JSON.
fn lines(content: Option<Value>) -> Result<Vec<String>, Refusal> {
    let example = json!({"type": "system", "subtype": "init"}).to_string();
    let reason = |what: &str| format!("content {what}; send lines of the agent's output, for example {example}");
    let values = match content {
        None | Some(Value::Null) => return Err(Refusal::new("content", reason("is missing"))),
        Some(Value::Array(values)) => values,
        Some(value) => vec![value],
    };
    let mut lines = Vec::new();
    for value in values {
        match value {
            Value::String(text) => {
                let ends = text.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line));
                lines.extend(ends.map(str::to_owned));
                // What follows the last end is no line.
                if text.ends_with('\n') || text.is_empty() {
                    lines.pop();
                }
            }
            Value::Object(_) => lines.push(value.to_string()),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) => {
                return Err(Refusal::new("content", reason("is no text")));
            }
        }
    }
    Ok(lines)
}
