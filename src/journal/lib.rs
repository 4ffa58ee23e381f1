//! The durable, append-only log of all events: what it must be able to do, whichever engine does it.
//!
//! One writer appends batches; readers have connections of their own and never wait for it.

mod encode;
pub mod ledger;
pub mod media;
pub mod preview;
pub mod sqlite;

#[cfg(test)]
mod laws;
#[cfg(test)]
mod memory;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::media::Media;
use domain::adw_id::AdwId;
use domain::card::Card;
use domain::event::Event;
pub use domain::filter::Filter;
use domain::media_name::MediaName;
use domain::timeline::Timeline;
use domain::timestamp::Timestamp;
use draft::picture::Picture;
use draft::{Attribution, Draft, NewEvent, NewState};

/// Things to record in one transaction, with how far the files were read that they came from.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Batch {
    pub drafts: Vec<Draft>,
    pub tails: Vec<Tail>,
    /// The pictures that the events tell of: on the disk before the transaction.
    pub pictures: Vec<Picture>,
    /// Which drafts came of which file, as stretches in their order: those known already are counted with it.
    pub spans: Vec<DraftSpan>,
}

/// A stretch of drafts that came of one file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DraftSpan {
    /// Where the stretch ends among the drafts; it begins where the one before it ends.
    pub end: usize,
    /// The file, as its place among the tails.
    pub tail: usize,
}

impl DraftSpan {
    /// How many drafts of each stretch were known already, with the place of its tail.
    pub fn known(spans: &[Self], outcomes: &[Outcome]) -> Vec<(usize, u64)> {
        let mut begin = 0;
        let count = |origin: &Self| {
            let stretch = outcomes.get(begin..origin.end).unwrap_or_default();
            begin = origin.end;
            let known = stretch.iter().filter(|outcome| **outcome == Outcome::Duplicate).count();
            (origin.tail, known as u64)
        };
        spans.iter().map(count).filter(|(_, known)| *known > 0).collect()
    }
}

/// How far a file has been read: stored with the events that came of it. One per path and run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Tail {
    pub path: String,
    pub run: u32,
    pub adw_id: AdwId,
    pub agent: String,
    /// Bytes that were taken in.
    pub offset: u64,
    pub lines: LineCounts,
    /// What the watcher needs to go on: the file's identity, open tools and the like.
    pub memory: Value,
}

/// What became of a file's lines: `lines` is the sum of the others.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineCounts {
    pub lines: u64,
    /// Lines that events came of.
    pub sources: u64,
    /// Lines that were recognised and say nothing, by reason.
    pub silent: BTreeMap<String, u64>,
    /// Lines that were not understood.
    pub oddities: u64,
    /// The same by the name of their type, or by what was wrong with them.
    #[serde(default)]
    pub unrecognised: BTreeMap<String, u64>,
    /// Events of theirs that had been recorded already, because they came by another door, too.
    #[serde(default)]
    pub known: u64,
}

impl LineCounts {
    /// Counts lines that were not understood under a name; under a common one, where there are too many.
    pub fn add_unrecognised(&mut self, name: &str, lines: u64) {
        const NAMES: usize = 64;
        const NAME_BYTES: usize = 80;
        self.oddities += lines;
        let name = domain::excerpt::excerpt(name, NAME_BYTES);
        let is_known = self.unrecognised.contains_key(&name);
        let name = if is_known || self.unrecognised.len() < NAMES {
            name
        } else {
            "others".to_owned()
        };
        *self.unrecognised.entry(name).or_default() += lines;
    }
}

/// What became of a draft.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is an event now, with this seq.
    Recorded(u64),
    /// It was known already, or changed nothing.
    Duplicate,
    /// An imported event whose number is that of another event here; nothing was changed.
    Differs,
    /// It is kept, and becomes an event as soon as its workflow is known.
    Waiting,
}

/// A draft made ready by whoever records it, so that the one writer has little left to do.
#[derive(Debug)]
pub enum Prepared {
    Event(PreparedEvent),
    State(NewState),
    /// An event of an export, and the seq it had there.
    Imported(u64, PreparedEvent),
    Hook(PreparedHook),
}

