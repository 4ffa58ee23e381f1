//! Filling the index that makes searches and filters quick: a second pass, in a file of its own beside the journal.
//!
//! A file of its own, because only one connection at a time can write to an SQLite file: here the writer of the journal waits
//! for no transaction of the index, and a full or damaged index costs no event. All of it is made of the journal's events and is
//! made again if it does not belong to them. How far it reaches is stored with what it holds, so a killed pass goes on there.

pub(super) mod facets;

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, params};
use xxhash_rust::xxh3::xxh3_64;

use super::{event_id, read_error, write_error};
use crate::ledger::engine::WorkflowId;
use crate::{Indexer, JournalError};
use domain::event::Event;
use domain::letters::lower;
use domain::level::Level;
use domain::search::each_text;
use facets::{BLOCK, Shape};

/// The file's format; a file of another is made anew.
const FORMAT: i64 = 1;
/// One transaction takes hardly more text than this, however few events that is; so long a stopping server waits for it.
const STEP_BYTES: usize = 2 * 1024 * 1024;

// The texts are in lower case already. They are not kept, and neither are the places in them: a search reads the events that
// hold all its groups of three letters and compares them itself, which needs a quarter of the room.
const SCHEMA: &str = "
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE reached (workflow INTEGER PRIMARY KEY, seq INTEGER NOT NULL, hash INTEGER NOT NULL);
CREATE TABLE pruned (workflow INTEGER PRIMARY KEY, seq INTEGER NOT NULL);
CREATE TABLE facets (id INTEGER PRIMARY KEY, shapes TEXT NOT NULL, places BLOB NOT NULL);
CREATE VIRTUAL TABLE texts USING fts5(text, content='', contentless_delete=1, detail=none, tokenize='trigram case_sensitive 1');
-- Every transaction leaves a list of its own for each group; merging them is most of the work, and less the later it is done.
INSERT INTO texts (texts, rank) VALUES ('automerge', 8);
";

/// The file's name beside the journal's.
pub(super) const NAME: &str = "search.db";

/// See the module.
pub(super) struct SqliteIndexer {
    index: Connection,
    /// For reading the journal.
    journal: Connection,
    /// The seq up to which each workflow is indexed.
    reached: HashMap<WorkflowId, u64>,
    /// The seq up to which each workflow was pruned, where it was.
    pruned: HashMap<WorkflowId, u64>,
    /// Workflows with events beyond, and their heads.
    waiting: VecDeque<(WorkflowId, u64)>,
    /// Workflows of which more was pruned in the journal, and up to where.
    outdated: VecDeque<(WorkflowId, u64)>,
    /// Held until the pass has ended, so that no second one begins meanwhile.
    _lock: Arc<File>,
}

impl SqliteIndexer {
    pub(super) fn open(
        directory: &Path,
        epoch: &str,
        journal: Connection,
        lock: Arc<File>,
    ) -> Result<Self, JournalError> {
        let path = directory.join(NAME);
        let index = match open(&path, epoch, &journal) {
            Ok(Some(index)) => index,
            Ok(None) | Err(_) => {
                tracing::info!(path = %path.display(), "the search index is made anew");
                for ending in ["", "-wal", "-shm"] {
                    let _ = std::fs::remove_file(directory.join(format!("{NAME}{ending}")));
                }
                let made = open(&path, epoch, &journal).map_err(write_error)?;
                made.ok_or_else(|| JournalError::Write(format!("{} is in the way", path.display())))?
            }
        };
        let reached = seqs(&index, "reached").map_err(read_error)?;
        let pruned = seqs(&index, "pruned").map_err(read_error)?;
        Ok(Self {
            index,
            journal,
            reached,
            pruned,
            waiting: VecDeque::new(),
            outdated: VecDeque::new(),
            _lock: lock,
        })
    }

