//! Finds the pictures that a payload refers to: notes of the form `{"type":"image","media":"<name>",…}`, at any depth.

use serde_json::{Map, Value};

use super::media_name::MediaName;

/// The first notes of a payload, at most this many, each for a different picture.
pub fn find(payload: &Value, at_most: usize) -> Vec<&Map<String, Value>> {
    let mut found = Vec::new();
    gather(payload, at_most, &mut found);
    found
}

/// The picture that a note names.
pub fn name(note: &Map<String, Value>) -> Option<MediaName> {
    note.get("media")?.as_str()?.parse().ok()
}

fn gather<'a>(value: &'a Value, at_most: usize, found: &mut Vec<&'a Map<String, Value>>) {
    if found.len() == at_most {
        return;
    }
    match value {
        Value::Object(map) if name(map).is_some() => {
            if !found.iter().any(|note| note["media"] == map["media"]) {
                found.push(map);
            }
        }
        Value::Object(map) => map.values().for_each(|value| gather(value, at_most, found)),
        Value::Array(items) => items.iter().for_each(|value| gather(value, at_most, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
