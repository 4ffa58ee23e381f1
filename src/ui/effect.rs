//! Reactions to a change other than drawing: they run only in a browser, after the page has changed.
//!
//! As an `Effect` of Leptos, each such closure would add two kilobytes to the browser's download.

use leptos::prelude::*;

/// Runs the closure now and whenever a signal it reads changes, as long as the component at hand is shown.
pub fn effect(run: impl FnMut() + 'static) {
    boxed(Box::new(run));
}

fn boxed(mut run: Box<dyn FnMut()>) {
    Effect::new(move |_: Option<()>| run());
}
