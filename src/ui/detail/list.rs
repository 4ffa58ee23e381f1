//! The virtual list: of a hundred thousand rows, those that a person sees are in the page.
//!
//! It follows the newest row until a person wants to read (`Mode`). From then on what they look at stays where it is,
//! whatever comes in above or below. What is drawn is decided in `update`, once for each cause, and rows that did not
//! change are left alone.

use std::collections::BTreeMap;

use leptos::ev::{KeyboardEvent, MouseEvent, PointerEvent, WheelEvent};
use leptos::html::Div;
use leptos::prelude::*;
use leptos::tachys::renderer::types::Element;
use leptos::wasm_bindgen::JsCast;

use super::body::{body, part};
use super::query::{DetailQuery, Tab};
use super::row::{Drawing, log_row, message, thought_row, tool_row};
use crate::domain::adw_id::AdwId;
use crate::domain::entry::Entry;
use crate::domain::letters::lower;
use crate::domain::level::Level;
use crate::domain::log::{Log, Row};
use crate::ui::derived::Derived;
use crate::ui::dynamic::list;
use crate::ui::format;
use crate::ui::history::History;
use crate::ui::html::Html;
use crate::ui::store::Store;

/// Rows that are drawn beyond what is seen, on either side.
const BEYOND: usize = 12;
/// Rows a server draws: a page for those without script.
const STATIC: usize = 500;

/// Whether the list follows what happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    Live,
    /// A person reads: nothing moves. The newest seq when they began.
    Held(u64),
    /// The view is frozen at this seq.
    Paused(u64),
}

impl Mode {
    /// Rows are shown up to here.
    fn until(self) -> u64 {
        match self {
            Self::Paused(seq) => seq,
            Self::Live | Self::Held(_) => u64::MAX,
        }
    }
}

/// Why the list is drawn anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cause {
    Data,
    Scroll,
    /// A person wants to see this seq.
    Jump(u64),
}

/// A row, ready to be put into the page.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Drawn {
    index: usize,
    seq: u64,
    class: String,
    html: String,
}

