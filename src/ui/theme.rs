//! The theme: of the cookie, or the system's. Changing it is a plain link, so that it works before and without script.

use leptos::prelude::*;

use crate::control;
use crate::derived::Derived;
use crate::markup::markup;
use crate::store::use_store;
use domain::form::escape;

/// The theme a person chose: `light` or `dark`; none follows the system. Provided as context at the root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Theme(pub Option<String>);

#[component]
pub fn ThemeMenu() -> impl IntoView {
    let chosen = use_context::<Theme>().and_then(|theme| theme.0);
    let address = use_store().address;
    let back = Derived::new(move |_| address.with(|address| escape(&address.href())));
    markup("contents", move |html| {
        let chosen = chosen.as_deref().unwrap_or("system");
        html.raw("<details class=\"")
            .raw(control::MENU)
            .raw("\"><summary title=\"Theme\" class=\"")
            .raw(control::QUIET_BUTTON);
        html.raw("\">")
            .icon("#theme", 16)
            .raw("<span class=\"sr-only\">Theme</span></summary><div class=\"items\">");
        for (theme, word) in [("system", "System"), ("light", "Light"), ("dark", "Dark")] {
            html.raw(if theme == chosen {
                "<a aria-current=\"true\""
            } else {
                "<a"
            })
            .raw(" rel=\"external\" href=\"/theme/")
            .raw(theme);
            html.raw("?back=")
                .text(&back.get())
                .raw("\">")
                .icon("#tick", 16)
                .raw(word)
                .raw("</a>");
        }
        html.raw("</div></details>");
    })
}
