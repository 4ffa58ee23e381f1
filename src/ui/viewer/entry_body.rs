//! What an entry says, by its kind. All of it is text of agents and tools, and is drawn as text.

use leptos::prelude::*;

use super::diff_view::diff;
use super::entries::Shown;
use super::markdown_view::markdown;
use crate::domain::entry::Entry;
use crate::domain::event::Kind;
use crate::domain::letters::capital;
use crate::domain::timeline::sources;
use crate::ui::figure::path_text;
use crate::ui::icon::icon;
use crate::ui::{format, status_mark};

pub fn body(shown: &Shown) -> AnyView {
    let entry = &shown.row.entry;
    match entry.kind {
        Kind::ToolExecution => tool(shown),
        Kind::FileOperation => file(entry),
        Kind::AgentThinking => thinking(entry, shown.is_newest_thought),
        Kind::TextBlock => markdown(&entry.text),
        Kind::AgentLogEntry => log(entry),
        Kind::StageTransition => {
            let name = capital(&entry.head);
            let done = entry.event_type.strip_prefix("stage_").unwrap_or(&entry.event_type);
            line(format!("{name} {done}"), &entry.text)
        }
        Kind::StatusUpdate => line(format!("Workflow {}", entry.head.replace('_', " ")), &entry.text),
        Kind::Session => session(entry),
        Kind::AgentStateUpdate => line("State".to_owned(), &entry.text),
        Kind::Other => other(entry),
    }
}

/// A word and the rest of the line.
fn line(word: String, text: &str) -> AnyView {
    view! {
        <div class="one">
            <b>{word}</b>
            <span class="text-fg2 truncate" title=text.to_owned()>{text.to_owned()}</span>
        </div>
    }
    .into_any()
}

fn tool(shown: &Shown) -> AnyView {
    let entry = &shown.row.entry;
    let is_path = matches!(
        entry.head.as_str(),
        "Read" | "Edit" | "MultiEdit" | "Write" | "NotebookEdit"
    );
    let asked = if is_path {
        view! { <span class="mono min-w-0">{path_text(&entry.text)}</span> }.into_any()
    } else {
        view! { <span class="mono truncate" title=entry.text.clone()>{entry.text.clone()}</span> }.into_any()
    };
    let sub_agent = shown
        .sub_agent
        .clone()
        .map(|name| view! { <span class="lbl truncate max-w-48 max-md:hidden">{name}</span> }.into_any());
    let outcome = if entry.is_open() {
        Some(
            view! {
                <span class=format!("st {}", status_mark::SHEET) title="No result has come yet">
                    {icon("#wait", 10)}
                    "open"
                </span>
            }
            .into_any(),
        )
    } else if entry.error {
        Some(
            view! {
                <span class=format!("st failed {}", status_mark::SHEET)>
                    {icon("#fail", 10)}
                    "failed"
                </span>
            }
            .into_any(),
        )
    } else {
        None
    };
    let file = shown.row.file.as_ref();
    let head = view! {
        <b>{entry.head.clone()}</b>
        {asked}
        <span class="grow"></span>
        {sub_agent}
        {outcome}
        {file.map(lines_changed)}
    };
    let diff = file
        .filter(|file| !file.detail.is_empty())
        .map(|file| diff(&file.detail));
    let has_output = !entry.detail.trim().is_empty();
    if entry.error && has_output {
        return view! {
            <div class="one">{head}</div>
            {diff}
            <div class="said">{entry.detail.clone()}</div>
        }
        .into_any();
    }
    if has_output && diff.is_none() {
        return view! {
            <details>
                <summary class="one">{head} <span class="turn self-center" title="Output">{icon("#turn", 16)}</span></summary>
                <div class="said">{entry.detail.clone()}</div>
            </details>
        }
        .into_any();
    }
    view! {
        <div class="one">{head}</div>
        {diff}
    }
    .into_any()
}

/// Lines added and removed.
fn lines_changed(file: &Entry) -> AnyView {
    let added = file
        .lines_added
        .filter(|added| *added > 0)
        .map(|added| view! { <span class="text-ok">{format!("+{added}")}</span> " " }.into_any());
    let removed = file
        .lines_removed
        .filter(|removed| *removed > 0)
        .map(|removed| view! { <span class="text-bad">{format!("−{removed}")}</span> }.into_any());
    view! { <span class="mono flex-none">{added} {removed}</span> }.into_any()
}