impl Drawn {
    /// What is drawn differently is another row.
    fn key(&self) -> String {
        format!("{}\n{}\n{}", self.seq, self.class, self.html)
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
struct Window {
    above_px: f64,
    rows: Vec<Drawn>,
    count: usize,
}

/// See the module. Cheap to copy.
#[derive(Clone, Copy)]
pub struct List {
    adw_id: StoredValue<AdwId>,
    store: Store,
    history: History,
    query: Derived<DetailQuery>,
    pub mode: RwSignal<Mode>,
    /// Rows that stand open, and how high their bodies are.
    opened: RwSignal<BTreeMap<u64, f64>>,
    window: RwSignal<Window>,
    /// The rows where they are not those of the log in order: tools by duration, or of one name.
    picked: StoredValue<Option<Vec<u64>>>,
    /// The row at the top of the view, and how far it is scrolled out of it.
    anchor: StoredValue<Option<(u64, f64)>>,
    /// The seq to be shown once it is loaded.
    target: StoredValue<Option<u64>>,
    container: NodeRef<Div>,
    canvas: NodeRef<Div>,
}

impl List {
    pub fn new(adw_id: AdwId, store: Store, query: Derived<DetailQuery>) -> Self {
        let history = store.history;
        let list = Self {
            adw_id: StoredValue::new(adw_id),
            store,
            history,
            query,
            mode: RwSignal::new(Mode::Live),
            opened: RwSignal::new(BTreeMap::new()),
            window: RwSignal::new(Window::default()),
            picked: StoredValue::new(None),
            anchor: StoredValue::new(None),
            target: StoredValue::new(None),
            container: NodeRef::new(),
            canvas: NodeRef::new(),
        };
        let start = query.get_untracked();
        if let Some(seq) = start.seq {
            list.mode.set(Mode::Held(history.with(Log::head)));
            list.target.set_value(Some(seq));
            list.opened.update(|opened| {
                opened.insert(seq, 0.0);
            });
        }
        list.pick(&start);
        let rows = list.count();
        list.window.set(Window {
            above_px: 0.0,
            rows: list.draw(rows.saturating_sub(STATIC), rows, &start),
            count: rows,
        });
        list
    }

    /// Keeps the list up to date in a browser; a server draws once.
    pub fn start(self) {
        let history = self.history;
        Effect::new(move |before: Option<DetailQuery>| {
            let query = self.query.get();
            if before
                .as_ref()
                .is_none_or(|before| before.seq != query.seq || !before.same_entries(&query))
            {
                if let Some(seq) = query.seq {
                    self.hold();
                    self.target.set_value(Some(seq));
                    self.open(seq);
                    if !history.with(|log| log.covers(seq)) && before.is_some() {
                        history.load_around(seq);
                    }
                } else if before.is_some_and(|before| !before.same_entries(&query)) {
                    self.mode.set(Mode::Live);
                    self.opened.set(BTreeMap::new());
                }
            }
            query
        });
        Effect::new(move |_| {
            history.version.track();
            history.bodies.track();
            history.found.track();
            self.mode.track();
            self.opened.track();
            self.query.track();
            self.update(Cause::Data);
        });
        let resized = window_event_listener(leptos::ev::resize, move |_| self.update(Cause::Data));
        on_cleanup(move || resized.remove());
    }

    /// Leaves the newest row: a person wants to read.
    pub fn hold(self) {
        if self.mode.get_untracked() == Mode::Live {
            self.history.fresh.set_value((0, 0));
            self.mode.set(Mode::Held(self.history.with(Log::head)));
        }
    }

    /// Goes to the newest row and follows from there.
    pub fn follow(self) {
        self.history.fresh.set_value((0, 0));
        self.anchor.set_value(None);
        self.target.set_value(None);
        if !self.history.with(Log::is_at_head) {
            self.history.load_newest();
        }
        self.mode.set(Mode::Live);
    }

    pub fn pause(self) {
        if matches!(self.mode.get_untracked(), Mode::Paused(_)) {
            return self.follow();
        }
        self.history.fresh.set_value((0, 0));
        self.mode.set(Mode::Paused(self.history.with(Log::head)));
    }

    /// Opens a row or closes it.
    pub fn toggle(self, seq: u64) {
        self.hold();
        if self.opened.with_untracked(|opened| opened.contains_key(&seq)) {
            self.opened.update(|opened| {
                opened.remove(&seq);
            });
        } else {
            self.open(seq);
        }
    }

    fn open(self, seq: u64) {
        self.opened.update(|opened| {
            opened.entry(seq).or_insert(0.0);
        });
        self.history.want_body(seq);
        if let Some(end) = self.history.with(|log| log.find(seq).and_then(|entry| entry.end_seq))
            && end != seq
        {
            self.history.want_body(end);
        }
    }

    /// The row `by` rows after the one at a seq; the first in view where nothing is selected.
    pub fn beside(self, seq: Option<u64>, by: isize) -> Option<u64> {
        let Some(seq) = seq else {
            return self.anchor.get_value().map(|(seq, _)| seq);
        };
        let until = self.mode.get_untracked().until();
        let mut at = self.place(seq);
        loop {
            at = at.checked_add_signed(by.signum()).filter(|at| *at < self.count())?;
            if let Some(seq) = self
                .history
                .with(|log| self.entry_at(log, at, until).map(|entry| entry.seq))
            {
                return Some(seq);
            }
        }
    }

    /// The first row, or the last.
    pub fn end(self, is_last: bool) {
        self.hold();
        self.target.set_value(None);
        let seq = if is_last { u64::MAX } else { 0 };
        self.update(Cause::Jump(seq));
    }

    fn count(self) -> usize {
        let until = self.mode.get_untracked().until();
        let picked = self.picked.with_value(|picked| picked.as_ref().map(Vec::len));
        picked.unwrap_or_else(|| self.history.with(|log| log.rows(until)))
    }

    fn place(self, seq: u64) -> usize {
        let picked = self.picked.with_value(|picked| {
            picked
                .as_ref()
                .map(|seqs| seqs.iter().position(|known| *known == seq).unwrap_or(0))
        });
        picked.unwrap_or_else(|| {
            self.history
                .with(|log| log.place(seq, self.mode.get_untracked().until()))
        })
    }

    fn entry_at(self, log: &Log, at: usize, until: u64) -> Option<&Entry> {
        let picked = self
            .picked
            .with_value(|picked| picked.as_ref().map(|seqs| seqs.get(at).copied()));
        match picked {
            Some(seq) => log.find(seq?),
            None => match log.row(at, until)? {
                Row::Entry(entry) => Some(entry),
                Row::Gap { .. } => None,
            },
        }
    }

    /// Chooses the rows where they are not all of the log in order.
    fn pick(self, query: &DetailQuery) {
        let is_picky = query.tab == Tab::Tools && (query.by_duration || query.failed || query.tool.is_some());
        let pick = |log: &Log| {
            let is_wanted = |entry: &&Entry| {
                (!query.failed || entry.error) && query.tool.as_ref().is_none_or(|tool| *tool == entry.head)
            };
            let mut rows: Vec<(u64, u64)> = log
                .entries()
                .filter(is_wanted)
                .map(|entry| {
                    (
                        entry.duration_ms.unwrap_or(if entry.is_open() { u64::MAX } else { 0 }),
                        entry.seq,
                    )
                })
                .collect();
            if query.by_duration {
                rows.sort_unstable_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
            }
            rows.into_iter().map(|(_, seq)| seq).collect::<Vec<_>>()
        };
        self.picked.set_value(is_picky.then(|| self.history.with(pick)));
    }

    /// The heights of open rows by their place.
    fn open_rows(self) -> Vec<(usize, f64)> {
        let until = self.mode.get_untracked().until();
        let opened = self.opened.get_untracked();
        let mut rows: Vec<(usize, f64)> = opened
            .into_iter()
            .filter(|(seq, px)| {
                let is_here = || {
                    self.history.with(|log| {
                        self.entry_at(log, self.place(*seq), until)
                            .is_some_and(|entry| entry.seq == *seq)
                    })
                };
                *px > 0.0 && is_here()
            })
            .map(|(seq, px)| (self.place(seq), px))
            .collect();
        rows.sort_unstable_by_key(|(at, _)| *at);
        rows
    }

    fn update(self, cause: Cause) {
        let (Some(container), Some(canvas)) = (self.container.get_untracked(), self.canvas.get_untracked()) else {
            return;
        };
        let query = self.query.get_untracked();
        self.pick(&query);
        let mode = self.mode.get_untracked();
        let row_px = row_px();
        let count = self.count();
        let open = self.open_rows();
        let top_of = |at: usize| {
            let extra: f64 = open.iter().take_while(|(place, _)| *place < at).map(|(_, px)| px).sum();
            at as f64 * row_px + extra
        };
        let total = top_of(count);
        let _ = canvas.set_attribute("style", &format!("height:{total}px"));
        let view = f64::from(container.client_height());
        let mut cause = cause;
        if let Some(target) = self.target.get_value()
            && (self.history.with(|log| log.covers(target)) || self.picked.with_value(Option::is_some))
        {
            self.target.set_value(None);
            cause = Cause::Jump(target);
        }
        match (cause, mode) {
            (Cause::Jump(seq), _) => {
                let top = top_of(if seq == u64::MAX { count } else { self.place(seq) });
                container.set_scroll_top((top - view / 3.0).max(0.0) as i32);
            }
            (Cause::Data, Mode::Live) => {
                // What is sorted begins with what matters most.
                let bottom = if query.by_duration { 0.0 } else { total };
                container.set_scroll_top(bottom as i32);
            }
            (Cause::Data, Mode::Held(_) | Mode::Paused(_)) => {
                if let Some((seq, beyond)) = self.anchor.get_value() {
                    let top = top_of(self.place(seq)) + beyond;
                    if (top - f64::from(container.scroll_top())).abs() >= 1.0 {
                        container.set_scroll_top(top as i32);
                    }
                }
            }
            (Cause::Scroll, _) => {}
        }
        let top = f64::from(container.scroll_top());
        let first = self.first_in_view(top, count, row_px, &open);
        let seen = (view / row_px) as usize + 1;
        let from = first.saturating_sub(BEYOND);
        let to = (first + seen + BEYOND).min(count);
        let rows = self.draw(from, to, &query);
        let until = mode.until();
        let seq_of = |at: usize| {
            let picked = self
                .picked
                .with_value(|picked| picked.as_ref().and_then(|seqs| seqs.get(at).copied()));
            picked.or_else(|| self.history.with(|log| log.row(at, until).map(|row| row.seq())))
        };
        self.anchor
            .set_value(seq_of(first).map(|seq| (seq, top - top_of(first))));
        self.history.trim(match mode {
            Mode::Live => u64::MAX,
            Mode::Held(_) | Mode::Paused(_) => seq_of(first).unwrap_or(u64::MAX),
        });
        let window = Window {
            above_px: top_of(from),
            rows,
            count,
        };
        if self.window.with_untracked(|known| *known != window) {
            self.window.set(window);
        }
        request_animation_frame(move || self.measure());
        // Who scrolls up to the beginning of what is held wants what is before it.
        if mode != Mode::Live && first <= BEYOND && self.picked.with_value(Option::is_none) {
            let gap = self.history.with(|log| match log.row(0, until) {
                Some(Row::Gap { from, to }) if !log.is_blank() => Some((from, to)),
                Some(Row::Gap { .. } | Row::Entry(_)) | None => None,
            });
            if let Some((from, to)) = gap {
                self.history.load_gap(from, to);
            }
        }
    }

    fn first_in_view(self, top: f64, count: usize, row_px: f64, open: &[(usize, f64)]) -> usize {
        let mut extra = 0.0;
        for (place, px) in open {
            let bottom = (*place as f64 + 1.0) * row_px + extra + px;
            if top < bottom {
                break;
            }
            extra += px;
        }
        let at = ((top - extra).max(0.0) / row_px) as usize;
        // Inside an open row's body it is that row.
        let inside = open.iter().find(|(place, px)| {
            let above: f64 = open
                .iter()
                .take_while(|(other, _)| other < place)
                .map(|(_, px)| px)
                .sum();
            let from = (*place as f64) * row_px + above;
            top >= from && top < from + row_px + px
        });
        inside.map_or(at, |(place, _)| *place).min(count.saturating_sub(1))
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
            let seq = element.parent_element().and_then(|row| seq_of(&row));
            let height = f64::from(element.client_height());
            let known = |seq: u64| self.opened.with_untracked(|opened| opened.get(&seq).copied());
            if let Some(seq) = seq
                && known(seq).is_some_and(|known| (known - height).abs() >= 0.5)
            {
                changed.push((seq, height));
            }
        }
        if !changed.is_empty() {
            self.opened.update(|opened| opened.extend(changed));
        }
    }

    fn draw(self, from: usize, to: usize, query: &DetailQuery) -> Vec<Drawn> {
        let until = self.mode.get_untracked().until();
        let link = DetailQuery {
            seq: None,
            before: None,
            ..query.clone()
        };
        let link = format!("{}&seq=", self.adw_id.with_value(|adw_id| link.href(adw_id)));
        let needle = lower(&query.text);
        let drawing = Drawing {
            link: &link,
            needle: &needle,
        };
        let row = |at: usize| {
            self.history.with(|log| match self.entry_at(log, at, until) {
                Some(entry) => Some(self.draw_entry(entry, at, query, &drawing)),
                None => match log.row(at, until)? {
                    Row::Gap { from, to } => Some(gap_row(at, from, to)),
                    Row::Entry(_) => None,
                },
            })
        };
        (from..to).filter_map(row).collect()
    }

    fn draw_entry(self, entry: &Entry, index: usize, query: &DetailQuery, drawing: &Drawing<'_>) -> Drawn {
        let mut html = Html::default();
        let mut class = String::from(match query.tab {
            Tab::Tools => "row tl",
            Tab::Thinking => "row th",
            Tab::Overview | Tab::Logs | Tab::Files => "row log",
        });
        match entry.level() {
            Level::Error => class.push_str(" e"),
            Level::Warning => class.push_str(" w"),
            Level::Debug | Level::Info | Level::Success => {}
        }
        if query.seq == Some(entry.seq) {
            class.push_str(" sel");
        }
        let is_hit = self.history.found.with_untracked(|found| {
            found
                .as_ref()
                .is_some_and(|found| found.seqs.binary_search(&entry.seq).is_ok())
        });
        if is_hit {
            class.push_str(" hit");
        }
        match query.tab {
            Tab::Tools => tool_row(&mut html, entry, drawing),
            Tab::Thinking => thought_row(&mut html, entry, drawing),
            Tab::Overview | Tab::Logs | Tab::Files => log_row(&mut html, entry, drawing),
        }
        if self.opened.with_untracked(|opened| opened.contains_key(&entry.seq)) {
            html.raw("<div role=\"cell\" class=\"open\">");
            self.draw_body(&mut html, entry, drawing.needle);
            html.raw("</div>");
        }
        Drawn {
            index,
            seq: entry.seq,
            class,
            html: html.done(),
        }
    }

    fn draw_body(self, html: &mut Html, entry: &Entry, needle: &str) {
        self.history.bodies.with_untracked(|bodies| {
            let mut one = |seq: u64| match bodies.get(&seq) {
                Some(Some(event)) => body(html, event, needle),
                Some(None) => {
                    html.raw("<p class=\"none\">The whole event could not be had; this is what the list holds. ");
                    message(html, entry, needle);
                    html.raw("</p>");
                }
                None => {
                    part(html, "loading", &entry.text.clone().into(), needle);
                }
            };
            one(entry.seq);
            if let Some(end) = entry.end_seq.filter(|end| *end != entry.seq) {
                one(end);
            }
        });
    }

    /// New rows since the view was held, and the errors among them.
    pub fn fresh(self) -> (u64, u64) {
        self.history.version.track();
        self.mode.track();
        self.history.fresh.get_value()
    }
}

fn gap_row(index: usize, from: u64, to: u64) -> Drawn {
    let mut html = Html::default();
    let count = format::counted(to - from + 1, "entry", "entries");
    html.raw("<span role=\"cell\" class=\"q\">⋯</span><span role=\"cell\"><b>")
        .text(&count)
        .raw("</b> not kept here</span>");
    html.raw("<span role=\"cell\" class=\"lbl\">")
        .text(&format::whole(from))
        .raw(" – ")
        .text(&format::whole(to));
    html.raw("</span><span role=\"cell\"><button type=\"button\" class=\"load\" data-from=\"")
        .number(from);
    html.raw("\" data-to=\"").number(to).raw("\">Load</button></span>");
    Drawn {
        index,
        seq: from,
        class: "row gap".to_owned(),
        html: html.done(),
    }
}

/// A row is 24 px high, 36 on a phone (as in the sheet).
fn row_px() -> f64 {
    let width = window()
        .inner_width()
        .ok()
        .and_then(|width| width.as_f64())
        .unwrap_or(1_440.0);
    if width < 768.0 { 36.0 } else { 24.0 }
}

fn seq_of(row: &Element) -> Option<u64> {
    row.get_attribute("data-seq")?.parse().ok()
}

/// The list with its scroll bar and its rows; `heads` are the words above the columns.
pub fn list_view(rows: List, label: &'static str, head_class: &'static str, heads: &'static [&'static str]) -> AnyView {
    rows.start();
    let window = rows.window;
    let draw = |row: Drawn| {
        view! {
            <div role="row" class=row.class aria-rowindex=(row.index + 2).to_string() data-seq=row.seq.to_string() inner_html=row.html></div>
        }
        .into_any()
    };
    let head = heads
        .iter()
        .map(|word| view! { <span role="columnheader">{*word}</span> }.into_any())
        .collect_view();
    view! {
        <div class="lines" role="table" aria-label=label aria-rowcount=move || (window.with(|window| window.count) + 1).to_string()>
            <div role="rowgroup" class="heads"><div role="row" class=head_class aria-rowindex="1">{head}</div></div>
            <div
                role="rowgroup"
                class="scroll"
                tabindex="0"
                autofocus=true
                aria-label=label
                node_ref=rows.container
                on:scroll=move |_| rows.update(Cause::Scroll)
                on:wheel=move |event: WheelEvent| if event.delta_y() < 0.0 { rows.hold() }
                on:touchmove=move |_| rows.hold()
                on:pointerdown=move |event: PointerEvent| hold_on_bar(rows, &event)
                on:keydown=move |event: KeyboardEvent| {
                    if matches!(event.key().as_str(), "PageUp" | "Home" | "ArrowUp") {
                        rows.hold();
                    }
                }
                on:click=move |event: MouseEvent| clicked(rows, &event)
            >
                <div class="canvas" role="presentation" node_ref=rows.canvas>
                    <div class="rows" role="presentation" style=move || format!("transform:translateY({}px)", window.with(|window| window.above_px))>
                        {list(move || window.with(|window| window.rows.clone()), Drawn::key, draw)}
                    </div>
                </div>
            </div>
        </div>
    }
    .into_any()
}

