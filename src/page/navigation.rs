//! Navigates between pages of the app without reloading: through links, Back, and requests from components.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::WasmClosure;
use wasm_bindgen::prelude::{Closure, JsValue};
use web_sys::{Element, Event, MouseEvent};

use ui::address::{Address, Route};
use ui::effect::effect;
use ui::store::Store;

/// The current address of the page.
pub(super) fn here() -> Address {
    let location = window().location();
    let part = |part: Result<String, JsValue>| part.unwrap_or_default();
    Address::parse(&(part(location.pathname()) + &part(location.search())))
}

/// Handles navigation for a store for as long as the page lives.
pub(super) fn serve(store: Store) {
    let on_click = Closure::<dyn FnMut(MouseEvent)>::new(move |event: MouseEvent| {
        if let Some(href) = link(&event) {
            event.prevent_default();
            show(store, &href, false);
        }
    });
    listen(&document(), "click", on_click);
    listen(
        &window(),
        "popstate",
        Closure::<dyn FnMut(Event)>::new(move |_| store.address.set(here())),
    );
    effect(move || {
        if let Some(going) = store.going.get() {
            show(store, &going.href, going.replaces);
        }
    });
}

fn listen<E: WasmClosure + ?Sized>(target: &web_sys::EventTarget, name: &str, closure: Closure<E>) {
    // These event names are valid; without the listeners, a link simply loads its page.
    let _ = target.add_event_listener_with_callback(name, closure.as_ref().unchecked_ref());
    closure.forget();
}

/// The address of the app's page that a click leads to, if the app should handle the click.
fn link(event: &MouseEvent) -> Option<String> {
    let is_plain =
        event.button() == 0 && !(event.ctrl_key() || event.meta_key() || event.shift_key() || event.alt_key());
    if !is_plain || event.default_prevented() {
        return None;
    }
    let target: Element = event.target()?.dyn_into().ok()?;
    let link = target.closest("a[href]").ok()??;
    if link.has_attribute("target") || link.has_attribute("download") {
        return None;
    }
    let href = link.get_attribute("href")?;
    // An address that starts with two slashes names another host.
    let is_here = href.starts_with('?') || href.starts_with('/') && !href.starts_with("//");
    let href = if href.starts_with('?') {
        format!("{}{href}", here().path)
    } else {
        href
    };
    let is_page = Address::parse(&href).route() != Route::Nowhere && !href.contains('#');
    (is_here && is_page).then_some(href)
}

fn show(store: Store, href: &str, replaces: bool) {
    let Ok(history) = window().history() else { return };
    let before = store.address.get_untracked();
    let going = Address::parse(href);
    let _ = if replaces || going == before {
        history.replace_state_with_url(&JsValue::NULL, "", Some(href))
    } else {
        history.push_state_with_url(&JsValue::NULL, "", Some(href))
    };
    let is_elsewhere = going.path != before.path;
    store.address.set(going);
    if is_elsewhere {
        window().scroll_to_with_x_and_y(0.0, 0.0);
    }
}
