//! The virtual list: of a hundred thousand rows, those that a person sees are in the page.
//!
//! It follows the newest row until a person wants to read (`Mode`). From then on what they look at stays where it is,
//! whatever comes in above or below. What is drawn is decided in `update`, once for each cause, and rows that did not
//! change are left alone.

mod state;
pub mod view;

use std::time::Duration;

use leptos::html::Div;
use leptos::prelude::*;
use leptos::tachys::renderer::types::Element;

use super::query::DetailQuery;
use crate::derived::Derived;
use crate::effect::effect;
use crate::store::Store;
use domain::adw_id::AdwId;
use domain::log::{Log, Row};
pub use state::Mode;
use state::State;

/// Rows that are drawn beyond what is seen, on either side.
const BEYOND: usize = 8;
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
}

impl List {
    pub fn new(adw_id: AdwId, store: Store, query: Derived<DetailQuery>) -> Self {
        let start = query.get_untracked();
        let head = store.history.log(Log::head);
        let mut state = State {
            adw_id,
            mode: start.seq.map_or(Mode::Live, |_| Mode::Held(head)),
            opened: start.seq.into_iter().map(|seq| (seq, 0)).collect(),
            picked: None,
            anchor: None,
            target: start.seq,
            rows: Vec::new(),
            above_px: 0,
            canvas_px: 0,
            view_px: 0,
            top_px: 0,
            end_px: None,
            is_due: false,
            count: 0,
        };
        // The entries of another tab are none of this one's.
        if store.history.is_of(&start) {
            store.history.log(|log| {
                state.pick(log, &start);
                state.count = state.count_in(log);
            });
            state.draw(store.history, state.count.saturating_sub(STATIC), state.count, &start);
        }
        Self {
            store,
            query,
            state: StoredValue::new(state),
            chosen: RwSignal::new(0),
            drawn: RwSignal::new(0),
            container: NodeRef::new(),
            canvas: NodeRef::new(),
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
                    self.choose(|state| state.target = Some(seq));
                    self.open(seq);
                    if !self.store.history.log(|log| log.covers(seq)) {
                        self.store.history.load_around(seq);
                    }
                }
                None if before.is_some() && !is_same => self.choose(|state| {
                    state.mode = Mode::Live;
                    state.opened.clear();
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
            self.state
                .update_value(|state| (state.view_px, state.end_px) = (0, None));
            self.update(Cause::Data);
        });
        on_cleanup(move || resized.remove());
    }

    /// Whether it follows; subscribes.
    pub fn mode(self) -> Mode {
        self.chosen.track();
        self.state.with_value(|state| state.mode)
    }

    /// New rows since the view was held, and the errors among them; subscribes.
    pub fn fresh(self) -> (u64, u64) {
        self.store.history.track();
        self.chosen.track();
        self.store.history.fresh()
    }

    /// Leaves the newest row: a person wants to read.
    pub fn hold(self) {
        if self.state.with_value(|state| state.mode) == Mode::Live {
            self.store.history.begin_fresh();
            let head = self.store.history.log(Log::head);
            self.choose(|state| state.mode = Mode::Held(head));
        }
    }

    /// Goes to the newest row and follows from there.
    pub fn follow(self) {
        self.store.history.begin_fresh();
        if !self.store.history.log(Log::is_at_head) {
            self.store.history.load_newest();
        }
        self.choose(|state| {
            (state.anchor, state.target) = (None, None);
            state.mode = Mode::Live;
        });
    }

    pub fn pause(self) {
        if matches!(self.state.with_value(|state| state.mode), Mode::Paused(_)) {
            return self.follow();
        }
        self.store.history.begin_fresh();
        let head = self.store.history.log(Log::head);
        self.choose(|state| state.mode = Mode::Paused(head));
    }

    /// Opens a row or closes it.
    pub fn toggle(self, seq: u64) {
        self.hold();
        let is_open = self
            .state
            .with_value(|state| state.opened.iter().any(|(known, _)| *known == seq));
        if is_open {
            self.choose(|state| state.opened.retain(|(known, _)| *known != seq));
        } else {
            self.open(seq);
        }
    }

