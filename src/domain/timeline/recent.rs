//! The newest entries of each kind: at most 50, and all together within a share of the snapshot.

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};

use super::event_facts::EventFacts;
use crate::entry::Entry;
use crate::event::Kind;
use crate::from_json::from_fields;

const PER_KIND: usize = 50;
/// What all entries may take of the snapshot's 128 KiB.
const BYTES: usize = 72 * 1024;

/// The newest entries, oldest first within a kind.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Recent {
    by_kind: BTreeMap<Kind, Ring>,
}

from_fields!(Recent { by_kind });

/// The newest entries of one kind, and what they take: summed as they come and go, since a sum over all costs too much.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Ring {
    bytes: usize,
    entries: VecDeque<Entry>,
}

from_fields!(Ring { bytes, entries });

impl Recent {
    pub fn of(&self, kind: Kind) -> impl DoubleEndedIterator<Item = &Entry> + ExactSizeIterator {
        self.by_kind
            .get(&kind)
            .map(|ring| ring.entries.iter())
            .unwrap_or_default()
    }

    pub fn all(&self) -> impl Iterator<Item = &Entry> {
        self.by_kind.values().flat_map(|ring| &ring.entries)
    }

    /// Takes in an entry; a tool's result goes into the entry of its call.
    pub(super) fn apply(&mut self, facts: EventFacts<'_>) {
        if !facts.is_post || !self.close(&facts.entry) {
            self.push(facts.entry);
        }
    }

    fn push(&mut self, entry: Entry) {
        let ring = self.by_kind.entry(entry.kind).or_default();
        if ring.entries.len() == PER_KIND {
            ring.drop_oldest();
        }
        ring.bytes += entry.size();
        ring.entries.push_back(entry);
        self.keep_within_bytes();
    }

    /// Puts a tool's result into the entry of its call; false if the call is no longer here.
    fn close(&mut self, post: &Entry) -> bool {
        let Some(ring) = self.by_kind.get_mut(&Kind::ToolExecution) else {
            return false;
        };
        let is_call = |entry: &&mut Entry| {
            entry.end_seq.is_none() && entry.tool_use_id.is_some() && entry.tool_use_id == post.tool_use_id
        };
        let Some(call) = ring.entries.iter_mut().rev().find(is_call) else {
            return false;
        };
        let before = call.size();
        call.end_seq = post.end_seq;
        call.error = post.error;
        call.detail.clone_from(&post.detail);
        call.duration_ms = post.duration_ms;
        ring.bytes = ring.bytes - before + call.size();
        self.keep_within_bytes();
        true
    }

    /// Drops the oldest of the kind that takes most, so that a flood of one kind leaves the others alone.
    fn keep_within_bytes(&mut self) {
        while self.by_kind.values().map(|ring| ring.bytes).sum::<usize>() > BYTES {
            let Some(largest) = self.by_kind.values_mut().max_by_key(|ring| ring.bytes) else {
                return;
            };
            largest.drop_oldest();
        }
    }
}

impl Ring {
    fn drop_oldest(&mut self) {
        if let Some(oldest) = self.entries.pop_front() {
            self.bytes -= oldest.size();
        }
    }
}
