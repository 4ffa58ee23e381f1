//! A part of the page that is markup as text, drawn anew where the text changes.
//!
//! All such parts use one element type, since each further one costs the browser a kilobyte. What a person may be
//! pressing at this moment must not be redrawn, so buttons that contain a count are elements of their own.

use leptos::prelude::*;

use crate::derived::Derived;
use crate::html::Html;

/// The part, inside an element of that class.
pub fn markup(class: &'static str, draw: impl Fn(&mut Html) + Send + Sync + 'static) -> AnyView {
    element(class, derived(draw))
}

/// The same as a list of terms and what they mean.
pub fn definitions(class: &'static str, draw: impl Fn(&mut Html) + Send + Sync + 'static) -> AnyView {
    let text = derived(draw);
    view! { <dl class=class inner_html=move || text.get()></dl> }.into_any()
}

fn element(class: &'static str, text: Derived<String>) -> AnyView {
    view! { <div class=class inner_html=move || text.get()></div> }.into_any()
}

fn derived(draw: impl Fn(&mut Html) + Send + Sync + 'static) -> Derived<String> {
    Derived::new(move |_| {
        let mut html = Html::default();
        draw(&mut html);
        html.done()
    })
}
