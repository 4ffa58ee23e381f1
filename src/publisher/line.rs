//! An item as a line of the spool: complete, and without secrets.

use serde_json::{Map, Value, json};

use super::clock;
use draft::pictures;
use draft::redaction;

/// One pushed item, encoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpoolLine {
    /// JSON and a line feed.
    pub text: Vec<u8>,
    pub adw_id: Option<String>,
    /// Log entries are dropped first when there is no room.
    pub is_log: bool,
}

impl SpoolLine {
    /// Adds an id and a time to an item that lacks them, removes secrets, and encodes it.
    pub fn of(mut item: Value, event_id: impl FnOnce() -> String) -> Self {
        if let Some(fields) = fields(&mut item) {
            let is_absent = |fields: &Map<String, Value>, name: &str| fields.get(name).is_none_or(Value::is_null);
            if is_absent(fields, "event_id") {
                fields.insert("event_id".to_owned(), event_id().into());
            }
            if is_absent(fields, "timestamp") {
                fields.insert("timestamp".to_owned(), clock::now().to_string().into());
            }
        }
        let item = clean(item);
        let text = format!("{item}\n").into_bytes();
        Self {
            adw_id: adw_id(&item).map(str::to_owned),
            is_log: is_log(&item),
            text,
        }
    }

    /// Reports how many events of a workflow were dropped.
    pub fn telling_drops(adw_id: &str, dropped: u64, event_id: impl FnOnce() -> String) -> Self {
        Self::of(
            json!({"type": "agent_log_entry", "data": {"adw_id": adw_id, "event_type": "log_entry", "payload": {
                "level": "WARNING", "source": SOURCE, "dropped": dropped,
                "message": format!("{dropped} events were dropped because the spool was full")}}}),
            event_id,
        )
    }
}

/// The source of reports about dropped events.
const SOURCE: &str = "adwatch";

/// How many dropped events an item reports; none if it is any other item.
pub fn told_drops(item: &Value) -> Option<u64> {
    let payload = item.get("data")?.get("payload")?;
    (payload.get("source")?.as_str()? == SOURCE).then(|| payload.get("dropped")?.as_u64())?
}

/// Whether an item may be dropped before others: it is a log entry, and not one that reports dropped events.
pub fn is_log(item: &Value) -> bool {
    let kind = item.get("type").or_else(|| item.get("event_type"));
    let kinds = ["agent_log_entry", "agent_log", "log_entry", "workflow_log"];
    kind.and_then(Value::as_str).is_some_and(|kind| kinds.contains(&kind)) && told_drops(item).is_none()
}

/// The workflow that an item names, in `data` or next to it.
pub fn adw_id(item: &Value) -> Option<&str> {
    let data = item.get("data").and_then(|data| data.get("adw_id"));
    data.or_else(|| item.get("adw_id")).and_then(Value::as_str)
}

/// Where the fields of an item are: in `data`, or next to it in the older shape, whose `data` is the payload.
pub fn fields(item: &mut Value) -> Option<&mut Map<String, Value>> {
    let item = item.as_object_mut()?;
    if item.contains_key("type") && item.get("data").is_some_and(Value::is_object) {
        return item.get_mut("data").and_then(Value::as_object_mut);
    }
    Some(item)
}

/// Removes secrets, but leaves pictures unchanged: what looks like a secret in their base64 is coincidence.
fn clean(mut item: Value) -> Value {
    let mut pictures = Vec::new();
    set_aside(&mut item, &mut pictures);
    let mut item = redaction::value(item).into_inner();
    if !pictures.is_empty() {
        put_back(&mut item, &mut pictures);
    }
    item
}

/// A temporary placeholder for a picture. No JSON text that somebody wrote begins like this.
const ASIDE: &str = "\u{0}adwatch picture ";

fn set_aside(value: &mut Value, pictures: &mut Vec<String>) {
    match value {
        Value::String(text) if pictures::is_picture(text) || text.starts_with(ASIDE) => {
            let mark = format!("{ASIDE}{}", pictures.len());
            pictures.push(std::mem::replace(text, mark));
        }
        Value::Array(items) => items.iter_mut().for_each(|value| set_aside(value, pictures)),
        Value::Object(map) => map.values_mut().for_each(|value| set_aside(value, pictures)),
        Value::String(_) | Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn put_back(value: &mut Value, pictures: &mut [String]) {
    match value {
        Value::String(text) => {
            let place = text.strip_prefix(ASIDE).and_then(|place| place.parse::<usize>().ok());
            if let Some(picture) = place.and_then(|place| pictures.get_mut(place)) {
                *text = std::mem::take(picture);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|value| put_back(value, pictures)),
        Value::Object(map) => map.values_mut().for_each(|value| put_back(value, pictures)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoded(item: Value) -> Value {
        let line = SpoolLine::of(item, || "made".to_owned());
        assert_eq!(line.text.iter().filter(|byte| **byte == b'\n').count(), 1);
        serde_json::from_slice(&line.text).expect("JSON")
    }

    #[test]
    fn an_item_gets_the_id_and_the_time_that_it_lacks_where_its_fields_stand() {
        let made = encoded(json!({"type": "text_block", "data": {"adw_id": "a1", "timestamp": null}}));
        assert_eq!(made["data"]["event_id"], "made");
        assert!(made["data"]["timestamp"].as_str().is_some_and(|at| at.ends_with('Z')));
        let kept = encoded(json!({"type": "text_block", "data": {"event_id": "mine", "timestamp": 1}}));
        assert_eq!(
            (&kept["data"]["event_id"], &kept["data"]["timestamp"]),
            (&json!("mine"), &json!(1))
        );
        let older = encoded(json!({"adw_id": "a1", "event_type": "log_entry", "data": {"message": "x\ny"}}));
        assert_eq!(
            (&older["event_id"], &older["data"]),
            (&json!("made"), &json!({"message": "x\ny"}))
        );
    }

    #[test]
    fn secrets_go_and_pictures_stay() {
        let secret = format!("ghp_{}", "A1b2C3d4E5f6G7h8I9j0K1l2");
        // A picture whose base64 contains what looks like a key, as sooner or later one will.
        let png = format!(
            "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJ/AKIA{}",
            "A1B2C3D4E5F6G7H8"
        );
        let item = json!({"type": "hook", "data": {"payload": {"command": format!("push {secret}"),
            "image": {"base64": png, "type": "image/png"}, "url": format!("data:image/png;base64,{png}")}}});
        let line = encoded(item);
        assert!(!line.to_string().contains(&secret), "{line}");
        let payload = &line["data"]["payload"];
        assert_eq!(payload["image"]["base64"], png.as_str());
        assert_eq!(payload["url"], format!("data:image/png;base64,{png}"));
        let clever = encoded(json!({"type": "x", "data": {"a": format!("{ASIDE}0"), "b": secret}}));
        assert_eq!(
            (&clever["data"]["a"], &clever["data"]["b"]),
            (&json!(format!("{ASIDE}0")), &json!("ghp_[redacted]"))
        );
    }

    #[test]
    fn entries_of_logs_are_known_and_what_tells_of_drops_is_none() {
        let is_log = |item| SpoolLine::of(item, String::new).is_log;
        assert!(is_log(json!({"type": "agent_log_entry", "data": {}})));
        assert!(is_log(json!({"event_type": "log_entry", "data": {}})));
        assert!(!is_log(json!({"type": "text_block", "data": {}})));
        let told = SpoolLine::telling_drops("a1", 3, String::new);
        assert!(!told.is_log);
        assert_eq!(told_drops(&serde_json::from_slice(&told.text).expect("JSON")), Some(3));
    }
}
