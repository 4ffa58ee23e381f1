//! A text that comes in pieces over several lines: held back until something else comes, and then one event.
//!
//! What holds it is not stored: after a restart its lines are read again, from the first one on.

use super::line_draft::set;
use crate::reading::{Finished, Reading};
use domain::event::{Kind, TimeSource};
use domain::timestamp::Timestamp;
use draft::NewEvent;
use draft::redaction;

/// A text that grows beyond this is given in parts.
const TEXT_BYTES: usize = 256 * 1024;

/// A piece of a text, and the event it would be alone, but for the text.
pub(super) struct TextPiece {
    pub draft: NewEvent,
    /// As it came: a secret may begin in one piece and end in the next.
    pub text: String,
}

/// The pieces so far.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Joined {
    draft: NewEvent,
    /// When it began.
    began: (Timestamp, TimeSource),
    text: String,
    lines: u64,
    end: u64,
}

impl Joined {
    pub(super) fn new(piece: TextPiece, end: u64) -> Self {
        let event = &piece.draft.event;
        Self {
            began: (event.timestamp, event.time_source),
            draft: piece.draft,
            text: piece.text,
            lines: 1,
            end,
        }
    }

    /// Takes in the next piece; gives it back if it is no part of this text, or would make it too long.
    pub(super) fn add(&mut self, piece: TextPiece, end: u64) -> Option<TextPiece> {
        let (this, next) = (&mut self.draft.event, &piece.draft.event);
        let is_same = this.kind == next.kind
            && this.parent_tool_use_id == next.parent_tool_use_id
            && this.session_id == next.session_id;
        if !is_same || self.text.len() + piece.text.len() > TEXT_BYTES {
            return Some(piece);
        }
        // Like any text, it is as old as its end.
        (this.timestamp, this.time_source) = (next.timestamp, next.time_source);
        self.text.push_str(&piece.text);
        self.lines += 1;
        self.end = end;
        None
    }

    /// Whether the model said it, and did not only think it.
    pub(super) fn is_said(&self) -> bool {
        self.draft.event.kind == Kind::TextBlock
    }

    /// The text as one event.
    pub(super) fn finish(mut self) -> (String, Finished) {
        let text = redaction::text(std::mem::take(&mut self.text)).into_inner();
        let duration_ms = self.thought_for_ms();
        if let Some(payload) = self.draft.event.payload.as_object_mut() {
            payload.insert("content".into(), text.as_str().into());
            set(payload, "duration_ms", duration_ms);
        }
        let reading = Reading::Source(vec![self.draft]);
        let (lines, end) = (self.lines, self.end);
        (text, Finished { reading, lines, end })
    }

    /// How long a thought took, where its times are known.
    fn thought_for_ms(&self) -> Option<u64> {
        let event = &self.draft.event;
        let (began, source) = self.began;
        let is_known = event.kind == Kind::AgentThinking && source.is_known() && event.time_source.is_known();
        is_known.then(|| event.timestamp.since(began)).filter(|ms| *ms > 0)
    }
}
