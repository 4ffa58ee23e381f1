//! One state document (`adw_state.json`, or another tool's): read whole when it changes, and again soon if it is
//! incomplete.
//!
//! A workflow can have several, so each reports only its own changes, and leaves the fields of the others alone.
//! Scripts empty it and then write it, so a reader can find nothing, or half of it; the last valid document stays.

use std::fs::File;
use std::io::{self, Read};
use std::time::{Duration, Instant};

use serde_json::{Map, Value};
use xxhash_rust::xxh3::xxh3_64;

use super::beneath::Stat;
use super::look::Context;
use super::memory::{Identity, Memory, written_ms};
use super::outbox::Outbox;
use super::run::SourceFile;
use super::watched::tell_too_large;
use domain::event::TimeSource;
use domain::timeline::sources::UNFINISHED;
use domain::timestamp::Timestamp;
use draft::lenient_json;
use draft::redaction;
use draft::{Document, Draft, NewState};
use intake::phase_order;
use intake::place::{LinePart, Place};
use journal::{LineCounts, Tail};

/// 5 kB is usual; a larger document is cut off, and so invalid.
const LONGEST_BYTES: u64 = 16 * 1024 * 1024;
/// Half a document is usually complete a moment later.
const AGAIN_AFTER: Duration = Duration::from_millis(50);
/// A file written this shortly before it was read may be written again without looking different.
const SETTLED_AFTER: Duration = Duration::from_millis(100);
/// After this much silence a document that cannot be read is reported as unfinished.
const UNFINISHED_AFTER: Duration = Duration::from_secs(10);

/// See the module.
#[derive(Debug)]
pub(super) struct StateFile {
    whose: SourceFile,
    path: String,
    /// Of the document that was recorded last.
    hash: Option<u64>,
    /// The names of that document's fields.
    fields: Vec<String>,
    bytes: u64,
    pub seen: Option<Stat>,
    /// Since when it has been unreadable.
    bad_since: Option<Instant>,
    is_told: bool,
    /// It changed, if at all, before anybody was watching.
    is_first_look: bool,
    pub is_gone: bool,
}

impl StateFile {
    pub(super) fn new(whose: SourceFile, path: String, tail: Option<&Tail>, is_first_look: bool) -> Self {
        let memory = tail.map(|tail| Memory::of(&tail.memory)).unwrap_or_default();
        Self {
            whose,
            path,
            hash: memory.hash,
            fields: memory.fields,
            bytes: tail.map_or(0, |tail| tail.offset),
            seen: None,
            bad_since: None,
            is_told: false,
            is_first_look,
            is_gone: memory.is_gone,
        }
    }

    /// Reads the document; returns when to check again without a notification.
    pub(super) fn look(
        &mut self,
        file: &mut File,
        context: &Context<'_>,
        outbox: &mut Outbox,
    ) -> io::Result<Option<Instant>> {
        let stat = Stat::of(file)?;
        if stat.size > LONGEST_BYTES {
            self.seen = Some(stat);
            tell_too_large(&self.whose, &stat, "a document", LONGEST_BYTES, context, outbox);
            return Ok(None);
        }
        let mut bytes = Vec::new();
        file.take(LONGEST_BYTES).read_to_end(&mut bytes)?;
        let is_same_bad = self.bad_since.is_some() && self.seen == Some(stat);
        self.seen = Some(stat);
        self.is_gone = false;
        let hash = xxh3_64(&bytes);
        let (at, time_source) = if self.is_first_look || context.backlog_until(&stat) > 0 {
            (Timestamp(written_ms(&stat)), TimeSource::Unknown)
        } else {
            (context.timestamp(), TimeSource::Read)
        };
        let settled = (stat.age(context.now) < SETTLED_AFTER).then(|| context.instant + SETTLED_AFTER);
        if self.hash == Some(hash) {
            self.good();
            return Ok(settled);
        }
        let document = match document(&bytes) {
            Ok(document) => document,
            Err(reason) => return Ok(self.bad(&bytes, &reason, (at, time_source), is_same_bad, context, outbox)),
        };
        self.good();
        let phases = match document.get("phases") {
            Some(Value::Object(_)) => phase_order::of_document(&String::from_utf8_lossy(&bytes)),
            _ => Vec::new(),
        };
        let document = self.changes(document);
        self.hash = Some(hash);
        self.bytes = bytes.len() as u64;
        outbox.drafts.push(Draft::State(NewState {
            adw_id: self.whose.adw_id.clone(),
            document,
            source: self.whose.file.clone(),
            agent: Some(self.whose.agent.clone()).filter(|_| self.is_of_agent()),
            run: None,
            session_id: None,
            parent_tool_use_id: None,
            timestamp: at,
            time_source,
            keys: Vec::new(),
            remarks: Map::new(),
            phases,
        }));
        outbox.note_bytes(self.bytes);
        outbox.set_tail(self.tail());
        Ok(settled)
    }

