//! Whether preparing a batch takes so long that a task must not do it on the threads that serve everybody.

use serde_json::Value;

use draft::{Draft, NewEvent};
use journal::Batch;

/// About a quarter of a millisecond of encoding. Handing less to another thread costs more than it gives.
const LARGE_BYTES: usize = 32 * 1024;
/// What an event weighs beside its payload.
const EVENT_BYTES: usize = 300;
/// What a value weighs beside its text.
const VALUE_BYTES: usize = 8;

/// Looks no further than it must to know.
pub fn is_large(batch: &Batch) -> bool {
    let mut left = LARGE_BYTES;
    batch.drafts.iter().any(|draft| {
        let fits = match draft {
            Draft::Event(new) | Draft::Imported(new) => event_fits(new, &mut left),
            Draft::Hook(hook) => hook.events.iter().all(|new| event_fits(new, &mut left)),
            // Encoded by the writer, who knows the last one.
            Draft::State(_) => true,
        };
        !fits
    })
}

fn event_fits(new: &NewEvent, left: &mut usize) -> bool {
    take(EVENT_BYTES, left) && value_fits(&new.event.payload, left)
}

fn value_fits(value: &Value, left: &mut usize) -> bool {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => take(VALUE_BYTES, left),
        Value::String(text) => take(VALUE_BYTES + text.len(), left),
        Value::Array(list) => take(VALUE_BYTES, left) && list.iter().all(|item| value_fits(item, left)),
        Value::Object(map) => {
            take(VALUE_BYTES, left)
                && map
                    .iter()
                    .all(|(name, item)| take(VALUE_BYTES + name.len(), left) && value_fits(item, left))
        }
    }
}

/// Takes from what is left; false where there is not enough.
fn take(bytes: usize, left: &mut usize) -> bool {
    let after = left.checked_sub(bytes);
    *left = after.unwrap_or(0);
    after.is_some()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn batch(events: usize, payload: &Value) -> Batch {
        let text = json!({"type": "agent_log_entry", "data": {"adw_id": "a", "seq": 0, "timestamp": "2026-01-15T10:30:00.123Z",
            "time_source": "source", "event_type": "log_entry", "payload": payload}});
        let event = NewEvent {
            event: serde_json::from_value(text).expect("an event"),
            keys: Vec::new(),
        };
        Batch {
            drafts: vec![Draft::Event(event); events],
            ..Batch::default()
        }
    }

    #[test]
    fn many_events_are_large_and_so_is_one_that_holds_much() {
        assert!(!is_large(&batch(1, &json!({"message": "x".repeat(1_000)}))));
        assert!(!is_large(&batch(20, &json!({"message": "short"}))));
        assert!(is_large(&batch(200, &json!({"message": "short"}))));
        assert!(is_large(&batch(1, &json!({"output": "x".repeat(LARGE_BYTES)}))));
        assert!(is_large(&batch(1, &json!({"list": vec![json!({"a": 1}); 5_000]}))));
    }
}
