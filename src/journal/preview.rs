//! Making an event ready for the journal: its wire text, and a preview where the payload is large.
//!
//! Bodies over 16 KiB stand beside a preview, so that frames, pages and folds stay small whatever a tool printed.

use serde_json::{Map, Value, json};

use super::{Batch, JournalError, Prepared, PreparedBatch, PreparedEvent, PreparedHook, encode};
use domain::event::Event;
use domain::excerpt::excerpt;
use domain::media_name::MediaName;
use domain::picture_note;
use draft::{Draft, NewEvent};

/// The largest wire text of an event that stands for itself.
pub const BODY_BYTES: usize = 16 * 1024;
/// Pictures that a preview tells of.
const PICTURES: usize = 12;
/// What it tells of one that stood where the payload was cut, and how long each of it may be.
const NOTED: [&str; 6] = ["type", "media", "media_type", "size_bytes", "width", "height"];
const NOTED_BYTES: usize = 80;

/// Encodes what a batch holds; done by whoever records it, beside the writer.
pub fn prepare(batch: Batch) -> Result<PreparedBatch, JournalError> {
    let drafts = batch.drafts.into_iter().map(prepare_draft);
    let drafts = drafts.collect::<Result<Vec<_>, _>>()?;
    Ok(PreparedBatch {
        size_bytes: drafts.iter().map(size_of_draft).sum(),
        drafts,
        tails: batch.tails,
        pictures: batch.pictures,
        spans: batch.spans,
    })
}

fn prepare_draft(draft: Draft) -> Result<Prepared, JournalError> {
    Ok(match draft {
        Draft::Event(new) => Prepared::Event(prepare_event(new)?),
        Draft::Imported(new) => Prepared::Imported(new.event.seq, prepare_event(new)?),
        Draft::Hook(new) => Prepared::Hook(PreparedHook {
            events: new.events.into_iter().map(prepare_event).collect::<Result<_, _>>()?,
            attribution: new.attribution,
            received: new.received,
        }),
        Draft::State(new) => Prepared::State(new),
    })
}

fn size_of_draft(draft: &Prepared) -> usize {
    match draft {
        Prepared::Event(event) | Prepared::Imported(_, event) => size(event),
        Prepared::Hook(hook) => hook.events.iter().map(size).sum(),
        Prepared::State(_) => 4_096,
    }
}

/// About what it takes in the journal, its row and keys included.
fn size(event: &PreparedEvent) -> usize {
    event.text.0.len() + event.text.1.len() + event.body.as_ref().map_or(0, |body| body.1.len()) + 200
}

pub fn prepare_event(mut new: NewEvent) -> Result<PreparedEvent, JournalError> {
    new.event.seq = 0;
    let text = split_at_seq(&new.event)?;
    if text.0.len() + text.1.len() <= BODY_BYTES {
        let media = named(&text.1);
        return Ok(PreparedEvent {
            new,
            text,
            body: None,
            media,
        });
    }
    new.event.payload = preview(&new.event.payload);
    Ok(PreparedEvent {
        text: split_at_seq(&new.event)?,
        media: named(&text.1),
        body: Some(text),
        new,
    })
}

/// The wire text before and after the seq. An adw_id holds no quote, so the first match is the field.
fn split_at_seq(event: &Event) -> Result<(String, String), JournalError> {
    const FIELD: &str = "\"seq\":";
    let text = encode::text("an event", event)?;
    let at = text.find(FIELD).map_or(0, |at| at + FIELD.len());
    Ok((text[..at].to_owned(), text[(at + 1).min(text.len())..].to_owned()))
}

