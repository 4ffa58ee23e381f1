//! Error messages as a person reads them: JSON that stands in a text is opened, and what it says takes its place.

use serde_json::Value;

use domain::payload;

/// How many objects and texts deep a message may stand.
const DEPTH: u32 = 12;

/// The message in words.
pub(super) fn opened(text: &str) -> String {
    open(text.trim(), DEPTH)
}

/// What an error says: a text, or an object with a message somewhere in it.
pub(super) fn of(value: &Value) -> Option<String> {
    said(value, DEPTH).filter(|text| !text.is_empty())
}

fn open(text: &str, depth: u32) -> String {
    let begins = text.match_indices('{').map(|(at, _)| at).take(4);
    let found = begins.filter(|_| depth > 0).find_map(|at| {
        let mut values = serde_json::Deserializer::from_str(&text[at..]).into_iter::<Value>();
        let value = values.next()?.ok()?;
        let words = said(&value, depth - 1)?;
        Some((at, words, at + values.byte_offset()))
    });
    let Some((at, words, end)) = found else {
        return text.to_owned();
    };
    let before = text[..at].trim_end_matches([' ', ':', '\n', '\t']);
    let colon = if before.is_empty() { "" } else { ": " };
    format!("{before}{colon}{words}{}", text[end..].trim_end())
}

fn said(value: &Value, depth: u32) -> Option<String> {
    const FIELDS: [&str; 6] = ["message", "error", "detail", "data", "errors", "error_description"];
    match value {
        Value::String(text) => Some(open(text.trim(), depth)),
        Value::Object(_) if depth > 0 => FIELDS
            .iter()
            .filter_map(|field| value.get(field))
            .find_map(|inner| said(inner, depth - 1).filter(|text| !text.is_empty()))
            .or_else(|| payload::first_text(value, &["name", "type", "code"]).map(str::to_owned)),
        Value::Array(items) if depth > 0 => items.iter().find_map(|item| said(item, depth - 1)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn json_in_a_text_is_opened_however_deep_it_stands() {
        let inner = json!({"type": "error", "status": 400, "error": {"type": "invalid", "message": "no such model"}})
            .to_string();
        assert_eq!(opened(&inner), "no such model");
        assert_eq!(
            opened(&format!("unexpected status 400 Bad Request: {inner}, url: http://h/v1")),
            "unexpected status 400 Bad Request: no such model, url: http://h/v1"
        );
        let twice = json!({"message": inner}).to_string();
        assert_eq!(opened(&twice), "no such model");
        assert_eq!(opened(r#"{"detail":"not allowed"}"#), "not allowed");
        assert_eq!(opened("a {brace} and no more"), "a {brace} and no more");
        assert_eq!(
            of(&json!({"name": "APIError", "data": {"message": inner}})).as_deref(),
            Some("no such model")
        );
        assert_eq!(of(&json!({"name": "Aborted", "data": {}})).as_deref(), Some("Aborted"));
        assert_eq!(of(&json!(null)), None);
    }
}
