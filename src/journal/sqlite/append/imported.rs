//! Recording what an export holds: on an empty journal every event gets the number it had.
//!
//! Where the export lacks some, those behind the gap get the next numbers, since a workflow's have no holes; a key of their
//! own keeps them from being taken in twice.

use rusqlite::{OptionalExtension, params};

use super::{Row, Writer};
use crate::sqlite::event_id;
use crate::{Outcome, PreparedEvent, Stored};
use domain::event::Kind;
use domain::state_diff;
use draft::key::Key;

impl Writer {
    /// The recorded event, or why it is not recorded.
    pub(super) fn append_imported(
        &mut self,
        seq: u64,
        mut prepared: PreparedEvent,
    ) -> rusqlite::Result<Result<Stored, Outcome>> {
        let row = self.row(&prepared.new.event.adw_id)?;
        let (before, after) = prepared.body.as_ref().unwrap_or(&prepared.text);
        let text = format!("{before}{seq}{after}");
        if seq <= row.head && self.whole_text(row, seq)?.is_some_and(|held| held == text) {
            return Ok(Err(Outcome::Duplicate));
        }
        // What was pruned stays so.
        if seq < self.first(row.id)? {
            return Ok(Err(Outcome::Duplicate));
        }
        let key = Key::exported(seq, &text);
        if self.is_known(row, key)? {
            return Ok(Err(Outcome::Duplicate));
        }
        if seq <= row.head {
            return Ok(Err(Outcome::Differs));
        }
        if seq != row.head + 1 {
            prepared.new.keys.push(key);
        }
        // A state's payload may be large; then the whole of it is in the text only.
        if prepared.new.event.kind == Kind::AgentStateUpdate {
            let whole: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
            let mut known = self.document(row)?.unwrap_or_default();
            state_diff::replay(&mut known.document, &whole["data"]["payload"]);
            self.keep_document(row, &known.document, known.read_at)?;
        }
        self.insert(row, prepared).map(Ok)
    }

    fn whole_text(&self, row: Row, seq: u64) -> rusqlite::Result<Option<String>> {
        self.connection
            .prepare_cached(
                "SELECT coalesce(bodies.text, events.text) FROM events LEFT JOIN bodies ON bodies.id = events.id \
                 WHERE events.id = ?1",
            )?
            .query_row([event_id(row.id, seq)], |row| row.get(0))
            .optional()
    }

    fn is_known(&self, row: Row, key: Key) -> rusqlite::Result<bool> {
        self.connection
            .prepare_cached("SELECT 1 FROM keys WHERE workflow = ?1 AND key = ?2")?
            .exists(params![row.id, key.0])
    }
}
