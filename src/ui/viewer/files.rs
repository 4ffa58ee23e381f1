//! The files that the newest operations touched, a row per path.

use leptos::prelude::*;

use super::subject::use_subject;
use crate::domain::event::Kind;
use crate::domain::timeline::Timeline;
use crate::ui::dynamic::dynamic;
use crate::ui::figure::path_text;
use crate::ui::format;

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
    /// Operations that no longer stand in the timeline.
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
            row.added += entry.lines_added.unwrap_or(0);
            row.removed += entry.lines_removed.unwrap_or(0);
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

const GRID: &str = "grid grid-cols-[12px_minmax(0,1fr)_36px_36px_20px] gap-1.5 items-center px-4 lg:pr-3";

#[component]
pub fn Files() -> impl IntoView {
    let subject = use_subject();
    let table = subject.part(FileTable::of);
    let body = dynamic(move || table.with(|table| if table.operations == 0 { empty() } else { rows(table) }));
    view! {
        <section aria-label="Files" class="min-w-0 border-b border-line">
            <div class="flex items-center h-8 px-4 border-b border-line gap-2">
                <h2 class="font-semibold">"Files"</h2>
                <span class="grow"></span>
                <span class="lbl">
                    {dynamic(move || table.with(|table| {
                        (table.earlier > 0).then(|| format!("newest {} operations", table.operations))
                    }))}
                </span>
            </div>
            {body}
        </section>
    }
    .into_any()
}

fn empty() -> AnyView {
    view! {
        <p class="px-4 py-2 text-fg3 text-xs">"No file operation yet. Files that agents read and change stand here."</p>
    }
    .into_any()
}

fn rows(table: &FileTable) -> AnyView {
    let row = |row: &FileRow| {
        let word = match row.operation {
            'C' => "created",
            'D' => "deleted",
            _ => "modified",
        };
        view! {
            <li class=format!("{GRID} min-h-7")>
                <abbr class="mono text-fg2 no-underline" title=word>{row.operation.to_string()}</abbr>
                <span class="mono min-w-0">{path_text(&row.path)}</span>
                <span class="num text-ok">{(row.added > 0).then(|| format!("+{}", row.added))}</span>
                <span class="num text-bad">{(row.removed > 0).then(|| format!("−{}", row.removed))}</span>
                <span class="num text-fg3">{row.operations.to_string()}</span>
            </li>
        }
        .into_any()
    };
    let (added, removed) = table
        .rows
        .iter()
        .fold((0, 0), |sum, row| (sum.0 + row.added, sum.1 + row.removed));
    let total = (!table.rows.is_empty()).then(|| {
        view! {
            <p class=format!("{GRID} min-h-7 border-t border-line")>
                <span></span>
                <span>{format::counted(table.rows.len() as u64, "file changed", "files changed")}</span>
                <span class="num text-ok">{format!("+{added}")}</span>
                <span class="num text-bad">{format!("−{removed}")}</span>
                <span></span>
            </p>
        }
        .into_any()
    });
    let read = (table.only_read > 0).then(|| {
        view! {
            <p class="px-4 py-1.5 text-fg3 text-xs">
                {format::counted(table.only_read as u64, "file", "files")} " only read"
            </p>
        }
        .into_any()
    });
    view! {
        <div class=format!("{GRID} h-6 text-2xs text-fg3 text-right") aria-hidden="true">
            <span></span>
            <span class="text-left">"path"</span>
            <span>"+"</span>
            <span>"−"</span>
            <span>"ops"</span>
        </div>
        <ol>{table.rows.iter().map(row).collect_view()}</ol>
        {total}
        {read}
    }
    .into_any()
}
