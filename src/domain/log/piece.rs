//! A part of the history without gaps: the seqs that it covers, and the entries among them that match.

use std::collections::VecDeque;

use crate::entry::Entry;
use crate::event::Kind;

/// How far back the call of a result is looked for; older calls are paired when the page is loaded again.
const CALLS: usize = 4_000;

#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Piece {
    pub from: u64,
    pub to: u64,
    pub entries: VecDeque<Entry>,
}

impl Piece {
    /// Covers nothing yet.
    pub fn new(from: u64) -> Self {
        Self {
            from,
            to: from - 1,
            entries: VecDeque::new(),
        }
    }

    pub fn push(&mut self, seq: u64, entry: Option<Entry>, pairs: bool) {
        self.to = seq;
        let Some(entry) = entry else { return };
        if pairs && is_result(&entry) {
            let id = entry.tool_use_id.as_deref();
            let call = self
                .entries
                .iter_mut()
                .rev()
                .take(CALLS)
                .find(|call| is_call_of(call, id));
            if let Some(call) = call {
                answer(call, entry);
                return;
            }
        }
        self.entries.push_back(entry);
    }

    pub fn find(&self, seq: u64) -> Option<&Entry> {
        let at = self.entries.binary_search_by_key(&seq, |entry| entry.seq).ok()?;
        self.entries.get(at)
    }

    /// Both, where they touch or overlap; an entry of both is one.
    pub fn joined(self, other: Self) -> Self {
        let (first, second) = if self.from <= other.from {
            (self, other)
        } else {
            (other, self)
        };
        let covered = first.to;
        let mut entries = first.entries;
        entries.extend(second.entries.into_iter().filter(|entry| entry.seq > covered));
        Self {
            from: first.from,
            to: covered.max(second.to),
            entries,
        }
    }

    /// Puts each result into the row of its call.
    pub fn pair(&mut self) {
        let to = self.to;
        for entry in std::mem::take(&mut self.entries) {
            self.push(entry.seq, Some(entry), true);
        }
        self.to = to;
    }

    /// Whether nothing is left of it.
    pub fn drop_oldest(&mut self, count: usize) -> bool {
        self.entries.drain(..count.min(self.entries.len()));
        self.from = self.entries.front().map_or(self.to, |entry| entry.seq);
        self.entries.is_empty()
    }

    /// Whether nothing is left of it.
    pub fn drop_newest(&mut self, count: usize) -> bool {
        self.entries.truncate(self.entries.len().saturating_sub(count));
        self.to = self.entries.back().map_or(self.from, |entry| entry.seq);
        self.entries.is_empty()
    }
}

/// A result that stands in a row of its own.
fn is_result(entry: &Entry) -> bool {
    entry.kind == Kind::ToolExecution && entry.end_seq == Some(entry.seq)
}

fn is_call_of(call: &Entry, id: Option<&str>) -> bool {
    call.is_open() && id.is_some() && call.tool_use_id.as_deref() == id
}

fn answer(call: &mut Entry, result: Entry) {
    call.end_seq = Some(result.seq);
    call.error = result.error;
    call.detail = result.detail;
    let took = call.time_source.is_known() && result.time_source.is_known();
    call.duration_ms = result.duration_ms.or_else(|| took.then(|| result.at.since(call.at)));
}
