//! What a session has said so far of its end and its cost, where its CLI does not say it in one line.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::file_done::FileDone;
use super::line_draft::{LineDraft, set};
use domain::event::Kind;

/// Calls of the older Codex whose files are remembered until they have changed.
const PATCHES: usize = 8;

/// See the module; stored with the stream's reader.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct SessionSoFar {
    /// Which session has begun.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub begun: Option<String>,
    /// Its turn is over, and nothing has begun since.
    pub is_over: bool,
    /// Why it failed, if it did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cost_usd: Option<f64>,
    /// What open calls will have done to files.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    patches: Vec<(String, Vec<FileDone>)>,
}

impl SessionSoFar {
    pub(super) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    pub(super) fn add_cost(&mut self, cost_usd: Option<f64>) {
        let Some(more) = cost_usd else { return };
        // So that a sum of tenths of a cent has no tail.
        self.cost_usd = Some(((self.cost_usd.unwrap_or(0.0) + more) * 1e12).round() / 1e12);
    }

    pub(super) fn remember_files(&mut self, call_id: &str, files: Vec<FileDone>) {
        if self.patches.len() == PATCHES {
            self.patches.remove(0);
        }
        self.patches.push((call_id.to_owned(), files));
    }

    pub(super) fn take_files(&mut self, call_id: &str) -> Vec<FileDone> {
        let at = self.patches.iter().position(|(id, _)| id == call_id);
        at.map(|at| self.patches.remove(at).1).unwrap_or_default()
    }
}

/// How a session, or a turn of it, ended.
#[derive(Default)]
pub(super) struct TurnEnd {
    /// The CLI's own word.
    pub word: Option<String>,
    /// Why it failed.
    pub error: Option<String>,
    /// What it said at the end; else the last text.
    pub result: Option<String>,
    /// Tokens, and what they are counted under.
    pub usage: Option<(String, Value)>,
}

/// A session begins, or goes on after its turn was over.
pub(super) fn begin(draft: &mut LineDraft<'_>, facts: Map<String, Value>) {
    let reader = &mut draft.reader;
    let session_id = reader.session_id.clone();
    if reader.so_far.begun != session_id {
        reader.so_far = SessionSoFar::default();
        reader.so_far.begun.clone_from(&session_id);
    }
    reader.so_far.is_over = false;
    reader.so_far.failure = None;
    reader.said = None;
    reader.texts = 0;
    let mut payload = Map::new();
    set(&mut payload, "session_id", session_id);
    set(&mut payload, "model", reader.model.clone());
    payload.extend(facts);
    let keys = draft.keys(0);
    draft.add(Kind::Session, "session_started", payload.into(), keys);
}

/// A turn is over.
pub(super) fn end(draft: &mut LineDraft<'_>, end: TurnEnd) {
    let reader = &mut draft.reader;
    let said = reader.said.take();
    reader.texts = 0;
    reader.so_far.is_over = true;
    reader.so_far.failure.clone_from(&end.error);
    let mut payload = Map::new();
    set(&mut payload, "session_id", reader.session_id.clone());
    set(&mut payload, "model", reader.model.clone());
    set(&mut payload, "subtype", end.word);
    payload.insert("is_error".into(), end.error.is_some().into());
    set(&mut payload, "cost_usd", reader.so_far.cost_usd);
    if let Some((id, usage)) = end.usage {
        payload.insert("message_id".into(), id.into());
        payload.insert("usage".into(), usage);
    }
    set(&mut payload, "result", end.error.clone().or(end.result).or(said));
    set(&mut payload, "error", end.error);
    let keys = draft.keys(0);
    draft.add(Kind::Session, "session_ended", payload.into(), keys);
}
