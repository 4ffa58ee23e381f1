//! What the workflow is doing now: the reason for its state, the todo list, open tools, the newest errors.

use leptos::prelude::*;

use super::loads::Loads;
use super::open_tools::OpenTools;
use super::subject::{Subject, use_subject};
use crate::detail::overview;
use crate::dynamic::dynamic;
use crate::figure::figure;
use crate::format;
use crate::icon;
use crate::sheets::sheet;
use crate::status_mark;
use domain::timeline::mark::Mark;
use domain::timeline::todo::{TodoItem, TodoList, TodoState};

const SHEET: &str = sheet!("todo");
/// The newest errors that stand here; the others are in the entries.
const ERRORS: usize = 6;

#[component]
pub fn Now() -> impl IntoView {
    let subject = use_subject();
    let todo = subject.part(|timeline| timeline.todo.clone());
    let progress = dynamic(move || {
        todo.with(|todo| {
            todo.as_ref().map(|todo| {
                view! {
                    <span class="num">
                        {todo.done().to_string()}
                        <span class="u">{format!(" of {}", todo.items.len() + todo.more)}</span>
                    </span>
                }
                .into_any()
            })
        })
    });
    let agent = dynamic(move || todo.with(|todo| todo.as_ref().and_then(|todo| todo.agent.clone())));
    let why = dynamic(move || subject.verdict.with(status_mark::reason));
    view! {
        <section aria-label="Now" class="min-w-0">
            <div class="flex items-center gap-2 h-8 px-3 border-b border-line max-md:px-4">
                <h2 class="font-semibold">"Now"</h2>
                <span class="mono text-fg2 truncate">{agent}</span>
                <span class="grow"></span>
                {progress}
            </div>
            <p class="px-3 py-1.5 text-xs text-fg2 border-b border-line max-md:px-4">{why}</p>
            {dynamic(move || todo.with(|todo| match todo {
                Some(todo) => list(subject, todo),
                None => view! {
                    <p class="px-3 py-2 text-fg3 text-xs border-b border-line max-md:px-4">
                        "No todo list yet. It will appear here when an agent writes one."
                    </p>
                }
                .into_any(),
            }))}
            <OpenTools />
            <Loads />
            <Errors />
        </section>
    }
    .into_any()
}

fn list(subject: Subject, todo: &TodoList) -> AnyView {
    let segment = |item: &TodoItem| {
        let class = match item.state {
            TodoState::Completed => "h-1 grow bg-(--bar-tool)",
            TodoState::InProgress => "h-1 grow bg-accent",
            TodoState::Pending => "h-1 grow bg-line",
        };
        view! { <i class=class></i> }.into_any()
    };
    // Nobody is working on the item any more once the workflow has ended.
    let under_way = move |since| {
        let is_over = subject.verdict.with(|verdict| verdict.status.is_over());
        (!is_over).then(|| format::elapsed(subject.store.now.get().since(since)))
    };
    let item = |item: &TodoItem| {
        let (slug, word, shape) = match item.state {
            TodoState::Completed => ("completed", "Done", icon::icon("#done", 12)),
            TodoState::InProgress => ("in_progress", "In progress", icon::running(12)),
            TodoState::Pending => ("", "To do", icon::icon("#pending", 12)),
        };
        let since = (item.state == TodoState::InProgress && item.since.source.is_known()).then_some(item.since.at);
        view! {
            <li class=format!("todo {slug} {SHEET}")>
                <span class="mark">
                    {shape}
                    <span class="sr-only">{word} ": "</span>
                </span>
                <span class="truncate" title=item.text.clone()>{item.text.clone()}</span>
                <span class="num text-accent">
                    {since.map(|since| dynamic(move || under_way(since)).into_any())}
                </span>
            </li>
        }
        .into_any()
    };
    let more = (todo.more > 0).then(|| view! { <li class="lbl px-9">{todo.more.to_string()} " more"</li> }.into_any());
    let label = format!("{} of {} done", todo.done(), todo.items.len() + todo.more);
    view! {
        <div class="flex gap-0.5 px-3 py-2 max-md:px-4" role="img" aria-label=label>
            {todo.items.iter().map(segment).collect_view()}
        </div>
        <ol class="pb-2 border-b border-line">
            {todo.items.iter().map(item).collect_view()}
            {more}
        </ol>
    }
    .into_any()
}

#[component]
fn Errors() -> impl IntoView {
    let subject = use_subject();
    let errors = subject.part(|timeline| {
        let newest: Vec<Mark> = timeline.errors.iter().rev().take(ERRORS).cloned().collect();
        (timeline.error_count, newest)
    });
    let row = move |mark: &Mark| {
        let at = mark.time_source.is_known().then_some(mark.at);
        let title = if mark.why.is_empty() {
            mark.what.clone()
        } else {
            format!("{}: {}", mark.what, mark.why)
        };
        view! {
            <li>
                <a
                    href=subject.adw_id.with_value(|adw_id| overview::entry(adw_id, mark.seq))
                    title=title
                    class="grid grid-cols-[16px_minmax(0,1fr)_auto_36px] gap-2 items-center min-h-6 px-3 max-md:px-4 max-md:min-h-11 hover:bg-panel focus-visible:-outline-offset-2"
                >
                    <span class="text-bad flex justify-center">{icon::icon("#fail", 10)}</span>
                    <span class="mono truncate">{mark.what.clone()}</span>
                    <span class="num text-fg3">{format::whole(mark.seq)}</span>
                    <span class="num">
                        {at.map(|at| dynamic(move || figure(format::age(subject.store.now.get().since(at)))).into_any())}
                    </span>
                </a>
            </li>
        }
        .into_any()
    };
    view! {
        <div class="flex items-center h-7 px-3 text-2xs text-fg3 max-md:px-4">
            <h3>"errors"</h3>
            <span class="grow"></span>
            <span class=move || if errors.with(|errors| errors.0 > 0) { "font-mono text-bad" } else { "font-mono" }>
                {dynamic(move || errors.with(|errors| format::whole(errors.0)))}
            </span>
        </div>
        <ol class="pb-2">{dynamic(move || errors.with(|errors| errors.1.iter().map(row).collect_view()))}</ol>
    }
    .into_any()
}