/// The pictures that the notes in a text of JSON name. Inside of a string the quotes would be escaped.
fn named(text: &str) -> Vec<MediaName> {
    const FIELD: &str = "\"media\":\"";
    let values = text.split(FIELD).skip(1).filter_map(|rest| rest.split('"').next());
    let mut names: Vec<MediaName> = values.filter_map(|value| value.parse().ok()).collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// The payload with its long texts and lists cut until it fits, and the size of the whole.
fn preview(payload: &Value) -> Value {
    let whole_bytes = payload.to_string().len();
    for (text_bytes, items) in [(4_096, 64), (1_024, 32), (256, 16), (64, 8)] {
        let mut small = payload.clone();
        shorten(&mut small, text_bytes, items, 8);
        let lost = lost_pictures(payload, &small);
        if let Value::Object(map) = &mut small {
            map.insert("preview_of_bytes".into(), whole_bytes.into());
            if let Some(lost) = lost {
                map.insert("pictures".into(), lost);
            }
        }
        if small.to_string().len() <= BODY_BYTES - 2_048 {
            return small;
        }
    }
    let pictures = lost_pictures(payload, &Value::Null);
    json!({ "preview": excerpt(&payload.to_string(), 4_096), "preview_of_bytes": whole_bytes, "pictures": pictures })
}

/// The notes of pictures that stood in what was cut: whoever folds the event is to see them.
fn lost_pictures(payload: &Value, small: &Value) -> Option<Value> {
    let kept = picture_note::find(small, PICTURES);
    let is_lost = |note: &&Map<String, Value>| !kept.iter().any(|kept| kept["media"] == note["media"]);
    let lost = picture_note::find(payload, PICTURES).into_iter().filter(is_lost);
    // What else stood in the note may be long.
    let short = lost.map(|note| {
        let fields = NOTED
            .iter()
            .filter_map(|name| Some(((*name).to_owned(), note.get(*name)?.clone())));
        Value::Object(
            fields
                .filter(|(_, value)| value.to_string().len() <= NOTED_BYTES)
                .collect(),
        )
    });
    let lost: Vec<Value> = short.collect();
    (!lost.is_empty()).then(|| lost.into())
}

fn shorten(value: &mut Value, text_bytes: usize, items: usize, depth: usize) {
    match value {
        Value::String(text) => {
            if text.len() > text_bytes && text.parse::<MediaName>().is_err() {
                *text = excerpt(text, text_bytes);
            }
        }
        Value::Array(list) => {
            list.truncate(items);
            list.iter_mut()
                .for_each(|item| shorten(item, text_bytes, items, depth.saturating_sub(1)));
        }
        Value::Object(map) if depth == 0 => {
            *value = Value::String(excerpt(&Value::Object(std::mem::take(map)).to_string(), text_bytes))
        }
        Value::Object(map) => map
            .values_mut()
            .for_each(|item| shorten(item, text_bytes, items, depth - 1)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::event::{Kind, TimeSource};
    use domain::timestamp::Timestamp;

    fn event(payload: Value) -> NewEvent {
        let event = Event {
            kind: Kind::Other,
            adw_id: "a".parse().expect("a safe id"),
            seq: 7,
            timestamp: Timestamp(0),
            time_source: TimeSource::Read,
            event_type: "x \"seq\":0".into(),
            agent: None,
            run: None,
            session_id: None,
            parent_tool_use_id: None,
            payload,
        };
        NewEvent {
            event,
            keys: Vec::new(),
        }
    }

    #[test]
    fn the_text_lacks_only_its_seq() {
        let prepared = prepare_event(event(json!({"seq": 0, "text": "\"seq\":0"}))).expect("an event is JSON");
        let text = format!("{}42{}", prepared.text.0, prepared.text.1);
        let read: Event = serde_json::from_str(&text).expect("the text is an event");
        assert_eq!(
            read,
            Event {
                seq: 42,
                ..prepared.new.event
            }
        );
    }

    #[test]
    fn a_large_body_stands_beside_a_preview() {
        for payload in [
            json!({"output": "x".repeat(3_000_000), "tool_name": "Bash"}),
            json!(vec!["y".repeat(100); 10_000]),
            json!({"list": vec![json!({"a": "\u{1}".repeat(300)}); 500]}),
        ] {
            let prepared = prepare_event(event(payload.clone())).expect("an event is JSON");
            assert!(prepared.text.0.len() + prepared.text.1.len() <= BODY_BYTES);
            let body = prepared.body.expect("a large body is kept whole");
            let read: Event = serde_json::from_str(&format!("{}1{}", body.0, body.1)).expect("the body is an event");
            assert_eq!(read.payload, payload);
        }
    }
}
