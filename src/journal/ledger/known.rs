//! What the ledger remembers of workflows and sessions from one transaction to the next, so that few are looked up twice.
//!
//! A failed transaction drops all of it, because it may be ahead of what is stored.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::engine::{LastIds, Owner, Workflow, WorkflowId, WriteSet};
use crate::JournalError;
use domain::adw_id::AdwId;

/// Workflows and sessions at work at once are few; the rest is found again.
const REMEMBERED: usize = 4_096;

/// See the module. Each is none where it was looked up and does not exist.
#[derive(Default)]
pub(super) struct Known {
    ids: HashMap<AdwId, Option<WorkflowId>>,
    workflows: HashMap<WorkflowId, Remembered>,
    sessions: HashMap<String, Option<Owner>>,
    /// Workflows that this transaction changes.
    touched: Vec<WorkflowId>,
    pub(super) last: Option<LastIds>,
}

struct Remembered {
    workflow: Workflow,
    /// The head as it is stored; none if the workflow is not.
    stored_head: Option<u64>,
    is_touched: bool,
}

impl Known {
    /// Forgets all at once where it has become too much; before a transaction, so that none loses what it decided.
    pub(super) fn evict(&mut self) {
        if self.ids.len() >= REMEMBERED || self.sessions.len() >= REMEMBERED {
            // An owner's workflow is remembered as long as the owner.
            *self = Self {
                last: self.last,
                ..Self::default()
            };
        }
    }

    pub(super) fn is_looked_up(&self, adw_id: &AdwId) -> bool {
        self.ids.contains_key(adw_id)
    }

    pub(super) fn id(&self, adw_id: &AdwId) -> Option<WorkflowId> {
        self.ids.get(adw_id).copied().flatten()
    }

    /// Takes in what was looked up.
    pub(super) fn take(&mut self, adw_id: &AdwId, found: Option<Workflow>) {
        self.ids.insert(adw_id.clone(), found.as_ref().map(|found| found.id));
        if let Some(workflow) = found {
            self.take_workflow(workflow);
        }
    }

    /// One that is known already may have gone on since.
    pub(super) fn take_workflow(&mut self, workflow: Workflow) {
        if let Entry::Vacant(place) = self.workflows.entry(workflow.id) {
            self.ids.insert(workflow.adw_id.clone(), Some(workflow.id));
            place.insert(Remembered {
                stored_head: Some(workflow.head),
                workflow,
                is_touched: false,
            });
        }
    }

    /// Begins a workflow.
    pub(super) fn make(&mut self, id: WorkflowId, adw_id: &AdwId) {
        self.ids.insert(adw_id.clone(), Some(id));
        let workflow = Workflow {
            id,
            adw_id: adw_id.clone(),
            first: 1,
            head: 0,
        };
        let remembered = Remembered {
            workflow,
            stored_head: None,
            is_touched: true,
        };
        self.workflows.insert(id, remembered);
        self.touched.push(id);
    }

    /// A workflow whose id was told.
    pub(super) fn workflow(&self, id: WorkflowId) -> Result<&Workflow, JournalError> {
        let remembered = self.workflows.get(&id).ok_or_else(|| missing(id))?;
        Ok(&remembered.workflow)
    }

    /// The same, to be changed.
    pub(super) fn touch(&mut self, id: WorkflowId) -> Result<&mut Workflow, JournalError> {
        let remembered = self.workflows.get_mut(&id).ok_or_else(|| missing(id))?;
        if !remembered.is_touched {
            remembered.is_touched = true;
            self.touched.push(id);
        }
        Ok(&mut remembered.workflow)
    }

    /// Its newest event before this transaction; none of a workflow that began in it.
    pub(super) fn stored_head(&self, id: WorkflowId) -> Option<u64> {
        self.workflows.get(&id).and_then(|remembered| remembered.stored_head)
    }

    /// Where a session belongs; the outer option says whether it was looked up.
    pub(super) fn owner(&self, session: &str) -> Option<&Option<Owner>> {
        self.sessions.get(session)
    }

    pub(super) fn take_owner(&mut self, session: &str, owner: Option<Owner>) {
        self.sessions.insert(session.to_owned(), owner);
    }

    /// Adds the workflows that are new or have changed.
    pub(super) fn tell(&self, changes: &mut WriteSet) {
        for remembered in self.touched.iter().filter_map(|id| self.workflows.get(id)) {
            let list = match remembered.stored_head {
                Some(_) => &mut changes.workflows,
                None => &mut changes.new_workflows,
            };
            list.push(remembered.workflow.clone());
        }
    }

    /// All of it is stored now.
    pub(super) fn settle(&mut self) {
        for id in self.touched.drain(..) {
            if let Some(remembered) = self.workflows.get_mut(&id) {
                remembered.stored_head = Some(remembered.workflow.head);
                remembered.is_touched = false;
            }
        }
    }
}

/// Whoever tells an id tells its workflow, so this is a fault of the engine.
fn missing(WorkflowId(id): WorkflowId) -> JournalError {
    JournalError::Write(format!("workflow {id} is missing"))
}
