//! What follows from a change and is no drawing: run in a browser alone, after what is on the page has changed.
//!
//! As an `Effect` of Leptos each such closure would bring two kilobytes of its own to the browser.

use leptos::prelude::*;

/// Runs the closure now and whenever a signal it reads changes, as long as the component at hand is shown.
pub fn effect(run: impl FnMut() + 'static) {
    boxed(Box::new(run));
}

fn boxed(mut run: Box<dyn FnMut()>) {
    Effect::new(move |_: Option<()>| run());
}
