//! The board before the first workflow: what will appear, and three ways to make it appear.

use leptos::prelude::*;

use super::column_word;
use super::survey::COLUMNS;
use crate::html::Html;
use crate::markup::markup;
use crate::store::use_store;

#[component]
pub fn Empty() -> impl IntoView {
    let store = use_store();
    markup("contents", move |html| {
        html.raw("<div class=\"board7 text-fg3 text-xs border-b border-line max-md:!hidden\" aria-hidden=\"true\">");
        for column in 0..COLUMNS {
            html.raw("<span class=\"px-3 py-1.5 flex justify-between\"><span class=\"font-semibold\">")
                .text(&column_word(column));
            html.raw("</span><span class=\"font-mono\">0</span></span>");
        }
        html.raw("</div><div class=\"px-4 pt-5 pb-4\"><h2 class=\"text-md font-semibold\">No workflows yet</h2><p class=\"text-fg2 mt-1\">");
        html.raw(
            "Each workflow appears here within a second of its first event. Here are three ways to get one.</p></div>",
        );
        html.raw(
            "<ol class=\"grid grid-cols-3 border-y border-line [&>*+*]:border-l [&>*]:border-line max-lg:grid-cols-1 ",
        );
        html.raw("max-lg:[&>*+*]:border-l-0 max-lg:[&>*+*]:border-t\">");
        for (number, words, command, why) in WAYS {
            way(html, number, words, command, why);
            if number == "1" {
                store.roots.with(|roots| watched(html, roots));
            }
            html.raw("</li>");
        }
        html.raw("</ol>");
    })
}

/// Number, title, command, and what it does.
const WAYS: [(&str, &str, &str, &str); 3] = [
    (
        "1",
        "Watch a folder",
        "adwatch serve --agents ./agents",
        "Reads agents/ and trees/*/agents/ as they are. Your workflow needs no changes.",
    ),
    (
        "2",
        "Push an event",
        // A person can paste it as it is.
        r#"curl 127.0.0.1:4600/api/agent-state-update \
  -H 'content-type: application/json' \
  -d '{"type":"text_block","data":{"adw_id":"hello","event_type":"text","payload":{"content":"Hello"}}}'"#,
        "Works from any script, without a library. A 200 response means that the event is saved.",
    ),
    (
        "3",
        "Watch the demo",
        "adwatch demo",
        "Plays realistic workflows on this server: plans, tools, edits, a failing test that gets fixed, and one that stalls.",
    ),
];

fn way(html: &mut Html, number: &'static str, words: &'static str, command: &str, why: &'static str) {
    html.raw(
        "<li class=\"px-4 py-4 min-w-0\"><h3 class=\"font-semibold\"><span class=\"text-fg3 font-mono text-xs mr-2\">",
    )
    .raw(number);
    html.raw("</span>").raw(words).raw("</h3><pre class=\"mt-2 bg-sunk border border-line rounded-sm px-3 py-2 leading-[18px] whitespace-pre-wrap break-words\">");
    html.raw("<span class=\"text-fg3 select-none\">$ </span>").text(command);
    html.raw("</pre><p class=\"text-fg2 text-xs mt-2\">")
        .raw(why)
        .raw("</p>");
}

fn watched(html: &mut Html, roots: &[String]) {
    html.raw("<p class=\"text-fg2 text-xs mt-2\">");
    if roots.is_empty() {
        html.raw("Not watching any folders.</p>");
        return;
    }
    html.raw("Watching:</p><ul class=\"mono text-fg2 mt-1\">");
    for root in roots {
        html.raw("<li class=\"break-all\">").text(root).raw("</li>");
    }
    html.raw("</ul>");
}
