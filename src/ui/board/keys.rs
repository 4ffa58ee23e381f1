//! The keyboard on the board: `j` `k` and arrows move across cards, `/` goes to the search.

use leptos::ev::{self, KeyboardEvent};
use leptos::html::{A, Input};
use leptos::prelude::*;

use crate::effect::effect;
use leptos::tachys::html::element::ElementType;
use leptos::tachys::renderer::types::Element;
use leptos::wasm_bindgen::JsCast;

/// A link on the page.
type Link = <A as ElementType>::Output;

/// The class of the elements that the keys move across.
pub const CARD: &str = "card";

/// Listens while the component at hand is shown. Keys are left alone while somebody types, and with modifiers.
pub fn listen(search: NodeRef<Input>) {
    effect(move || {
        let handle = window_event_listener(ev::keydown, move |event| {
            if event.alt_key() || event.ctrl_key() || event.meta_key() || is_typing(&event) {
                return;
            }
            let step = match event.key().as_str() {
                "/" => {
                    if let Some(search) = search.get_untracked() {
                        event.prevent_default();
                        let _ = search.focus();
                        search.select();
                    }
                    return;
                }
                "j" => Step::Next,
                "k" => Step::Previous,
                "ArrowDown" => Step::Down,
                "ArrowUp" => Step::Up,
                "ArrowLeft" => Step::Left,
                "ArrowRight" => Step::Right,
                _ => return,
            };
            if go(step) {
                event.prevent_default();
            }
        });
        on_cleanup(move || handle.remove());
    });
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    Next,
    Previous,
    Up,
    Down,
    Left,
    Right,
}

fn is_typing(event: &KeyboardEvent) -> bool {
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    target.is_some_and(|target| {
        matches!(target.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT" | "SUMMARY")
            || target.closest("[contenteditable]").is_ok_and(|found| found.is_some())
    })
}

/// Moves the focus; false where there is nothing to move to, so that the key scrolls as usual.
fn go(step: Step) -> bool {
    let cards = cards();
    let active = document().active_element();
    let at = active.and_then(|active| cards.iter().position(|card| card.is_same_node(Some(&active))));
    let to = match (step, at) {
        (Step::Next, None) => Some(0),
        (Step::Next | Step::Down, Some(at)) => Some(at + 1),
        (Step::Previous | Step::Up, Some(at)) => at.checked_sub(1),
        (Step::Left | Step::Right, Some(at)) => beside(&cards, at, step == Step::Right),
        (Step::Previous | Step::Up | Step::Down | Step::Left | Step::Right, None) => None,
    };
    let Some(card) = to.and_then(|to| cards.get(to)) else {
        return false;
    };
    card.focus().is_ok()
}

fn cards() -> Vec<Link> {
    let found = document().get_elements_by_class_name(CARD);
    (0..found.length())
        .filter_map(|at| found.item(at)?.dyn_into().ok())
        .collect()
}

/// The card at the same height in the nearest column on that side.
fn beside(cards: &[Link], at: usize, right: bool) -> Option<usize> {
    let column = |card: &Link| card.closest("section").ok().flatten();
    let same = |a: &Element, b: &Element| a.is_same_node(Some(b));
    let here = column(cards.get(at)?)?;
    let place = cards[..at]
        .iter()
        .filter(|card| column(card).is_some_and(|column| same(&column, &here)))
        .count();
    let is_elsewhere = |card: &Link| column(card).is_some_and(|column| !same(&column, &here));
    let first_beyond = if right {
        (at..cards.len()).find(|other| is_elsewhere(&cards[*other]))
    } else {
        (0..at).rfind(|other| is_elsewhere(&cards[*other]))
    }?;
    let there = column(&cards[first_beyond])?;
    let in_column: Vec<usize> = (0..cards.len())
        .filter(|other| column(&cards[*other]).is_some_and(|column| same(&column, &there)))
        .collect();
    in_column.get(place.min(in_column.len() - 1)).copied()
}
