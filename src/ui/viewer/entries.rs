//! The newest entries of all kinds, newest first.

use leptos::prelude::*;

use super::entry_body::body;
use super::pictures;
use super::subject::{Subject, use_subject};
use crate::derived::Derived;
use crate::detail::bar::FORMATS;
use crate::detail::overview;
use crate::detail::query::DetailQuery;
use crate::dynamic::{dynamic, list};
use crate::figure::clock;
use crate::format;
use crate::html::Html;
use crate::icon::icon;
use crate::sheets::sheet;
use domain::entry::{Entry, is_error_level};
use domain::event::Kind;
use domain::latest::{LatestRow, latest};
use domain::timeline::Timeline;
use domain::timeline::seen_picture::SeenPicture;

const SHEET: &str = sheet!("entry");
/// Rows on the page; the rest is a page of the interface away.
const ROWS: usize = 60;
/// An entry counts as new for this long.
const NEW_MS: u64 = 3_000;

/// A row with the name of the sub-agent it is from.
#[derive(Clone, Debug, PartialEq)]
pub struct Shown {
    pub row: LatestRow,
    pub sub_agent: Option<String>,
    /// The newest thinking is open. It stays as first drawn, so that nothing closes while somebody reads it.
    pub is_newest_thought: bool,
    /// What it shows, of the newest pictures.
    pub pictures: Vec<SeenPicture>,
}

impl Shown {
    fn all(timeline: &Timeline) -> Vec<Self> {
        let mut thought_seen = false;
        latest(timeline, ROWS)
            .into_iter()
            .map(|row| {
                let is_thought = row.entry.kind == Kind::AgentThinking && !row.entry.text.trim().is_empty();
                let is_newest_thought = is_thought && !thought_seen;
                thought_seen |= is_thought;
                let sub_agent = row.entry.parent.as_ref().map(|parent| {
                    timeline
                        .agents
                        .iter()
                        .find(|agent| agent.parent.as_ref() == Some(parent))
                        .map_or_else(|| "sub-agent".to_owned(), |agent| agent.name.clone())
                });
                let is_shown = |seen: &&SeenPicture| seen.seq == row.entry.seq || Some(seen.seq) == row.entry.end_seq;
                Self {
                    pictures: timeline.pictures.iter().filter(is_shown).cloned().collect(),
                    row,
                    sub_agent,
                    is_newest_thought,
                }
            })
            .collect()
    }

    /// A row that changed counts as another row, so a call is redrawn when its result comes.
    fn key(&self) -> String {
        let entry = &self.row.entry;
        let end = entry.end_seq.unwrap_or_default();
        let file = self.row.file.as_ref().map(|file| file.seq).unwrap_or_default();
        format!("{} {end} {file} {}", entry.seq, self.sub_agent.is_some())
    }
}

#[component]
pub fn Entries() -> impl IntoView {
    let subject = use_subject();
    let rows = subject.part(Shown::all);
    let seq = subject.part(|timeline| timeline.seq);
    let is_empty = Derived::new(move |_| rows.with(Vec::is_empty));
    let all = subject.adw_id.with_value(|adw_id| DetailQuery::default().href(adw_id));
    let children = move |shown: Shown| entry(subject, &shown);
    let way_out = |(format, name): (&str, &'static str)| {
        let href = subject.api(&format!("/export?format={format}"));
        view! { <a class="link leading-6" rel="external" href=href>{name}</a> }.into_any()
    };
    view! {
        <section aria-label="Latest entries" class="min-w-0">
            <div class="flex items-center gap-2 h-8 px-4 border-b border-line">
                <h2 class="font-semibold">"Latest entries"</h2>
                <span class="mono text-fg3">{dynamic(move || format::whole(seq.get()))}</span>
                <span class="grow"></span>
                <span class="lbl">"newest first"</span>
            </div>
            {dynamic(move || {
                is_empty.get().then(|| view! {
                    <p class="px-4 py-3 text-fg2">
                        "No entries yet. Logs, thinking, tool calls, file changes and texts appear here as they happen."
                    </p>
                }
                .into_any())
            })}
            <ol>
                {list(move || rows.get(), Shown::key, children)}
            </ol>
            {dynamic(move || {
                let (shown, seq) = (rows.with(Vec::len), seq.get());
                (seq > shown as u64).then(|| view! {
                    <p class="px-4 py-2 text-fg2">
                        {format!("The newest {shown} rows. ")}
                        <a class="link inline-block leading-6" href=all.clone()>"All entries"</a>
                    </p>
                }
                .into_any())
            })}
            <p class="px-4 py-2 text-fg2 flex flex-wrap gap-x-3">"Export" {FORMATS.map(way_out).into_iter().collect_view()}</p>
        </section>
    }
    .into_any()
}

