//! What the ledger asks of an engine: plain verbs, each for a whole group, because another engine pays a round trip for each.
//!
//! No verb decides anything. Answers stand in the order of the questions; what is asked within a transaction may lack what the
//! transaction has decided and not written yet, for the ledger remembers that itself.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::sync::Arc;

use crate::media::Media;
use crate::{Indexer, JournalError, Reader, Stored};
use domain::adw_id::AdwId;
use domain::media_name::MediaName;
use domain::timestamp::Timestamp;
use draft::key::Key;

/// Stores what the ledger decides. One ledger at a time writes.
pub trait Engine: Send {
    /// The name of this life of the journal.
    fn epoch(&self) -> &str;

    fn begin(&mut self) -> Result<(), JournalError>;
    fn commit(&mut self) -> Result<(), JournalError>;
    /// Takes back what the transaction wrote, where one is open; what cannot be taken back now is when the engine is opened again.
    fn roll_back(&mut self);

    /// The greatest ids that were given.
    fn last_ids(&mut self) -> Result<LastIds, JournalError>;
    fn workflows(&mut self, adw_ids: &[&AdwId]) -> Result<Vec<Option<Workflow>>, JournalError>;
    /// Where sessions belong, with the workflow.
    fn owners(&mut self, sessions: &[&str]) -> Result<Vec<Option<(Owner, Workflow)>>, JournalError>;
    /// The seq that each key was stored with.
    fn keys(&mut self, keys: &[(WorkflowId, Key)]) -> Result<Vec<Option<u64>>, JournalError>;
    /// Whether the event with the seq has just this text, with its whole payload.
    fn holds(&mut self, texts: &[(WorkflowId, u64, &str)]) -> Result<Vec<bool>, JournalError>;
    fn documents(&mut self, workflows: &[WorkflowId]) -> Result<Vec<Option<DocumentRow>>, JournalError>;
    /// Whether an event of the session waits that has the key as its first.
    fn awaits(&mut self, keys: &[(&str, Key)]) -> Result<Vec<bool>, JournalError>;
    /// What waits for these sessions' workflows, the first to come first.
    fn waiting(&mut self, sessions: &[&str]) -> Result<Vec<Waiting>, JournalError>;
    /// The sessions for whose workflow something has waited for so long, at most so many.
    fn due_sessions(&mut self, due: &Due, at_most: usize) -> Result<Vec<String>, JournalError>;
    /// What has waited for so long for a stream, with its workflow.
    fn due_copies(&mut self, due: &Due, at_most: usize) -> Result<Vec<(Waiting, Workflow)>, JournalError>;
    /// The seq of each stored timeline.
    fn folded(&mut self, workflows: &[WorkflowId]) -> Result<Vec<Option<u64>>, JournalError>;
    /// Shows the text of each event in order, and the bytes that stand beside it, until `see` says that it is enough.
    fn each_event(
        &mut self,
        workflow: WorkflowId,
        seqs: RangeInclusive<u64>,
        see: &mut dyn FnMut(&str, u64) -> bool,
    ) -> Result<(), JournalError>;

    /// Writes all that a transaction changes.
    fn write(&mut self, changes: &WriteSet) -> Result<(), JournalError>;

    /// Forgets which removed events told of a picture, beyond a workflow's `newest` pictures; in a transaction of its own.
    fn forget_references(&mut self, newest: usize) -> Result<(), JournalError>;
    /// Whether any workflow tells of the picture.
    fn are_referenced(&mut self, names: &[MediaName]) -> Result<Vec<bool>, JournalError>;

    /// Bytes that are in use.
    fn used_bytes(&mut self) -> Result<u64, JournalError>;
    fn media(&self) -> Media;
    fn indexer(&self) -> Result<Box<dyn Indexer>, JournalError>;
    fn reader(&self) -> Result<Box<dyn Reader>, JournalError>;
    /// Says that everything was written and the next start is a clean one.
    fn close(&mut self) -> Result<(), JournalError>;
}

/// A workflow's number in the journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WorkflowId(pub i64);

