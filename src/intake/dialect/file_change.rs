//! What a call of Read, Write, Edit and their like does to a file; recorded once its result says that it did.
//!
//! Files that Bash deletes or writes are not guessed.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::line_draft::set;
use super::result_text;
use crate::diff::Diff;
use domain::payload;

/// A longer diff is not kept until the result comes.
const DIFF_BYTES: usize = 256 * 1024;

/// A file operation that waits for its result.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct FileChange {
    tool: Tool,
    path: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    diff: Option<Diff>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Tool {
    Read,
    Write,
    Edit,
    Notebook,
    Delete,
}

impl FileChange {
    /// What a call would do; none for tools that name no file.
    pub(crate) fn of_call(name: &str, input: &Value) -> Option<Self> {
        let text = |field| input.get(field).and_then(Value::as_str).unwrap_or_default();
        let first = |fields: &[&str]| payload::first_text(input, fields).unwrap_or_default();
        let (tool, diff) = match name {
            "Read" | "read_file" | "read" => (Tool::Read, None),
            "Write" | "write_file" => (Tool::Write, Some(Diff::of_new(text("content")))),
            "write" | "create_file" => (Tool::Write, Some(Diff::of_new(first(&["content", "fileText"])))),
            "Edit" | "replace" => (Tool::Edit, Some(Diff::between(text("old_string"), text("new_string")))),
            "edit" | "edit_file" => (Tool::Edit, edit(input)),
            "delete" => (Tool::Delete, None),
            "MultiEdit" => (Tool::Edit, Some(edits(input))),
            "NotebookEdit" => (Tool::Notebook, Some(Diff::of_new(text("new_source")))),
            _ => return None,
        };
        let path = payload::first_text(input, &["file_path", "notebook_path", "path", "absolute_path"])?;
        let mut change = Self {
            tool,
            path: shown(path),
            diff,
        };
        if change.size() > DIFF_BYTES {
            change.forget_diff();
        }
        Some(change)
    }

    /// About how many bytes it takes while it waits.
    pub(super) fn size(&self) -> usize {
        self.diff.as_ref().map_or(0, |diff| diff.text.len())
    }

    /// Keeps the counts alone.
    pub(super) fn forget_diff(&mut self) {
        if let Some(diff) = &mut self.diff {
            diff.text = String::new();
        }
    }

    /// The operation that took place, and its payload.
    pub(crate) fn done(self, result: &Value, output: &Value) -> (&'static str, Map<String, Value>) {
        let real = result.get("structuredPatch").and_then(Diff::from_patch);
        let real = real.or_else(|| Diff::from_unified(payload::text(result, "diff")?));
        let is_real = real.is_some();
        let diff = real.or(self.diff);
        let operation = match self.tool {
            Tool::Read => "read",
            Tool::Write if is_new(result, output) => "create",
            Tool::Edit if payload::flag(result, "is_new") == Some(true) => "create",
            Tool::Write | Tool::Edit | Tool::Notebook => "modify",
            Tool::Delete => "delete",
        };
        let mut payload = Map::new();
        payload.insert("path".into(), self.path.into());
        let Some(diff) = diff else {
            set(&mut payload, "summary", lines_read(result));
            return (operation, payload);
        };
        // What a write replaced is known only if the result shows it.
        let is_overwritten = operation == "modify" && !is_real && self.tool == Tool::Write;
        let summary = match operation {
            "create" => format!("{} lines", diff.added),
            _ if is_overwritten => format!("overwritten with {} lines", diff.added),
            _ => diff.summary(),
        };
        payload.insert("lines_added".into(), diff.added.into());
        set(&mut payload, "lines_removed", (!is_overwritten).then_some(diff.removed));
        payload.insert("summary".into(), summary.into());
        // Without a patch, an edit is numbered within the text it replaced.
        let is_relative = !is_real && operation == "modify";
        set(&mut payload, "numbered_within", is_relative.then_some("edit"));
        set(&mut payload, "diff", Some(diff.text).filter(|text| !text.is_empty()));
        (operation, payload)
    }
}

/// Whether Write made a new file: by the structured result, else by its sentence
/// ("File created successfully at: …", "The file … has been updated. …").
fn is_new(result: &Value, output: &Value) -> bool {
    match payload::text(result, "type") {
        Some("create") => true,
        Some("update") => false,
        _ => {
            let words = result_text::words(output);
            !(words.starts_with("The file ")
                || ["updated", "overwritten", "overwrote"]
                    .iter()
                    .any(|word| words.contains(word)))
        }
    }
}

/// `lines 1–50 of 200`.
fn lines_read(result: &Value) -> Option<String> {
    let file = result.get("file")?;
    let (count, total) = (payload::number(file, "numLines")?, payload::number(file, "totalLines"));
    let start = payload::number(file, "startLine").unwrap_or(1);
    let last = (start + count).saturating_sub(1);
    Some(match total {
        Some(total) if count > 0 => format!("lines {start}–{last} of {total}"),
        _ => format!("{count} lines"),
    })
}

/// An edit in one of the words that other CLIs have for it; none where only the result shows it.
fn edit(input: &Value) -> Option<Diff> {
    let edits = input.get("edits").and_then(Value::as_array);
    let edits = edits.map_or_else(|| std::slice::from_ref(input), Vec::as_slice);
    let mut diff = Diff::default();
    for edit in edits {
        let text = |fields: &[&str]| fields.iter().find_map(|field| edit.get(field)?.as_str());
        let old = text(&["oldText", "old_str", "oldString", "old_string"]);
        let new = text(&["newText", "new_str", "newString", "new_string"]);
        if old.is_some() || new.is_some() {
            diff.append(&Diff::between(old.unwrap_or_default(), new.unwrap_or_default()));
        }
    }
    Some(diff).filter(|diff| !diff.text.is_empty())
}

fn edits(input: &Value) -> Diff {
    let mut diff = Diff::default();
    for edit in input.get("edits").and_then(Value::as_array).into_iter().flatten() {
        let text = |field| edit.get(field).and_then(Value::as_str).unwrap_or_default();
        diff.append(&Diff::between(text("old_string"), text("new_string")));
    }
    diff
}

/// The path without what would not be seen: control characters, and marks that turn the direction of text.
pub(super) fn shown(path: &str) -> String {
    let is_hidden = |c: &char| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
    };
    path.chars().filter(|c| !is_hidden(c)).collect()
}
