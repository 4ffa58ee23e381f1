//! The viewer's top row: breadcrumb, title, status and connection.

use leptos::prelude::*;

use super::outline::breadcrumb;
use super::subject::use_subject;
use crate::connection::{Connection, ended};
use crate::control;
use crate::derived::Derived;
use crate::detail::query::DetailQuery;
use crate::dynamic::dynamic;
use crate::effect::effect;
use crate::icon::icon;
use crate::markup::markup;
use crate::status_mark::status_mark;
use crate::store::{Clip, Known};
use crate::theme::ThemeMenu;

#[component]
pub fn Top(title: Derived<String>) -> impl IntoView {
    let subject = use_subject();
    let status = subject.status();
    let is_here = Derived::new(move |_| subject.known.with(|known| matches!(known, Known::Timeline(_))));
    let is_over = Derived::new(move |_| is_here.get() && status.get().is_over());
    let mark = dynamic(move || {
        is_here.get().then(|| {
            subject
                .verdict
                .with(|verdict| status_mark(verdict, subject.store.now.get()))
        })
    });
    let details = dynamic(move || {
        let href = subject.adw_id.with_value(|adw_id| DetailQuery::default().href(adw_id));
        is_here.get().then(|| {
            view! {
                <a href=href class=control::BUTTON>
                    {icon("#rows", 16)}
                    "View details"
                </a>
            }
            .into_any()
        })
    });
    view! {
        <header class="tri h-12 border-b border-line items-stretch max-md:h-auto">
            <nav class="flex items-center gap-1 px-3 min-w-0 max-md:h-14" aria-label="Breadcrumb">
                {markup("contents", move |html| breadcrumb(html, subject))}
                <Copy />
                <span class="md:hidden ml-auto flex items-center gap-1">
                    <ThemeMenu />
                    <Connection />
                </span>
            </nav>
            <div class="flex items-center gap-3 px-4 min-w-0 max-md:pb-2 max-md:flex-wrap">
                {mark}
                <span class="md:hidden ml-auto">{dynamic(move || is_over.get().then(ended))}</span>
                <h1
                    class="text-md font-semibold truncate grow max-md:whitespace-normal max-md:w-full"
                    title=move || title.get()
                >
                    {dynamic(move || title.get())}
                </h1>
                {details}
                <span class="max-md:hidden">
                    <ThemeMenu />
                </span>
            </div>
            <div class="flex items-center justify-end gap-2 px-4 max-md:hidden">
                {dynamic(move || is_over.get().then(ended))}
                <Connection />
            </div>
        </header>
    }
    .into_any()
}

/// Copies the id. This needs script, so the button appears only when script runs.
#[component]
fn Copy() -> impl IntoView {
    let subject = use_subject();
    let is_alive = RwSignal::new(false);
    effect(move || is_alive.set(true));
    let id = subject.adw_id.with_value(ToString::to_string);
    let outcome = {
        let id = id.clone();
        Derived::new(move |_| {
            subject.store.clip.with(|clip| match clip {
                Clip::Copied(text) if *text == id => ("#tick", "Copied"),
                Clip::Refused => ("#copy", "The browser did not allow copying to the clipboard"),
                Clip::Nothing | Clip::Asked(_) | Clip::Copied(_) => ("#copy", "Copy id"),
            })
        })
    };
    let copy = move |_| subject.store.copy(id.clone());
    dynamic(move || {
        is_alive.get().then(|| {
            view! {
                <button type="button" class=control::QUIET_BUTTON on:click=copy.clone()>
                    {dynamic(move || icon(outcome.get().0, 16))}
                    <span class="sr-only">{dynamic(move || outcome.get().1)}</span>
                </button>
            }
            .into_any()
        })
    })
}
