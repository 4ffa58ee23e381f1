//! The AgentStateViewer: what every agent of one workflow has done and is doing now.

pub mod axis;
pub mod diff_text;
pub mod diff_view;
pub mod entries;
pub mod entry_body;
pub mod facts;
pub mod file_list;
pub mod files;
pub mod lane;
pub mod loads;
pub mod markdown;
pub mod markdown_view;
pub mod now;
pub mod open_tools;
pub mod outline;
pub mod pictures;
pub mod sources;
pub mod stage_bands;
pub mod state;
pub mod subject;
pub mod timeline_band;
pub mod top;

use leptos::prelude::*;

use crate::announcer::EntryAnnouncer;
use crate::banner::Banners;
use crate::chunk::{chunk, place};
use crate::derived::Derived;
use crate::detail::DETAIL;
use crate::detail::query::DetailQuery;
use crate::dynamic::dynamic;
use crate::markup::markup;
use crate::store::Known;
use domain::status::Status;
use domain::told;
use entries::Entries;
use facts::Facts;
use files::Files;
use now::Now;
use pictures::Pictures;
use sources::SourcesPanel;
use state::StatePanel;
use subject::{Subject, use_subject};
use timeline_band::TimelineBand;
use top::Top;

chunk! {
    /// The page of the workflow that is the `Subject` at hand.
    VIEWER = viewer(draw), "This page", outline::skeleton, outline::failure
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Loading,
    Missing,
    Here,
}

fn draw() -> AnyView {
    let subject = use_subject();
    let stage = Derived::new(move |_| {
        subject.known.with(|known| match known {
            Known::Loading => Stage::Loading,
            Known::Missing => Stage::Missing,
            Known::Timeline(_) => Stage::Here,
        })
    });
    dynamic(move || match stage.get() {
        Stage::Loading => loading(),
        Stage::Missing => missing(subject),
        Stage::Here => page(subject),
    })
    .into_any()
}

fn page(subject: Subject) -> AnyView {
    let title = subject.part(told::title);
    let seq = subject.part(|timeline| timeline.seq);
    let errors = subject.part(|timeline| timeline.error_count);
    let status = subject.status();
    // Announced once, when it happens; a page opened after the failure shows it in its header.
    let opened_on = status.get_untracked();
    let alert =
        move || (status.get() == Status::Failed && opened_on != Status::Failed).then_some("This workflow has failed.");
    view! {
        <Top title />
        <Banners />
        <Facts />
        <div class="max-md:flex max-md:flex-col">
            <div class="max-md:order-2">
                <TimelineBand />
            </div>
            <main class="tri max-md:contents">
                <div class="min-w-0 max-md:order-1">
                    <Now />
                </div>
                <div class="min-w-0 max-md:order-3">
                    <Entries />
                </div>
                <div class="min-w-0 max-md:order-4">
                    <StatePanel />
                    <Files />
                    <Pictures />
                    <SourcesPanel />
                </div>
            </main>
        </div>
        <p class="sr-only" role="alert">{dynamic(alert)}</p>
        <EntryAnnouncer seq errors />
        {details(subject)}
    }
    .into_any()
}

/// The dialog, while the address asks for it.
fn details(subject: Subject) -> AnyView {
    let address = subject.store.address;
    let is_open = Derived::new(move |_| address.with(|address| DetailQuery::of(address).is_some()));
    dynamic(move || is_open.get().then(|| place(&DETAIL))).into_any()
}

fn loading() -> AnyView {
    view! {
        <Top title=Derived::new(|_| "Loading".to_owned()) />
        <Banners />
        {outline::rows()}
    }
    .into_any()
}

fn missing(subject: Subject) -> AnyView {
    let id = subject.adw_id.with_value(ToString::to_string);
    view! {
        <Top title=Derived::new(|_| "No such workflow".to_owned()) />
        <Banners />
        {markup("contents", move |html| {
            html.raw("<main class=\"px-4 py-6\"><p class=\"text-fg2\">No events from workflow <code class=\"text-fg\">").text(&id);
            html.raw("</code> yet. They will appear here as soon as the first one arrives.</p><p class=\"mt-2\">");
            html.raw("<a class=\"link inline-block leading-6\" href=\"/\">Go to the board</a></p></main>");
        })}
    }
    .into_any()
}
