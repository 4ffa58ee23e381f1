//! Reading payloads without trusting them: a field that is null, absent or of another type is none.

use serde_json::Value;

/// The field as text, if it is a text that is not empty.
pub fn text<'a>(payload: &'a Value, field: &str) -> Option<&'a str> {
    payload.get(field)?.as_str().filter(|text| !text.is_empty())
}

/// The first of the fields that is a text.
pub fn first_text<'a>(payload: &'a Value, fields: &[&str]) -> Option<&'a str> {
    fields.iter().find_map(|field| text(payload, field))
}

/// The field as a whole number; a float or a text of digits counts, since real tools send both.
pub fn number(payload: &Value, field: &str) -> Option<u64> {
    match payload.get(field)? {
        Value::Number(number) => number
            .as_u64()
            .or_else(|| number.as_f64().filter(|f| f.is_finite() && *f >= 0.0).map(|f| f as u64)),
        Value::String(text) => text.parse().ok(),
        _ => None,
    }
}

/// The field as a finite decimal.
pub fn decimal(payload: &Value, field: &str) -> Option<f64> {
    payload.get(field)?.as_f64().filter(|number| number.is_finite())
}

pub fn flag(payload: &Value, field: &str) -> Option<bool> {
    payload.get(field)?.as_bool()
}

/// A scalar as a person would write it: the same for `6` and `"6"`; none for null, empty and nested values.
pub fn scalar(payload: &Value, field: &str) -> Option<String> {
    match payload.get(field)? {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        _ => None,
    }
}
