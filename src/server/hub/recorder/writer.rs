//! The one thread that writes: it commits whatever is waiting as one transaction, publishes, then acknowledges.
//!
//! It never lingers: the next batch collects while this one commits. Who has its acknowledgement and looks, finds what
//! it pushed; so publishing comes first, and it costs microseconds beside the commit.

mod retention;
mod round;

use std::collections::HashMap;
use std::sync::Arc;
use std::thread::JoinHandle;

use tokio::sync::{mpsc, oneshot};
use tracing::{error, warn};

use super::{Progress, RecordError, Room};
use crate::hub::indexing::Indexing;
use crate::hub::live::Live;
use crate::hub::upkeep::{Upkeep, UpkeepClock};
use domain::adw_id::AdwId;
use domain::timeline::Timeline;
use journal::{Appended, Journal, JournalError, Outcome, PreparedBatch, Stored};
use retention::RetentionPass;
use round::Unsaved;

/// One transaction takes at most this much, so that the first to wait need not wait for all.
const COMMIT_EVENTS: usize = 1_000;
const COMMIT_BYTES: usize = 1024 * 1024;

/// What the writer is asked to do.
pub enum Job {
    Record {
        batch: PreparedBatch,
        reply: oneshot::Sender<Result<Vec<Outcome>, RecordError>>,
        room: Room,
    },
    /// A round of upkeep.
    Upkeep,
    /// A step of retention.
    Retention,
    Close {
        reply: oneshot::Sender<()>,
    },
}

/// Who waits for a batch. Its room is free once the batch is recorded, whether its publisher still waits or not.
struct Waiting {
    reply: oneshot::Sender<Result<Vec<Outcome>, RecordError>>,
    _room: Room,
}

/// Whom the writer tells what it has done.
pub struct Owners {
    pub live: Arc<Live>,
    pub indexing: Arc<Indexing>,
    pub clock: Arc<UpkeepClock>,
    pub progress: Arc<Progress>,
}

struct Writer {
    journal: Box<dyn Journal>,
    live: Arc<Live>,
    indexing: Arc<Indexing>,
    clock: Arc<UpkeepClock>,
    progress: Arc<Progress>,
    upkeep: Upkeep,
    /// Workflows whose timeline is newer than the stored one.
    unsaved: HashMap<AdwId, Unsaved>,
    /// The round in which timelines are stored again.
    stores_from: u64,
    retention: RetentionPass,
}

/// What came out of the queue at once.
#[derive(Default)]
struct Round {
    batches: Vec<PreparedBatch>,
    waiting: Vec<Waiting>,
    has_upkeep: bool,
    has_retention: bool,
    closing: Option<oneshot::Sender<()>>,
}

impl Round {
    /// Takes whatever waits, as much as one transaction may hold.
    fn collect(first: Job, queue: &mut mpsc::Receiver<Job>) -> Self {
        let mut round = Self::default();
        let (mut events, mut bytes) = (0, 0);
        let mut next = Some(first);
        while let Some(job) = next {
            match job {
                Job::Record { batch, reply, room } => {
                    events += batch.drafts.len();
                    bytes += batch.size_bytes;
                    round.batches.push(batch);
                    round.waiting.push(Waiting { reply, _room: room });
                }
                Job::Upkeep => round.has_upkeep = true,
                Job::Retention => round.has_retention = true,
                Job::Close { reply } => {
                    round.closing = Some(reply);
                    break;
                }
            }
            let is_full = events >= COMMIT_EVENTS || bytes >= COMMIT_BYTES;
            next = if is_full { None } else { queue.try_recv().ok() };
        }
        round
    }
}

pub fn start(
    journal: Box<dyn Journal>,
    owners: Owners,
    mut queue: mpsc::Receiver<Job>,
    upkeep: Upkeep,
) -> JoinHandle<()> {
    let mut writer = Writer {
        journal,
        live: owners.live,
        indexing: owners.indexing,
        clock: owners.clock,
        progress: owners.progress,
        upkeep,
        unsaved: HashMap::new(),
        stores_from: 0,
        retention: RetentionPass::default(),
    };
    std::thread::spawn(move || {
        while let Some(first) = queue.blocking_recv() {
            let round = Round::collect(first, &mut queue);
            writer.record(round.batches, round.waiting);
            if round.has_upkeep {
                writer.keep_up();
            }
            if round.has_upkeep || round.has_retention {
                let has_more = writer.progress.stopped().is_none() && writer.remove_some();
                writer.clock.set_retention(has_more);
            }
            if let Some(reply) = round.closing {
                writer.close();
                let _ = reply.send(());
                return;
            }
        }
        writer.close();
    })
}

impl Writer {
    fn record(&mut self, batches: Vec<PreparedBatch>, waiting: Vec<Waiting>) {
        if batches.is_empty() {
            return;
        }
        let appended = self.progress.check();
        let appended = appended.and_then(|()| self.journal.append(batches).map_err(|error| self.refusal(&error)));
        let appended = match appended {
            Ok(appended) => appended,
            Err(refusal) => {
                for waiting in waiting {
                    let _ = waiting.reply.send(Err(refusal.clone()));
                }
                return;
            }
        };
        self.progress.commits.add(1);
        let mut events: Vec<Stored> = Vec::new();
        let mut acknowledgements = Vec::with_capacity(waiting.len());
        for (Appended { outcomes, events: more }, waiting) in appended.into_iter().zip(waiting) {
            let is_known = |outcome: &&Outcome| matches!(outcome, Outcome::Duplicate | Outcome::Differs);
            self.progress.duplicates.add(outcomes.iter().filter(is_known).count());
            events.extend(more);
            acknowledgements.push((waiting, outcomes));
        }
        let due = self.publish(events);
        for (waiting, outcomes) in acknowledgements {
            // A publisher that went away does not matter: what it pushed is kept.
            let _ = waiting.reply.send(Ok(outcomes));
        }
        self.checkpoint(&due);
    }

    /// Applies committed events and wakes whoever follows; the timelines that are due to be stored.
    fn publish(&mut self, events: Vec<Stored>) -> Vec<Timeline> {
        if events.is_empty() {
            return Vec::new();
        }
        self.progress.recorded.add(events.len());
        self.indexing.mark();
        let round = self.live.round();
        let mut due = Vec::new();
        for published in self.live.publish(events, self.upkeep.checkpoint_every) {
            due.extend(published.due.map(Arc::unwrap_or_clone));
            let unsaved = self.unsaved.entry(published.adw_id).or_default();
            unsaved.events += published.events;
            unsaved.round = round;
        }
        due
    }

    /// A full disk passes; after any other failure nothing may be acknowledged again, since what the file holds is unsure.
    fn refusal(&self, cause: &JournalError) -> RecordError {
        match cause {
            JournalError::Full => {
                warn!("the disk is full; events are refused until there is space");
                RecordError::Full
            }
            other => {
                error!(error = %other, "recording stopped; restart adwatch");
                RecordError::Stopped(self.progress.stop(|| other.to_string()).to_owned())
            }
        }
    }

    fn close(&mut self) {
        if self.progress.stopped().is_some() {
            return;
        }
        let unsaved: Vec<AdwId> = self.unsaved.keys().cloned().collect();
        for adw_ids in unsaved.chunks(64) {
            self.store(adw_ids);
        }
        if let Err(error) = self.journal.close() {
            warn!(%error, "the journal was not closed cleanly; no acknowledged event is lost");
        }
        self.progress.stop(|| "adwatch is shutting down".to_owned());
    }
}
