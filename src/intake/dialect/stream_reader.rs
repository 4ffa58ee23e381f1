//! Reads the lines of a stream, whichever CLI wrote them: JSON that is mended, pictures, secrets, plain text, texts in pieces.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::call::OpenCalls;
use super::joined::{Joined, TextPiece};
use super::known::Told;
use super::line_draft::LineDraft;
use super::line_head::LineHead;
use super::messages::Messages;
use super::pieced_text::PiecedText;
use super::rest::Kept;
use super::session_so_far::SessionSoFar;
use super::{Claim, Dialect, is_plain_text, plain_text, registry, scrub};
use crate::place::{LinePart, Place};
use crate::reading::{Finished, Reading};
use domain::event::TimeSource;
use domain::excerpt::excerpt;
use domain::payload;
use domain::timeline::sources::{MENDED, UNKNOWN_STREAM};
use domain::timestamp::Timestamp;
use draft::NewEvent;
use draft::lenient_json;
use draft::picture::Picture;
use draft::redaction::{self, Clean};

/// Lines of this many conversations (the main one, and sub-agents) may come interleaved; up to 4 were seen.
const CONVERSATIONS: usize = 16;
/// Fields of a piece that its event has in other words.
const PIECE_READ: [&str; 7] = ["content", "delta", "role", "text", "message", "subtype", "model"];
const NO_TYPE: &str = "an object without a type";
const NO_OBJECT: &str = "JSON, but no object";
/// Said once of a stream of which nobody knows a line, with what to do.
const NOBODY_READS: &str = "no line of this file is of an agent CLI that adwatch knows, so it shows nothing of it: \
    docs/inputs.md lists what it reads, and docs/publishing.md how to tell it the rest";
/// What the model said last may become the session's result; this much of it.
const SAID_BYTES: usize = 4 * 1024;

/// What has to be remembered from line to line; stored with the offset up to which it was read.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct StreamReader {
    /// The name of the CLI that writes the stream, once a line has said so that no other writes.
    #[serde(skip_serializing_if = "Option::is_none")]
    dialect: Option<String>,
    pub(super) session_id: Option<String>,
    pub(super) model: Option<String>,
    pub(super) calls: OpenCalls,
    /// When each conversation was last heard of: its Task call, and the time. The newest at the end.
    heard: Vec<(Option<String>, Timestamp, TimeSource)>,
    /// What the model said last, for a result that does not repeat it, and how many texts there were.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) said: Option<String>,
    pub(super) texts: u64,
    /// What the model said in pieces, as long as it may come again as a whole.
    #[serde(skip_serializing_if = "PiecedText::is_empty")]
    pub(super) pieces: PiecedText,
    #[serde(skip_serializing_if = "SessionSoFar::is_empty")]
    pub(super) so_far: SessionSoFar,
    /// The messages that are being told, by what is known of them before they are whole.
    #[serde(skip_serializing_if = "Messages::is_empty")]
    pub(super) messages: Messages,
    /// What a message in place of an answer said, until the model answers again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) broke_off: Option<String>,
    /// Whether a line was known.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    is_recognised: bool,
    /// Whether it was said that none was.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    is_told_unknown: bool,
    /// Not stored: the lines of a text that is held back are read again.
    #[serde(skip)]
    joined: Option<Joined>,
    /// Not stored: they are taken after every line.
    #[serde(skip)]
    pictures: Vec<Picture>,
    /// The id of the line that was read last. Not stored: it is asked for at once.
    #[serde(skip)]
    pub(super) line_uuid: Option<String>,
}

