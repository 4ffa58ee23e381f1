//! Writing: duplicates are found, seqs given, events, keys and tails stored, all in one transaction.

mod imported;
mod prune;
mod session;
mod state;
mod waiting;

use std::collections::HashMap;
use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension as _, params};

use super::{FOLD, event_id, write_error};
use crate::media::Media;
use crate::{Appended, JournalError, Outcome, Prepared, PreparedBatch, PreparedEvent, Stored, Tail};
use domain::adw_id::AdwId;
use domain::card::Card;
use domain::timeline::{Timeline, seen_picture};
use draft::key::Key;
use session::Sessions;

/// The one writing connection.
pub(super) struct Writer {
    connection: Connection,
    /// Row id and head of the workflows seen since the last failure.
    workflows: HashMap<AdwId, Row>,
    sessions: Sessions,
}

#[derive(Clone, Copy)]
struct Row {
    id: i64,
    head: u64,
    is_touched: bool,
}

impl Writer {
    pub(super) fn new(connection: Connection) -> Self {
        Self {
            connection,
            workflows: HashMap::new(),
            sessions: Sessions::default(),
        }
    }

    pub(super) fn append(&mut self, batches: Vec<PreparedBatch>) -> Result<Vec<Appended>, JournalError> {
        self.transact(|writer| writer.append_all(batches))
    }

    /// All of a change or nothing, with the heads of the workflows that it touched.
    fn transact<T>(&mut self, change: impl FnOnce(&mut Self) -> rusqlite::Result<T>) -> Result<T, JournalError> {
        let whole = || -> rusqlite::Result<T> {
            // Kept ready like all others: a single push would pay for both anew.
            self.connection.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
            let changed = change(self)?;
            for row in self.workflows.values_mut().filter(|row| row.is_touched) {
                self.connection
                    .prepare_cached("UPDATE workflows SET head = ?2 WHERE id = ?1")?
                    .execute(params![row.id, row.head])?;
                row.is_touched = false;
            }
            self.connection.prepare_cached("COMMIT")?.execute([])?;
            Ok(changed)
        };
        let changed = whole();
        if changed.is_err() {
            // What is in memory may be ahead of the file; a failed roll-back leaves no transaction open.
            self.workflows.clear();
            self.sessions = Sessions::default();
            let _ = self.connection.execute_batch("ROLLBACK");
        }
        changed.map_err(|error| write_error(&error))
    }

    fn append_all(&mut self, batches: Vec<PreparedBatch>) -> rusqlite::Result<Vec<Appended>> {
        let mut results = Vec::with_capacity(batches.len());
        for batch in batches {
            let mut appended = Appended {
                outcomes: Vec::with_capacity(batch.drafts.len()),
                events: Vec::with_capacity(batch.drafts.len()),
            };
            for draft in batch.drafts {
                let stored = match draft {
                    Prepared::Hook(hook) => {
                        appended.outcomes.push(self.append_hook(hook, &mut appended.events)?);
                        continue;
                    }
                    Prepared::Event(prepared) => self.append_event(prepared)?.ok_or(Outcome::Duplicate),
                    Prepared::State(new) => self.append_state(new)?.ok_or(Outcome::Duplicate),
                    Prepared::Imported(seq, prepared) => self.append_imported(seq, prepared)?,
                };
                match stored {
                    Ok(stored) => {
                        appended.outcomes.push(Outcome::Recorded(stored.event.seq));
                        appended.events.push(stored);
                        self.act_upon_learned(&mut appended.events)?;
                    }
                    Err(outcome) => appended.outcomes.push(outcome),
                }
            }
            for tail in &batch.tails {
                self.keep_tail(tail)?;
            }
            results.push(appended);
        }
        Ok(results)
    }

    fn append_event(&mut self, prepared: PreparedEvent) -> rusqlite::Result<Option<Stored>> {
        let row = self.row(&prepared.new.event.adw_id)?;
        if !self.claim(row, &prepared.new.keys)? {
            return Ok(None);
        }
        self.insert(row, prepared).map(Some)
    }

    fn insert(&mut self, row: Row, prepared: PreparedEvent) -> rusqlite::Result<Stored> {
        let seq = row.head + 1;
        let mut event = prepared.new.event;
        event.seq = seq;
        let whole = |(before, after): (String, String)| format!("{before}{seq}{after}");
        let text = whole(prepared.text);
        let id = event_id(row.id, seq);
        self.connection
            .prepare_cached("INSERT INTO events VALUES (?1, ?2, ?3, ?4)")?
            .execute(params![id, event.kind as i64, event.agent, text])?;
        if let Some(body) = prepared.body {
            self.connection
                .prepare_cached("INSERT INTO bodies VALUES (?1, ?2)")?
                .execute(params![id, whole(body)])?;
        }
        for key in &prepared.new.keys {
            self.connection
                .prepare_cached("INSERT OR IGNORE INTO keys VALUES (?1, ?2, ?3)")?
                .execute(params![row.id, key.0, seq])?;
        }
        for name in &prepared.media {
            self.connection
                .prepare_cached(
                    "INSERT INTO media VALUES (?1, ?2, ?3) ON CONFLICT (workflow, name) DO UPDATE SET seq = excluded.seq",
                )?
                .execute(params![row.id, name.as_str(), seq])?;
        }
        self.note_session(row.id, &event)?;
        self.workflows.insert(
            event.adw_id.clone(),
            Row {
                head: seq,
                is_touched: true,
                ..row
            },
        );
        Ok(Stored {
            event,
            text: Arc::from(text),
        })
    }

