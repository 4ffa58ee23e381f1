//! The board: every workflow as a strip in the column of its stage, or as a row.

pub mod card_text;
pub mod deck;
pub mod empty;
pub mod filters;
pub mod history;
pub mod keys;
pub mod query;
pub mod row;
pub mod strip;
pub mod summary;
pub mod survey;
pub mod top;

use leptos::prelude::*;

use crate::announcer::BoardAnnouncer;
use crate::banner::Banners;
use crate::derived::Derived;
use crate::dynamic::{dynamic, list};
use crate::format;
use crate::html::Html;
use crate::markup::markup;
use crate::skeleton::strip_skeleton;
use crate::store::use_store;
use deck::Deck;
use domain::adw_id::AdwId;
use domain::letters::capital;
use domain::stage::STAGES;
use empty::Empty;
use filters::{Attention, Filters};
use query::Query;
use row::Row;
use strip::Strip;
use summary::Summary;
use survey::{COLUMNS, Survey};
use top::Top;

#[component]
pub fn Board() -> impl IntoView {
    let store = use_store();
    store.want_board();
    let query = Derived::new(move |_| store.address.with(Query::of));
    let deck = Deck::derived(store);
    let survey = Derived::new(move |_| {
        deck.with(|deck| query.with(|query| Survey::of(deck.iter(), query, store.now.get(), &store.patience.get())))
    });
    let is_rows = Derived::new(move |_| query.with(|query| query.is_rows));
    let state = Derived::new(move |_| {
        if !store.board_loaded.get() {
            State::Loading
        } else if deck.with(Deck::is_empty) {
            State::Empty
        } else if survey.with(|survey| survey.rows.is_empty()) {
            State::NothingMatches
        } else {
            State::Cards
        }
    });
    let search = NodeRef::new();
    keys::listen(search);
    view! {
        <div class="max-md:flex max-md:flex-col">
            <Top query search />
            <Banners />
            {dynamic(move || {
                (state.get() != State::Empty)
                    .then(|| {
                        view! {
                            <Summary deck survey query />
                            <Filters survey query />
                            <Attention deck survey />
                        }
                        .into_any()
                    })
            })}
            <main class="max-md:order-4">
                <h1 class="sr-only">"Board"</h1>
                {dynamic(move || match state.get() {
                    State::Loading => loading(),
                    State::Empty => view! { <Empty /> }.into_any(),
                    State::NothingMatches => nothing_matches(query),
                    State::Cards if is_rows.get() => rows(deck, survey, query),
                    State::Cards => columns(deck, survey, query),
                })}
            </main>
        </div>
        <BoardAnnouncer survey />
    }
    .into_any()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Loading,
    Empty,
    NothingMatches,
    Cards,
}

/// A column's heading.
pub fn column_word(column: usize) -> String {
    STAGES
        .get(column)
        .map_or_else(|| "Done · Failed".to_owned(), |stage| capital(stage))
}

fn columns(deck: Derived<Deck>, survey: Derived<Survey>, query: Derived<Query>) -> AnyView {
    let column = move |at: usize| {
        let ids = Derived::new(move |_| survey.with(|survey| survey.columns[at].clone()));
        let size = Derived::new(move |_| survey.with(|survey| survey.sizes[at]));
        let count = dynamic(move || {
            let shown = ids.with(Vec::len);
            let all = size.get();
            if all > shown {
                format!("{shown} of {all}")
            } else {
                shown.to_string()
            }
        });
        let more = dynamic(move || {
            let hidden = size.get().saturating_sub(ids.with(Vec::len));
            (hidden > 0).then(|| {
                let href = query.with(|query| {
                    Query {
                        is_rows: true,
                        ..query.clone()
                    }
                    .href()
                });
                view! {
                    <a class="block px-3 py-2 leading-6 max-md:px-4 max-md:py-3" href=href>
                        <span class="link">{hidden.to_string()} " more in the row view"</span>
                    </a>
                }
                .into_any()
            })
        });
        let is_empty = move || ids.with(Vec::is_empty);
        view! {
            <section aria-label=column_word(at) class="min-w-0" class:max-md:hidden=is_empty>
                <div class="sticky top-0 z-1 bg-bg px-3 pt-1.5 pb-1 border-b border-line max-md:px-4">
                    <h2 class="flex justify-between gap-2 text-sm font-semibold">
                        {column_word(at)} <span class="num text-fg2 self-center font-normal">{count}</span>
                    </h2>
                    <div class="f4 text-2xs text-fg3 text-right">
                        <span>"last"</span>
                        <span>"errors"</span>
                        <span>"tokens"</span>
                        <span>"cost"</span>
                    </div>
                </div>
                {list(move || ids.get(), AdwId::to_string, move |adw_id| view! { <Strip adw_id deck /> })}
                {more}
            </section>
        }
        .into_any()
    };
    view! {
        <div class="md:max-lg:overflow-x-auto md:max-lg:[&_.sticky]:static">
            <div class="board7 columns items-stretch min-h-[calc(100vh-145px)] max-md:min-h-0">
                {(0..COLUMNS).map(column).collect_view()}
            </div>
        </div>
    }
    .into_any()
}

