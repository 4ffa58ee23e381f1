//! Handles all input in the detail, by mouse, touch and keyboard, in one place.
//!
//! Keys: `j k` rows, `x` expand, `[ ]` errors, `/ n N` search, `f p` follow and pause, `g G` ends, `y` link, `1`–`5` tabs.

use leptos::ev::{Event, KeyboardEvent, MouseEvent, WheelEvent};
use leptos::html::{Dialog, Input};
use leptos::prelude::*;
use leptos::tachys::html::element::ElementType;
use leptos::tachys::renderer::types::Element;
use leptos::wasm_bindgen::JsCast;
use leptos::wasm_bindgen::prelude::Closure;

use super::bar::{beside, select};
use super::list::List;
use super::query::{DetailQuery, Tab, workflow};
use crate::address::Going;
use crate::derived::Derived;
use crate::life::Life;
use crate::viewer::subject::Subject;
use domain::log::Log;

/// See the module.
#[derive(Clone, Copy)]
pub struct Hands {
    pub subject: Subject,
    pub query: Derived<DetailQuery>,
    pub list: Derived<(Tab, List)>,
    pub life: Life,
}

impl Hands {
    /// Listens for as long as the dialog is there.
    pub fn take(self, dialog: &<Dialog as ElementType>::Output) {
        let heard = Closure::<dyn FnMut(Event)>::new(move |event: Event| self.hear(&event));
        for name in ["click", "cancel", "input", "wheel", "touchmove", "pointerdown"] {
            // These event names are valid; at worst, a missing listener means a key that does nothing.
            let _ = dialog.add_event_listener_with_callback(name, heard.as_ref().unchecked_ref());
        }
        heard.forget();
        // If the focused element is gone, keys go to the page instead of the dialog.
        let pressed = window_event_listener(leptos::ev::keydown, move |event| {
            if let Some(target) = event.target().and_then(|target| target.dyn_into::<Element>().ok()) {
                self.press(&event, &target);
            }
        });
        on_cleanup(move || pressed.remove());
    }

    fn hear(self, event: &Event) {
        // What was on its way to a dialog when it went.
        if self.life.is_over() {
            return;
        }
        let Some(target) = event.target().and_then(|target| target.dyn_into::<Element>().ok()) else {
            return;
        };
        let is_in = |what: &str| target.closest(what).ok().flatten();
        let list = self.list.get_untracked().1;
        match event.type_().as_str() {
            "click" => self.click(event.unchecked_ref(), &target),
            "cancel" => {
                event.prevent_default();
                self.close();
            }
            "input" => {
                let text = event_target_value(event);
                self.go(
                    &DetailQuery {
                        text,
                        ..self.query.get_untracked()
                    },
                    true,
                );
            }
            // Signs that somebody is reading.
            "wheel" if event.unchecked_ref::<WheelEvent>().delta_y() < 0.0 && is_in(".scroll").is_some() => list.hold(),
            "touchmove" if is_in(".scroll").is_some() => list.hold(),
            "pointerdown" if is_in(".scroll").is_some() && is_in("a, button, summary").is_none() => list.hold(),
            _ => {}
        }
    }

    fn click(self, event: &MouseEvent, target: &Element) {
        let closest = |what: &str| target.closest(what).ok().flatten();
        let list = self.list.get_untracked().1;
        if event.button() != 0 {
            return;
        }
        if closest("[data-follow]").is_some() {
            list.follow();
        } else if closest("[data-retry]").is_some() {
            self.subject.store.history.load_newest();
        } else if let Some(step) = closest("[data-step]") {
            self.step_hit(step.get_attribute("data-step").as_deref() == Some("next"));
        } else if let Some(gap) = closest("[data-from]") {
            let number = |name: &str| gap.get_attribute(name).and_then(|text| text.parse().ok());
            if let (Some(from), Some(to)) = (number("data-from"), number("data-to")) {
                list.load_gap(from, to);
            }
        } else if let Some(copy) = closest("[data-copy]") {
            // The text to copy is in the part of the page around the button.
            let said = copy.closest(".part").ok().flatten();
            let said = said.and_then(|part| part.query_selector(".said").ok().flatten());
            if let Some(text) = said.and_then(|said| said.text_content()) {
                self.subject.store.copy(text);
            }
        } else if let Some(seq) = closest("[data-seq]").and_then(|row| row.get_attribute("data-seq")?.parse().ok()) {
            let is_plain = !(event.ctrl_key() || event.meta_key() || event.shift_key());
            if closest("a, button, .open").is_none() {
                list.toggle(seq);
            } else if is_plain && closest(".q a").is_some() {
                // The link leads to the entry, but within the dialog the search goes on.
                event.prevent_default();
                let seq = Some(seq);
                self.go(
                    &DetailQuery {
                        seq,
                        ..self.query.get_untracked()
                    },
                    false,
                );
            }
        }
    }

