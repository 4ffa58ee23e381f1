//! The row below the tabs: search, and the filters, all of them links and forms that work without script.

use leptos::ev::{KeyboardEvent, SubmitEvent};
use leptos::prelude::*;

use super::query::{DetailQuery, Tab, workflow};
use crate::domain::event::Kind;
use crate::domain::form;
use crate::domain::level::Level;
use crate::domain::timeline::Timeline;
use crate::ui::address::Going;
use crate::ui::control;
use crate::ui::derived::Derived;
use crate::ui::dynamic::dynamic;
use crate::ui::format;
use crate::ui::icon::icon;
use crate::ui::viewer::subject::Subject;

/// The formats of an export, as they are asked for and as they are called.
pub const FORMATS: [(&str, &str); 4] = [("ndjson", "NDJSON"), ("json", "JSON"), ("csv", "CSV"), ("txt", "TXT")];

#[component]
pub fn Bar(subject: Subject, query: Derived<DetailQuery>) -> impl IntoView {
    view! {
        <div class="bar">
            <Search subject query />
            {dynamic(move || steps(subject, query))}
            <span class="grow"></span>
            {dynamic(move || chips(subject, query))}
        </div>
    }
    .into_any()
}

/// A plain form that works without script; with script every letter counts at once.
#[component]
fn Search(subject: Subject, query: Derived<DetailQuery>) -> impl IntoView {
    let adw_id = subject.adw_id.get_value();
    let action = workflow(&adw_id);
    let going = subject.store.going;
    let show = move |text: String| {
        let href = DetailQuery {
            text,
            ..query.get_untracked()
        }
        .href(&adw_id);
        going.set(Some(Going { href, replaces: true }));
    };
    let others = dynamic(move || {
        // Without script a search shows what it found, and nothing else.
        let only = DetailQuery {
            text: String::new(),
            only: true,
            before: None,
            seq: None,
            ..query.get()
        };
        let hidden =
            |(name, value): (&'static str, String)| view! { <input type="hidden" name=name value=value /> }.into_any();
        only.pairs().into_iter().map(hidden).collect_view()
    });
    view! {
        <form method="get" action=action role="search" on:submit=move |event: SubmitEvent| event.prevent_default()>
            <label class=format!("find {}", control::FIELD)>
                <span class="sr-only">"Search this workflow"</span>
                {icon("#search", 16)}
                <input
                    type="search"
                    name="q"
                    placeholder="Search all events"
                    autocomplete="off"
                    value=query.get_untracked().text
                    prop:value=move || query.with(|query| query.text.clone())
                    on:input=move |event| show(event_target_value(&event))
                />
                <span class="mono text-fg2" role="status">{dynamic(move || hits(subject, query))}</span>
                <kbd class="max-md:hidden" title="Press / to search">"/"</kbd>
            </label>
            {others}
        </form>
    }
    .into_any()
}

/// `37 / 1,922`: which hit is selected, and how many there are.
fn hits(subject: Subject, query: Derived<DetailQuery>) -> Option<String> {
    let (has_text, seq) = query.with(|query| (!query.text.is_empty(), query.seq));
    if !has_text {
        return None;
    }
    subject.store.history.found.with(|found| {
        let found = found.as_ref()?;
        let earlier = found.count.saturating_sub(found.seqs.len() as u64);
        let at = seq.and_then(|seq| found.seqs.binary_search(&seq).ok());
        let count = format::whole(found.count);
        Some(match at {
            Some(at) => format!("{} / {count}", format::whole(earlier + at as u64 + 1)),
            None => count,
        })
    })
}

/// Earlier and later hit, and whether the others are shown.
fn steps(subject: Subject, query: Derived<DetailQuery>) -> Option<AnyView> {
    let now = query.get();
    if now.text.is_empty() {
        return None;
    }
    let found = subject.store.history.found;
    let step = |is_next: bool, shape: &'static str, word: &'static str| {
        let go = move |_: leptos::ev::MouseEvent| {
            if let Some(seq) = beside(subject, &query.get_untracked(), is_next) {
                select(subject, &query.get_untracked(), seq);
            }
        };
        let is_nothing = found.with(|found| found.as_ref().is_none_or(|found| found.seqs.is_empty()));
        view! {
            <button type="button" class=control::BUTTON title=word disabled=is_nothing on:click=go>
                {icon(shape, 16)}
                <span class="sr-only">{word}</span>
            </button>
        }
        .into_any()
    };
    let only = DetailQuery {
        only: !now.only,
        seq: None,
        ..now.clone()
    };
    let only_href = subject.adw_id.with_value(|adw_id| only.href(adw_id));
    Some(
        view! {
            {step(false, "#back", "Earlier hit (N)")}
            {step(true, "#turn", "Later hit (n)")}
            <a class=control::CHIP href=only_href aria-current=now.only.then_some("true")>"Only hits"</a>
        }
        .into_any(),
    )
}

/// The hit after the selected one, or before it; from the other end where there is none.
pub fn beside(subject: Subject, query: &DetailQuery, is_next: bool) -> Option<u64> {
    subject.store.history.found.with_untracked(|found| {
        let seqs = &found.as_ref()?.seqs;
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
fn chips(subject: Subject, query: Derived<DetailQuery>) -> AnyView {
    let now = query.get();
    let link = |query: DetailQuery| {
        let fresh = DetailQuery {
            seq: None,
            before: None,
            ..query
        };
        subject.adw_id.with_value(|adw_id| fresh.href(adw_id))
    };
    let chip = |is_set: bool, query: DetailQuery, shape: Option<&'static str>, word: String| {
        view! {
            <a class=control::CHIP href=link(query) aria-current=is_set.then_some("true")>
                {shape.map(|shape| icon(shape, 10))}
                {word}
            </a>
        }
        .into_any()
    };
    let mut all = Vec::new();
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
                all.push(chip(is_set, to, Some(shape), word.to_owned()));
            }
            all.push(kinds(subject, &now, &link));
        }
        Tab::Tools => {
            let failed = DetailQuery {
                failed: !now.failed,
                ..now.clone()
            };
            all.push(chip(now.failed, failed, Some("#fail"), "Failed".to_owned()));
            let sorted = DetailQuery {
                by_duration: !now.by_duration,
                ..now.clone()
            };
            all.push(chip(now.by_duration, sorted, None, "Longest first".to_owned()));
            subject.store.history.version.track();
            all.push(tools(subject, &now, &link));
        }
        Tab::Files => {
            for (is_split, word) in [(false, "Unified"), (true, "Split")] {
                let to = DetailQuery {
                    is_split,
                    ..now.clone()
                };
                let href = subject.adw_id.with_value(|adw_id| to.href(adw_id));
                let current = (now.is_split == is_split).then_some("true");
                all.push(view! { <a class=control::CHIP href=href aria-current=current>{word}</a> }.into_any());
            }
        }
        Tab::Overview | Tab::Thinking => {}
    }
    if now.tab != Tab::Files {
        all.push(agents(subject, &now, &link));
    }
    all.into_any()
}

