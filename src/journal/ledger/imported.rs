//! Recording what an export holds: on an empty journal every event gets the number it had.
//!
//! Where the export lacks some, those behind the gap get the next numbers, since a workflow's have no holes; a key of their
//! own keeps them from being taken in twice.

use super::engine::{Engine, Numbered, WorkflowId};
use super::transaction::Transaction;
use crate::{JournalError, Outcome, PreparedEvent};
use domain::event::Kind;
use domain::state_diff;
use draft::key::Key;

impl<E: Engine> Transaction<'_, E> {
    pub(super) fn append_imported(&mut self, seq: u64, mut prepared: PreparedEvent) -> Result<Outcome, JournalError> {
        let workflow = self.workflow(&prepared.new.event.adw_id)?;
        let known = self.known.workflow(workflow)?;
        let (first, head) = (known.first, known.head);
        let text = prepared.whole(seq);
        let key = Key::exported(seq, &text);
        self.fetch_keys(prepared.new.keys.iter().chain([&key]).map(|key| (workflow, *key)))?;
        let is_known = self.keys.get(&(workflow, key)).is_some_and(Option::is_some);
        let is_held = seq <= head && self.is_held(workflow, seq, &text, key);
        // What was pruned stays so.
        if is_held || seq < first || is_known {
            return Ok(Outcome::Duplicate);
        }
        if seq <= head {
            return Ok(Outcome::Differs);
        }
        if seq != head + 1 {
            prepared.new.keys.push(key);
        }
        // A state's payload may be large; then the whole of it is in the text only.
        if prepared.new.event.kind == Kind::AgentStateUpdate {
            let whole: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
            let mut state = self.state(workflow)?.unwrap_or_default();
            state_diff::replay(&mut state.document, &whole["data"]["payload"]);
            self.set_state(workflow, state);
        }
        self.number(workflow, prepared)
    }

    /// Whether the event with this number is the very same.
    fn is_held(&self, workflow: WorkflowId, seq: u64, text: &str, key: Key) -> bool {
        if self.known.stored_head(workflow).is_some_and(|head| seq <= head) {
            return self.held.contains(&(workflow, key));
        }
        let is_it = |event: &&Numbered| event.workflow == workflow && event.stored.event.seq == seq;
        let recorded = self.changes.events.iter().find(is_it);
        recorded.is_some_and(|recorded| recorded.whole() == text)
    }
}
