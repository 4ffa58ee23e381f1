//! The state document: the last changes on a tinted background, the old value struck through with the new one next to it; then the fields.

use leptos::prelude::*;
use serde_json::Value;

use super::subject::{Subject, use_subject};
use crate::dynamic::dynamic;
use crate::format;
use crate::html::Html;
use crate::markup::definitions;
use crate::status_mark;
use domain::timeline::state_view::{ChangeView, StateView};

#[component]
pub fn StatePanel() -> impl IntoView {
    let subject = use_subject();
    let state = subject.part(|timeline| timeline.state.clone());
    let source = dynamic(move || state.with(|state| state.source.clone()));
    let writes = dynamic(move || {
        state.with(|state| (state.writes > 0).then(|| format::counted(state.writes, "write", "writes")))
    });
    view! {
        <section aria-label="State" class="min-w-0 border-b border-line max-md:border-t">
            <div class="flex items-center h-8 px-4 border-b border-line gap-2 min-w-0">
                <h2 class="font-semibold">"State"</h2>
                <span class="lbl truncate">{source}</span>
                <span class="grow"></span>
                <span class="lbl">{writes}</span>
            </div>
            <dl>
                {status(subject)}
                {dynamic(move || state.with(|state| changes(subject, state)))}
            </dl>
            {definitions("pb-1", move |html| state.with(|state| fields(html, subject, state)))}
        </section>
    }
    .into_any()
}

/// What the workflow is doing: reported or inferred.
fn status(subject: Subject) -> AnyView {
    let word = dynamic(move || {
        subject.verdict.with(|verdict| {
            let derived = verdict
                .derived
                .then(|| view! { <span class="text-fg3">"inferred "</span> }.into_any());
            view! {
                {derived}
                {verdict.status.word().to_ascii_lowercase()}
            }
        })
    });
    view! {
        <div class=ROW title=move || subject.verdict.with(status_mark::reason)>
            <dt class="lbl flex-none">"status"</dt>
            <dd class="mono grow min-w-0 text-right">{word}</dd>
        </div>
    }
    .into_any()
}

const ROW: &str = "flex items-baseline gap-3 px-4 min-h-6 py-0.5";

fn changes(subject: Subject, state: &StateView) -> AnyView {
    let at = state
        .changed_at
        .filter(|moment| moment.source.is_known())
        .map(|moment| moment.at);
    let change = move |(place, change): (usize, &ChangeView)| {
        let when = match at {
            Some(at) if place == 0 => {
                dynamic(move || format!("changed {} ago", format::elapsed(subject.store.now.get().since(at))))
                    .into_any()
            }
            Some(_) => "same write".into_any(),
            None => ().into_any(),
        };
        let old = change
            .old
            .clone()
            .filter(|old| old != "null")
            .map(|old| view! { <del class="text-fg2">{old}</del> <span class="text-fg3">" → "</span> }.into_any());
        let new = match &change.new {
            Some(new) => view! { <ins class="no-underline font-semibold">{new.clone()}</ins> }.into_any(),
            None => view! { <span class="text-fg2">"removed"</span> }.into_any(),
        };
        view! {
            <div class="bg-accentbg px-4 py-1">
                <dt class="lbl !text-fg2 flex justify-between gap-2">
                    {change.field.clone()} <span class="text-accent">{when}</span>
                </dt>
                <dd class="mono text-right break-words">{old} {new}</dd>
            </div>
        }
        .into_any()
    };
    state.changed.iter().enumerate().map(change).collect_view().into_any()
}

fn fields(html: &mut Html, subject: Subject, state: &StateView) {
    if state.fields.is_empty() {
        html.raw("<div class=\"")
            .raw(ROW)
            .raw("\"><dt class=\"lbl\">fields</dt><dd class=\"text-fg3 text-xs text-right grow\">");
        html.raw("No state document yet</dd></div>");
        return;
    }
    for (name, value) in &state.fields {
        if state.changed.iter().any(|change| change.field == *name) {
            continue;
        }
        html.raw("<div class=\"")
            .raw(ROW)
            .raw("\"><dt class=\"lbl flex-none max-w-[50%] truncate\" title=\"")
            .text(name)
            .raw("\">");
        html.text(name)
            .raw("</dt><dd class=\"mono grow min-w-0 text-right break-words\">");
        shown(html, value);
        html.raw("</dd></div>");
    }
    if state.fields_dropped > 0 {
        let href = subject
            .adw_id
            .with_value(|adw_id| format!("/api/agent-state/{}", domain::form::escape(adw_id.as_str())));
        html.raw("<div class=\"").raw(ROW).raw("\"><dt class=\"lbl\">");
        html.text(&format::counted(state.fields_dropped, "more field", "more fields"));
        html.raw(
            "</dt><dd class=\"grow text-right\"><a class=\"link leading-6 inline-block\" rel=\"external\" href=\"",
        )
        .text(&href);
        html.raw("\">full document</a></dd></div>");
    }
}

/// A value as a person writes it; paths are cut in the middle.
fn shown(html: &mut Html, value: &Value) {
    match value {
        Value::Null => html.raw("<span class=\"text-fg3\">null</span>"),
        Value::String(text) if !text.contains(char::is_whitespace) && text.len() > 24 => {
            html.raw("<span class=\"flex justify-end\">").path(text).raw("</span>")
        }
        Value::String(text) => html.text(text),
        Value::Array(items) if items.iter().all(Value::is_string) => {
            let items: Vec<&str> = items.iter().filter_map(Value::as_str).collect();
            html.text(&items.join(", "))
        }
        other => html.text(&other.to_string()),
    };
}
