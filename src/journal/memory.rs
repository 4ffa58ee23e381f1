//! An engine that holds all in memory, for the laws: what they say of it and of SQLite alike is said of the ledger.
//!
//! It refuses a row that stands there already, as the tables of a database do. A transaction works on a copy.

mod reader;

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::ledger::engine::{
    CheckpointRow, DocumentRow, Due, Engine, LastIds, Owner, TailRow, Waiting, Workflow, WorkflowId, WriteSet,
};
use super::{Indexer, JournalError, Reader};
use crate::media::Media;
use domain::adw_id::AdwId;
use domain::media_name::MediaName;
use draft::key::Key;
use reader::MemoryReader;

/// What is stored.
#[derive(Clone, Default)]
struct Tables {
    workflows: BTreeMap<WorkflowId, Workflow>,
    /// Wire texts, and those with whole payloads.
    events: BTreeMap<(WorkflowId, u64), (Arc<str>, Option<String>)>,
    keys: BTreeMap<(WorkflowId, Key), u64>,
    references: BTreeMap<(WorkflowId, MediaName), u64>,
    owners: BTreeMap<String, Owner>,
    documents: BTreeMap<WorkflowId, DocumentRow>,
    tails: BTreeMap<(String, u32), TailRow>,
    waiting: BTreeMap<i64, Waiting>,
    checkpoints: BTreeMap<WorkflowId, CheckpointRow>,
}

type Shared = Arc<Mutex<Tables>>;

/// See the module.
pub(super) struct MemoryEngine {
    /// What readers see.
    committed: Shared,
    tables: Tables,
    media: Media,
}

impl MemoryEngine {
    /// Its pictures would lie in the folder.
    pub(super) fn new(media: PathBuf) -> Self {
        Self {
            committed: Shared::default(),
            tables: Tables::default(),
            media: Media::open(media).expect("a folder that need not exist"),
        }
    }
}

fn lock(shared: &Shared) -> MutexGuard<'_, Tables> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

fn stands_already() -> JournalError {
    JournalError::Write("a row stands there already".into())
}

/// Adds rows that must not be there.
fn add<K: Ord, V>(table: &mut BTreeMap<K, V>, rows: impl IntoIterator<Item = (K, V)>) -> Result<(), JournalError> {
    for (key, row) in rows {
        if table.insert(key, row).is_some() {
            return Err(stands_already());
        }
    }
    Ok(())
}

impl Tables {
    fn write(&mut self, changes: &WriteSet) -> Result<(), JournalError> {
        let new = changes.new_workflows.iter().cloned();
        add(&mut self.workflows, new.map(|workflow| (workflow.id, workflow)))?;
        for (workflow, seqs) in &changes.removed {
            self.events.retain(|(of, seq), _| of != workflow || !seqs.contains(seq));
        }
        let events = changes.events.iter().map(|row| {
            let texts = (Arc::clone(&row.stored.text), row.body.clone());
            ((row.workflow, row.stored.event.seq), texts)
        });
        add(&mut self.events, events)?;
        let keys = changes
            .keys
            .iter()
            .map(|(workflow, key, seq)| ((*workflow, *key), *seq));
        add(&mut self.keys, keys)?;
        self.references.extend(changes.references.clone());
        self.owners.extend(changes.owners.clone());
        self.documents.extend(changes.documents.clone());
        self.tails.extend(changes.tails.clone());
        for id in &changes.ended {
            self.waiting.remove(id);
        }
        for (id, workflow) in &changes.assigned {
            if let Some(waiting) = self.waiting.get_mut(id) {
                waiting.workflow = Some(*workflow);
            }
        }
        let is_awaited = |new: &Waiting| new.keys.first().is_some_and(|key| self.is_awaited(&new.session, *key));
        if changes.waiting.values().any(is_awaited) {
            return Err(stands_already());
        }
        add(&mut self.waiting, changes.waiting.clone())?;
        let checkpoints = changes.checkpoints.iter().cloned();
        self.checkpoints.extend(checkpoints.map(|row| (row.workflow, row)));
        let workflows = changes.workflows.iter().cloned();
        self.workflows.extend(workflows.map(|workflow| (workflow.id, workflow)));
        Ok(())
    }

    fn workflow(&self, adw_id: &AdwId) -> Option<&Workflow> {
        self.workflows.values().find(|workflow| workflow.adw_id == *adw_id)
    }

    fn owner(&self, session: &str) -> Option<(Owner, Workflow)> {
        let owner = self.owners.get(session)?;
        Some((owner.clone(), self.workflows.get(&owner.workflow)?.clone()))
    }

    fn is_awaited(&self, session: &str, key: Key) -> bool {
        self.waiting
            .values()
            .any(|waiting| waiting.session == session && waiting.keys.first() == Some(&key))
    }

    fn is_held(&self, workflow: WorkflowId, seq: u64, text: &str) -> bool {
        let held = self.events.get(&(workflow, seq));
        held.is_some_and(|(wire, body)| body.as_deref().unwrap_or(wire) == text)
    }
}

impl Engine for MemoryEngine {
    fn epoch(&self) -> &str {
        "memory"
    }

    fn begin(&mut self) -> Result<(), JournalError> {
        Ok(())
    }

    fn commit(&mut self) -> Result<(), JournalError> {
        lock(&self.committed).clone_from(&self.tables);
        Ok(())
    }

    fn roll_back(&mut self) {
        self.tables.clone_from(&lock(&self.committed));
    }

    fn last_ids(&mut self) -> Result<LastIds, JournalError> {
        let last = self.tables.workflows.keys().next_back();
        Ok(LastIds {
            workflow: last.map_or(0, |id| id.0),
            waiting: self.tables.waiting.keys().next_back().copied().unwrap_or(0),
        })
    }

