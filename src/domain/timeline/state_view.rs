//! The state document as far as a person needs it: bounded, with what changed last.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::document_facts::{ChangeSaid, DocumentFacts};
use super::event_facts::{EventFacts, KindFacts};
use super::{Moment, brief, headline};
use crate::excerpt::excerpt;
use crate::from_json::from_fields;
use crate::payload;
use crate::repository;

const FIELDS: usize = 48;
const VALUE_BYTES: usize = 200;
const FIELD_BYTES: usize = 48;

/// The fields of the document and the last change.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct StateView {
    /// Where the document came from, for example `adw_state.json`.
    pub source: Option<String>,
    /// How often it changed.
    pub writes: u64,
    /// At most 48 fields; a value that is too long is its excerpt, as a text.
    pub fields: Map<String, Value>,
    pub fields_dropped: u64,
    pub changed: Vec<ChangeView>,
    pub changed_at: Option<Moment>,
    pub title: Option<String>,
    /// The repository that the document names, or an address in it.
    #[serde(default)]
    pub repository: Option<String>,
}

from_fields!(StateView {
    source,
    writes,
    fields,
    fields_dropped,
    changed,
    changed_at,
    title,
    repository
});

/// One field of the last change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChangeView {
    pub field: String,
    pub old: Option<String>,
    pub new: Option<String>,
}

from_fields!(ChangeView { field, old, new });

impl StateView {
    pub(super) fn apply(&mut self, facts: &EventFacts<'_>) {
        match &facts.of_kind {
            KindFacts::Document(document) => self.take_in(document, facts.moment),
            // A session without a workflow is called by what it was asked first.
            KindFacts::Prompt(asked) => {
                self.title.get_or_insert_with(|| headline(asked));
            }
            KindFacts::Plain
            | KindFacts::Call
            | KindFacts::Answer(_)
            | KindFacts::SessionStarted
            | KindFacts::SessionEnded(_)
            | KindFacts::Stopped(_)
            | KindFacts::Source(_) => {}
        }
    }

    fn take_in(&mut self, document: &DocumentFacts<'_>, moment: Moment) {
        if let Some(whole) = document.whole {
            self.fields.clear();
            self.fields_dropped = 0;
            for (field, value) in whole {
                self.set(field, Some(value));
            }
        }
        let changes = &document.changes;
        for change in changes {
            self.set(change.field, change.new);
        }
        self.source = Some(excerpt(document.source, 80));
        if !changes.is_empty() {
            self.writes += 1;
            self.changed_at = Some(moment);
            self.changed = changes.iter().take(8).map(ChangeView::new).collect();
        }
    }

    fn set(&mut self, field: &str, value: Option<&Value>) {
        let name = excerpt(field, FIELD_BYTES);
        if matches!(
            field,
            "issue_title" | "title" | "mission_title" | "task_title" | "task_description" | "prompt"
        ) {
            self.title = value
                .and_then(Value::as_str)
                .filter(|text| !text.is_empty())
                .map(headline)
                .or_else(|| self.title.take());
        }
        if field == "issue_json" {
            self.title = value
                .and_then(|issue| payload::text(issue, "title"))
                .map(headline)
                .or_else(|| self.title.take());
        }
        self.note_repository(field, value);
        let Some(value) = value else {
            self.fields.remove(&name);
            return;
        };
        if self.fields.len() >= FIELDS && !self.fields.contains_key(&name) {
            self.fields_dropped += 1;
            return;
        }
        let is_short = value.to_string().len() <= VALUE_BYTES;
        self.fields.insert(
            name,
            if is_short {
                value.clone()
            } else {
                Value::String(brief(value, VALUE_BYTES))
            },
        );
    }
}

impl StateView {
    /// A field that names the repository counts more than an address of something in it.
    fn note_repository(&mut self, field: &str, value: Option<&Value>) {
        const NAMES: [&str; 11] = [
            "repository",
            "repo",
            "github_repo",
            "repo_name",
            "repo_full_name",
            "repository_url",
            "repo_url",
            "github_repo_url",
            "git_remote",
            "remote_url",
            "remote",
        ];
        let text = |value: &Value| {
            let text = value
                .as_str()
                .or_else(|| payload::first_text(value, &["full_name", "nameWithOwner", "url", "name"]));
            text.and_then(repository::named)
        };
        if NAMES.contains(&field) {
            self.repository = value.and_then(text);
        } else if self.repository.is_none() {
            self.repository = match field {
                "issue_url" | "pr_url" | "pull_request_url" => value.and_then(text).filter(|name| name.contains('/')),
                "issue_json" => value
                    .and_then(|issue| payload::first_text(issue, &["html_url", "url"]))
                    .and_then(repository::named)
                    .filter(|name| name.contains('/')),
                _ => None,
            };
        }
    }
}

impl ChangeView {
    fn new(change: &ChangeSaid<'_>) -> Self {
        let value = |value: Option<&Value>| value.map(|value| brief(value, VALUE_BYTES));
        Self {
            field: excerpt(change.field, FIELD_BYTES),
            old: value(change.old),
            new: value(change.new),
        }
    }
}
