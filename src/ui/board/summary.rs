//! The summary of all workflows: seven figures, five of which filter the board.

use std::sync::Arc;

use leptos::prelude::*;

use super::deck::Deck;
use super::history::{BoardHistory, Series};
use super::query::{Query, StateFilter};
use super::survey::{Counts, Survey};
use crate::derived::Derived;
use crate::dynamic::dynamic;
use crate::format;
use crate::icon;
use crate::markup::markup;
use crate::store::use_store;
use crate::trace_plot::sparkline;
use domain::status::Status;
use domain::timestamp::Timestamp;

#[component]
pub fn Summary(deck: Derived<Deck>, survey: Derived<Survey>, query: Derived<Query>) -> impl IntoView {
    let store = use_store();
    let counts = Derived::new(move |_| survey.with(|survey| survey.counts.clone()));
    let ten_seconds = Derived::new(move |_| store.now.get().0.div_euclid(10_000));
    let history = Derived::new(move |_| {
        ten_seconds.track();
        let now = store.now.get_untracked();
        deck.with(|deck| {
            Arc::new(BoardHistory::of(
                deck.iter().map(AsRef::as_ref),
                now,
                &store.patience.get(),
            ))
        })
    });
    let cell = move |status: Status, colour: &'static str, line: fn(&BoardHistory) -> &Series| {
        let filter = StateFilter::One(status);
        let is_set = move || query.with(|query| query.state == Some(filter));
        let href = move || {
            query.with(|query| {
                let state = (query.state != Some(filter)).then_some(filter);
                Query { state, ..query.clone() }.href()
            })
        };
        let qualifier = dynamic(move || counts.with(|counts| qualifier(counts, status, store.now.get())));
        view! {
            <a href=href class=CELL aria-current=move || is_set().then_some("true")>
                <span class="min-w-0 grow">
                    <span class=format!("flex items-center gap-1.5 text-2xs {colour}")>
                        {icon::status(status, 10)}
                        <span class="truncate">{word(status)}</span>
                    </span>
                    <span class=FIGURE>
                        {dynamic(move || counts.with(|counts| counts.of(filter).to_string()))}
                        <span class="text-xs text-fg3">" " {qualifier}</span>
                    </span>
                </span>
                {markup("max-lg:hidden", move |html| history.with(|history| sparkline(html, line(history), colour)))}
            </a>
        }
        .into_any()
    };
    view! {
        <section class=BAND aria-label="All workflows">
            {cell(Status::Running, "text-accent", |history| &history.under_way)}
            {cell(Status::Waiting, "text-accent", |history| &history.waiting)}
            {cell(Status::Stalled, "text-warn", |history| &history.stalled)}
            {cell(Status::Failed, "text-bad", |history| &history.failed)}
            {cell(Status::Completed, "text-ok", |history| &history.completed)}
            <div class=PLAIN_CELL>
                <span class="min-w-0 grow">
                    <span class="block text-2xs text-fg3">"Events"</span>
                    <span class=FIGURE>
                        {dynamic(move || history.with(|history| format::rate(history.rate)))}
                        <span class="text-xs text-fg3">" /s"</span>
                    </span>
                </span>
                {markup("max-lg:hidden", move |html| history.with(|history| sparkline(html, &history.events, "text-fg2")))}
            </div>
            <div class=PLAIN_CELL>
                <span class="min-w-0 grow">
                    <span class="block text-2xs text-fg3">"Cost, as reported by sessions"</span>
                    <span class=FIGURE>
                        {dynamic(move || counts.with(|counts| format::money(counts.cost_usd)))}
                        <span class="text-xs text-fg3">
                            " "
                            {dynamic(move || counts.with(|counts| {
                                let tokens = format::amount(counts.tokens);
                                format!("{}{}{} tokens", tokens.value, format::THIN, tokens.unit)
                            }))}
                        </span>
                    </span>
                </span>
            </div>
        </section>
    }
    .into_any()
}

const BAND: &str = "board7 border-b border-line max-md:!grid-cols-2 max-md:order-2 \
    max-md:[&>*:nth-child(even)]:!border-l max-md:[&>*]:border-line max-md:[&>*:last-child]:col-span-2";
const CELL: &str = "flex items-center gap-3 px-3 h-14 min-w-0 overflow-hidden hover:bg-panel focus-visible:-outline-offset-2 \
    aria-[current]:bg-panel aria-[current]:shadow-[inset_0_-2px_0_var(--accent)] max-md:px-4 max-md:border-b";
const PLAIN_CELL: &str = "flex items-center gap-3 px-3 h-14 min-w-0 overflow-hidden max-md:px-4 max-md:border-b";
const FIGURE: &str = "block font-mono text-lg tabular-nums whitespace-nowrap";

fn word(status: Status) -> &'static str {
    match status {
        Status::Completed => "Done",
        other => other.word(),
    }
}

/// What follows a figure: since when, or out of how many.
fn qualifier(counts: &Counts, status: Status, now: Timestamp) -> String {
    let lasting = |since: Option<Timestamp>| {
        since.map_or_else(String::new, |since| {
            let age = format::age(now.since(since));
            format!("for {}{}{}", age.value, format::THIN, age.unit)
        })
    };
    match status {
        Status::Running | Status::Unknown => format!("of {}", counts.all),
        Status::NeedsPerson => lasting(counts.needs_person_since),
        Status::Waiting => lasting(counts.waiting_since),
        Status::Stalled => lasting(counts.stalled_since),
        Status::Failed => format!("of {} finished", counts.failed + counts.completed),
        Status::Completed => String::new(),
    }
}
