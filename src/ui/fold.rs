//! The fold's code, which a browser downloads once a workflow is followed: the board needs none of it.

use std::future::Future;
use std::pin::Pin;

use domain::follow::Fold;
use domain::timeline::Timeline;

/// Gets the code; none where it cannot be had now.
pub fn load() -> Pin<Box<dyn Future<Output = Option<Fold>>>> {
    Box::pin(async { fold().await.ok() })
}

#[::leptos::wasm_split::wasm_split(fold, wasm_split_path = ::leptos::wasm_split, fallible)]
fn fold() -> Result<Fold, ::leptos::wasm_split::SplitLoaderError> {
    Ok(Timeline::apply)
}
