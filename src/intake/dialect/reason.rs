//! Why something went wrong, as lines say it: a text, or an object with a message.

use serde_json::Value;

use domain::excerpt::first_line;
use domain::payload;

/// The longest part of a sentence that comes from a line.
pub(super) const PART_BYTES: usize = 240;

/// The reason in one line; none where the field says none.
pub(super) fn of(line: &Value, field: &str) -> Option<String> {
    let value = line.get(field)?;
    let text = value
        .as_str()
        .or_else(|| payload::first_text(value, &["message", "type"]))?;
    Some(first_line(text, PART_BYTES)).filter(|text| !text.is_empty())
}
