//! Some lines of an agent's stream, pushed as they stand in its file: they become what they become when the file is read.
//!
//! A line that the file holds is told by whoever reads the file: only there it is known which texts in pieces belong together. The
//! others are told at once, since a chunk that was acknowledged must be kept, each under the name of its line ([`ChunkReader::names`]).
//! Whoever reads the file later gives what came of such a line the same keys ([`add_pushed_keys`]).

use std::collections::{HashSet, VecDeque};

use serde_json::{Map, Value, json};
use xxhash_rust::xxh3::xxh3_64;

use super::super::fields::ItemFields;
use super::super::{NAME_CHARS, Received, Refusal, moment};
use crate::dialect::StreamReader;
use crate::place::Place;
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
/// The part of a line that stands for its first event, whatever that is; no block has such a number.
const FIRST_EVENT: u64 = u64::MAX / 2;
/// So many pieces of texts are remembered, in case they are pushed again in other chunks.
const PIECES: usize = 16 * 1024;
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

/// Reads the chunks of one agent, one after the other.
#[derive(Debug, Default)]
pub struct ChunkReader {
    stream: StreamReader,
    /// The pieces of texts that were told from chunks, by the names of their lines.
    pieces: HashSet<u64>,
    attempt: u32,
    is_over: bool,
}

/// What a chunk has become.
#[derive(Debug, Default)]
pub struct ChunkDrafts {
    pub drafts: Vec<Draft>,
    /// What the drafts tell of.
    pub pictures: Vec<Picture>,
}

/// A line that has not become events yet.
#[derive(Clone, Copy, PartialEq, Eq)]
struct WaitingLine {
    name: u64,
    /// Its file tells it.
    is_in_file: bool,
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

    fn place<'a>(&'a self, agent: &'a str, file: &'a str, name: u64, line: u64) -> Place<'a> {
        Place {
            adw_id: &self.adw_id,
            agent,
            run: 0,
            file,
            // Only who reads the file knows its place.
            offset: name,
            line,
            at: self.at,
            time_source: self.time_source,
            mark: None,
        }
    }
}

impl ChunkReader {
    /// Notes that a chunk comes; whether it begins another attempt of the agent, so that what was known of the last one is over.
    pub fn begin(&mut self, chunk: &OutputChunk) -> bool {
        // A chunk that goes on is the last one again.
        let begins = self.is_over && chunk.line_number.is_none_or(|number| number <= 1) && !chunk.lines.is_empty();
        if begins {
            *self = Self {
                attempt: self.attempt + 1,
                ..Self::default()
            };
        }
        self.is_over |= chunk.is_complete;
        begins
    }

    /// The names of the chunk's lines: the same for a line that is pushed again. Without a number no two are the same, whatever they
    /// hold.
    pub fn names(&self, chunk: &OutputChunk) -> Vec<u64> {
        let name = |(index, text): (usize, &String)| {
            let number = chunk.line_number.map(|first| first + index as u64);
            let place = match number {
                Some(number) => format!("{}\u{1f}{number}\u{1f}{text}", self.attempt),
                None => format!("{}\u{1f}{}\u{1f}{index}\u{1f}{text}", self.attempt, chunk.at),
            };
            xxh3_64(place.as_bytes())
        };
        chunk.lines.iter().enumerate().map(name).collect()
    }

    /// Reads the lines of a chunk, and tells those that the file does not hold: it holds the first `in_file` of them.
    pub fn read(&mut self, chunk: &OutputChunk, in_file: usize) -> ChunkDrafts {
        let mut made = ChunkDrafts::default();
        let mut waiting = VecDeque::new();
        let agent = redaction::text(chunk.agent.clone()).into_inner();
        let file = file(&agent);
        for (index, (text, name)) in chunk.lines.iter().zip(self.names(chunk)).enumerate() {
            let line = WaitingLine {
                name,
                is_in_file: index < in_file,
            };
            let is_told = self.pieces.contains(&name);
            let is_other = waiting
                .back()
                .is_some_and(|last: &WaitingLine| last.is_in_file != line.is_in_file);
            if is_told || is_other {
                self.flush(&mut waiting, &agent, &mut made.drafts);
            }
            if is_told {
                continue;
            }
            let number = chunk.line_number.map_or(0, |first| first + index as u64);
            let place = chunk.place(&agent, &file, name, number);
            let finished = self.stream.read(text, &place, index as u64 + 1);
            let remark = remark(&finished, None, &place, text).filter(|_| !line.is_in_file);
            let pictures = self.stream.take_pictures();
            waiting.push_back(line);
            for part in finished {
                finish(part, &mut waiting, &agent, &mut made.drafts);
            }
            if !line.is_in_file {
                made.pictures.extend(pictures);
                let is_piece = !waiting.is_empty();
                if is_piece && self.pieces.len() < PIECES {
                    self.pieces.insert(name);
                }
            }
            made.drafts.extend(remark.map(|mut remark| {
                remark.event.run = None;
                Draft::Event(remark)
            }));
        }
        self.flush(&mut waiting, &agent, &mut made.drafts);
        if !chunk.more.is_empty() {
            chunk.tell_more(&agent, &mut made);
        }
        made
    }

    fn flush(&mut self, waiting: &mut VecDeque<WaitingLine>, agent: &str, drafts: &mut Vec<Draft>) {
        if let Some(held) = self.stream.flush() {
            finish(held, waiting, agent, drafts);
        }
    }
}

fn finish(finished: Finished, waiting: &mut VecDeque<WaitingLine>, agent: &str, drafts: &mut Vec<Draft>) {
    let count = usize::try_from(finished.lines).unwrap_or(usize::MAX).min(waiting.len());
    let lines: Vec<WaitingLine> = waiting.drain(..count).collect();
    let Reading::Source(mut events) = finished.reading else {
        return;
    };
    if lines.first().is_some_and(|line| line.is_in_file) {
        return;
    }
    for line in lines {
        add_pushed_keys(&mut events, agent, line.name);
    }
    for mut new in events {
        // The server counts the runs of the file.
        new.event.run = None;
        drafts.push(Draft::Event(new));
    }
}

/// Gives the events of a line the keys that they have where the line was pushed under this name.
pub fn add_pushed_keys(events: &mut [NewEvent], agent: &str, name: u64) {
    let file = file(agent);
    for (index, new) in events.iter_mut().enumerate() {
        new.keys
            .push(Key::place(agent, &file, 0, name, FIRST_EVENT + index as u64));
    }
}

fn file(agent: &str) -> String {
    format!("{agent}/raw_output.jsonl")
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
