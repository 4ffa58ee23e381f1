//! The newest entries of each kind: at most 50, and all together within a share of the snapshot.

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};

use crate::domain::entry::Entry;
use crate::domain::event::Kind;

const PER_KIND: usize = 50;
/// What all entries may take of the snapshot's 128 KiB.
const BYTES: usize = 72 * 1024;

/// The newest entries, oldest first within a kind.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Recent {
    by_kind: BTreeMap<Kind, VecDeque<Entry>>,
}

impl Recent {
    pub fn of(&self, kind: Kind) -> impl DoubleEndedIterator<Item = &Entry> + ExactSizeIterator {
        self.by_kind
            .get(&kind)
            .map(VecDeque::iter)
            .unwrap_or_default()
    }

    pub fn all(&self) -> impl Iterator<Item = &Entry> {
        self.by_kind.values().flatten()
    }

    pub(super) fn push(&mut self, entry: Entry) {
        let ring = self.by_kind.entry(entry.kind).or_default();
        if ring.len() == PER_KIND {
            ring.pop_front();
        }
        ring.push_back(entry);
        self.keep_within_bytes();
    }

    /// Puts a tool's result into the entry of its call; false if the call is no longer here.
    pub(super) fn close(&mut self, post: &Entry) -> bool {
        let Some(ring) = self.by_kind.get_mut(&Kind::ToolExecution) else {
            return false;
        };
        let is_call = |entry: &&mut Entry| {
            entry.end_seq.is_none()
                && entry.tool_use_id.is_some()
                && entry.tool_use_id == post.tool_use_id
        };
        let Some(call) = ring.iter_mut().rev().find(is_call) else {
            return false;
        };
        call.end_seq = post.end_seq;
        call.error = post.error;
        call.detail.clone_from(&post.detail);
        call.duration_ms = post.duration_ms;
        self.keep_within_bytes();
        true
    }

    /// Drops the oldest of the kind that takes most, so that a flood of one kind leaves the others alone.
    fn keep_within_bytes(&mut self) {
        loop {
            let sizes = self
                .by_kind
                .iter()
                .map(|(kind, ring)| (ring.iter().map(Entry::size).sum::<usize>(), *kind));
            let (mut total, mut largest) = (0, (0, Kind::Other));
            for (bytes, kind) in sizes {
                total += bytes;
                if bytes > largest.0 {
                    largest = (bytes, kind);
                }
            }
            if total <= BYTES {
                return;
            }
            if let Some(ring) = self.by_kind.get_mut(&largest.1) {
                ring.pop_front();
            }
        }
    }
}
