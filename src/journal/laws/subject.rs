//! A journal upon one of the engines, and all that can be seen of it.

use std::time::Duration;

use serde_json::{Map, Value};
use tempfile::TempDir;

use super::drafts::{SESSIONS, Step, picture, tail};
use super::faulty::{Fault, Faulty};
use crate::ledger::Ledger;
use crate::ledger::engine::Engine;
use crate::memory::MemoryEngine;
use crate::preview::prepare;
use crate::sqlite::{Durability, SqliteEngine};
use crate::{Batch, Journal, JournalError, Outcome, PageQuery, Part, Reader, Tail};
use domain::adw_id::AdwId;
use domain::event::Event;
use domain::timeline::Timeline;
use domain::timestamp::Timestamp;
use draft::{Draft, NewEvent};

pub(super) const WORKFLOWS: [&str; 2] = ["one", "two"];
/// How long a hook waits for its workflow.
const PATIENCE: Duration = Duration::from_secs(60);

/// Every workflow that there can be.
pub(super) fn all() -> impl Iterator<Item = AdwId> {
    let named = WORKFLOWS.map(|name| name.parse().expect("a safe id"));
    named.into_iter().chain(SESSIONS.map(AdwId::of_session))
}

/// See the module.
pub(super) struct Subject {
    pub(super) name: &'static str,
    pub(super) fault: Fault,
    journal: Ledger<Faulty>,
    _folder: TempDir,
}

/// What a journal holds, as readers see it.
#[derive(Debug, PartialEq)]
pub(super) struct Held {
    /// In the order in which they began.
    workflows: Vec<(AdwId, u64, bool)>,
    parts: Vec<Option<Part>>,
    pages: Vec<Option<Vec<String>>>,
    documents: Vec<Option<Map<String, Value>>>,
    folded: Vec<Option<u64>>,
    pub(super) tails: Vec<Tail>,
    referrers: Vec<Vec<AdwId>>,
}

/// An empty journal upon each engine.
pub(super) fn subjects() -> [Subject; 2] {
    ["sqlite", "memory"].map(|name| {
        let folder = TempDir::new().expect("a folder");
        let path = folder.path();
        let engine: Box<dyn Engine> = match name {
            "sqlite" => Box::new(SqliteEngine::open(path, Durability::Process, "life").expect("the journal opens")),
            _ => Box::new(MemoryEngine::new(path.join("media"))),
        };
        let fault = Fault::none();
        let journal = Ledger::new(Faulty {
            engine,
            fault: fault.clone(),
        });
        Subject {
            name,
            fault,
            journal,
            _folder: folder,
        }
    })
}

impl Subject {
    /// Records batches in one transaction.
    pub(super) fn append(&mut self, batches: Vec<Vec<Draft>>) -> Result<Vec<Outcome>, JournalError> {
        let batches = batches.into_iter().map(|drafts| Batch {
            drafts,
            ..Batch::default()
        });
        self.append_batches(batches.collect())
    }

    fn append_batches(&mut self, batches: Vec<Batch>) -> Result<Vec<Outcome>, JournalError> {
        let batches = batches.into_iter().map(prepare);
        let batches = batches.collect::<Result<Vec<_>, _>>()?;
        let appended = self.journal.append(batches)?;
        let told = appended.into_iter().flat_map(|appended| appended.outcomes);
        Ok(told.collect())
    }

    pub(super) fn settle(&mut self, seconds: i64) {
        self.take(&Step::Settle(seconds)).expect("settled");
    }

    /// Takes a step: all of it, or none where it fails.
    pub(super) fn take(&mut self, step: &Step) -> Result<Vec<Outcome>, JournalError> {
        match step {
            Step::Append(drafts) => {
                return self.append_batches(vec![Batch {
                    drafts: drafts.clone(),
                    tails: drafts.iter().map(tail).collect(),
                    ..Batch::default()
                }]);
            }
            Step::Settle(seconds) => {
                let settled = self.journal.settle(Timestamp(seconds * 1_000), PATIENCE)?;
                return Ok(settled
                    .iter()
                    .map(|stored| Outcome::Recorded(stored.event.seq))
                    .collect());
            }
            Step::Checkpoint => {
                let timelines: Vec<Timeline> = all().filter_map(|adw_id| self.fold(&adw_id)).collect();
                self.journal.checkpoint(&timelines)?;
            }
            Step::Remove(workflow, older_than) => {
                let adw_id = WORKFLOWS[*workflow].parse().expect("a safe id");
                self.journal.prune(&adw_id, older_than.map(Timestamp))?;
            }
        }
        Ok(Vec::new())
    }