    fn find_work(&mut self) -> rusqlite::Result<()> {
        let mut statement = self
            .journal
            .prepare_cached("SELECT id, first, head FROM workflows WHERE head > 0 ORDER BY id")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let (workflow, first, head): (WorkflowId, u64, u64) = (row.get(0)?, row.get(1)?, row.get(2)?);
            if self.reached.get(&workflow).copied().unwrap_or(0) < head {
                self.waiting.push_back((workflow, head));
            }
            if self.pruned.get(&workflow).copied().unwrap_or(0) + 1 < first {
                self.outdated.push_back((workflow, first - 1));
            }
        }
        Ok(())
    }

    /// Takes in what fits one transaction; the workflows and how far they are indexed then.
    fn take(&self, at_most: u64) -> rusqlite::Result<Vec<(WorkflowId, u64)>> {
        let mut room = Room {
            events: at_most,
            bytes: STEP_BYTES,
        };
        let mut taken = Vec::new();
        for (workflow, head) in &self.waiting {
            if room.is_used_up() {
                break;
            }
            let after = self.reached.get(workflow).copied().unwrap_or(0);
            let (to, shapes) = self.take_texts(*workflow, after, *head, &mut room)?;
            for block in facets::block_of(after + 1)..facets::block_of(to + 1) {
                self.take_facets(*workflow, block, &shapes)?;
            }
            taken.push((*workflow, to));
        }
        Ok(taken)
    }

    /// Up to where, and the shapes of those events.
    fn take_texts(
        &self,
        workflow: WorkflowId,
        after: u64,
        head: u64,
        room: &mut Room,
    ) -> rusqlite::Result<(u64, BTreeMap<u64, Shape>)> {
        let mut read = self.journal.prepare_cached(
            "SELECT events.id, events.text, bodies.text FROM events LEFT JOIN bodies ON bodies.id = events.id \
             WHERE events.id BETWEEN ?1 AND ?2 ORDER BY events.id",
        )?;
        let mut write = self
            .index
            .prepare_cached("INSERT INTO texts (rowid, text) VALUES (?1, ?2)")?;
        let mut rows = read.query([event_id(workflow, after + 1), event_id(workflow, head)])?;
        let (mut to, mut hash) = (head, 0);
        let mut shapes = BTreeMap::new();
        while let Some(row) = rows.next()? {
            let id: i64 = row.get(0)?;
            let text = row.get_ref(1)?.as_str()?;
            let event = serde_json::from_str::<Event>(text).ok();
            let searched = match row.get_ref(2)?.as_str_or_null()? {
                Some(body) => searched_text(serde_json::from_str(body).ok().as_ref()),
                None => searched_text(event.as_ref()),
            };
            write.execute(params![id, searched])?;
            to = (id - event_id(workflow, 0)).unsigned_abs();
            hash = fingerprint(text);
            shapes.extend(event.map(|event| (to, shape_of(event))));
            room.events = room.events.saturating_sub(1);
            room.bytes = room.bytes.saturating_sub(searched.len());
            if room.is_used_up() {
                break;
            }
        }
        self.index
            .prepare_cached("INSERT OR REPLACE INTO reached VALUES (?1, ?2, ?3)")?
            .execute(params![workflow, to, hash])?;
        Ok((to, shapes))
    }

    /// A block of which events are missing, because they were pruned before, has no row and is read one by one.
    /// One whose events were all read just now is not read again.
    fn take_facets(&self, workflow: WorkflowId, block: u64, known: &BTreeMap<u64, Shape>) -> rusqlite::Result<()> {
        let first = facets::first_of(block);
        let known: Vec<&Shape> = known.range(first..first + BLOCK).map(|(_, shape)| shape).collect();
        if known.len() as u64 == BLOCK {
            return self.store_facets(workflow, block, &known);
        }
        let mut read = self
            .journal
            .prepare_cached("SELECT text FROM events WHERE id BETWEEN ?1 AND ?2 ORDER BY id")?;
        let first = event_id(workflow, facets::first_of(block));
        let mut rows = read.query([first, first + BLOCK as i64 - 1])?;
        let mut shapes = Vec::with_capacity(BLOCK as usize);
        // Such a block began in the step before.
        while let Some(row) = rows.next()? {
            let Ok(event) = serde_json::from_str::<Event>(row.get_ref(0)?.as_str()?) else {
                return Ok(());
            };
            shapes.push(shape_of(event));
        }
        if shapes.len() as u64 == BLOCK {
            self.store_facets(workflow, block, &shapes.iter().collect::<Vec<_>>())?;
        }
        Ok(())
    }

    fn store_facets(&self, workflow: WorkflowId, block: u64, shapes: &[&Shape]) -> rusqlite::Result<()> {
        let unwritable = |error: serde_json::Error| rusqlite::Error::ToSqlConversionFailure(error.into());
        let (shapes, places) = facets::encode(shapes).map_err(unwritable)?;
        self.index
            .prepare_cached("INSERT OR REPLACE INTO facets VALUES (?1, ?2, ?3)")?
            .execute(params![event_id(workflow, block), shapes, places])?;
        Ok(())
    }
}

