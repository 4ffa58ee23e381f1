//! The history of one workflow as a page holds it: entries by seq, what a search found, whole events that were opened.
//!
//! The entries lie outside the reactive graph; `version` says that they changed, once per frame at most.

use leptos::prelude::*;
use serde_json::Value;

use crate::detail::query::{DetailQuery, Tab};
use crate::viewer::subject::api;
use domain::adw_id::AdwId;
use domain::entry::Entry;
use domain::event::Event;
use domain::form;
use domain::from_json::{FromJson, from_fields};
use domain::letters::lower;
use domain::log::{EntryPage, Log};
use domain::search;

/// Entries of one page of the interface.
pub const PAGE: u64 = 500;

/// What a search found in the whole workflow, as the server says it.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize)]
pub struct SearchResult {
    pub count: u64,
    /// The seqs that match, the newest if there are very many.
    pub seqs: Vec<u64>,
}

from_fields!(SearchResult { count, seqs });

/// Gets an address of the API; none if there is no answer.
pub type Fetch = fn(String, Box<dyn FnOnce(Option<Value>)>);

/// What the server drew of a detail, for the browser to go on from.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct DetailSeed {
    pub page: EntryPage,
    /// The whole events that are looked at.
    pub events: Vec<Value>,
    pub found: Option<SearchResult>,
}

from_fields!(DetailSeed { page, events, found });

/// See the module. Cheap to copy.
#[derive(Clone, Copy)]
pub struct History {
    held: StoredValue<Held>,
    /// Grows whenever something of it changed: with events once per frame at most.
    version: RwSignal<u64>,
}

struct Held {
    log: Log,
    /// What the entries are of.
    shown: Option<Shown>,
    /// The number of the newest request; answers to older ones are dropped.
    asked: u64,
    is_dirty: bool,
    /// Events that came since the view was held: all that match, and the errors among them.
    fresh: (u64, u64),
    found: Option<SearchResult>,
    /// Whole events by seq; none inside if one could not be loaded.
    bodies: Vec<(u64, Option<Value>)>,
    /// Whether the last page could not be loaded.
    has_failed: bool,
    /// Set in a browser; a server has what it needs.
    fetch: Option<Fetch>,
}

#[derive(Clone)]
struct Shown {
    adw_id: AdwId,
    query: DetailQuery,
}

/// How many whole events are kept: those that are open, and those looked at before them.
const BODIES: usize = 64;

impl History {
    pub fn new(fetch: Option<Fetch>) -> Self {
        Self {
            held: StoredValue::new(Held {
                log: Log::default(),
                shown: None,
                asked: 0,
                is_dirty: false,
                fresh: (0, 0),
                found: None,
                bodies: Vec::new(),
                has_failed: false,
                fetch,
            }),
            version: RwSignal::new(0),
        }
    }

    /// Takes what the server has drawn for the query.
    pub fn seed(self, adw_id: &AdwId, query: &DetailQuery, seed: DetailSeed) {
        self.change(|held| {
            held.begin(adw_id, query);
            held.log.insert(seed.page);
            held.found = seed.found;
            let by_seq = |event: Value| Some((event["data"]["seq"].as_u64()?, Some(event)));
            held.bodies = seed.events.into_iter().filter_map(by_seq).collect();
        });
    }

    /// Shows the entries of a query: those that are held already, or the newest of a fresh page.
    pub fn show(self, adw_id: &AdwId, query: &DetailQuery) {
        let is_new = self.change(|held| match &mut held.shown {
            Some(shown) if shown.adw_id == *adw_id && shown.query.same_entries(query) => {
                shown.query = query.clone();
                false
            }
            Some(_) | None => {
                held.begin(adw_id, query);
                true
            }
        });
        if is_new && query.tab != Tab::Overview {
            self.load_newest();
        }
    }

    /// Whether what is held are the entries of a query.
    pub fn is_of(self, query: &DetailQuery) -> bool {
        self.held
            .with_value(|held| held.shown.as_ref().is_some_and(|shown| shown.query.same_entries(query)))
    }

    /// Whether a detail shows it.
    pub fn is_open(self) -> bool {
        self.held.with_value(|held| held.shown.is_some())
    }

