//! Reading: on connections of their own, which see what is committed and never wait for the writer.

use std::ops::RangeInclusive;

use rusqlite::{Connection, OptionalExtension, Row, params};
use serde_json::{Map, Value};

use super::find::{Finder, Walk};
use super::{FOLD, event_id, read_error};
use crate::ledger::engine::WorkflowId;
use crate::{Filter, Found, JournalError, KnownWorkflow, Page, PageQuery, Part, Reader, Tail};
use domain::adw_id::AdwId;
use domain::media_name::MediaName;
use domain::timeline::Timeline;

/// A reading connection.
pub(super) struct SqliteReader {
    connection: Connection,
    index: Option<Connection>,
}

impl SqliteReader {
    pub(super) fn new(connection: Connection, index: Option<Connection>) -> Self {
        Self { connection, index }
    }

    fn finder<'a>(&'a self, workflow: WorkflowId, filter: &'a Filter) -> Finder<'a> {
        Finder::new(&self.connection, self.index.as_ref(), workflow, filter)
    }

    /// Row id, first seq and head.
    fn workflow(&self, adw_id: &AdwId) -> rusqlite::Result<Option<(WorkflowId, u64, u64)>> {
        self.connection
            .prepare_cached("SELECT id, first, head FROM workflows WHERE adw_id = ?1")?
            .query_row([adw_id.as_str()], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
            .optional()
    }

    fn read_page(
        &self,
        adw_id: &AdwId,
        query: &PageQuery,
        is_wanted: &dyn Fn() -> bool,
    ) -> rusqlite::Result<Option<Page>> {
        // One transaction, so that head and events are of one moment.
        let transaction = self.connection.unchecked_transaction()?;
        let Some((workflow, first, head)) = self.workflow(adw_id)? else {
            return Ok(None);
        };
        let from = query.after.unwrap_or(0).min(head) + 1;
        let to = query.before.map_or(head, |before| before.saturating_sub(1).min(head));
        let newest_first = query.after.is_none();
        let mut events = if query.filter.is_empty() {
            let order = if newest_first { "DESC" } else { "ASC" };
            let sql = format!("SELECT text FROM events WHERE id BETWEEN ?1 AND ?2 ORDER BY id {order} LIMIT ?3");
            let mut statement = self.connection.prepare_cached(&sql)?;
            let range = params![event_id(workflow, from), event_id(workflow, to), query.limit as i64];
            statement
                .query_map(range, |row| row.get(0))?
                .collect::<rusqlite::Result<Vec<String>>>()?
        } else {
            let seqs = self.find(workflow, from.max(first)..=to, query, newest_first, is_wanted)?;
            let mut statement = self
                .connection
                .prepare_cached("SELECT text FROM events WHERE id = ?1")?;
            let texts = seqs
                .iter()
                .map(|seq| statement.query_row([event_id(workflow, *seq)], |row| row.get(0)));
            texts.collect::<rusqlite::Result<Vec<String>>>()?
        };
        if newest_first {
            events.reverse();
        }
        transaction.finish()?;
        Ok(Some(Page { events, head, first }))
    }

    /// The seqs of at most `query.limit` events that its filter takes.
    fn find(
        &self,
        workflow: WorkflowId,
        range: RangeInclusive<u64>,
        query: &PageQuery,
        newest_first: bool,
        is_wanted: &dyn Fn() -> bool,
    ) -> rusqlite::Result<Vec<u64>> {
        let mut walk = Walk {
            seqs: Vec::new(),
            count: 0,
            limit: query.limit,
            counts_all: false,
            newest_first,
            is_wanted,
        };
        self.finder(workflow, &query.filter).find(range, &mut walk)?;
        Ok(walk.seqs)
    }

    fn read_search(
        &self,
        adw_id: &AdwId,
        query: &PageQuery,
        is_wanted: &dyn Fn() -> bool,
    ) -> rusqlite::Result<Option<Found>> {
        let transaction = self.connection.unchecked_transaction()?;
        let Some((workflow, first, head)) = self.workflow(adw_id)? else {
            return Ok(None);
        };
        let from = (query.after.unwrap_or(0).min(head) + 1).max(first);
        let to = query.before.map_or(head, |before| before.saturating_sub(1).min(head));
        let finder = self.finder(workflow, &query.filter);
        let indexed = finder.reached()?.min(head);
        let mut walk = Walk {
            seqs: Vec::new(),
            count: 0,
            limit: query.limit,
            counts_all: true,
            newest_first: true,
            is_wanted,
        };
        if query.filter.is_empty() {
            walk.count = (to + 1).saturating_sub(from);
            walk.seqs = (from..=to).rev().take(query.limit).collect();
        } else {
            finder.find(from..=to, &mut walk)?;
        }
        walk.seqs.reverse();
        transaction.finish()?;
        Ok(Some(Found {
            count: walk.count,
            seqs: walk.seqs,
            head,
            first,
            indexed,
        }))
    }

    fn read_part(&self, adw_id: &AdwId, query: &PageQuery, enough_bytes: usize) -> rusqlite::Result<Option<Part>> {
        let transaction = self.connection.unchecked_transaction()?;
        let Some((workflow, first, head)) = self.workflow(adw_id)? else {
            return Ok(None);
        };
        let from = query.after.unwrap_or(0).min(head) + 1;
        let end = query.before.map_or(head, |before| before.saturating_sub(1).min(head));
        let (last, seqs) = if query.filter.is_empty() {
            let last = end.min(query.after.unwrap_or(0).saturating_add(query.limit as u64));
            (last, (from.max(first)..=last).collect())
        } else {
            // A filter that takes little is looked for further on, but not for ever in one go.
            let end = end.min(query.after.unwrap_or(0).saturating_add(64 * query.limit as u64));
            let seqs = self.find(workflow, from.max(first)..=end, query, false, &|| true)?;
            let last = seqs.last().filter(|_| seqs.len() == query.limit);
            (last.copied().unwrap_or(end), seqs)
        };
        let mut statement = self.connection.prepare_cached(
            "SELECT coalesce(bodies.text, events.text) FROM events LEFT JOIN bodies ON bodies.id = events.id WHERE events.id = ?1",
        )?;
        let mut part = Part {
            to: last,
            head,
            first,
            ..Part::default()
        };
        let mut bytes = 0;
        for seq in seqs {
            let text: String = statement.query_row([event_id(workflow, seq)], |row| row.get(0))?;
            bytes += text.len();
            part.events.push(text);
            if bytes >= enough_bytes {
                part.to = seq;
                break;
            }
        }
        drop(statement);
        transaction.finish()?;
        Ok(Some(part))
    }

    fn read_event(&self, adw_id: &AdwId, seq: u64) -> rusqlite::Result<Option<String>> {
        let Some((workflow, first, head)) = self.workflow(adw_id)? else {
            return Ok(None);
        };
        if seq < first || seq > head {
            return Ok(None);
        }
        let id = event_id(workflow, seq);
        let read = |sql: &str| {
            self.connection
                .prepare_cached(sql)?
                .query_row([id], |row| row.get(0))
                .optional()
        };
        match read("SELECT text FROM bodies WHERE id = ?1")? {
            Some(body) => Ok(Some(body)),
            None => read("SELECT text FROM events WHERE id = ?1"),
        }
    }

    fn read_tails(&self, adw_id: Option<&AdwId>) -> rusqlite::Result<Vec<Tail>> {
        let texts = match adw_id {
            Some(adw_id) => {
                let Some((workflow, ..)) = self.workflow(adw_id)? else {
                    return Ok(Vec::new());
                };
                let mut statement = self
                    .connection
                    .prepare_cached("SELECT tail FROM tails WHERE workflow = ?1 ORDER BY path, run")?;
                statement
                    .query_map([workflow], |row| row.get::<_, String>(0))?
                    .collect::<rusqlite::Result<Vec<_>>>()?
            }
            None => {
                let mut statement = self
                    .connection
                    .prepare_cached("SELECT tail, max(run) FROM tails GROUP BY path")?;
                statement
                    .query_map([], |row| row.get::<_, String>(0))?
                    .collect::<rusqlite::Result<Vec<_>>>()?
            }
        };
        Ok(texts
            .iter()
            .filter_map(|text| serde_json::from_str(text).ok())
            .collect())
    }
}

impl Reader for SqliteReader {
    fn workflows(&mut self) -> Result<Vec<KnownWorkflow>, JournalError> {
        // What was pruned cannot be folded again, so an older fold of it is better than none.
        let read = || -> rusqlite::Result<Vec<Option<KnownWorkflow>>> {
            let mut statement = self.connection.prepare_cached(
                "SELECT adw_id, head, card, coalesce(checkpoints.fold <> ?1 AND first <= 1, 0) FROM workflows \
                 LEFT JOIN cards ON cards.workflow = id AND cards.seq = head \
                 LEFT JOIN checkpoints ON checkpoints.workflow = id WHERE head > 0 ORDER BY id",
            )?;
            let known = |row: &Row<'_>| {
                let (adw_id, card) = (row.get::<_, String>(0)?, row.get::<_, Option<String>>(2)?);
                let Ok(adw_id) = adw_id.parse() else { return Ok(None) };
                Ok(Some(KnownWorkflow {
                    adw_id,
                    head: row.get(1)?,
                    card: card.and_then(|card| serde_json::from_str(&card).ok()),
                    is_of_older_fold: row.get(3)?,
                }))
            };
            statement.query_map([FOLD], known)?.collect()
        };
        let known = read().map_err(read_error)?;
        Ok(known.into_iter().flatten().collect())
    }