type LinkOf<'a> = &'a dyn Fn(DetailQuery) -> String;

fn kinds(subject: Subject, now: &DetailQuery, link: LinkOf<'_>) -> AnyView {
    let counts = subject.part(|timeline: &Timeline| timeline.counts.clone()).get();
    let item = |(kind, count): (Kind, u64)| {
        let to = DetailQuery {
            kind: Some(kind),
            ..now.clone()
        };
        (
            kind.name().replace('_', " "),
            format::whole(count),
            link(to),
            now.kind == Some(kind),
        )
    };
    let word = now.kind.map(|kind| kind.name().replace('_', " "));
    menu(
        "All kinds",
        word,
        link(DetailQuery {
            kind: None,
            ..now.clone()
        }),
        counts.into_iter().map(item).collect(),
    )
}

fn agents(subject: Subject, now: &DetailQuery, link: LinkOf<'_>) -> AnyView {
    let names = subject.part(|timeline: &Timeline| {
        let own = timeline.agents.iter().filter(|agent| agent.parent.is_none());
        own.map(|agent| agent.name.clone()).collect::<Vec<_>>()
    });
    let item = |name: String| {
        let is_set = now.agent.as_ref() == Some(&name);
        let to = DetailQuery {
            agent: Some(name.clone()),
            ..now.clone()
        };
        (name, String::new(), link(to), is_set)
    };
    let all = link(DetailQuery {
        agent: None,
        ..now.clone()
    });
    menu(
        "All agents",
        now.agent.clone(),
        all,
        names.get().into_iter().map(item).collect(),
    )
}