    /// The journal has a new epoch: nothing held here is valid any more.
    pub fn restart(self) {
        if let Some(shown) = self.change(Held::close) {
            self.show(&shown.adw_id, &shown.query);
        }
    }

    /// Drops everything.
    pub fn close(self) {
        self.held.try_update_value(Held::close);
    }

    /// Subscribes to every change.
    pub fn track(self) {
        self.version.track();
    }

    pub fn log<T>(self, read: impl FnOnce(&Log) -> T) -> T {
        self.held.with_value(|held| read(&held.log))
    }

    /// A whole event, if it is here; none inside if it could not be loaded.
    pub fn body<T>(self, seq: u64, read: impl FnOnce(Option<&Option<Value>>) -> T) -> T {
        self.held.with_value(|held| {
            read(
                held.bodies
                    .iter()
                    .find(|(known, _)| *known == seq)
                    .map(|(_, body)| body),
            )
        })
    }

    /// What the search found.
    pub fn found<T>(self, read: impl FnOnce(Option<&SearchResult>) -> T) -> T {
        self.held.with_value(|held| read(held.found.as_ref()))
    }

    pub fn fresh(self) -> (u64, u64) {
        self.held.with_value(|held| held.fresh)
    }

    pub fn has_failed(self) -> bool {
        self.held.with_value(|held| held.has_failed)
    }

    /// Counts what is new from here on.
    pub fn begin_fresh(self) {
        self.held.update_value(|held| held.fresh = (0, 0));
    }

    /// Evicts what exceeds the bound, starting farthest from where a person is reading.
    pub fn trim(self, near: u64) {
        self.held.update_value(|held| held.log.trim(near));
    }

    /// Events happened.
    pub fn hear(self, adw_id: &AdwId, events: &[Event]) {
        self.held.update_value(|held| held.hear(adw_id, events));
    }

    /// The workflow has reached this seq; the events in between are not here.
    pub fn reach(self, adw_id: &AdwId, seq: u64) {
        self.held.update_value(|held| {
            if held.is_of(adw_id) {
                held.log.reach(seq);
                held.is_dirty = true;
            }
        });
    }

    /// Publishes what has changed; called once per frame.
    pub fn paint(self) {
        let is_dirty = self
            .held
            .try_update_value(|held| std::mem::take(&mut held.is_dirty))
            .unwrap_or(false);
        if is_dirty {
            self.version.update(|version| *version += 1);
        }
    }

    pub fn load_newest(self) {
        self.load(&[]);
    }

    /// Loads the entries around one.
    pub fn load_around(self, seq: u64) {
        self.load(&[("after", seq.saturating_sub(PAGE / 2 + 1))]);
    }

    /// Loads what is adjacent to something already held: the end of the first gap, the beginning of any other.
    pub fn load_gap(self, from: u64, to: u64) {
        let is_first = self.log(|log| !log.covers(from.saturating_sub(1)));
        if is_first {
            self.load(&[("before", to + 1)]);
        } else {
            self.load(&[("after", from - 1), ("before", to + 1)]);
        }
    }

