//! Following workflows from a browser: what to request, when to try again, and which events to accept.
//!
//! Pure: every input comes with the time and a random number, every output is an `Action`. Whatever the network does,
//! a timeline in here is the fold of the server's events 1 to its seq, each once and in order; a list with a gap is rejected and requested again.

mod board;
mod connection;
mod followed;
mod polling;
mod receive;
mod recovery;
mod request;
mod subscribing;

use std::collections::{BTreeMap, BTreeSet};

use super::adw_id::AdwId;
use super::card::Card;
use super::event::Event;
use super::frame::{FromBrowser, FromServer};
use super::known::Known;
use super::link::{Ask, Link, LinkState};
use super::status::Patience;
use super::timeline::Timeline;
use super::timestamp::Timestamp;
use board::Board;
use connection::{Connection, Due};
use followed::Followed;
use polling::{POLL_MS, Polling};
use recovery::Recovery;
pub use request::{RestAnswer, RestQuery, RestRequest};

/// Something that happened.
#[derive(Clone, Debug)]
pub enum Input {
    /// The page is ready: connect.
    Start,
    Received(FromServer),
    /// The socket closed, could not be opened, or carried something unreadable.
    Closed,
    /// A REST request ended; the number is that of the request.
    Answered(u64, RestAnswer),
    /// The time that `wake_at` named has come (or is past).
    Tick,
    Subscribe(AdwId),
    Unsubscribe(AdwId),
    SubscribeBoard,
    UnsubscribeBoard,
    /// The machine is online again, the tab is visible again, or the machine woke up: is the server still there?
    Check,
    Asked(Ask),
}

/// Something to do.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// Open a socket, and forget any other.
    Open,
    /// Close the socket; nothing from it counts any more.
    Close,
    Send(FromBrowser),
    Fetch(RestRequest),
}

/// What the page already knows.
#[derive(Clone, Debug)]
pub struct Start {
    pub epoch: String,
    pub patience: Patience,
    pub server_time: Timestamp,
    /// The board, if it is known.
    pub cards: Option<Vec<Card>>,
    pub workflows: Vec<(AdwId, Known)>,
    /// How events are folded; none where that is still to come (see `Follower::fold_by`).
    pub fold: Option<Fold>,
}

/// `Timeline::apply`, for a page that downloads its code apart.
pub type Fold = fn(&mut Timeline, u64, &Event) -> bool;

/// What is new since the last call.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Changes {
    pub workflows: BTreeSet<AdwId>,
    /// Workflows that are no longer kept.
    pub forgotten: BTreeSet<AdwId>,
    pub board: bool,
}

/// See the module. Times are milliseconds of a clock that never goes back, and counts sleep.
pub struct Follower {
    connection: Connection,
    polling: Polling,
    recovery: Recovery,
    board: Board,
    workflows: BTreeMap<AdwId, Followed>,
    /// The epoch of the journal that the server named last.
    epoch: String,
    patience: Patience,
    fold: Option<Fold>,
    /// What to add to `now` to get the server's clock.
    server_ahead_ms: i64,
    uses: u64,
    changes: Changes,
    actions: Vec<Action>,
}

impl Follower {
    pub fn new(now: u64, start: Start) -> Self {
        let follow =
            |(adw_id, known): (AdwId, Known)| (adw_id.clone(), Followed::new(adw_id, start.epoch.clone(), known));
        let mut workflows = BTreeMap::new();
        workflows.extend(start.workflows.into_iter().map(follow));
        Self {
            connection: Connection::default(),
            polling: Polling::default(),
            recovery: Recovery::default(),
            board: Board::new(start.cards),
            workflows,
            epoch: start.epoch,
            patience: start.patience,
            fold: start.fold,
            server_ahead_ms: start.server_time.0.saturating_sub(now as i64),
            uses: 0,
            changes: Changes::default(),
            actions: Vec::new(),
        }
    }

    /// Events can be folded from here on. No workflow may be subscribed to before.
    pub fn fold_by(&mut self, fold: Fold) {
        self.fold = Some(fold);
    }

    /// Takes in what happened at `now`; `random` lies in `0.0..1.0`. Returns what to do, in order.
    pub fn step(&mut self, now: u64, random: f64, input: Input) -> Vec<Action> {
        match input {
            Input::Start => self.open(now),
            Input::Received(frame) => self.receive(now, frame),
            Input::Closed => self.lose(now, random),
            Input::Answered(id, answer) => self.answer(now, random, id, answer),
            Input::Tick => self.tick(now, random),
            Input::Subscribe(adw_id) => self.subscribe(now, &adw_id),
            Input::Unsubscribe(adw_id) => self.unsubscribe(&adw_id),
            Input::SubscribeBoard => self.subscribe_board(now),
            Input::UnsubscribeBoard => self.unsubscribe_board(),
            Input::Check => self.check(now, random),
            Input::Asked(ask) => self.asked(now, ask),
        }
        std::mem::take(&mut self.actions)
    }

