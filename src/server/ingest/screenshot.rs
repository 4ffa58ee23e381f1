//! A screenshot that an older tool tells of: the picture itself where its file can be read, the same as whoever watches the folder
//! finds. Otherwise that it was told of is an event.

use std::io::{self, Read as _};

use serde_json::Value;

use crate::watcher::WorkflowFiles;
use domain::adw_id::AdwId;
use draft::key::Key;
use draft::picture::{IN_A_FILE, LARGEST_BYTES, Picture};
use draft::redaction;
use draft::{Draft, NewEvent};
use intake::push::older::{agent_of, within_workflow};

/// Where a screenshot is said to be.
pub(super) struct ToldScreenshot(Option<String>);

impl ToldScreenshot {
    /// Reads the path before secrets are removed, since a file is opened by its true name.
    pub(super) fn of(item: &Value) -> Self {
        let path = item.pointer("/data/screenshot_path").and_then(Value::as_str);
        Self(path.map(str::to_owned))
    }

    /// Puts the picture into its event, and gives it; blocks while it reads the file.
    pub(super) fn show(self, draft: &mut Draft, files: &WorkflowFiles) -> Option<Picture> {
        let Draft::Event(NewEvent { event, keys }) = draft else {
            return None;
        };
        let path = within_workflow(&self.0?, &event.adw_id)?;
        let picture = picture(files, &event.adw_id, &path)?;
        let fields = event.payload.as_object_mut()?;
        let path = redaction::text(path).into_inner();
        fields.extend(picture.note());
        fields.insert("path".to_owned(), path.as_str().into());
        event.event_type = IN_A_FILE.to_owned();
        if event.agent.is_none() {
            event.agent = agent_of(&path).map(str::to_owned);
        }
        keys.push(Key::picture(&path, picture.name.as_str()));
        Some(picture)
    }
}

fn picture(files: &WorkflowFiles, adw_id: &AdwId, path: &str) -> Option<Picture> {
    files.open(adw_id, path).into_iter().find_map(|file| {
        let bytes = (|| -> io::Result<Vec<u8>> {
            let mut bytes = Vec::new();
            file.take(LARGEST_BYTES as u64 + 1).read_to_end(&mut bytes)?;
            Ok(bytes)
        })();
        Picture::of(bytes.ok()?)
    })
}