impl SqliteIndexer {
    /// Removes some of what was pruned in the journal; up to where.
    fn remove(&self, workflow: WorkflowId, pruned: u64, at_most: u64) -> rusqlite::Result<u64> {
        let from = self.pruned.get(&workflow).copied().unwrap_or(0) + 1;
        let to = pruned.min(from + at_most.max(1) - 1);
        let mut forget = self.index.prepare_cached("DELETE FROM texts WHERE rowid = ?1")?;
        for seq in from..=to {
            forget.execute([event_id(workflow, seq)])?;
        }
        self.index
            .prepare_cached("DELETE FROM facets WHERE id BETWEEN ?1 AND ?2")?
            .execute([event_id(workflow, 0), event_id(workflow, facets::block_of(to + 1)) - 1])?;
        self.index
            .prepare_cached("INSERT OR REPLACE INTO pruned VALUES (?1, ?2)")?
            .execute(params![workflow, to])?;
        Ok(to)
    }

    /// Does something in one transaction.
    fn whole<T>(&self, change: impl FnOnce(&Self) -> rusqlite::Result<T>) -> Result<T, JournalError> {
        let begin = self.index.execute_batch("BEGIN IMMEDIATE");
        let changed = begin.and_then(|()| change(self)).and_then(|changed| {
            self.index.execute_batch("COMMIT")?;
            Ok(changed)
        });
        changed.map_err(|error| {
            let _ = self.index.execute_batch("ROLLBACK");
            write_error(error)
        })
    }
}

impl Indexer for SqliteIndexer {
    fn step(&mut self, at_most: u64) -> Result<bool, JournalError> {
        if self.waiting.is_empty() && self.outdated.is_empty() {
            self.find_work().map_err(read_error)?;
        }
        if !self.waiting.is_empty() {
            let taken = self.whole(|indexer| indexer.take(at_most))?;
            self.reached.extend(taken);
            let reached = &self.reached;
            self.waiting
                .retain(|(workflow, head)| reached.get(workflow).is_none_or(|reached| reached < head));
            return Ok(true);
        }
        let Some((workflow, pruned)) = self.outdated.front().copied() else {
            return Ok(false);
        };
        let to = self.whole(|indexer| indexer.remove(workflow, pruned, at_most))?;
        self.pruned.insert(workflow, to);
        if to == pruned {
            self.outdated.pop_front();
        }
        Ok(true)
    }
}

/// What is left of a transaction.
struct Room {
    events: u64,
    bytes: usize,
}

impl Room {
    fn is_used_up(&self) -> bool {
        self.events == 0 || self.bytes == 0
    }
}

fn shape_of(event: Event) -> Shape {
    Shape {
        level: Level::of(&event),
        kind: event.kind,
        agent: event.agent,
    }
}

/// All that is searched in an event, as the index takes it. A text for it must not hold the character that ends texts in C.
fn searched_text(event: Option<&Event>) -> String {
    let mut searched = String::new();
    if let Some(event) = event {
        each_text(&event.payload, &mut |text| {
            searched.push_str(&as_indexed(text));
            searched.push('\n');
        });
    }
    searched
}

