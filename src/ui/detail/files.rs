//! The files that were touched, a row per path, and what an edit changed.

use leptos::prelude::*;

use super::query::DetailQuery;
use crate::derived::Derived;
use crate::effect::effect;
use crate::format;
use crate::html::Html;
use crate::markup::markup;
use crate::viewer::diff_view::{DIFF, split, unified};
use crate::viewer::subject::Subject;
use domain::entry::Entry;
use domain::letters::lower;
use domain::log::{Log, Row};
use domain::order::order;

/// One path and the operations on it that are held here.
#[derive(Clone, Debug, PartialEq)]
struct File {
    path: String,
    letter: &'static str,
    word: &'static str,
    added: u64,
    removed: u64,
    seqs: Vec<u64>,
    /// The seqs that changed it.
    edits: Vec<u64>,
}

/// The files in the order of their last operation, the newest first.
fn files(log: &Log, needle: &str) -> Vec<File> {
    let mut files: Vec<File> = Vec::new();
    for entry in log.entries().filter(|entry| lower(&entry.text).contains(needle)) {
        let at = match files.iter().position(|file| file.path == entry.text) {
            Some(at) => at,
            None => {
                files.push(File {
                    path: entry.text.clone(),
                    letter: "R",
                    word: "read",
                    added: 0,
                    removed: 0,
                    seqs: Vec::new(),
                    edits: Vec::new(),
                });
                files.len() - 1
            }
        };
        files[at].add(entry);
    }
    // Changed files come before those that were only read.
    let key = |file: &File| {
        let last = file.edits.last().or(file.seqs.last()).copied().unwrap_or(0);
        [u64::from(file.edits.is_empty()), !last, 0]
    };
    let order = order(files.iter().map(key));
    order.into_iter().map(|at| files[at].clone()).collect()
}

impl File {
    fn add(&mut self, entry: &Entry) {
        self.seqs.push(entry.seq);
        let (letter, word) = match entry.event_type.as_str() {
            "read" => return,
            "create" => ("C", "created"),
            "delete" => ("D", "deleted"),
            _ if self.letter == "C" => ("C", "created"),
            _ => ("M", "modified"),
        };
        (self.letter, self.word) = (letter, word);
        self.edits.push(entry.seq);
        self.added = self.added.saturating_add(entry.lines_added.unwrap_or(0));
        self.removed = self.removed.saturating_add(entry.lines_removed.unwrap_or(0));
    }
}

/// The file that a query is about, and the operation whose change is shown: of an address without either, the newest.
fn choose(files: &[File], query: &DetailQuery) -> Option<(File, u64)> {
    let by_path = files.iter().find(|file| query.path.as_ref() == Some(&file.path));
    let by_seq = || {
        files
            .iter()
            .find(|file| query.seq.is_some_and(|seq| file.seqs.contains(&seq)))
    };
    let file = by_path.or_else(by_seq).or(files.first())?;
    let edit = query.seq.filter(|seq| file.seqs.contains(seq));
    let edit = edit.or(file.edits.last().copied()).or(file.seqs.last().copied())?;
    Some((file.clone(), edit))
}

/// The event whose change the page shows.
pub fn chosen_edit(log: &Log, query: &DetailQuery) -> Option<u64> {
    choose(&files(log, &lower(&query.text)), query).map(|(_, edit)| edit)
}

pub fn panel(subject: Subject, query: Derived<DetailQuery>) -> AnyView {
    let history = subject.store.history;
    let table = Derived::new(move |_| {
        history.track();
        let needle = query.with(|query| lower(&query.text));
        history.log(|log| files(log, &needle))
    });
    let chosen = Derived::new(move |_| query.with(|query| table.with(|files| choose(files, query))));
    effect(move || {
        if let Some((_, edit)) = chosen.get() {
            history.want_body(edit);
        }
    });
    let left = markup("paths", move |html| {
        let path = chosen.with(|chosen| chosen.as_ref().map(|(file, _)| file.path.clone()));
        table.with(|files| draw_table(html, subject, &query.get(), files, path.as_deref()));
        let gap = history.log(|log| match log.row(0, u64::MAX) {
            Some(Row::Gap { from, to }) => Some((from, to)),
            Some(Row::Entry(_)) | None => None,
        });
        if let Some((from, to)) = gap {
            let count = format::counted(to - from + 1, "earlier event is", "earlier events are");
            html.raw("<p>").text(&count).raw(
                " not loaded, so changes in them are not listed. <button type=\"button\" class=\"load\" data-from=\"",
            );
            html.number(from)
                .raw("\" data-to=\"")
                .number(to)
                .raw("\">Load</button></p>");
        }
    });
    let right = markup(DIFF, move |html| {
        history.track();
        match chosen.get() {
            Some((file, edit)) => draw_file(html, subject, &query.get(), &file, edit),
            None => {
                html.raw(
                    "<p class=\"note\">No file operations yet. Files appear here as agents read and change them.</p>",
                );
            }
        }
    });
    view! {
        <div class="files">
            <div class="left" tabindex="0" role="region" aria-label="Files">{left}</div>
            <div class="right" tabindex="0" role="region" aria-label="Changes">{right}</div>
        </div>
    }
    .into_any()
}