    fn checkpoint(&mut self, adw_id: &AdwId) -> Result<Option<Timeline>, JournalError> {
        let read = || -> rusqlite::Result<Option<String>> {
            let mut statement = self
                .connection
                .prepare_cached("SELECT timeline FROM checkpoints JOIN workflows ON id = workflow WHERE adw_id = ?1")?;
            statement.query_row([adw_id.as_str()], |row| row.get(0)).optional()
        };
        let text = read().map_err(read_error)?;
        // One that cannot be read is folded again.
        Ok(text.and_then(|text| serde_json::from_str(&text).ok()))
    }

    fn page(
        &mut self,
        adw_id: &AdwId,
        query: &PageQuery,
        is_wanted: &dyn Fn() -> bool,
    ) -> Result<Option<Page>, JournalError> {
        self.read_page(adw_id, query, is_wanted).map_err(read_error)
    }

    fn part(&mut self, adw_id: &AdwId, query: &PageQuery, enough_bytes: usize) -> Result<Option<Part>, JournalError> {
        self.read_part(adw_id, query, enough_bytes).map_err(read_error)
    }

    fn search(
        &mut self,
        adw_id: &AdwId,
        query: &PageQuery,
        is_wanted: &dyn Fn() -> bool,
    ) -> Result<Option<Found>, JournalError> {
        self.read_search(adw_id, query, is_wanted).map_err(read_error)
    }