    /// When to send the next `Tick`.
    pub fn wake_at(&self) -> Option<u64> {
        let asked = self.workflows.values().filter_map(Followed::ask_again_at);
        let times = [
            self.connection.wake_at(),
            self.polling.wake_at(),
            self.recovery.wake_at(),
        ];
        times
            .into_iter()
            .flatten()
            .chain(asked.filter(|_| self.connection.is_open()))
            .min()
    }

    /// What is currently known about the workflow; none if it was never requested.
    pub fn state(&self, adw_id: &AdwId) -> Option<&Known> {
        self.workflows.get(adw_id).map(|followed| &followed.known)
    }

    pub fn cards(&self) -> impl Iterator<Item = &Card> {
        self.board.cards.values()
    }

    /// Whether the cards are what the server knows.
    pub fn is_board_loaded(&self) -> bool {
        self.board.is_loaded
    }

    pub fn epoch(&self) -> &str {
        &self.epoch
    }

    pub fn patience(&self) -> Patience {
        self.patience
    }

    pub fn take_changes(&mut self) -> Changes {
        std::mem::take(&mut self.changes)
    }

    /// The server's clock.
    pub fn server_time(&self, now: u64) -> Timestamp {
        Timestamp((now as i64).saturating_add(self.server_ahead_ms))
    }

    /// The connection, as shown to people.
    pub fn link(&self, now: u64) -> Link {
        let behind = self.behind();
        let state = if self.connection.is_live(now) {
            if behind > 0 {
                LinkState::CatchingUp
            } else {
                LinkState::Live
            }
        } else if self.polling.is_healthy() {
            LinkState::Polling
        } else if self.connection.is_first_try() {
            LinkState::Connecting
        } else {
            LinkState::Reconnecting
        };
        let is_lost = state == LinkState::Reconnecting;
        let on_server = |at: u64| self.server_time(at);
        Link {
            state,
            last_frame_at: self.connection.heard_at().max(self.polling.heard_at()).map(on_server),
            lost_at: self
                .connection
                .lost_at()
                .max(self.polling.lost_at())
                .filter(|_| is_lost)
                .map(on_server),
            retry_at: self.connection.retry_at().filter(|_| is_lost).map(on_server),
            behind,
            poll_seconds: POLL_MS / 1_000,
            recovered: self.recovery.found(),
        }
    }

    fn behind(&self) -> u64 {
        self.workflows
            .values()
            .filter(|followed| followed.subscribers > 0)
            .map(Followed::behind)
            .sum()
    }

    fn open(&mut self, now: u64) {
        self.connection.open(now);
        self.actions.push(Action::Open);
    }

    fn lose(&mut self, now: u64, random: f64) {
        if self.connection.is_open() {
            self.note_what_is_missed();
        }
        self.connection.lose(now, random, self.polling.is_healthy());
        if self.connection.is_blocked() {
            self.polling.begin(now);
        }
    }

    /// From here on, what arrives for these workflows counts as missed before.
    fn note_what_is_missed(&mut self) {
        for (adw_id, followed) in &mut self.workflows {
            followed.forget_asked();
            if followed.subscribers > 0 && matches!(followed.known, Known::Timeline(_)) {
                self.recovery.miss(adw_id, followed.known.seq());
            }
        }
        if self.board.subscribers > 0 && self.board.is_loaded {
            self.recovery.miss_board(self.board.events());
        }
    }

    fn tick(&mut self, now: u64, random: f64) {
        match self.connection.due(now) {
            Some(Due::Open) => self.open(now),
            Some(Due::Lost) => {
                self.actions.push(Action::Close);
                self.lose(now, random);
            }
            None => {}
        }
        if self.connection.is_open() {
            let overdue = self
                .workflows
                .iter_mut()
                .filter(|(_, followed)| followed.ask_again_at().is_some_and(|at| at <= now));
            for (_, followed) in overdue {
                self.actions.push(Action::Send(followed.ask(now, &self.epoch)));
            }
        }
        self.recovery.settle(now);
        self.poll(now, random);
    }

    fn check(&mut self, now: u64, random: f64) {
        if self.connection.is_open() {
            if self.connection.check(now) {
                self.actions.push(Action::Send(FromBrowser::Ping {}));
            }
            self.tick(now, random);
        } else {
            self.asked(now, Ask::Retry);
        }
    }

    fn asked(&mut self, now: u64, ask: Ask) {
        match ask {
            Ask::Retry | Ask::TrySocket => {
                if self.connection.is_waiting() {
                    self.open(now);
                }
                self.polling.hurry(now);
            }
            Ask::Dismiss => self.recovery.dismiss(),
        }
    }
}

#[cfg(test)]
mod law;
#[cfg(test)]
mod model;
