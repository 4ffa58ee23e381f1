//! The one owner of the journal and of what is known in memory, with three doors: it records, it is followed, it is read.
//!
//! What is recorded is committed first, then published, then acknowledged; no lock is held across a commit.

mod archive;
mod frame;
mod indexing;
mod live;
mod recorder;
mod stats;
mod upkeep;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard};
use std::thread::JoinHandle;

pub use archive::Archive;
pub use frame::{EncodeError, Frame};
use indexing::Indexing;
use journal::{Journal, JournalError};
pub use live::{Bell, BoardSubscription, FeedNext, FeedSubscription, Live, Subscription, SubscriptionError, Types};
pub use recorder::{RecordError, Recorder};
pub use stats::Stats;
use upkeep::UpkeepClock;
pub use upkeep::{Retention, Upkeep};

/// See the module. Whoever needs one door only is given that.
pub struct Hub {
    /// Takes what happened.
    pub recorder: Arc<Recorder>,
    /// What is known now, and what happens.
    pub live: Arc<Live>,
    /// What was recorded, read from the journal.
    pub archive: Arc<Archive>,
    indexing: Arc<Indexing>,
    clock: Arc<UpkeepClock>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

impl Hub {
    /// Takes over a journal: reads its cards, then starts the writer.
    ///
    /// Takes as long as there are workflows, however many events they have: timelines are read when they are needed, and cards that
    /// are older than their workflow are made meanwhile.
    pub fn open(journal: Box<dyn Journal>, upkeep: Upkeep) -> Result<Self, JournalError> {
        // Before the archive's readers, who look for what it makes.
        let indexer = journal
            .indexer()
            .inspect_err(|error| tracing::warn!(%error, "there is no search index; searches will read all events"));
        let archive = Arc::new(Archive::open(journal.as_ref())?);
        let known = journal.reader()?.workflows()?;
        let live = Arc::new(Live::new(journal.epoch(), known, Arc::clone(&archive)));
        let indexing = Arc::<Indexing>::default();
        let clock = Arc::<UpkeepClock>::default();
        let round = upkeep.round;
        let (recorder, writer) = Recorder::start(journal, &live, &indexing, &clock, upkeep);
        let mut threads = vec![
            writer,
            live::board::start(&live),
            upkeep::start(Arc::clone(&clock), round, recorder.jobs()),
        ];
        threads.extend(live::start_refolding(&live));
        let indexer = indexer.map(|indexer| indexing::start(indexer, Arc::clone(&indexing)));
        threads.extend(indexer.ok());
        Ok(Self {
            recorder: Arc::new(recorder),
            live,
            archive,
            indexing,
            clock,
            threads: Mutex::new(threads),
        })
    }

    /// The name of this life of the journal.
    pub fn epoch(&self) -> &str {
        self.live.epoch()
    }

    /// Records what is waiting, stores the timelines, and closes the journal; blocks. Later records are refused.
    pub fn close(&self) {
        self.recorder.close();
        self.stop();
        for thread in lock(&self.threads).drain(..) {
            let _ = thread.join();
        }
    }

    /// Ends the threads beside the writer.
    fn stop(&self) {
        self.live.stop();
        self.indexing.stop();
        self.clock.stop();
    }
}

impl Drop for Hub {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Nothing in here panics while it holds a lock, and what it guards is whole after every statement.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn read_lock<T>(lock: &RwLock<T>) -> RwLockReadGuard<'_, T> {
    lock.read().unwrap_or_else(PoisonError::into_inner)
}
