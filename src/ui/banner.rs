//! The banner under the header: says what is wrong with the connection, since when, and what can be done.

use leptos::prelude::*;

use crate::connection::{countdown, short_age};
use crate::control;
use crate::derived::Derived;
use crate::dynamic::dynamic;
use crate::format;
use crate::icon::icon;
use crate::markup::markup;
use crate::sheets::sheet;
use crate::store::{Ask, LinkState, Store, use_store};

pub const SHEET: &str = sheet!("banner");

#[component]
pub fn Banners() -> impl IntoView {
    let store = use_store();
    let state = Derived::new(move |_| store.link.with(|link| link.state));
    let recovered = Derived::new(move |_| store.link.with(|link| link.recovered));
    view! {
        {dynamic(move || match state.get() {
            LinkState::Static => unstarted(store),
            LinkState::Reconnecting => reconnecting(store),
            LinkState::CatchingUp => catching_up(store),
            LinkState::Polling => polling(store),
            LinkState::Connecting | LinkState::Live => ().into_any(),
        })}
        {dynamic(move || {
            recovered
                .get()
                .filter(|_| matches!(state.get(), LinkState::Live | LinkState::Polling))
                .map(|recovered| {
                    view! {
                        <div class=format!("banner ok {SHEET}")>
                            {icon("#done", 12)}
                            <b>"Reconnected"</b>
                            <span class="fact-text">
                                <span class="mono">{format::whole(recovered.events)}</span>
                                {if recovered.events == 1 { " event" } else { " events" }}
                                " recovered, none lost. "
                                {(recovered.from > 0).then(|| view! {
                                    <span class="mono">{format::whole(recovered.from)}</span>
                                    " to "
                                    <span class="mono">{format::whole(recovered.to)}</span>
                                    "."
                                }
                                .into_any())}
                            </span>
                            <button
                                type="button"
                                class=control::QUIET_BUTTON
                                on:click=move |_| store.ask(Ask::Dismiss)
                            >
                                "Dismiss"
                            </button>
                        </div>
                    }
                    .into_any()
                })
        })}
    }
    .into_any()
}

/// Appears when no script has taken over within 5 s, or ever, or at once when part of its code cannot be had; the sheet
/// holds it back until then.
fn unstarted(store: Store) -> AnyView {
    markup("contents", move |html| {
        html.raw("<div role=\"status\" class=\"banner quiet unstarted ")
            .raw(SHEET)
            .raw("\">")
            .icon("#snapshot", 12)
            .raw("<b>Snapshot</b><span class=\"fact-text\">Live updates have not started. This page shows the state as of <span class=\"mono\">")
            .text(&store.now.get().clock());
        html.raw("</span> UTC.<span class=\"incomplete\"> Part of adwatch could not be loaded: you may be offline, or it was just updated.");
        // Heard by the browser's side, which is there when this is to be seen.
        html.raw("</span></span><button type=\"button\" class=\"again incomplete ")
            .raw(control::BUTTON)
            .raw("\">Try again</button><a class=\"")
            .raw(control::BUTTON)
            .raw("\" href=\"\" rel=\"external\">")
            .icon("#retry", 16)
            .raw("Reload</a></div>");
    })
}

fn reconnecting(store: Store) -> AnyView {
    // The alert contains only what does not change. The countdown is outside, or a screen reader would read it every second.
    let silent_for = dynamic(move || {
        let now = store.now.get();
        let since = store.link.with(|link| link.last_frame_at.or(link.lost_at));
        since.map(|since| {
            view! {
                " The server has not answered for "
                <span class="mono">{format::elapsed(now.since(since))}</span> "."
            }
            .into_any()
        })
    });
    let as_of = dynamic(move || {
        store.link.with(|link| link.last_frame_at).map(|at| {
            view! { " This page shows the state as of " <span class="mono">{at.clock()}</span> " UTC." }.into_any()
        })
    });
    let next = dynamic(move || {
        let now = store.now.get();
        store.link.with(|link| link.retry_at).map(|at| {
            if at > now {
                view! { " Trying again in " <span class="mono">{countdown(at, now)}</span> "." }.into_any()
            } else {
                view! { " Trying now." }.into_any()
            }
        })
    });
    view! {
        <div class=format!("banner bad {SHEET}")>
            {icon("#recon", 12)}
            <b role="alert">
                "Reconnecting"<span class="sr-only">": the connection to the server is lost"</span>
            </b>
            <span class="fact-text">{silent_for} {as_of} {next}</span>
            <button type="button" class=control::BUTTON on:click=move |_| store.ask(Ask::Retry)>
                {icon("#retry", 16)}
                "Retry now"
            </button>
        </div>
    }
    .into_any()
}

fn catching_up(store: Store) -> AnyView {
    view! {
        <div class=format!("banner warn {SHEET}")>
            {icon("#catch", 12)}
            <b>"Catching up"</b>
            <span class="fact-text">
                <span class="mono">{dynamic(move || format::whole(store.link.with(|link| link.behind)))}</span>
                " events behind."
            </span>
        </div>
    }
    .into_any()
}

fn polling(store: Store) -> AnyView {
    let last = dynamic(move || {
        let now = store.now.get();
        store.link.with(|link| link.last_frame_at).map(|at| {
            view! {
                " Last answer: " <span class="mono">{short_age(now.since(at))}</span> " ago."
            }
            .into_any()
        })
    });
    view! {
        <div class=format!("banner warn {SHEET}")>
            {icon("#poll", 12)}
            <b>"Polling"</b>
            <span class="fact-text">
                "WebSocket unavailable. New events are fetched every "
                <span class="mono">
                    {dynamic(move || store.link.with(|link| link.poll_seconds.to_string()))} {format::THIN} "s"
                </span> "." {last}
            </span>
            <button type="button" class=control::BUTTON on:click=move |_| store.ask(Ask::TrySocket)>
                "Retry WebSocket"
            </button>
        </div>
    }
    .into_any()
}
