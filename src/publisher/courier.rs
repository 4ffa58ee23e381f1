//! Sends what is waiting: first the files that have lost their publisher, then its own, in batches and in order, until the
//! server has everything. It runs in parallel to the workflow, which never waits for it.

mod delivery;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::clock;
use super::event_ids::EventIds;
use super::handover::{Handover, Unsent};
use super::line;
use super::spool::{self, MANY, Piece, Spool, SpoolBatch, SpoolFile, SpoolSource};
pub use delivery::{Post, PushAnswer, Unreachable};
use domain::backoff;

/// The time between two searches for files that have lost their publisher.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// How soon to look again while another process is sending an earlier file of ours.
const LOOK_AGAIN: Duration = Duration::from_millis(100);
/// How many files are locked at once.
const MOST_FILES: usize = 64;
/// The longest wait between two attempts.
const LONGEST_WAIT_MS: u64 = 30_000;

/// See the module.
pub struct Courier<P> {
    spool: Arc<Spool>,
    post: P,
    /// What a publisher of this process hands over; none for a courier that only sends for others.
    own: Option<Arc<Handover>>,
    limit_bytes: u64,
    ids: EventIds,
    /// Files that have lost their publisher, and how far each was sent.
    orphans: Vec<Orphan>,
    /// How far files that are not held now were sent, by their paths and inodes.
    progress: HashMap<PathBuf, (u64, u64)>,
    look_every: Duration,
    looked_at: Option<Instant>,
    /// How many own files had been released when none of them was left.
    seen: Option<u64>,
    /// Failed attempts since the last successful one.
    failures: u32,
    has_told_refusal: bool,
}

struct Orphan {
    file: SpoolFile,
    sent: u64,
}

/// What a step has done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CourierStep {
    /// Something was sent; there may be more.
    Sent,
    /// There is nothing to send.
    Idle,
    /// The server did not accept it. What is waiting can be tried again after this time.
    Failed(Duration),
    /// What is to be sent next is being sent by another process.
    Blocked,
}

impl<P: Post> Courier<P> {
    /// Sends for a publisher of this process, and for those that are gone.
    pub(crate) fn of(own: Arc<Handover>, post: P, limit_bytes: u64) -> Self {
        let spool = own.spool();
        Self {
            own: Some(own),
            ..Self::for_others(spool, post, limit_bytes)
        }
    }

    /// Sends for publishers that are gone.
    pub fn for_others(spool: Arc<Spool>, post: P, limit_bytes: u64) -> Self {
        Self {
            spool,
            post,
            own: None,
            limit_bytes,
            ids: EventIds::new(),
            orphans: Vec::new(),
            progress: HashMap::new(),
            look_every: LOOK_EVERY,
            looked_at: None,
            seen: None,
            failures: 0,
            has_told_refusal: false,
        }
    }

    /// Looks for files to send at this interval instead of the usual one.
    pub fn looking_every(self, look_every: Duration) -> Self {
        Self { look_every, ..self }
    }

    /// Sends until it is told to end.
    pub fn run(mut self) {
        let Some(own) = self.own.clone() else { return };
        let mut is_closing = false;
        loop {
            let (wait, is_idle) = match self.step() {
                CourierStep::Sent => continue,
                CourierStep::Failed(wait) => (wait, false),
                CourierStep::Idle => (LOOK_EVERY, true),
                CourierStep::Blocked => (LOOK_AGAIN, false),
            };
            // Whoever closes it has made sure that everything is written, so everything that can be sent was sent.
            if is_closing {
                break;
            }
            is_closing = self.rest(&own, wait, is_idle);
            if is_closing && self.failures > 0 {
                break;
            }
        }
        drop(self.orphans);
        own.end();
    }