fn file(entry: &Entry) -> AnyView {
    view! {
        <div class="one">
            <b>{capital(&entry.event_type)}</b>
            <span class="mono min-w-0">{path_text(&entry.text)}</span>
            <span class="grow"></span>
            {lines_changed(entry)}
        </div>
        {(!entry.detail.is_empty()).then(|| diff(&entry.detail))}
    }
    .into_any()
}

fn thinking(entry: &Entry, is_open: bool) -> AnyView {
    if entry.text.trim().is_empty() {
        return view! {
            <div class="one text-fg3">"Thinking, no text (the model sent only a signature)"</div>
        }
        .into_any();
    }
    let words = entry.text.split_whitespace().count() as u64;
    let is_cut = entry.text.ends_with('…');
    let count = format!(
        "Thinking, {}{}",
        format::counted(words, "word", "words"),
        if is_cut { " and more" } else { "" }
    );
    view! {
        <details open=is_open>
            <summary class="one text-fg2 items-center">
                <span class="turn">{icon("#turn", 16)}</span>
                {count}
            </summary>
            <div class="prose text-fg2 whitespace-pre-line">{entry.text.clone()}</div>
        </details>
    }
    .into_any()
}

fn log(entry: &Entry) -> AnyView {
    let (colour, shape) = match entry.head.as_str() {
        "ERROR" | "CRITICAL" | "FATAL" => ("text-bad", Some("#fail")),
        "WARNING" | "WARN" => ("text-warn", Some("#stall")),
        "DEBUG" | "TRACE" => ("text-fg3", None),
        _ => ("text-fg2", None),
    };
    let (first, rest) = entry
        .text
        .split_once('\n')
        .map_or((entry.text.as_str(), ""), |(first, rest)| (first, rest.trim_end()));
    let word = view! {
        <b class=format!("inline-flex items-center gap-1.5 text-xs {colour}")>
            {shape.map(|shape| icon(shape, 12))}
            {entry.head.clone()}
        </b>
    };
    if rest.is_empty() {
        return view! {
            <div class="one">
                {word}
                <span class="mono min-w-0 break-words">{first.to_owned()}</span>
            </div>
        }
        .into_any();
    }
    view! {
        <details open=entry.error>
            <summary class="one">
                {word}
                <span class="mono truncate grow">{first.to_owned()}</span>
                <span class="turn self-center">{icon("#turn", 16)}</span>
            </summary>
            <div class="said">{rest.to_owned()}</div>
        </details>
    }
    .into_any()
}

fn session(entry: &Entry) -> AnyView {
    let agent = entry.agent.clone().unwrap_or_else(|| "A".to_owned());
    let what = match entry.event_type.as_str() {
        "session_started" => "session started".to_owned(),
        "session_ended" if entry.error => "session ended with an error".to_owned(),
        "session_ended" => "session ended".to_owned(),
        other => other.replace('_', " "),
    };
    let text = if entry.text.is_empty() {
        entry.head.clone()
    } else {
        entry.text.clone()
    };
    let is_long = text.len() > 160 || text.contains('\n');
    if is_long {
        return view! {
            <details>
                <summary class="one">
                    <b>{agent} " " {what}</b>
                    <span class="text-fg2 truncate grow">{text.lines().next().unwrap_or_default().to_owned()}</span>
                    <span class="turn self-center">{icon("#turn", 16)}</span>
                </summary>
                {markdown(&text)}
            </details>
        }
        .into_any();
    }
    line(format!("{agent} {what}"), &text)
}

/// What adwatch does not know, and what went wrong with a file.
fn other(entry: &Entry) -> AnyView {
    let is_trouble =
        [sources::ODDITY, sources::TRUNCATED, sources::REPLACED, sources::DELETED].contains(&entry.event_type.as_str());
    let word = entry.event_type.replace('_', " ");
    if is_trouble {
        return view! {
            <div class="one">
                <b class="inline-flex items-center gap-1.5 text-warn text-xs">
                    {icon("#stall", 12)}
                    {word}
                </b>
                <span class="mono truncate" title=entry.text.clone()>{entry.text.clone()}</span>
            </div>
        }
        .into_any();
    }
    line(word, &entry.text)
}
