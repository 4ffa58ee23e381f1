//! What happened comes in here: prepared by whoever records it, queued, and committed by the one thread that writes.
//!
//! Tasks and threads record through the same queue and the same budget of bytes, so what waits in memory is bounded whoever it is of.

mod budget;
mod large;
mod progress;
mod writer;

use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;

use super::indexing::Indexing;
use super::live::Live;
use super::upkeep::{Upkeep, UpkeepClock};
use budget::{Budget, Room};
use journal::media::Media;
use journal::preview::prepare;
use journal::{Batch, Journal, Outcome, PreparedBatch};
use large::is_large;
pub(super) use progress::Progress;
pub(super) use writer::Job;

/// What may wait for the writer before publishers are told to come back later.
const QUEUE_BYTES: usize = 64 * 1024 * 1024;
const QUEUE_JOBS: usize = 4_096;
/// How long a publisher waits for room in the queue: less than the two seconds after which scripts give up.
const ROOM_WAIT: Duration = Duration::from_millis(1_000);

/// Why something could not be recorded. Nothing of the batch was kept.
#[derive(Clone, Debug, thiserror::Error)]
pub enum RecordError {
    #[error("too many events are waiting to be recorded; try again in a second")]
    Busy,
    #[error("the disk is full; free up space, and recording resumes by itself")]
    Full,
    #[error("cannot save a picture: {0}; make the journal's folder writable, and recording resumes by itself")]
    Picture(String),
    #[error("recording stopped: {0}; restart adwatch")]
    Stopped(String),
}

/// See the module. One per journal.
pub struct Recorder {
    jobs: mpsc::Sender<Job>,
    budget: Budget,
    media: Media,
    progress: Arc<Progress>,
}

impl Recorder {
    /// Starts the thread that writes, which is given as well.
    pub(super) fn start(
        journal: Box<dyn Journal>,
        live: &Arc<Live>,
        indexing: &Arc<Indexing>,
        clock: &Arc<UpkeepClock>,
        upkeep: Upkeep,
    ) -> (Self, JoinHandle<()>) {
        let (jobs, queue) = mpsc::channel(QUEUE_JOBS);
        let progress = Arc::<Progress>::default();
        let recorder = Self {
            jobs,
            budget: Budget::new(QUEUE_BYTES),
            media: journal.media(),
            progress: Arc::clone(&progress),
        };
        let owners = writer::Owners {
            live: Arc::clone(live),
            indexing: Arc::clone(indexing),
            clock: Arc::clone(clock),
            progress,
        };
        (recorder, writer::start(journal, owners, queue, upkeep))
    }

    /// Records a batch; returns once it is committed, with the outcome of each draft in order.
    pub async fn record(&self, batch: Batch) -> Result<Vec<Outcome>, RecordError> {
        self.progress.check()?;
        let batch = if is_large(&batch) || !batch.pictures.is_empty() {
            let media = self.media.clone();
            match tokio::task::spawn_blocking(move || ready(&media, batch)).await {
                Ok(ready) => ready?,
                Err(error) => match error.try_into_panic() {
                    // As if it had happened here.
                    Ok(panic) => std::panic::resume_unwind(panic),
                    Err(_) => return Err(RecordError::Stopped("adwatch is shutting down".into())),
                },
            }
        } else {
            encoded(batch)?
        };
        let queued = timeout(ROOM_WAIT, async {
            let room = self.budget.take(batch.size_bytes).await;
            let place = self.jobs.reserve().await.map_err(|_| ended())?;
            let (job, answer) = job(batch, room);
            place.send(job);
            Ok(answer)
        });
        let answer = queued.await.map_err(|_| RecordError::Busy)??;
        answer.await.unwrap_or_else(|_| Err(ended()))
    }

    /// The same for threads. Waits for room as long as it takes: a file can be read later.
    pub fn record_blocking(&self, batch: Batch) -> Result<Vec<Outcome>, RecordError> {
        let batch = ready(&self.media, batch)?;
        let room = self.budget.take_blocking(batch.size_bytes);
        let (job, answer) = job(batch, room);
        self.jobs.blocking_send(job).map_err(|_| ended())?;
        answer.blocking_recv().unwrap_or_else(|_| Err(ended()))
    }

    pub(super) fn progress(&self) -> &Progress {
        &self.progress
    }

    /// The queue for whoever asks the writer for upkeep. Held only weakly: the writer ends when nobody else can record.
    pub(super) fn jobs(&self) -> mpsc::WeakSender<Job> {
        self.jobs.downgrade()
    }

    /// Records what is waiting and closes the journal; blocks.
    pub(super) fn close(&self) {
        let (reply, done) = oneshot::channel();
        if self.jobs.blocking_send(Job::Close { reply }).is_ok() {
            let _ = done.blocking_recv();
        }
    }
}

type Answer = oneshot::Receiver<Result<Vec<Outcome>, RecordError>>;

fn job(batch: PreparedBatch, room: Room) -> (Job, Answer) {
    let (reply, answer) = oneshot::channel();
    (Job::Record { batch, reply, room }, answer)
}

fn encoded(batch: Batch) -> Result<PreparedBatch, RecordError> {
    prepare(batch).map_err(|error| RecordError::Stopped(error.to_string()))
}

/// Encodes what a batch holds, and writes its pictures before any event tells of them; blocks.
fn ready(media: &Media, batch: Batch) -> Result<PreparedBatch, RecordError> {
    use std::io::ErrorKind;
    let mut batch = encoded(batch)?;
    let pictures = std::mem::take(&mut batch.pictures);
    if !pictures.is_empty() {
        media.store(&pictures).map_err(|error| match error.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => RecordError::Full,
            _ => RecordError::Picture(error.to_string()),
        })?;
    }
    Ok(batch)
}

fn ended() -> RecordError {
    RecordError::Stopped("the writer thread ended".into())
}
