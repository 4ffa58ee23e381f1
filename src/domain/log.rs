//! The entries of a workflow that a page holds: pieces of its history by seq, and gaps where nothing was loaded.
//!
//! A piece says which seqs it covers, so that a filter (which leaves seqs out) and a gap (which lacks them) are never
//! confused. Bounded: what is farthest from where a person is reading is evicted, and is a gap again.

mod piece;

use std::collections::VecDeque;

use super::entry::Entry;
use super::from_json::from_fields;
use piece::Piece;

/// Entries that a page holds at most.
pub const MOST: usize = 100_000;
/// How many are evicted at once when there are more.
const LET_GO: usize = 1_000;

/// Entries of the history, as the server gives them: all that match among `from` to `to`.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize)]
pub struct EntryPage {
    pub entries: VecDeque<Entry>,
    /// The seqs that were searched; none if `to` is smaller than `from`.
    pub from: u64,
    pub to: u64,
    /// The newest seq of the workflow.
    pub head: u64,
    /// The oldest seq that is still kept.
    pub first: u64,
}

from_fields!(EntryPage {
    entries,
    from,
    to,
    head,
    first
});

/// A row of the list.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Row<'a> {
    Entry(&'a Entry),
    /// Seqs that are not held here.
    Gap {
        from: u64,
        to: u64,
    },
}

impl Row<'_> {
    /// The first seq of the row.
    pub fn seq(&self) -> u64 {
        match self {
            Self::Entry(entry) => entry.seq,
            Self::Gap { from, .. } => *from,
        }
    }
}

/// See the module.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Log {
    /// In order, with a gap between any two.
    pieces: Vec<Piece>,
    first: u64,
    head: u64,
    /// Whether a tool's result belongs in the row of its call.
    pairs: bool,
}

impl Log {
    pub fn new(pairs: bool) -> Self {
        Self {
            first: 1,
            pairs,
            ..Self::default()
        }
    }

    pub fn head(&self) -> u64 {
        self.head
    }

    /// Whether nothing was loaded yet.
    pub fn is_blank(&self) -> bool {
        self.pieces.is_empty()
    }

    /// Entries that are held.
    pub fn held(&self) -> usize {
        self.pieces.iter().map(|piece| piece.entries.len()).sum()
    }

    pub fn entries(&self) -> impl DoubleEndedIterator<Item = &Entry> {
        self.pieces.iter().flat_map(|piece| &piece.entries)
    }

    /// The next event of the workflow happened; `entry` is its line, if it matches here.
    /// What is already known is left alone.
    pub fn push(&mut self, seq: u64, entry: Option<Entry>) {
        if seq <= self.head {
            return;
        }
        let follows = seq == self.head + 1;
        self.head = seq;
        match self.pieces.last_mut() {
            Some(last) if last.to + 1 == seq => last.push(seq, entry, self.pairs),
            // Someone who is reading in the past gets the rest when they return; until then it is a gap.
            Some(_) if follows => {}
            Some(_) | None => {
                let mut piece = Piece::new(seq);
                piece.push(seq, entry, self.pairs);
                self.pieces.push(piece);
            }
        }
    }

    /// The workflow has reached this seq.
    pub fn reach(&mut self, head: u64) {
        self.head = self.head.max(head);
    }

    /// Takes in a part of the history.
    pub fn insert(&mut self, page: EntryPage) {
        self.head = self.head.max(page.head);
        self.first = page.first.max(1);
        if page.to < page.from {
            return;
        }
        let mut merged = Piece {
            from: page.from,
            to: page.to,
            entries: page.entries,
        };
        let is_apart = |piece: &Piece, merged: &Piece| piece.to + 1 < merged.from || merged.to + 1 < piece.from;
        let (apart, touching): (Vec<Piece>, Vec<Piece>) = std::mem::take(&mut self.pieces)
            .into_iter()
            .partition(|piece| is_apart(piece, &merged));
        for piece in touching {
            merged = merged.joined(piece);
        }
        if self.pairs {
            merged.pair();
        }
        self.pieces = apart;
        let at = self.pieces.partition_point(|piece| piece.to < merged.from);
        self.pieces.insert(at, merged);
    }