fn entry(subject: Subject, shown: &Shown) -> AnyView {
    let entry = &shown.row.entry;
    let (at, is_known) = (entry.at, entry.time_source.is_known());
    let is_new = Derived::new(move |_| {
        is_known && subject.store.now.get().since(at) < NEW_MS && !subject.status().get_untracked().is_over()
    });
    let mut class = format!("ent {SHEET}");
    if entry.error || is_error_level(&entry.head) {
        class.push_str(" error");
    }
    if shown.sub_agent.is_some() {
        class.push_str(" sub");
    }
    if matches!(entry.kind, Kind::StageTransition | Kind::StatusUpdate | Kind::Session) {
        class.push_str(" band");
    }
    let mut said = Html::default();
    body(&mut said, shown);
    pictures::of_entry(&mut said, &shown.pictures);
    let (shape, word) = kind_icon(entry);
    view! {
        <li class=class class:new=move || is_new.get() id=format!("e{}", entry.seq)>
            <a
                class="seq"
                href=subject.adw_id.with_value(|adw_id| overview::entry(adw_id, entry.seq))
                title="Show this entry among all entries"
            >
                {format::whole(entry.seq)}
            </a>
            {clock(entry.at, entry.time_source)}
            <span class="kind" title=word>
                {icon(shape, 16)}
                <span class="sr-only">{word}</span>
            </span>
            <div class="body min-w-0" inner_html=said.done()></div>
            <span class="took">{took(subject, entry)}</span>
        </li>
    }
    .into_any()
}

/// How long it took; counts up while a call is in progress.
fn took(subject: Subject, entry: &Entry) -> AnyView {
    let at = entry.at;
    if entry.is_open() && entry.time_source.is_known() {
        let status = subject.status();
        return view! {
            <span class="text-accent">
                {dynamic(move || {
                    status.get().is_at_work()
                        .then(|| format::elapsed(subject.store.now.get().since(at)))
                })}
            </span>
        }
        .into_any();
    }
    entry.duration_ms.map(format::duration).into_any()
}

/// The icon of an entry's kind, and its word for screen readers.
fn kind_icon(entry: &Entry) -> (&'static str, &'static str) {
    match entry.kind {
        Kind::ToolExecution => (tool_icon(&entry.head), "Tool"),
        Kind::FileOperation if entry.event_type == "read" => ("#read", "File"),
        Kind::FileOperation => ("#edit", "File"),
        Kind::AgentThinking => ("#thought", "Thinking"),
        Kind::TextBlock => ("#text", "Text"),
        Kind::AgentLogEntry => ("#log", "Log"),
        Kind::StageTransition => ("#flag", "Stage"),
        Kind::StatusUpdate => ("#flag", "Status"),
        Kind::Session => ("#session", "Session"),
        Kind::AgentStateUpdate => ("#state", "State"),
        Kind::Other => ("#other", "Other"),
    }
}

fn tool_icon(tool: &str) -> &'static str {
    match tool {
        "Bash" | "BashOutput" | "KillShell" => "#shell",
        "Read" | "NotebookRead" => "#read",
        "Edit" | "MultiEdit" | "Write" | "NotebookEdit" => "#edit",
        "Grep" | "Glob" | "LS" | "ToolSearch" => "#search",
        "Task" | "Agent" => "#task",
        "TodoWrite" => "#plan",
        "WebFetch" | "WebSearch" => "#globe",
        _ => "#tool",
    }
}
