//! Filters and order as links: they work without script, and Back undoes them.

use leptos::prelude::*;

use super::deck::Deck;
use super::query::{Order, Query, StateFilter};
use super::strip::workflow_href;
use super::survey::{Counts, Survey};
use crate::board::card_text::CardLines;
use crate::control;
use crate::derived::Derived;
use crate::dynamic::{dynamic, list};
use crate::figure::figure;
use crate::format;
use crate::html::Html;
use crate::markup::markup;
use crate::status_mark::status_mark;
use crate::store::use_store;
use domain::adw_id::AdwId;
use domain::status::Status;

/// With more repositories than this, the others are found only by searching.
const REPOS: usize = 6;

/// What a chip filters by: a click sets it, and a second click takes it away.
#[derive(Clone, PartialEq)]
enum Chip {
    All,
    State(StateFilter),
    WithErrors,
    Repo(String),
}

impl Chip {
    const UNKNOWN: Self = Self::State(StateFilter::One(Status::Unknown));

    fn word(&self) -> String {
        match self {
            Self::All => "All".to_owned(),
            Self::State(StateFilter::Attention) => "Needs attention".to_owned(),
            Self::State(StateFilter::One(status)) => status.word().to_owned(),
            Self::WithErrors => "With errors".to_owned(),
            Self::Repo(repo) => repo.clone(),
        }
    }

    /// How many workflows it would show.
    fn count(&self, counts: &Counts) -> usize {
        match self {
            Self::All => counts.all,
            Self::State(state) => counts.of(*state),
            Self::WithErrors => counts.with_errors,
            Self::Repo(repo) => counts
                .repos
                .iter()
                .find(|known| known.0 == *repo)
                .map_or(0, |known| known.1),
        }
    }

    fn is_set(&self, query: &Query) -> bool {
        match self {
            Self::All => !query.has_filter(),
            Self::State(state) => query.state == Some(*state),
            Self::WithErrors => query.with_errors,
            Self::Repo(repo) => query.repo.as_ref() == Some(repo),
        }
    }

    /// The board after a click.
    fn click(&self, query: &Query) -> Query {
        let sets = !self.is_set(query);
        let mut query = query.clone();
        match self {
            Self::All => query = query.unfiltered(),
            Self::State(state) => query.state = sets.then_some(*state),
            Self::WithErrors => query.with_errors = sets,
            Self::Repo(repo) => query.repo = sets.then(|| repo.clone()),
        }
        query
    }
}

#[component]
pub fn Filters(survey: Derived<Survey>, query: Derived<Query>) -> impl IntoView {
    let counts = Derived::new(move |_| survey.with(|survey| survey.counts.clone()));
    let repos = Derived::new(move |_| {
        counts.with(|counts| {
            let repos = counts.repos.iter().take(REPOS);
            repos.map(|(repo, _)| Chip::Repo(repo.clone())).collect::<Vec<_>>()
        })
    });
    let chip = move |chip: Chip| draw(chip, query, counts);
    view! {
        <nav
            class="flex items-center gap-1.5 min-h-10 px-3 border-b border-line max-md:py-2 max-md:px-4 max-md:overflow-x-auto max-md:order-3"
            aria-label="Filters"
        >
            {chip(Chip::All)}
            {chip(Chip::State(StateFilter::Attention))}
            {chip(Chip::WithErrors)}
            {dynamic(move || (counts.with(|counts| counts.unknown) > 0).then(|| chip(Chip::UNKNOWN)))}
            <span class="w-px h-4 bg-line mx-1.5 flex-none max-md:hidden"></span>
            {dynamic(move || repos.get().into_iter().map(chip).collect_view())}
            <span class="grow"></span>
            {markup("contents", move |html| query.with(|query| sort(html, query)))}
        </nav>
    }
    .into_any()
}

fn draw(chip: Chip, query: Derived<Query>, counts: Derived<Counts>) -> AnyView {
    let (to, set) = (chip.clone(), chip.clone());
    view! {
        <a
            class=control::CHIP
            href=move || query.with(|query| to.click(query).href())
            aria-current=move || query.with(|query| set.is_set(query)).then_some("true")
        >
            {chip.word()}
            " "
            <b>{dynamic(move || counts.with(|counts| chip.count(counts).to_string()))}</b>
        </a>
    }
    .into_any()
}

/// The order, as a menu. Choosing redraws the menu, which closes it.
fn sort(html: &mut Html, query: &Query) {
    html.raw("<span class=\"lbl max-md:hidden\">Sort</span><details class=\"max-md:hidden ")
        .raw(control::MENU);
    html.raw("\"><summary class=\"")
        .raw(control::CHIP)
        .raw("\">")
        .raw(query.order.word())
        .icon("#down", 16);
    html.raw("</summary><div class=\"items\">");
    for order in Order::ALL {
        let is_chosen = order == query.order;
        let href = Query { order, ..query.clone() }.href();
        html.raw(if is_chosen {
            "<a aria-current=\"true\" href=\""
        } else {
            "<a href=\""
        });
        html.text(&href)
            .raw("\">")
            .icon("#tick", 16)
            .raw(order.word())
            .raw("</a>");
    }
    html.raw("</div></details>");
}

/// On a phone, workflows that need attention come above everything else.
#[component]
pub fn Attention(deck: Derived<Deck>, survey: Derived<Survey>) -> impl IntoView {
    let store = use_store();
    let ids = Derived::new(move |_| {
        let deck = deck.get();
        let now = store.now.get();
        let patience = store.patience.get();
        survey.with(|survey| {
            let wants = |adw_id: &&AdwId| {
                let card = deck.card_now(adw_id);
                card.is_some_and(|card| StateFilter::Attention.admits(card.verdict(now, &patience).status))
            };
            survey.rows.iter().filter(wants).take(5).cloned().collect::<Vec<_>>()
        })
    });
    let item = move |adw_id: AdwId| {
        let href = workflow_href(&adw_id);
        let card = Deck::card(deck, adw_id);
        let body = dynamic(move || {
            card.get().map(|card| {
                let now = store.now.get();
                let verdict = card.verdict(now, &store.patience.get());
                let lines = CardLines::of(&card, &verdict);
                let what = if verdict.status == Status::Failed {
                    lines.who
                } else {
                    lines.what
                };
                view! {
                    <span>{status_mark(&verdict, now)}</span>
                    <span class="min-w-0">
                        <span class="block truncate font-semibold">{card.title.clone()}</span>
                        <span class="block truncate mono text-fg2">{what}</span>
                    </span>
                    <span class="num">
                        {card.last_at.map(|at| figure(format::age(now.since(at))))}
                    </span>
                }
                .into_any()
            })
        });
        view! {
            <a
                href=href
                class="grid grid-cols-[104px_minmax(0,1fr)_44px] gap-3 items-center px-4 h-13 border-t border-line first:border-0 focus-visible:-outline-offset-2"
            >
                {body}
            </a>
        }
        .into_any()
    };
    view! {
        <nav
            class="hidden max-md:order-1 border-b border-line"
            class:max-md:block=move || ids.with(|ids| !ids.is_empty())
            aria-label="Needs attention"
        >
            {list(move || ids.get(), AdwId::to_string, item)}
        </nav>
    }
    .into_any()
}
