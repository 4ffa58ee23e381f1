//! The document around every page, and the routes inside it.

use leptos::prelude::*;
use leptos_meta::{Title, provide_meta_context};
use leptos_router::components::{Route, Router, Routes};
use leptos_router::path;

/// The HTML document; `assets` is the path below which this build's files are served.
pub fn shell(options: LeptosOptions, assets: &str) -> impl IntoView + use<> {
    let stylesheet = format!("{assets}/pkg/adwatch.css");
    let root = assets.to_owned();
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="color-scheme" content="dark light" />
                <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
                <link rel="stylesheet" href=stylesheet />
                <HydrationScripts options root />
                <leptos_meta::MetaTags />
            </head>
            <body>
                <App />
            </body>
        </html>
    }
}

#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    view! {
        <Title formatter=|page: String| if page.is_empty() { "adwatch".to_owned() } else { format!("{page} · adwatch") } />
        <Router>
            <Routes fallback=|| view! { <p role="alert">"There is no such page."</p> }>
                <Route path=path!("/") view=HomePage />
            </Routes>
        </Router>
    }
}

#[component]
fn HomePage() -> impl IntoView {
    view! {
        <main class="p-4">
            <h1 class="text-md font-semibold">"adwatch"</h1>
        </main>
    }
}