impl StreamReader {
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
                None => return self.finish(Reading::Unrecognised(no_json(&error, text)), end),
            },
        };
        let mended = parsed.mended;
        let (mut line, pictures) = scrub::without_ballast(parsed.value);
        self.pictures.extend(pictures);
        let head = LineHead::of(&line);
        let dialect = self.choose(&head);
        self.is_recognised |= dialect.is_some();
        let known = dialect.map(|dialect| dialect.knows(&head));
        let silence = match known {
            Some(Some(known)) if known.told == Told::Silent => Some(known.name),
            _ => None,
        };
        let unknown = dialect.filter(|_| matches!(known, Some(None)));
        let unknown = unknown.map(|dialect| dialect.name_of(&head));
        let is_alone = before.is_empty() && mended.is_none();
        let alone = dialect.filter(|_| is_alone);
        let said = alone.and_then(|dialect| dialect.take_piece(&mut line));
        let is_said = said.is_some();
        let piece = said.or_else(|| alone.and_then(|dialect| dialect.take_thought(&mut line)));
        if let Some(text) = piece {
            let line = redaction::value(line).into_inner();
            let draft = LineDraft::new(self, &line, place);
            let mut draft = if is_said {
                draft.text(Value::Null)
            } else {
                draft.thought(Value::Null)
            };
            if let Some(payload) = draft.event.payload.as_object_mut() {
                // Its pieces are one event, which has what the first of them says.
                Kept::default().add_all(payload, line, &PIECE_READ);
            }
            return self.hold(TextPiece { draft, text }, end).into_iter().collect();
        }
        // A result repeats the text before it.
        let held = self.flush();
        let mut reading = match silence {
            Some(reason) => Reading::Silent(reason),
            None => self.read_line(dialect, unknown, redaction::value(line), place),
        };
        if let (Some(what), Reading::Source(events) | Reading::Unknown(_, events)) = (mended, &mut reading) {
            let reason = format!("{what} was replaced");
            events.push(place.trouble(MENDED, &reason, text, place.line_keys(LinePart::Mended)));
        }
        if !before.is_empty() && !matches!(reading, Reading::Unrecognised(_)) {
            let mut all: Vec<NewEvent> = self.plain_text(before, place).into();
            reading = match reading {
                Reading::Unknown(name, events) => {
                    all.extend(events);
                    Reading::Unknown(name, all)
                }
                Reading::Source(events) => {
                    all.extend(events);
                    Reading::Source(all)
                }
                Reading::Silent(_) | Reading::Unrecognised(_) => Reading::Source(all),
            };
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
        let joined = self.joined.take()?;
        let is_said = joined.is_said();
        let (text, finished) = joined.finish();
        if is_said {
            self.pieces.add(&text);
            self.note_said(&text);
        }
        Some(finished)
    }

    /// Forgets the text that is held back, so that its lines are to be read again.
    pub fn forget_held(&mut self) {
        self.joined = None;
    }

    /// Notes a text of the model: the last one may be the session's result.
    pub(super) fn note_said(&mut self, text: &str) {
        self.texts += 1;
        self.said = Some(excerpt(text, SAID_BYTES)).filter(|text| !text.trim().is_empty());
    }

    /// Notes that a conversation was heard of; gives when it was before, if both times are known.
    pub(super) fn hear(&mut self, parent: Option<&str>, at: Timestamp, time_source: TimeSource) -> Option<Timestamp> {
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

    /// The dialect that reads a line; a line that only one CLI writes says whose the stream is.
    fn choose(&mut self, line: &LineHead<'_>) -> Option<&'static dyn Dialect> {
        let (dialect, claim) = registry::choose(line, self.dialect.as_deref())?;
        if claim == Claim::Own && self.dialect.as_deref() != Some(dialect.name()) {
            self.dialect = Some(dialect.name().to_owned());
        }
        Some(dialect)
    }

    /// Joins a piece with those before it; gives what is finished because the piece is no part of it.
    fn hold(&mut self, piece: TextPiece, end: u64) -> Option<Finished> {
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

    /// Reads a line that was parsed and redacted; `unknown` is its name, where its dialect does not know it.
    fn read_line(
        &mut self,
        dialect: Option<&dyn Dialect>,
        unknown: Option<String>,
        line: Clean<Value>,
        place: &Place<'_>,
    ) -> Reading {
        let line = line.into_inner();
        let Some(dialect) = dialect else {
            return self.pass_unknown(line, place);
        };
        let mut draft = LineDraft::new(self, &line, place);
        draft.unknown = unknown;
        dialect.read(&mut draft, line);
        draft.finish()
    }

    /// Passes a line through as it came, because no dialect knows its type. Where none knew any line before it, it is not a row
    /// for each that is said, but once that nobody reads this stream.
    fn pass_unknown(&mut self, line: Value, place: &Place<'_>) -> Reading {
        let line_type = payload::text(&line, "type").map(str::to_owned);
        // What an earlier version stored says so less directly.
        let is_recognised = self.is_recognised || self.session_id.is_some() || self.dialect.is_some();
        let untyped = if line.is_object() { NO_TYPE } else { NO_OBJECT };
        if !is_recognised {
            let name = line_type.unwrap_or_else(|| untyped.to_owned());
            let is_told = std::mem::replace(&mut self.is_told_unknown, true);
            let note = (!is_told).then(|| {
                let keys = place.line_keys(LinePart::Block(0));
                place.trouble(UNKNOWN_STREAM, NOBODY_READS, &line.to_string(), keys)
            });
            return Reading::Unknown(name, note.into_iter().collect());
        }
        let Some(line_type) = line_type else {
            return Reading::Unrecognised(untyped.into());
        };
        let mut draft = LineDraft::new(self, &line, place);
        draft.pass_unknown(0, &line_type, line);
        draft.finish()
    }
}

/// What is wrong with a text; there is but one line of it.
fn no_json(error: &str, text: &str) -> String {
    if text.contains('\0') {
        return "no text: bytes of another kind, perhaps UTF-16 without its mark".to_owned();
    }
    format!("no JSON: {}", error.replace(" at line 1 column ", " at byte "))
}
