//! One workflow as its page reads it: parts of the timeline, each a memo, so that a panel is drawn anew only when its
//! part changed.

use leptos::prelude::*;

use crate::derived::Derived;
use crate::store::{Known, Store, use_store};
use domain::adw_id::AdwId;
use domain::status::{Pulse, Status, Verdict};
use domain::timeline::Timeline;

/// The workflow a page is about. Cheap to copy; provided as context below the page.
#[derive(Clone, Copy)]
pub struct Subject {
    pub store: Store,
    pub adw_id: StoredValue<AdwId>,
    pub known: RwSignal<Known>,
    pub verdict: Derived<Verdict>,
}

impl Subject {
    pub fn new(store: Store, adw_id: AdwId) -> Self {
        let known = RwSignal::from(store.timeline(&adw_id));
        let adw_id = StoredValue::new(adw_id);
        let pulse = part(known, adw_id, Pulse::of);
        let verdict = Derived::new(move |_| pulse.with(|pulse| pulse.verdict(store.now.get(), &store.patience.get())));
        Self {
            store,
            adw_id,
            known,
            verdict,
        }
    }

    /// A part of the timeline.
    pub fn part<T>(self, pick: fn(&Timeline) -> T) -> Derived<T>
    where
        T: Clone + PartialEq + Send + Sync + 'static,
    {
        part(self.known, self.adw_id, pick)
    }

    pub fn status(self) -> Derived<Status> {
        Derived::new(move |_| self.verdict.with(|verdict| verdict.status))
    }

    /// The address of the interface for this workflow: `tail` is what follows its id.
    pub fn api(self, tail: &str) -> String {
        self.adw_id.with_value(|adw_id| api(adw_id, tail))
    }
}

/// The address of the interface for a workflow: `tail` is what follows its id.
pub fn api(adw_id: &AdwId, tail: &str) -> String {
    format!("/api/workflows/{}{tail}", domain::form::escape(adw_id.as_str()))
}

/// While the timeline is not there the part stays as it was.
fn part<T>(known: RwSignal<Known>, adw_id: StoredValue<AdwId>, pick: fn(&Timeline) -> T) -> Derived<T>
where
    T: Clone + PartialEq + Send + Sync + 'static,
{
    Derived::new(move |before: Option<&T>| {
        let mut part = None;
        look(known, adw_id, before.is_none(), &mut |timeline| {
            part = Some(pick(timeline))
        });
        // The first look always yields a part, if need be of an empty timeline.
        part.or_else(|| before.cloned())
            .expect("a part is there from the first look")
    })
}

/// Shows the timeline if it is there, or an empty one if something has to be shown anyway.
fn look(known: RwSignal<Known>, adw_id: StoredValue<AdwId>, is_first: bool, see: &mut dyn FnMut(&Timeline)) {
    known.with(|known| match known {
        Known::Timeline(timeline) => see(timeline),
        Known::Loading | Known::Missing if is_first => see(&Timeline::new(adw_id.get_value())),
        Known::Loading | Known::Missing => {}
    });
}

pub fn use_subject() -> Subject {
    expect_context()
}

/// A subject for the page of a workflow, as long as the page is shown.
pub fn show(adw_id: AdwId) -> Subject {
    let store = use_store();
    store.want(adw_id.clone());
    let subject = Subject::new(store, adw_id);
    provide_context(subject);
    subject
}
