//! Parts of the page that are drawn anew when what they read changes.
//!
//! Leptos takes a closure in a view for such a part, too, but compiles its drawing, redrawing and hydration once for
//! each type that a closure returns: that was a tenth of what the browser downloads. Here all return the same.

use std::sync::{Arc, Mutex};

use leptos::prelude::*;
use leptos::tachys::reactive_graph::SharedReactiveFunction;

/// A part of the page, drawn by the closure now and whenever a signal it reads changes.
pub fn dynamic<V: IntoView + 'static>(mut draw: impl FnMut() -> V + Send + 'static) -> SharedReactiveFunction<AnyView> {
    Arc::new(Mutex::new(move || draw().into_any()))
}

/// A row of a list, still to be drawn.
struct Row {
    key: String,
    draw: Box<dyn FnOnce() -> AnyView + Send>,
}

/// A list whose rows stay as they were drawn for as long as their key is among those of the items.
pub fn list<T: Send + 'static, V: IntoView + 'static>(
    items: impl Fn() -> Vec<T> + Send + Sync + 'static,
    key: fn(&T) -> String,
    draw: impl Fn(T) -> V + Send + Sync + 'static,
) -> AnyView {
    let draw = Arc::new(draw);
    rows(Box::new(move || {
        let row = |item: T| {
            let (key, draw) = (key(&item), Arc::clone(&draw));
            let draw = Box::new(move || draw(item).into_any());
            Row { key, draw }
        };
        items().into_iter().map(row).collect()
    }))
}

fn rows(each: Box<dyn Fn() -> Vec<Row> + Send + Sync>) -> AnyView {
    view! { <For each=each key=|row| row.key.clone() children=|row| (row.draw)() /> }.into_any()
}