    fn load(self, range: &[(&'static str, u64)]) {
        let range = range.iter().map(|(name, seq)| (*name, seq.to_string()));
        let asked = self.held.with_value(|held| held.asked);
        self.ask(
            "/entries",
            false,
            range.chain([("limit", PAGE.to_string())]).collect(),
            move |answer| {
                self.change(|held| {
                    if held.asked == asked {
                        let page = answer.and_then(|answer| EntryPage::from_json(answer).ok());
                        held.has_failed = page.is_none();
                        page.into_iter().for_each(|page| held.log.insert(page));
                    }
                });
            },
        );
    }

    /// Searches the whole workflow for the query's text.
    pub fn search(self) {
        let text = |held: &Held| held.shown.as_ref().map(|shown| shown.query.filters(true));
        let asked = self.held.with_value(text);
        if self
            .held
            .with_value(|held| held.shown.as_ref().is_none_or(|shown| shown.query.text.is_empty()))
        {
            self.change(|held| held.found = None);
            return;
        }
        self.ask("/search", true, vec![("limit", "10000".to_owned())], move |answer| {
            self.change(|held| {
                if text(held) == asked {
                    held.found = answer.and_then(|answer| SearchResult::from_json(answer).ok());
                }
            });
        });
    }

    /// Finds the next error after a seq, or the one before it, anywhere in the workflow; `go` gets its seq.
    pub fn find_error(self, seq: u64, is_next: bool, go: impl FnOnce(u64) + 'static) {
        let side = if is_next { "after" } else { "before" };
        let pairs = vec![
            ("level", "error".to_owned()),
            ("limit", "1".to_owned()),
            (side, seq.to_string()),
        ];
        self.ask("/entries", false, pairs, move |answer| {
            let page = answer.and_then(|answer| EntryPage::from_json(answer).ok());
            if let Some(entry) = page.as_ref().and_then(|page| page.entries.front()) {
                go(entry.seq);
            }
        });
    }

    /// Fetches a whole event, if it is not here.
    pub fn want_body(self, seq: u64) {
        if !self.body(seq, |body| body.is_some()) {
            self.ask(&format!("/events/{seq}"), false, Vec::new(), move |answer| {
                self.change(|held| {
                    if held.bodies.len() >= BODIES {
                        held.bodies.remove(0);
                    }
                    held.bodies.push((seq, answer));
                });
            });
        }
    }

    /// Sends a request about the current workflow to the API, with the filters that it supports.
    fn ask(
        self,
        what: &str,
        is_search: bool,
        more: Vec<(&'static str, String)>,
        take: impl FnOnce(Option<Value>) + 'static,
    ) {
        let Some((fetch, shown)) = self.held.with_value(|held| held.fetch.zip(held.shown.clone())) else {
            return;
        };
        let mut pairs = if what.starts_with("/events") {
            Vec::new()
        } else {
            shown.query.filters(is_search)
        };
        pairs.retain(|(name, _)| !more.iter().any(|(other, _)| other == name));
        pairs.extend(more);
        fetch(form::address(&api(&shown.adw_id, what), &pairs), Box::new(take));
    }

    /// Changes what is held, and publishes the change.
    fn change<T>(self, change: impl FnOnce(&mut Held) -> T) -> T
    where
        T: Default,
    {
        let result = self.held.try_update_value(change).unwrap_or_default();
        self.version.update(|version| *version += 1);
        result
    }
}

impl Held {
    fn begin(&mut self, adw_id: &AdwId, query: &DetailQuery) {
        self.asked += 1;
        self.shown = Some(Shown {
            adw_id: adw_id.clone(),
            query: query.clone(),
        });
        self.log = Log::new(query.tab == Tab::Tools);
        self.fresh = (0, 0);
        self.has_failed = false;
    }

    /// What was shown.
    fn close(&mut self) -> Option<Shown> {
        self.asked += 1;
        self.log = Log::default();
        self.bodies.clear();
        self.found = None;
        self.shown.take()
    }

    fn is_of(&self, adw_id: &AdwId) -> bool {
        self.shown.as_ref().is_some_and(|shown| shown.adw_id == *adw_id)
    }

    fn hear(&mut self, adw_id: &AdwId, events: &[Event]) {
        let Some(Shown { query, .. }) = self.shown.as_ref().filter(|shown| shown.adw_id == *adw_id) else {
            return;
        };
        let text = lower(&query.text);
        for event in events {
            if event.seq <= self.log.head() {
                continue;
            }
            let entry = Entry::new(event);
            let is_hit = !text.is_empty() && search::holds(&event.payload, &text);
            let is_wanted = wants(query, &entry) && (!query.only || text.is_empty() || is_hit);
            if let Some(found) = self.found.as_mut().filter(|_| is_hit && is_wanted) {
                found.count += 1;
                found.seqs.push(event.seq);
            }
            self.fresh.0 += u64::from(is_wanted);
            self.fresh.1 += u64::from(is_wanted && entry.error);
            self.log.push(event.seq, is_wanted.then(|| entry.short()));
        }
        self.is_dirty = true;
    }
}

/// Whether the filters of a query match an entry, apart from its text.
fn wants(query: &DetailQuery, entry: &Entry) -> bool {
    query.tab.kind().or(query.kind).is_none_or(|kind| kind == entry.kind)
        && query.level.is_none_or(|level| level == entry.level())
        && query
            .agent
            .as_ref()
            .is_none_or(|agent| entry.agent.as_ref() == Some(agent))
}
