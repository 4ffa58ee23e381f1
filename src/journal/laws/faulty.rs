//! An engine that fails when it is told to: after so many verbs, and after a write what was written stands there to be taken back.

use std::ops::RangeInclusive;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::ledger::engine::{DocumentRow, Due, Engine, LastIds, Owner, Waiting, Workflow, WorkflowId, WriteSet};
use crate::media::Media;
use crate::{Indexer, JournalError, Reader};
use domain::adw_id::AdwId;
use domain::media_name::MediaName;
use draft::key::Key;

const NEVER: usize = usize::MAX;

/// When the engine fails.
#[derive(Clone)]
pub(super) struct Fault(Arc<AtomicUsize>);

impl Fault {
    pub(super) fn none() -> Self {
        Self(Arc::new(AtomicUsize::new(NEVER)))
    }

    /// Lets so many verbs pass.
    pub(super) fn after(&self, verbs: usize) {
        self.0.store(verbs, Ordering::Relaxed);
    }

    pub(super) fn never(&self) {
        self.after(NEVER);
    }

    fn count(&self) -> Result<(), JournalError> {
        match self.0.load(Ordering::Relaxed) {
            NEVER => Ok(()),
            0 => Err(JournalError::Full),
            left => {
                self.after(left - 1);
                Ok(())
            }
        }
    }
}

/// See the module.
pub(super) struct Faulty {
    pub(super) engine: Box<dyn Engine>,
    pub(super) fault: Fault,
}

impl Engine for Faulty {
    fn epoch(&self) -> &str {
        self.engine.epoch()
    }

    fn begin(&mut self) -> Result<(), JournalError> {
        self.fault.count()?;
        self.engine.begin()
    }

    fn commit(&mut self) -> Result<(), JournalError> {
        self.fault.count()?;
        self.engine.commit()
    }

    fn roll_back(&mut self) {
        self.engine.roll_back();
    }

    fn last_ids(&mut self) -> Result<LastIds, JournalError> {
        self.fault.count()?;
        self.engine.last_ids()
    }

    fn workflows(&mut self, adw_ids: &[&AdwId]) -> Result<Vec<Option<Workflow>>, JournalError> {
        self.fault.count()?;
        self.engine.workflows(adw_ids)
    }

    fn owners(&mut self, sessions: &[&str]) -> Result<Vec<Option<(Owner, Workflow)>>, JournalError> {
        self.fault.count()?;
        self.engine.owners(sessions)
    }

    fn keys(&mut self, keys: &[(WorkflowId, Key)]) -> Result<Vec<Option<u64>>, JournalError> {
        self.fault.count()?;
        self.engine.keys(keys)
    }

    fn holds(&mut self, texts: &[(WorkflowId, u64, &str)]) -> Result<Vec<bool>, JournalError> {
        self.fault.count()?;
        self.engine.holds(texts)
    }

    fn documents(&mut self, workflows: &[WorkflowId]) -> Result<Vec<Option<DocumentRow>>, JournalError> {
        self.fault.count()?;
        self.engine.documents(workflows)
    }

    fn awaits(&mut self, keys: &[(&str, Key)]) -> Result<Vec<bool>, JournalError> {
        self.fault.count()?;
        self.engine.awaits(keys)
    }

    fn waiting(&mut self, sessions: &[&str]) -> Result<Vec<Waiting>, JournalError> {
        self.fault.count()?;
        self.engine.waiting(sessions)
    }

    fn due_sessions(&mut self, due: &Due, at_most: usize) -> Result<Vec<String>, JournalError> {
        self.fault.count()?;
        self.engine.due_sessions(due, at_most)
    }

    fn due_copies(&mut self, due: &Due, at_most: usize) -> Result<Vec<(Waiting, Workflow)>, JournalError> {
        self.fault.count()?;
        self.engine.due_copies(due, at_most)
    }

    fn folded(&mut self, workflows: &[WorkflowId]) -> Result<Vec<Option<u64>>, JournalError> {
        self.fault.count()?;
        self.engine.folded(workflows)
    }

    fn each_event(
        &mut self,
        workflow: WorkflowId,
        seqs: RangeInclusive<u64>,
        see: &mut dyn FnMut(&str, u64) -> bool,
    ) -> Result<(), JournalError> {
        self.fault.count()?;
        self.engine.each_event(workflow, seqs, see)
    }

    fn write(&mut self, changes: &WriteSet) -> Result<(), JournalError> {
        self.engine.write(changes)?;
        self.fault.count()
    }

    fn forget_references(&mut self, newest: usize) -> Result<(), JournalError> {
        self.engine.forget_references(newest)
    }

    fn are_referenced(&mut self, names: &[MediaName]) -> Result<Vec<bool>, JournalError> {
        self.engine.are_referenced(names)
    }

    fn used_bytes(&mut self) -> Result<u64, JournalError> {
        self.engine.used_bytes()
    }

    fn media(&self) -> Media {
        self.engine.media()
    }

    fn indexer(&self) -> Result<Box<dyn Indexer>, JournalError> {
        self.engine.indexer()
    }

    fn reader(&self) -> Result<Box<dyn Reader>, JournalError> {
        self.engine.reader()
    }

    fn close(&mut self) -> Result<(), JournalError> {
        self.engine.close()
    }
}
