//! A viewer's cursor over one workflow: what it has not had yet comes from memory, or from the journal when it is behind.
//!
//! A cursor, not a queue: a viewer that reads nothing costs no memory, and misses nothing.

use std::sync::Arc;

use super::workflow::{LiveWorkflow, SharedWorkflow};
use super::{Bell, Live};
use crate::hub::{EncodeError, Frame, lock};
use domain::adw_id::AdwId;
use journal::JournalError;

/// Further behind than this, a snapshot tells more than the events; the viewer pages the history by seq.
const RESUME_EVENTS: u64 = 20_000;

/// Why a viewer cannot be given what comes next.
#[derive(Debug, thiserror::Error)]
pub enum SubscriptionError {
    #[error(transparent)]
    Journal(#[from] JournalError),
    #[error(transparent)]
    Encode(#[from] EncodeError),
}

/// See the module. Ends when it is dropped.
pub struct Subscription {
    live: Arc<Live>,
    workflow: SharedWorkflow,
    adw_id: AdwId,
    bell: Bell,
    /// Which fold of the workflow the viewer has.
    generation: u64,
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
    pub(super) fn new(live: Arc<Live>, adw_id: &AdwId, resume: Option<(&str, u64)>, bell: &Bell) -> Self {
        let workflow = live.find_or_make(adw_id);
        let (cursor, generation) = {
            let mut workflow = lock(&workflow);
            workflow.follow(bell);
            let generation = workflow.generation;
            let head = workflow.seq;
            let same_life =
                resume.filter(|(epoch, after)| *epoch == live.epoch && *after <= head && head - after <= RESUME_EVENTS);
            (same_life.map(|(_, after)| after), generation)
        };
        bell.ring();
        Self {
            live,
            workflow,
            adw_id: adw_id.clone(),
            bell: bell.clone(),
            generation,
            cursor,
            is_new: true,
        }
    }

    pub fn adw_id(&self) -> &AdwId {
        &self.adw_id
    }

    /// The next frame: the snapshot, or the events right after those it gave before. None when there is nothing new.
    pub async fn next(&mut self) -> Result<Option<Frame>, SubscriptionError> {
        let mut next = self.take_from_memory()?;
        while let Next::Asleep = next {
            let (live, workflow) = (Arc::clone(&self.live), Arc::clone(&self.workflow));
            let woken = tokio::task::spawn_blocking(move || live.awake(&workflow, |_| ())).await;
            woken.map_err(|error| JournalError::Read(error.to_string()))??;
            next = self.take_from_memory()?;
        }
        match next {
            Next::Frame(frame) => Ok(Some(frame)),
            Next::UpToDate | Next::Asleep => Ok(None),
            Next::Behind { seq, is_new } => {
                let (archive, adw_id) = (Arc::clone(&self.live.archive), self.adw_id.clone());
                let page = match archive.pages.known_after(&adw_id, seq) {
                    Some(page) => Some(page),
                    None => {
                        let read = tokio::task::spawn_blocking(move || archive.pages.after(&adw_id, seq));
                        read.await.map_err(|error| JournalError::Read(error.to_string()))??
                    }
                };
                let Some(page) = page else {
                    // What comes next was removed; the viewer begins anew.
                    self.cursor = None;
                    return Box::pin(self.next()).await;
                };
                let head = lock(&self.workflow).seq;
                let (to, frame) = page.frame_after(seq, head, is_new);
                self.cursor = Some(to);
                Ok(Some(frame))
            }
        }
    }

    fn take_from_memory(&mut self) -> Result<Next, EncodeError> {
        let snapshot = {
            let mut workflow = lock(&self.workflow);
            if self.generation != workflow.generation {
                self.generation = workflow.generation;
                self.cursor = None;
            }
            if let Some(cursor) = self.cursor {
                let is_new = std::mem::take(&mut self.is_new);
                if cursor >= workflow.seq {
                    return Ok(Next::UpToDate);
                }
                // Frames in memory are shared and do not name the head.
                return Ok(match workflow.after(cursor).filter(|_| !is_new) {
                    Some((to, frame)) => {
                        self.cursor = Some(to);
                        Next::Frame(frame)
                    }
                    None => Next::Behind { seq: cursor, is_new },
                });
            }
            workflow.snapshot()
        };
        // What is published from here on is kept for this follower, and comes after the snapshot.
        let Some(snapshot) = snapshot else {
            return Ok(Next::Asleep);
        };
        let frame = snapshot.frame(&self.live.epoch)?;
        self.cursor = Some(snapshot.seq);
        self.is_new = false;
        Ok(Next::Frame(frame))
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        let is_forgettable = {
            let mut workflow = lock(&self.workflow);
            workflow.unfollow(&self.bell);
            workflow.is_forgettable()
        };
        if is_forgettable {
            // Its share goes first: a workflow is forgotten only when the map alone holds it.
            self.workflow = Arc::new(std::sync::Mutex::new(LiveWorkflow::new(&self.adw_id)));
            self.live.forget_if_empty(&self.adw_id);
        }
    }
}
