//! A card as a strip of its column.

use std::sync::Arc;

use leptos::prelude::*;

use super::card_text::{CardLines, NO_TIMES, elapsed, last_title};
use super::deck::Deck;
use super::history::began;
use super::keys::CARD;
use crate::derived::Derived;
use crate::dynamic::dynamic;
use crate::figure::figure;
use crate::format;
use crate::sheets::sheet;
use crate::stage_bar::stage_bar;
use crate::status_mark::status_mark;
use crate::store::use_store;
use crate::trace_plot::trace;
use domain::adw_id::AdwId;
use domain::card::Card;
use domain::status::Status;

pub const SHEET: &str = sheet!("strip");

/// The address of a workflow's page.
pub fn workflow_href(adw_id: &AdwId) -> String {
    format!("/w/{}", domain::form::escape(adw_id.as_str()))
}

#[component]
pub fn Strip(adw_id: AdwId, deck: Derived<Deck>) -> impl IntoView {
    let href = workflow_href(&adw_id);
    let card = Deck::card(deck, adw_id);
    view! {
        <a class=format!("strip {CARD} {SHEET}") href=href>
            {dynamic(move || card.get().map(|card| strip_body(&card)))}
        </a>
    }
    .into_any()
}

fn strip_body(card: &Arc<Card>) -> AnyView {
    let store = use_store();
    let judged = {
        let card = card.clone();
        Derived::new(move |_| card.verdict(store.now.get(), &store.patience.get()))
    };
    let status = Derived::new(move |_| judged.with(|verdict| verdict.status));
    let half_minute = Derived::new(move |_| store.now.get().0.div_euclid(30_000));
    let top = {
        let card = card.clone();
        dynamic(move || {
            let now = store.now.get();
            let mark = judged.with(|verdict| status_mark(verdict, now));
            let elapsed = elapsed(&card, status.get(), now);
            let title = if elapsed.is_some() { "elapsed" } else { NO_TIMES };
            view! {
                {mark}
                <span class="num text-fg2" title=title>
                    {elapsed.unwrap_or_else(|| "–".to_owned())}
                </span>
            }
        })
    };
    let bar = {
        let stages = card.stages;
        dynamic(move || stage_bar(&stages, status.get()))
    };
    let lines = {
        let card = card.clone();
        dynamic(move || {
            let lines = judged.with(|verdict| CardLines::of(&card, verdict));
            view! {
                <span class=format!("block mt-2 mono truncate min-h-4 {}", lines.who_colour)>{lines.who}</span>
                <span class=format!("flex gap-2 mono min-h-4 {}", lines.what_colour)>
                    <span class="truncate min-w-0 grow">{lines.what}</span>
                    {open_for(&card, status.get())}
                </span>
            }
        })
    };
    let plot = {
        let card = card.clone();
        dynamic(move || {
            half_minute.track();
            let now = store.now.get_untracked();
            (status.get() != Status::Completed && card.times_known).then(|| {
                view! {
                    <span class="block mt-1.5">
                        {trace(&card.pace.bars(now), began(card.first_at, now), !status.get().is_over())}
                    </span>
                }
                .into_any()
            })
        })
    };
    view! {
        <span class="flex items-center justify-between h-4.5">{top}</span>
        <h3 class="mt-1.5">{card.title.clone()}</h3>
        <span class="mt-0.5 flex justify-between gap-2 text-2xs text-fg3">
            <span class="truncate">{origin(card)}</span>
            <span class="font-mono truncate max-w-[50%]">{card.adw_id.to_string()}</span>
        </span>
        <span class="block mt-2">{bar}</span>
        {lines}
        {plot}
        <span class="f4 mt-1">{figures(card)}</span>
    }
    .into_any()
}

/// Repository and issue.
pub fn origin(card: &Card) -> AnyView {
    let issue = card.issue.as_ref().map(|issue| format!("#{issue}"));
    view! {
        {card.repo.clone()}
        " "
        <span class="text-fg2">{issue}</span>
    }
    .into_any()
}

/// How long the open call has been open.
pub fn open_for(card: &Card, status: Status) -> Option<AnyView> {
    let store = use_store();
    let since = card.doing_since.filter(|_| status.is_at_work());
    since.map(|since| {
        view! {
            <span class="text-accent flex-none">
                {dynamic(move || format::elapsed(store.now.get().since(since)))}
            </span>
        }
        .into_any()
    })
}

/// last · errors · tokens · cost.
pub fn figures(card: &Card) -> AnyView {
    let errors_colour = if card.errors > 0 {
        "num text-bad"
    } else {
        "num text-fg3"
    };
    view! {
        {last(card)}
        <span class=errors_colour>{format::whole(card.errors)}</span>
        <span class="num">{figure(format::amount(card.tokens))}</span>
        <span class="num">{cost(card)}</span>
    }
    .into_any()
}

/// The age of the last event, marked as a bound if only the file's time is known.
pub fn last(card: &Card) -> AnyView {
    let store = use_store();
    let at = card.last_at;
    let colour = if card.times_known { "num" } else { "num text-fg3" };
    view! {
        <span class=colour title=last_title(card)>
            {dynamic(move || at.map(|at| figure(format::age(store.now.get().since(at)))))}
        </span>
    }
    .into_any()
}

/// The cost; a dash until a session has reported it.
pub fn cost(card: &Card) -> String {
    card.cost_usd.map_or_else(|| "–".to_owned(), format::money)
}
