//! The one owner of the timelines: it records, and hands out subscriptions.
//!
//! Applying a committed batch and taking a snapshot with its cursor share one short lock per workflow, so a subscriber
//! sees every event once; no lock is held across a commit.

mod bell;
mod board;
mod feed;
mod frame;
mod indexing;
mod live;
mod pages;
mod stats;
mod subscription;
mod upkeep;
mod wake;
mod writer;

use std::collections::HashMap;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, RwLock};
use std::thread::JoinHandle;
use std::time::Duration;

use serde_json::{Map, Value};
use tokio::sync::{Semaphore, mpsc, oneshot};

pub use bell::Bell;
use board::Board;
pub use board::BoardSubscription;
use domain::adw_id::AdwId;
use domain::card::Card;
use domain::media_name::MediaName;
use domain::timeline::Timeline;
use draft::picture::Picture;
use feed::Feed;
pub use feed::{FeedSubscription, Next as FeedNext, Types};
pub use frame::Frame;
use indexing::Indexing;
use journal::media::Media;
use journal::preview::prepare;
use journal::{Batch, Found, Journal, JournalError, Outcome, Page, PageQuery, Part, Tail};
use live::{Live, SharedLive};
use pages::Pages;
pub use stats::Stats;
pub use subscription::Subscription;
use upkeep::Keeper;
pub use upkeep::Upkeep;
use writer::Job;
pub use writer::Keep;

/// What may wait for the writer before publishers are told to come back later.
const QUEUE_BYTES: usize = 64 * 1024 * 1024;
const QUEUE_JOBS: usize = 4_096;
/// How long a publisher waits for room in the queue: less than the two seconds after which scripts give up.
const ROOM_WAIT: Duration = Duration::from_millis(1_000);

/// Connections that read the journal.
const READERS: usize = 6;

/// Why something could not be recorded. Nothing of the batch was kept.
#[derive(Clone, Debug, thiserror::Error)]
pub enum RecordError {
    #[error("more is waiting to be recorded than fits; try again in a second")]
    Busy,
    #[error("the disk is full; make room, and recording goes on by itself")]
    Full,
    #[error("a picture cannot be kept: {0}; make the folder of the journal writable, and recording goes on by itself")]
    Picture(String),
    #[error("recording has stopped: {0}; restart adwatch")]
    Stopped(String),
}

/// See the module. Shared by everything that records or looks.
pub struct Hub {
    shared: Arc<Shared>,
    jobs: mpsc::Sender<Job>,
    room: Arc<Semaphore>,
    threads: Mutex<Vec<JoinHandle<()>>>,
    media: Media,
}

/// What the writer, the board and the subscriptions work on.
struct Shared {
    epoch: String,
    workflows: RwLock<HashMap<AdwId, Arc<Mutex<Live>>>>,
    board: Board,
    feed: Feed,
    indexing: Arc<Indexing>,
    keeper: Arc<Keeper>,
    /// Rounds of the keeper so far: the hub's clock for what is not used any more.
    round: AtomicU64,
    pages: Pages,
    stopped: OnceLock<String>,
    recorded: AtomicU64,
    duplicates: AtomicU64,
    commits: AtomicU64,
}

