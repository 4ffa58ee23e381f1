//! The browser's side: it takes over the page rendered by the server and keeps its store up to date.

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

use stream_service::StreamService;
use ui::app::App;
use ui::history::Fetch;
use ui::store::Feed;

/// Called once by the page's script when the wasm has loaded.
#[wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
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
