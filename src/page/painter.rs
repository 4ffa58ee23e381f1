//! Puts what is new into the store's signals: once per animation frame, and not at all while nobody can see it.

use std::cell::{Cell, RefCell};

use leptos::prelude::*;
use wasm_bindgen::prelude::Closure;

use super::window::next_frame;
use domain::adw_id::AdwId;
use domain::card::Card;
use domain::follow::Follower;
use domain::known::Known;
use domain::link::Link;
use domain::status::Patience;
use ui::store::Store;

/// How often the page beneath an open detail is painted, in ms: little of it is visible, and it costs as much as the detail.
const BENEATH_MS: u64 = 1_000;

#[derive(Default)]
pub(super) struct Painter {
    closure: RefCell<Option<Closure<dyn FnMut()>>>,
    is_asked: Cell<bool>,
    /// When everything was painted last.
    painted_at: Cell<u64>,
}

impl Painter {
    /// Sets what is called in the next frame.
    pub fn call(&self, paint: impl FnMut() + 'static) {
        *self.closure.borrow_mut() = Some(Closure::new(paint));
    }

    /// Requests a frame, unless one has already been requested.
    pub fn ask(&self) {
        if !self.is_asked.get() {
            let is_coming = self.closure.borrow().as_ref().is_some_and(next_frame);
            self.is_asked.set(is_coming);
        }
    }

    /// A frame has started: returns whether everything is painted in it, or only the detail that covers the rest.
    pub fn begin(&self, now: u64, store: Store) -> bool {
        self.is_asked.set(false);
        let is_whole = !store.history.is_open() || now.saturating_sub(self.painted_at.get()) >= BENEATH_MS;
        if is_whole {
            self.painted_at.set(now);
        }
        is_whole
    }
}

/// What is new, moved out of the follower, so that no borrow is held while the signals are set.
pub(super) struct News {
    workflows: Vec<(AdwId, Known)>,
    forgotten: Vec<AdwId>,
    cards: Option<Vec<Card>>,
    epoch: String,
    patience: Patience,
    link: Link,
}

impl News {
    pub fn take(follower: &mut Follower, now: u64) -> Self {
        let changes = follower.take_changes();
        let known = |adw_id| {
            let known = follower.state(&adw_id)?.clone();
            Some((adw_id, known))
        };
        Self {
            workflows: changes.workflows.into_iter().filter_map(known).collect(),
            forgotten: changes.forgotten.into_iter().collect(),
            cards: (changes.board && follower.is_board_loaded()).then(|| follower.cards().cloned().collect()),
            epoch: follower.epoch().to_owned(),
            patience: follower.patience(),
            link: follower.link(now),
        }
    }

    pub fn put_into(self, store: Store) {
        for (adw_id, known) in self.workflows {
            store.timeline(&adw_id).set(known);
        }
        for adw_id in &self.forgotten {
            store.forget(adw_id);
        }
        if let Some(cards) = self.cards {
            store.cards.set(cards);
            set(store.board_loaded, true);
        }
        store.history.paint();
        set(store.epoch, self.epoch);
        set(store.patience, self.patience);
        set(store.link, self.link);
    }
}

/// Sets a signal only if its value changes, so that nothing is redrawn needlessly.
pub(super) fn set<T: PartialEq + Send + Sync + 'static>(signal: RwSignal<T>, value: T) {
    if signal.with_untracked(|known| *known != value) {
        signal.set(value);
    }
}