    /// Whether no key is known. If one is, the others are kept with it, so that a third copy is found by any of them.
    fn claim(&mut self, row: Row, keys: &[Key]) -> rusqlite::Result<bool> {
        let mut find = self
            .connection
            .prepare_cached("SELECT seq FROM keys WHERE workflow = ?1 AND key = ?2")?;
        let mut known: Option<i64> = None;
        for key in keys {
            known = find.query_row(params![row.id, key.0], |row| row.get(0)).optional()?;
            if known.is_some() {
                break;
            }
        }
        let Some(seq) = known else { return Ok(true) };
        if keys.len() > 1 {
            let mut keep = self
                .connection
                .prepare_cached("INSERT OR IGNORE INTO keys VALUES (?1, ?2, ?3)")?;
            for key in keys {
                keep.execute(params![row.id, key.0, seq])?;
            }
        }
        Ok(false)
    }

    fn row(&mut self, adw_id: &AdwId) -> rusqlite::Result<Row> {
        if let Some(row) = self.workflows.get(adw_id) {
            return Ok(*row);
        }
        // A thousand workflows at work at once are many; the rest is found again in the file.
        if self.workflows.len() >= 4_096 && self.workflows.values().all(|row| !row.is_touched) {
            self.workflows.clear();
        }
        let known = self
            .connection
            .prepare_cached("SELECT id, head FROM workflows WHERE adw_id = ?1")?
            .query_row([adw_id.as_str()], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        let (id, head) = match known {
            Some(found) => found,
            None => {
                self.connection
                    .prepare_cached("INSERT INTO workflows (adw_id, first, head) VALUES (?1, 1, 0)")?
                    .execute([adw_id.as_str()])?;
                (self.connection.last_insert_rowid(), 0)
            }
        };
        let row = Row {
            id,
            head,
            is_touched: false,
        };
        self.workflows.insert(adw_id.clone(), row);
        Ok(row)
    }

    fn keep_tail(&mut self, tail: &Tail) -> rusqlite::Result<()> {
        let row = self.row(&tail.adw_id)?;
        let text = serde_json::to_string(tail).unwrap_or_default();
        self.connection
            .prepare_cached("INSERT INTO tails VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (path, run) DO UPDATE SET workflow = excluded.workflow, offset = excluded.offset, tail = excluded.tail")?
            .execute(params![tail.path, tail.run, row.id, tail.offset, text])?;
        Ok(())
    }

    pub(super) fn checkpoint(&mut self, timelines: &[Timeline]) -> Result<(), JournalError> {
        let mut store = || -> rusqlite::Result<()> {
            self.connection.execute_batch("BEGIN IMMEDIATE")?;
            for timeline in timelines {
                let row = self.row(&timeline.adw_id)?;
                let text = serde_json::to_string(timeline).unwrap_or_default();
                self.connection
                    .prepare_cached("INSERT OR REPLACE INTO checkpoints VALUES (?1, ?2, ?3, ?4)")?
                    .execute(params![row.id, timeline.seq, FOLD, text])?;
                let card = serde_json::to_string(&Card::of(timeline)).unwrap_or_default();
                self.connection
                    .prepare_cached("INSERT OR REPLACE INTO cards VALUES (?1, ?2, ?3, ?4)")?
                    .execute(params![row.id, timeline.seq, FOLD, card])?;
            }
            self.connection.execute_batch("COMMIT")
        };
        let stored = store();
        if stored.is_err() {
            let _ = self.connection.execute_batch("ROLLBACK");
        }
        stored.map_err(|error| write_error(&error))
    }

    /// Forgets what only pruned events told of, and removes the pictures that nothing tells of any more. Those that a timeline may
    /// hold stay: it outlives its events.
    pub(super) fn sweep_media(&mut self, media: &Media) -> Result<u64, JournalError> {
        self.connection
            .execute(
                "DELETE FROM media WHERE (workflow, name) IN (SELECT workflow, name FROM \
                 (SELECT workflow, name, seq, first, rank() OVER (PARTITION BY workflow ORDER BY seq DESC) AS place \
                 FROM media JOIN workflows ON id = workflow) WHERE seq < first AND place > ?1)",
                [seen_picture::NEWEST as i64],
            )
            .map_err(|error| write_error(&error))?;
        let swept = media.sweep(|name| -> Result<bool, std::io::Error> {
            self.connection
                .prepare_cached("SELECT 1 FROM media WHERE name = ?1")
                .and_then(|mut find| find.exists([name.as_str()]))
                .map_err(std::io::Error::other)
        });
        swept.map_err(|error| JournalError::Write(format!("a picture cannot be removed: {error}")))
    }

    pub(super) fn close(&mut self) -> Result<(), JournalError> {
        let close = || -> rusqlite::Result<()> {
            self.connection
                .execute("UPDATE meta SET value = '1' WHERE name = 'clean'", [])?;
            self.connection
                .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
        };
        close().map_err(|error| write_error(&error))
    }
}