fn as_indexed(text: &str) -> String {
    lower(text).replace('\0', "\u{fffd}")
}

/// What the index must hold of an event that holds the text; none if the text is too short to tell.
pub(super) fn expression(needle: &str) -> Option<String> {
    /// More of them hardly leave fewer events, and each costs a list to go through.
    const MOST: usize = 24;
    let letters: Vec<char> = as_indexed(needle).chars().collect();
    let groups: Vec<String> = letters.windows(3).map(|group| group.iter().collect()).collect();
    let apart = groups.len().div_ceil(MOST).max(1);
    let mut chosen: Vec<String> = groups.into_iter().step_by(apart).collect();
    chosen.sort_unstable();
    chosen.dedup();
    let quoted: Vec<String> = chosen
        .iter()
        .map(|group| format!("\"{}\"", group.replace('"', "\"\"")))
        .collect();
    (!quoted.is_empty()).then(|| quoted.join(" AND "))
}

/// Opens the file or makes it; none if it is of another format or of other events than the journal's.
fn open(path: &Path, epoch: &str, journal: &Connection) -> rusqlite::Result<Option<Connection>> {
    let index = Connection::open(path)?;
    index.busy_timeout(std::time::Duration::from_secs(5))?;
    index.pragma_update(None, "journal_mode", "WAL")?;
    // What a loss of power takes back is indexed again.
    index.pragma_update(None, "synchronous", "NORMAL")?;
    index.pragma_update(None, "mmap_size", 0)?;
    // In KiB. Fewer checkpoints force less to the disk, and merging reads what was written lately.
    index.pragma_update(None, "cache_size", -8 * 1024)?;
    index.pragma_update(None, "wal_autocheckpoint", 4_000)?;
    let format: i64 = index.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    if format == 0 {
        index.execute_batch("BEGIN IMMEDIATE")?;
        index.execute_batch(SCHEMA)?;
        index.execute("INSERT INTO meta VALUES ('epoch', ?1)", [epoch])?;
        index.pragma_update(None, "user_version", FORMAT)?;
        index.execute_batch("COMMIT")?;
        return Ok(Some(index));
    }
    if format != FORMAT {
        return Ok(None);
    }
    let known: String = index.query_row("SELECT value FROM meta WHERE name = 'epoch'", [], |row| row.get(0))?;
    if known != epoch || !belongs(&index, journal)? {
        return Ok(None);
    }
    Ok(Some(index))
}

/// Whether the last events that were indexed are still those of the journal: somebody may have put back an older copy of it.
fn belongs(index: &Connection, journal: &Connection) -> rusqlite::Result<bool> {
    let mut find = journal.prepare("SELECT first, head FROM workflows WHERE id = ?1")?;
    let mut read = journal.prepare("SELECT text FROM events WHERE id = ?1")?;
    for (workflow, seq, hash) in positions(index)? {
        let range: Option<(u64, u64)> = find
            .query_row([workflow], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        let Some((first, head)) = range else { return Ok(false) };
        if seq > head {
            return Ok(false);
        }
        if seq >= first {
            let text: Option<String> = read.query_row([event_id(workflow, seq)], |row| row.get(0)).optional()?;
            if text.is_none_or(|text| fingerprint(&text) != hash) {
                return Ok(false);
            }
        }
    }
    Ok(true)
}

/// Workflow, seq and hash of the last event that was indexed.
fn positions(index: &Connection) -> rusqlite::Result<Vec<(WorkflowId, u64, i64)>> {
    let mut statement = index.prepare("SELECT workflow, seq, hash FROM reached")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    rows.collect()
}

fn seqs(index: &Connection, table: &str) -> rusqlite::Result<HashMap<WorkflowId, u64>> {
    let mut statement = index.prepare(&format!("SELECT workflow, seq FROM {table}"))?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    rows.collect()
}

fn fingerprint(text: &str) -> i64 {
    xxh3_64(text.as_bytes()).cast_signed()
}
