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
