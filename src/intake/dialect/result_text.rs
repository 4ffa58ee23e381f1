//! What a tool answered: a text where it is nothing but text.

use serde_json::Value;

use domain::payload;

/// The content of a tool's result: one text, or its parts where some of them are no text.
pub(crate) fn output(content: Value) -> Value {
    let Value::Array(parts) = content else {
        return content;
    };
    let texts: Option<Vec<&str>> = parts.iter().map(text).collect();
    match texts {
        Some(texts) => texts.join("\n").into(),
        None => Value::Array(parts),
    }
}

fn text(part: &Value) -> Option<&str> {
    match part {
        Value::String(text) => Some(text),
        _ => (payload::text(part, "type")? == "text").then(|| part.get("text")?.as_str())?,
    }
}

/// The output as far as it is text, for those who look for words in it.
pub(super) fn words(output: &Value) -> &str {
    output.as_str().unwrap_or_default()
}
