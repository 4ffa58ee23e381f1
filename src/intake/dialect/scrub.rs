//! What no event may carry: images as base64, signatures, and the second copy of a result.

use serde_json::{Value, json};

use super::repeated;
use domain::picture_note;
use draft::picture::Picture;
use draft::pictures::{self, Pictures};

/// Pictures of one structured result that are looked for.
const PICTURES: usize = 12;

/// Drops what would only be thrown away later, before the secrets are looked for: it is most of the bytes. Gives the
/// pictures that stood in the line, in whose places notes are left.
pub(super) fn without_ballast(mut line: Value) -> (Value, Vec<Picture>) {
    let mut pictures = Pictures::default();
    for field in ["tool_use_result", "toolUseResult"] {
        let Some(mut result) = line.get_mut(field).map(Value::take) else {
            continue;
        };
        // It repeats the content, but may hold a picture of which that says nothing, or more.
        strip(&mut result, &mut pictures);
        let shown: Vec<Value> = picture_note::find(&result, PICTURES)
            .into_iter()
            .map(|note| Value::Object(note.clone()))
            .collect();
        repeated::drop_repeats(&mut result, &line);
        if !shown.is_empty() {
            match &mut result {
                Value::Object(result) => drop(result.insert("pictures".into(), shown.into())),
                // What is beside them stays, and where that is nothing they are all.
                _ => result = json!({"pictures": shown}),
            }
        }
        line[field] = result;
    }
    strip(&mut line, &mut pictures);
    (line, pictures.into_taken())
}

/// Replaces images by notes, and removes signatures, wherever they stand.
fn strip(value: &mut Value, pictures: &mut Pictures) {
    match value {
        Value::Object(map) => {
            if let Some(note) = pictures.note_of_block(map, pictures::is_long) {
                *value = note;
                return;
            }
            map.retain(|field, value| !(is_signature(field) && is_long(value)));
            map.values_mut().for_each(|value| strip(value, pictures));
        }
        Value::Array(items) => items.iter_mut().for_each(|value| strip(value, pictures)),
        Value::String(text) => {
            if let Some(note) = pictures.note_of_url(text, |_| true) {
                *value = note;
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn without_ballast(line: Value) -> Value {
        super::without_ballast(line).0
    }

    #[test]
    fn images_become_notes_in_every_shape_they_come_in() {
        let data = "iVBORw0KGgo=".repeat(40);
        let note = |kind: &str| json!({"type": kind, "media_type": "image/png", "size_bytes": 40 * 9 - 1});
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
    fn of_the_structured_result_what_others_say_goes() {
        let line = json!({"tool_use_result": {"type": "update", "originalFile": "long", "file": {"numLines": 3, "content": "long"}}});
        assert_eq!(
            without_ballast(line),
            json!({"tool_use_result": {"type": "update", "file": {"numLines": 3}}})
        );
        assert_eq!(
            without_ballast(json!({"tool_use_result": "text"})),
            json!({"tool_use_result": "text"})
        );
    }

    #[test]
    fn a_picture_of_the_structured_result_alone_is_told_of() {
        let bytes = b"GIF89a\x02\0\x02\0\0\0\0x".to_vec();
        let data = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, &bytes);
        let picture = Picture::of(bytes).expect("a picture");
        for result in [
            json!({"type": "image", "file": {"base64": data}}),
            json!([{"type": "image", "source": {"type": "base64", "data": data}}]),
        ] {
            let (line, pictures) = super::without_ballast(json!({"tool_use_result": result}));
            assert_eq!(line["tool_use_result"]["pictures"], json!([picture.note()]), "{result}");
            assert_eq!(pictures, std::slice::from_ref(&picture));
        }
    }
}
