//! The theme: of the cookie, or the system's. Changing it is a plain link, so that it works before and without script.

use leptos::prelude::*;

use crate::domain::form::escape;
use crate::ui::control;
use crate::ui::derived::Derived;
use crate::ui::icon::icon;
use crate::ui::store::use_store;

/// The theme a person chose: `light` or `dark`; none follows the system. Provided as context at the root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Theme(pub Option<String>);

#[component]
pub fn ThemeMenu() -> impl IntoView {
    let chosen = use_context::<Theme>().and_then(|theme| theme.0);
    let address = use_store().address;
    let back = Derived::new(move |_| address.with(|address| escape(&address.href())));
    let item = |theme: &'static str, word: &'static str| {
        let is_chosen = chosen.as_deref().unwrap_or("system") == theme;
        view! {
            <a
                rel="external"
                href=move || format!("/theme/{theme}?back={}", back.get())
                aria-current=is_chosen.then_some("true")
            >
                {icon("#tick", 16)}
                {word}
            </a>
        }
        .into_any()
    };
    view! {
        <details class=control::MENU>
            <summary class=control::QUIET_BUTTON title="Theme">
                {icon("#theme", 16)}
                <span class="sr-only">"Theme"</span>
            </summary>
            <div class="items">
                {item("system", "As the system")}
                {item("light", "Light")}
                {item("dark", "Dark")}
            </div>
        </details>
    }
    .into_any()
}
