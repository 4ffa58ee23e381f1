//! The row below the tabs: search, and the filters, all of them links and forms that work without script.

use leptos::prelude::*;

use super::query::{DetailQuery, Tab, workflow};
use crate::address::Going;
use crate::control;
use crate::derived::Derived;
use crate::dynamic::dynamic;
use crate::format;
use crate::html::Html;
use crate::icon::icon;
use crate::markup::markup;
use crate::viewer::subject::Subject;
use domain::event::Kind;
use domain::form;
use domain::level::Level;
use domain::timeline::Timeline;

/// The formats of an export, as they are asked for and as they are called.
pub const FORMATS: [(&str, &str); 4] = [("ndjson", "NDJSON"), ("json", "JSON"), ("csv", "CSV"), ("txt", "TXT")];

/// The search shows the query, the links what is `behind` it.
pub fn bar(subject: Subject, query: Derived<DetailQuery>, behind: Derived<DetailQuery>) -> AnyView {
    view! {
        <div class="bar">
            {search(subject, query)}
            {markup("steps", move |html| steps(html, subject, &behind.get()))}
            <span class="grow"></span>
            {markup("chips", move |html| chips(html, subject, &behind.get()))}
        </div>
    }
    .into_any()
}

/// A plain form that works without script; with script, every letter takes effect at once.
fn search(subject: Subject, query: Derived<DetailQuery>) -> AnyView {
    let action = subject.adw_id.with_value(workflow);
    let text = Derived::new(move |_| query.with(|query| query.text.clone()));
    // Without script a search shows what it found, and nothing else.
    let others = markup("contents", move |html| {
        let only = DetailQuery {
            text: String::new(),
            only: true,
            before: None,
            seq: None,
            ..query.get()
        };
        for (name, value) in only.pairs() {
            html.raw("<input type=\"hidden\" name=\"")
                .raw(name)
                .raw("\" value=\"")
                .text(&value)
                .raw("\">");
        }
    });
    let hits = dynamic(move || hits(subject, &query.get()));
    view! {
        <form method="get" action=action role="search">
            <label class=format!("find {}", control::FIELD)>
                <span class="sr-only">"Search this workflow"</span>
                {icon("#search", 16)}
                <input
                    type="search"
                    name="q"
                    placeholder="Search all events"
                    autocomplete="off"
                    value=text.get_untracked()
                    prop:value=move || text.get()
                />
                <span class="mono text-fg2" role="status">{hits}</span>
                <kbd class="max-md:hidden" title="Press / to search">"/"</kbd>
            </label>
            {others}
        </form>
    }
    .into_any()
}

/// `37 / 1,922`: which hit is selected, and how many there are.
fn hits(subject: Subject, query: &DetailQuery) -> String {
    let history = subject.store.history;
    history.track();
    history.found(|found| match found.filter(|_| !query.text.is_empty()) {
        Some(found) => {
            let earlier = found.count.saturating_sub(found.seqs.len() as u64);
            let at = query.seq.and_then(|seq| found.seqs.binary_search(&seq).ok());
            let count = format::whole(found.count);
            at.map_or(count.clone(), |at| {
                format!("{} / {count}", format::whole(earlier + at as u64 + 1))
            })
        }
        None => String::new(),
    })
}

/// Buttons for the previous and next match, and whether other entries are shown.
fn steps(html: &mut Html, subject: Subject, query: &DetailQuery) {
    if query.text.is_empty() {
        return;
    }
    for (side, shape, word) in [
        ("back", "#back", "Previous match (N)"),
        ("next", "#turn", "Next match (n)"),
    ] {
        html.raw("<button type=\"button\" data-step=\"")
            .raw(side)
            .raw("\" class=\"")
            .raw(control::BUTTON)
            .raw("\" title=\"")
            .raw(word)
            .raw("\">");
        html.icon(shape, 16)
            .raw("<span class=\"sr-only\">")
            .raw(word)
            .raw("</span></button>");
    }
    let only = DetailQuery {
        only: !query.only,
        ..query.clone()
    };
    chip(html, subject, query.only, only, None, "Only matches");
}

