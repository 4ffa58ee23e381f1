//! Looking up what a transaction needs to know, each time for as much as can be foreseen.
//!
//! What is foreseen wrongly is looked up again when a rule asks for it, so this decides only how often the engine is asked.

use std::collections::HashSet;
use std::collections::hash_map::Entry;

use super::engine::{Engine, Owner, WorkflowId};
use super::state::State;
use super::transaction::Transaction;
use crate::{JournalError, Prepared, PreparedBatch, PreparedEvent};
use domain::adw_id::AdwId;
use domain::event::Kind;
use draft::Attribution;
use draft::key::Key;

/// The events of a draft.
fn events(draft: &Prepared) -> &[PreparedEvent] {
    match draft {
        Prepared::Event(event) | Prepared::Imported(_, event) => std::slice::from_ref(event),
        Prepared::Hook(hook) => &hook.events,
        Prepared::State(_) => &[],
    }
}

/// The workflow that a draft names.
fn named(draft: &Prepared) -> Option<&AdwId> {
    match draft {
        Prepared::State(new) => Some(&new.adw_id),
        Prepared::Event(_) | Prepared::Imported(..) | Prepared::Hook(_) => {
            events(draft).first().map(|event| &event.new.event.adw_id)
        }
    }
}

fn session(draft: &Prepared) -> Option<&str> {
    match draft {
        Prepared::State(new) => new.session_id.as_deref(),
        Prepared::Event(_) | Prepared::Imported(..) | Prepared::Hook(_) => {
            events(draft).first()?.new.event.session_id.as_deref()
        }
    }
}

