//! The dialog while its code is not here: it opens and closes, and says why there is no more.

use leptos::ev::Event;
use leptos::html::Dialog;
use leptos::prelude::*;

use super::SHEET;
use super::query::workflow;
use crate::address::Going;
use crate::control;
use crate::effect::effect;
use crate::html::Html;
use crate::markup::markup;
use crate::skeleton::rows_skeleton;
use crate::viewer::subject::use_subject;

pub fn skeleton() -> AnyView {
    let rows = markup("panel", |html| {
        html.raw("<p class=\"sr-only\" aria-busy=\"true\">Loading the details</p>");
        rows_skeleton(html);
    });
    outline("late", rows)
}

pub fn failure(words: AnyView) -> AnyView {
    outline("", words)
}

fn outline(class: &str, panel: AnyView) -> AnyView {
    let subject = use_subject();
    let id = subject.adw_id.with_value(ToString::to_string);
    let label = format!("Details of {id}");
    let href = subject.adw_id.with_value(workflow);
    let back = href.clone();
    let element = NodeRef::<Dialog>::new();
    effect(move || {
        if let Some(dialog) = element.get() {
            let _ = dialog.show_modal();
        }
    });
    let close = move |event: Event| {
        event.prevent_default();
        let href = href.clone();
        subject.store.going.set(Some(Going { href, replaces: false }));
    };
    view! {
        <dialog class=format!("detail {SHEET} {class}") node_ref=element aria-label=label on:cancel=close>
            {markup("contents", move |html| head(html, &id, &back))}
            {panel}
        </dialog>
    }
    .into_any()
}

fn head(html: &mut Html, id: &str, back: &str) {
    html.raw("<header class=\"top\"><h2 class=\"tab font-semibold\">Details</h2><span class=\"grow\"></span>");
    html.raw("<span class=\"mono text-fg2 max-md:hidden\">")
        .text(id)
        .raw("</span><a title=\"Close (Esc)\" class=\"")
        .raw(control::QUIET_BUTTON)
        .raw("\" href=\"")
        .text(back)
        .raw("\">")
        .icon("#close", 16)
        .raw("<span class=\"sr-only\">Close</span></a></header>");
}