/// The match after the selected one, or before it; wraps around at the end.
pub fn beside(subject: Subject, query: &DetailQuery, is_next: bool) -> Option<u64> {
    subject.store.history.found(|found| {
        let seqs = &found?.seqs;
        let seq = query.seq.unwrap_or(if is_next { 0 } else { u64::MAX });
        if is_next {
            let at = seqs.partition_point(|known| *known <= seq);
            seqs.get(at).or(seqs.first()).copied()
        } else {
            let at = seqs.partition_point(|known| *known < seq);
            at.checked_sub(1).and_then(|at| seqs.get(at)).or(seqs.last()).copied()
        }
    })
}

/// Selects an entry, by its address.
pub fn select(subject: Subject, query: &DetailQuery, seq: u64) {
    let query = DetailQuery {
        seq: Some(seq),
        ..query.clone()
    };
    let href = subject.adw_id.with_value(|adw_id| query.href(adw_id));
    subject.store.going.set(Some(Going { href, replaces: true }));
}

/// The filters of the tab.
fn chips(html: &mut Html, subject: Subject, now: &DetailQuery) {
    match now.tab {
        Tab::Logs => {
            for (level, shape, word) in [
                (Level::Error, "#fail", "Errors"),
                (Level::Warning, "#stall", "Warnings"),
            ] {
                let is_set = now.level == Some(level);
                let to = DetailQuery {
                    level: (!is_set).then_some(level),
                    ..now.clone()
                };
                chip(html, subject, is_set, to, Some(shape), word);
            }
            kinds(html, subject, now);
        }
        Tab::Tools => {
            let failed = DetailQuery {
                failed: !now.failed,
                ..now.clone()
            };
            chip(html, subject, now.failed, failed, Some("#fail"), "Failed");
            let sorted = DetailQuery {
                by_duration: !now.by_duration,
                ..now.clone()
            };
            chip(html, subject, now.by_duration, sorted, None, "Longest first");
            tools(html, subject, now);
        }
        Tab::Files => {
            for (is_split, word) in [(false, "Unified"), (true, "Split")] {
                let to = DetailQuery {
                    is_split,
                    ..now.clone()
                };
                chip(html, subject, now.is_split == is_split, to, None, word);
            }
            return;
        }
        Tab::Overview | Tab::Thinking => {}
    }
    agents(html, subject, now);
}

/// A filter: a link that sets it, or takes it away.
fn chip(
    html: &mut Html,
    subject: Subject,
    is_set: bool,
    to: DetailQuery,
    shape: Option<&'static str>,
    word: &'static str,
) {
    html.raw("<a class=\"").raw(control::CHIP).raw(if is_set {
        "\" aria-current=\"true\" href=\""
    } else {
        "\" href=\""
    });
    html.text(&link(subject, to)).raw("\">");
    if let Some(shape) = shape {
        html.icon(shape, 10);
    }
    html.raw(word).raw("</a>");
}

/// A link for changed filters. It drops the selected entry, which may not be among the new ones.
fn link(subject: Subject, query: DetailQuery) -> String {
    let is_list = query.tab != Tab::Files;
    let query = DetailQuery {
        seq: query.seq.filter(|_| !is_list),
        before: None,
        ..query
    };
    subject.adw_id.with_value(|adw_id| query.href(adw_id))
}

/// A choice of a menu: its word, its address, and whether it is chosen.
type Choice = (String, String, bool);