/// What one call of a hook told; see [`draft::NewHook`].
#[derive(Debug)]
pub struct PreparedHook {
    pub events: Vec<PreparedEvent>,
    pub attribution: Attribution,
    pub received: Timestamp,
}

/// An event whose wire text lacks only its seq.
#[derive(Debug)]
pub struct PreparedEvent {
    pub new: NewEvent,
    /// The wire text up to the seq, and after it.
    pub text: (String, String),
    /// The same with the whole payload, where the event holds a preview.
    pub body: Option<(String, String)>,
    /// The pictures that it tells of.
    pub media: Vec<MediaName>,
}

impl PreparedEvent {
    /// The wire text with the whole payload, once the seq is known.
    pub fn whole(&self, seq: u64) -> String {
        let (before, after) = self.body.as_ref().unwrap_or(&self.text);
        format!("{before}{seq}{after}")
    }
}

/// A batch ready for the writer.
#[derive(Debug, Default)]
pub struct PreparedBatch {
    pub drafts: Vec<Prepared>,
    pub tails: Vec<Tail>,
    pub pictures: Vec<Picture>,
    pub spans: Vec<DraftSpan>,
    pub size_bytes: usize,
}

/// An event as it stands in the journal.
#[derive(Clone, Debug)]
pub struct Stored {
    pub event: Event,
    /// The event on the wire.
    pub text: Arc<str>,
}

/// What one batch became.
#[derive(Debug, Default)]
pub struct Appended {
    pub outcomes: Vec<Outcome>,
    pub events: Vec<Stored>,
}

/// Which events of a workflow to read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PageQuery {
    /// Only events with a greater seq.
    pub after: Option<u64>,
    /// Only events with a smaller seq; without `after`, the newest of them.
    pub before: Option<u64>,
    pub limit: usize,
    pub filter: Filter,
}

/// What a search found in a workflow.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// All that match.
    pub count: u64,
    /// The newest of them, in order.
    pub seqs: Vec<u64>,
    pub head: u64,
    pub first: u64,
    /// The index reaches up to this seq; the events after it were read one by one.
    pub indexed: u64,
}

/// Events in the order of their seq, as wire texts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    pub events: Vec<String>,
    pub head: u64,
    pub first: u64,
}

/// Some whole events of a workflow in the order of their seq, and how far they were looked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Part {
    pub events: Vec<String>,
    /// All events up to this seq were looked at.
    pub to: u64,
    pub head: u64,
    pub first: u64,
}

/// Why the journal could not do what it was asked.
#[derive(Clone, Debug, thiserror::Error)]
pub enum JournalError {
    #[error("cannot open the journal {path}: {reason}; make its folder writable, or choose another folder with --data")]
    Open { path: String, reason: String },
    #[error(
        "the journal {path} was written by a newer adwatch (format {found}; this version supports up to {known}); start that version, or choose another folder with --data. Nothing was changed"
    )]
    Newer { path: String, found: i64, known: i64 },
    #[error(
        "{path} is damaged or not an adwatch journal ({reason}); move it away or restore a backup, then start again. Nothing was changed"
    )]
    Damaged { path: String, reason: String },
    #[error("another adwatch is using {path}; stop it, or choose another folder with --data")]
    InUse { path: String },
    #[error("the disk is full; free up space, and recording resumes by itself")]
    Full,
    #[error("cannot write to the journal: {0}")]
    Write(String),
    #[error("cannot read the journal: {0}")]
    Read(String),
    #[error("{what} cannot be written as JSON: {reason}; what the journal holds stays as it is")]
    Encode { what: &'static str, reason: String },
}

/// The writing side: one owner, one thread.
pub trait Journal: Send {
    /// The name of this life of the journal.
    fn epoch(&self) -> &str;

    /// Records batches in one transaction: finds duplicates, numbers what is new, keeps the tails. All or nothing.
    fn append(&mut self, batches: Vec<PreparedBatch>) -> Result<Vec<Appended>, JournalError>;

    /// Records the hooks' events that have waited long enough: those that for `patience` no workflow was known for, in that of their own
    /// session; and those that a stream has not told of meanwhile.
    fn settle(&mut self, now: Timestamp, patience: Duration) -> Result<Vec<Stored>, JournalError>;