/// The tools whose calls are held, the most used first.
fn tools(subject: Subject, now: &DetailQuery, link: LinkOf<'_>) -> AnyView {
    let counts = subject.store.history.with(|log| {
        let mut counts: Vec<(String, u64)> = Vec::new();
        for entry in log.entries() {
            match counts.iter_mut().find(|(name, _)| *name == entry.head) {
                Some((_, count)) => *count += 1,
                None => counts.push((entry.head.clone(), 1)),
            }
        }
        counts.sort_by_key(|(_, count)| u64::MAX - count);
        counts
    });
    let item = |(name, count): (String, u64)| {
        let is_set = now.tool.as_ref() == Some(&name);
        let to = DetailQuery {
            tool: Some(name.clone()),
            ..now.clone()
        };
        (name, format::whole(count), link(to), is_set)
    };
    let all = link(DetailQuery {
        tool: None,
        ..now.clone()
    });
    menu(
        "All tools",
        now.tool.clone(),
        all,
        counts.into_iter().map(item).collect(),
    )
}

/// A menu of links: word, count, address, and whether it is the chosen one.
fn menu(
    all_word: &'static str,
    chosen: Option<String>,
    all: String,
    items: Vec<(String, String, String, bool)>,
) -> AnyView {
    let is_all = chosen.is_none();
    let item = |(word, count, href, is_set): (String, String, String, bool)| {
        view! {
            <a href=href aria-current=is_set.then_some("true")>
                {icon("#tick", 16)}
                {word}
                <span class="mono text-fg3 ml-auto">{count}</span>
            </a>
        }
        .into_any()
    };
    view! {
        <details class=control::MENU>
            <summary class=control::CHIP aria-current=(!is_all).then_some("true")>
                {chosen.unwrap_or_else(|| all_word.to_owned())}
                {icon("#down", 16)}
            </summary>
            <div class="items">
                {item((all_word.to_owned(), String::new(), all, is_all))}
                {items.into_iter().map(item).collect_view()}
            </div>
        </details>
    }
    .into_any()
}

/// The ways out: whole, and as it is filtered here.
pub fn export(subject: Subject, query: Derived<DetailQuery>) -> AnyView {
    let items = dynamic(move || {
        let filters = query.with(|query| query.filters(false));
        let links = |filters: &[(&'static str, String)], what: &'static str| {
            FORMATS
                .map(|(format, name)| {
                    let mut pairs = vec![("format", format.to_owned())];
                    pairs.extend_from_slice(filters);
                    let href = form::address(&subject.api("/export"), &pairs);
                    view! { <a href=href rel="external" download="">{format!("{name}, {what}")}</a> }.into_any()
                })
                .into_iter()
                .collect_view()
        };
        let filtered = (!filters.is_empty()).then(|| links(&filters, "as filtered here").into_any());
        view! {
            {links(&[], "whole")}
            {filtered}
        }
        .into_any()
    });
    view! {
        <details class=control::MENU>
            <summary class=control::QUIET_BUTTON title="Export">
                {icon("#export", 16)}
                <span class="sr-only">"Export"</span>
            </summary>
            <div class="items">{items}</div>
        </details>
    }
    .into_any()
}

/// Keys that a search field keeps for itself.
pub fn is_typing(event: &KeyboardEvent) -> bool {
    use leptos::tachys::renderer::types::Element;
    use leptos::wasm_bindgen::JsCast;
    let target: Option<Element> = event.target().and_then(|target| target.dyn_into().ok());
    target.is_some_and(|target| matches!(target.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT"))
}
