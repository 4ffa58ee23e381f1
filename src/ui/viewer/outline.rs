//! The page of a workflow while its code is not here: what is known of it, and why there is no more.

use leptos::prelude::*;

use super::subject::{Subject, use_subject};
use crate::banner::Banners;
use crate::control;
use crate::html::Html;
use crate::icon::LOGO;
use crate::markup::markup;
use crate::skeleton::rows_skeleton;

pub fn skeleton() -> AnyView {
    outline("Loading", rows())
}

pub fn failure(words: AnyView) -> AnyView {
    outline("Not loaded", view! { <main>{words}</main> }.into_any())
}

/// What stands in the place of what the page shows.
pub fn rows() -> AnyView {
    markup("late", |html| {
        html.raw("<main aria-busy=\"true\"><p class=\"sr-only\">Loading the workflow</p>");
        rows_skeleton(html);
        html.raw("</main>");
    })
}

fn outline(title: &'static str, main: AnyView) -> AnyView {
    let subject = use_subject();
    let head = markup("contents", move |html| {
        html.raw("<header class=\"tri h-12 border-b border-line items-stretch max-md:h-auto\"><nav class=\"flex items-center gap-1 px-3 min-w-0 max-md:h-14\" aria-label=\"Breadcrumb\">");
        breadcrumb(html, subject);
        html.raw("</nav><div class=\"flex items-center px-4 min-w-0 max-md:pb-2\"><h1 class=\"text-md font-semibold truncate\">")
            .raw(title)
            .raw("</h1></div><div class=\"max-md:hidden\"></div></header>");
    });
    view! {
        {head}
        <Banners />
        {main}
    }
    .into_any()
}

/// The way back to the board, and which workflow this is.
pub fn breadcrumb(html: &mut Html, subject: Subject) {
    html.raw("<a href=\"/\" class=\"!px-1 gap-2 ")
        .raw(control::QUIET_BUTTON)
        .raw("\">")
        .raw(LOGO);
    html.raw("<span>Board</span></a><span class=\"text-fg3\" aria-hidden=\"true\">/</span>");
    html.raw("<span class=\"mono text-fg2 truncate px-1 select-all\" aria-current=\"page\">");
    subject.adw_id.with_value(|adw_id| {
        html.text(adw_id.as_str());
    });
    html.raw("</span>");
}
