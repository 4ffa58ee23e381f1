//! The content of an entry, by kind. All of it comes from agents and tools and is drawn as text.

use super::diff_view::diff;
use super::entries::Shown;
use super::markdown_view::markdown;
use crate::format;
use crate::html::Html;
use crate::status_mark;
use domain::entry::Entry;
use domain::event::Kind;
use domain::letters::capital;
use domain::timeline::sources;

pub fn body(html: &mut Html, shown: &Shown) {
    let entry = &shown.row.entry;
    match entry.kind {
        Kind::ToolExecution => tool(html, shown),
        Kind::FileOperation => file(html, entry),
        Kind::AgentThinking => thinking(html, entry, shown.is_newest_thought),
        Kind::TextBlock => markdown(html, &entry.text),
        Kind::AgentLogEntry => log(html, entry),
        Kind::StageTransition => {
            let name = capital(&entry.head);
            let done = entry.event_type.strip_prefix("stage_").unwrap_or(&entry.event_type);
            line(html, &format!("{name} {done}"), &entry.text);
        }
        Kind::StatusUpdate => line(html, &format!("Workflow {}", entry.head.replace('_', " ")), &entry.text),
        Kind::Session => session(html, entry),
        Kind::AgentStateUpdate => line(html, "State", &entry.text),
        Kind::Other => other(html, entry),
    }
}

/// A word and the rest of the line.
fn line(html: &mut Html, word: &str, text: &str) {
    html.raw("<div class=\"one\"><b>")
        .text(word)
        .raw("</b><span class=\"text-fg2 truncate\" title=\"");
    html.text(text).raw("\">").text(text).raw("</span></div>");
}

/// Text in a block of its own.
fn said(html: &mut Html, text: &str) {
    html.raw("<div class=\"said\">").text(text).raw("</div>");
}

fn tool(html: &mut Html, shown: &Shown) {
    let entry = &shown.row.entry;
    let diff_text = shown.row.file.as_ref().map_or("", |file| file.detail.as_str());
    let has_output = !entry.detail.trim().is_empty();
    let folds = has_output && !entry.error && diff_text.is_empty();
    html.raw(if folds {
        "<details><summary class=\"one\">"
    } else {
        "<div class=\"one\">"
    });
    tool_head(html, shown);
    if folds {
        html.raw("<span class=\"turn self-center\" title=\"Output\">")
            .icon("#turn", 16)
            .raw("</span></summary>");
        said(html, &entry.detail);
        html.raw("</details>");
        return;
    }
    html.raw("</div>");
    if !diff_text.is_empty() {
        diff(html, diff_text);
    }
    if has_output && entry.error {
        said(html, &entry.detail);
    }
}

fn tool_head(html: &mut Html, shown: &Shown) {
    let entry = &shown.row.entry;
    let is_path = matches!(
        entry.head.as_str(),
        "Read" | "Edit" | "MultiEdit" | "Write" | "NotebookEdit"
    );
    html.raw("<b>").text(&entry.head).raw("</b>");
    if is_path {
        html.raw("<span class=\"mono min-w-0\">")
            .path(&entry.text)
            .raw("</span>");
    } else {
        html.raw("<span class=\"mono truncate\" title=\"")
            .text(&entry.text)
            .raw("\">")
            .text(&entry.text)
            .raw("</span>");
    }
    html.raw("<span class=\"grow\"></span>");
    if let Some(name) = &shown.sub_agent {
        html.raw("<span class=\"lbl truncate max-w-48 max-md:hidden\">")
            .text(name)
            .raw("</span>");
    }
    if entry.is_open() {
        html.raw("<span title=\"No result yet\" class=\"st ")
            .raw(status_mark::SHEET)
            .raw("\">");
        html.icon("#wait", 10).raw("open</span>");
    } else if entry.error {
        html.raw("<span class=\"st failed ").raw(status_mark::SHEET).raw("\">");
        html.icon("#fail", 10).raw("failed</span>");
    }
    if let Some(file) = &shown.row.file {
        lines_changed(html, file);
    }
}

/// Lines added and removed.
fn lines_changed(html: &mut Html, file: &Entry) {
    html.raw("<span class=\"mono flex-none\">");
    if let Some(added) = file.lines_added.filter(|added| *added > 0) {
        html.raw("<span class=\"text-ok\">+").number(added).raw("</span> ");
    }
    if let Some(removed) = file.lines_removed.filter(|removed| *removed > 0) {
        html.raw("<span class=\"text-bad\">−").number(removed).raw("</span>");
    }
    html.raw("</span>");
}

