//! Writes a state document atomically, and without losing fields that others wrote.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use super::clock;
use domain::state_diff::{self, Change};
use draft::lenient_json;

/// The document of a workflow's folder.
const FILE: &str = "adw_state.json";

/// Why a state was not saved. The document is unchanged.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    #[error("cannot write {path}: {source}")]
    File { path: PathBuf, source: io::Error },
    #[error("{0} does not contain a JSON object; repair or remove it, and save again")]
    Broken(PathBuf),
    #[error("the fields to save must be a JSON object")]
    Fields,
}

/// The result of a save.
#[derive(Debug)]
pub(super) struct Saved {
    pub changes: Vec<Change>,
    /// The name of the document.
    pub file: String,
    /// The workflow that the document names.
    pub adw_id: Option<String>,
}

/// Sets these fields of the document at a path, which is its own or that of its folder.
pub(super) fn save(place: &Path, fields: Value) -> Result<Saved, StateError> {
    let Value::Object(fields) = fields else {
        return Err(StateError::Fields);
    };
    let is_document = place.extension().is_some_and(|extension| extension == "json") && !place.is_dir();
    let path = if is_document {
        place.to_owned()
    } else {
        place.join(FILE)
    };
    let failed = |source| StateError::File {
        path: path.clone(),
        source,
    };
    let old = match fs::read(&path) {
        Ok(bytes) => document(&bytes).ok_or_else(|| StateError::Broken(path.clone()))?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => Map::new(),
        Err(error) => return Err(failed(error)),
    };
    let mut new = old.clone();
    new.extend(fields);
    let changes = state_diff::diff(&old, &new);
    if !changes.is_empty() {
        replace(&path, &new).map_err(failed)?;
    }
    let adw_id = new.get("adw_id").and_then(Value::as_str).map(str::to_owned);
    let folder = || Some(path.parent()?.file_name()?.to_str()?.to_owned());
    Ok(Saved {
        changes,
        file: path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        adw_id: adw_id.or_else(folder),
    })
}

/// Reads a document as Python writes it. One that was just emptied, to be written again, counts as empty.
fn document(bytes: &[u8]) -> Option<Map<String, Value>> {
    let text = std::str::from_utf8(bytes).ok()?;
    if text.trim().is_empty() {
        return Some(Map::new());
    }
    match lenient_json::parse(text).ok()?.value {
        Value::Object(document) => Some(document),
        _ => None,
    }
}

/// Writes a new file next to the old one and replaces it.
fn replace(path: &Path, document: &Map<String, Value>) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let unfinished = folder.join(format!(".{FILE}-{:016x}", clock::random()));
    let text = serde_json::to_string_pretty(document).map_err(io::Error::other)?;
    let written = File::create_new(&unfinished).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        if let Ok(old) = fs::metadata(path) {
            file.set_permissions(old.permissions())?;
        }
        fs::rename(&unfinished, path)
    });
    if written.is_err() {
        let _ = fs::remove_file(&unfinished);
    }
    written
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn changes(saved: &Saved) -> Value {
        serde_json::to_value(&saved.changes).expect("JSON")
    }

    #[test]
    fn fields_of_others_stay_and_what_changed_is_told() {
        let folder = tempfile::tempdir().expect("a folder");
        let place = folder.path().join("agents/a1");
        let first = save(&place, json!({"adw_id": "a1", "plan_file": null})).expect("saved");
        assert_eq!(
            changes(&first),
            json!([{"field": "adw_id", "new": "a1"}, {"field": "plan_file", "new": null}])
        );
        let path = place.join(FILE);
        fs::write(&path, r#"{"adw_id": "a1", "plan_file": "a.md", "theirs": [1, NaN]}"#).expect("written");
        let second = save(&path, json!({"plan_file": "b.md"})).expect("saved");
        assert_eq!(
            changes(&second),
            json!([{"field": "plan_file", "old": "a.md", "new": "b.md"}])
        );
        assert_eq!((second.file.as_str(), second.adw_id.as_deref()), (FILE, Some("a1")));
        let kept: Value = serde_json::from_slice(&fs::read(&path).expect("read")).expect("JSON");
        assert_eq!(kept, json!({"adw_id": "a1", "plan_file": "b.md", "theirs": [1, null]}));
        assert!(
            save(&path, json!({"plan_file": "b.md"}))
                .expect("saved")
                .changes
                .is_empty()
        );
        assert_eq!(
            fs::read_dir(&place).expect("a folder").count(),
            1,
            "nothing is left beside it"
        );
    }

    #[test]
    fn a_broken_document_is_left_as_it_is() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join(FILE);
        fs::write(&path, "{\"adw_id\": ").expect("written");
        assert!(matches!(
            save(folder.path(), json!({"a": 1})),
            Err(StateError::Broken(_))
        ));
        assert_eq!(fs::read_to_string(&path).expect("read"), "{\"adw_id\": ");
        assert!(matches!(save(folder.path(), json!([1])), Err(StateError::Fields)));
    }
}
