//! The files that the newest operations touched, a row per path.

use leptos::prelude::*;

use super::subject::use_subject;
use crate::detail::query::{DetailQuery, Tab};
use crate::format;
use crate::html::Html;
use crate::markup::markup;
use domain::event::Kind;
use domain::timeline::Timeline;

/// What was done to one path.
#[derive(Clone, Debug, PartialEq, Eq)]
struct FileRow {
    path: String,
    /// The newest operation that changed it.
    operation: char,
    added: u64,
    removed: u64,
    operations: u64,
}

/// The files that changed, the newest first, and how many were only read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct FileTable {
    rows: Vec<FileRow>,
    only_read: usize,
    operations: u64,
    /// How many operations are no longer in the timeline.
    earlier: u64,
}

impl FileTable {
    fn of(timeline: &Timeline) -> Self {
        let mut table = Self::default();
        let mut read: Vec<&str> = Vec::new();
        for entry in timeline.recent.of(Kind::FileOperation).rev() {
            table.operations += 1;
            let known = table.rows.iter().position(|row| row.path == entry.text);
            let operation = match entry.event_type.as_str() {
                "read" => {
                    match known {
                        Some(at) => table.rows[at].operations += 1,
                        None if !read.contains(&entry.text.as_str()) => read.push(&entry.text),
                        None => {}
                    }
                    continue;
                }
                "create" => 'C',
                "delete" => 'D',
                _ => 'M',
            };
            let at = known.unwrap_or_else(|| {
                table.rows.push(FileRow {
                    path: entry.text.clone(),
                    operation,
                    added: 0,
                    removed: 0,
                    operations: 0,
                });
                table.rows.len() - 1
            });
            let row = &mut table.rows[at];
            // What is created and then edited is a created file.
            if operation == 'C' {
                row.operation = 'C';
            }
            row.operations += 1;
            row.added = row.added.saturating_add(entry.lines_added.unwrap_or(0));
            row.removed = row.removed.saturating_add(entry.lines_removed.unwrap_or(0));
        }
        table.only_read = read
            .iter()
            .filter(|path| !table.rows.iter().any(|row| row.path == **path))
            .count();
        let all = timeline.counts.get(&Kind::FileOperation).copied().unwrap_or(0);
        table.earlier = all.saturating_sub(table.operations);
        table
    }
}

#[component]
pub fn Files() -> impl IntoView {
    let subject = use_subject();
    let table = subject.part(FileTable::of);
    let all = subject
        .adw_id
        .with_value(|adw_id| DetailQuery::default().on(Tab::Files).href(adw_id));
    markup("contents", move |html| {
        html.raw("<section aria-label=\"Files\" class=\"min-w-0 border-b border-line\"><div class=\"flex items-center h-8 px-4 border-b border-line gap-2\">");
        html.raw("<h2 class=\"font-semibold\">Files</h2><span class=\"grow\"></span>");
        table.with(|table| {
            if table.earlier > 0 {
                html.raw("<span class=\"lbl\">newest ").number(table.operations).raw(" operations</span>");
            }
            html.raw("<a class=\"link text-xs leading-6\" href=\"").text(&all).raw("\">changes</a></div>");
            if table.operations == 0 {
                html.raw("<p class=\"px-4 py-2 text-fg3 text-xs\">No file operations yet. Files that agents read and change appear here.</p>");
            } else {
                rows(html, table);
            }
        });
        html.raw("</section>");
    })
}

fn rows(html: &mut Html, table: &FileTable) {
    html.raw("<div class=\"grid grid-cols-[12px_minmax(0,1fr)_36px_36px_20px] gap-1.5 items-center px-4 lg:pr-3 h-6 text-2xs text-fg3 text-right\" aria-hidden=\"true\">");
    html.raw(
        "<span></span><span class=\"text-left\">path</span><span>+</span><span>−</span><span>ops</span></div><ol>",
    );
    for row in &table.rows {
        let (letter, word) = match row.operation {
            'C' => ("C", "created"),
            'D' => ("D", "deleted"),
            _ => ("M", "modified"),
        };
        html.raw("<li class=\"grid grid-cols-[12px_minmax(0,1fr)_36px_36px_20px] gap-1.5 items-center px-4 lg:pr-3 min-h-7\">");
        html.raw("<abbr class=\"mono text-fg2 no-underline\" title=\"")
            .raw(word)
            .raw("\">")
            .raw(letter);
        html.raw("</abbr><span class=\"mono min-w-0\">")
            .path(&row.path)
            .raw("</span>");
        counts(html, row.added, row.removed);
        html.raw("<span class=\"num text-fg3\">")
            .number(row.operations)
            .raw("</span></li>");
    }
    html.raw("</ol>");
    let (added, removed) = table.rows.iter().fold((0u64, 0u64), |sum, row| {
        (sum.0.saturating_add(row.added), sum.1.saturating_add(row.removed))
    });
    if !table.rows.is_empty() {
        html.raw("<p class=\"grid grid-cols-[12px_minmax(0,1fr)_36px_36px_20px] gap-1.5 items-center px-4 lg:pr-3 min-h-7 border-t border-line\"><span></span><span>");
        html.text(&format::counted(
            table.rows.len() as u64,
            "file changed",
            "files changed",
        ))
        .raw("</span>");
        counts(html, added, removed);
        html.raw("<span></span></p>");
    }
    if table.only_read > 0 {
        let read = format::counted(table.only_read as u64, "file", "files");
        html.raw("<p class=\"px-4 py-1.5 text-fg3 text-xs\">")
            .text(&read)
            .raw(" only read</p>");
    }
}

/// Lines added and removed, each in its column.
fn counts(html: &mut Html, added: u64, removed: u64) {
    html.raw("<span class=\"num text-ok\">");
    if added > 0 {
        html.raw("+").number(added);
    }
    html.raw("</span><span class=\"num text-bad\">");
    if removed > 0 {
        html.raw("−").number(removed);
    }
    html.raw("</span>");
}