fn file(html: &mut Html, entry: &Entry) {
    html.raw("<div class=\"one\"><b>")
        .text(&capital(&entry.event_type))
        .raw("</b><span class=\"mono min-w-0\">");
    html.path(&entry.text).raw("</span><span class=\"grow\"></span>");
    lines_changed(html, entry);
    html.raw("</div>");
    if !entry.detail.is_empty() {
        diff(html, &entry.detail);
    }
}

fn thinking(html: &mut Html, entry: &Entry, is_open: bool) {
    if entry.text.trim().is_empty() {
        html.raw("<div class=\"one text-fg3\">Thinking, no text (the model sent only a signature)</div>");
        return;
    }
    let words = entry.text.split_whitespace().count() as u64;
    html.raw(if is_open { "<details open>" } else { "<details>" });
    html.raw("<summary class=\"one text-fg2 items-center\"><span class=\"turn\">")
        .icon("#turn", 16);
    html.raw("</span>Thinking, ")
        .text(&format::counted(words, "word", "words"));
    html.raw(if entry.text.ends_with('…') { " and more" } else { "" });
    html.raw("</summary><div class=\"prose text-fg2 whitespace-pre-line\">")
        .text(&entry.text)
        .raw("</div></details>");
}

fn log(html: &mut Html, entry: &Entry) {
    let (colour, shape) = match entry.head.as_str() {
        "ERROR" | "CRITICAL" | "FATAL" => ("text-bad", Some("#fail")),
        "WARNING" | "WARN" => ("text-warn", Some("#stall")),
        "DEBUG" | "TRACE" => ("text-fg3", None),
        _ => ("text-fg2", None),
    };
    let text = entry.text.trim_end();
    let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
    html.raw(match (rest.is_empty(), entry.error) {
        (true, _) => "<div class=\"one\">",
        (false, true) => "<details open><summary class=\"one\">",
        (false, false) => "<details><summary class=\"one\">",
    });
    html.raw("<b class=\"inline-flex items-center gap-1.5 text-xs ")
        .raw(colour)
        .raw("\">");
    if let Some(shape) = shape {
        html.icon(shape, 12);
    }
    html.text(&entry.head).raw("</b>");
    if rest.is_empty() {
        html.raw("<span class=\"mono min-w-0 break-words\">")
            .text(first)
            .raw("</span></div>");
        return;
    }
    html.raw("<span class=\"mono truncate grow\">")
        .text(first)
        .raw("</span><span class=\"turn self-center\">");
    html.icon("#turn", 16).raw("</span></summary>");
    said(html, rest);
    html.raw("</details>");
}

fn session(html: &mut Html, entry: &Entry) {
    let agent = entry.agent.as_deref().unwrap_or("A");
    let what = match entry.event_type.as_str() {
        "session_started" => "session started".to_owned(),
        "session_ended" if entry.error => "session ended with an error".to_owned(),
        "session_ended" => "session ended".to_owned(),
        other => other.replace('_', " "),
    };
    let name = format!("{agent} {what}");
    let text = if entry.text.is_empty() {
        &entry.head
    } else {
        &entry.text
    };
    if text.len() <= 160 && !text.contains('\n') {
        return line(html, &name, text);
    }
    html.raw("<details><summary class=\"one\"><b>")
        .text(&name)
        .raw("</b><span class=\"text-fg2 truncate grow\">");
    html.text(text.lines().next().unwrap_or_default())
        .raw("</span><span class=\"turn self-center\">");
    html.icon("#turn", 16).raw("</span></summary>");
    markdown(html, text);
    html.raw("</details>");
}

/// Unknown events, and problems with a file.
fn other(html: &mut Html, entry: &Entry) {
    let is_trouble =
        [sources::ODDITY, sources::TRUNCATED, sources::REPLACED, sources::DELETED].contains(&entry.event_type.as_str());
    let word = entry.event_type.replace('_', " ");
    if !is_trouble {
        return line(html, &word, &entry.text);
    }
    html.raw("<div class=\"one\"><b class=\"inline-flex items-center gap-1.5 text-warn text-xs\">")
        .icon("#stall", 12);
    html.text(&word)
        .raw("</b><span class=\"mono truncate\" title=\"")
        .text(&entry.text)
        .raw("\">")
        .text(&entry.text);
    html.raw("</span></div>");
}
