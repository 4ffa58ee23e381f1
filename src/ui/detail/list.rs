//! The virtual list: of a hundred thousand rows, those that a person sees are in the page.
//!
//! It follows the newest row until a person wants to read (`Mode`). From then on what they look at stays where it is,
//! whatever comes in above or below. What is drawn is decided in `update`, once for each cause, and rows that did not
//! change are left alone.

mod drawn;
mod rows;
mod scroll;
mod state;
pub mod view;

use std::time::Duration;

use leptos::html::Div;
use leptos::prelude::*;
use leptos::tachys::renderer::types::Element;

use super::query::DetailQuery;
use crate::derived::Derived;
use crate::effect::effect;
use crate::life::Life;
use crate::store::Store;
use domain::adw_id::AdwId;
use domain::log::Log;
pub use rows::Mode;
use rows::Rows;
use scroll::Scroll;
use state::{ListElements, State};

/// Rows a server draws: a page for those without script.
const STATIC: usize = 500;

/// Why the list is drawn anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cause {
    Data,
    Scroll,
    /// A person wants to see this seq.
    Jump(u64),
}

/// See the module. Cheap to copy.
#[derive(Clone, Copy)]
pub struct List {
    store: Store,
    query: Derived<DetailQuery>,
    state: StoredValue<State>,
    /// Grows whenever a person changed what is shown.
    chosen: RwSignal<u64>,
    /// Grows whenever other rows are drawn.
    drawn: RwSignal<u64>,
    container: NodeRef<Div>,
    canvas: NodeRef<Div>,
    life: Life,
}

impl List {
    pub fn new(adw_id: AdwId, store: Store, query: Derived<DetailQuery>) -> Self {
        let start = query.get_untracked();
        let head = store.history.log(Log::head);
        let mut state = State {
            adw_id,
            rows: Rows {
                mode: start.seq.map_or(Mode::Live, |_| Mode::Held(head)),
                opened: start.seq.into_iter().map(|seq| (seq, 0)).collect(),
                picked: None,
                count: 0,
            },
            scroll: Scroll::to(start.seq),
            drawn: Vec::new(),
            above_px: 0,
            is_due: false,
        };
        // The entries of another tab are none of this one's.
        if store.history.is_of(&start) {
            state.begin(store.history, &start, STATIC);
        }
        Self {
            store,
            query,
            state: StoredValue::new(state),
            chosen: RwSignal::new(0),
            drawn: RwSignal::new(0),
            container: NodeRef::new(),
            canvas: NodeRef::new(),
            life: Life::begin(),
        }
    }

    /// Keeps the list up to date in a browser; a server draws once.
    pub fn start(self) {
        let mut before: Option<DetailQuery> = None;
        effect(move || {
            let query = self.query.get();
            let is_same = before.as_ref().is_some_and(|before| before.same_entries(&query));
            match query.seq {
                Some(seq) if !is_same || before.as_ref().is_some_and(|before| before.seq != query.seq) => {
                    self.hold();
                    self.choose(|state| state.scroll.target = Some(seq));
                    self.open(seq);
                    if !self.store.history.log(|log| log.covers(seq)) {
                        self.store.history.load_around(seq);
                    }
                }
                None if before.is_some() && !is_same => self.choose(|state| {
                    state.rows.mode = Mode::Live;
                    state.rows.opened.clear();
                }),
                Some(_) | None => {}
            }
            before = Some(query);
        });
        effect(move || {
            self.store.history.track();
            self.chosen.track();
            self.query.track();
            self.update_soon();
        });
        // The keys scroll what has the focus, and the list before is gone with it.
        effect(move || {
            let is_free = document()
                .active_element()
                .is_none_or(|active| active.tag_name() == "BODY");
            if let Some(container) = self.container.get().filter(|_| is_free) {
                let _ = container.focus();
            }
        });
        let resized = window_event_listener(leptos::ev::resize, move |_| {
            self.state.update_value(|state| state.scroll.forget_size());
            self.update(Cause::Data);
        });
        on_cleanup(move || resized.remove());
    }

    /// Whether it follows; subscribes.
    pub fn mode(self) -> Mode {
        self.chosen.track();
        self.mode_untracked()
    }

    fn mode_untracked(self) -> Mode {
        self.state.with_value(|state| state.rows.mode)
    }

    /// New rows since the view was held, and the errors among them; subscribes.
    pub fn fresh(self) -> (u64, u64) {
        self.store.history.track();
        self.chosen.track();
        self.store.history.fresh()
    }

