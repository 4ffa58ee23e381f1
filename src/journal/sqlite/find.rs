//! Finding the events that a filter takes: by the index as far as it reaches, the events after that one by one.
//!
//! The index only says which events to look at; whether one is meant is decided by the event itself.

use std::ops::RangeInclusive;

use rusqlite::{Connection, OptionalExtension, Row, params_from_iter, types::Value as Sql};

use super::event_id;
use super::index::expression;
use super::index::facets::{BLOCK, Block, block_of, first_of};
use crate::Filter;
use crate::ledger::engine::WorkflowId;
use domain::event::Event;

/// What a walk over a workflow's events finds.
pub(super) struct Walk<'a> {
    pub(super) seqs: Vec<u64>,
    /// All that were found, also those beyond the limit.
    pub(super) count: u64,
    pub(super) limit: usize,
    /// Whether it goes on beyond the limit, to count them all.
    pub(super) counts_all: bool,
    pub(super) newest_first: bool,
    /// Whether somebody still waits for it.
    pub(super) is_wanted: &'a dyn Fn() -> bool,
}

/// Looks for events of one workflow.
pub(super) struct Finder<'a> {
    pub(super) journal: &'a Connection,
    pub(super) index: Option<&'a Connection>,
    pub(super) workflow: WorkflowId,
    pub(super) filter: &'a Filter,
    pub(super) needle: Option<String>,
}

impl Walk<'_> {
    fn take(&mut self, seq: u64) {
        self.count += 1;
        if self.seqs.len() < self.limit {
            self.seqs.push(seq);
        }
    }

    fn is_full(&self) -> bool {
        self.seqs.len() >= self.limit
    }

    fn is_over(&self) -> bool {
        (self.is_full() && !self.counts_all) || !(self.is_wanted)()
    }

    fn order(&self) -> &'static str {
        if self.newest_first { "DESC" } else { "ASC" }
    }
}

impl<'a> Finder<'a> {
    pub(super) fn new(
        journal: &'a Connection,
        index: Option<&'a Connection>,
        workflow: WorkflowId,
        filter: &'a Filter,
    ) -> Self {
        Self {
            journal,
            index,
            workflow,
            filter,
            needle: filter.needle(),
        }
    }

    /// The seq up to which the index reaches.
    pub(super) fn reached(&self) -> rusqlite::Result<u64> {
        let Some(index) = self.index else { return Ok(0) };
        let reached = index
            .prepare_cached("SELECT seq FROM reached WHERE workflow = ?1")?
            .query_row([self.workflow], |row| row.get(0))
            .optional()?;
        Ok(reached.unwrap_or(0))
    }

    /// Walks through a range of seqs.
    pub(super) fn find(&self, range: RangeInclusive<u64>, walk: &mut Walk<'_>) -> rusqlite::Result<()> {
        let (from, to) = range.into_inner();
        let reached = self.reached()?.min(to);
        let beyond = from.max(reached + 1)..=to;
        match self.index {
            Some(index) if walk.newest_first => {
                self.read(beyond, walk)?;
                self.ask(index, from..=reached, walk)
            }
            Some(index) => {
                self.ask(index, from..=reached, walk)?;
                self.read(beyond, walk)
            }
            None => self.read(from..=to, walk),
        }
    }

    fn ask(&self, index: &Connection, range: RangeInclusive<u64>, walk: &mut Walk<'_>) -> rusqlite::Result<()> {
        if range.is_empty() || walk.is_over() {
            return Ok(());
        }
        match self.needle.as_deref().and_then(expression) {
            Some(expression) => self.by_text(index, &expression, range, walk),
            None if self.filter.has_facets() => self.by_facets(index, range, walk),
            None => self.read(range, walk),
        }
    }

    fn by_text(
        &self,
        index: &Connection,
        expression: &str,
        range: RangeInclusive<u64>,
        walk: &mut Walk<'_>,
    ) -> rusqlite::Result<()> {
        let (from, to) = range.into_inner();
        let mut statement = index.prepare_cached(&format!(
            "SELECT rowid FROM texts WHERE texts MATCH ? AND rowid BETWEEN ? AND ? ORDER BY rowid {}",
            walk.order()
        ))?;
        let mut rows = statement.query((expression, event_id(self.workflow, from), event_id(self.workflow, to)))?;
        let mut block = (u64::MAX, None);
        while let Some(row) = rows.next()? {
            if walk.is_over() {
                break;
            }
            let seq = (row.get::<_, i64>(0)? - event_id(self.workflow, 0)).unsigned_abs();
            if self.filter.has_facets() {
                if block.0 != block_of(seq) {
                    block = (block_of(seq), self.block(index, block_of(seq))?);
                }
                let is_other = block.1.as_ref().is_some_and(|known: &Block| {
                    !self.wanted(known)[known.shape_at((seq - first_of(block.0)) as usize)]
                });
                if is_other {
                    continue;
                }
            }
            if self.is_meant(seq)? {
                walk.take(seq);
            }
        }
        Ok(())
    }

