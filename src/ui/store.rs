//! What the components draw: signals over the board, the timelines and the connection.
//!
//! The server fills one while it renders; in the browser the stream service feeds it. Components only read it,
//! say what they want to see (`want`), and ask for what a person clicked (`ask`).

use std::collections::HashMap;

use leptos::prelude::*;
use leptos::server::codee::{Decoder, Encoder};
use serde::Serialize;

use crate::address::{Address, Going};
use crate::detail::query::DetailQuery;
use crate::file_told::{FileTold, FilesTold};
use crate::history::{DetailSeed, Fetch, History};
use domain::adw_id::AdwId;
use domain::card::Card;
use domain::frame::Unread;
use domain::from_json::{FromJson, from_fields};
pub use domain::known::Known;
pub use domain::link::{Ask, Link, LinkState, Recovered};
use domain::status::Patience;
use domain::timeline::Timeline;
use domain::timestamp::Timestamp;

/// What the page carries for the browser to start from: exactly what the server drew.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Seed {
    /// The epoch of the journal that the page was drawn from.
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
    /// The entries, where the page shows the detail.
    pub detail: Option<DetailSeed>,
    /// The workflow's files of which there is something to tell.
    pub files: Vec<FileTold>,
}

from_fields!(Seed {
    epoch,
    as_of,
    patience,
    roots,
    cards,
    timeline,
    theme,
    detail,
    files
});

/// How the page carries the seed. Leptos' own way would compile serde's deserialisation of all its types into the wasm.
pub struct SeedJson;

impl Encoder<Seed> for SeedJson {
    type Error = serde_json::Error;
    type Encoded = String;

    fn encode(seed: &Seed) -> Result<String, Self::Error> {
        serde_json::to_string(seed)
    }
}

impl Decoder<Seed> for SeedJson {
    type Error = Unread;
    type Encoded = str;

    fn decode(text: &str) -> Result<Seed, Unread> {
        Ok(Seed::from_json(serde_json::from_str(text)?)?)
    }
}

/// What the page shows, and so what it must subscribe to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    pub board: u32,
    pub workflows: HashMap<AdwId, u32>,
}

/// What a person wanted to copy to the clipboard, and what became of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Clip {
    #[default]
    Nothing,
    Asked(String),
    /// It was copied.
    Copied(String),
    /// The browser did not allow it.
    Refused,
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
    /// All cards, in the order of their ids.
    pub cards: RwSignal<Vec<Card>>,
    /// Whether `cards` is what the server knows; false until a board frame after client-side navigation.
    pub board_loaded: RwSignal<bool>,
    pub wanted: RwSignal<Wanted>,
    pub asked: RwSignal<Option<Ask>>,
    pub clip: RwSignal<Clip>,
    /// What is held of the history of the workflow at hand.
    pub history: History,
    /// The files of the workflow that was shown last.
    pub files: RwSignal<FilesTold>,
    /// Gets an address of the interface; none on a server.
    pub fetch: Option<Fetch>,
    /// The current address.
    pub address: RwSignal<Address>,
    /// The requested address; whoever feeds the store navigates there.
    pub going: RwSignal<Option<Going>>,
    timelines: StoredValue<HashMap<AdwId, ArcRwSignal<Known>>>,
}

/// What feeds the store once the page runs in a browser: `App` calls it in an effect, which a server never runs.
/// Provided as context by whoever hydrates the page.
#[derive(Clone, Copy)]
pub struct Feed(pub fn(Store));

impl Store {
    pub fn new(seed: Seed, address: Address) -> Self {
        let store = Self {
            epoch: RwSignal::new(seed.epoch),
            now: RwSignal::new(seed.as_of),
            patience: RwSignal::new(seed.patience),
            roots: RwSignal::new(seed.roots),
            link: RwSignal::new(Link::STATIC),
            board_loaded: RwSignal::new(seed.cards.is_some()),
            cards: RwSignal::new(seed.cards.unwrap_or_default()),
            wanted: RwSignal::new(Wanted::default()),
            asked: RwSignal::new(None),
            clip: RwSignal::new(Clip::Nothing),
            history: History::new(use_context::<Fetch>()),
            files: RwSignal::new(FilesTold::default()),
            fetch: use_context::<Fetch>(),
            address: RwSignal::new(address),
            going: RwSignal::new(None),
            timelines: StoredValue::new(HashMap::new()),
        };
        if let Some((adw_id, timeline)) = seed.timeline {
            let known = timeline.map_or(Known::Missing, |timeline| Known::Timeline(Box::new(timeline)));
            store.timeline(&adw_id).set(known);
            store.files.set(FilesTold {
                of: Some(adw_id.clone()),
                files: seed.files,
            });
            let query = store.address.with_untracked(DetailQuery::of);
            if let (Some(query), Some(detail)) = (query, seed.detail) {
                store.history.seed(&adw_id, &query, detail);
            }
        }
        store
    }

    /// What is known about every workflow that was asked for.
    pub fn known(&self) -> Vec<(AdwId, Known)> {
        let known = |(adw_id, known): (&AdwId, &ArcRwSignal<Known>)| (adw_id.clone(), known.get_untracked());
        self.timelines
            .with_value(|timelines| timelines.iter().map(known).collect())
    }

    /// Drops a workflow that no component uses any more.
    pub fn forget(&self, adw_id: &AdwId) {
        self.timelines.try_update_value(|timelines| timelines.remove(adw_id));
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

    /// Marks the workflow as shown by the current component, until that is removed.
    pub fn want(self, adw_id: AdwId) {
        let gone = adw_id.clone();
        self.wanted
            .update(|wanted| *wanted.workflows.entry(adw_id).or_default() += 1);
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

    /// Marks the board as shown by the current component, until that is removed.
    pub fn want_board(self) {
        self.wanted.update(|wanted| wanted.board += 1);
        on_cleanup(move || {
            self.wanted
                .try_update(|wanted| wanted.board = wanted.board.saturating_sub(1));
        });
    }

    pub fn ask(self, ask: Ask) {
        self.asked.set(Some(ask));
    }

    /// Requests that a text be copied to the clipboard; `clip` says what became of it.
    pub fn copy(self, text: String) {
        self.clip.set(Clip::Asked(text));
    }
}

/// The store of the page.
pub fn use_store() -> Store {
    expect_context::<Store>()
}
