//! Copies what a person asked for to the clipboard, and reports what became of it.

use gloo_timers::future::TimeoutFuture;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen_futures::JsFuture;

use super::window::clipboard;
use ui::effect::effect;
use ui::store::{Clip, Store};

/// How long the result is shown.
const SAID_MS: u32 = 2_000;

pub(super) fn serve(store: Store) {
    effect(move || {
        if let Clip::Asked(text) = store.clip.get() {
            spawn_local(copy(store, text));
        }
    });
}

async fn copy(store: Store, text: String) {
    // Only pages in a secure context have a clipboard.
    let is_there = match clipboard() {
        Some(clipboard) => JsFuture::from(clipboard.write_text(&text)).await.is_ok(),
        None => false,
    };
    let outcome = if is_there { Clip::Copied(text) } else { Clip::Refused };
    store.clip.set(outcome.clone());
    TimeoutFuture::new(SAID_MS).await;
    if store.clip.with_untracked(|clip| *clip == outcome) {
        store.clip.set(Clip::Nothing);
    }
}
