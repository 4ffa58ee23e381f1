//! The journal's rules, whichever engine stores it: what is known already, which number an event gets, to which workflow a hook
//! belongs, what changed in a state, and what may go.
//!
//! A transaction looks up what its batches may need, a group at a time; decides in memory; and writes all of it at its end. A failed
//! one is taken back, and with it all that is remembered.

mod attribution;
pub mod engine;
mod fetch;
mod imported;
mod known;
mod retention;
mod session_event;
mod state;
mod transaction;
mod waiting;

use std::time::Duration;

use super::{Appended, Indexer, Journal, JournalError, PreparedBatch, Reader, Stored, encode};
use crate::media::Media;
use domain::adw_id::AdwId;
use domain::card::Card;
use domain::timeline::Timeline;
use domain::timestamp::Timestamp;
use engine::{CheckpointRow, Engine, Numbered};
use known::Known;
use transaction::Transaction;

/// The journal upon an engine; see the module.
pub struct Ledger<E> {
    engine: E,
    known: Known,
}

impl<E: Engine> Ledger<E> {
    pub fn new(engine: E) -> Self {
        Self {
            engine,
            known: Known::default(),
        }
    }

    /// All of a change or nothing; gives the events that it recorded, too.
    fn transact<T>(
        &mut self,
        change: impl FnOnce(&mut Transaction<'_, E>) -> Result<T, JournalError>,
    ) -> Result<(T, Vec<Numbered>), JournalError> {
        self.known.evict();
        let whole = || {
            self.engine.begin()?;
            let mut transaction = Transaction::new(&mut self.engine, &mut self.known);
            let changed = change(&mut transaction)?;
            let changes = transaction.finish()?;
            self.engine.write(&changes)?;
            self.engine.commit()?;
            self.known.settle();
            Ok((changed, changes.events))
        };
        let changed = whole();
        if changed.is_err() {
            self.known = Known::default();
            self.engine.roll_back();
        }
        changed
    }
}

impl<E: Engine> Journal for Ledger<E> {
    fn epoch(&self) -> &str {
        self.engine.epoch()
    }

    fn append(&mut self, batches: Vec<PreparedBatch>) -> Result<Vec<Appended>, JournalError> {
        let (recorded, events) = self.transact(|transaction| transaction.append(batches))?;
        let mut events = events.into_iter().map(|event| event.stored);
        let appended = recorded.into_iter().map(|batch| Appended {
            events: events.by_ref().take(batch.events).collect(),
            outcomes: batch.outcomes,
        });
        Ok(appended.collect())
    }

    fn settle(&mut self, now: Timestamp, patience: Duration) -> Result<Vec<Stored>, JournalError> {
        self.settle_waiting(now, patience)
    }

    fn checkpoint(&mut self, timelines: &[Timeline]) -> Result<(), JournalError> {
        let store = |transaction: &mut Transaction<'_, E>| {
            transaction.fetch_workflows(timelines.iter().map(|timeline| &timeline.adw_id))?;
            for timeline in timelines {
                let row = CheckpointRow {
                    workflow: transaction.workflow(&timeline.adw_id)?,
                    seq: timeline.seq,
                    timeline: encode::text("a timeline", timeline)?,
                    card: encode::text("a card", &Card::of(timeline))?,
                };
                transaction.changes.checkpoints.push(row);
            }
            Ok(())
        };
        self.transact(store).map(|_| ())
    }

    fn prune(&mut self, adw_id: &AdwId, older_than: Option<Timestamp>) -> Result<u64, JournalError> {
        self.transact(|transaction| transaction.remove_oldest(adw_id, older_than))
            .map(|(removed, _)| removed)
    }

    fn used_bytes(&mut self) -> Result<u64, JournalError> {
        self.engine.used_bytes()
    }

    fn indexer(&self) -> Result<Box<dyn Indexer>, JournalError> {
        self.engine.indexer()
    }

    fn reader(&self) -> Result<Box<dyn Reader>, JournalError> {
        self.engine.reader()
    }

    fn media(&self) -> Media {
        self.engine.media()
    }

    fn sweep_media(&mut self) -> Result<u64, JournalError> {
        self.remove_pictures()
    }

    fn close(&mut self) -> Result<(), JournalError> {
        self.engine.close()
    }
}
