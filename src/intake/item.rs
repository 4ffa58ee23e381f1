//! An event of the stream in the form in which it is pushed: with the key of its line, so that whoever reads the file creates no second one.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use crate::place::LinePart;
use domain::picture_note;
use draft::NewEvent;
use draft::key::Key;
use draft::picture::Picture;

/// Pictures are included up to this size per item, because a server accepts 8 MiB at once. Whoever watches the file has the others.
const PICTURES_BYTES: usize = 4 * 1024 * 1024;

/// The identity of the line: its own id, or its position and text.
#[derive(Clone, Debug, Default)]
pub struct LineNames {
    pub uuid: Option<String>,
    pub line_key: Option<String>,
}

/// The event as an item to push; `blocks` is how many events its line has, and bounds the block it can be.
pub fn of(new: &NewEvent, names: &LineNames, blocks: usize, pictures: &[Picture]) -> Value {
    // An event is texts, numbers and JSON: it can always be written.
    let mut item = serde_json::to_value(&new.event).expect("an event is JSON");
    let Some(data) = item.get_mut("data").and_then(Value::as_object_mut) else {
        return item;
    };
    // The server assigns the number and the run; it counts the runs of the file.
    data.retain(|field, value| field != "seq" && field != "run" && !value.is_null());
    if let Some((line_key, part)) = line(new, names, blocks) {
        data.insert("line_key".to_owned(), line_key.into());
        data.insert("block_index".to_owned(), part.number().into());
    }
    if let Some(payload) = data.get_mut("payload").filter(|_| !pictures.is_empty()) {
        put_back(payload, pictures, &mut { PICTURES_BYTES });
    }
    item
}

/// The line of the event, and what of it the event is. A key is a hash: what it was made of is found by trying.
fn line<'a>(new: &NewEvent, names: &'a LineNames, blocks: usize) -> Option<(&'a str, LinePart)> {
    let names = [names.uuid.as_deref(), names.line_key.as_deref()].into_iter().flatten();
    let parts = || (0..blocks).map(LinePart::Block).chain(LinePart::BESIDE);
    let mut all = names.flat_map(|name| parts().map(move |part| (name, part)));
    all.find(|(name, part)| new.keys.contains(&Key::line(name, part.number())))
}

/// Replaces the notes of pictures by their bytes; for a repeated picture the note is enough.
fn put_back(value: &mut Value, pictures: &[Picture], left_bytes: &mut usize) {
    match value {
        Value::Object(map) => match whole(map, pictures, left_bytes) {
            Some(picture) => *value = picture,
            None => map.values_mut().for_each(|value| put_back(value, pictures, left_bytes)),
        },
        Value::Array(items) => items.iter_mut().for_each(|value| put_back(value, pictures, left_bytes)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn whole(note: &Map<String, Value>, pictures: &[Picture], left_bytes: &mut usize) -> Option<Value> {
    let name = picture_note::name(note)?;
    let picture = pictures.iter().find(|picture| picture.name == name)?;
    *left_bytes = left_bytes.checked_sub(picture.bytes.len())?;
    let media_type = name.raster().media_type();
    Some(
        json!({"type": "image", "source": {"type": "base64", "media_type": media_type, "data": STANDARD.encode(&picture.bytes)}}),
    )
}
