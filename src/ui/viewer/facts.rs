//! The facts of a workflow in one line: issue, repository, branch, worktree, models, ports, elapsed, seq.

use leptos::prelude::*;

use super::subject::{Subject, use_subject};
use crate::board::card_text::NO_TIMES;
use crate::dynamic::dynamic;
use crate::format;
use crate::html::Html;
use crate::markup::definitions;
use domain::timeline::Timeline;
use domain::told::{self, field};

/// The contents of the state document, read once per change.
#[derive(Clone, Debug, PartialEq)]
struct Told {
    issue: Option<String>,
    class: Option<String>,
    repo: Option<String>,
    branch: Option<String>,
    worktree: Option<String>,
    models: Option<String>,
    ports: Option<String>,
}

impl Told {
    fn of(timeline: &Timeline) -> Self {
        let ports: Vec<String> = ["backend_port", "frontend_port", "websocket_port"]
            .into_iter()
            .filter_map(|name| field(timeline, name))
            .collect();
        Self {
            issue: told::issue(timeline),
            class: field(timeline, "issue_class"),
            repo: told::repository(timeline),
            branch: told::branch(timeline),
            worktree: field(timeline, "worktree_path"),
            models: field(timeline, "model_set").or_else(|| models(timeline)),
            ports: (!ports.is_empty()).then(|| ports.join(" ")),
        }
    }
}

/// The models at work, each once.
fn models(timeline: &Timeline) -> Option<String> {
    let mut models: Vec<&str> = Vec::new();
    for model in timeline.agents.iter().filter_map(|agent| agent.model.as_deref()) {
        let short = short_model(model);
        if !models.contains(&short) {
            models.push(short);
        }
    }
    (!models.is_empty()).then(|| models.join(" "))
}

/// Shortens `claude-opus-4-20250514` to `opus`; other names stay as they are.
pub fn short_model(model: &str) -> &str {
    ["opus", "sonnet", "haiku"]
        .into_iter()
        .find(|family| model.contains(family))
        .unwrap_or(model)
}

#[component]
pub fn Facts() -> impl IntoView {
    let subject = use_subject();
    let told = subject.part(Told::of);
    let seq = subject.part(|timeline| timeline.seq);
    view! {
        <section aria-label="Facts" class="tri min-h-9 border-b border-line items-center bg-panel max-md:py-2 [&>dl]:min-h-9 max-md:[&>dl]:min-h-0">
            {definitions(
                "flex items-center gap-5 px-3 min-w-0 max-md:px-4 max-md:flex-col max-md:items-start max-md:gap-0",
                move |html| told.with(|told| subject_facts(html, told)),
            )}
            {definitions(
                "flex items-center gap-5 px-4 min-w-0 md:[&>.fact:nth-child(n+3)]:flex-none max-md:flex-wrap max-md:gap-y-0",
                move |html| told.with(|told| place_facts(html, told)),
            )}
            <dl class="flex items-center gap-5 px-4 justify-between min-w-0 max-md:flex-col max-md:items-start max-md:gap-0">
                {fact("elapsed", elapsed(subject))}
                {fact("seq", dynamic(move || format::whole(seq.get())).into_any())}
            </dl>
        </section>
    }
    .into_any()
}

/// What the workflow is about.
fn subject_facts(html: &mut Html, told: &Told) {
    if told.issue.is_some() || told.class.is_some() {
        begin(html, "issue");
        if let Some(issue) = &told.issue {
            html.raw("#").text(issue);
        }
        let class = told.class.as_deref().unwrap_or_default().trim_start_matches('/');
        html.raw(" <span class=\"text-fg2\">")
            .text(class)
            .raw("</span></dd></div>");
    }
    text_fact(html, "repo", told.repo.as_deref());
}

/// Where it works and with what.
fn place_facts(html: &mut Html, told: &Told) {
    for (name, path) in [("branch", &told.branch), ("worktree", &told.worktree)] {
        if let Some(path) = path {
            begin(html, name);
            html.path(path).raw("</dd></div>");
        }
    }
    text_fact(html, "models", told.models.as_deref());
    text_fact(html, "ports", told.ports.as_deref());
}

fn begin(html: &mut Html, name: &'static str) {
    html.raw("<div class=\"fact flex items-center gap-2 min-w-0\"><dt class=\"lbl\">")
        .raw(name);
    html.raw("</dt><dd class=\"mono min-w-0 truncate\">");
}

fn text_fact(html: &mut Html, name: &'static str, text: Option<&str>) {
    if let Some(text) = text {
        begin(html, name);
        html.raw("<span title=\"")
            .text(text)
            .raw("\">")
            .text(text)
            .raw("</span></dd></div>");
    }
}

fn fact(name: &'static str, value: AnyView) -> AnyView {
    view! {
        <div class="fact flex items-center gap-2 min-w-0">
            <dt class="lbl">{name}</dt>
            <dd class="mono min-w-0 truncate">{value}</dd>
        </div>
    }
    .into_any()
}

/// From the first event to the last, or to now; none if the times are not known for certain.
fn elapsed(subject: Subject) -> AnyView {
    let times = subject.part(|timeline| {
        let end = timeline.last_known_at;
        timeline.first_at.filter(|_| end.is_some()).zip(end)
    });
    let status = subject.status();
    dynamic(move || match times.get() {
        Some((first, last)) => {
            let until = if status.get().is_over() {
                last
            } else {
                subject.store.now.get()
            };
            view! { <span>{format::elapsed(until.since(first))}</span> }.into_any()
        }
        None => view! { <span class="text-fg3" title=NO_TIMES>"unknown"</span> }.into_any(),
    })
    .into_any()
}
