//! What a page tells of a workflow's files beside its timeline.

use std::collections::BTreeMap;

use serde::Serialize;

use domain::adw_id::AdwId;
use domain::from_json::from_fields;

/// One run of one file, in the words of `…/sources`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FileTold {
    pub path: String,
    pub run: u32,
    /// Events of its lines that were recorded already.
    pub known: u64,
    /// Lines that were not understood, by name.
    pub unrecognised: BTreeMap<String, u64>,
}

from_fields!(FileTold {
    path,
    run,
    known,
    unrecognised
});

impl FileTold {
    /// Whether there is something to tell.
    pub fn is_telling(&self) -> bool {
        self.known > 0 || !self.unrecognised.is_empty()
    }
}

/// The files of a workflow.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FilesTold {
    pub of: Option<AdwId>,
    pub files: Vec<FileTold>,
}