    fn open(self, seq: u64) {
        self.choose(|state| {
            if !state.opened.iter().any(|(known, _)| *known == seq) {
                state.opened.push((seq, 0));
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
        self.state.with_value(|state| {
            let Some(seq) = seq else {
                return state.anchor.map(|(seq, _)| seq);
            };
            self.store.history.log(|log| {
                let by = if is_next { 1 } else { -1 };
                let mut at = state.place(log, seq);
                loop {
                    at = at.checked_add_signed(by).filter(|at| *at < state.count)?;
                    if let Some(entry) = state.entry_at(log, at) {
                        return Some(entry.seq);
                    }
                }
            })
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
        if self
            .state
            .try_update_value(|state| std::mem::replace(&mut state.is_due, true))
            == Some(false)
        {
            let draw = move || {
                // The list may have gone meanwhile.
                if self.state.try_update_value(|state| state.is_due = false).is_some() {
                    self.update(Cause::Data);
                }
            };
            set_timeout(draw, Duration::ZERO);
        }
    }

    fn update(self, cause: Cause) {
        let (Some(container), Some(canvas)) = (self.container.get_untracked(), self.canvas.get_untracked()) else {
            return;
        };
        let history = self.store.history;
        let query = self.query.get_untracked();
        let row_px = row_px();
        let is_changed = self.state.try_update_value(|state| {
            let before = (state.above_px, state.count, std::mem::take(&mut state.rows));
            let heights = history.log(|log| {
                state.pick(log, &query);
                state.count = state.count_in(log);
                state.heights(log, row_px)
            });
            // What a browser is asked about its layout makes it lay out at once: only what is not known is asked.
            if cause == Cause::Scroll || state.view_px == 0 {
                state.view_px = container.client_height().max(0) as usize;
                let top_px = container.scroll_top().max(0) as usize;
                if std::mem::replace(&mut state.top_px, top_px) != top_px {
                    state.end_px = None;
                }
            }
            let canvas_px = heights.top(state.count);
            if canvas_px != state.canvas_px {
                let _ = canvas.set_attribute("style", &format!("height:{canvas_px}px"));
            }
            let has = |seq: u64| history.log(|log| log.covers(seq));
            let jump = state.target.filter(|seq| has(*seq) || state.picked.is_some());
            if jump.is_some() {
                state.target = None;
            }
            let place = |state: &State, seq: u64| history.log(|log| state.place(log, seq));
            let top = match (jump.map_or(cause, Cause::Jump), state.mode, state.anchor) {
                (Cause::Jump(seq), ..) => heights.top(place(state, seq)).saturating_sub(state.view_px / 3),
                // What is sorted begins with what matters most.
                (Cause::Data, Mode::Live, _) if query.by_duration => 0,
                (Cause::Data, Mode::Live, _) if state.end_px == Some(canvas_px) => state.top_px,
                (Cause::Data, Mode::Live, _) => canvas_px,
                (Cause::Data, Mode::Held(_) | Mode::Paused(_), Some((seq, beyond))) => {
                    heights.top(place(state, seq)) + beyond
                }
                (Cause::Data | Cause::Scroll, ..) => state.top_px,
            };
            // A canvas that became smaller may have moved what is seen, and the end lies as far below as it may.
            if top != state.top_px || canvas_px < state.canvas_px {
                container.set_scroll_top(top as i32);
                state.top_px = container.scroll_top().max(0) as usize;
                state.end_px = (top == canvas_px).then_some(canvas_px);
            }
            state.canvas_px = canvas_px;
            let top = state.top_px;
            let first = heights.at(top).min(state.count.saturating_sub(1));
            let from = first.saturating_sub(BEYOND);
            let to = (first + state.view_px / row_px + 1 + BEYOND).min(state.count);
            state.above_px = heights.top(from);
            state.draw(history, from, to, &query);
            let seq = history.log(|log| state.seq_at(log, first));
            state.anchor = seq.map(|seq| (seq, top.saturating_sub(heights.top(first))));
            let is_live = state.mode == Mode::Live;
            history.trim(seq.filter(|_| !is_live).unwrap_or(u64::MAX));
            // Who scrolls up to the beginning of what is held wants what is before it.
            if !is_live && first <= BEYOND && state.picked.is_none() {
                let gap = history.log(|log| match log.row(0, u64::MAX) {
                    Some(Row::Gap { from, to }) if !log.is_blank() => Some((from, to)),
                    Some(Row::Gap { .. } | Row::Entry(_)) | None => None,
                });
                if let Some((from, to)) = gap {
                    history.load_gap(from, to);
                }
            }
            (before.0, before.1) != (state.above_px, state.count) || before.2 != state.rows
        });
        if is_changed == Some(true) {
            self.drawn.update(|drawn| *drawn += 1);
        }
        request_animation_frame(move || self.measure());
    }

    /// Learns how high the open rows became.
    fn measure(self) {
        let Some(container) = self.container.get_untracked() else {
            return;
        };
        let found = container.get_elements_by_class_name("open");
        let mut changed = Vec::new();
        for at in 0..found.length() {
            let Some(element) = found.item(at) else { continue };
            let height = element.client_height().max(0) as usize;
            if let Some(seq) = element.parent_element().as_ref().and_then(seq_of) {
                changed.push((seq, height));
            }
        }
        let learn = |state: &mut State| {
            let mut is_news = false;
            for (seq, height) in changed {
                for known in state
                    .opened
                    .iter_mut()
                    .filter(|known| known.0 == seq && known.1 != height)
                {
                    known.1 = height;
                    is_news = true;
                }
            }
            is_news
        };
        if self.state.try_update_value(learn) == Some(true) {
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

fn seq_of(row: &Element) -> Option<u64> {
    row.get_attribute("data-seq")?.parse().ok()
}
