//! What the components draw: signals over the board, the timelines and the connection.
//!
//! The server fills one while it renders; in the browser the stream service feeds it. Components only read it,
//! say what they want to see (`want`), and ask for what a person clicked (`ask`).

use std::collections::HashMap;

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::domain::adw_id::AdwId;
use crate::domain::card::Card;
use crate::domain::status::Patience;
use crate::domain::timeline::Timeline;
use crate::domain::timestamp::Timestamp;

/// What the page carries for the browser to start from: exactly what the server drew.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Seed {
    /// The life of the journal the page was drawn from.
    pub epoch: String,
    /// "Now" until the browser's clock ticks.
    pub as_of: Timestamp,
    pub patience: Patience,
    /// The watched folders, as configured.
    pub roots: Vec<String>,
    /// The cards, where the page shows the board.
    pub cards: Option<Vec<Card>>,
    /// The workflow, where the page shows one; none inside if there is no such workflow.
    pub timeline: Option<(AdwId, Option<Timeline>)>,
    /// The theme of the cookie, if a person chose one: `light` or `dark`.
    pub theme: Option<String>,
}

/// How the page gets its events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkState {
    /// Drawn by the server; no script runs (yet).
    Static,
    Connecting,
    /// A frame or heartbeat came within two heartbeat intervals.
    Live,
    /// Connected, but behind the head of a workflow.
    CatchingUp,
    /// No connection; the next try is at `retry_at`.
    Reconnecting,
    /// The socket cannot be had; new events come by REST.
    Polling,
}

/// The connection, as honestly as it can be told.
#[derive(Clone, Debug, PartialEq)]
pub struct Link {
    pub state: LinkState,
    /// When the last frame came, on the server's clock.
    pub last_frame_at: Option<Timestamp>,
    /// When it was lost, on the server's clock.
    pub lost_at: Option<Timestamp>,
    /// When the next try is made, on the server's clock.
    pub retry_at: Option<Timestamp>,
    /// Events still to come while catching up.
    pub behind: u64,
    /// Seconds between two polls.
    pub poll_seconds: u64,
    /// What a resume brought back: events, and the seqs from and to. Shown until dismissed.
    pub recovered: Option<Recovered>,
}

/// What was missed while the connection was gone, and came with the resume.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recovered {
    pub events: u64,
    pub from: u64,
    pub to: u64,
}

/// What the page shows, and so what must be subscribed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    pub board: u32,
    pub workflows: HashMap<AdwId, u32>,
}

/// What a person asks of the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ask {
    /// Try now, do not wait for the countdown.
    Retry,
    /// Leave polling and try the socket again.
    TrySocket,
    /// Put the "back" banner away.
    Dismiss,
}

/// The signals of a page. Cheap to copy; provided as context at the root.
#[derive(Clone, Copy)]
pub struct Store {
    pub epoch: RwSignal<String>,
    /// The server's clock: `as_of` until an effect ticks.
    pub now: RwSignal<Timestamp>,
    pub patience: RwSignal<Patience>,
    pub roots: RwSignal<Vec<String>>,
    pub link: RwSignal<Link>,
    /// All cards, by adw_id, in no order that means anything.
    pub cards: RwSignal<Vec<Card>>,
    /// Whether `cards` is what the server knows; false until a board frame after client-side navigation.
    pub board_loaded: RwSignal<bool>,
    pub wanted: RwSignal<Wanted>,
    pub asked: RwSignal<Option<Ask>>,
    timelines: StoredValue<HashMap<AdwId, ArcRwSignal<Known>>>,
}

/// What is known about one workflow.
#[derive(Clone, Debug, PartialEq)]
pub enum Known {
    /// Asked for, not here yet.
    Loading,
    /// The server has no such workflow (yet).
    Missing,
    Timeline(Box<Timeline>),
}

impl Store {
    pub fn new(seed: Seed) -> Self {
        let store = Self {
            epoch: RwSignal::new(seed.epoch),
            now: RwSignal::new(seed.as_of),
            patience: RwSignal::new(seed.patience),
            roots: RwSignal::new(seed.roots),
            link: RwSignal::new(Link { state: LinkState::Static, last_frame_at: None, lost_at: None, retry_at: None, behind: 0, poll_seconds: 0, recovered: None }),
            board_loaded: RwSignal::new(seed.cards.is_some()),
            cards: RwSignal::new(seed.cards.unwrap_or_default()),
            wanted: RwSignal::new(Wanted::default()),
            asked: RwSignal::new(None),
            timelines: StoredValue::new(HashMap::new()),
        };
        if let Some((adw_id, timeline)) = seed.timeline {
            let known = timeline.map_or(Known::Missing, |timeline| Known::Timeline(Box::new(timeline)));
            store.timeline(&adw_id).set(known);
        }
        store
    }

    /// The workflow's signal; `Loading` when it is first asked for. Counted, so that it outlives the component that asked.
    pub fn timeline(&self, adw_id: &AdwId) -> ArcRwSignal<Known> {
        if let Some(known) = self.timelines.with_value(|timelines| timelines.get(adw_id).cloned()) {
            return known;
        }
        let known = ArcRwSignal::new(Known::Loading);
        self.timelines.update_value(|timelines| {
            timelines.insert(adw_id.clone(), known.clone());
        });
        known
    }

    /// Says that the component at hand shows the workflow, until it goes away.
    pub fn want(self, adw_id: AdwId) {
        let gone = adw_id.clone();
        self.wanted.update(|wanted| *wanted.workflows.entry(adw_id).or_default() += 1);
        on_cleanup(move || {
            self.wanted.try_update(|wanted| {
                if let Some(count) = wanted.workflows.get_mut(&gone) {
                    *count -= 1;
                    if *count == 0 {
                        wanted.workflows.remove(&gone);
                    }
                }
            });
        });
    }

    /// Says that the component at hand shows the board, until it goes away.
    pub fn want_board(self) {
        self.wanted.update(|wanted| wanted.board += 1);
        on_cleanup(move || {
            self.wanted.try_update(|wanted| wanted.board = wanted.board.saturating_sub(1));
        });
    }

    pub fn ask(self, ask: Ask) {
        self.asked.set(Some(ask));
    }
}

/// The store of the page.
pub fn use_store() -> Store {
    expect_context::<Store>()
}