    fn by_facets(&self, index: &Connection, range: RangeInclusive<u64>, walk: &mut Walk<'_>) -> rusqlite::Result<()> {
        let (from, to) = range.into_inner();
        let (mut low, mut high) = (block_of(from), block_of(to));
        while low <= high && !walk.is_over() {
            let number = if walk.newest_first { high } else { low };
            let last = first_of(number) + BLOCK - 1;
            let inside = from.max(first_of(number))..=to.min(last);
            match self.block(index, number)? {
                Some(block) => self.by_block(&block, number, inside, walk)?,
                None => self.read(inside, walk)?,
            }
            if walk.newest_first {
                let Some(next) = high.checked_sub(1) else { break };
                high = next;
            } else {
                low += 1;
            }
        }
        Ok(())
    }

    fn by_block(
        &self,
        block: &Block,
        number: u64,
        inside: RangeInclusive<u64>,
        walk: &mut Walk<'_>,
    ) -> rusqlite::Result<()> {
        let wanted = self.wanted(block);
        if !wanted.contains(&true) {
            return Ok(());
        }
        let is_whole = inside.end() - inside.start() + 1 == BLOCK;
        if is_whole && walk.is_full() && self.needle.is_none() {
            let counts = block.shapes.iter().zip(&wanted).filter(|(_, wanted)| **wanted);
            walk.count += counts.map(|((_, count), _)| count).sum::<u64>();
            return Ok(());
        }
        let mut seqs: Vec<u64> = inside
            .filter(|seq| wanted[block.shape_at((seq - first_of(number)) as usize)])
            .collect();
        if walk.newest_first {
            seqs.reverse();
        }
        for seq in seqs {
            if walk.is_over() {
                break;
            }
            if self.needle.is_none() || self.is_meant(seq)? {
                walk.take(seq);
            }
        }
        Ok(())
    }

    /// Which shapes of a block are meant.
    fn wanted(&self, block: &Block) -> Vec<bool> {
        let takes = |(shape, _): &(super::index::facets::Shape, u64)| {
            self.filter.takes(shape.kind, shape.agent.as_deref(), shape.level)
        };
        block.shapes.iter().map(takes).collect()
    }

    fn block(&self, index: &Connection, number: u64) -> rusqlite::Result<Option<Block>> {
        let row = index
            .prepare_cached("SELECT shapes, places FROM facets WHERE id = ?1")?
            .query_row([event_id(self.workflow, number)], |row| {
                Ok((row.get::<_, String>(0)?, row.get(1)?))
            })
            .optional()?;
        Ok(row.and_then(|(shapes, places)| Block::decode(&shapes, places)))
    }

    /// Looks at the events one by one.
    fn read(&self, range: RangeInclusive<u64>, walk: &mut Walk<'_>) -> rusqlite::Result<()> {
        if range.is_empty() || walk.is_over() {
            return Ok(());
        }
        let mut sql = String::from(
            "SELECT events.text, bodies.text, events.id FROM events LEFT JOIN bodies ON bodies.id = events.id \
             WHERE events.id BETWEEN ? AND ?",
        );
        let mut values = vec![
            Sql::from(event_id(self.workflow, *range.start())),
            Sql::from(event_id(self.workflow, *range.end())),
        ];
        let kinds = self.filter.kinds.iter().map(|kind| Sql::from(i64::from(kind.number())));
        among(&mut sql, &mut values, "events.kind", kinds);
        let agents = self.filter.agents.iter().map(|agent| Sql::from(agent.clone()));
        among(&mut sql, &mut values, "events.agent", agents);
        sql.push_str(&format!(" ORDER BY events.id {}", walk.order()));
        let mut statement = self.journal.prepare_cached(&sql)?;
        let mut rows = statement.query(params_from_iter(values))?;
        while !walk.is_over()
            && let Some(row) = rows.next()?
        {
            if self.matches(row)? {
                walk.take((row.get::<_, i64>(2)? - event_id(self.workflow, 0)).unsigned_abs());
            }
        }
        Ok(())
    }

    fn is_meant(&self, seq: u64) -> rusqlite::Result<bool> {
        let mut statement = self.journal.prepare_cached(
            "SELECT events.text, bodies.text FROM events LEFT JOIN bodies ON bodies.id = events.id WHERE events.id = ?1",
        )?;
        let mut rows = statement.query([event_id(self.workflow, seq)])?;
        rows.next()?.map_or(Ok(false), |row| self.matches(row))
    }

    fn matches(&self, row: &Row<'_>) -> rusqlite::Result<bool> {
        let Ok(event) = serde_json::from_str::<Event>(row.get_ref(0)?.as_str()?) else {
            return Ok(false);
        };
        let whole = match row.get_ref(1)?.as_str_or_null()? {
            Some(body) if self.needle.is_some() => serde_json::from_str::<Event>(body).ok(),
            Some(_) | None => None,
        };
        let payload = whole.as_ref().map_or(&event.payload, |whole| &whole.payload);
        Ok(self.filter.matches(&event, payload))
    }
}

fn among(sql: &mut String, values: &mut Vec<Sql>, column: &str, list: impl ExactSizeIterator<Item = Sql>) {
    if list.len() > 0 {
        let marks = vec!["?"; list.len()].join(", ");
        sql.push_str(&format!(" AND {column} IN ({marks})"));
        values.extend(list);
    }
}
