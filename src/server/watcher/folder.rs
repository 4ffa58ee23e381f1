//! The contents of a workflow's folder: the files that may be sources, found without following links.

use std::io;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

use super::beneath::{self, Spot, Stat};
use super::source::{self, Named, Source};
use domain::adw_id::AdwId;

/// Agents' folders contain few further levels; deeper ones contain something else.
const DEPTH: usize = 4;

/// The folder of a workflow below one of the roots.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Folder {
    pub adw_id: AdwId,
    pub spot: Spot,
}

/// A file that may be a source.
#[derive(Clone, Debug)]
pub(super) struct FoundFile {
    pub spot: Spot,
    /// The names below the workflow's folder; the last is the file's.
    pub below: Vec<String>,
    pub stat: Stat,
    pub named: Named,
}

/// The result of scanning a folder.
#[derive(Debug, Default)]
pub(super) struct Content {
    pub found: Vec<FoundFile>,
    /// Folders that cannot be read: names below the workflow's folder, when that changed, and why.
    pub closed: Vec<(Vec<String>, i128, String)>,
}

impl FoundFile {
    /// The agent that writes it: its folders, or its own name without extension if it is in none.
    pub(super) fn agent(&self) -> String {
        match self.below.split_last() {
            // Tools put pictures into subfolders of the agent's folder.
            Some((_, folders)) if self.named == Named::Sure(Source::Picture) => {
                folders.first().cloned().unwrap_or_default()
            }
            Some((name, [])) => name.rsplit_once('.').map_or(name.as_str(), |(stem, _)| stem).to_owned(),
            Some((_, folders)) => folders.join("/"),
            None => String::new(),
        }
    }
}

impl Folder {
    pub(super) fn path(&self) -> PathBuf {
        self.spot.path()
    }

    /// Looks at everything inside; `on_folder` is told of each folder, with its identity, before that is read.
    ///
    /// An error if the folder itself is not there.
    pub(super) fn look(&self, on_folder: &mut dyn FnMut(&Path, (u64, u64))) -> io::Result<Content> {
        let mut content = Content::default();
        let opened = self.spot.open_folder();
        match opened {
            Err(error) if !beneath::is_missing(&error) => content.closed.push((Vec::new(), 0, error.to_string())),
            opened => self.walk(&opened?, &self.spot, &mut Vec::new(), &mut content, on_folder),
        }
        Ok(content)
    }

    fn walk(
        &self,
        folder: &OwnedFd,
        spot: &Spot,
        below: &mut Vec<String>,
        content: &mut Content,
        on_folder: &mut dyn FnMut(&Path, (u64, u64)),
    ) {
        if let Ok(stat) = beneath::stat_in(folder, ".") {
            on_folder(&spot.path(), (stat.dev, stat.ino));
        }
        let entries = match beneath::entries(folder) {
            Ok(entries) => entries,
            Err(error) => {
                content.closed.push((below.clone(), 0, error.to_string()));
                return;
            }
        };
        for entry in entries {
            let inner = spot.join(&entry.name);
            below.push(entry.name);
            // The name was pushed on the line above.
            let name = below.last().map(String::as_str).unwrap_or_default();
            if entry.is_file {
                let named = source::by_name(name, below.len() - 1);
                if named != Named::Nothing
                    && let Ok(stat) = beneath::stat_in(folder, name)
                {
                    content.found.push(FoundFile {
                        spot: inner,
                        below: below.clone(),
                        stat,
                        named,
                    });
                }
            } else if entry.is_folder && below.len() <= DEPTH && !source::is_left_out(name) {
                match inner.open_folder() {
                    Ok(opened) => self.walk(&opened, &inner, below, content, on_folder),
                    Err(error) if beneath::is_missing(&error) => {}
                    Err(error) => {
                        let changed_ns = inner.stat().map_or(0, |stat| stat.changed_ns);
                        content.closed.push((below.clone(), changed_ns, error.to_string()));
                    }
                }
            }
            below.pop();
        }
    }
}
