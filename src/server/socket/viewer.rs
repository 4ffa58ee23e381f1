//! One viewer: what it follows, and what it is sent next.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::closing::Code;
use super::decoder::{Breach, Incoming};
use super::request::Request;
use super::ticker::{Heartbeats, heartbeat};
use super::wire::{End, Turn, Wire};
use crate::clock;
use crate::hub::{Bell, BoardSubscription, EncodeError, Frame, Live, Subscription, SubscriptionError};
use crate::shared::Shared;
use domain::adw_id::AdwId;
use domain::frame::{FromServer, Subscribe, Unsubscribe};

/// How much one subscription may send before the next one has its turn.
const FRAMES_AT_ONCE: usize = 64;
const BYTES_AT_ONCE: usize = 256 * 1024;

const CANNOT_WRITE: Farewell = Farewell::Close(Code::Unable, "what comes next cannot be written");

/// See the module.
pub struct Viewer {
    wire: Wire,
    live: Arc<Live>,
    bell: Bell,
    beats: Heartbeats,
    workflows: Vec<Subscription>,
    board: Option<BoardSubscription>,
    most: usize,
    /// The workflow whose turn is next.
    next: usize,
    _counted: Counted,
}

/// One of the open sockets, as long as it lives.
pub(super) struct Counted(Arc<AtomicUsize>);

/// Why a viewer is no longer served.
pub(super) enum Farewell {
    Gone,
    Agreed(Option<u16>),
    Close(Code, &'static str),
}

impl Counted {
    pub(super) fn new(open: &Arc<AtomicUsize>) -> Self {
        open.fetch_add(1, Ordering::Relaxed);
        Self(Arc::clone(open))
    }
}

impl Farewell {
    pub(super) async fn say(self, wire: Wire) {
        match self {
            Self::Gone => {}
            // Rare and at the end, so not part of what every idle viewer holds.
            Self::Agreed(code) => Box::pin(wire.agree(code)).await,
            Self::Close(code, reason) => Box::pin(wire.close(code, reason)).await,
        }
    }
}

impl Viewer {
    /// Queues the first frame, the hello.
    pub fn new(mut wire: Wire, shared: &Shared) -> Result<Self, EncodeError> {
        let config = &shared.config;
        let hello = Frame::encode(&FromServer::Hello {
            epoch: shared.hub.epoch().to_owned(),
            server_time: clock::now(),
            heartbeat_ms: u64::try_from(config.server.heartbeat.as_millis()).unwrap_or(u64::MAX),
            patience: config.agents.patience,
        })?;
        wire.queue.text(hello);
        Ok(Self {
            wire,
            live: Arc::clone(&shared.hub.live),
            bell: Bell::new(),
            beats: shared.ticker.beats(),
            workflows: Vec::new(),
            board: None,
            most: config.limits.max_subscriptions,
            next: 0,
            _counted: Counted::new(&shared.viewers),
        })
    }

    /// Serves the viewer until one side closes the connection.
    pub async fn run(mut self) {
        let farewell = self.serve().await;
        // What it followed is released before the closing handshake.
        self.workflows = Vec::new();
        self.board = None;
        let Self { wire, _counted, .. } = self;
        farewell.say(wire).await;
    }

    async fn serve(&mut self) -> Farewell {
        let mut may_have_more = false;
        loop {
            // Only writing makes room for more: what a viewer does not read stays in memory that all share.
            if may_have_more && self.wire.queue.is_empty() {
                match Box::pin(self.fill()).await {
                    Ok(filled) => may_have_more = filled,
                    Err(error) => {
                        tracing::error!(%error, "cannot serve a viewer");
                        return match error {
                            SubscriptionError::Journal(_) => {
                                Farewell::Close(Code::Unable, "the journal cannot be read")
                            }
                            SubscriptionError::Encode(_) => CANNOT_WRITE,
                        };
                    }
                }
            }
            tokio::select! {
                turn = self.wire.turn() => match turn {
                    Ok(Turn::Flushed) => {}
                    Ok(Turn::Message(Incoming::Text(text))) => if let Err(error) = self.answer(&text) {
                        return cannot_write(&error);
                    },
                    Ok(Turn::Message(Incoming::Binary)) => if let Err(error) = self.object("bad_json", "frames must be text") {
                        return cannot_write(&error);
                    },
                    Ok(Turn::Message(Incoming::Ping(payload))) => self.wire.queue.pong(payload),
                    Ok(Turn::Message(Incoming::Pong)) => {}
                    Ok(Turn::Message(Incoming::Close(code))) => return Farewell::Agreed(code),
                    Err(End::Gone) => return Farewell::Gone,
                    Err(End::Slow) => return Farewell::Close(Code::Slow, "the client read nothing for too long; resume"),
                    Err(End::Breach(Breach(code, why))) => return Farewell::Close(code, why),
                },
                () = self.bell.rung(), if !may_have_more => may_have_more = true,
                beat = self.beats.changed() => match beat {
                    // A viewer that already has something to read needs no heartbeat.
                    Ok(()) if self.wire.queue.is_empty() => {
                        let beat = self.beats.borrow_and_update().clone();
                        self.wire.queue.text(beat);
                    }
                    Ok(()) => {}
                    Err(_) => return Farewell::Close(Code::Restart, "adwatch is stopping or restarting; resume"),
                },
            }
        }
    }