impl Hub {
    /// Takes over a journal: reads its cards, then starts the writer.
    ///
    /// Takes as long as there are workflows, however many events they have: timelines are read when they are needed, and cards that
    /// are older than their workflow are made meanwhile.
    pub fn open(journal: Box<dyn Journal>, upkeep: Upkeep) -> Result<Self, JournalError> {
        let board = Board::default();
        let mut workflows = HashMap::new();
        for (adw_id, head, card) in journal.reader()?.workflows()? {
            if card.is_none() {
                board.mark(&adw_id);
            }
            let live = Live::asleep(&adw_id, head, card);
            workflows.insert(adw_id, Arc::new(Mutex::new(live)));
        }
        // Before the readers, who look for what it makes.
        let indexer = journal
            .indexer()
            .inspect_err(|error| tracing::warn!(%error, "there is no search index; searches read all events"));
        // Two for exports and filters, two for searches, two for pages and for those that fell behind.
        let readers = (0..READERS).map(|_| journal.reader()).collect::<Result<Vec<_>, _>>()?;
        let shared = Arc::new(Shared {
            epoch: journal.epoch().to_owned(),
            workflows: RwLock::new(workflows),
            board,
            feed: Feed::default(),
            indexing: Arc::default(),
            keeper: Arc::default(),
            round: 0.into(),
            pages: Pages::new(readers),
            stopped: OnceLock::new(),
            recorded: 0.into(),
            duplicates: 0.into(),
            commits: 0.into(),
        });
        let media = journal.media();
        let (jobs, queue) = mpsc::channel(QUEUE_JOBS);
        let round = upkeep.round;
        let mut threads = vec![
            writer::start(journal, Arc::clone(&shared), queue, upkeep),
            board::start(&shared),
            upkeep::start(Arc::clone(&shared.keeper), round, jobs.downgrade()),
        ];
        threads.extend(
            indexer
                .ok()
                .map(|indexer| indexing::start(indexer, Arc::clone(&shared.indexing))),
        );
        Ok(Self {
            shared,
            jobs,
            room: Arc::new(Semaphore::new(QUEUE_BYTES / 1024)),
            threads: Mutex::new(threads),
            media,
        })
    }

    /// Records a batch; returns once it is committed, with the outcome of each draft in order.
    pub async fn record(&self, batch: Batch) -> Result<Vec<Outcome>, RecordError> {
        if let Some(reason) = self.shared.stopped.get() {
            return Err(RecordError::Stopped(reason.clone()));
        }
        let mut batch = prepare(batch).map_err(|error| RecordError::Stopped(error.to_string()))?;
        let pictures = std::mem::take(&mut batch.pictures);
        if !pictures.is_empty() {
            let media = self.media.clone();
            let kept = tokio::task::spawn_blocking(move || keep(&media, &pictures)).await;
            kept.unwrap_or_else(|error| Err(RecordError::Picture(error.to_string())))?;
        }
        let kib = (batch.size_bytes / 1024 + 1).min(QUEUE_BYTES / 1024) as u32;
        let room = match self.room.clone().try_acquire_many_owned(kib) {
            Ok(room) => room,
            Err(_) => match tokio::time::timeout(ROOM_WAIT, self.room.clone().acquire_many_owned(kib)).await {
                Ok(Ok(room)) => room,
                Ok(Err(_)) | Err(_) => return Err(RecordError::Busy),
            },
        };
        let (reply, answer) = oneshot::channel();
        let job = Job::Record { batch, reply };
        if self.jobs.send_timeout(job, ROOM_WAIT).await.is_err() {
            return Err(RecordError::Busy);
        }
        let outcome = answer
            .await
            .unwrap_or_else(|_| Err(RecordError::Stopped("the writer has ended".into())));
        drop(room);
        outcome
    }

    /// The same for threads. Waits for room as long as it takes: a file can be read later.
    pub fn record_blocking(&self, batch: Batch) -> Result<Vec<Outcome>, RecordError> {
        let mut batch = prepare(batch).map_err(|error| RecordError::Stopped(error.to_string()))?;
        keep(&self.media, &std::mem::take(&mut batch.pictures))?;
        let (reply, answer) = oneshot::channel();
        let job = Job::Record { batch, reply };
        let ended = || RecordError::Stopped("the writer has ended".into());
        self.jobs.blocking_send(job).map_err(|_| ended())?;
        answer.blocking_recv().unwrap_or_else(|_| Err(ended()))
    }

    /// The name of this life of the journal.
    pub fn epoch(&self) -> &str {
        &self.shared.epoch
    }

