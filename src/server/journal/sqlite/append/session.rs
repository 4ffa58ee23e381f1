//! Which workflow a session belongs to: learned from every event that knows its session, in that event's transaction.
//!
//! A hook that names no workflow is recorded where its session is known. Until then its events wait, and the transaction that makes
//! the session known moves them, in their order and with their times. A session that stays unknown gets a workflow of its own; if
//! it turns out later to be part of another, what was recorded stays, because events never change, and what follows goes there.

use std::collections::HashMap;
use std::time::Duration;

use rusqlite::{OptionalExtension, params};

use super::{Row, Writer};
use crate::domain::adw_id::AdwId;
use crate::domain::draft::{NewEvent, Whose};
use crate::domain::event::Event;
use crate::domain::key::Key;
use crate::domain::push::hook;
use crate::domain::timestamp::Timestamp;
use crate::server::journal::preview::prepare_event;
use crate::server::journal::{JournalError, Outcome, PreparedEvent, PreparedHook, Stored};

/// Sessions that are remembered; a few are at work at once, and the rest is found again in the file.
const REMEMBERED: usize = 4_096;
/// Sessions that are given a workflow of their own in one transaction.
const SETTLED_AT_ONCE: usize = 64;

/// What the writer remembers of sessions.
#[derive(Default)]
pub(super) struct Sessions {
    known: HashMap<String, Owner>,
    /// What this transaction has learned, and not yet acted upon.
    learned: Vec<Learned>,
}

