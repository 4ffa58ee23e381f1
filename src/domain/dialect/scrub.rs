//! What no event may carry: images as base64, signatures, and the second copy of a result.

use serde_json::{Map, Value, json};

/// Shorter texts are no image and no signature.
const BALLAST_BYTES: usize = 256;

/// Drops what would only be thrown away later, before the secrets are looked for: it is most of the bytes.
pub(super) fn without_ballast(mut line: Value) -> Value {
    for field in ["tool_use_result", "toolUseResult"] {
        let Some(result) = line.get_mut(field) else { continue };
        let kept = match result {
            Value::Object(result) => result_fields(result),
            _ => Value::Null,
        };
        *result = kept;
    }
    strip(&mut line);
    line
}

/// What the events need of the structured result; the rest repeats the content.
fn result_fields(result: &mut Map<String, Value>) -> Value {
    const FIELDS: [&str; 12] = [
        "type",
        "filePath",
        "structuredPatch",
        "status",
        "durationMs",
        "totalDurationMs",
        "totalTokens",
        "totalToolUseCount",
        "agentId",
        "isAsync",
        "task",
        "file",
    ];
    let mut kept: Map<String, Value> = FIELDS
        .into_iter()
        .filter_map(|field| Some((field.to_owned(), result.remove(field)?)))
        .collect();
    if let Some(Value::Object(file)) = kept.get_mut("file") {
        file.retain(|field, _| matches!(field.as_str(), "numLines" | "startLine" | "totalLines"));
    }
    if let Some(Value::Object(task)) = kept.get_mut("task") {
        task.retain(|field, _| matches!(field.as_str(), "task_id" | "task_type" | "status"));
    }
    Value::Object(kept)
}

/// Replaces images by what they were, and removes signatures, wherever they stand.
fn strip(value: &mut Value) {
    match value {
        Value::Object(map) => {
            if let Some(note) = image_note(map) {
                *value = note;
                return;
            }
            map.retain(|field, value| !(is_signature(field) && is_long(value)));
            map.values_mut().for_each(strip);
        }
        Value::Array(items) => items.iter_mut().for_each(strip),
        Value::String(text) => {
            if let Some((media_type, data)) = data_url(text) {
                *text = format!("[{media_type}, {} bytes]", decoded_bytes(data));
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn is_signature(field: &str) -> bool {
    field == "signature" || field == "thinkingSignature" || field == "thought_signature"
}

fn is_long(value: &Value) -> bool {
    value.as_str().is_some_and(|text| text.len() >= 64)
}

/// The note in place of an image: `{type: image, source: {media_type, data}}`, its source alone, or MCP's `{type, data, mimeType}`.
fn image_note(map: &Map<String, Value>) -> Option<Value> {
    let whole = map.get("source").and_then(Value::as_object).unwrap_or(map);
    let (field, data) = ["data", "base64", "blob"]
        .into_iter()
        .find_map(|field| Some((field, whole.get(field)?.as_str()?)))?;
    let says_base64 = whole.get("type").and_then(Value::as_str) == Some("base64") || field == "base64";
    if !(says_base64 || data.len() >= BALLAST_BYTES) || !is_base64(data) {
        return None;
    }
    let named = |name: &&str| whole.get(*name).and_then(Value::as_str);
    let media_type = ["media_type", "mediaType", "mimeType"].iter().find_map(named);
    let kind = map
        .get("type")
        .and_then(Value::as_str)
        .filter(|kind| *kind != "base64")
        .unwrap_or("image");
    Some(json!({"type": kind, "media_type": media_type, "bytes": decoded_bytes(data)}))
}

fn data_url(text: &str) -> Option<(&str, &str)> {
    let (media_type, data) = text.strip_prefix("data:")?.split_once(";base64,")?;
    (media_type.len() < 100 && is_base64(data)).then_some((media_type, data))
}

fn is_base64(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=' | b'-' | b'_' | b'\r' | b'\n'))
}

/// How many bytes a base64 text stands for.
fn decoded_bytes(data: &str) -> usize {
    let padding = data.bytes().rev().take(2).filter(|b| *b == b'=').count();
    (data.len() / 4 * 3 + data.len() % 4 * 3 / 4).saturating_sub(padding)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_become_notes_in_every_shape_they_come_in() {
        let data = "iVBORw0KGgo=".repeat(40);
        let note = |kind: &str| json!({"type": kind, "media_type": "image/png", "bytes": 40 * 9 - 1});
        let cleaned = |value: Value| without_ballast(json!({"x": [value]}))["x"][0].clone();
        assert_eq!(
            cleaned(json!({"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": data}})),
            note("image")
        );
        assert_eq!(
            cleaned(json!({"type": "base64", "media_type": "image/png", "data": data})),
            note("image")
        );
        assert_eq!(
            cleaned(json!({"type": "audio", "mimeType": "image/png", "data": data})),
            note("audio")
        );
        assert_eq!(
            cleaned(json!(format!("data:image/png;base64,{data}"))),
            json!("[image/png, 359 bytes]")
        );
    }

    #[test]
    fn ordinary_fields_of_these_names_stay() {
        for value in [
            json!({"data": "short", "type": "text"}),
            json!({"data": "a sentence, ".repeat(40)}),
            json!({"signature": "fn main()"}),
            json!("data: none"),
        ] {
            assert_eq!(without_ballast(value.clone()), value);
        }
    }

    #[test]
    fn of_the_structured_result_only_what_is_needed_stays() {
        let line = json!({"tool_use_result": {"type": "update", "originalFile": "long", "file": {"numLines": 3, "content": "long"}}});
        assert_eq!(
            without_ballast(line),
            json!({"tool_use_result": {"type": "update", "file": {"numLines": 3}}})
        );
        assert_eq!(
            without_ballast(json!({"tool_use_result": "text"})),
            json!({"tool_use_result": null})
        );
    }
}