    /// The cards of all workflows, in the order of their ids. Where one is older than its workflow, it is made first; that
    /// blocks.
    pub fn cards(&self) -> Result<Vec<Card>, JournalError> {
        let all: Vec<_> = read_lock(&self.shared.workflows).values().cloned().collect();
        let cards = all.iter().map(|live| self.shared.card(live));
        let mut cards: Vec<Card> = cards.filter_map(Result::transpose).collect::<Result<_, _>>()?;
        cards.sort_by(|a, b| a.adw_id.cmp(&b.adw_id));
        Ok(cards)
    }

    /// The timeline of a workflow; none before its first event. Blocks where it must be read.
    pub fn timeline(&self, adw_id: &AdwId) -> Result<Option<Timeline>, JournalError> {
        let Some(live) = self.shared.find(adw_id) else {
            return Ok(None);
        };
        let timeline = self.shared.awake(&live, |live| live.timeline().cloned())?;
        Ok(timeline.filter(|timeline| timeline.seq > 0))
    }

    /// The newest event of a workflow that is shown; none before its first.
    pub fn head(&self, adw_id: &AdwId) -> Option<u64> {
        let live = self.shared.find(adw_id)?;
        let seq = lock(&live).seq;
        (seq > 0).then_some(seq)
    }

    /// The events of a workflow from its next one on, or after the seq that a viewer has (`resume`: epoch and seq).
    ///
    /// Starts with a snapshot where the epoch differs, the seq lies ahead of the head, or too far behind to be useful.
    pub fn subscribe(&self, adw_id: &AdwId, resume: Option<(&str, u64)>, bell: &Bell) -> Subscription {
        Subscription::new(Arc::clone(&self.shared), adw_id, resume, bell)
    }

    /// All cards, and then what changes, at most four times a second.
    pub fn subscribe_board(&self, bell: &Bell) -> BoardSubscription {
        BoardSubscription::new(Arc::clone(&self.shared), bell)
    }

    /// Every event of every workflow, from now on.
    pub fn subscribe_feed(&self, bell: &Bell) -> FeedSubscription {
        FeedSubscription::new(Arc::clone(&self.shared), bell)
    }

    /// Reads from the journal; ends early once nobody wants it. Blocks.
    pub fn page(
        &self,
        adw_id: &AdwId,
        query: &PageQuery,
        is_wanted: &dyn Fn() -> bool,
    ) -> Result<Option<Page>, JournalError> {
        self.shared.pages.with(|reader| reader.page(adw_id, query, is_wanted))
    }

    /// Counts the events that match, and names the newest of them; ends early once nobody wants it. Reads from the journal; blocks.
    pub fn search(
        &self,
        adw_id: &AdwId,
        query: &PageQuery,
        is_wanted: &dyn Fn() -> bool,
    ) -> Result<Option<Found>, JournalError> {
        self.shared.pages.with(|reader| reader.search(adw_id, query, is_wanted))
    }

    /// Some events with their whole payloads. Reads from the journal; blocks.
    pub fn part(&self, adw_id: &AdwId, query: &PageQuery, enough_bytes: usize) -> Result<Option<Part>, JournalError> {
        self.shared
            .pages
            .with(|reader| reader.part(adw_id, query, enough_bytes))
    }

    /// One event with its whole payload. Reads from the journal; blocks.
    pub fn event(&self, adw_id: &AdwId, seq: u64) -> Result<Option<String>, JournalError> {
        self.shared.pages.with(|reader| reader.event(adw_id, seq))
    }

    /// The state document as last read or pushed. Reads from the journal; blocks.
    pub fn document(&self, adw_id: &AdwId) -> Result<Option<Map<String, Value>>, JournalError> {
        self.shared.pages.with(|reader| reader.document(adw_id))
    }

    /// What was read of a workflow's files, every run of each. Reads from the journal; blocks.
    pub fn sources(&self, adw_id: &AdwId) -> Result<Vec<Tail>, JournalError> {
        self.shared.pages.with(|reader| reader.tails(Some(adw_id)))
    }