    /// Leaves the newest row: a person wants to read.
    pub fn hold(self) {
        if self.mode_untracked() == Mode::Live {
            self.store.history.begin_fresh();
            let head = self.store.history.log(Log::head);
            self.choose(|state| state.rows.mode = Mode::Held(head));
        }
    }

    /// Goes to the newest row and follows from there.
    pub fn follow(self) {
        self.store.history.begin_fresh();
        if !self.store.history.log(Log::is_at_head) {
            self.store.history.load_newest();
        }
        self.choose(|state| {
            (state.scroll.anchor, state.scroll.target) = (None, None);
            state.rows.mode = Mode::Live;
        });
    }

    pub fn pause(self) {
        if matches!(self.mode_untracked(), Mode::Paused(_)) {
            return self.follow();
        }
        self.store.history.begin_fresh();
        let head = self.store.history.log(Log::head);
        self.choose(|state| state.rows.mode = Mode::Paused(head));
    }

    /// Opens a row or closes it.
    pub fn toggle(self, seq: u64) {
        self.hold();
        if self.state.with_value(|state| state.rows.is_open(seq)) {
            self.choose(|state| state.rows.opened.retain(|(known, _)| *known != seq));
        } else {
            self.open(seq);
        }
    }

    fn open(self, seq: u64) {
        self.choose(|state| {
            if !state.rows.is_open(seq) {
                state.rows.opened.push((seq, 0));
            }
        });
        let history = self.store.history;
        history.want_body(seq);
        let end = history.log(|log| log.find(seq).and_then(|entry| entry.end_seq));
        if let Some(end) = end.filter(|end| *end != seq) {
            history.want_body(end);
        }
    }

    /// The entry after the one at a seq, or before it; the first in view where none is selected.
    pub fn beside(self, seq: Option<u64>, is_next: bool) -> Option<u64> {
        self.state.with_value(|state| match seq {
            Some(seq) => self.store.history.log(|log| state.rows.beside(log, seq, is_next)),
            None => state.scroll.anchor.map(|(seq, _)| seq),
        })
    }

    /// Goes to the first row.
    pub fn begin(self) {
        self.hold();
        self.update(Cause::Jump(0));
    }

    pub fn load_gap(self, from: u64, to: u64) {
        self.hold();
        self.store.history.load_gap(from, to);
    }

    fn choose(self, change: impl FnOnce(&mut State)) {
        self.state.update_value(change);
        self.chosen.update(|chosen| *chosen += 1);
    }

    /// Draws in a task of its own, so that the browser can answer a person between that and what caused it.
    fn update_soon(self) {
        let was_due = self
            .state
            .try_update_value(|state| std::mem::replace(&mut state.is_due, true));
        if was_due == Some(false) {
            self.life.after(Duration::ZERO, move || {
                self.state.update_value(|state| state.is_due = false);
                self.update(Cause::Data);
            });
        }
    }

    fn update(self, cause: Cause) {
        // A scroll may be told of after what was scrolled is gone.
        if self.life.is_over() {
            return;
        }
        let (Some(container), Some(canvas)) = (self.container.get_untracked(), self.canvas.get_untracked()) else {
            return;
        };
        let place = ListElements {
            container,
            canvas,
            row_px: row_px(),
        };
        let query = self.query.get_untracked();
        let is_changed = self
            .state
            .try_update_value(|state| state.update(cause, &place, self.store.history, &query));
        if is_changed == Some(true) {
            self.drawn.update(|drawn| *drawn += 1);
        }
        self.life.next_frame(move || self.measure());
    }

    /// Learns how high the open rows became.
    fn measure(self) {
        let Some(container) = self.container.get_untracked() else {
            return;
        };
        let found = container.get_elements_by_class_name("open");
        let open = (0..found.length()).filter_map(|at| found.item(at));
        let height = |open: Element| {
            let seq = open.parent_element()?.get_attribute("data-seq")?.parse().ok()?;
            Some((seq, open.client_height().max(0) as usize))
        };
        let heights: Vec<(u64, usize)> = open.filter_map(height).collect();
        if self.state.try_update_value(|state| state.rows.learn(&heights)) == Some(true) {
            self.chosen.update(|chosen| *chosen += 1);
        }
    }
}

/// A row is 24 px high, 36 on a phone (as in the sheet).
fn row_px() -> usize {
    let width = window().inner_width().ok().and_then(|width| width.as_f64());
    let is_narrow = width.is_some_and(|width| width < 768.0);
    if is_narrow { 36 } else { 24 }
}
