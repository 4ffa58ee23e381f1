//! Takes pictures out of JSON before it is recorded: each is replaced by a note, and no base64 stays.
//!
//! This comes before the search for secrets, since base64 is most of the bytes, and no rule finds a secret in it.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde_json::{Map, Value, json};
use xxhash_rust::xxh3::xxh3_64;

use super::picture::{LARGEST_BYTES, Picture};
use domain::media_name::Raster;

/// Shorter texts are not pictures, unless their context says so.
const BALLAST_BYTES: usize = 256;
/// Tools differ in whether they pad.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// What was taken out of one text of JSON.
#[derive(Debug, Default)]
pub struct Pictures {
    taken: Vec<Picture>,
    /// Notes by the hash of the base64, because tools write a picture twice into a line.
    notes: Vec<(u64, Map<String, Value>)>,
}

impl Pictures {
    /// What was taken, each once.
    pub fn into_taken(self) -> Vec<Picture> {
        self.taken
    }

    /// Takes every picture out of what a publisher pushed. Other base64 is removed only if it is declared as an image: nothing else
    /// that a publisher sends is dropped.
    pub fn take_pushed(&mut self, value: &mut Value) {
        match value {
            Value::Object(map) => match self.note_of_block(map, says_image) {
                Some(note) => *value = note,
                None => map.values_mut().for_each(|value| self.take_pushed(value)),
            },
            Value::Array(items) => items.iter_mut().for_each(|value| self.take_pushed(value)),
            Value::String(text) => {
                if let Some(note) = self.note_of_url(text, |media_type| media_type.starts_with("image/")) {
                    *value = note;
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    /// The note in place of `{type: image, source: {media_type, data}}`, its source alone, MCP's `{type, data, mimeType}`, or a
    /// hook's `{base64, type}`. Where the base64 is no picture, `is_ballast` says whether it goes.
    pub fn note_of_block(
        &mut self,
        map: &mut Map<String, Value>,
        is_ballast: fn(&Map<String, Value>, &str) -> bool,
    ) -> Option<Value> {
        let whole = map.get("source").and_then(Value::as_object).unwrap_or(map);
        let (field, data) = ["data", "base64", "blob"]
            .into_iter()
            .find_map(|field| Some((field, whole.get(field)?.as_str()?)))?;
        if !is_base64(data) {
            return None;
        }
        let note = match self.note_of_data(data) {
            Some(note) => note,
            None if is_ballast(map, field) => {
                let named = |name: &&str| whole.get(*name).and_then(Value::as_str);
                let media_type = ["media_type", "mediaType", "mimeType"].iter().find_map(named);
                let kind = map.get("type").and_then(Value::as_str);
                let kind = kind.filter(|kind| *kind != "base64").unwrap_or("image");
                return Some(json!({"type": kind, "media_type": media_type, "size_bytes": decoded_bytes(data)}));
            }
            None => return None,
        };
        let replaced = [
            "source",
            "data",
            "base64",
            "blob",
            "type",
            "media_type",
            "mediaType",
            "mimeType",
        ];
        map.retain(|field, value| !replaced.contains(&field.as_str()) && !value.is_null());
        map.extend(note);
        Some(Value::Object(std::mem::take(map)))
    }

    /// The note in place of a `data:` URL. Where it is no picture, `is_ballast` says whether its base64 goes.
    pub fn note_of_url(&mut self, text: &str, is_ballast: fn(&str) -> bool) -> Option<Value> {
        let (media_type, data) = text.strip_prefix("data:")?.split_once(";base64,")?;
        if media_type.len() >= 100 || !is_base64(data) {
            return None;
        }
        match self.note_of_data(data) {
            Some(note) => Some(Value::Object(note)),
            None if is_ballast(media_type) => Some(format!("[{media_type}, {} bytes]", decoded_bytes(data)).into()),
            None => None,
        }
    }

    /// The note of a picture in base64, which is taken.
    fn note_of_data(&mut self, data: &str) -> Option<Map<String, Value>> {
        if !begins_a_picture(data) || decoded_bytes(data) > LARGEST_BYTES {
            return None;
        }
        let hash = xxh3_64(data.as_bytes());
        if let Some((_, note)) = self.notes.iter().find(|(known, _)| *known == hash) {
            return Some(note.clone());
        }
        let picture = Picture::of(BASE64.decode(standard(data)).ok()?)?;
        let note = picture.note();
        self.notes.push((hash, note.clone()));
        if !self.taken.iter().any(|taken| taken.name == picture.name) {
            self.taken.push(picture);
        }
        Some(note)
    }
}

/// Whether a block that is not a picture is ballast anyway: its base64 is long, or is declared as base64.
pub fn is_long(map: &Map<String, Value>, field: &str) -> bool {
    let whole = map.get("source").and_then(Value::as_object).unwrap_or(map);
    let says_base64 = whole.get("type").and_then(Value::as_str) == Some("base64") || field == "base64";
    let bytes = whole.get(field).and_then(Value::as_str).map_or(0, str::len);
    says_base64 || bytes >= BALLAST_BYTES
}

fn says_image(map: &Map<String, Value>, field: &str) -> bool {
    let whole = map.get("source").and_then(Value::as_object).unwrap_or(map);
    let says = |of: &Map<String, Value>, name: &str| {
        let text = of.get(name).and_then(Value::as_str);
        text.is_some_and(|text| text == "image" || text.starts_with("image/"))
    };
    let is_said = says(map, "type")
        || ["type", "media_type", "mediaType", "mimeType"]
            .iter()
            .any(|name| says(whole, name));
    is_said && is_long(map, field)
}

/// Whether a text is a picture in base64, alone or as a `data:` URL. What it holds after its first bytes is not looked at.
pub fn is_picture(text: &str) -> bool {
    let url = text.strip_prefix("data:").and_then(|url| url.split_once(";base64,"));
    let data = url.map_or(text, |(_, data)| data);
    begins_a_picture(data) && is_base64(data)
}

/// Whether the first bytes are those of a picture; cheap, however long the text is.
fn begins_a_picture(data: &str) -> bool {
    let head = data.get(..16).map(standard);
    let head = head.and_then(|head| BASE64.decode(head).ok());
    head.is_some_and(|head| Raster::of_head(&head).is_some())
}

/// The text in the usual alphabet, on one line.
fn standard(data: &str) -> Vec<u8> {
    let usual = |byte| match byte {
        b'-' => b'+',
        b'_' => b'/',
        other => other,
    };
    data.bytes()
        .filter(|byte| !matches!(byte, b'\r' | b'\n'))
        .map(usual)
        .collect()
}

fn is_base64(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| OF_BASE64[usize::from(byte)])
}

/// Whether a byte can stand in base64: a table, because pictures are megabytes.
static OF_BASE64: [bool; 256] = {
    let mut is_of = [false; 256];
    let mut byte: u8 = 0;
    while byte < 128 {
        is_of[byte as usize] =
            byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=' | b'-' | b'_' | b'\r' | b'\n');
        byte += 1;
    }
    is_of
};

/// How many bytes a base64 text stands for.
fn decoded_bytes(data: &str) -> usize {
    let padding = data.bytes().rev().take(2).filter(|b| *b == b'=').count();
    (data.len() / 4 * 3 + data.len() % 4 * 3 / 4).saturating_sub(padding)
}

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE};

    use super::*;
    use crate::picture::tests::png;

    fn taken(mut value: Value) -> (Value, Vec<Picture>) {
        let mut pictures = Pictures::default();
        pictures.take_pushed(&mut value);
        (value, pictures.into_taken())
    }

    #[test]
    fn a_picture_is_taken_in_every_shape_it_comes_in() {
        let bytes = png(4, 3, &[0xfb, 0xff, 0xfe]);
        let note = Value::Object(Picture::of(bytes.clone()).expect("a picture").note());
        let data = STANDARD.encode(&bytes);
        let in_lines = data
            .as_bytes()
            .chunks(20)
            .map(String::from_utf8_lossy)
            .collect::<Vec<_>>()
            .join("\r\n");
        for shape in [
            json!({"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": data}}),
            json!({"type": "image", "data": data, "mimeType": "image/jpeg"}),
            json!({"type": "image/png", "base64": data}),
            json!({"blob": URL_SAFE.encode(&bytes)}),
            json!({"data": STANDARD_NO_PAD.encode(&bytes)}),
            json!({"data": in_lines}),
            json!(format!("data:image/png;base64,{data}")),
        ] {
            let (value, pictures) = taken(json!({"x": [shape, {"again": shape}]}));
            assert_eq!(value, json!({"x": [note, {"again": note}]}), "{shape}");
            assert_eq!(pictures.len(), 1, "once, however often it stands there");
            assert_eq!(&*pictures[0].bytes, bytes.as_slice(), "byte by byte");
        }
    }

