//! One picture in a workflow's folder: an event when it is there, and another when it has changed.

use std::fs::File;
use std::io::{self, Read};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::beneath::Stat;
use super::look::Context;
use super::memory::{Identity, Memory, written_ms};
use super::outbox::Outbox;
use super::run::SourceFile;
use super::watched::tell_too_large;
use domain::event::{Event, Kind, TimeSource};
use domain::timestamp::Timestamp;
use draft::key::Key;
use draft::picture::{IN_A_FILE, LARGEST_BYTES, Picture};
use draft::redaction;
use draft::{Draft, NewEvent};
use journal::{LineCounts, Tail};

/// A file written this recently may not be complete yet.
const WHOLE_AFTER: Duration = Duration::from_millis(300);

/// See the module.
#[derive(Debug)]
pub(super) struct PictureFile {
    whose: SourceFile,
    path: String,
    /// The picture that was recorded last.
    name: Option<String>,
    /// The file as last read, or as it could not be read.
    pub seen: Option<Stat>,
    /// It was written, if at all, before anybody was watching.
    is_first_look: bool,
}

impl PictureFile {
    pub(super) fn new(whose: SourceFile, path: String, tail: Option<&Tail>, is_first_look: bool) -> Self {
        Self {
            whose,
            path,
            name: tail.and_then(|tail| Memory::of(&tail.memory).picture),
            seen: None,
            is_first_look,
        }
    }

    /// Reads the picture once nobody has written to it for a moment; returns when to check again.
    pub(super) fn look(
        &mut self,
        file: &File,
        context: &Context<'_>,
        outbox: &mut Outbox,
    ) -> io::Result<Option<Instant>> {
        let stat = Stat::of(file)?;
        let age = stat.age(context.now);
        if age < WHOLE_AFTER {
            return Ok(Some(context.instant + WHOLE_AFTER - age));
        }
        let is_first_look = std::mem::replace(&mut self.is_first_look, false);
        self.seen = Some(stat);
        if stat.size > LARGEST_BYTES as u64 {
            tell_too_large(&self.whose, &stat, "a picture", LARGEST_BYTES as u64, context, outbox);
            return Ok(None);
        }
        // Not a picture, at least until it changes.
        let Some(picture) = read(file)? else {
            tracing::debug!(file = %self.path, "not a picture of a supported kind");
            return Ok(None);
        };
        let (at, time_source) = if is_first_look || context.backlog_until(&stat) > 0 {
            (Timestamp(written_ms(&stat)), TimeSource::Unknown)
        } else {
            (context.timestamp(), TimeSource::Read)
        };
        self.name = Some(picture.name.to_string());
        outbox.drafts.push(Draft::Event(self.event(&picture, at, time_source)));
        outbox.note_bytes(stat.size);
        outbox.pictures.push(picture);
        if let Some(tail) = self.tail() {
            outbox.set_tail(tail);
        }
        Ok(None)
    }

    /// What was recorded from it; none if nothing was.
    pub(super) fn tail(&self) -> Option<Tail> {
        let (name, seen) = (self.name.as_ref()?, self.seen?);
        let memory = Memory {
            identity: Identity {
                dev: seen.dev,
                ino: seen.ino,
                born_ms: None,
            },
            size: seen.size,
            written_ms: written_ms(&seen),
            picture: Some(name.clone()),
            ..Memory::default()
        };
        Some(Tail {
            path: self.path.clone(),
            run: 1,
            adw_id: self.whose.adw_id.clone(),
            // Its lines belong to no agent.
            agent: String::new(),
            offset: seen.size,
            lines: LineCounts::default(),
            memory: memory.to_value(),
        })
    }

    fn event(&self, picture: &Picture, at: Timestamp, time_source: TimeSource) -> NewEvent {
        let file = redaction::text(self.whose.file.clone()).into_inner();
        let agent = Some(self.whose.agent.clone()).filter(|agent| !agent.is_empty());
        let mut payload = picture.note();
        payload.insert("path".to_owned(), file.as_str().into());
        let event = Event {
            kind: Kind::Other,
            adw_id: self.whose.adw_id.clone(),
            seq: 0,
            timestamp: at,
            time_source,
            event_type: IN_A_FILE.to_owned(),
            agent,
            run: None,
            session_id: None,
            parent_tool_use_id: None,
            payload: Value::Object(payload),
        };
        let keys = vec![Key::picture(&file, picture.name.as_str())];
        NewEvent { event, keys }
    }
}

fn read(file: &File) -> io::Result<Option<Picture>> {
    let mut bytes = Vec::new();
    file.take(LARGEST_BYTES as u64 + 1).read_to_end(&mut bytes)?;
    Ok(Picture::of(bytes))
}
