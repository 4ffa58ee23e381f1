//! The browser's side: it takes over the page that the server has drawn.

use leptos::mount::hydrate_body;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::ui::app::App;

/// Called once by the page's script when the wasm has loaded.
#[wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    hydrate_body(App);
}