    pub(super) fn checkpoint(&mut self) {
        self.take(&Step::Checkpoint).expect("stored");
    }

    /// Removes some of the oldest events; how many.
    pub(super) fn remove(&mut self, adw_id: &AdwId, older_than: Option<i64>) -> u64 {
        let removed = self.journal.prune(adw_id, older_than.map(Timestamp));
        removed.expect("removed")
    }

    /// Makes the ledger look up again what it remembers.
    pub(super) fn forget(&mut self) {
        self.fault.after(0);
        self.journal.append(Vec::new()).expect_err("the fault");
        self.fault.never();
    }

    fn reader(&self) -> Box<dyn Reader> {
        self.journal.reader().expect("a reader")
    }

    /// The timeline of all events of a workflow; none if there is nothing to fold.
    fn fold(&self, adw_id: &AdwId) -> Option<Timeline> {
        let stored = self.reader().checkpoint(adw_id).expect("read");
        let mut timeline = stored.unwrap_or_else(|| Timeline::new(adw_id.clone()));
        let events = self.events(adw_id);
        for event in events
            .iter()
            .filter(|event| event.seq > timeline.seq)
            .collect::<Vec<_>>()
        {
            assert!(timeline.apply(event.seq, event), "no gap");
        }
        (timeline.seq > 0).then_some(timeline)
    }

    fn part(&self, adw_id: &AdwId) -> Option<Part> {
        let query = PageQuery {
            after: Some(0),
            limit: 10_000,
            ..PageQuery::default()
        };
        self.reader().part(adw_id, &query, usize::MAX).expect("read")
    }

    /// The texts of a workflow's events with their whole payloads.
    pub(super) fn whole_texts(&self, adw_id: &AdwId) -> Vec<String> {
        self.part(adw_id).map(|part| part.events).unwrap_or_default()
    }

    pub(super) fn events(&self, adw_id: &AdwId) -> Vec<Event> {
        let texts = self.whole_texts(adw_id);
        let read = |text: &String| serde_json::from_str(text).expect("an event");
        texts.iter().map(read).collect()
    }

    /// The first and the last seq of a workflow.
    pub(super) fn range(&self, adw_id: &AdwId) -> (u64, u64) {
        let part = self.part(adw_id).expect("the workflow is known");
        (part.first, part.head)
    }

    /// A workflow's events as an export holds them.
    pub(super) fn export(&self, adw_id: &AdwId) -> Vec<Draft> {
        let events = self.events(adw_id).into_iter();
        let imported = events.map(|event| {
            Draft::Imported(NewEvent {
                event,
                keys: Vec::new(),
            })
        });
        imported.collect()
    }

    pub(super) fn document(&self, adw_id: &AdwId) -> Option<Map<String, Value>> {
        self.reader().document(adw_id).expect("read")
    }

    pub(super) fn held(&self) -> Held {
        let mut reader = self.reader();
        let query = PageQuery {
            limit: 10_000,
            ..PageQuery::default()
        };
        let page = |reader: &mut Box<dyn Reader>, adw_id| {
            let page = reader.page(&adw_id, &query, &|| true).expect("read");
            page.map(|page| page.events)
        };
        let folded = |reader: &mut Box<dyn Reader>, adw_id| {
            let stored = reader.checkpoint(&adw_id).expect("read");
            stored.map(|timeline| timeline.seq)
        };
        let workflows = reader.workflows().expect("read").into_iter();
        Held {
            workflows: workflows
                .map(|known| (known.adw_id, known.head, known.card.is_some()))
                .collect(),
            parts: all().map(|adw_id| self.part(&adw_id)).collect(),
            pages: all().map(|adw_id| page(&mut reader, adw_id)).collect(),
            documents: all().map(|adw_id| self.document(&adw_id)).collect(),
            folded: all().map(|adw_id| folded(&mut reader, adw_id)).collect(),
            tails: reader.tails(None).expect("read"),
            referrers: (0..3).map(|n| reader.referrers(&picture(n)).expect("read")).collect(),
        }
    }
}
