//! What a call has done to files, where the line that ends the call says so itself.

use serde::{Deserialize, Serialize};
use serde_json::Map;

use super::file_change;
use super::line_draft::{LineDraft, set};
use crate::diff::Diff;
use domain::event::Kind;
use draft::key::Key;

/// A longer diff is not shown; its counts are.
const DIFF_BYTES: usize = 256 * 1024;

/// A file, and what became of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct FileDone {
    /// `read`, `create`, `modify` or `delete`.
    operation: String,
    path: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    diff: Option<Diff>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    summary: Option<String>,
}

impl FileDone {
    pub(super) fn new(operation: &str, path: &str, diff: Option<Diff>) -> Self {
        let summary = diff.as_ref().map(|diff| match operation {
            "create" => format!("{} lines", diff.added),
            _ => diff.summary(),
        });
        let mut file = Self {
            operation: operation.to_owned(),
            path: file_change::shown(path),
            diff,
            summary,
        };
        if let Some(diff) = file.diff.as_mut().filter(|diff| diff.text.len() > DIFF_BYTES) {
            diff.text = String::new();
        }
        file
    }

    pub(super) fn with_summary(mut self, summary: Option<String>) -> Self {
        self.summary = summary.or(self.summary);
        self
    }
}

/// Adds what a call has done to files. A call has one natural key for a file, so the second file has a name of its own.
pub(super) fn add_all(draft: &mut LineDraft<'_>, call_id: &str, tool: &str, files: Vec<FileDone>) {
    for (at, file) in files.into_iter().enumerate() {
        let id = if at == 0 {
            call_id.to_owned()
        } else {
            format!("{call_id}#{}", at + 1)
        };
        let mut payload = Map::new();
        payload.insert("path".into(), file.path.into());
        if let Some(diff) = file.diff {
            payload.insert("lines_added".into(), diff.added.into());
            payload.insert("lines_removed".into(), diff.removed.into());
            set(&mut payload, "diff", Some(diff.text).filter(|text| !text.is_empty()));
        }
        set(&mut payload, "summary", file.summary);
        payload.insert("tool_use_id".into(), id.as_str().into());
        payload.insert("tool_name".into(), tool.into());
        draft.add(
            Kind::FileOperation,
            &file.operation,
            payload.into(),
            vec![Key::file(&id)],
        );
    }
}