const HEADS: [&str; 10] = [
    "state",
    "workflow",
    "stage",
    "agent, activity",
    "events, 30 min",
    "elapsed",
    "last",
    "errors",
    "tokens",
    "cost",
];

fn rows(deck: Derived<Deck>, survey: Derived<Survey>, query: Derived<Query>) -> AnyView {
    let ids = Derived::new(move |_| survey.with(|survey| survey.rows.clone()));
    let totals = Derived::new(move |_| survey.with(|survey| survey.totals.clone()));
    let all = Derived::new(move |_| survey.with(|survey| survey.counts.all));
    let foot = move |html: &mut Html| {
        let totals = totals.get();
        let shown = ids.with(Vec::len);
        html.raw("<div role=\"row\" class=\"rows10 min-h-9\"><span role=\"cell\"></span><span role=\"cell\" class=\"text-fg2\">");
        html.text(&format!("{shown} of {} shown ", all.get()));
        if let Some(rest) = query.with(|query| query.has_filter().then(|| query.unfiltered().href())) {
            html.raw("<a class=\"link ml-2 inline-block leading-6\" href=\"")
                .text(&rest)
                .raw("\">show all</a>");
        }
        html.raw("</span>");
        for _ in 2..7 {
            html.raw("<span role=\"cell\"></span>");
        }
        let tokens = format::amount(totals.tokens);
        html.raw("<span role=\"cell\" class=\"num\">")
            .text(&format::whole(totals.errors));
        html.raw("</span><span role=\"cell\" class=\"num\">")
            .text(&tokens.value)
            .raw("<span class=\"u\">")
            .raw(format::THIN)
            .text(tokens.unit);
        html.raw("</span></span><span role=\"cell\" class=\"num font-semibold\">")
            .text(&format::money(totals.cost_usd))
            .raw("</span></div>");
    };
    let head = |html: &mut Html| {
        html.raw("<div role=\"row\" class=\"rows10 h-7 text-2xs text-fg3\">");
        for (at, word) in HEADS.into_iter().enumerate() {
            html.raw(match at {
                0..=3 => "<span role=\"columnheader\">",
                4 => "<span role=\"columnheader\" class=\"flex justify-between\">",
                _ => "<span role=\"columnheader\" class=\"text-right\">",
            });
            html.raw(word).raw(if at == 4 {
                "<span class=\"text-accent\">now</span></span>"
            } else {
                "</span>"
            });
        }
        html.raw("</div>");
    };
    view! {
        <div role="table" aria-label="Workflows">
            <div role="rowgroup" class="sticky top-0 z-1 bg-bg border-b border-line max-md:hidden">
                {markup("contents", head)}
            </div>
            <div role="rowgroup">
                {list(move || ids.get(), AdwId::to_string, move |adw_id| view! { <Row adw_id deck /> })}
            </div>
            <div role="rowgroup">
                {markup("contents", foot)}
            </div>
        </div>
    }
    .into_any()
}

fn nothing_matches(query: Derived<Query>) -> AnyView {
    markup("px-4 py-6", move |html| {
        html.raw("<h2 class=\"text-md font-semibold\">No matching workflows</h2><p class=\"text-fg2 mt-1\">");
        html.raw(
            "Nothing on the board matches your search and filters. <a class=\"link inline-block leading-6\" href=\"",
        );
        html.text(&query.with(|query| query.unfiltered().href()));
        html.raw("\">Show all workflows</a></p>");
    })
}

fn loading() -> AnyView {
    markup("board7 columns late", |html| {
        for _ in 0..COLUMNS {
            strip_skeleton(html.raw("<div>"));
            html.raw("</div>");
        }
        html.raw("<p class=\"sr-only\" aria-busy=\"true\">Loading the board</p>");
    })
}
