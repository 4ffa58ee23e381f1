//! What the page needs of its window: clocks, events, the next frame. A page without a window does nothing.

use js_sys::Promise;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;
use web_sys::{Clipboard, Document, EventTarget, VisibilityState, Window};

fn window() -> Option<Window> {
    web_sys::window()
}

fn document() -> Option<Document> {
    window()?.document()
}

/// Milliseconds of a clock that is never set.
pub(super) fn monotonic_ms() -> f64 {
    window()
        .and_then(|window| window.performance())
        .map_or(0.0, |performance| performance.now())
}

/// Milliseconds since 1970.
pub(super) fn wall_ms() -> f64 {
    js_sys::Date::now()
}

/// Whether a person can see the page.
pub(super) fn is_visible() -> bool {
    document().is_some_and(|document| document.visibility_state() == VisibilityState::Visible)
}

/// The address of the WebSocket, on the same server as the page.
pub(super) fn socket_url() -> Option<String> {
    let location = window()?.location();
    let scheme = if location.protocol().ok()? == "https:" {
        "wss"
    } else {
        "ws"
    };
    Some(format!("{scheme}://{}/ws", location.host().ok()?))
}

/// The clipboard; none on a page outside a secure context.
pub(super) fn clipboard() -> Option<Clipboard> {
    let clipboard = window()?.navigator().clipboard();
    (!clipboard.is_undefined()).then_some(clipboard)
}

/// Calls back when the machine or the tab wakes up, for as long as the page lives.
pub(super) fn on_return(returned: impl Fn() + 'static) {
    let (Some(window), Some(document)) = (window(), document()) else {
        return;
    };
    let window: &EventTarget = &window;
    let document: &EventTarget = &document;
    let closure = Closure::<dyn FnMut()>::new(move || {
        if is_visible() {
            returned();
        }
    });
    // Going offline is as good a reason to check the connection as coming online.
    for (target, event) in [
        (window, "online"),
        (window, "offline"),
        (window, "pageshow"),
        (document, "visibilitychange"),
    ] {
        // These event names are valid, and a missing listener would matter only after a sleep.
        let _ = target.add_event_listener_with_callback(event, closure.as_ref().unchecked_ref());
    }
    closure.forget();
}

/// Requests the next frame; a hidden tab gets none until it becomes visible again.
pub(super) fn next_frame(closure: &Closure<dyn FnMut()>) -> bool {
    window().is_some_and(|window| window.request_animation_frame(closure.as_ref().unchecked_ref()).is_ok())
}

/// Has the page say that its code could not be had; the banner that says so is in it, and held back by the sheet.
pub(super) fn say_failed() {
    if let Some(root) = document().and_then(|document| document.document_element()) {
        // An attribute of that name can be set; without it the banner comes after a while.
        let _ = root.set_attribute("data-incomplete", "");
    }
}

/// Is kept after so long, or as soon as a person clicks on the button that tries again, or the network is back.
pub(super) fn sooner(wait_ms: u32) -> Promise {
    Promise::new(&mut |kept, _| {
        let Some(window) = window() else { return };
        let _ = window.set_timeout_with_callback_and_timeout_and_arguments_0(&kept, wait_ms as i32);
        let _ = window.add_event_listener_with_callback("online", &kept);
        let buttons = window
            .document()
            .map(|document| document.get_elements_by_class_name("again"));
        if let Some(button) = buttons.and_then(|buttons| buttons.item(0)) {
            let _ = button.add_event_listener_with_callback("click", &kept);
        }
    })
}