    fn event(&mut self, adw_id: &AdwId, seq: u64) -> Result<Option<String>, JournalError> {
        self.read_event(adw_id, seq).map_err(read_error)
    }

    fn document(&mut self, adw_id: &AdwId) -> Result<Option<Map<String, Value>>, JournalError> {
        let read = || -> rusqlite::Result<Option<String>> {
            let mut statement = self
                .connection
                .prepare_cached("SELECT document FROM documents JOIN workflows ON id = workflow WHERE adw_id = ?1")?;
            statement.query_row([adw_id.as_str()], |row| row.get(0)).optional()
        };
        let text = read().map_err(read_error)?;
        Ok(text.and_then(|text| serde_json::from_str(&text).ok()))
    }

    fn referrers(&mut self, name: &MediaName) -> Result<Vec<AdwId>, JournalError> {
        let read = || -> rusqlite::Result<Vec<String>> {
            let mut statement = self
                .connection
                .prepare_cached("SELECT adw_id FROM media JOIN workflows ON id = workflow WHERE name = ?1")?;
            statement.query_map([name.as_str()], |row| row.get(0))?.collect()
        };
        let adw_ids = read().map_err(read_error)?;
        Ok(adw_ids.iter().filter_map(|adw_id| adw_id.parse().ok()).collect())
    }

    fn tails(&mut self, adw_id: Option<&AdwId>) -> Result<Vec<Tail>, JournalError> {
        self.read_tails(adw_id).map_err(read_error)
    }
}