/// Dragging the scroll bar, and beginning a selection, are signs that somebody reads.
fn hold_on_bar(rows: List, event: &PointerEvent) {
    let target: Option<Element> = event.target().and_then(|target| target.dyn_into().ok());
    let is_control = target.is_some_and(|target| target.closest("a, button, summary").ok().flatten().is_some());
    if !is_control {
        rows.hold();
    }
}

fn clicked(rows: List, event: &MouseEvent) {
    let Some(target) = event.target().and_then(|target| target.dyn_into::<Element>().ok()) else {
        return;
    };
    let closest = |what: &str| target.closest(what).ok().flatten();
    if let Some(load) = closest("[data-from]") {
        let number = |name: &str| load.get_attribute(name).and_then(|text| text.parse().ok());
        if let (Some(from), Some(to)) = (number("data-from"), number("data-to")) {
            rows.hold();
            rows.history.load_gap(from, to);
        }
        return;
    }
    if let Some(copy) = closest("[data-copy]") {
        let said = copy
            .closest(".part")
            .ok()
            .flatten()
            .and_then(|part| part.query_selector(".said").ok().flatten());
        if let Some(text) = said.and_then(|said| said.text_content()) {
            rows.store.copy(text);
        }
        return;
    }
    // Links do what links do, and inside an open body a person reads.
    if closest("a, .open").is_some() {
        return;
    }
    if let Some(seq) = closest("[data-seq]").as_ref().and_then(seq_of) {
        rows.toggle(seq);
    }
}
