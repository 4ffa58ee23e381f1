//! The history of one workflow as a page holds it: entries by seq, what a search found, whole events that were opened.
//!
//! The entries lie outside the reactive graph; `version` says that they changed, once per frame at most.

use std::collections::HashMap;

use leptos::prelude::*;
use serde_json::Value;

use crate::domain::adw_id::AdwId;
use crate::domain::entry::Entry;
use crate::domain::event::Event;
use crate::domain::form;
use crate::domain::from_json::{FromJson, from_fields};
use crate::domain::letters::lower;
use crate::domain::level::Level;
use crate::domain::log::{EntryPage, Log};
use crate::domain::search;
use crate::ui::detail::query::{DetailQuery, Tab};
use crate::ui::viewer::subject::api;

/// Entries of one page of the interface.
pub const PAGE: u64 = 500;

/// What a search found in the whole workflow, as the server says it.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize)]
pub struct Found {
    pub count: u64,
    /// The seqs that match, the newest if there are very many.
    pub seqs: Vec<u64>,
}

from_fields!(Found { count, seqs });

/// Gets an address of the interface; the answer is none where there is none.
pub type Fetch = fn(String, Box<dyn FnOnce(Option<Value>)>);

/// What the server drew of a detail, for the browser to go on from.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct DetailSeed {
    pub page: EntryPage,
    /// The whole events that are looked at.
    pub events: Vec<Value>,
    pub found: Option<Found>,
}

from_fields!(DetailSeed { page, events, found });

/// See the module. Cheap to copy.
#[derive(Clone, Copy)]
pub struct History {
    log: StoredValue<Log>,
    shown: StoredValue<Option<Shown>>,
    /// The number of the newest question.
    asked: StoredValue<u64>,
    /// Grows whenever the entries changed.
    pub version: RwSignal<u64>,
    is_dirty: StoredValue<bool>,
    /// Events that came since the view was held: all that belong here, and the errors among them.
    pub fresh: StoredValue<(u64, u64)>,
    pub found: RwSignal<Option<Found>>,
    /// Whole events by seq; none inside where one could not be had.
    pub bodies: RwSignal<HashMap<u64, Option<Value>>>,
    /// Why the last page could not be had.
    pub failed: RwSignal<bool>,
    /// Set in a browser; a server has what it needs.
    fetch: StoredValue<Option<Fetch>>,
}

/// What the entries are of. Answers to an older question are dropped by its number.
#[derive(Clone)]
struct Shown {
    adw_id: AdwId,
    query: DetailQuery,
    number: u64,
}

impl History {
    pub fn new(fetch: Option<Fetch>) -> Self {
        Self {
            log: StoredValue::new(Log::default()),
            shown: StoredValue::new(None),
            asked: StoredValue::new(0),
            version: RwSignal::new(0),
            is_dirty: StoredValue::new(false),
            fresh: StoredValue::new((0, 0)),
            found: RwSignal::new(None),
            bodies: RwSignal::new(HashMap::new()),
            failed: RwSignal::new(false),
            fetch: StoredValue::new(fetch),
        }
    }

    /// Takes what the server has drawn for the query.
    pub fn seed(self, adw_id: &AdwId, query: &DetailQuery, seed: DetailSeed) {
        self.begin(adw_id, query);
        self.log.update_value(|log| log.insert(seed.page));
        self.found.set(seed.found);
        let by_seq = |event: Value| Some((event["data"]["seq"].as_u64()?, Some(event)));
        self.bodies.set(seed.events.into_iter().filter_map(by_seq).collect());
    }

    /// Shows the entries of a query: those that are held already, or the newest of a fresh page.
    pub fn show(self, adw_id: &AdwId, query: &DetailQuery) {
        let is_held = self.shown.with_value(|shown| {
            shown
                .as_ref()
                .is_some_and(|shown| shown.adw_id == *adw_id && shown.query.same_entries(query))
        });
        if is_held {
            self.shown.update_value(|shown| {
                if let Some(shown) = shown {
                    shown.query = query.clone();
                }
            });
            return;
        }
        self.begin(adw_id, query);
        self.version.update(|version| *version += 1);
        if query.tab != Tab::Overview {
            self.load_newest();
        }
    }

    fn begin(self, adw_id: &AdwId, query: &DetailQuery) {
        let number = self.asked.get_value() + 1;
        self.asked.set_value(number);
        self.shown.set_value(Some(Shown {
            adw_id: adw_id.clone(),
            query: query.clone(),
            number,
        }));
        self.log.set_value(Log::new(query.tab == Tab::Tools));
        self.fresh.set_value((0, 0));
        self.failed.set(false);
    }

    /// The journal began a new life: nothing that is held counts any more.
    pub fn restart(self) {
        if let Some(shown) = self.shown.get_value() {
            self.shown.set_value(None);
            self.bodies.set(HashMap::new());
            self.found.set(None);
            self.show(&shown.adw_id, &shown.query);
        }
    }

    /// Lets go of everything.
    pub fn close(self) {
        self.shown.set_value(None);
        self.log.set_value(Log::default());
        self.bodies.set(HashMap::new());
        self.found.set(None);
    }

    pub fn with<T>(self, read: impl FnOnce(&Log) -> T) -> T {
        self.log.with_value(read)
    }

    /// Lets go of what is too much, farthest from where a person reads.
    pub fn trim(self, near: u64) {
        self.log.update_value(|log| log.trim(near));
    }

