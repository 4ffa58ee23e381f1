//! To which workflow a hook belongs: learned from every event that knows its session, in that event's transaction.
//!
//! A hook that names no workflow is recorded where its session is known, and waits until it is (`waiting`). A session that stays
//! unknown gets a workflow of its own; if it turns out later to be part of another, what was recorded stays, because events never
//! change, and what follows goes there.

use super::engine::{Engine, Owner, WorkflowId};
use super::session_event;
use super::transaction::Transaction;
use crate::preview::prepare_event;
use crate::{JournalError, Outcome, PreparedEvent, PreparedHook};
use domain::adw_id::AdwId;
use domain::event::Event;
use draft::key::Key;
use draft::{Attribution, NewEvent};

/// A session that was unknown, or belonged elsewhere.
pub(super) struct Learned {
    session: String,
    /// The event that told.
    teller: Event,
    before: Option<WorkflowId>,
}

impl Owner {
    /// Whether the event says nothing that is not known.
    fn knows(&self, workflow: WorkflowId, event: &Event) -> bool {
        let knows_agent = event.agent.is_none() || self.agent == event.agent;
        self.workflow == workflow && knows_agent && (self.streams || event.run.is_none())
    }
}

impl<E: Engine> Transaction<'_, E> {
    /// Notes where the event's session belongs.
    pub(super) fn note_session(&mut self, workflow: WorkflowId, event: &Event) -> Result<(), JournalError> {
        let Some(session) = event.session_id.as_deref() else {
            return Ok(());
        };
        self.fetch_owners([session])?;
        let before = self.known.owner(session).and_then(Option::as_ref);
        if before.is_some_and(|owner| owner.knows(workflow, event)) {
            return Ok(());
        }
        let here = before.filter(|owner| owner.workflow == workflow);
        let owner = Owner {
            workflow,
            agent: event.agent.clone().or_else(|| here?.agent.clone()),
            // Only what was read off a stream knows its run.
            streams: event.run.is_some() || here.is_some_and(|owner| owner.streams),
        };
        let before = before.map(|owner| owner.workflow);
        self.changes.owners.insert(session.to_owned(), owner.clone());
        self.known.take_owner(session, Some(owner));
        if before != Some(workflow) {
            self.learned.push(Learned {
                session: session.to_owned(),
                teller: event.clone(),
                before,
            });
        }
        Ok(())
    }

    /// Acts upon what the last event taught: what waits for its session is moved.
    pub(super) fn act_upon_learned(&mut self) -> Result<(), JournalError> {
        while let Some(Learned {
            session,
            teller,
            before,
        }) = self.learned.pop()
        {
            let alone = AdwId::of_session(&session);
            if before.is_some() && alone != teller.adw_id && before == self.existing(&alone)? {
                let moved_on = NewEvent {
                    event: session_event::moved_on(&teller, alone),
                    keys: Vec::new(),
                };
                self.append_event(prepare_event(moved_on)?)?;
            }
            self.move_waiting(&session, &teller.adw_id)?;
        }
        Ok(())
    }

    /// Records a hook's events where they belong, or stores them until that is known or the stream has had its say.
    pub(super) fn append_hook(&mut self, hook: PreparedHook) -> Result<Outcome, JournalError> {
        let session = hook.events.first().and_then(|first| first.new.event.session_id.clone());
        let owner = match &session {
            Some(session) => self.owner(session)?,
            None => None,
        };
        let found = match (hook.attribution, &owner) {
            (Attribution::Supposed | Attribution::Unknown, Some(owner)) => {
                Some(self.known.workflow(owner.workflow)?.adw_id.clone())
            }
            (Attribution::Named | Attribution::Supposed, _) | (Attribution::Unknown, None) => None,
        };
        let is_unknown = hook.attribution == Attribution::Unknown && owner.is_none();
        let mut outcome = Outcome::Duplicate;
        for prepared in hook.events {
            if is_unknown {
                if !self.hold(None, hook.received, &prepared)? {
                    break;
                }
                outcome = Outcome::Waiting;
                continue;
            }
            let adw_id = found.as_ref().unwrap_or(&prepared.new.event.adw_id).clone();
            let workflow = self.workflow(&adw_id)?;
            let streams = owner
                .as_ref()
                .is_some_and(|owner| owner.workflow == workflow && owner.streams);
            if streams && session_event::is_copy(&prepared.new.event) {
                let is_new = self.claim(workflow, &prepared.new.keys)?;
                if is_new && self.hold(Some(workflow), hook.received, &prepared)? {
                    outcome = Outcome::Waiting;
                }
                continue;
            }
            let recorded = self.append_of_session(prepared, &adw_id)?;
            if outcome == Outcome::Duplicate {
                outcome = recorded;
            }
            self.act_upon_learned()?;
        }
        Ok(outcome)
    }

    /// Records an event of a session in a workflow, with the session's agent where it names none.
    pub(super) fn append_of_session(
        &mut self,
        prepared: PreparedEvent,
        adw_id: &AdwId,
    ) -> Result<Outcome, JournalError> {
        let event = &prepared.new.event;
        let is_alone = event.session_id.as_deref().map(AdwId::of_session).as_ref() == Some(adw_id);
        let agent = match (&event.agent, event.session_id.as_deref()) {
            (None, Some(session)) => {
                let workflow = self.workflow(adw_id)?;
                let owner = self.owner(session)?.filter(|owner| owner.workflow == workflow);
                owner.and_then(|owner| owner.agent)
            }
            (agent, _) => agent.clone(),
        };
        if event.adw_id == *adw_id && event.agent == agent && !is_alone {
            return self.append_event(prepared);
        }
        let Some(mut new) = read(&prepared.whole(0), prepared.new.keys.clone()) else {
            return self.append_event(prepared);
        };
        new.event.adw_id = adw_id.clone();
        new.event.agent = agent;
        if is_alone {
            session_event::stand_alone(&mut new.event);
        }
        self.append_event(prepare_event(new)?)
    }

    pub(super) fn owner(&mut self, session: &str) -> Result<Option<Owner>, JournalError> {
        self.fetch_owners([session])?;
        Ok(self.known.owner(session).cloned().flatten())
    }
}

/// Reads an event whose number is not known yet; none only if somebody else wrote into the journal.
pub(super) fn read(text: &str, keys: Vec<Key>) -> Option<NewEvent> {
    let event = serde_json::from_str(text).ok()?;
    Some(NewEvent { event, keys })
}