fn draw_table(html: &mut Html, subject: Subject, query: &DetailQuery, files: &[File], chosen: Option<&str>) {
    html.raw("<table><thead><tr><th scope=\"col\">op</th><th scope=\"col\">path</th><th scope=\"col\">added</th><th scope=\"col\">removed</th><th scope=\"col\">ops</th></tr></thead><tbody>");
    for file in files {
        let href = subject.adw_id.with_value(|adw_id| {
            DetailQuery {
                path: Some(file.path.clone()),
                seq: None,
                ..query.clone()
            }
            .href(adw_id)
        });
        html.raw(if chosen == Some(&file.path) {
            "<tr class=\"sel\">"
        } else {
            "<tr>"
        });
        html.raw("<td class=\"op\"><abbr title=\"")
            .raw(file.word)
            .raw("\">")
            .raw(file.letter)
            .raw("</abbr></td><th scope=\"row\"><a href=\"");
        let (head, tail) = format::split_path(&file.path);
        html.text(&href)
            .raw("\" title=\"")
            .text(&file.path)
            .raw("\" aria-label=\"")
            .text(&file.path);
        html.raw(if chosen == Some(&file.path) {
            "\" aria-current=\"true\">"
        } else {
            "\">"
        });
        html.raw("<span class=\"mid\"><span>")
            .text(head)
            .raw("</span><span>")
            .text(tail)
            .raw("</span></span></a></th>");
        html.raw("<td class=\"add\">");
        if file.added > 0 {
            html.raw("+").number(file.added);
        }
        html.raw("</td><td class=\"del\">");
        if file.removed > 0 {
            html.raw("−").number(file.removed);
        }
        html.raw("</td><td>").number(file.seqs.len() as u64).raw("</td></tr>");
    }
    let changed: Vec<&File> = files.iter().filter(|file| !file.edits.is_empty()).collect();
    let sum = |of: fn(&File) -> u64| changed.iter().map(|file| of(file)).fold(0, u64::saturating_add);
    html.raw("</tbody><tfoot><tr><td></td><th scope=\"row\">")
        .number(changed.len() as u64)
        .raw(" changed</th><td class=\"add\">+");
    html.number(sum(|file| file.added))
        .raw("</td><td class=\"del\">−")
        .number(sum(|file| file.removed));
    html.raw(
        "</td><td></td></tr></tfoot></table><p class=\"none\">Files changed by Bash commands may be missing here.</p>",
    );
}

fn draw_file(html: &mut Html, subject: Subject, query: &DetailQuery, file: &File, edit: u64) {
    html.raw("<div class=\"head part\"><h3 class=\"said\">")
        .text(&file.path)
        .raw("</h3>");
    for (class, sign, count) in [
        ("<b class=\"added\">", "+", file.added),
        ("<b class=\"gone\">", "−", file.removed),
    ] {
        if count > 0 {
            html.raw(class).raw(sign).number(count).raw("</b>");
        }
    }
    html.raw("<span class=\"lbl\">")
        .text(&format::counted(file.edits.len() as u64, "edit", "edits"));
    html.raw("</span><span class=\"grow\"></span><button type=\"button\" class=\"link\" data-copy=\"1\">Copy path</button></div>");
    html.raw("<nav class=\"strip\" aria-label=\"Operations on this file\">");
    for seq in &file.seqs {
        let query = DetailQuery {
            path: Some(file.path.clone()),
            seq: Some(*seq),
            ..query.clone()
        };
        html.raw(if *seq == edit {
            "<a aria-current=\"true\" href=\""
        } else {
            "<a href=\""
        });
        let href = subject.adw_id.with_value(|adw_id| query.href(adw_id));
        html.text(&href).raw("\">").text(&format::whole(*seq)).raw("</a>");
    }
    html.raw("</nav>");
    subject.store.history.body(edit, |known| match known {
        Some(Some(event)) => {
            let payload = &event["data"]["payload"];
            match payload["diff"].as_str().filter(|diff| !diff.is_empty()) {
                Some(diff) if query.is_split => split(html, diff),
                Some(diff) => unified(html, diff),
                None => {
                    let said = payload["summary"]
                        .as_str()
                        .unwrap_or("No diff was recorded for this operation.");
                    html.raw("<p class=\"note\">").text(said).raw("</p>");
                }
            }
        }
        Some(None) => {
            html.raw("<p class=\"note\">Could not load the whole event.</p>");
        }
        None => {
            html.raw("<p class=\"note\">Loading</p>");
        }
    });
}
