//! What a search finds: a text within what people can read of an event, ignoring case.
//!
//! It searches each text and number of the payload separately, but not its keys, nor the ids that only machines compare.

use serde_json::Value;

use super::letters::lower;

/// Ids in a payload. Every tool call's id begins with `toolu_`, and a search for "tool" must not find them all.
const IDS: [&str; 6] = [
    "adw_id",
    "session_id",
    "tool_use_id",
    "parent_tool_use_id",
    "message_id",
    "uuid",
];

/// Whether a payload contains a text, which is given in lower case (see [`lower`]).
pub fn holds(payload: &Value, lowered: &str) -> bool {
    let mut is_found = false;
    each_text(payload, &mut |text| {
        is_found = is_found || lower(text).contains(lowered);
    });
    is_found
}

/// All that is searched in a payload.
pub fn each_text(payload: &Value, see: &mut dyn FnMut(&str)) {
    match payload {
        Value::Object(fields) => {
            for (name, value) in fields {
                if !IDS.contains(&name.as_str()) {
                    each_value(value, see);
                }
            }
        }
        other => each_value(other, see),
    }
}

fn each_value(value: &Value, see: &mut dyn FnMut(&str)) {
    match value {
        Value::String(text) => see(text),
        Value::Number(number) => see(&number.to_string()),
        Value::Array(list) => list.iter().for_each(|value| each_value(value, see)),
        Value::Object(fields) => fields.values().for_each(|value| each_value(value, see)),
        Value::Null | Value::Bool(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn texts_and_numbers_are_found_but_no_keys_and_no_ids() {
        let payload = json!({
            "tool_use_id": "toolu_01", "session_id": "5f1e03c2", "tool_name": "Bash", "is_error": true,
            "input": {"command": "echo \"Größe\"\nexit 7", "todos": [{"content": "ÜBER", "n": 42.5}]},
        });
        for found in ["bash", "echo \"gr", "größe\"\nexit", "über", "42.5", "7", ""] {
            assert!(holds(&payload, found), "{found}");
        }
        for absent in ["tool", "5f1e", "command", "true", "\\n", "bashecho", "Bash"] {
            assert!(!holds(&payload, absent), "{absent}");
        }
    }

    #[test]
    fn a_payload_that_is_no_object_is_read_too() {
        assert!(holds(&json!(["a", {"uuid": "b"}]), "b"));
        assert!(holds(&json!("Text"), "text"));
        assert!(!holds(&json!(null), "null"));
    }
}
