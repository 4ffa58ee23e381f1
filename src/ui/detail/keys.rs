//! The keyboard in the detail: `j k` rows, `x` expand, `[ ]` errors, `/ n N` search, `f p` follow and pause, `1`–`5` tabs.

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use leptos::tachys::renderer::types::Element;
use leptos::wasm_bindgen::JsCast;

use super::bar::{beside, is_typing, select};
use super::list::List;
use super::query::{DetailQuery, Tab};
use crate::domain::log::Log;
use crate::ui::address::Going;
use crate::ui::derived::Derived;
use crate::ui::viewer::subject::Subject;

pub fn pressed(event: &KeyboardEvent, subject: Subject, query: Derived<DetailQuery>, list: List, close: &dyn Fn()) {
    let key = event.key();
    let now = query.get_untracked();
    if event.alt_key() || event.meta_key() {
        return;
    }
    if event.ctrl_key() {
        // The first one opens our search, which knows what is not loaded; the second is the browser's.
        if key == "f" && !is_typing(event) {
            event.prevent_default();
            search(list);
        }
        return;
    }
    if is_typing(event) {
        if key == "Enter" {
            event.prevent_default();
            if let Some(seq) = beside(subject, &now, !event.shift_key()) {
                select(subject, &now, seq);
            }
        }
        return;
    }
    let history = subject.store.history;
    let step = |by: isize| {
        list.hold();
        if let Some(seq) = list.beside(now.seq, by) {
            select(subject, &now, seq);
        }
    };
    let show = |tab: Tab| {
        let href = subject.adw_id.with_value(|adw_id| now.on(tab).href(adw_id));
        subject.store.going.set(Some(Going { href, replaces: false }));
    };
    match key.as_str() {
        "j" => step(1),
        "k" => step(-1),
        "x" | "Enter" if is_on_row(event) => {
            if let Some(seq) = now.seq {
                list.toggle(seq);
            }
        }
        "g" => list.end(false),
        "G" | "End" | "f" => list.follow(),
        "p" => list.pause(),
        "/" => search(list),
        "n" | "N" => {
            if let Some(seq) = beside(subject, &now, key == "n") {
                select(subject, &now, seq);
            }
        }
        "[" | "]" => {
            let is_next = key == "]";
            let from = now.seq.unwrap_or(if is_next { 0 } else { history.with(Log::head) + 1 });
            list.hold();
            history.find_error(from, is_next, move |seq| select(subject, &query.get_untracked(), seq));
        }
        "y" => {
            if let Some(origin) = window().location().origin().ok().filter(|_| now.seq.is_some()) {
                let href = subject.adw_id.with_value(|adw_id| now.href(adw_id));
                subject.store.copy(format!("{origin}{href}"));
            }
        }
        "ArrowLeft" | "ArrowRight" if is_on(event, "[role=tab]") => {
            let at = Tab::ALL.iter().position(|tab| *tab == now.tab).unwrap_or(0);
            let by = if key == "ArrowRight" { 1 } else { Tab::ALL.len() - 1 };
            show(Tab::ALL[(at + by) % Tab::ALL.len()]);
            focus("[role=tab][aria-selected=true]");
        }
        "1" | "2" | "3" | "4" | "5" => {
            let at = key.bytes().next().map_or(0, |digit| usize::from(digit - b'1'));
            show(Tab::ALL[at]);
        }
        "Escape" => close(),
        _ => return,
    }
    event.prevent_default();
}

fn search(list: List) {
    list.hold();
    focus("dialog.detail input[type=search]");
}

fn focus(what: &'static str) {
    request_animation_frame(move || {
        let found = document().query_selector(what).ok().flatten();
        if let Some(element) = found.and_then(|found| found.dyn_into::<leptos::web_sys::HtmlElement>().ok()) {
            let _ = element.focus();
        }
    });
}

/// Enter on a link or a button is theirs.
fn is_on_row(event: &KeyboardEvent) -> bool {
    event.key() == "x" || !is_on(event, "a, button, summary")
}

fn is_on(event: &KeyboardEvent, what: &str) -> bool {
    let target: Option<Element> = event.target().and_then(|target| target.dyn_into().ok());
    target.is_some_and(|target| target.closest(what).ok().flatten().is_some())
}