    /// Takes what the subscriptions have, each in turn; returns whether there was anything.
    async fn fill(&mut self) -> Result<bool, SubscriptionError> {
        let queue = &mut self.wire.queue;
        if let Some(board) = &mut self.board {
            while queue.frames() < FRAMES_AT_ONCE && queue.bytes() < BYTES_AT_ONCE {
                let Some(frame) = board.next()? else { break };
                if queue.deflates() {
                    frame.deflate_aside().await;
                }
                queue.text(frame);
            }
        }
        for _ in 0..self.workflows.len() {
            let (frames, bytes) = (queue.frames(), queue.bytes());
            if bytes >= BYTES_AT_ONCE {
                break;
            }
            self.next = (self.next + 1) % self.workflows.len();
            while queue.frames() - frames < FRAMES_AT_ONCE && queue.bytes() - bytes < BYTES_AT_ONCE {
                let Some(frame) = self.workflows[self.next].next().await? else {
                    break;
                };
                if queue.deflates() {
                    frame.deflate_aside().await;
                }
                queue.text(frame);
            }
        }
        Ok(!queue.is_empty())
    }

    fn answer(&mut self, text: &str) -> Result<(), EncodeError> {
        match Request::parse(text) {
            Ok(Request::Subscribe(asked)) => self.subscribe(asked),
            Ok(Request::Unsubscribe(asked)) => {
                self.unsubscribe(&asked);
                Ok(())
            }
            Ok(Request::Ping) => self.say(&heartbeat()),
            Err(refused) => self.object(refused.code, &refused.message),
        }
    }

    /// A second subscription to the same workflow replaces the first.
    fn subscribe(&mut self, asked: Subscribe) -> Result<(), EncodeError> {
        if asked.board {
            self.board = Some(self.live.subscribe_board(&self.bell));
        }
        let Some(adw_id) = asked.adw_id else { return Ok(()) };
        self.forget(&adw_id);
        if self.workflows.len() >= self.most {
            let message = format!(
                "one socket can follow at most {} workflows; unsubscribe from one first",
                self.most
            );
            return self.object("too_many_subscriptions", &message);
        }
        // A seq means nothing without the epoch in which it was assigned.
        let resume = asked.epoch.as_deref().zip(asked.after);
        let subscription = self.live.subscribe(&adw_id, resume, &self.bell);
        if self.workflows.capacity() == 0 {
            self.workflows.reserve_exact(1);
        }
        self.workflows.push(subscription);
        Ok(())
    }

    fn unsubscribe(&mut self, asked: &Unsubscribe) {
        if asked.board {
            self.board = None;
        }
        if let Some(adw_id) = &asked.adw_id {
            self.forget(adw_id);
        }
    }

    fn forget(&mut self, adw_id: &AdwId) {
        self.workflows.retain(|subscription| subscription.adw_id() != adw_id);
        self.next = 0;
    }

    fn object(&mut self, code: &str, message: &str) -> Result<(), EncodeError> {
        self.say(&FromServer::Error {
            code: code.to_owned(),
            message: message.to_owned(),
        })
    }

    fn say(&mut self, frame: &FromServer) -> Result<(), EncodeError> {
        self.wire.queue.text(Frame::encode(frame)?);
        Ok(())
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A viewer is told the truth or nothing.
fn cannot_write(error: &EncodeError) -> Farewell {
    tracing::error!(%error, "a viewer cannot be served");
    CANNOT_WRITE
}
