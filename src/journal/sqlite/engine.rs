//! SQLite as the ledger's engine: its verbs upon the one writing connection.

use std::fs::File;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::sync::Arc;

use rusqlite::Connection;

use super::index::{self, SqliteIndexer};
use super::read::SqliteReader;
use super::{lookup, read_error, read_only, write, write_error};
use crate::ledger::engine::{DocumentRow, Due, Engine, LastIds, Owner, Waiting, Workflow, WorkflowId, WriteSet};
use crate::media::Media;
use crate::{Indexer, JournalError, Reader};
use domain::adw_id::AdwId;
use domain::media_name::MediaName;
use draft::key::Key;

/// See the module.
pub struct SqliteEngine {
    pub(super) connection: Connection,
    pub(super) directory: PathBuf,
    pub(super) path: PathBuf,
    pub(super) epoch: String,
    pub(super) media: Media,
    /// Held as long as the journal is open, so that a second server is refused.
    pub(super) lock: Arc<File>,
}

impl SqliteEngine {
    /// Kept ready like all statements: a single push would pay for both ends of its transaction anew.
    fn run(&self, statement: &str) -> Result<(), JournalError> {
        let done = self
            .connection
            .prepare_cached(statement)
            .and_then(|mut run| run.execute([]));
        done.map(drop).map_err(write_error)
    }
}

impl Engine for SqliteEngine {
    fn epoch(&self) -> &str {
        &self.epoch
    }

    fn begin(&mut self) -> Result<(), JournalError> {
        self.run("BEGIN IMMEDIATE")
    }

    fn commit(&mut self) -> Result<(), JournalError> {
        self.run("COMMIT")
    }

    fn roll_back(&mut self) {
        // Where it fails, SQLite has rolled back by itself.
        let _ = self.connection.execute_batch("ROLLBACK");
    }

    fn last_ids(&mut self) -> Result<LastIds, JournalError> {
        lookup::last_ids(&self.connection).map_err(write_error)
    }

    fn workflows(&mut self, adw_ids: &[&AdwId]) -> Result<Vec<Option<Workflow>>, JournalError> {
        lookup::workflows(&self.connection, adw_ids).map_err(write_error)
    }

    fn owners(&mut self, sessions: &[&str]) -> Result<Vec<Option<(Owner, Workflow)>>, JournalError> {
        lookup::owners(&self.connection, sessions).map_err(write_error)
    }

    fn keys(&mut self, keys: &[(WorkflowId, Key)]) -> Result<Vec<Option<u64>>, JournalError> {
        lookup::keys(&self.connection, keys).map_err(write_error)
    }

    fn holds(&mut self, texts: &[(WorkflowId, u64, &str)]) -> Result<Vec<bool>, JournalError> {
        lookup::holds(&self.connection, texts).map_err(write_error)
    }

    fn documents(&mut self, workflows: &[WorkflowId]) -> Result<Vec<Option<DocumentRow>>, JournalError> {
        lookup::documents(&self.connection, workflows).map_err(write_error)
    }

    fn awaits(&mut self, keys: &[(&str, Key)]) -> Result<Vec<bool>, JournalError> {
        lookup::awaits(&self.connection, keys).map_err(write_error)
    }

    fn waiting(&mut self, sessions: &[&str]) -> Result<Vec<Waiting>, JournalError> {
        lookup::waiting(&self.connection, sessions).map_err(write_error)
    }

    fn due_sessions(&mut self, due: &Due, at_most: usize) -> Result<Vec<String>, JournalError> {
        lookup::due_sessions(&self.connection, due, at_most).map_err(write_error)
    }

    fn due_copies(&mut self, due: &Due, at_most: usize) -> Result<Vec<(Waiting, Workflow)>, JournalError> {
        lookup::due_copies(&self.connection, due, at_most).map_err(write_error)
    }

    fn folded(&mut self, workflows: &[WorkflowId]) -> Result<Vec<Option<u64>>, JournalError> {
        lookup::folded(&self.connection, workflows).map_err(write_error)
    }

    fn each_event(
        &mut self,
        workflow: WorkflowId,
        seqs: RangeInclusive<u64>,
        see: &mut dyn FnMut(&str, u64) -> bool,
    ) -> Result<(), JournalError> {
        lookup::each_event(&self.connection, workflow, &seqs, see).map_err(write_error)
    }

    fn write(&mut self, changes: &WriteSet) -> Result<(), JournalError> {
        write::changes(&self.connection, changes).map_err(write_error)
    }

    fn forget_references(&mut self, newest: usize) -> Result<(), JournalError> {
        write::forget_references(&self.connection, newest).map_err(write_error)
    }

    fn are_referenced(&mut self, names: &[MediaName]) -> Result<Vec<bool>, JournalError> {
        lookup::are_referenced(&self.connection, names).map_err(write_error)
    }

    fn used_bytes(&mut self) -> Result<u64, JournalError> {
        lookup::used_bytes(&self.connection).map_err(read_error)
    }

    fn media(&self) -> Media {
        self.media.clone()
    }

    fn indexer(&self) -> Result<Box<dyn Indexer>, JournalError> {
        let journal = read_only(&self.path).map_err(read_error)?;
        let indexer = SqliteIndexer::open(&self.directory, &self.epoch, journal, Arc::clone(&self.lock))?;
        Ok(Box::new(indexer))
    }

    fn reader(&self) -> Result<Box<dyn Reader>, JournalError> {
        let journal = read_only(&self.path).map_err(read_error)?;
        // Where there is no index, events are read one by one.
        let index = read_only(&self.directory.join(index::NAME)).ok();
        Ok(Box::new(SqliteReader::new(journal, index)))
    }

    fn close(&mut self) -> Result<(), JournalError> {
        write::close(&self.connection).map_err(write_error)
    }
}