    fn press(self, event: &KeyboardEvent, target: &Element) {
        let is_on = |what: &str| target.closest(what).ok().flatten().is_some();
        let list = self.list.get_untracked().1;
        let key = event.key();
        let is_typing = is_on("input");
        if event.alt_key() || event.meta_key() {
            return;
        }
        if event.ctrl_key() {
            // The first press opens our search, which also covers what is not loaded; the second opens the browser's.
            if key == "f" && !is_typing {
                event.prevent_default();
                self.search();
            }
            return;
        }
        if is_typing {
            if key == "Enter" {
                event.prevent_default();
                self.step_hit(!event.shift_key());
            }
            return;
        }
        let now = self.query.get_untracked();
        match key.as_str() {
            "j" | "k" => {
                list.hold();
                if let Some(seq) = list.beside(now.seq, key == "j") {
                    select(self.subject, &now, seq);
                }
            }
            "x" | "Enter" if key == "x" || !is_on("a, button, summary") => {
                if let Some(seq) = now.seq {
                    list.toggle(seq);
                }
            }
            "g" => list.begin(),
            "G" | "End" | "f" => list.follow(),
            "p" => list.pause(),
            "/" => self.search(),
            "n" | "N" => self.step_hit(key == "n"),
            "[" | "]" => self.step_error(&now, key == "]"),
            "y" => {
                if let Some(origin) = window().location().origin().ok().filter(|_| now.seq.is_some()) {
                    let href = self.subject.adw_id.with_value(|adw_id| now.href(adw_id));
                    self.subject.store.copy(format!("{origin}{href}"));
                }
            }
            "ArrowLeft" | "ArrowRight" if is_on("[role=tab]") => {
                let at = Tab::ALL.iter().position(|tab| *tab == now.tab).unwrap_or(0);
                let by = if key == "ArrowRight" { 1 } else { Tab::ALL.len() - 1 };
                self.go(&now.on(Tab::ALL[(at + by) % Tab::ALL.len()]), false);
                self.focus(".detail [role=tab][aria-selected=true]");
            }
            "1" | "2" | "3" | "4" | "5" => {
                let at = key.bytes().next().map_or(0, |digit| usize::from(digit - b'1'));
                self.go(&now.on(Tab::ALL[at]), false);
            }
            // These keys scroll the list, and whoever scrolls up is reading.
            "PageUp" | "Home" | "ArrowUp" => return list.hold(),
            _ => return,
        }
        event.prevent_default();
    }

    fn search(self) {
        self.list.get_untracked().1.hold();
        self.focus(".detail input[type=search]");
    }

    fn step_hit(self, is_next: bool) {
        let now = self.query.get_untracked();
        if let Some(seq) = beside(self.subject, &now, is_next) {
            select(self.subject, &now, seq);
        }
    }

    fn step_error(self, now: &DetailQuery, is_next: bool) {
        let history = self.subject.store.history;
        self.list.get_untracked().1.hold();
        let from = now.seq.unwrap_or(if is_next { 0 } else { history.log(Log::head) + 1 });
        let go = move |seq| select(self.subject, &self.query.get_untracked(), seq);
        history.find_error(from, is_next, self.life.guard(go));
    }

    fn go(self, query: &DetailQuery, replaces: bool) {
        let href = self.subject.adw_id.with_value(|adw_id| query.href(adw_id));
        self.subject.store.going.set(Some(Going { href, replaces }));
    }

    fn close(self) {
        let href = self.subject.adw_id.with_value(workflow);
        self.subject.store.going.set(Some(Going { href, replaces: false }));
    }

    fn focus(self, what: &'static str) {
        self.life.next_frame(move || {
            let found = document().query_selector(what).ok().flatten();
            if let Some(element) = found {
                // Every element that is looked up here can take the focus.
                let _ = element.unchecked_into::<<Input as ElementType>::Output>().focus();
            }
        });
    }
}