    #[test]
    fn what_stands_beside_a_picture_stays() {
        let data = STANDARD.encode(png(4, 3, b"x"));
        let (value, _) =
            taken(json!({"base64": data, "type": "image/png", "originalSize": 9, "dimensions": {"originalWidth": 4}}));
        assert_eq!(
            (&value["originalSize"], &value["dimensions"]["originalWidth"]),
            (&json!(9), &json!(4))
        );
        assert_eq!((&value["type"], &value["base64"]), (&json!("image"), &Value::Null));
    }

    #[test]
    fn an_image_that_is_not_kept_leaves_its_size_and_other_data_stays() {
        let drawing = STANDARD.encode(format!("<svg>{}</svg>", "x".repeat(300)));
        let (value, pictures) = taken(json!([
            {"type": "image", "source": {"type": "base64", "media_type": "image/svg+xml", "data": drawing}},
            format!("data:image/svg+xml;base64,{drawing}"),
        ]));
        assert_eq!(
            value,
            json!([{"type": "image", "media_type": "image/svg+xml", "size_bytes": 311}, "[image/svg+xml, 311 bytes]"])
        );
        assert!(pictures.is_empty());
        for other in [
            json!({"data": "f".repeat(4_000)}),
            json!({"type": "file", "data": drawing}),
            json!(format!("data:text/plain;base64,{drawing}")),
            json!({"type": "image", "data": "no base64, "}),
        ] {
            assert_eq!(taken(other.clone()), (other, Vec::new()));
        }
    }
}