    /// Stores timelines with their cards, so that nobody need fold their events again.
    fn checkpoint(&mut self, timelines: &[Timeline]) -> Result<(), JournalError>;

    /// Removes some of the oldest events of a workflow, as far as its stored timeline has folded them: those that happened before
    /// `older_than`, or any. How many; none when there are no more.
    fn prune(&mut self, adw_id: &AdwId, older_than: Option<Timestamp>) -> Result<u64, JournalError>;

    /// Bytes that are in use.
    fn used_bytes(&mut self) -> Result<u64, JournalError>;

    /// Whoever fills the index, beside the writer. There is one at a time.
    fn indexer(&self) -> Result<Box<dyn Indexer>, JournalError>;

    /// Another connection for reading.
    fn reader(&self) -> Result<Box<dyn Reader>, JournalError>;

    /// The files of pictures beside it.
    fn media(&self) -> Media;

    /// Removes the pictures that no event and no timeline of any workflow tells of any more; gives how many.
    ///
    /// To be called after events were pruned: those before a workflow's `first` are gone.
    fn sweep_media(&mut self) -> Result<u64, JournalError>;

    /// Says that everything was written and the next start is a clean one.
    fn close(&mut self) -> Result<(), JournalError>;
}

/// Makes searches and filters quick. What it made can be made again: without it, events are read one by one.
pub trait Indexer: Send {
    /// Takes in some of the events that were recorded since, at most so many; whether there are more.
    fn step(&mut self, at_most: u64) -> Result<bool, JournalError>;
}

/// A workflow as a journal knows it at a start.
#[derive(Clone, Debug, PartialEq)]
pub struct KnownWorkflow {
    pub adw_id: AdwId,
    pub head: u64,
    /// Where the one that is stored is of the head, and this version can read it.
    pub card: Option<Card>,
    /// What is stored of it was folded by an earlier version, and its events are all there: it can be folded anew.
    pub is_of_older_fold: bool,
}

/// The reading side.
pub trait Reader: Send {
    /// All workflows that have events.
    fn workflows(&mut self) -> Result<Vec<KnownWorkflow>, JournalError>;

    /// The stored timeline of a workflow, if this version can read it, whichever version folded it.
    fn checkpoint(&mut self, adw_id: &AdwId) -> Result<Option<Timeline>, JournalError>;

    /// Events as wire texts; none if there is no such workflow. A filter may be looked for in all there is: that ends early, with less
    /// than there is, once nobody wants the answer any more.
    fn page(
        &mut self,
        adw_id: &AdwId,
        query: &PageQuery,
        is_wanted: &dyn Fn() -> bool,
    ) -> Result<Option<Page>, JournalError>;

    /// Events with their whole payloads, in order: at most `query.limit`, and ends at the event that makes the texts
    /// `enough_bytes`. A filter that takes few of them may find none this time; `Part::to` says how far it looked. None if there is no such workflow.
    fn part(&mut self, adw_id: &AdwId, query: &PageQuery, enough_bytes: usize) -> Result<Option<Part>, JournalError>;

    /// All events that match, counted, and the newest `query.limit` of them. None if there is no such workflow.
    ///
    /// Counting may take long. It ends early, with less than there is, once nobody wants the answer any more.
    fn search(
        &mut self,
        adw_id: &AdwId,
        query: &PageQuery,
        is_wanted: &dyn Fn() -> bool,
    ) -> Result<Option<Found>, JournalError>;

    /// One event with its whole payload.
    fn event(&mut self, adw_id: &AdwId, seq: u64) -> Result<Option<String>, JournalError>;

    /// The state document as last read or pushed.
    fn document(&mut self, adw_id: &AdwId) -> Result<Option<Map<String, Value>>, JournalError>;

    /// The workflows that tell of the picture.
    fn referrers(&mut self, name: &MediaName) -> Result<Vec<AdwId>, JournalError>;

    /// The files of a workflow, or the newest run of every file.
    fn tails(&mut self, adw_id: Option<&AdwId>) -> Result<Vec<Tail>, JournalError>;
}