    /// Events happened.
    pub fn hear(self, adw_id: &AdwId, events: &[Event]) {
        let Some(shown) = self.shown_of(adw_id) else { return };
        let text = lower(&shown.query.text);
        let mut hits = Vec::new();
        self.log.update_value(|log| {
            let head = log.head();
            for event in events.iter().filter(|event| event.seq > head) {
                let entry = Entry::new(event);
                let is_hit = !text.is_empty() && search::holds(&event.payload, &text);
                let is_wanted = wants(&shown.query, &entry) && (!shown.query.only || text.is_empty() || is_hit);
                if is_hit && is_wanted {
                    hits.push(event.seq);
                }
                if is_wanted {
                    let is_error = u64::from(entry.error);
                    self.fresh
                        .update_value(|fresh| *fresh = (fresh.0 + 1, fresh.1 + is_error));
                }
                log.push(event.seq, is_wanted.then(|| entry.short()));
            }
        });
        if !hits.is_empty() {
            self.found.update(|found| {
                if let Some(found) = found {
                    found.count += hits.len() as u64;
                    found.seqs.extend(hits);
                }
            });
        }
        self.is_dirty.set_value(true);
    }

    /// The workflow has got so far; what lies between is not here.
    pub fn reach(self, adw_id: &AdwId, seq: u64) {
        if self.shown_of(adw_id).is_some() {
            self.log.update_value(|log| log.reach(seq));
            self.is_dirty.set_value(true);
        }
    }

    /// Tells of what changed; called once per frame.
    pub fn paint(self) {
        if self.is_dirty.get_value() {
            self.is_dirty.set_value(false);
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

    /// Loads what borders on something that is held: the end of the first gap, the beginning of any other.
    pub fn load_gap(self, from: u64, to: u64) {
        let is_first = self.with(|log| !log.covers(from.saturating_sub(1)));
        if is_first {
            self.load(&[("before", to + 1)]);
        } else {
            self.load(&[("after", from - 1), ("before", to + 1)]);
        }
    }

    fn load(self, range: &[(&'static str, u64)]) {
        let Some(shown) = self.shown.get_value() else { return };
        let mut pairs = shown.query.filters(false);
        pairs.push(("limit", PAGE.to_string()));
        pairs.extend(range.iter().map(|(name, seq)| (*name, seq.to_string())));
        let path = form::address(&api(&shown.adw_id, "/entries"), &pairs);
        let take = move |answer: Option<Value>| {
            if self.asked.get_value() != shown.number {
                return;
            }
            match answer.and_then(|answer| EntryPage::from_json(answer).ok()) {
                Some(page) => {
                    self.log.update_value(|log| log.insert(page));
                    self.failed.set(false);
                }
                None => self.failed.set(true),
            }
            self.version.update(|version| *version += 1);
        };
        self.get(path, take);
    }

    /// Searches the whole workflow for the query's text.
    pub fn search(self) {
        let Some(shown) = self.shown.get_value() else { return };
        let query = shown.query;
        if query.text.is_empty() {
            self.found.set(None);
            return;
        }
        let mut pairs = query.filters(true);
        pairs.push(("limit", "10000".to_owned()));
        let path = form::address(&api(&shown.adw_id, "/search"), &pairs);
        let take = move |answer: Option<Value>| {
            let asks = |shown: &Option<Shown>| {
                shown
                    .as_ref()
                    .is_some_and(|shown| shown.query.filters(true) == query.filters(true))
            };
            if self.shown.with_value(asks) {
                self.found.set(answer.and_then(|answer| Found::from_json(answer).ok()));
            }
        };
        self.get(path, take);
    }

    /// The next error after a seq, or the one before it, wherever it is; `go` gets its seq.
    pub fn find_error(self, seq: u64, is_next: bool, go: impl FnOnce(u64) + 'static) {
        let Some(shown) = self.shown.get_value() else { return };
        let mut pairs = DetailQuery {
            level: Some(Level::Error),
            ..shown.query
        }
        .filters(false);
        pairs.push(("limit", "1".to_owned()));
        pairs.push((if is_next { "after" } else { "before" }, seq.to_string()));
        let path = form::address(&api(&shown.adw_id, "/entries"), &pairs);
        self.get(path, move |answer| {
            let page = answer.and_then(|answer| EntryPage::from_json(answer).ok());
            if let Some(entry) = page.and_then(|page| page.entries.front().cloned()) {
                go(entry.seq);
            }
        });
    }

    /// Fetches a whole event, if it is not here.
    pub fn want_body(self, seq: u64) {
        let Some(shown) = self.shown.get_value() else { return };
        if self.bodies.with_untracked(|bodies| bodies.contains_key(&seq)) {
            return;
        }
        self.get(api(&shown.adw_id, &format!("/events/{seq}")), move |answer| {
            self.bodies.update(|bodies| {
                bodies.insert(seq, answer);
            });
        });
    }

    fn get(self, path: String, take: impl FnOnce(Option<Value>) + 'static) {
        if let Some(fetch) = self.fetch.get_value() {
            fetch(path, Box::new(take));
        }
    }

    fn shown_of(self, adw_id: &AdwId) -> Option<Shown> {
        self.shown.get_value().filter(|shown| shown.adw_id == *adw_id)
    }
}

/// Whether the filters of a query let an entry through, its text left aside.
fn wants(query: &DetailQuery, entry: &Entry) -> bool {
    query.tab.kind().or(query.kind).is_none_or(|kind| kind == entry.kind)
        && query.level.is_none_or(|level| level == entry.level())
        && query
            .agent
            .as_ref()
            .is_none_or(|agent| entry.agent.as_ref() == Some(agent))
}
