//! The board before the first workflow: what will appear, and three ways to make it appear.

use leptos::prelude::*;

use super::column_word;
use super::survey::COLUMNS;
use crate::ui::dynamic::dynamic;
use crate::ui::store::use_store;

#[component]
pub fn Empty() -> impl IntoView {
    let store = use_store();
    let roots = dynamic(move || {
        let roots = store.roots.get();
        if roots.is_empty() {
            return view! { <p class="text-fg2 text-xs mt-2">"No folder is watched now."</p> }.into_any();
        }
        view! {
            <p class="text-fg2 text-xs mt-2">"Watched now:"</p>
            <ul class="mono text-fg2 mt-1">
                {roots.into_iter().map(|root| view! { <li class="break-all">{root}</li> }.into_any()).collect_view()}
            </ul>
        }
        .into_any()
    });
    let head = move |column| {
        view! {
            <span class="px-3 py-1.5 flex justify-between">
                <span class="font-semibold">{column_word(column)}</span>
                <span class="font-mono">"0"</span>
            </span>
        }
        .into_any()
    };
    view! {
        <div class="board7 text-fg3 text-xs border-b border-line max-md:!hidden" aria-hidden="true">
            {(0..COLUMNS).map(head).collect_view()}
        </div>
        <div class="px-4 pt-5 pb-4">
            <h2 class="text-md font-semibold">"No workflow yet"</h2>
            <p class="text-fg2 mt-1">
                "A strip appears here within a second of a workflow’s first event. Any one of these makes one."
            </p>
        </div>
        <ol class="grid grid-cols-3 border-y border-line [&>*+*]:border-l [&>*]:border-line max-lg:grid-cols-1 max-lg:[&>*+*]:border-l-0 max-lg:[&>*+*]:border-t">
            <li class="px-4 py-4 min-w-0">
                {title("1", "Watch a folder")}
                {command("adwatch serve --agents ./agents")}
                <p class="text-fg2 text-xs mt-2">
                    "Reads agents/ and trees/*/agents/ as they are. Nothing in your workflow changes."
                </p>
                {roots}
            </li>
            <li class="px-4 py-4 min-w-0">
                {title("2", "Push an event")}
                {command(PUSH)}
                <p class="text-fg2 text-xs mt-2">
                    "Works from any script, without a library. The answer 200 means that the event is kept."
                </p>
            </li>
            <li class="px-4 py-4 min-w-0">
                {title("3", "Watch the demo")}
                {command("adwatch demo")}
                <p class="text-fg2 text-xs mt-2">
                    "Plays believable workflows into this server: plans, tools, edits, a failing test that is repaired, one that stalls."
                </p>
            </li>
        </ol>
    }
    .into_any()
}

/// What the second way says; a person can paste it as it is.
const PUSH: &str = r#"curl 127.0.0.1:4600/api/agent-state-update \
  -H 'content-type: application/json' \
  -d '{"type":"text_block","data":{"adw_id":"hello","event_type":"text","payload":{"content":"Hello"}}}'"#;

fn title(number: &'static str, words: &'static str) -> impl IntoView {
    view! {
        <h3 class="font-semibold">
            <span class="text-fg3 font-mono text-xs mr-2">{number}</span>
            {words}
        </h3>
    }
    .into_any()
}

fn command(text: &'static str) -> impl IntoView {
    view! {
        <pre class="mt-2 bg-sunk border border-line rounded-sm px-3 py-2 leading-[18px] whitespace-pre-wrap break-words">
            <span class="text-fg3 select-none">"$ "</span>
            {text}
        </pre>
    }
    .into_any()
}
