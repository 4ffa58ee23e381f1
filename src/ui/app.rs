//! The document around every page, and which page is inside it.

use leptos::prelude::*;

use crate::address::{Address, Route};
use crate::board::Board;
use crate::chunk::{Chunk, place};
use crate::derived::Derived;
use crate::detail::DETAIL;
use crate::detail::query::DetailQuery;
use crate::dynamic::dynamic;
use crate::effect::effect;
use crate::icon::Sprite;
use crate::not_found::NotFound;
use crate::store::{Feed, Known, Seed, SeedJson, Store};
use crate::theme::Theme;
use crate::viewer::VIEWER;
use crate::viewer::subject::show;
use domain::told;

/// The script that fetches chunks, as cargo-leptos names it; the page's script imports it.
const LOADER: &str = "__wasm_split.______________________.js";

/// The HTML document; `assets` is the path below which this build's files are served.
pub fn shell(options: LeptosOptions, assets: &str) -> impl IntoView + use<> {
    let stylesheet = format!("{assets}/pkg/adwatch.css");
    let root = assets.to_owned();
    let seed = use_context::<Seed>().unwrap_or_default();
    let address = use_context::<Address>().unwrap_or_default();
    let known = seed.timeline.as_ref().map(|(_, timeline)| match timeline {
        Some(timeline) => Known::Timeline(Box::new(timeline.clone())),
        None => Known::Missing,
    });
    let title = title(&address.route(), &known.unwrap_or(Known::Loading));
    let code = code(&address, assets);
    view! {
        <!DOCTYPE html>
        <html lang="en" data-theme=seed.theme>
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="color-scheme" content="dark light" />
                <meta name="description" content="What every agent of every AI developer workflow is doing, live." />
                <title>{title}</title>
                <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
                <link rel="stylesheet" href=stylesheet />
                // Empty unless `cargo leptos watch` runs the server.
                <AutoReload options=options.clone() />
                <HydrationScripts options root />
                {code}
            </head>
            <body>
                <App />
                // After the app, so that hydration need not walk through it.
                <Sprite />
            </body>
        </html>
    }
    .into_any()
}

/// The chunks that the page of an address is drawn with. Who takes it over needs their code first.
pub fn chunks(address: &Address) -> Vec<&'static Chunk> {
    match address.route() {
        Route::Workflow(_) if DetailQuery::of(address).is_some() => vec![&VIEWER, &DETAIL],
        Route::Workflow(_) => vec![&VIEWER],
        Route::Board | Route::Nowhere => Vec::new(),
    }
}

/// The chunk that a person on that page is likely to want next.
fn next_chunk(address: &Address) -> Option<&'static Chunk> {
    match address.route() {
        Route::Board => Some(&VIEWER),
        Route::Workflow(_) => Some(&DETAIL).filter(|_| DetailQuery::of(address).is_none()),
        Route::Nowhere => None,
    }
}

/// Has the browser download what the page needs beside its script at once, and the rest when it has time.
fn code(address: &Address, assets: &str) -> impl IntoView + use<> {
    let file = |chunk: &Chunk| format!("{assets}/pkg/split_{}.wasm", chunk.name);
    let loader = format!("{assets}/pkg/{LOADER}");
    let now = |chunk| {
        view! { <link rel="preload" href=file(chunk) r#as="fetch" r#type="application/wasm" crossorigin="" /> }
            .into_any()
    };
    let later = |chunk| view! { <link rel="prefetch" href=file(chunk) r#as="fetch" crossorigin="" /> }.into_any();
    view! {
        <link rel="modulepreload" href=loader crossorigin="" />
        {chunks(address).into_iter().map(now).collect_view()}
        {next_chunk(address).map(later)}
    }
    .into_any()
}

#[component]
pub fn App() -> impl IntoView {
    // The server draws from the seed it was given, and the page carries it to the browser.
    let seed =
        SharedValue::<Seed, SeedJson>::new_with_encoding(|| use_context::<Seed>().unwrap_or_default()).into_inner();
    let chosen = seed.theme.as_deref().and_then(Theme::from_name);
    provide_context(chosen.unwrap_or(Theme::System));
    let store = Store::new(seed, use_context::<Address>().unwrap_or_default());
    provide_context(store);
    if let Some(Feed(feed)) = use_context::<Feed>() {
        effect(move || feed(store));
    }
    let route = Derived::new(move |_| store.address.with(Address::route));
    let title = Derived::new(move |_| match route.get() {
        Route::Workflow(adw_id) => store.timeline(&adw_id).with(|known| title(&route.get(), known)),
        route => title(&route, &Known::Loading),
    });
    // The title of the browser's tab; the first one is already in the document.
    effect(move || document().set_title(&title.get()));
    dynamic(move || match route.get() {
        Route::Board => view! { <Board /> }.into_any(),
        Route::Workflow(adw_id) => {
            show(adw_id);
            place(&VIEWER)
        }
        Route::Nowhere => view! { <NotFound /> }.into_any(),
    })
}

fn title(route: &Route, known: &Known) -> String {
    let what = match (route, known) {
        (Route::Board, _) => "Board".to_owned(),
        (Route::Workflow(_), Known::Timeline(timeline)) => told::title(timeline),
        (Route::Workflow(adw_id), Known::Loading) => adw_id.to_string(),
        (Route::Workflow(_), Known::Missing) => "No such workflow".to_owned(),
        (Route::Nowhere, _) => "Page not found".to_owned(),
    };
    format!("{what} · adwatch")
}
