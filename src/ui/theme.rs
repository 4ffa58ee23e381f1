//! The theme: of the cookie, or the system's. Changing it is a plain link, so that it works before and without script.

use leptos::prelude::*;

use crate::control;
use crate::derived::Derived;
use crate::markup::markup;
use crate::store::use_store;
use domain::form::escape;

/// The themes of the pages. The one that a person chose is provided as context at the root.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Theme {
    /// Whatever the system has: not to have chosen.
    System,
    Light,
    Dark,
}

impl Theme {
    pub const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    /// As it stands in addresses, in the cookie and in the page.
    pub fn name(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|theme| theme.name() == name)
    }

    fn word(self) -> &'static str {
        match self {
            Self::System => "System",
            Self::Light => "Light",
            Self::Dark => "Dark",
        }
    }
}

#[component]
pub fn ThemeMenu() -> impl IntoView {
    let chosen = use_context::<Theme>().unwrap_or(Theme::System);
    let address = use_store().address;
    let back = Derived::new(move |_| address.with(|address| escape(&address.href())));
    markup("contents", move |html| {
        html.raw("<details class=\"")
            .raw(control::MENU)
            .raw("\"><summary title=\"Theme\" class=\"")
            .raw(control::QUIET_BUTTON);
        html.raw("\">")
            .icon("#theme", 16)
            .raw("<span class=\"sr-only\">Theme</span></summary><div class=\"items\">");
        for theme in Theme::ALL {
            html.raw(if theme == chosen {
                "<a aria-current=\"true\""
            } else {
                "<a"
            })
            .raw(" rel=\"external\" href=\"/theme/")
            .raw(theme.name());
            html.raw("?back=")
                .text(&back.get())
                .raw("\">")
                .icon("#tick", 16)
                .raw(theme.word())
                .raw("</a>");
        }
        html.raw("</div></details>");
    })
}
