//! Where the events came from and what went wrong with it: counted, and the newest to look at.

use leptos::prelude::*;

use super::subject::{Subject, use_subject};
use crate::domain::timeline::sources::{DELETED, ODDITY, REPLACED, SourceNote, TRUNCATED};
use crate::ui::dynamic::dynamic;
use crate::ui::figure::path_text;
use crate::ui::format;
use crate::ui::icon::icon;

#[component]
pub fn SourcesPanel() -> impl IntoView {
    let subject = use_subject();
    let sources = subject.part(|timeline| timeline.sources.clone());
    let counts = subject.part(|timeline| timeline.counts.clone());
    let by_kind = dynamic(move || {
        counts.with(|counts| {
            counts
                .iter()
                .map(|(kind, count)| {
                    view! {
                        <div class="flex items-baseline gap-3 px-4 min-h-6">
                            <dt class="lbl grow">{kind.name().replace('_', " ")}</dt>
                            <dd class="num">{format::whole(*count)}</dd>
                        </div>
                    }
                    .into_any()
                })
                .collect_view()
        })
    });
    let trouble = dynamic(move || {
        sources.with(|sources| {
            if sources.total() == 0 {
                return view! {
                    <p class="px-4 py-1.5 text-fg3 text-xs">"Every line of its files was understood."</p>
                }
                .into_any();
            }
            let parts: Vec<String> = [
                (sources.oddities, "line not understood", "lines not understood"),
                (sources.truncated, "file truncated", "files truncated"),
                (sources.replaced, "file replaced", "files replaced"),
                (sources.deleted, "file deleted", "files deleted"),
            ]
            .into_iter()
            .filter(|(count, ..)| *count > 0)
            .map(|(count, one, many)| format::counted(count, one, many))
            .collect();
            view! {
                <p class="flex items-start gap-1.5 px-4 py-1.5 text-xs text-warn">
                    <span class="pt-0.5">{icon("#stall", 12)}</span>
                    {parts.join(", ")}
                </p>
                <ol>{sources.newest.iter().rev().map(|note| note_row(subject, note)).collect_view()}</ol>
            }
            .into_any()
        })
    });
    view! {
        <section aria-label="Overview" class="min-w-0">
            <div class="flex items-center h-8 px-4 border-b border-line gap-2">
                <h2 class="font-semibold">"Overview"</h2>
                <span class="grow"></span>
                <a class="link text-xs leading-6" rel="external" href=subject.api("/sources")>"sources"</a>
            </div>
            <dl class="py-1 border-b border-line">{by_kind}</dl>
            {trouble}
        </section>
    }
    .into_any()
}

fn note_row(subject: Subject, note: &SourceNote) -> AnyView {
    let word = match note.event_type.as_str() {
        ODDITY => "not understood",
        TRUNCATED => "truncated: a new run began",
        REPLACED => "replaced: a new run began",
        DELETED => "deleted",
        other => other,
    };
    let reason = if note.reason.is_empty() {
        word.to_owned()
    } else {
        note.reason.clone()
    };
    let line = note.line.map(|line| format!(":{line}"));
    let excerpt = (!note.excerpt.is_empty()).then(|| {
        view! { <div class="mono text-fg3 truncate" title=note.excerpt.clone()>{note.excerpt.clone()}</div> }.into_any()
    });
    view! {
        <li class="px-4 py-1 border-t border-line min-w-0">
            <a
                class="flex mono min-w-0 leading-6 hover:text-accent"
                rel="external"
                href=subject.api(&format!("/events/{}", note.seq))
            >
                {path_text(&note.file)}
                <span class="flex-none">{line}</span>
            </a>
            <div class="text-xs text-fg2">{reason}</div>
            {excerpt}
        </li>
    }
    .into_any()
}
