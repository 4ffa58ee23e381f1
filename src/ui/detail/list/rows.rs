//! Which rows a list has, in which order, and how high they are.

use super::super::query::{DetailQuery, Tab};
use domain::entry::Entry;
use domain::log::{Log, Row};
use domain::order::order;

/// Whether the list follows what happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    Live,
    /// A person reads: nothing moves. The newest seq when they began.
    Held(u64),
    /// The view is frozen at this seq.
    Paused(u64),
}

impl Mode {
    /// Rows are shown up to here.
    pub fn until(self) -> u64 {
        match self {
            Self::Paused(seq) => seq,
            Self::Live | Self::Held(_) => u64::MAX,
        }
    }
}

/// See the module. Places count from the first row.
pub struct Rows {
    pub mode: Mode,
    /// Rows that stand open, and how high their bodies are in pixels; 0 until that is known.
    pub opened: Vec<(u64, usize)>,
    /// The rows where they are not those of the log in order: tools by duration, or of one name.
    pub picked: Option<Vec<u64>>,
    pub count: usize,
}

/// Where rows begin, in pixels: all are alike but those that stand open.
pub struct Heights {
    pub row_px: usize,
    /// The places of open rows in order, and how high their bodies are.
    open: Vec<(usize, usize)>,
}

impl Heights {
    pub fn top(&self, at: usize) -> usize {
        let extra: usize = self
            .open
            .iter()
            .filter(|(place, _)| *place < at)
            .map(|(_, px)| px)
            .sum();
        at * self.row_px + extra
    }

    /// The row at a height.
    pub fn at(&self, top: usize) -> usize {
        let mut extra = 0;
        for (place, px) in &self.open {
            let bottom = (place + 1) * self.row_px + extra + px;
            if top < bottom {
                return (top.saturating_sub(extra) / self.row_px).min(*place);
            }
            extra += px;
        }
        top.saturating_sub(extra) / self.row_px
    }
}

impl Rows {
    /// Takes the rows of a query from what is held.
    pub fn arrange(&mut self, log: &Log, query: &DetailQuery) {
        self.picked = pick(log, query);
        self.count = match &self.picked {
            Some(seqs) => seqs.len(),
            None => log.rows(self.mode.until()),
        };
    }

    pub fn place(&self, log: &Log, seq: u64) -> usize {
        match &self.picked {
            Some(seqs) => seqs.iter().position(|known| *known == seq).unwrap_or(0),
            None => log.place(seq, self.mode.until()),
        }
    }

    pub fn entry_at<'a>(&self, log: &'a Log, at: usize) -> Option<&'a Entry> {
        match &self.picked {
            Some(seqs) => log.find(*seqs.get(at)?),
            None => match log.row(at, self.mode.until())? {
                Row::Entry(entry) => Some(entry),
                Row::Gap { .. } => None,
            },
        }
    }

    pub fn seq_at(&self, log: &Log, at: usize) -> Option<u64> {
        match &self.picked {
            Some(seqs) => seqs.get(at).copied(),
            None => log.row(at, self.mode.until()).map(|row| row.seq()),
        }
    }

    pub fn is_open(&self, seq: u64) -> bool {
        self.opened.iter().any(|(known, _)| *known == seq)
    }

    /// The entry after the one at a seq, or before it.
    pub fn beside(&self, log: &Log, seq: u64, is_next: bool) -> Option<u64> {
        let by = if is_next { 1 } else { -1 };
        let mut at = self.place(log, seq);
        loop {
            at = at.checked_add_signed(by).filter(|at| *at < self.count)?;
            if let Some(entry) = self.entry_at(log, at) {
                return Some(entry.seq);
            }
        }
    }

    pub fn heights(&self, log: &Log, row_px: usize) -> Heights {
        let mut open: Vec<(usize, usize)> = Vec::new();
        for (seq, px) in &self.opened {
            let place = self.place(log, *seq);
            if *px > 0 && self.entry_at(log, place).is_some_and(|entry| entry.seq == *seq) {
                let at = open.partition_point(|(known, _)| *known < place);
                open.insert(at, (place, *px));
            }
        }
        Heights { row_px, open }
    }

    /// Learns how high the bodies of open rows became, by seq; says whether that is news.
    pub fn learn(&mut self, heights: &[(u64, usize)]) -> bool {
        let mut is_news = false;
        for (seq, px) in heights {
            let changed = |known: &&mut (u64, usize)| known.0 == *seq && known.1 != *px;
            for known in self.opened.iter_mut().filter(changed) {
                known.1 = *px;
                is_news = true;
            }
        }
        is_news
    }
}

/// Chooses the rows where they are not all of the log in order.
fn pick(log: &Log, query: &DetailQuery) -> Option<Vec<u64>> {
    if query.tab != Tab::Tools || !(query.by_duration || query.failed || query.tool.is_some()) {
        return None;
    }
    let is_wanted =
        |entry: &&Entry| (!query.failed || entry.error) && query.tool.as_ref().is_none_or(|tool| *tool == entry.head);
    let entries: Vec<&Entry> = log.entries().filter(is_wanted).collect();
    let took = |entry: &Entry| match entry.duration_ms {
        Some(ms) => ms,
        None if entry.is_open() => u64::MAX,
        None => 0,
    };
    let key = |entry: &&Entry| [if query.by_duration { !took(entry) } else { 0 }, entry.seq, 0];
    let order = order(entries.iter().map(key));
    Some(order.into_iter().map(|at| entries[at].seq).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn open_rows_move_what_is_below_them() {
        let heights = Heights {
            row_px: 24,
            open: vec![(2, 100), (5, 50)],
        };
        assert_eq!([0, 2, 3, 5, 6].map(|at| heights.top(at)), [0, 48, 172, 220, 294]);
        for at in 0..9 {
            assert_eq!(heights.at(heights.top(at)), at);
        }
        // Within the body of a row is that row.
        assert_eq!(heights.at(heights.top(3) - 1), 2);
    }
}
