//! What a line says that no dialect reads: kept in its event under its own name, within limits that say so.

use serde_json::{Map, Value, json};

use domain::excerpt::excerpt;

/// The most that one field takes, and all of a line.
const FIELD_BYTES: usize = 8 * 1024;
const LINE_BYTES: usize = 32 * 1024;
/// Texts in a field that is too large are cut to this.
const TEXT_BYTES: usize = 512;
/// How much of a line has been kept.
#[derive(Debug, Default)]
pub(super) struct Kept {
    bytes: usize,
}

impl Kept {
    /// Adds the fields of an object that were not read, and are in no other event.
    pub(super) fn add_all(&mut self, payload: &mut Map<String, Value>, from: Value, read: &[&str]) {
        let Value::Object(fields) = from else { return };
        for (field, value) in fields {
            if !is_empty(&value) && !is_shared(&field) && !read.contains(&field.as_str()) {
                self.add(payload, field, value);
            }
        }
    }

    /// Adds one field; where the event has another of that name, under `told`.
    pub(super) fn add(&mut self, payload: &mut Map<String, Value>, field: String, mut value: Value) {
        if is_empty(&value) || payload.get(&field) == Some(&value) {
            return;
        }
        let whole = size(&value, usize::MAX);
        let room = FIELD_BYTES.min(LINE_BYTES.saturating_sub(self.bytes));
        if whole > room {
            shorten(&mut value);
            let entry = json!({"field": field, "bytes": whole});
            match payload.get_mut("left_out") {
                Some(Value::Array(entries)) => entries.push(entry),
                _ => drop(payload.insert("left_out".into(), json!([entry]))),
            }
            if size(&value, room) > room {
                return;
            }
        }
        self.bytes += whole.min(room);
        if !payload.contains_key(&field) {
            payload.insert(field, value);
            return;
        }
        let told = payload.entry("told").or_insert_with(|| json!({}));
        if let Value::Object(told) = told {
            told.insert(field, value);
        }
    }
}

/// What an event has in its envelope, or what only places a line in the CLI's own records. This is asked of every field.
fn is_shared(field: &str) -> bool {
    matches!(
        field,
        "type"
            | "uuid"
            | "session_id"
            | "sessionId"
            | "parent_tool_use_id"
            | "timestamp"
            | "timestamp_ms"
            | "parentUuid"
            | "logicalParentUuid"
            | "isSidechain"
            | "userType"
            | "version"
    )
}

/// Whether a value says nothing.
pub(super) fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

/// About how many bytes it takes as JSON; not counted further than `most`.
fn size(value: &Value, most: usize) -> usize {
    let mut bytes = 0;
    add_size(value, most, &mut bytes);
    bytes
}

fn add_size(value: &Value, most: usize, bytes: &mut usize) {
    if *bytes > most {
        return;
    }
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => *bytes += 8,
        Value::String(text) => *bytes += text.len() + 3,
        Value::Array(items) => items.iter().for_each(|item| add_size(item, most, bytes)),
        Value::Object(fields) => fields.iter().for_each(|(field, value)| {
            *bytes += field.len() + 4;
            add_size(value, most, bytes);
        }),
    }
}

fn shorten(value: &mut Value) {
    match value {
        Value::String(text) if text.len() > TEXT_BYTES => *text = excerpt(text, TEXT_BYTES),
        Value::Array(items) => items.iter_mut().for_each(shorten),
        Value::Object(fields) => fields.values_mut().for_each(shorten),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(from: Value, read: &[&str]) -> Value {
        let mut payload = Map::new();
        payload.insert("content".into(), "said".into());
        Kept::default().add_all(&mut payload, from, read);
        payload.into()
    }

    #[test]
    fn what_is_not_read_is_kept_under_its_own_name() {
        let line = json!({"type": "x", "uuid": "u", "read": 1, "novel": {"a": [1]}, "flag": false, "none": null, "empty": [],
            "content": "other"});
        assert_eq!(
            kept(line, &["read"]),
            json!({"content": "said", "novel": {"a": [1]}, "flag": false, "told": {"content": "other"}})
        );
    }

    #[test]
    fn what_is_too_large_is_cut_and_said() {
        let long = "word ".repeat(4_000);
        let told = kept(json!({"denials": [{"tool": "Write", "input": {"content": long}}]}), &[]);
        assert_eq!(told["denials"][0]["tool"], "Write");
        assert!(
            told["denials"][0]["input"]["content"]
                .as_str()
                .is_some_and(|text| text.len() <= TEXT_BYTES)
        );
        assert_eq!(told["left_out"][0]["field"], "denials");
        assert!(told["left_out"][0]["bytes"].as_u64() > Some(20_000));
        let many: Vec<String> = (0..2_000).map(|number| format!("file {number}")).collect();
        let told = kept(json!({"files": many}), &[]);
        assert_eq!(
            (&told["files"], &told["left_out"][0]["field"]),
            (&Value::Null, &json!("files"))
        );
    }

    #[test]
    fn a_line_of_many_fields_is_bounded() {
        let fields: Map<String, Value> = (0..40)
            .map(|number| (format!("f{number}"), "x".repeat(4_000).into()))
            .collect();
        let told = kept(fields.into(), &[]).to_string();
        assert!(told.len() < LINE_BYTES + 40 * 700, "{}", told.len());
    }
}