    fn workflows(&mut self, adw_ids: &[&AdwId]) -> Result<Vec<Option<Workflow>>, JournalError> {
        Ok(adw_ids
            .iter()
            .map(|adw_id| self.tables.workflow(adw_id).cloned())
            .collect())
    }

    fn owners(&mut self, sessions: &[&str]) -> Result<Vec<Option<(Owner, Workflow)>>, JournalError> {
        Ok(sessions.iter().map(|session| self.tables.owner(session)).collect())
    }

    fn keys(&mut self, keys: &[(WorkflowId, Key)]) -> Result<Vec<Option<u64>>, JournalError> {
        Ok(keys.iter().map(|key| self.tables.keys.get(key).copied()).collect())
    }

    fn holds(&mut self, texts: &[(WorkflowId, u64, &str)]) -> Result<Vec<bool>, JournalError> {
        let held = texts
            .iter()
            .map(|(workflow, seq, text)| self.tables.is_held(*workflow, *seq, text));
        Ok(held.collect())
    }

    fn documents(&mut self, workflows: &[WorkflowId]) -> Result<Vec<Option<DocumentRow>>, JournalError> {
        let found = workflows
            .iter()
            .map(|workflow| self.tables.documents.get(workflow).cloned());
        Ok(found.collect())
    }

    fn awaits(&mut self, keys: &[(&str, Key)]) -> Result<Vec<bool>, JournalError> {
        let found = keys.iter().map(|(session, key)| self.tables.is_awaited(session, *key));
        Ok(found.collect())
    }

    fn waiting(&mut self, sessions: &[&str]) -> Result<Vec<Waiting>, JournalError> {
        let is_meant = |waiting: &&Waiting| waiting.workflow.is_none() && sessions.contains(&waiting.session.as_str());
        Ok(self.tables.waiting.values().filter(is_meant).cloned().collect())
    }

    fn due_sessions(&mut self, due: &Due, at_most: usize) -> Result<Vec<String>, JournalError> {
        let unknown = self
            .tables
            .waiting
            .values()
            .filter(|waiting| waiting.workflow.is_none());
        let mut sessions = Vec::new();
        for waiting in unknown.filter(|waiting| due.holds(waiting.since)) {
            if !sessions.contains(&waiting.session) {
                sessions.push(waiting.session.clone());
            }
        }
        sessions.truncate(at_most);
        Ok(sessions)
    }

    fn due_copies(&mut self, due: &Due, at_most: usize) -> Result<Vec<(Waiting, Workflow)>, JournalError> {
        let due = self.tables.waiting.values().filter(|waiting| due.holds(waiting.since));
        let copies = due.filter_map(|waiting| {
            let workflow = self.tables.workflows.get(&waiting.workflow?)?;
            Some((waiting.clone(), workflow.clone()))
        });
        Ok(copies.take(at_most).collect())
    }

    fn folded(&mut self, workflows: &[WorkflowId]) -> Result<Vec<Option<u64>>, JournalError> {
        let stored = workflows.iter().map(|workflow| self.tables.checkpoints.get(workflow));
        Ok(stored.map(|row| row.map(|row| row.seq)).collect())
    }

    fn each_event(
        &mut self,
        workflow: WorkflowId,
        seqs: RangeInclusive<u64>,
        see: &mut dyn FnMut(&str, u64) -> bool,
    ) -> Result<(), JournalError> {
        for seq in seqs {
            if let Some((text, body)) = self.tables.events.get(&(workflow, seq))
                && !see(text, body.as_ref().map_or(0, |body| body.len() as u64))
            {
                break;
            }
        }
        Ok(())
    }

    fn write(&mut self, changes: &WriteSet) -> Result<(), JournalError> {
        self.tables.write(changes)
    }

    fn forget_references(&mut self, newest: usize) -> Result<(), JournalError> {
        for workflow in self.tables.workflows.values() {
            let of = self.tables.references.iter().filter(|((of, _), _)| *of == workflow.id);
            let mut seqs: Vec<u64> = of.map(|(_, seq)| *seq).collect();
            seqs.sort_unstable_by(|a, b| b.cmp(a));
            let oldest = newest
                .checked_sub(1)
                .and_then(|last| seqs.get(last))
                .copied()
                .unwrap_or(0);
            self.tables
                .references
                .retain(|(of, _), seq| *of != workflow.id || *seq >= workflow.first || *seq >= oldest);
        }
        self.commit()
    }

    fn are_referenced(&mut self, names: &[MediaName]) -> Result<Vec<bool>, JournalError> {
        let is_referenced = |name: &MediaName| self.tables.references.keys().any(|(_, known)| known == name);
        Ok(names.iter().map(is_referenced).collect())
    }

    fn used_bytes(&mut self) -> Result<u64, JournalError> {
        Ok(self.tables.events.values().map(|(text, _)| text.len() as u64).sum())
    }

    fn media(&self) -> Media {
        self.media.clone()
    }

    fn indexer(&self) -> Result<Box<dyn Indexer>, JournalError> {
        Ok(Box::new(NoIndex))
    }

    fn reader(&self) -> Result<Box<dyn Reader>, JournalError> {
        Ok(Box::new(MemoryReader::new(Arc::clone(&self.committed))))
    }

    fn close(&mut self) -> Result<(), JournalError> {
        Ok(())
    }
}

/// Its events are read one by one.
struct NoIndex;

impl Indexer for NoIndex {
    fn step(&mut self, _: u64) -> Result<bool, JournalError> {
        Ok(false)
    }
}
