//! The document around every page, and the routes inside it.

use leptos::prelude::*;
use leptos_meta::{Title, provide_meta_context};
use leptos_router::components::{FlatRoutes, Route, Router};
use leptos_router::path;

use crate::ui::board::Board;
use crate::ui::icon::Sprite;
use crate::ui::not_found::NotFound;
use crate::ui::store::{Feed, Seed, SeedJson, Store};
use crate::ui::theme::Theme;
use crate::ui::viewer::Viewer;

/// The HTML document; `assets` is the path below which this build's files are served.
pub fn shell(options: LeptosOptions, assets: &str) -> impl IntoView + use<> {
    let stylesheet = format!("{assets}/pkg/adwatch.css");
    let root = assets.to_owned();
    let theme = use_context::<Seed>().and_then(|seed| seed.theme);
    view! {
        <!DOCTYPE html>
        <html lang="en" data-theme=theme>
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="color-scheme" content="dark light" />
                <meta name="description" content="What every agent of every AI developer workflow is doing, live." />
                <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
                <link rel="stylesheet" href=stylesheet />
                // Empty unless `cargo leptos watch` runs the server.
                <AutoReload options=options.clone() />
                <HydrationScripts options root />
                <leptos_meta::MetaTags />
            </head>
            <body>
                <App />
                // Behind the app, so that the browser need not walk through it.
                <Sprite />
            </body>
        </html>
    }
    .into_any()
}

#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    // The server draws from the seed it was given, and the page carries it to the browser.
    let seed =
        SharedValue::<Seed, SeedJson>::new_with_encoding(|| use_context::<Seed>().unwrap_or_default()).into_inner();
    provide_context(Theme(seed.theme.clone()));
    let store = Store::new(seed);
    provide_context(store);
    if let Some(Feed(feed)) = use_context::<Feed>() {
        Effect::new(move |_| feed(store));
    }
    view! {
        <Title formatter=|page: String| title(&page) />
        <Router>
            <FlatRoutes fallback=|| view! { <NotFound /> }>
                <Route path=path!("/") view=Board />
                <Route path=path!("/w/:adw_id") view=Viewer />
            </FlatRoutes>
        </Router>
    }
    .into_any()
}

/// What stands in the browser's tab.
fn title(page: &str) -> String {
    if page.is_empty() {
        return "adwatch".to_owned();
    }
    // leptos_meta 0.8 writes the title into the HTML as it is, and titles hold what agents wrote.
    format!("{} · adwatch", page.replace('<', "‹"))
}
