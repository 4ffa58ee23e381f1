//! Codex's tokens: what a line tells is the running total of its thread, so only its growth counts.

use serde_json::{Value, json};

use crate::dialect::line_draft::LineDraft;
use domain::payload;

/// What `in_our_words` reads.
pub(super) const READ: [&str; 5] = [
    "input_tokens",
    "output_tokens",
    "cached_input_tokens",
    "cache_write_input_tokens",
    "reasoning_output_tokens",
];

/// The thread's running total. Under the thread's own id the fold counts what is new in it, in whichever file it goes on.
pub(super) fn of_thread(draft: &LineDraft<'_>, usage: Option<&Value>) -> Option<(String, Value)> {
    let id = draft.reader.session_id.as_deref().unwrap_or(draft.place.file);
    Some((format!("thread {id}"), in_our_words(usage?)?))
}

/// The tokens in the words of an event: `input_tokens` counts cached ones here, and `output_tokens` what was thought.
pub(super) fn in_our_words(usage: &Value) -> Option<Value> {
    let number = |field| payload::number(usage, field);
    let (input, output) = (number("input_tokens"), number("output_tokens"));
    if input.is_none() && output.is_none() {
        return None;
    }
    let cached = number("cached_input_tokens").unwrap_or(0);
    let written = number("cache_write_input_tokens").unwrap_or(0);
    let mut told = json!({
        "input_tokens": input.unwrap_or(0).saturating_sub(cached).saturating_sub(written),
        "output_tokens": output.unwrap_or(0),
        "cache_read_input_tokens": cached,
        "cache_creation_input_tokens": written,
    });
    if let Some(thought) = number("reasoning_output_tokens") {
        told["reasoning_output_tokens"] = thought.into();
    }
    Some(told)
}