/// Where a session belongs: to the workflow and the agent that told of it last.
#[derive(Clone, PartialEq)]
struct Owner {
    workflow: i64,
    agent: Option<String>,
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
        let tells_nothing_new =
            |owner: &Owner| owner.workflow == workflow && (event.agent.is_none() || owner.agent == event.agent);
        if self.sessions.known.get(session).is_some_and(tells_nothing_new) {
            return Ok(());
        }
        let before = self.owner(session)?;
        if before.as_ref().is_some_and(tells_nothing_new) {
            return Ok(());
        }
        let before = before.map(|owner| owner.workflow);
        self.connection
            .prepare_cached(
                "INSERT INTO sessions VALUES (?1, ?2, ?3) \
                 ON CONFLICT (session) DO UPDATE SET workflow = excluded.workflow, agent = excluded.agent",
            )?
            .execute(params![session, workflow, event.agent])?;
        let agent = event.agent.clone();
        self.remember(session, Owner { workflow, agent });
        if before != Some(workflow) {
            self.sessions.learned.push(Learned {
                session: session.to_owned(),
                teller: event.clone(),
                before,
            });
        }
        Ok(())
    }

    /// Moves what waited for a session that is known now; adds what is recorded to `events`.
    pub(super) fn take_waiting(&mut self, events: &mut Vec<Stored>) -> rusqlite::Result<()> {
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

    /// Records a hook's events where they belong, or keeps them until that is known.
    pub(super) fn append_hook(&mut self, hook: PreparedHook, events: &mut Vec<Stored>) -> rusqlite::Result<Outcome> {
        let session = hook.events.first().and_then(|first| first.new.event.session_id.clone());
        let owner = match &session {
            Some(session) => self.owner(session)?,
            None => None,
        };
        let workflow = match (hook.whose, &owner, &session) {
            (Whose::Supposed | Whose::Unknown, Some(owner), _) => Some(self.adw_id(owner.workflow)?),
            (Whose::Unknown, None, Some(session)) => return self.keep_waiting(session, &hook),
            (Whose::Named | Whose::Supposed, ..) | (Whose::Unknown, None, None) => None,
        };
        let mut outcome = Outcome::Duplicate;
        for prepared in hook.events {
            let adw_id = workflow.as_ref().unwrap_or(&prepared.new.event.adw_id).clone();
            let stored = self.append_of_session(prepared, &adw_id)?;
            if let (Some(stored), Outcome::Duplicate) = (&stored, outcome) {
                outcome = Outcome::Recorded(stored.event.seq);
            }
            events.extend(stored);
            self.take_waiting(events)?;
        }
        Ok(outcome)
    }

    /// Gives what has waited long enough to the workflow of its own session. A clock that was set back makes nothing wait for longer.
    pub(in super::super) fn settle(&mut self, now: Timestamp, patience: Duration) -> Result<Vec<Stored>, JournalError> {
        let patience = i64::try_from(patience.as_millis()).unwrap_or(i64::MAX);
        let (due, ahead) = (now.0.saturating_sub(patience), now.0.saturating_add(patience));
        let sessions = self.due(due, ahead).map_err(|error| super::write_error(&error))?;
        if sessions.is_empty() {
            return Ok(Vec::new());
        }
        self.transact(|writer| {
            let mut events = Vec::new();
            for session in sessions {
                writer.move_waiting(&session, &AdwId::of_session(&session), &mut events)?;
                writer.take_waiting(&mut events)?;
            }
            Ok(events)
        })
    }

    fn due(&self, due: i64, ahead: i64) -> rusqlite::Result<Vec<String>> {
        let mut find = self.connection.prepare_cached(
            "SELECT session FROM waiting WHERE since <= ?1 OR since > ?2 GROUP BY session ORDER BY min(id) LIMIT ?3",
        )?;
        let rows = find.query_map(params![due, ahead, SETTLED_AT_ONCE as i64], |row| row.get(0))?;
        rows.collect()
    }

    fn keep_waiting(&self, session: &str, hook: &PreparedHook) -> rusqlite::Result<Outcome> {
        for prepared in &hook.events {
            let keys = &prepared.new.keys;
            let all: Vec<u8> = keys.iter().flat_map(|key| key.0).collect();
            let first = keys.first().map(|key| key.0);
            let kept = self
                .connection
                .prepare_cached(
                    "INSERT OR IGNORE INTO waiting (session, since, key, keys, text) VALUES (?1, ?2, ?3, ?4, ?5)",
                )?
                .execute(params![session, hook.received.0, first, all, whole_text(prepared)])?;
            if kept == 0 {
                return Ok(Outcome::Duplicate);
            }
        }
        Ok(Outcome::Waiting)
    }

    /// Records what waits for the session in the workflow, the first to come first.
    fn move_waiting(&mut self, session: &str, adw_id: &AdwId, events: &mut Vec<Stored>) -> rusqlite::Result<()> {
        let waiting: Vec<(Vec<u8>, String)> = {
            let mut find = self
                .connection
                .prepare_cached("SELECT keys, text FROM waiting WHERE session = ?1 ORDER BY id")?;
            let rows = find.query_map([session], |row| Ok((row.get(0)?, row.get(1)?)))?;
            rows.collect::<rusqlite::Result<_>>()?
        };
        if waiting.is_empty() {
            return Ok(());
        }
        self.connection
            .prepare_cached("DELETE FROM waiting WHERE session = ?1")?
            .execute([session])?;
        for (keys, text) in waiting {
            let (keys, _) = keys.as_chunks::<16>();
            let keys = keys.iter().map(|key| Key(*key)).collect();
            if let Some(new) = read(&text, keys) {
                events.extend(self.append_of_session(prepare_event(new), adw_id)?);
            }
        }
        Ok(())
    }

    /// Records an event of a session in a workflow, with the session's agent where it names none.
    fn append_of_session(&mut self, prepared: PreparedEvent, adw_id: &AdwId) -> rusqlite::Result<Option<Stored>> {
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

    fn owner(&mut self, session: &str) -> rusqlite::Result<Option<Owner>> {
        if let Some(owner) = self.sessions.known.get(session) {
            return Ok(Some(owner.clone()));
        }
        let found = self
            .connection
            .prepare_cached("SELECT workflow, agent FROM sessions WHERE session = ?1")?
            .query_row([session], |row| {
                Ok(Owner {
                    workflow: row.get(0)?,
                    agent: row.get(1)?,
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

    fn adw_id(&self, workflow: i64) -> rusqlite::Result<AdwId> {
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
fn whole_text(prepared: &PreparedEvent) -> String {
    let (before, after) = prepared.body.as_ref().unwrap_or(&prepared.text);
    format!("{before}0{after}")
}

/// Reads it back; none only if somebody else wrote into the journal.
fn read(text: &str, keys: Vec<Key>) -> Option<NewEvent> {
    let event = serde_json::from_str(text).ok()?;
    Some(NewEvent { event, keys })
}