    /// Waits, and makes room in the meantime. True when it should end.
    fn rest(&mut self, own: &Handover, wait: Duration, is_idle: bool) -> bool {
        let until = Instant::now() + wait;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            if own.wait(left.min(LOOK_EVERY), is_idle) {
                return true;
            }
            if is_idle || Instant::now() >= until {
                return false;
            }
            self.tend();
            own.move_memory();
        }
    }

    /// The same without a publisher of this process.
    pub fn sleep(&mut self, wait: Duration) {
        let until = Instant::now() + wait;
        loop {
            std::thread::sleep(until.saturating_duration_since(Instant::now()).min(LOOK_EVERY));
            if Instant::now() >= until {
                return;
            }
            self.tend();
        }
    }

    /// Makes room while the server is down.
    fn tend(&mut self) {
        self.look();
        self.let_go();
    }

    /// Sends one batch of what is to be sent next.
    pub fn step(&mut self) -> CourierStep {
        let is_due = self.looked_at.is_none_or(|at| at.elapsed() >= self.look_every);
        let is_news = self
            .own
            .as_ref()
            .is_some_and(|own| self.seen != Some(own.let_go_count()));
        if self.orphans.is_empty() && (is_due || is_news) {
            self.look();
        }
        match self.send_orphans() {
            CourierStep::Idle => {}
            done => return done,
        }
        let Some(own) = self.own.clone() else {
            return CourierStep::Idle;
        };
        own.report(false);
        own.move_memory();
        if let Some(unsent) = own.unsent(self.seen) {
            return self.send_own(&own, &unsent);
        }
        if self.seen != Some(own.let_go_count()) {
            return CourierStep::Blocked;
        }
        self.send_memory(&own)
    }

    /// Releases the locks of what is not being sent, so that others can send it.
    fn let_go(&mut self) {
        for orphan in self.orphans.drain(..) {
            if let Ok(inode) = orphan.file.inode() {
                self.progress
                    .insert(orphan.file.path().to_owned(), (inode, orphan.sent));
            }
        }
        self.looked_at = None;
    }

    /// Looks for files that have lost their publisher, and keeps the folder within its limit.
    fn look(&mut self) {
        let let_go_count = self.own.as_ref().map(|own| own.let_go_count());
        let current = self.own.as_ref().and_then(|own| own.path());
        let mut claimed = self.spool.claim(current.as_deref(), MOST_FILES);
        if claimed.count > MANY {
            drop(claimed);
            self.spool.join();
            claimed = self.spool.claim(current.as_deref(), MOST_FILES);
        }
        if claimed.bytes > self.limit_bytes || self.own.as_ref().is_some_and(|own| own.wants_room()) {
            drop(claimed);
            // An eighth more than necessary, so that the next event does not need it again.
            let drops = self
                .spool
                .make_room(self.limit_bytes - self.limit_bytes / 8, || self.ids.next());
            if let Some(own) = &self.own {
                own.made_room(drops);
            }
            claimed = self.spool.claim(current.as_deref(), MOST_FILES);
        }
        if let Some(own) = &self.own {
            own.looked(claimed.bytes);
        }
        self.seen = let_go_count.filter(|_| !claimed.is_sent_by_others && !claimed.is_partial);
        // A partial look is followed by another as soon as these files are sent.
        self.looked_at = (!claimed.is_partial).then(Instant::now);
        for file in claimed.files {
            let known = self.progress.remove(file.path());
            let known = known.filter(|(inode, _)| file.inode().is_ok_and(|now| now == *inode));
            let sent = known.map_or(0, |(_, sent)| sent.min(file.length()));
            self.orphans.push(Orphan { file, sent });
        }
        self.progress.retain(|path, _| path.exists());
    }

    fn send_orphans(&mut self) -> CourierStep {
        if self.orphans.is_empty() {
            return CourierStep::Idle;
        }
        let sources: Vec<SpoolSource> = (self.orphans.iter())
            .map(|orphan| SpoolSource::of(&orphan.file, orphan.sent))
            .collect();
        let (batch, read) = match spool::next_batch(&sources) {
            Ok(next) => next,
            Err(error) => {
                tracing::warn!(%error, "cannot read what other processes left in the spool");
                self.let_go();
                return self.failed(None);
            }
        };
        let (sent, step) = self.deliver(&batch);
        for (source, until) in read.iter().enumerate() {
            let of_source = |piece: &&Piece| piece.source == source;
            let unsent = batch.pieces()[sent..].iter().any(|piece| piece.source == source);
            let last = batch.pieces()[..sent].iter().rfind(of_source);
            let orphan = &mut self.orphans[source];
            orphan.sent = match last {
                _ if !unsent => *until,
                Some(piece) => piece.end,
                None => orphan.sent,
            };
        }
        while self
            .orphans
            .first()
            .is_some_and(|orphan| orphan.sent >= orphan.file.length())
        {
            self.orphans.remove(0).file.delete();
        }
        if matches!(step, CourierStep::Failed(_)) {
            self.let_go();
        }
        step
    }

    fn send_own(&mut self, own: &Handover, unsent: &Unsent) -> CourierStep {
        let mut batch = SpoolBatch::default();
        let until = match batch.read(0, &unsent.file, unsent.from, unsent.until) {
            Ok(until) => until,
            Err(error) => {
                tracing::warn!(%error, "cannot read this process's own spool file");
                return self.failed(None);
            }
        };
        let (sent, step) = self.deliver(&batch);
        let until = match batch.pieces()[..sent].last() {
            _ if sent == batch.pieces().len() => until,
            Some(piece) => piece.end,
            None => unsent.from,
        };
        if until > unsent.from && !own.sent(unsent, until) {
            self.progress.insert(unsent.path.clone(), (unsent.inode, until));
        }
        step
    }

    fn send_memory(&mut self, own: &Handover) -> CourierStep {
        let batch = own.memory();
        if batch.is_empty() {
            return CourierStep::Idle;
        }
        let (sent, step) = self.deliver(&batch);
        if let Some(piece) = batch.pieces()[..sent].last() {
            own.memory_sent(piece.end);
        }
        step
    }

    /// Sends a batch; returns how many of its lines are settled, from the front.
    fn deliver(&mut self, batch: &SpoolBatch) -> (usize, CourierStep) {
        if batch.is_empty() {
            return (0, CourierStep::Sent);
        }
        let delivered = delivery::deliver(batch, &mut self.post);
        for place in &delivered.refused {
            self.refused(batch, &batch.pieces()[*place]);
        }
        let step = match delivered.failure {
            None => {
                self.failures = 0;
                if let Some(own) = &self.own {
                    own.failed(false);
                }
                CourierStep::Sent
            }
            Some(failure) => {
                tracing::debug!(reason = failure.reason, "cannot send events; they wait in the spool");
                self.failed(failure.retry_after)
            }
        };
        (delivered.settled, step)
    }

    fn failed(&mut self, retry_after: Option<Duration>) -> CourierStep {
        let wait = wait_of(self.failures, retry_after, clock::random_fraction());
        self.failures = self.failures.saturating_add(1);
        if let Some(own) = &self.own {
            own.failed(true);
        }
        CourierStep::Failed(wait)
    }

    fn refused(&mut self, batch: &SpoolBatch, piece: &Piece) {
        let item = serde_json::from_slice(batch.body(std::slice::from_ref(piece))).unwrap_or_default();
        let adw_id = line::adw_id(&item).unwrap_or_default();
        if !std::mem::replace(&mut self.has_told_refusal, true) {
            tracing::warn!(
                adw.id = adw_id,
                "the server rejected an event, which will not be sent again; further rejections are not logged"
            );
        }
        if let Some(own) = &self.own {
            own.refused(adw_id);
        }
    }
}

/// How long to wait after this many failures: what the server asks for, but at least a random time.
fn wait_of(failures: u32, retry_after: Option<Duration>, random: f64) -> Duration {
    let wait = Duration::from_millis(backoff::wait_up_to_ms(failures, LONGEST_WAIT_MS, random));
    wait.max(retry_after.unwrap_or_default())
}

#[cfg(test)]
mod tests;