    /// How far every file was read, in its newest run. Reads from the journal; blocks.
    pub fn tails(&self) -> Result<Vec<Tail>, JournalError> {
        self.shared.pages.with(|reader| reader.tails(None))
    }

    /// The workflows that tell of the picture. Reads from the journal; blocks.
    pub fn referrers(&self, name: &MediaName) -> Result<Vec<AdwId>, JournalError> {
        self.shared.pages.with(|reader| reader.referrers(name))
    }

    /// The bytes of a picture; none if it is not here. Blocks.
    pub fn picture(&self, name: &MediaName) -> Result<Option<Vec<u8>>, JournalError> {
        let read = self.media.read(name);
        read.map_err(|error| JournalError::Read(format!("{name}: {error}")))
    }

    /// Records what is waiting, stores the timelines, and closes the journal; blocks. Later records are refused.
    pub fn close(&self) {
        let (reply, done) = oneshot::channel();
        if self.jobs.blocking_send(Job::Close { reply }).is_ok() {
            let _ = done.blocking_recv();
        }
        self.shared.stop();
        for thread in lock(&self.threads).drain(..) {
            let _ = thread.join();
        }
    }
}

impl Drop for Hub {
    fn drop(&mut self) {
        self.shared.stop();
    }
}

impl Shared {
    /// Ends the threads beside the writer.
    fn stop(&self) {
        self.board.stop();
        self.indexing.stop();
        self.keeper.stop();
    }

    fn find(&self, adw_id: &AdwId) -> Option<Arc<Mutex<Live>>> {
        read_lock(&self.workflows).get(adw_id).cloned()
    }

    /// The workflow, made empty where it is new.
    fn find_or_make(&self, adw_id: &AdwId) -> Arc<Mutex<Live>> {
        if let Some(live) = self.find(adw_id) {
            return live;
        }
        let mut workflows = self.workflows.write().unwrap_or_else(PoisonError::into_inner);
        let make = || Arc::new(Mutex::new(Live::new(adw_id)));
        Arc::clone(workflows.entry(adw_id.clone()).or_insert_with(make))
    }

    /// Forgets a workflow that nobody looks at and that never had an event.
    fn forget_if_empty(&self, adw_id: &AdwId) {
        let mut workflows = self.workflows.write().unwrap_or_else(PoisonError::into_inner);
        let is_empty = workflows
            .get(adw_id)
            .is_some_and(|live| Arc::strong_count(live) == 1 && lock(live).is_forgettable());
        if is_empty {
            workflows.remove(adw_id);
        }
    }

    /// The newest cards that are known, without reading.
    fn known_cards(&self) -> Vec<Card> {
        let all: Vec<_> = read_lock(&self.workflows).values().cloned().collect();
        let mut cards: Vec<Card> = all.iter().filter_map(|live| lock(live).card()).collect();
        cards.sort_by(|a, b| a.adw_id.cmp(&b.adw_id));
        cards
    }

    /// The card of a workflow as it is now; none before its first event. Blocks where it must be made.
    fn card(&self, live: &SharedLive) -> Result<Option<Card>, JournalError> {
        {
            let mut live = lock(live);
            if live.timeline().is_some() || live.has_fresh_card() {
                return Ok(live.card());
            }
        }
        self.awake(live, Live::card)
    }
}

/// Writes the pictures of a batch, before any event tells of them.
fn keep(media: &Media, pictures: &[Picture]) -> Result<(), RecordError> {
    use std::io::ErrorKind;
    media.store(pictures).map_err(|error| match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => RecordError::Full,
        _ => RecordError::Picture(error.to_string()),
    })
}

/// Nothing in here panics while it holds a lock, and what it guards is whole after every statement.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn read_lock<T>(lock: &RwLock<T>) -> std::sync::RwLockReadGuard<'_, T> {
    lock.read().unwrap_or_else(PoisonError::into_inner)
}
