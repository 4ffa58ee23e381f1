//! One transaction: finds duplicates, numbers what is new, and gathers what is to be written.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::attribution::Learned;
use super::engine::{DocumentRow, Engine, LastIds, Numbered, TailRow, Waiting, WorkflowId, WriteSet};
use super::known::Known;
use super::state::State;
use crate::{DraftSpan, JournalError, Outcome, Prepared, PreparedBatch, PreparedEvent, Stored, Tail, encode};
use domain::adw_id::AdwId;
use draft::key::Key;

/// See the module. What it knows of the store is what was looked up, taken on by what it has decided since.
pub(super) struct Transaction<'a, E> {
    pub(super) engine: &'a mut E,
    pub(super) known: &'a mut Known,
    /// The seq of each key that was looked up or given; none if it is new.
    pub(super) keys: HashMap<(WorkflowId, Key), Option<u64>>,
    /// The events of exports that the store holds just so, by the key of what they are.
    pub(super) held: HashSet<(WorkflowId, Key)>,
    pub(super) states: HashMap<WorkflowId, Option<State>>,
    /// What the store holds that waits for the workflow of a session, until it is moved.
    pub(super) waiting: HashMap<String, Vec<Waiting>>,
    /// Whether an event of a session waits, by its first key.
    pub(super) awaited: HashMap<(String, Key), bool>,
    /// What it has learned of sessions, and not yet acted upon.
    pub(super) learned: Vec<Learned>,
    pub(super) changes: WriteSet,
}

/// What became of a batch, whose events stand together among those of the transaction.
pub(super) struct Recorded {
    pub(super) outcomes: Vec<Outcome>,
    pub(super) events: usize,
}

impl<'a, E: Engine> Transaction<'a, E> {
    pub(super) fn new(engine: &'a mut E, known: &'a mut Known) -> Self {
        Self {
            engine,
            known,
            keys: HashMap::new(),
            held: HashSet::new(),
            states: HashMap::new(),
            waiting: HashMap::new(),
            awaited: HashMap::new(),
            learned: Vec::new(),
            changes: WriteSet::default(),
        }
    }

    pub(super) fn append(&mut self, batches: Vec<PreparedBatch>) -> Result<Vec<Recorded>, JournalError> {
        self.fetch(&batches)?;
        let mut recorded = Vec::with_capacity(batches.len());
        for batch in batches {
            let before = self.changes.events.len();
            let mut outcomes = Vec::with_capacity(batch.drafts.len());
            for draft in batch.drafts {
                outcomes.push(self.append_draft(draft)?);
            }
            let mut tails = batch.tails;
            for (at, known) in DraftSpan::known(&batch.spans, &outcomes) {
                if let Some(tail) = tails.get_mut(at) {
                    tail.lines.known += known;
                }
            }
            for tail in tails {
                self.store_tail(tail)?;
            }
            let events = self.changes.events.len() - before;
            recorded.push(Recorded { outcomes, events });
        }
        Ok(recorded)
    }

    fn append_draft(&mut self, draft: Prepared) -> Result<Outcome, JournalError> {
        let outcome = match draft {
            Prepared::Hook(hook) => return self.append_hook(hook),
            Prepared::Event(prepared) => self.append_event(prepared)?,
            Prepared::State(new) => self.append_state(new)?,
            Prepared::Imported(seq, prepared) => self.append_imported(seq, prepared)?,
        };
        self.act_upon_learned()?;
        Ok(outcome)
    }

    pub(super) fn append_event(&mut self, prepared: PreparedEvent) -> Result<Outcome, JournalError> {
        let workflow = self.workflow(&prepared.new.event.adw_id)?;
        if self.claim(workflow, &prepared.new.keys)? {
            self.number(workflow, prepared)
        } else {
            Ok(Outcome::Duplicate)
        }
    }

    /// Gives the event the next number of the workflow. Its keys were looked up.
    pub(super) fn number(&mut self, workflow: WorkflowId, prepared: PreparedEvent) -> Result<Outcome, JournalError> {
        let touched = self.known.touch(workflow)?;
        touched.head += 1;
        let seq = touched.head;
        let mut event = prepared.new.event;
        event.seq = seq;
        let whole = |(before, after): (String, String)| format!("{before}{seq}{after}");
        for key in prepared.new.keys {
            self.give(workflow, key, seq);
        }
        for name in prepared.media {
            self.changes.references.insert((workflow, name), seq);
        }
        self.note_session(workflow, &event)?;
        self.changes.events.push(Numbered {
            workflow,
            stored: Stored {
                event,
                text: Arc::from(whole(prepared.text)),
            },
            body: prepared.body.map(whole),
        });
        Ok(Outcome::Recorded(seq))
    }

    /// Whether no key is known. If one is, the others are stored with it, so that a third copy is found by any of them.
    pub(super) fn claim(&mut self, workflow: WorkflowId, keys: &[Key]) -> Result<bool, JournalError> {
        self.fetch_keys(keys.iter().map(|key| (workflow, *key)))?;
        let known = |key: &Key| self.keys.get(&(workflow, *key)).copied().flatten();
        let Some(seq) = keys.iter().find_map(known) else {
            return Ok(true);
        };
        if keys.len() > 1 {
            for key in keys {
                self.give(workflow, *key, seq);
            }
        }
        Ok(false)
    }

    /// Makes a key that was looked up known, where it is not.
    fn give(&mut self, workflow: WorkflowId, key: Key, seq: u64) {
        let known = self.keys.entry((workflow, key)).or_default();
        if known.is_none() {
            *known = Some(seq);
            self.changes.keys.push((workflow, key, seq));
        }
    }

    /// The workflow, which begins here if there is none.
    pub(super) fn workflow(&mut self, adw_id: &AdwId) -> Result<WorkflowId, JournalError> {
        if let Some(id) = self.existing(adw_id)? {
            return Ok(id);
        }
        let last = self.last_ids()?;
        last.workflow += 1;
        let id = WorkflowId(last.workflow);
        self.known.make(id, adw_id);
        Ok(id)
    }

    /// The workflow, if there is one.
    pub(super) fn existing(&mut self, adw_id: &AdwId) -> Result<Option<WorkflowId>, JournalError> {
        self.fetch_workflows([adw_id])?;
        Ok(self.known.id(adw_id))
    }

    /// The ledger numbers workflows and what waits, because rows refer to them before they are written.
    pub(super) fn last_ids(&mut self) -> Result<&mut LastIds, JournalError> {
        let last = match self.known.last {
            Some(last) => last,
            None => self.engine.last_ids()?,
        };
        Ok(self.known.last.insert(last))
    }

    fn store_tail(&mut self, tail: Tail) -> Result<(), JournalError> {
        let row = TailRow {
            workflow: self.workflow(&tail.adw_id)?,
            offset: tail.offset,
            text: encode::text("how far a file was read", &tail)?,
        };
        self.changes.tails.insert((tail.path, tail.run), row);
        Ok(())
    }

    /// All that it changes.
    pub(super) fn finish(mut self) -> Result<WriteSet, JournalError> {
        self.known.tell(&mut self.changes);
        for (workflow, state) in self.states {
            if let Some(state) = state.filter(|state| state.is_changed) {
                let row = DocumentRow {
                    text: encode::text("a state document", &state.document)?.into(),
                    read_at: state.read_at,
                };
                self.changes.documents.insert(workflow, row);
            }
        }
        Ok(self.changes)
    }
}
