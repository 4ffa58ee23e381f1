//! A viewer's cursor over one workflow: what it has not had yet comes from memory, or from the journal when it is behind.
//!
//! A cursor, not a queue: a viewer that reads nothing costs no memory, and misses nothing.

use std::sync::Arc;

use super::live::SharedLive;
use super::{Bell, Frame, Shared, lock};
use domain::adw_id::AdwId;
use journal::JournalError;

/// Further behind than this, a snapshot tells more than the events; the viewer pages the history by seq.
const RESUME_EVENTS: u64 = 20_000;

/// See the module. Ends when it is dropped.
pub struct Subscription {
    shared: Arc<Shared>,
    live: SharedLive,
    adw_id: AdwId,
    bell: Bell,
    /// The last seq the viewer has, or none before its snapshot.
    cursor: Option<u64>,
    /// Whether the first frame is still to come; it names the head, so that the viewer knows how much it missed.
    is_new: bool,
}

/// What is next for a cursor.
enum Next {
    Frame(Frame),
    Behind {
        seq: u64,
        is_new: bool,
    },
    UpToDate,
    /// Its snapshot must be read first.
    Asleep,
}

impl Subscription {
    pub(super) fn new(shared: Arc<Shared>, adw_id: &AdwId, resume: Option<(&str, u64)>, bell: &Bell) -> Self {
        let live = shared.find_or_make(adw_id);
        let cursor = {
            let mut live = lock(&live);
            live.follow(bell);
            let head = live.seq;
            let same_life = resume
                .filter(|(epoch, after)| *epoch == shared.epoch && *after <= head && head - after <= RESUME_EVENTS);
            same_life.map(|(_, after)| after)
        };
        bell.ring();
        Self {
            shared,
            live,
            adw_id: adw_id.clone(),
            bell: bell.clone(),
            cursor,
            is_new: true,
        }
    }

    pub fn adw_id(&self) -> &AdwId {
        &self.adw_id
    }

    /// The next frame: the snapshot, or the events right after those it gave before. None when there is nothing new.
    pub async fn next(&mut self) -> Result<Option<Frame>, JournalError> {
        let mut next = self.take_from_memory();
        while let Next::Asleep = next {
            let (shared, live) = (Arc::clone(&self.shared), Arc::clone(&self.live));
            let woken = tokio::task::spawn_blocking(move || shared.awake(&live, |_| ())).await;
            woken.map_err(|error| JournalError::Read(error.to_string()))??;
            next = self.take_from_memory();
        }
        match next {
            Next::Frame(frame) => Ok(Some(frame)),
            Next::UpToDate | Next::Asleep => Ok(None),
            Next::Behind { seq, is_new } => {
                let (shared, adw_id) = (Arc::clone(&self.shared), self.adw_id.clone());
                let page = match shared.pages.known_after(&adw_id, seq) {
                    Some(page) => Some(page),
                    None => {
                        let read = tokio::task::spawn_blocking(move || shared.pages.after(&adw_id, seq));
                        read.await.map_err(|error| JournalError::Read(error.to_string()))??
                    }
                };
                let Some(page) = page else {
                    // What comes next was pruned; the viewer begins anew.
                    self.cursor = None;
                    return Box::pin(self.next()).await;
                };
                let head = lock(&self.live).seq;
                let (to, frame) = page.frame_after(seq, head, is_new);
                self.cursor = Some(to);
                Ok(Some(frame))
            }
        }
    }

    fn take_from_memory(&mut self) -> Next {
        let mut live = lock(&self.live);
        let Some(cursor) = self.cursor else {
            let Some((seq, frame)) = live.snapshot(&self.shared.epoch) else {
                return Next::Asleep;
            };
            self.cursor = Some(seq);
            self.is_new = false;
            return Next::Frame(frame);
        };
        let is_new = std::mem::take(&mut self.is_new);
        if cursor >= live.seq {
            return Next::UpToDate;
        }
        // Frames in memory are shared and do not name the head.
        match live.after(cursor).filter(|_| !is_new) {
            Some((to, frame)) => {
                self.cursor = Some(to);
                Next::Frame(frame)
            }
            None => Next::Behind { seq: cursor, is_new },
        }
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        lock(&self.live).unfollow(&self.bell);
        if lock(&self.live).is_forgettable() {
            // Let go of it first: a workflow is forgotten only when the map alone holds it.
            self.live = Arc::new(std::sync::Mutex::new(super::Live::new(&self.adw_id)));
            self.shared.forget_if_empty(&self.adw_id);
        }
    }
}
