//! The connection as a badge: how the page gets its events, and how old the last sign of life is.

use leptos::prelude::*;

use crate::dynamic::dynamic;
use crate::format::{self, THIN};
use crate::icon::{self, icon};
use crate::sheets::sheet;
use crate::store::{Link, LinkState, use_store};
use domain::timestamp::Timestamp;

const SHEET: &str = sheet!("conn");

/// The badge at the right end of the top row.
#[component]
pub fn Connection() -> impl IntoView {
    let store = use_store();
    dynamic(move || {
        let now = store.now.get();
        store.link.with(|link| {
            let (slug, word) = word(link.state);
            view! {
                <span class=format!("conn {slug} {SHEET}") title=title(link)>
                    {icon(icon::link(link.state), 12)}
                    <span>{word}</span>
                    <small>{detail(link, now)}</small>
                </span>
            }
        })
    })
}

/// Shown next to the connection once the workflow has ended.
pub fn ended() -> AnyView {
    view! {
        <span class=format!("conn {SHEET}") title="The workflow has ended; new events would still appear here">
            {icon("#ended", 12)}
            <span>"Ended"</span>
        </span>
    }
    .into_any()
}

fn word(state: LinkState) -> (&'static str, &'static str) {
    match state {
        LinkState::Static => ("", "Snapshot"),
        LinkState::Connecting => ("", "Connecting"),
        LinkState::Live => ("live", "Live"),
        LinkState::CatchingUp => ("catching-up", "Catching up"),
        LinkState::Reconnecting => ("reconnecting", "Reconnecting"),
        LinkState::Polling => ("polling", "Polling"),
    }
}

fn title(link: &Link) -> &'static str {
    match link.state {
        LinkState::Static => "The state when this page was rendered; reload to update it",
        LinkState::Connecting => "Connecting; this page shows the state when it was rendered",
        LinkState::Live => "Time since the last message from the server",
        LinkState::CatchingUp => "Connected; missed events are still arriving",
        LinkState::Reconnecting => "No connection; this view may be out of date",
        LinkState::Polling => "WebSocket unavailable; new events are fetched every few seconds",
    }
}

fn detail(link: &Link, now: Timestamp) -> String {
    match link.state {
        LinkState::Static => now.clock(),
        LinkState::Connecting => String::new(),
        LinkState::Live => link
            .last_frame_at
            .map_or_else(String::new, |at| short_age(now.since(at))),
        LinkState::CatchingUp => format::whole(link.behind),
        LinkState::Reconnecting => link.retry_at.map_or_else(String::new, |at| countdown(at, now)),
        LinkState::Polling => format!("{}{THIN}s", link.poll_seconds),
    }
}

/// The age of a sign of life, to a tenth while it is young: `0.2 s`, `12 s`.
pub fn short_age(ms: u64) -> String {
    if ms < 10_000 {
        return format!("{}.{}{THIN}s", ms / 1_000, ms / 100 % 10);
    }
    format::elapsed(ms)
}

/// The time to a moment in whole seconds, rounded up, so that it ends at nothing: `3 s`.
pub fn countdown(at: Timestamp, now: Timestamp) -> String {
    format!("{}{THIN}s", at.since(now).div_ceil(1_000))
}
