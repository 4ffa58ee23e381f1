//! The browser's side: it takes over the page rendered by the server and keeps its store up to date.

mod arrival;
mod clipboard;
mod clock;
mod navigation;
mod painter;
mod rest;
mod socket;
pub mod stream_service;
mod window;

use leptos::mount::hydrate_body;
use leptos::prelude::provide_context;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen_futures::spawn_local;

use stream_service::StreamService;
use ui::app::{App, chunks};
use ui::history::Fetch;
use ui::store::Feed;

/// Called once by the page's script when the wasm has loaded.
#[wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    let chunks = chunks(&navigation::here());
    if chunks.is_empty() {
        return take_over();
    }
    // What the server has drawn is taken over as a whole: all its code has to be here first. Until then it stays as it is,
    // and the framework, which would run this task, is not set up.
    spawn_local(async move {
        arrival::of(&chunks).await;
        take_over();
    });
}

fn take_over() {
    hydrate_body(|| {
        provide_context(navigation::here());
        provide_context::<Fetch>(rest::fetch);
        provide_context(Feed(|store| {
            navigation::serve(store);
            StreamService::start(store);
            clipboard::serve(store);
        }));
        App()
    });
}
