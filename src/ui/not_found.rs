//! What is shown for an unknown address.

use leptos::prelude::*;

use crate::icon::LOGO;
use crate::markup::markup;

#[component]
pub fn NotFound() -> impl IntoView {
    markup("contents", |html| {
        html.raw("<header class=\"flex items-center h-12 px-3 border-b border-line\"><a href=\"/\" class=\"flex items-center gap-2 min-h-6\">")
            .raw(LOGO)
            .raw("<span class=\"text-md font-semibold\">adwatch</span></a></header>");
        html.raw("<main class=\"px-4 py-6\"><h1 class=\"text-md font-semibold\">Page not found</h1><p class=\"text-fg2 mt-1\">");
        html.raw("There is nothing at this address. <a class=\"link inline-block leading-6\" href=\"/\">Go to the board</a></p></main>");
    })
}
