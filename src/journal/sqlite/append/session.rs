//! Which workflow a session belongs to: learned from every event that knows its session, in that event's transaction.
//!
//! A hook that names no workflow is recorded where its session is known, and waits until it is (`waiting`). A session that stays
//! unknown gets a workflow of its own; if it turns out later to be part of another, what was recorded stays, because events never
//! change, and what follows goes there.

use std::collections::HashMap;

use rusqlite::{OptionalExtension, params};

use super::{Row, Writer};
use crate::preview::prepare_event;
use crate::{Outcome, PreparedEvent, PreparedHook, Stored};
use domain::adw_id::AdwId;
use domain::event::Event;
use draft::key::Key;
use draft::{Attribution, NewEvent};
use intake::push::hook;

/// Sessions that are remembered; a few are at work at once, and the rest is found again in the file.
const REMEMBERED: usize = 4_096;

/// What the writer remembers of sessions.
#[derive(Default)]
pub(super) struct Sessions {
    known: HashMap<String, Owner>,
    /// What this transaction has learned, and not yet acted upon.
    learned: Vec<Learned>,
}

/// Where a session belongs: to the workflow and the agent that told of it last.
#[derive(Clone)]
pub(super) struct Owner {
    pub(super) workflow: i64,
    agent: Option<String>,
    /// Whether a stream of that workflow tells of it.
    pub(super) streams: bool,
}

impl Owner {
    /// Whether the event says nothing that is not known.
    fn knows(&self, workflow: i64, event: &Event) -> bool {
        let knows_agent = event.agent.is_none() || self.agent == event.agent;
        self.workflow == workflow && knows_agent && (self.streams || event.run.is_none())
    }
}

/// A session that was unknown, or belonged elsewhere.
struct Learned {
    session: String,
    /// The event that told.
    teller: Event,
    before: Option<i64>,
}

impl Writer {
    /// Notes to whom the event's session belongs.
    pub(super) fn note_session(&mut self, workflow: i64, event: &Event) -> rusqlite::Result<()> {
        let Some(session) = event.session_id.as_deref() else {
            return Ok(());
        };
        let is_known = |owner: &Owner| owner.knows(workflow, event);
        if self.sessions.known.get(session).is_some_and(is_known) {
            return Ok(());
        }
        let before = self.owner(session)?;
        if before.as_ref().is_some_and(is_known) {
            return Ok(());
        }
        let here = before.as_ref().filter(|owner| owner.workflow == workflow);
        let owner = Owner {
            workflow,
            agent: event.agent.clone().or_else(|| here?.agent.clone()),
            // Only what was read off a stream knows its run.
            streams: event.run.is_some() || here.is_some_and(|owner| owner.streams),
        };
        self.connection
            .prepare_cached("INSERT OR REPLACE INTO sessions VALUES (?1, ?2, ?3, ?4)")?
            .execute(params![session, workflow, owner.agent, owner.streams])?;
        self.remember(session, owner);
        let before = before.map(|owner| owner.workflow);
        if before != Some(workflow) {
            self.sessions.learned.push(Learned {
                session: session.to_owned(),
                teller: event.clone(),
                before,
            });
        }
        Ok(())
    }

    /// Acts upon what the last event taught: what waits for its session is moved. Adds what is recorded to `events`.
    pub(super) fn act_upon_learned(&mut self, events: &mut Vec<Stored>) -> rusqlite::Result<()> {
        while let Some(Learned {
            session,
            teller,
            before,
        }) = self.sessions.learned.pop()
        {
            let alone = AdwId::of_session(&session);
            if before.is_some() && alone != teller.adw_id && before == self.known_row(&alone)? {
                let moved_on = NewEvent {
                    event: hook::moved_on(&teller, alone),
                    keys: Vec::new(),
                };
                events.extend(self.append_event(prepare_event(moved_on))?);
            }
            self.move_waiting(&session, &teller.adw_id, events)?;
        }
        Ok(())
    }

