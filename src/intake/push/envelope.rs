//! What every pushed item may say beside what it is about: who speaks, of which session, and when.

use serde_json::Value;

use super::fields::ItemFields;
use super::{NAME_CHARS, Received, Refusal, moment};
use domain::adw_id::AdwId;
use domain::event::{Event, Kind, TimeSource};
use domain::payload;
use domain::timestamp::Timestamp;

/// Who speaks.
pub(super) struct Envelope {
    agent: Option<String>,
    run: Option<u32>,
    session_id: Option<String>,
    parent_tool_use_id: Option<String>,
    pub event_id: Option<String>,
}

/// When it happened, and who vouches for that.
pub(super) struct ToldTime {
    at: Timestamp,
    source: TimeSource,
}

impl Envelope {
    pub(super) fn take(fields: &mut ItemFields) -> Result<Self, Refusal> {
        Ok(Self {
            agent: fields.text("agent", NAME_CHARS)?,
            run: fields.run()?,
            session_id: fields.text("session_id", NAME_CHARS)?,
            parent_tool_use_id: fields.text("parent_tool_use_id", NAME_CHARS)?,
            event_id: fields.text("event_id", NAME_CHARS)?,
        })
    }

    /// Where the envelope names no session the payload may: a hook's always does.
    pub(super) fn find_session(&mut self, payload: &Value) -> Option<&str> {
        if self.session_id.is_none() {
            let found = payload::text(payload, "session_id").filter(|id| id.chars().count() <= NAME_CHARS);
            self.session_id = found.map(str::to_owned);
        }
        self.session_id.as_deref()
    }

    /// The event that it goes with.
    pub(super) fn event(
        self,
        kind: Kind,
        event_type: String,
        adw_id: AdwId,
        moment: &ToldTime,
        payload: Value,
    ) -> Event {
        Event {
            kind,
            adw_id,
            seq: 0,
            timestamp: moment.at,
            time_source: moment.source,
            event_type,
            agent: self.agent,
            run: self.run,
            session_id: self.session_id,
            parent_tool_use_id: self.parent_tool_use_id,
            payload,
        }
    }
}

impl ToldTime {
    pub(super) fn take(fields: &mut ItemFields, received: Received) -> Result<Self, Refusal> {
        let (at, source) = moment::read(fields.take("timestamp"), fields.take("time_source"), received)?;
        // Numbers are given by the hub.
        fields.take("seq");
        Ok(Self { at, source })
    }
}
