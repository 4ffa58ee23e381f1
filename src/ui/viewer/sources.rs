//! Where the events came from and what went wrong: the counts, and the newest problems.

use leptos::prelude::*;

use super::file_list;
use super::subject::use_subject;
use crate::detail::overview;
use crate::format;
use crate::html::Html;
use crate::markup::markup;
use domain::timeline::sources::{DELETED, ODDITY, REPLACED, SourceNote, Sources, TRUNCATED};

#[component]
pub fn SourcesPanel() -> impl IntoView {
    let subject = use_subject();
    let sources = subject.part(|timeline| timeline.sources.clone());
    let counts = subject.part(|timeline| timeline.counts.clone());
    let api = subject.api("/sources");
    file_list::keep_up(subject);
    markup("contents", move |html| {
        html.raw("<section aria-label=\"Overview\" class=\"min-w-0\"><div class=\"flex items-center h-8 px-4 border-b border-line gap-2\">");
        html.raw("<h2 class=\"font-semibold\">Overview</h2><span class=\"grow\"></span><a class=\"link text-xs leading-6\" rel=\"external\" href=\"");
        html.text(&api)
            .raw("\">sources</a></div><dl class=\"py-1 border-b border-line\">");
        counts.with(|counts| {
            for (kind, count) in counts {
                html.raw("<div class=\"flex items-baseline gap-3 px-4 min-h-6\"><dt class=\"lbl grow\">");
                html.text(&kind.name().replace('_', " "))
                    .raw("</dt><dd class=\"num\">")
                    .text(&format::whole(*count));
                html.raw("</dd></div>");
            }
        });
        html.raw("</dl>");
        let entry = |seq: u64| subject.adw_id.with_value(|adw_id| overview::entry(adw_id, seq));
        sources.with(|sources| trouble(html, sources, &entry));
        file_list::draw(html, subject);
        html.raw("</section>");
    })
}

fn trouble(html: &mut Html, sources: &Sources, entry: &dyn Fn(u64) -> String) {
    if sources.total() == 0 {
        html.raw("<p class=\"px-4 py-1.5 text-fg3 text-xs\">Every line of its files was understood.</p>");
        return;
    }
    let parts: Vec<String> = [
        (sources.oddities, "line not understood", "lines not understood"),
        (sources.unknown, "stream that nobody knows", "streams that nobody knows"),
        (sources.truncated, "file truncated", "files truncated"),
        (sources.replaced, "file replaced", "files replaced"),
        (sources.deleted, "file deleted", "files deleted"),
        (sources.unreadable, "file not readable", "files not readable"),
        (sources.unfinished, "file unfinished", "files unfinished"),
        (sources.mended, "line mended", "lines mended"),
    ]
    .into_iter()
    .filter(|(count, ..)| *count > 0)
    .map(|(count, one, many)| format::counted(count, one, many))
    .collect();
    html.raw("<p class=\"flex items-start gap-1.5 px-4 py-1.5 text-xs text-warn\"><span class=\"pt-0.5\">")
        .icon("#stall", 12);
    html.raw("</span>").text(&parts.join(", ")).raw("</p><ol>");
    for note in sources.newest.iter().rev() {
        note_row(html, note, &entry(note.seq));
    }
    html.raw("</ol>");
}

fn note_row(html: &mut Html, note: &SourceNote, href: &str) {
    let word = match note.event_type.as_str() {
        ODDITY => "unrecognised line",
        TRUNCATED => "truncated: a new run began",
        REPLACED => "replaced: a new run began",
        DELETED => "deleted",
        other => other,
    };
    html.raw("<li class=\"px-4 py-1 border-t border-line min-w-0\"><a class=\"flex mono min-w-0 leading-6 hover:text-accent\" href=\"");
    html.text(href)
        .raw("\">")
        .path(&note.file)
        .raw("<span class=\"flex-none\">");
    if let Some(line) = note.line {
        html.raw(":").number(line);
    }
    let reason = if note.reason.is_empty() { word } else { &note.reason };
    html.raw("</span></a><div class=\"text-xs text-fg2\">")
        .text(reason)
        .raw("</div>");
    if !note.excerpt.is_empty() {
        html.raw("<div class=\"mono text-fg3 truncate\" title=\"")
            .text(&note.excerpt)
            .raw("\">")
            .text(&note.excerpt)
            .raw("</div>");
    }
    html.raw("</li>");
}