    /// Records a hook's events where they belong, or keeps them until that is known or the stream has had its say.
    pub(super) fn append_hook(&mut self, hook: PreparedHook, events: &mut Vec<Stored>) -> rusqlite::Result<Outcome> {
        let session = hook.events.first().and_then(|first| first.new.event.session_id.clone());
        let owner = match &session {
            Some(session) => self.owner(session)?,
            None => None,
        };
        let found = match (hook.attribution, &owner) {
            (Attribution::Supposed | Attribution::Unknown, Some(owner)) => Some(self.adw_id(owner.workflow)?),
            (Attribution::Named | Attribution::Supposed, _) | (Attribution::Unknown, None) => None,
        };
        let is_unknown = hook.attribution == Attribution::Unknown && owner.is_none();
        let mut outcome = Outcome::Duplicate;
        for prepared in hook.events {
            if is_unknown {
                if !self.keep_waiting(None, hook.received, &prepared)? {
                    break;
                }
                outcome = Outcome::Waiting;
                continue;
            }
            let adw_id = found.as_ref().unwrap_or(&prepared.new.event.adw_id).clone();
            let row = self.row(&adw_id)?;
            let streams = owner
                .as_ref()
                .is_some_and(|owner| owner.workflow == row.id && owner.streams);
            if streams && hook::is_copy(&prepared.new.event) {
                let is_new = self.claim(row, &prepared.new.keys)?;
                if is_new && self.keep_waiting(Some(row.id), hook.received, &prepared)? {
                    outcome = Outcome::Waiting;
                }
                continue;
            }
            let stored = self.append_of_session(prepared, &adw_id)?;
            if let (Some(stored), Outcome::Duplicate) = (&stored, outcome) {
                outcome = Outcome::Recorded(stored.event.seq);
            }
            events.extend(stored);
            self.act_upon_learned(events)?;
        }
        Ok(outcome)
    }

    /// Records an event of a session in a workflow, with the session's agent where it names none.
    pub(super) fn append_of_session(
        &mut self,
        prepared: PreparedEvent,
        adw_id: &AdwId,
    ) -> rusqlite::Result<Option<Stored>> {
        let event = &prepared.new.event;
        let is_alone = event.session_id.as_deref().map(AdwId::of_session).as_ref() == Some(adw_id);
        let agent = match (&event.agent, event.session_id.as_deref()) {
            (None, Some(session)) => {
                let row = self.row(adw_id)?;
                let owner = self.owner(session)?.filter(|owner| owner.workflow == row.id);
                owner.and_then(|owner| owner.agent)
            }
            (agent, _) => agent.clone(),
        };
        if event.adw_id == *adw_id && event.agent == agent && !is_alone {
            return self.append_event(prepared);
        }
        let Some(mut new) = read(&whole_text(&prepared), prepared.new.keys.clone()) else {
            return self.append_event(prepared);
        };
        new.event.adw_id = adw_id.clone();
        new.event.agent = agent;
        if is_alone {
            hook::stand_alone(&mut new.event);
        }
        self.append_event(prepare_event(new))
    }

    pub(super) fn owner(&mut self, session: &str) -> rusqlite::Result<Option<Owner>> {
        if let Some(owner) = self.sessions.known.get(session) {
            return Ok(Some(owner.clone()));
        }
        let found = self
            .connection
            .prepare_cached("SELECT workflow, agent, streams FROM sessions WHERE session = ?1")?
            .query_row([session], |row| {
                Ok(Owner {
                    workflow: row.get(0)?,
                    agent: row.get(1)?,
                    streams: row.get(2)?,
                })
            })
            .optional()?;
        if let Some(owner) = &found {
            self.remember(session, owner.clone());
        }
        Ok(found)
    }

    fn remember(&mut self, session: &str, owner: Owner) {
        let known = &mut self.sessions.known;
        if known.len() >= REMEMBERED {
            known.clear();
        }
        known.insert(session.to_owned(), owner);
    }

    pub(super) fn adw_id(&self, workflow: i64) -> rusqlite::Result<AdwId> {
        let text: String = self
            .connection
            .prepare_cached("SELECT adw_id FROM workflows WHERE id = ?1")?
            .query_row([workflow], |row| row.get(0))?;
        let unreadable =
            |error| rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Text, Box::new(error));
        text.parse().map_err(unreadable)
    }

    /// The row id of a workflow that exists.
    fn known_row(&self, adw_id: &AdwId) -> rusqlite::Result<Option<i64>> {
        if let Some(Row { id, .. }) = self.workflows.get(adw_id) {
            return Ok(Some(*id));
        }
        self.connection
            .prepare_cached("SELECT id FROM workflows WHERE adw_id = ?1")?
            .query_row([adw_id.as_str()], |row| row.get(0))
            .optional()
    }
}

/// The event as it waits: its wire text with the whole payload, and 0 for its seq.
pub(super) fn whole_text(prepared: &PreparedEvent) -> String {
    let (before, after) = prepared.body.as_ref().unwrap_or(&prepared.text);
    format!("{before}0{after}")
}

/// Reads it back; none only if somebody else wrote into the journal.
pub(super) fn read(text: &str, keys: Vec<Key>) -> Option<NewEvent> {
    let event = serde_json::from_str(text).ok()?;
    Some(NewEvent { event, keys })
}
