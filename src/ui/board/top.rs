//! The board's top row: name, search, density, theme, connection.

use leptos::ev::{KeyboardEvent, SubmitEvent};
use leptos::html::Input;
use leptos::prelude::*;

use super::query::Query;
use crate::address::Going;
use crate::connection::Connection;
use crate::control;
use crate::derived::Derived;
use crate::dynamic::dynamic;
use crate::html::Html;
use crate::icon::{LOGO, icon};
use crate::markup::markup;
use crate::store::use_store;
use crate::theme::ThemeMenu;

#[component]
pub fn Top(query: Derived<Query>, search: NodeRef<Input>) -> impl IntoView {
    view! {
        <header class="board7 h-12 items-stretch border-b border-line max-md:h-auto">
            <div class="flex items-center px-3 max-md:h-14 max-md:px-4">
                {markup("contents", home)}
                <span class="md:hidden ml-auto flex items-center gap-1">
                    <ThemeMenu />
                    <Connection />
                </span>
            </div>
            <div class="col-span-3 flex items-center px-3 max-md:col-span-1 max-md:border-t max-md:border-line max-md:px-4 max-md:py-2">
                <Search query search />
            </div>
            <div class="col-span-3 flex items-center justify-end gap-2 px-3 !border-l-0 max-md:hidden">
                {markup("contents", move |html| query.with(|query| density(html, query)))}
                <ThemeMenu />
                <Connection />
            </div>
        </header>
    }
    .into_any()
}

fn home(html: &mut Html) {
    html.raw("<a href=\"/\" class=\"flex items-center gap-2 min-h-6 max-md:min-h-11\">")
        .raw(LOGO)
        .raw("<span class=\"text-md font-semibold\">adwatch</span></a>");
}

/// A plain form that works without script; with script the board follows every letter.
#[component]
fn Search(query: Derived<Query>, search: NodeRef<Input>) -> impl IntoView {
    let going = use_store().going;
    let show = move |text: String| {
        let href = Query {
            text,
            ..query.get_untracked()
        }
        .href();
        going.set(Some(Going { href, replaces: true }));
    };
    let others = dynamic(move || {
        query.with(|query| {
            let others = query.pairs().into_iter().filter(|(name, _)| *name != "q");
            others
                .map(|(name, value)| view! { <input type="hidden" name=name value=value /> }.into_any())
                .collect_view()
        })
    });
    view! {
        <form
            method="get"
            action="/"
            role="search"
            class="w-full"
            on:submit=move |event: SubmitEvent| event.prevent_default()
        >
            <label class=control::FIELD>
                <span class="sr-only">"Search workflows"</span>
                {icon("#search", 16)}
                <input
                    type="search"
                    name="q"
                    node_ref=search
                    placeholder="Title, issue, branch, agent, error"
                    autocomplete="off"
                    value=query.get_untracked().text
                    prop:value=move || query.with(|query| query.text.clone())
                    on:input=move |event| show(event_target_value(&event))
                    on:keydown=move |event: KeyboardEvent| {
                        if event.key() == "Escape" {
                            show(String::new());
                        }
                    }
                />
                <kbd class="max-md:hidden" title="Press / to search">"/"</kbd>
            </label>
            {others}
        </form>
    }
    .into_any()
}

/// Strips or rows.
fn density(html: &mut Html, query: &Query) {
    html.raw("<nav aria-label=\"Density\" class=\"")
        .raw(control::SEGMENTS)
        .raw("\">");
    for (is_rows, shape, word) in [
        (false, "#columns", "Columns by stage"),
        (true, "#rows", "One row per workflow"),
    ] {
        let href = Query {
            is_rows,
            ..query.clone()
        }
        .href();
        html.raw(if is_rows == query.is_rows {
            "<a aria-current=\"true\" href=\""
        } else {
            "<a href=\""
        });
        html.text(&href).raw("\" title=\"").raw(word).raw("\">").icon(shape, 16);
        html.raw("<span class=\"sr-only\">").raw(word).raw("</span></a>");
    }
    html.raw("</nav>");
}