    /// Evicts what exceeds the limit, farthest from `near` first.
    pub fn trim(&mut self, near: u64) {
        while self.held() > MOST {
            let (Some(first), Some(last)) = (self.pieces.first(), self.pieces.last()) else {
                return;
            };
            if near.abs_diff(first.from) >= near.abs_diff(last.to) {
                if self.pieces[0].drop_oldest(LET_GO) {
                    self.pieces.remove(0);
                }
            } else {
                let at = self.pieces.len() - 1;
                if self.pieces[at].drop_newest(LET_GO) {
                    self.pieces.remove(at);
                }
            }
        }
    }

    /// The rows of the list, up to a seq where the view is frozen.
    pub fn rows(&self, until: u64) -> usize {
        let mut count = 0;
        self.parts(until, |part| {
            count += part.len();
            true
        });
        count
    }

    /// The row at a place.
    pub fn row(&self, mut at: usize, until: u64) -> Option<Row<'_>> {
        let mut found = None;
        self.parts(until, |part| {
            let length = part.len();
            if at < length {
                found = Some(part.row(at));
                return false;
            }
            at -= length;
            true
        });
        found
    }

    /// The index of a seq: of its row, of the gap that contains it, or of the row before it.
    pub fn place(&self, seq: u64, until: u64) -> usize {
        let mut before = 0;
        let mut place = 0;
        self.parts(until, |part| {
            if part.from() > seq {
                return false;
            }
            place = before + part.place(seq);
            before += part.len();
            true
        });
        place
    }

    pub fn find(&self, seq: u64) -> Option<&Entry> {
        self.pieces.iter().find_map(|piece| piece.find(seq))
    }

    /// Whether a seq was loaded, wanted or not.
    pub fn covers(&self, seq: u64) -> bool {
        self.pieces.iter().any(|piece| piece.from <= seq && seq <= piece.to)
    }

    /// Whether the newest events are held.
    pub fn is_at_head(&self) -> bool {
        self.head == 0 || self.covers(self.head)
    }

    /// Gaps and pieces in order, as long as `see` wants more.
    fn parts<'a>(&'a self, until: u64, mut see: impl FnMut(Part<'a>) -> bool) {
        let mut next = self.first.max(1);
        for piece in &self.pieces {
            if piece.from > until {
                break;
            }
            if piece.from > next && !see(Part::Gap(next, piece.from - 1)) {
                return;
            }
            let length = piece.entries.partition_point(|entry| entry.seq <= until);
            if !see(Part::Piece(piece, length)) {
                return;
            }
            next = piece.to + 1;
        }
        let last = self.head.min(until);
        if next <= last {
            see(Part::Gap(next, last));
        }
    }
}

/// A stretch of the history: rows of entries, or one row for a gap.
enum Part<'a> {
    Piece(&'a Piece, usize),
    Gap(u64, u64),
}

impl<'a> Part<'a> {
    fn len(&self) -> usize {
        match self {
            Self::Piece(_, length) => *length,
            Self::Gap(..) => 1,
        }
    }

    fn from(&self) -> u64 {
        match self {
            Self::Piece(piece, _) => piece.from,
            Self::Gap(from, _) => *from,
        }
    }

    fn row(&self, at: usize) -> Row<'a> {
        match self {
            Self::Piece(piece, _) => Row::Entry(&piece.entries[at]),
            Self::Gap(from, to) => Row::Gap { from: *from, to: *to },
        }
    }

    fn place(&self, seq: u64) -> usize {
        match self {
            Self::Piece(piece, length) => {
                let after = piece.entries.partition_point(|entry| entry.seq <= seq).min(*length);
                after.saturating_sub(1)
            }
            Self::Gap(..) => 0,
        }
    }
}

#[cfg(test)]
mod tests;
