//! Opens a file of a workflow that a publisher names, as safely as those that are found: beneath a root, without following links.

use std::fs::File;
use std::path::PathBuf;

use super::pushed_lines::PushedLines;
use super::roots;
use domain::adw_id::AdwId;

/// See the module.
#[derive(Clone, Debug)]
pub struct WorkflowFiles {
    roots: Vec<PathBuf>,
    /// What is told of them before they hold it.
    pub pushed: PushedLines,
}

impl WorkflowFiles {
    /// `roots` are the folders named `agents`; `trees/*/agents` next to each counts too.
    pub fn new(roots: Vec<PathBuf>) -> Self {
        Self {
            roots,
            pushed: PushedLines::default(),
        }
    }

    /// The file in every root that has it, by its path within the workflow's folder; blocks.
    pub(crate) fn open(&self, adw_id: &AdwId, within: &str) -> Vec<File> {
        let is_sound = |name: &str| !matches!(name, "" | "." | "..") && !name.contains('\0');
        if !within.split('/').all(is_sound) {
            return Vec::new();
        }
        let roots = roots::find(&self.roots).spots;
        let spots = roots.iter().map(|root| {
            within
                .split('/')
                .fold(root.join(adw_id.as_str()), |spot, name| spot.join(name))
        });
        spots.filter_map(|spot| spot.open_file().ok()).collect()
    }
}
