//! Where to look for workflows: the configured folders, and `trees/*/agents` next to each of them.
//!
//! Both may appear and vanish at any time, so they are looked up again at every rescan.

use std::path::{Path, PathBuf};

use super::beneath::{self, Spot};

/// The folder of worktrees beside an `agents` folder.
const TREES: &str = "trees";
const AGENTS: &str = "agents";

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Roots {
    /// Folders that contain workflows, each once.
    pub spots: Vec<Spot>,
    /// Folders in which one may appear.
    pub around: Vec<PathBuf>,
}

/// Finds the roots of the configured folders.
pub(super) fn find(named: &[PathBuf]) -> Roots {
    let mut roots = Roots::default();
    for folder in named {
        let folder = std::path::absolute(folder).unwrap_or_else(|_| folder.clone());
        if let Ok(spot) = Spot::base(&folder) {
            roots.add(spot);
        }
        let Some(parent) = parent_of(&folder) else { continue };
        let Ok(beside) = Spot::base(&parent) else { continue };
        roots.around.push(beside.path());
        let trees = beside.join(TREES);
        let Ok(entries) = trees.open_folder().and_then(|folder| beneath::entries(&folder)) else {
            continue;
        };
        roots.around.push(trees.path());
        for entry in entries.iter().filter(|entry| entry.is_folder) {
            let tree = trees.join(&entry.name);
            roots.around.push(tree.path());
            let agents = tree.join(AGENTS);
            if agents.open_folder().is_ok() {
                roots.add(agents);
            }
        }
    }
    roots.around.sort();
    roots.around.dedup();
    roots
}

/// Whether a change of this path may be a root appearing or vanishing; much else changes around them.
pub(super) fn matters(named: &[PathBuf], path: &Path) -> bool {
    named.iter().any(|folder| {
        let folder = std::path::absolute(folder).unwrap_or_else(|_| folder.clone());
        let parent = parent_of(&folder).map(|parent| parent.canonicalize().unwrap_or(parent));
        let Some(below) = parent.as_ref().and_then(|parent| path.strip_prefix(parent).ok()) else {
            return false;
        };
        let mut names = below.components().map(|name| name.as_os_str());
        match (names.next(), names.next(), names.next(), names.next()) {
            (Some(name), None, ..) => name == TREES || Some(name) == folder.file_name(),
            (Some(trees), Some(_), None, _) => trees == TREES,
            (Some(trees), Some(_), Some(name), None) => trees == TREES && name == AGENTS,
            _ => false,
        }
    })
}

/// Whether a path is where a root of the configured folders would be, even if it is gone by now.
pub(super) fn could_hold(named: &[PathBuf], path: &Path) -> bool {
    named.iter().any(|folder| {
        let folder = std::path::absolute(folder).unwrap_or_else(|_| folder.clone());
        let parent = parent_of(&folder).map(|parent| parent.canonicalize().unwrap_or(parent));
        let is_in_trees = parent.as_ref().is_some_and(|parent| {
            path.strip_prefix(parent.join(TREES))
                .is_ok_and(|below| below.components().nth(1).is_some_and(|name| name.as_os_str() == AGENTS))
        });
        let resolved = folder
            .canonicalize()
            .ok()
            .or_else(|| Some(parent?.join(folder.file_name()?)))
            .unwrap_or(folder);
        is_in_trees || path.starts_with(resolved)
    })
}

/// The folder next to which `trees` is: that of the link itself, if the configured folder is a link.
fn parent_of(folder: &Path) -> Option<PathBuf> {
    if folder.file_name().is_some() {
        return folder.parent().map(Path::to_path_buf);
    }
    // It ends in `..`, and only the file system knows where that leads.
    let folder = folder.canonicalize().ok()?;
    folder.parent().map(Path::to_path_buf)
}

impl Roots {
    fn add(&mut self, spot: Spot) {
        if self.spots.iter().all(|known| known.path() != spot.path()) {
            self.spots.push(spot);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn worktrees_beside_a_root_are_roots_and_none_is_there_twice() {
        let project = tempfile::tempdir().expect("a temporary folder");
        let project = project.path().canonicalize().expect("a real path");
        for folder in ["agents", "trees/a/agents", "trees/b", "trees/c/agents"] {
            fs::create_dir_all(project.join(folder)).expect("a folder");
        }
        std::os::unix::fs::symlink(project.join("trees/a"), project.join("trees/link")).expect("a link");
        let named = [
            project.join("agents"),
            project.join("trees/a/agents"),
            project.join("trees/../agents"),
            project.join("none"),
        ];
        let found: Vec<PathBuf> = find(&named).spots.iter().map(Spot::path).collect();
        assert_eq!(
            found,
            ["agents", "trees/a/agents", "trees/c/agents"].map(|folder| project.join(folder))
        );
        assert!(could_hold(
            &named[..1],
            &project.join("trees/gone/agents/x/raw_output.jsonl")
        ));
        assert!(could_hold(&named[..1], &project.join("agents/x/raw_output.jsonl")));
        assert!(!could_hold(&named[..1], &project.join("other/agents/x")));
        for (path, is_root) in [
            ("agents", true),
            ("trees", true),
            ("trees/x", true),
            ("trees/x/agents", true),
            ("src", false),
            ("trees/x/src", false),
        ] {
            assert_eq!(matters(&named[..1], &project.join(path)), is_root, "{path}");
        }
    }
}
