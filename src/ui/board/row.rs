//! A card as one row of the dense view.

use std::sync::Arc;

use leptos::prelude::*;

use super::card_text::{CardLines, NO_TIMES, elapsed};
use super::deck::Deck;
use super::history::began;
use super::keys::CARD;
use super::strip::{SHEET, cost, last, open_for, origin, workflow_href};
use crate::derived::Derived;
use crate::dynamic::dynamic;
use crate::figure::figure;
use crate::format;
use crate::stage_bar::{reached, stage_bar};
use crate::status_mark::status_mark;
use crate::store::use_store;
use crate::trace_plot::trace;
use domain::adw_id::AdwId;
use domain::card::Card;
use domain::letters::capital;
use domain::status::Status;

#[component]
pub fn Row(adw_id: AdwId, deck: Derived<Deck>) -> impl IntoView {
    let href = workflow_href(&adw_id);
    let card = Deck::card(deck, adw_id);
    view! {
        <div role="row" class=format!("row rows10 {SHEET}")>
            {dynamic(move || card.get().map(|card| cells(&card, &href)))}
        </div>
    }
    .into_any()
}

fn cells(card: &Arc<Card>, href: &str) -> AnyView {
    let store = use_store();
    let judged = {
        let card = card.clone();
        Derived::new(move |_| card.verdict(store.now.get(), &store.patience.get()))
    };
    let status = Derived::new(move |_| judged.with(|verdict| verdict.status));
    let half_minute = Derived::new(move |_| store.now.get().0.div_euclid(30_000));
    let errors_colour = if card.errors > 0 {
        "num text-bad"
    } else {
        "num text-fg3"
    };
    let stage = {
        let card = card.clone();
        dynamic(move || stage_cell(&card, status.get()))
    };
    let doing = {
        let card = card.clone();
        dynamic(move || {
            let lines = judged.with(|verdict| CardLines::of(&card, verdict));
            view! {
                <span class=format!("block mono truncate {}", lines.who_colour)>{lines.who}</span>
                <span class=format!("mono flex gap-2 {}", lines.what_colour)>
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
            card.times_known
                .then(|| trace(&card.pace.bars(now), began(card.first_at, now), !status.get().is_over()))
        })
    };
    let time = {
        let card = card.clone();
        dynamic(move || {
            let elapsed = elapsed(&card, status.get(), store.now.get());
            let title = elapsed.is_none().then_some(NO_TIMES);
            view! {
                <span title=title>{elapsed.unwrap_or_else(|| "–".to_owned())}</span>
            }
        })
    };
    view! {
        <span role="cell">{dynamic(move || judged.with(|verdict| status_mark(verdict, store.now.get())))}</span>
        <span role="cell" class="min-w-0">
            <a href=href.to_owned() class=format!("block truncate font-semibold leading-[18px] {CARD}")>
                {card.title.clone()}
            </a>
            <span class="flex gap-3 text-2xs text-fg3">
                <span class="truncate">{origin(card)}</span>
                <span class="font-mono truncate">{card.adw_id.to_string()}</span>
            </span>
        </span>
        <span role="cell" class="min-w-0">{stage}</span>
        <span role="cell" class="min-w-0">{doing}</span>
        <span role="cell">{plot}</span>
        <span role="cell" class="num">{time}</span>
        <span role="cell" class="num">{last(card)}</span>
        <span role="cell" class=errors_colour>{format::whole(card.errors)}</span>
        <span role="cell" class="num">{figure(format::amount(card.tokens))}</span>
        <span role="cell" class="num">{cost(card)}</span>
    }
    .into_any()
}

fn stage_cell(card: &Card, status: Status) -> AnyView {
    let at = reached(&card.stages);
    let word = card.stage.as_deref().map_or_else(|| "No stage".to_owned(), capital);
    let colour = if status.is_over() {
        "truncate text-fg2"
    } else {
        "truncate"
    };
    view! {
        <span class="flex justify-between gap-2 text-xs">
            <span class=colour>{word}</span>
            <span class="num text-fg3">{format!("{at}/6")}</span>
        </span>
        <span class="block mt-1">{stage_bar(&card.stages, status)}</span>
    }
    .into_any()
}
