//! Files that were there before they were watched: read one after the other within a workflow, and the workflows in turns.
//!
//! Reading the files of one workflow in turns would mix agents that worked one after the other.

use std::collections::{HashSet, VecDeque};
use std::path::PathBuf;

use domain::adw_id::AdwId;

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Backlog {
    turns: VecDeque<(AdwId, VecDeque<PathBuf>)>,
    waiting: HashSet<AdwId>,
}

impl Backlog {
    /// Adds files of a workflow after those already waiting.
    pub(super) fn add(&mut self, adw_id: &AdwId, files: impl IntoIterator<Item = PathBuf>) {
        if self.waiting.insert(adw_id.clone()) {
            self.turns.push_back((adw_id.clone(), VecDeque::new()));
        }
        if let Some((_, waiting)) = self.turns.iter_mut().find(|(waiting, _)| waiting == adw_id) {
            waiting.extend(files);
        }
    }

    pub(super) fn holds(&self, adw_id: &AdwId) -> bool {
        self.waiting.contains(adw_id)
    }

    /// Moves a workflow to the front, because somebody is waiting for it.
    pub(super) fn hurry(&mut self, adw_id: &AdwId) {
        let Some(at) = self.turns.iter().position(|(waiting, _)| waiting == adw_id) else {
            return;
        };
        if let Some(turn) = self.turns.remove(at) {
            self.turns.push_front(turn);
        }
    }

    /// The file whose turn it is.
    pub(super) fn next(&self) -> Option<&PathBuf> {
        self.turns.front()?.1.front()
    }

    /// Ends the current turn, once the file or a slice of it has been read.
    pub(super) fn pass(&mut self, is_read: bool) {
        let Some((adw_id, mut files)) = self.turns.pop_front() else {
            return;
        };
        if is_read {
            files.pop_front();
        }
        if files.is_empty() {
            self.waiting.remove(&adw_id);
        } else {
            self.turns.push_back((adw_id, files));
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.turns.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn workflows_take_turns_and_their_files_do_not() {
        let id = |name: &str| name.parse::<AdwId>().expect("a safe id");
        let mut backlog = Backlog::default();
        backlog.add(&id("a"), ["a1".into(), "a2".into()]);
        backlog.add(&id("b"), ["b1".into()]);
        backlog.add(&id("a"), ["a3".into()]);
        backlog.hurry(&id("b"));
        let mut order = Vec::new();
        while let Some(file) = backlog.next().cloned() {
            let is_read = file != *"a2" || order.contains(&file);
            order.push(file);
            backlog.pass(is_read);
        }
        let expected: Vec<PathBuf> = ["b1", "a1", "a2", "a2", "a3"].map(PathBuf::from).to_vec();
        assert_eq!(order, expected);
        assert!(backlog.is_empty() && !backlog.holds(&id("a")));
    }
}