fn kinds(html: &mut Html, subject: Subject, now: &DetailQuery) {
    let kinds = subject.part(|timeline: &Timeline| timeline.counts.keys().copied().collect::<Vec<_>>());
    let choice = |kind: Option<Kind>| {
        let word = kind.map_or_else(|| "All kinds".to_owned(), |kind| kind.name().replace('_', " "));
        let href = link(subject, DetailQuery { kind, ..now.clone() });
        (word, href, now.kind == kind)
    };
    let choices = [None].into_iter().chain(kinds.get().into_iter().map(Some)).map(choice);
    menu(html, &choices.collect::<Vec<_>>());
}

fn agents(html: &mut Html, subject: Subject, now: &DetailQuery) {
    let names = subject.part(|timeline: &Timeline| {
        let own = timeline.agents.iter().filter(|agent| agent.parent.is_none());
        own.map(|agent| agent.name.clone()).collect::<Vec<_>>()
    });
    let choice = |agent: Option<String>| {
        let is_chosen = now.agent == agent;
        let word = agent.clone().unwrap_or_else(|| "All agents".to_owned());
        (word, link(subject, DetailQuery { agent, ..now.clone() }), is_chosen)
    };
    let choices = [None].into_iter().chain(names.get().into_iter().map(Some)).map(choice);
    menu(html, &choices.collect::<Vec<_>>());
}

/// The tools whose calls are held.
fn tools(html: &mut Html, subject: Subject, now: &DetailQuery) {
    let history = subject.store.history;
    history.track();
    let mut names: Vec<String> = Vec::new();
    history.log(|log| {
        for entry in log.entries() {
            if !names.contains(&entry.head) {
                names.push(entry.head.clone());
            }
        }
    });
    let choice = |tool: Option<String>| {
        let is_chosen = now.tool == tool;
        let word = tool.clone().unwrap_or_else(|| "All tools".to_owned());
        (word, link(subject, DetailQuery { tool, ..now.clone() }), is_chosen)
    };
    let choices = [None].into_iter().chain(names.into_iter().map(Some)).map(choice);
    menu(html, &choices.collect::<Vec<_>>());
}

/// A menu of links; the first of them takes the filter away.
fn menu(html: &mut Html, choices: &[Choice]) {
    let chosen = choices.iter().position(|choice| choice.2).unwrap_or(0);
    html.raw("<details class=\"")
        .raw(control::MENU)
        .raw("\"><summary class=\"")
        .raw(control::CHIP);
    html.raw(if chosen > 0 { "\" aria-current=\"true\">" } else { "\">" });
    html.text(&choices[chosen].0)
        .icon("#down", 16)
        .raw("</summary><div class=\"items\">");
    for (at, (word, href, _)) in choices.iter().enumerate() {
        html.raw(if at == chosen {
            "<a aria-current=\"true\" href=\""
        } else {
            "<a href=\""
        });
        html.text(href).raw("\">").icon("#tick", 16).text(word).raw("</a>");
    }
    html.raw("</div></details>");
}

/// The export menu: the whole workflow, and what the filters here leave.
pub fn export(subject: Subject, query: Derived<DetailQuery>) -> AnyView {
    markup("contents", move |html| {
        let filters = query.with(|query| query.filters(false));
        html.raw("<details class=\"")
            .raw(control::MENU)
            .raw("\"><summary title=\"Export\" class=\"")
            .raw(control::QUIET_BUTTON);
        html.raw("\">")
            .icon("#export", 16)
            .raw("<span class=\"sr-only\">Export</span></summary><div class=\"items\">");
        let mut links = |filters: &[(&'static str, String)], what: &'static str| {
            for (format, name) in FORMATS {
                let mut pairs = vec![("format", format.to_owned())];
                pairs.extend_from_slice(filters);
                let href = form::address(&subject.api("/export"), &pairs);
                html.raw("<a download rel=\"external\" href=\"")
                    .text(&href)
                    .raw("\">")
                    .raw(name)
                    .raw(what)
                    .raw("</a>");
            }
        };
        links(&[], ", complete");
        if !filters.is_empty() {
            links(&filters, ", as filtered");
        }
        html.raw("</div></details>");
    })
}
