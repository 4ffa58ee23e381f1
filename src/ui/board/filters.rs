//! Filters and order as links: they work without script, and Back undoes them.

use leptos::html::Details;
use leptos::prelude::*;

use super::deck::Deck;
use super::query::{Order, Query, StateFilter};
use super::strip::workflow_href;
use super::survey::Survey;
use crate::domain::adw_id::AdwId;
use crate::domain::status::Status;
use crate::ui::board::card_text::Lines;
use crate::ui::derived::Derived;
use crate::ui::figure::figure;
use crate::ui::icon::icon;
use crate::ui::status_mark::status_mark;
use crate::ui::store::use_store;
use crate::ui::{control, format};

/// More repositories than this stand behind a search.
const REPOS: usize = 6;

#[component]
pub fn Filters(survey: Derived<Survey>, query: Derived<Query>) -> impl IntoView {
    let counts = Derived::new(move |_| survey.with(|survey| survey.counts.clone()));
    let repos =
        Derived::new(move |_| counts.with(|counts| counts.repos.iter().take(REPOS).cloned().collect::<Vec<_>>()));
    let attention = Some(StateFilter::Attention);
    let unknown = Some(StateFilter::One(Status::Unknown));
    view! {
        <nav
            class="flex items-center gap-1.5 min-h-10 px-3 border-b border-line max-md:py-2 max-md:px-4 max-md:overflow-x-auto max-md:order-3"
            aria-label="Filters"
        >
            {chip(
                query,
                "All".to_owned(),
                move || counts.with(|counts| counts.all),
                |query| !query.has_filter(),
                Query::unfiltered,
            )}
            {chip(
                query,
                "Wants a person".to_owned(),
                move || counts.with(|counts| counts.of(StateFilter::Attention)),
                move |query| query.state == attention,
                move |query| with_state(query, attention),
            )}
            {chip(
                query,
                "With errors".to_owned(),
                move || counts.with(|counts| counts.with_errors),
                |query| query.with_errors,
                |query| Query { with_errors: !query.with_errors, ..query.clone() },
            )}
            {move || {
                (counts.with(|counts| counts.unknown) > 0).then(|| {
                    chip(
                        query,
                        "Unknown".to_owned(),
                        move || counts.with(|counts| counts.unknown),
                        move |query| query.state == unknown,
                        move |query| with_state(query, unknown),
                    )
                })
            }}
            <span class="w-px h-4 bg-line mx-1.5 flex-none max-md:hidden"></span>
            {move || {
                repos
                    .get()
                    .into_iter()
                    .map(|(repo, count)| {
                        let (is, to) = (repo.clone(), repo.clone());
                        chip(
                            query,
                            repo,
                            move || count,
                            move |query| query.repo.as_ref() == Some(&is),
                            move |query| {
                                let repo = (query.repo.as_ref() != Some(&to)).then(|| to.clone());
                                Query { repo, ..query.clone() }
                            },
                        )
                    })
                    .collect_view()
            }}
            <span class="grow"></span>
            <Sort query />
        </nav>
    }
    .into_any()
}

fn with_state(query: &Query, state: Option<StateFilter>) -> Query {
    let state = if query.state == state { None } else { state };
    Query { state, ..query.clone() }
}

/// A filter that a click sets, and a second click takes away.
fn chip(
    query: Derived<Query>,
    word: String,
    count: impl Fn() -> usize + Send + Sync + 'static,
    is_set: impl Fn(&Query) -> bool + Send + Sync + 'static,
    to: impl Fn(&Query) -> Query + Send + Sync + 'static,
) -> AnyView {
    view! {
        <a
            class=control::CHIP
            href=move || query.with(|query| to(query).href())
            aria-current=move || query.with(|query| is_set(query)).then_some("true")
        >
            {word}
            " "
            <b>{count}</b>
        </a>
    }
    .into_any()
}

#[component]
fn Sort(query: Derived<Query>) -> impl IntoView {
    let menu = NodeRef::<Details>::new();
    let close = move |_| {
        if let Some(menu) = menu.get_untracked() {
            let _ = menu.remove_attribute("open");
        }
    };
    let item = move |order: Order| {
        view! {
            <a
                href=move || query.with(|query| Query { order, ..query.clone() }.href())
                aria-current=move || query.with(|query| query.order == order).then_some("true")
                on:click=close
            >
                {icon("#tick", 16)}
                {order.word()}
            </a>
        }
        .into_any()
    };
    view! {
        <span class="lbl max-md:hidden">"Sort"</span>
        <details class=format!("{} max-md:hidden", control::MENU) node_ref=menu>
            <summary class=control::CHIP>
                {move || query.with(|query| query.order.word())}
                {icon("#down", 16)}
            </summary>
            <div class="items">{Order::ALL.into_iter().map(item).collect_view()}</div>
        </details>
    }
    .into_any()
}

/// On a phone, what wants a person stands above everything.
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
        let body = move || {
            card.get().map(|card| {
                let now = store.now.get();
                let verdict = card.verdict(now, &store.patience.get());
                let lines = Lines::of(&card, &verdict);
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
            })
        };
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
            aria-label="Wants a person"
        >
            <For each=move || ids.get() key=AdwId::clone children=item />
        </nav>
    }
    .into_any()
}