    /// The file is gone; whoever found that out reports it.
    pub(super) fn gone(&mut self, outbox: &mut Outbox) {
        self.is_gone = true;
        self.good();
        if self.has_document() {
            outbox.set_tail(self.tail());
        }
    }

    /// Whether a document was ever recorded.
    pub(super) fn has_document(&self) -> bool {
        self.hash.is_some()
    }

    pub(super) fn tail(&self) -> Tail {
        let seen = self.seen.as_ref();
        let memory = Memory {
            identity: Identity {
                dev: seen.map_or(0, |seen| seen.dev),
                ino: seen.map_or(0, |seen| seen.ino),
                born_ms: None,
            },
            size: seen.map_or(0, |seen| seen.size),
            written_ms: seen.map_or(0, written_ms),
            is_gone: self.is_gone,
            hash: self.hash,
            fields: self.fields.clone(),
            ..Memory::default()
        };
        Tail {
            path: self.path.clone(),
            run: 1,
            adw_id: self.whose.adw_id.clone(),
            agent: String::new(),
            offset: self.bytes,
            lines: LineCounts::default(),
            memory: memory.to_value(),
        }
    }

    /// Whether it is in an agent's folder, and so is about that agent alone.
    fn is_of_agent(&self) -> bool {
        self.whose.file.contains('/')
    }

    /// The contents of a document: all its fields, and which were removed; an agent's is one field of the workflow's.
    fn changes(&mut self, document: Map<String, Value>) -> Document {
        if self.is_of_agent() {
            return Document::Changes(vec![(self.whose.file.clone(), Some(Value::Object(document)))]);
        }
        let names = document.keys().cloned().collect();
        let before = std::mem::replace(&mut self.fields, names);
        if self.hash.is_some() && before.is_empty() {
            // An earlier version read it and did not store the names.
            return Document::Whole(document);
        }
        let gone = before.into_iter().filter(|field| !document.contains_key(field));
        let mut changes: Vec<_> = gone.map(|field| (field, None)).collect();
        changes.extend(document.into_iter().map(|(field, value)| (field, Some(value))));
        Document::Changes(changes)
    }

    fn good(&mut self) {
        self.bad_since = None;
        self.is_told = false;
        self.is_first_look = false;
    }

    /// Keeps the last valid document, and reports this once the file has not changed for a while.
    fn bad(
        &mut self,
        bytes: &[u8],
        reason: &str,
        (at, time_source): (Timestamp, TimeSource),
        is_same: bool,
        context: &Context<'_>,
        outbox: &mut Outbox,
    ) -> Option<Instant> {
        let since = match self.bad_since {
            Some(since) if is_same => since,
            _ => {
                self.bad_since = Some(context.instant);
                self.is_told = false;
                return Some(context.instant + AGAIN_AFTER);
            }
        };
        if context.instant.saturating_duration_since(since) < UNFINISHED_AFTER {
            return Some(context.instant + context.rescan.min(UNFINISHED_AFTER));
        }
        // An empty file is the first step of writing one, and says nothing.
        if !bytes.is_empty() && !std::mem::replace(&mut self.is_told, true) {
            let place = Place {
                adw_id: &self.whose.adw_id,
                agent: "",
                run: 0,
                file: &self.whose.file,
                offset: xxh3_64(bytes),
                line: 0,
                at,
                time_source,
                mark: None,
            };
            let text = String::from_utf8_lossy(&bytes[..bytes.len().min(16 * 1024)]);
            let trouble = place.trouble(UNFINISHED, reason, &text, vec![place.key(LinePart::Block(0))]);
            outbox.drafts.push(Draft::Event(trouble));
        }
        None
    }
}

/// The document, clean; else what is wrong with the bytes.
fn document(bytes: &[u8]) -> Result<Map<String, Value>, String> {
    let text = String::from_utf8_lossy(bytes);
    let text = text.trim_start_matches('\u{feff}');
    let parsed = lenient_json::parse(text).map_err(|error| format!("no whole document: {error}"))?;
    match redaction::value(parsed.value).into_inner() {
        Value::Object(document) => Ok(document),
        _ => Err("JSON, but no object".into()),
    }
}
