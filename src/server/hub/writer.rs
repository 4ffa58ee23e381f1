//! The one thread that writes: it commits whatever is waiting as one transaction, publishes, then acknowledges.
//!
//! It never lingers: the next batch collects while this one commits. Who has its acknowledgement and looks, finds what
//! it pushed; so publishing comes first, and it costs microseconds beside the commit.

mod prune;
mod tend;

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread::JoinHandle;

use tokio::sync::{mpsc, oneshot};
use tracing::{error, warn};

use super::live::by_workflow;
use super::{Bell, RecordError, Shared, Upkeep, lock};
use domain::adw_id::AdwId;
use domain::timeline::Timeline;
use journal::{Appended, Journal, JournalError, Outcome, PreparedBatch, Stored};
pub use prune::Keep;
use prune::Pruning;
use tend::Unsaved;

/// One transaction takes at most this much, so that the first to wait need not wait for all.
const COMMIT_EVENTS: usize = 1_000;
const COMMIT_BYTES: usize = 1024 * 1024;

type Reply = oneshot::Sender<Result<Vec<Outcome>, RecordError>>;

/// What the writer is asked to do.
pub(super) enum Job {
    Record {
        batch: PreparedBatch,
        reply: Reply,
    },
    /// A round of upkeep.
    Tend,
    /// A step of what is to be pruned.
    Prune,
    Close {
        reply: oneshot::Sender<()>,
    },
}

struct Writer {
    journal: Box<dyn Journal>,
    shared: Arc<Shared>,
    upkeep: Upkeep,
    /// Workflows whose timeline is newer than the stored one.
    unsaved: HashMap<AdwId, Unsaved>,
    /// The round in which upkeep goes on.
    tends_from: u64,
    pruning: Pruning,
}

pub(super) fn start(
    journal: Box<dyn Journal>,
    shared: Arc<Shared>,
    mut queue: mpsc::Receiver<Job>,
    upkeep: Upkeep,
) -> JoinHandle<()> {
    let mut writer = Writer {
        journal,
        shared,
        upkeep,
        unsaved: HashMap::new(),
        tends_from: 0,
        pruning: Pruning::default(),
    };
    std::thread::spawn(move || {
        while let Some(first) = queue.blocking_recv() {
            let mut batches = Vec::new();
            let mut replies = Vec::new();
            let (mut events, mut bytes) = (0, 0);
            let mut next = Some(first);
            let mut closing = None;
            let (mut tends, mut prunes) = (false, false);
            while let Some(job) = next {
                match job {
                    Job::Record { batch, reply } => {
                        events += batch.drafts.len();
                        bytes += batch.size_bytes;
                        batches.push(batch);
                        replies.push(reply);
                    }
                    Job::Tend => tends = true,
                    Job::Prune => prunes = true,
                    Job::Close { reply } => {
                        closing = Some(reply);
                        break;
                    }
                }
                next = if events < COMMIT_EVENTS && bytes < COMMIT_BYTES {
                    queue.try_recv().ok()
                } else {
                    None
                };
            }
            writer.record(batches, replies);
            if tends {
                writer.tend();
            }
            if tends || prunes {
                let has_more = writer.shared.stopped.get().is_none() && writer.prune();
                writer.shared.keeper.set_prunes(has_more);
            }
            if let Some(reply) = closing {
                writer.close();
                let _ = reply.send(());
                return;
            }
        }
        writer.close();
    })
}

impl Writer {
    fn record(&mut self, batches: Vec<PreparedBatch>, replies: Vec<Reply>) {
        if batches.is_empty() {
            return;
        }
        let appended = match self.shared.stopped.get() {
            Some(reason) => Err(RecordError::Stopped(reason.clone())),
            None => self.journal.append(batches).map_err(|error| self.refusal(&error)),
        };
        let appended = match appended {
            Ok(appended) => appended,
            Err(refusal) => {
                for reply in replies {
                    let _ = reply.send(Err(refusal.clone()));
                }
                return;
            }
        };
        self.shared.commits.fetch_add(1, Ordering::Relaxed);
        let mut published: Vec<Stored> = Vec::new();
        let mut acknowledgements = Vec::with_capacity(replies.len());
        for (Appended { outcomes, events }, reply) in appended.into_iter().zip(replies) {
            let is_known = |outcome: &&Outcome| matches!(outcome, Outcome::Duplicate | Outcome::Differs);
            let duplicates = outcomes.iter().filter(is_known).count();
            self.shared.duplicates.fetch_add(duplicates as u64, Ordering::Relaxed);
            published.extend(events);
            acknowledgements.push((reply, outcomes));
        }
        self.shared
            .recorded
            .fetch_add(published.len() as u64, Ordering::Relaxed);
        let due = self.publish(published);
        for (reply, outcomes) in acknowledgements {
            // A publisher that went away does not matter: what it pushed is kept.
            let _ = reply.send(Ok(outcomes));
        }
        self.checkpoint(&due);
    }

    /// Applies the events and wakes whoever follows; the timelines that are due to be stored.
    fn publish(&mut self, events: Vec<Stored>) -> Vec<Timeline> {
        let mut due = Vec::new();
        let round = self.shared.round.load(Ordering::Relaxed);
        self.shared.feed.publish(&events);
        if !events.is_empty() {
            self.shared.indexing.mark();
        }
        for (adw_id, events) in by_workflow(events) {
            let live = self.shared.find_or_make(&adw_id);
            let mut live = lock(&live);
            let followers = live.publish(&events);
            live.used = round;
            if let Some(timeline) = live.timeline()
                && live.seq - live.checkpointed >= self.upkeep.checkpoint_every
            {
                due.push(timeline.clone());
            }
            drop(live);
            followers.iter().for_each(Bell::ring);
            self.shared.board.mark(&adw_id);
            let unsaved = self.unsaved.entry(adw_id).or_default();
            unsaved.events += events.len() as u64;
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
                RecordError::Stopped(self.shared.stopped.get_or_init(|| other.to_string()).clone())
            }
        }
    }

    fn close(&mut self) {
        if self.shared.stopped.get().is_some() {
            return;
        }
        let unsaved: Vec<AdwId> = self.unsaved.keys().cloned().collect();
        for adw_ids in unsaved.chunks(64) {
            self.store(adw_ids);
        }
        if let Err(error) = self.journal.close() {
            warn!(%error, "the journal was not closed cleanly; no acknowledged event is lost");
        }
        self.shared
            .stopped
            .get_or_init(|| "adwatch is shutting down".to_owned());
    }
}
