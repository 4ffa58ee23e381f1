//! The dialects of streams: each agent CLI's own way to print, line by line, what its agent does.
//!
//! A dialect stands in a file under its CLI's name and in `registry`; it turns a line that was parsed, freed of pictures and
//! redacted into events. Everything that is the same for all of them is `StreamReader`'s. The set of line types is open, and no
//! field is sure to be there or to have its type: what no dialect knows passes through as kind `other`, is counted as
//! unrecognised, and what is missing is left out. What a dialect does not read of a line is kept (`rest`).
//!
//! Another CLI is a file like `gemini_cli`, and its line in `registry`.

mod amp;
mod call;
mod claude_code;
mod codex;
mod cursor;
pub(crate) mod file_change;
mod file_done;
mod gemini_cli;
mod joined;
pub mod known;
mod line_draft;
mod line_head;
mod message_head;
mod messages;
mod opencode;
mod pi;
mod pieced_text;
mod plain_text;
mod readable;
mod reason;
mod registry;
mod repeated;
mod rest;
pub(crate) mod result_text;
mod scrub;
mod session_so_far;
mod stream_reader;

use serde_json::Value;

use draft::lenient_json;
use known::KnownType;
use line_draft::LineDraft;
use line_head::LineHead;
pub use plain_text::is_plain_text;
pub use stream_reader::StreamReader;

/// How one agent CLI writes. It has no state: what is remembered from line to line stands in the `StreamReader`.
trait Dialect {
    /// The CLI's name, under which a stream remembers whose it is.
    fn name(&self) -> &'static str;

    /// Whether this CLI writes such lines, and whether any other does.
    fn claim(&self, line: &LineHead<'_>) -> Claim;

    /// What such a line tells, by `known.txt`; none where it is of a type that the CLI is not known to write.
    fn knows(&self, line: &LineHead<'_>) -> Option<&'static KnownType> {
        known::of(self.name(), line.line_type, line.kind())
    }

    /// What such a line is called, where it is counted.
    fn name_of(&self, line: &LineHead<'_>) -> String {
        line.name()
    }

    /// Takes the text out of a line that is one piece of what the model says. It is held back until something else comes, and
    /// the pieces are one event then.
    fn take_piece(&self, _line: &mut Value) -> Option<String> {
        None
    }

    /// As `take_piece`, for a piece of what the model thinks.
    fn take_thought(&self, _line: &mut Value) -> Option<String> {
        None
    }

    /// Makes the line's events.
    fn read(&self, draft: &mut LineDraft<'_>, line: Value);
}

/// What a dialect says of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Claim {
    /// It does not know it.
    None,
    /// It reads it where the stream is known to be its own; elsewhere such a line may be anything.
    WithinOwn,
    /// It reads it, unless the stream is known to be another's that reads it, too.
    Shared,
    /// Nobody else writes it: the stream is of this CLI from here on.
    Own,
}

/// Whether a line is one of a stream: by this a stream is told from other files of JSON lines.
pub fn is_of_stream(line: &Value) -> bool {
    registry::choose(&LineHead::of(line), None).is_some()
}

/// Whether a line is one of a stream, perhaps behind the time and level of a log.
pub fn tells_stream(line: &str) -> bool {
    let line = line.trim_start();
    if line.starts_with('{') {
        return serde_json::from_str(line).is_ok_and(|line| is_of_stream(&line));
    }
    let logged = line.starts_with(|first: char| first == '[' || first.is_ascii_digit());
    logged && plain_text::split(line).is_some_and(|(_, parsed)| is_of_stream(&parsed.value))
}

/// Whether what follows the last end of a line is a line: a tool that dies says why, and may not end it.
pub fn is_whole(rest: &str) -> bool {
    lenient_json::parse(rest).is_ok_and(|parsed| parsed.value.is_object()) || is_plain_text(rest)
}

#[cfg(test)]
mod tests;