#[derive(Clone, Copy, Debug, Default)]
pub struct LastIds {
    pub workflow: i64,
    pub waiting: i64,
}

#[derive(Clone, Debug)]
pub struct Workflow {
    pub id: WorkflowId,
    pub adw_id: AdwId,
    /// The oldest event that is kept.
    pub first: u64,
    /// The newest event; 0 before there is one.
    pub head: u64,
}

/// Where a session belongs: to the workflow and the agent that told of it last.
#[derive(Clone, Debug)]
pub struct Owner {
    pub workflow: WorkflowId,
    pub agent: Option<String>,
    /// Whether a stream of that workflow tells of it.
    pub streams: bool,
}

/// An event with its number.
#[derive(Clone, Debug)]
pub struct Numbered {
    pub workflow: WorkflowId,
    pub stored: Stored,
    /// The wire text with the whole payload, where the event's own holds a preview.
    pub body: Option<String>,
}

impl Numbered {
    /// The wire text with the whole payload.
    pub fn whole(&self) -> &str {
        self.body.as_deref().unwrap_or(&self.stored.text)
    }
}

#[derive(Clone, Debug)]
pub struct DocumentRow {
    pub text: Arc<str>,
    /// When a file of it was read last.
    pub read_at: Option<Timestamp>,
}

/// A hook's event that waits: for a workflow that knows its session or, where that is known (`workflow`), for a stream's copy.
#[derive(Clone, Debug)]
pub struct Waiting {
    pub id: i64,
    pub session: String,
    pub workflow: Option<WorkflowId>,
    pub since: Timestamp,
    pub keys: Vec<Key>,
    /// Its wire text with the whole payload, and 0 for its seq.
    pub text: String,
}

impl Waiting {
    /// Its keys, where it is recorded in a workflow.
    pub(super) fn keys_in(&self, workflow: WorkflowId) -> impl Iterator<Item = (WorkflowId, Key)> {
        self.keys.iter().map(move |key| (workflow, *key))
    }
}

/// What has waited since a time up to `until` is due, and so is what seems to come from after `ahead`: a clock was set back.
#[derive(Clone, Copy, Debug)]
pub struct Due {
    pub until: Timestamp,
    pub ahead: Timestamp,
}

impl Due {
    pub fn holds(&self, since: Timestamp) -> bool {
        since <= self.until || since > self.ahead
    }
}

#[derive(Clone, Debug)]
pub struct TailRow {
    pub workflow: WorkflowId,
    pub offset: u64,
    pub text: String,
}

/// A timeline and its card, of the same seq.
#[derive(Clone, Debug)]
pub struct CheckpointRow {
    pub workflow: WorkflowId,
    pub seq: u64,
    pub timeline: String,
    pub card: String,
}

/// All that a transaction changes; each row stands in it once.
#[derive(Debug, Default)]
pub struct WriteSet {
    /// In the order of their ids.
    pub new_workflows: Vec<Workflow>,
    /// Those whose first event or head is another now.
    pub workflows: Vec<Workflow>,
    /// In the order in which they were recorded.
    pub events: Vec<Numbered>,
    /// New keys, and the seq of the event that they tell.
    pub keys: Vec<(WorkflowId, Key, u64)>,
    /// The newest event that tells of a picture.
    pub references: BTreeMap<(WorkflowId, MediaName), u64>,
    pub owners: BTreeMap<String, Owner>,
    pub documents: BTreeMap<WorkflowId, DocumentRow>,
    /// By path and run.
    pub tails: BTreeMap<(String, u32), TailRow>,
    /// Waits no more; goes before what is new.
    pub ended: Vec<i64>,
    /// Waits for a stream of the workflow from now on.
    pub assigned: Vec<(i64, WorkflowId)>,
    pub waiting: BTreeMap<i64, Waiting>,
    pub checkpoints: Vec<CheckpointRow>,
    /// Events that go, with their bodies.
    pub removed: Vec<(WorkflowId, RangeInclusive<u64>)>,
}
