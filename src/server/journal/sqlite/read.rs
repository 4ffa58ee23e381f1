//! Reading: on connections of their own, which see what is committed and never wait for the writer.

use rusqlite::{Connection, OptionalExtension, params, params_from_iter, types::Value as Sql};
use serde_json::{Map, Value};

use super::{FOLD, event_id, read_error};
use crate::domain::adw_id::AdwId;
use crate::domain::timeline::Timeline;
use crate::server::journal::{JournalError, Page, PageQuery, Part, Reader, Tail};

/// A reading connection.
pub(super) struct SqliteReader {
    connection: Connection,
}

impl SqliteReader {
    pub(super) fn new(connection: Connection) -> Self {
        connection.set_prepared_statement_cache_capacity(32);
        Self { connection }
    }

    /// Row id, first seq and head.
    fn workflow(&self, adw_id: &AdwId) -> rusqlite::Result<Option<(i64, u64, u64)>> {
        self.connection
            .prepare_cached("SELECT id, first, head FROM workflows WHERE adw_id = ?1")?
            .query_row([adw_id.as_str()], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
            .optional()
    }

    fn read_page(&self, adw_id: &AdwId, query: &PageQuery) -> rusqlite::Result<Option<Page>> {
        // One transaction, so that head and events are of one moment.
        let transaction = self.connection.unchecked_transaction()?;
        let Some((workflow, first, head)) = self.workflow(adw_id)? else {
            return Ok(None);
        };
        let from = query.after.unwrap_or(0).min(head) + 1;
        let to = query.before.map_or(head, |before| before.saturating_sub(1).min(head));
        let newest_first = query.after.is_none();
        let mut sql = String::from("SELECT text FROM events WHERE id BETWEEN ? AND ?");
        let mut values = vec![Sql::from(event_id(workflow, from)), Sql::from(event_id(workflow, to))];
        narrow(query, &mut sql, &mut values);
        sql.push_str(if newest_first {
            " ORDER BY id DESC LIMIT ?"
        } else {
            " ORDER BY id LIMIT ?"
        });
        values.push(Sql::from(query.limit as i64));
        let mut statement = self.connection.prepare_cached(&sql)?;
        let mut events = statement
            .query_map(params_from_iter(values), |row| row.get(0))?
            .collect::<rusqlite::Result<Vec<String>>>()?;
        if newest_first {
            events.reverse();
        }
        drop(statement);
        transaction.finish()?;
        Ok(Some(Page { events, head, first }))
    }

    fn read_part(&self, adw_id: &AdwId, query: &PageQuery, enough_bytes: usize) -> rusqlite::Result<Option<Part>> {
        let transaction = self.connection.unchecked_transaction()?;
        let Some((workflow, first, head)) = self.workflow(adw_id)? else {
            return Ok(None);
        };
        let from = query.after.unwrap_or(0).min(head) + 1;
        let end = query.before.map_or(head, |before| before.saturating_sub(1).min(head));
        let last = end.min(query.after.unwrap_or(0).saturating_add(query.limit as u64));
        let mut sql = String::from(
            "SELECT events.id, coalesce(bodies.text, events.text) FROM events LEFT JOIN bodies ON bodies.id = events.id \
             WHERE events.id BETWEEN ? AND ?",
        );
        let mut values = vec![Sql::from(event_id(workflow, from)), Sql::from(event_id(workflow, last))];
        narrow(query, &mut sql, &mut values);
        sql.push_str(" ORDER BY events.id");
        let mut statement = self.connection.prepare_cached(&sql)?;
        let mut rows = statement.query(params_from_iter(values))?;
        let mut part = Part {
            to: last,
            head,
            first,
            ..Part::default()
        };
        let mut bytes = 0;
        while let Some(row) = rows.next()? {
            let text: String = row.get(1)?;
            bytes += text.len();
            part.events.push(text);
            if bytes >= enough_bytes {
                part.to = (row.get::<_, i64>(0)? - event_id(workflow, 0)).unsigned_abs();
                break;
            }
        }
        drop(rows);
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

/// Adds what a query asks for beside its range.
fn narrow(query: &PageQuery, sql: &mut String, values: &mut Vec<Sql>) {
    if let Some(kind) = query.kind {
        sql.push_str(" AND events.kind = ?");
        values.push(Sql::from(kind as i64));
    }
    if let Some(agent) = &query.agent {
        sql.push_str(" AND events.agent = ?");
        values.push(Sql::from(agent.clone()));
    }
    if let Some(q) = &query.q {
        // As it stands inside JSON, so that a search for a quote finds its escape.
        let quoted = Value::String(q.clone()).to_string();
        let pattern = quoted[1..quoted.len() - 1]
            .replace('!', "!!")
            .replace('%', "!%")
            .replace('_', "!_");
        sql.push_str(" AND events.text LIKE ? ESCAPE '!'");
        values.push(Sql::from(format!("%{pattern}%")));
    }
}

impl Reader for SqliteReader {
    fn workflows(&mut self) -> Result<Vec<(AdwId, u64)>, JournalError> {
        let read = || -> rusqlite::Result<Vec<(String, u64)>> {
            let mut statement = self
                .connection
                .prepare_cached("SELECT adw_id, head FROM workflows WHERE head > 0 ORDER BY id")?;
            statement
                .query_map(params![], |row| Ok((row.get(0)?, row.get(1)?)))?
                .collect()
        };
        let rows = read().map_err(|error| read_error(&error))?;
        Ok(rows
            .into_iter()
            .filter_map(|(adw_id, head)| Some((adw_id.parse().ok()?, head)))
            .collect())
    }

    fn checkpoint(&mut self, adw_id: &AdwId) -> Result<Option<Timeline>, JournalError> {
        let read = || -> rusqlite::Result<Option<String>> {
            let mut statement = self.connection.prepare_cached(
                "SELECT timeline FROM checkpoints JOIN workflows ON id = workflow WHERE adw_id = ?1 AND fold = ?2",
            )?;
            statement
                .query_row(params![adw_id.as_str(), FOLD], |row| row.get(0))
                .optional()
        };
        let text = read().map_err(|error| read_error(&error))?;
        // One that cannot be read is folded again.
        Ok(text.and_then(|text| serde_json::from_str(&text).ok()))
    }

    fn page(&mut self, adw_id: &AdwId, query: &PageQuery) -> Result<Option<Page>, JournalError> {
        self.read_page(adw_id, query).map_err(|error| read_error(&error))
    }

    fn part(&mut self, adw_id: &AdwId, query: &PageQuery, enough_bytes: usize) -> Result<Option<Part>, JournalError> {
        self.read_part(adw_id, query, enough_bytes)
            .map_err(|error| read_error(&error))
    }

    fn event(&mut self, adw_id: &AdwId, seq: u64) -> Result<Option<String>, JournalError> {
        self.read_event(adw_id, seq).map_err(|error| read_error(&error))
    }

    fn document(&mut self, adw_id: &AdwId) -> Result<Option<Map<String, Value>>, JournalError> {
        let read = || -> rusqlite::Result<Option<String>> {
            let mut statement = self
                .connection
                .prepare_cached("SELECT document FROM documents JOIN workflows ON id = workflow WHERE adw_id = ?1")?;
            statement.query_row([adw_id.as_str()], |row| row.get(0)).optional()
        };
        let text = read().map_err(|error| read_error(&error))?;
        Ok(text.and_then(|text| serde_json::from_str(&text).ok()))
    }

    fn tails(&mut self, adw_id: Option<&AdwId>) -> Result<Vec<Tail>, JournalError> {
        self.read_tails(adw_id).map_err(|error| read_error(&error))
    }
}