impl<E: Engine> Transaction<'_, E> {
    /// Looks up what batches may need.
    pub(super) fn fetch(&mut self, batches: &[PreparedBatch]) -> Result<(), JournalError> {
        let drafts = || batches.iter().flat_map(|batch| &batch.drafts);
        let tails = batches.iter().flat_map(|batch| &batch.tails);
        self.fetch_workflows(drafts().filter_map(named).chain(tails.map(|tail| &tail.adw_id)))?;
        self.fetch_owners(drafts().filter_map(session))?;
        let (mut keys, mut states, mut imported) = (Vec::new(), Vec::new(), Vec::new());
        let (mut taught, mut awaited) = (Vec::new(), Vec::new());
        for draft in drafts() {
            let place = self.place(draft);
            if let Some(session) = session(draft) {
                if self.may_wait(draft, session) {
                    let first = events(draft).iter().filter_map(|event| event.new.keys.first());
                    awaited.extend(first.map(|key| (session, *key)));
                } else if place.is_none() || self.owner_of(session).map(|owner| owner.workflow) != place {
                    taught.push(session);
                }
            }
            let Some(workflow) = place else { continue };
            for event in events(draft) {
                keys.extend(event.new.keys.iter().map(|key| (workflow, *key)));
            }
            match draft {
                Prepared::Event(_) | Prepared::Hook(_) => {}
                Prepared::State(new) => {
                    states.push(workflow);
                    keys.extend(new.keys.iter().map(|key| (workflow, *key)));
                }
                Prepared::Imported(seq, event) => {
                    let text = event.whole(*seq);
                    let key = Key::exported(*seq, &text);
                    keys.push((workflow, key));
                    imported.push((workflow, *seq, text, key));
                    if event.new.event.kind == Kind::AgentStateUpdate {
                        states.push(workflow);
                    }
                }
            }
        }
        self.fetch_keys(keys)?;
        self.fetch_states(states)?;
        self.fetch_waiting(taught)?;
        self.fetch_awaited(awaited)?;
        self.fetch_held(&imported)
    }

    /// Where a draft will probably be recorded, if that workflow exists.
    fn place(&self, draft: &Prepared) -> Option<WorkflowId> {
        let named = || self.known.id(named(draft)?);
        let Prepared::Hook(hook) = draft else { return named() };
        let owner = session(draft).and_then(|session| self.owner_of(session));
        let owner = owner.map(|owner| owner.workflow);
        match hook.attribution {
            Attribution::Named => named(),
            Attribution::Supposed => owner.or_else(named),
            Attribution::Unknown => owner,
        }
    }

    /// Whether the events of a draft may have to wait: for their workflow, or for a stream.
    fn may_wait(&self, draft: &Prepared, session: &str) -> bool {
        let Prepared::Hook(hook) = draft else { return false };
        match self.owner_of(session) {
            Some(owner) => owner.streams,
            None => hook.attribution == Attribution::Unknown,
        }
    }

    fn owner_of(&self, session: &str) -> Option<&Owner> {
        self.known.owner(session)?.as_ref()
    }

    pub(super) fn fetch_workflows<'b>(
        &mut self,
        adw_ids: impl IntoIterator<Item = &'b AdwId>,
    ) -> Result<(), JournalError> {
        let is_new = |adw_id: &&AdwId| !self.known.is_looked_up(adw_id);
        let missing = distinct(adw_ids.into_iter().filter(is_new));
        if missing.is_empty() {
            return Ok(());
        }
        let found = self.engine.workflows(&missing)?;
        for (adw_id, found) in missing.into_iter().zip(found) {
            self.known.take(adw_id, found);
        }
        Ok(())
    }

    pub(super) fn fetch_owners<'b>(&mut self, sessions: impl IntoIterator<Item = &'b str>) -> Result<(), JournalError> {
        let is_new = |session: &&str| self.known.owner(session).is_none();
        let missing = distinct(sessions.into_iter().filter(is_new));
        if missing.is_empty() {
            return Ok(());
        }
        let found = self.engine.owners(&missing)?;
        for (session, found) in missing.into_iter().zip(found) {
            let owner = found.map(|(owner, workflow)| {
                self.known.take_workflow(workflow);
                owner
            });
            self.known.take_owner(session, owner);
        }
        Ok(())
    }

    /// A workflow that begins in this transaction has no keys.
    pub(super) fn fetch_keys(&mut self, keys: impl IntoIterator<Item = (WorkflowId, Key)>) -> Result<(), JournalError> {
        let keys = keys.into_iter();
        self.keys.reserve(keys.size_hint().0);
        let mut missing = Vec::new();
        for key in keys {
            if let Entry::Vacant(place) = self.keys.entry(key) {
                place.insert(None);
                if self.known.stored_head(key.0).is_some() {
                    missing.push(key);
                }
            }
        }
        if missing.is_empty() {
            return Ok(());
        }
        let found = self.engine.keys(&missing)?;
        let known = missing.into_iter().zip(found).filter(|(_, seq)| seq.is_some());
        self.keys.extend(known);
        Ok(())
    }

    pub(super) fn fetch_states(&mut self, workflows: impl IntoIterator<Item = WorkflowId>) -> Result<(), JournalError> {
        let is_new =
            |workflow: &WorkflowId| !self.states.contains_key(workflow) && self.known.stored_head(*workflow).is_some();
        let missing = distinct(workflows.into_iter().filter(is_new));
        if missing.is_empty() {
            return Ok(());
        }
        let found = self.engine.documents(&missing)?;
        let states = found.into_iter().map(|row| row.as_ref().map(State::read));
        self.states.extend(missing.into_iter().zip(states));
        Ok(())
    }

    pub(super) fn fetch_waiting<'b>(
        &mut self,
        sessions: impl IntoIterator<Item = &'b str>,
    ) -> Result<(), JournalError> {
        let is_new = |session: &&str| !self.waiting.contains_key(*session);
        let missing = distinct(sessions.into_iter().filter(is_new));
        if missing.is_empty() {
            return Ok(());
        }
        let found = self.engine.waiting(&missing)?;
        let none = missing.into_iter().map(|session| (session.to_owned(), Vec::new()));
        self.waiting.extend(none);
        for waiting in found {
            self.waiting.entry(waiting.session.clone()).or_default().push(waiting);
        }
        Ok(())
    }

    pub(super) fn fetch_awaited<'b>(
        &mut self,
        keys: impl IntoIterator<Item = (&'b str, Key)>,
    ) -> Result<(), JournalError> {
        let is_new = |(session, key): &(&str, Key)| !self.awaited.contains_key(&((*session).to_owned(), *key));
        let missing = distinct(keys.into_iter().filter(is_new));
        if missing.is_empty() {
            return Ok(());
        }
        let found = self.engine.awaits(&missing)?;
        let keys = missing.into_iter().map(|(session, key)| (session.to_owned(), key));
        self.awaited.extend(keys.zip(found));
        Ok(())
    }

    /// Events of exports whose number is given already: workflow, seq, text and the key of both.
    fn fetch_held(&mut self, imported: &[(WorkflowId, u64, String, Key)]) -> Result<(), JournalError> {
        let is_given = |(workflow, seq, ..): &&(WorkflowId, u64, String, Key)| {
            self.known.stored_head(*workflow).is_some_and(|head| *seq <= head)
        };
        let given: Vec<_> = imported.iter().filter(is_given).collect();
        if given.is_empty() {
            return Ok(());
        }
        let texts: Vec<_> = given
            .iter()
            .map(|(workflow, seq, text, _)| (*workflow, *seq, text.as_str()))
            .collect();
        let held = self.engine.holds(&texts)?;
        let held = given.iter().zip(held).filter(|(_, is_held)| *is_held);
        self.held
            .extend(held.map(|((workflow, _, _, key), _)| (*workflow, *key)));
        Ok(())
    }
}

/// Each once, in their order.
fn distinct<T: Copy + Eq + std::hash::Hash>(all: impl Iterator<Item = T>) -> Vec<T> {
    let mut seen = HashSet::new();
    all.filter(|one| seen.insert(*one)).collect()
}
