//! Waits for the code of a page that was opened directly. While it cannot be had the page stays as the server drew it.

use wasm_bindgen_futures::JsFuture;

use super::window::{say_failed, sooner};
use domain::follow::Fold;
use ui::chunk::Chunk;

/// How long to wait before the next try, at first and at most.
const FIRST_MS: u32 = 1_000;
const MOST_MS: u32 = 30_000;

/// The fold's code, asked for again until it is here.
pub(super) async fn of_fold() -> Fold {
    let mut wait_ms = FIRST_MS;
    loop {
        if let Some(fold) = ui::fold::load().await {
            return fold;
        }
        say_failed();
        let _ = JsFuture::from(sooner(wait_ms)).await;
        wait_ms = (wait_ms * 2).min(MOST_MS);
    }
}

/// All of them, and again until they are here. The document has them fetched ahead, all at once.
pub(super) async fn of(chunks: &[&'static Chunk]) {
    let mut wait_ms = FIRST_MS;
    for chunk in chunks {
        while (chunk.load)().await.is_none() {
            say_failed();
            let _ = JsFuture::from(sooner(wait_ms)).await;
            wait_ms = (wait_ms * 2).min(MOST_MS);
        }
    }
}
