//! Pruning: the oldest events of a workflow go, and all that keeps them from coming back stays.
//!
//! Their numbers are never given again, their keys are still known, and how far files were read too. Only what a stored timeline
//! has folded goes. The pages become free for new events; the file itself does not shrink.

use rusqlite::{OptionalExtension, params};
use serde::Deserialize;

use super::Writer;
use crate::sqlite::event_id;
use domain::adw_id::AdwId;
use domain::timestamp::Timestamp;

/// One transaction removes at most this much: a few milliseconds.
const EVENTS: u64 = 256;
const BYTES: u64 = 2 * 1024 * 1024;

/// When an event happened.
#[derive(Deserialize)]
struct Dated {
    data: When,
}

#[derive(Deserialize)]
struct When {
    timestamp: Timestamp,
}

impl Writer {
    /// How many events were removed.
    pub(in super::super) fn prune(&self, adw_id: &AdwId, older_than: Option<Timestamp>) -> rusqlite::Result<u64> {
        let known: Option<(i64, u64, u64)> = self
            .connection
            .prepare_cached(
                "SELECT id, first, checkpoints.seq FROM workflows JOIN checkpoints ON workflow = id WHERE adw_id = ?1",
            )?
            .query_row([adw_id.as_str()], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
            .optional()?;
        let Some((workflow, first, folded)) = known else {
            return Ok(0);
        };
        let end = self.end(workflow, first, folded, older_than)?;
        if end == first {
            return Ok(0);
        }
        let range = params![event_id(workflow, first), event_id(workflow, end - 1)];
        let remove = || -> rusqlite::Result<()> {
            self.connection.execute_batch("BEGIN IMMEDIATE")?;
            for table in ["events", "bodies"] {
                self.connection
                    .prepare_cached(&format!("DELETE FROM {table} WHERE id BETWEEN ?1 AND ?2"))?
                    .execute(range)?;
            }
            self.connection
                .prepare_cached("UPDATE workflows SET first = ?2 WHERE id = ?1")?
                .execute(params![workflow, end])?;
            self.connection.execute_batch("COMMIT")
        };
        let removed = remove();
        if removed.is_err() {
            let _ = self.connection.execute_batch("ROLLBACK");
        }
        removed.map(|()| end - first)
    }

    /// The seq before which the next step removes all.
    fn end(&self, workflow: i64, first: u64, folded: u64, older_than: Option<Timestamp>) -> rusqlite::Result<u64> {
        let last = folded.min(first + EVENTS - 1);
        let mut statement = self.connection.prepare_cached(
            "SELECT events.text, coalesce(length(bodies.text), 0) FROM events LEFT JOIN bodies ON bodies.id = events.id \
             WHERE events.id BETWEEN ?1 AND ?2 ORDER BY events.id",
        )?;
        let mut rows = statement.query([event_id(workflow, first), event_id(workflow, last)])?;
        let (mut end, mut bytes) = (first, 0);
        while let Some(row) = rows.next()? {
            let text = row.get_ref(0)?.as_str()?;
            // An event without a readable time is as old as the one before it.
            let is_younger = older_than.is_some_and(|cutoff| {
                serde_json::from_str::<Dated>(text).is_ok_and(|event| event.data.timestamp >= cutoff)
            });
            if is_younger || bytes >= BYTES {
                break;
            }
            bytes += text.len() as u64 + row.get::<_, u64>(1)?;
            end += 1;
        }
        Ok(end)
    }

    /// Bytes of the file that are in use, and those that new events will fill first.
    pub(in super::super) fn used_bytes(&self) -> rusqlite::Result<u64> {
        let pragma = |name: &str| {
            self.connection
                .query_row(&format!("PRAGMA {name}"), [], |row| row.get::<_, u64>(0))
        };
        Ok((pragma("page_count")? - pragma("freelist_count")?) * pragma("page_size")?)
    }

    /// The oldest event of a workflow that is kept.
    pub(super) fn first(&self, workflow: i64) -> rusqlite::Result<u64> {
        self.connection
            .prepare_cached("SELECT first FROM workflows WHERE id = ?1")?
            .query_row([workflow], |row| row.get(0))
    }
}
