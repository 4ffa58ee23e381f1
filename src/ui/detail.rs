//! The AgentStateDetailModal: everything that was recorded of a workflow, to be read, searched and taken away.
//!
//! A dialog with an address of its own, and a page for those without script.

pub mod ansi;
pub mod bar;
pub mod body;
pub mod files;
pub mod keys;
pub mod list;
pub mod overview;
pub mod query;
pub mod row;

use leptos::ev::{Event, KeyboardEvent};
use leptos::html::Dialog;
use leptos::prelude::*;
use stylers_macro::style_sheet;

use crate::domain::event::Kind;
use crate::domain::log::Log;
use crate::domain::timeline::Timeline;
use crate::ui::address::Going;
use crate::ui::connection::Connection;
use crate::ui::control;
use crate::ui::derived::Derived;
use crate::ui::dynamic::dynamic;
use crate::ui::format;
use crate::ui::icon::icon;
use crate::ui::viewer::subject::{Subject, use_subject};
use bar::Bar;
use list::{List, Mode, list_view};
use query::{DetailQuery, Tab, workflow};

const SHEET: &str = style_sheet!("./style/components/detail.css");

/// The dialog, while the address asks for it.
#[component]
pub fn Detail() -> impl IntoView {
    let subject = use_subject();
    let address = subject.store.address;
    let is_open = Derived::new(move |_| address.with(|address| DetailQuery::of(address).is_some()));
    dynamic(move || is_open.get().then(|| view! { <Dialog_ subject /> }.into_any()))
}

#[component]
fn Dialog_(subject: Subject) -> impl IntoView {
    let store = subject.store;
    let adw_id = subject.adw_id.get_value();
    // While the dialog goes away the address has no query any more: it keeps the last one.
    let query = Derived::new(move |before: Option<&DetailQuery>| {
        let now = store.address.with(DetailQuery::of);
        now.or_else(|| before.cloned()).unwrap_or_default()
    });
    let history = store.history;
    Effect::new(move |before: Option<String>| {
        let epoch = store.epoch.get();
        if before.is_some_and(|before| before != epoch) {
            history.restart();
        }
        epoch
    });
    let of = adw_id.clone();
    Effect::new(move |before: Option<(String, usize)>| {
        let query = query.get();
        history.show(&of, &query);
        let text = (query.text.clone(), query.filters(true).len());
        // What the server has searched already is not searched again.
        let is_known = before.is_none() && history.found.with_untracked(Option::is_some);
        if before.as_ref() != Some(&text) && !is_known {
            history.search();
        }
        text
    });
    on_cleanup(move || history.close());
    let dialog = NodeRef::<Dialog>::new();
    Effect::new(move |_| {
        if let Some(dialog) = dialog.get() {
            // What the server has drawn open is a part of the page; only opened by script it is a dialog.
            dialog.close();
            let _ = dialog.show_modal();
        }
    });
    let back = workflow(&adw_id);
    let close = {
        let back = back.clone();
        move || {
            store.going.set(Some(Going {
                href: back.clone(),
                replaces: false,
            }));
        }
    };
    let tab = Derived::new(move |_| query.with(|query| query.tab));
    let list = Derived::new_with_compare(
        move |_| (tab.get(), List::new(subject.adw_id.get_value(), store, query)),
        |a, b| a.0 != b.0,
    );
    let on_cancel = {
        let close = close.clone();
        move |event: Event| {
            event.prevent_default();
            close();
        }
    };
    let on_key = move |event: KeyboardEvent| keys::pressed(&event, subject, query, list.get_untracked().1, &close);
    let panel = dynamic(move || match tab.get() {
        Tab::Overview => overview::panel(subject),
        Tab::Logs => list_view(
            list.get().1,
            "Entries",
            "heads-row log",
            &["seq", "time, UTC", "level", "agent", "message"],
        ),
        Tab::Files => files::panel(subject, query),
        Tab::Thinking => list_view(
            list.get().1,
            "Thinking",
            "heads-row th",
            &["seq", "time, UTC", "agent", "thought"],
        ),
        Tab::Tools => list_view(
            list.get().1,
            "Tool calls",
            "heads-row tl",
            &["seq", "time, UTC", "tool", "input", "agent", "duration"],
        ),
    });
    view! {
        <dialog
            class=format!("detail {SHEET}")
            open=true
            node_ref=dialog
            aria-label=format!("Details of {adw_id}")
            on:cancel=on_cancel
            on:keydown=on_key
        >
            <header class="top">
                <nav class="tabs" role="tablist" aria-label="Details">
                    {Tab::ALL.into_iter().map(|one| tab_link(subject, query, one)).collect_view()}
                </nav>
                <span class="grow"></span>
                <span class="mono text-fg2 max-md:hidden">{adw_id.to_string()}</span>
                {dynamic(move || badge(list.get().1))}
                {bar::export(subject, query)}
                <a class=control::QUIET_BUTTON href=back title="Close (Esc)">
                    {icon("#close", 16)}
                    <span class="sr-only">"Close"</span>
                </a>
            </header>
            {dynamic(move || (tab.get() != Tab::Overview).then(|| view! { <Bar subject query /> }.into_any()))}
            <div class="panel" role="tabpanel" aria-label=move || tab.get().word()>
                {panel}
                {dynamic(move || pill(list.get().1))}
            </div>
            <footer class="foot">{dynamic(move || foot(subject, query))}</footer>
        </dialog>
    }
    .into_any()
}

fn tab_link(subject: Subject, query: Derived<DetailQuery>, tab: Tab) -> AnyView {
    let count = subject.part(Counts::of);
    let href = move || {
        subject
            .adw_id
            .with_value(|adw_id| query.with(|query| query.on(tab).href(adw_id)))
    };
    let is_selected = move || query.with(|query| query.tab == tab);
    view! {
        <a
            role="tab"
            class="tab"
            href=href
            aria-selected=move || if is_selected() { "true" } else { "false" }
            tabindex=move || if is_selected() { "0" } else { "-1" }
        >
            {tab.word()}
            {dynamic(move || count.with(|count| count.of_tab(tab)).map(|count| view! { <b>{format::whole(count)}</b> }.into_any()))}
        </a>
    }
    .into_any()
}

/// What stands on the tabs.
#[derive(Clone, Debug, PartialEq)]
struct Counts {
    events: u64,
    files: u64,
    thoughts: u64,
    tools: u64,
}

impl Counts {
    fn of(timeline: &Timeline) -> Self {
        let count = |kind: Kind| timeline.counts.get(&kind).copied().unwrap_or(0);
        Self {
            events: timeline.seq,
            files: count(Kind::FileOperation),
            thoughts: count(Kind::AgentThinking),
            tools: timeline.tools,
        }
    }

    fn of_tab(&self, tab: Tab) -> Option<u64> {
        match tab {
            Tab::Overview => None,
            Tab::Logs => Some(self.events),
            Tab::Files => Some(self.files),
            Tab::Thinking => Some(self.thoughts),
            Tab::Tools => Some(self.tools),
        }
    }
}

/// Whether the list follows: the connection's badge while it does.
fn badge(list: List) -> AnyView {
    let (shape, word, detail) = match list.mode.get() {
        Mode::Live => return view! { <Connection /> }.into_any(),
        Mode::Held(seq) => ("#held", "Held", format!("at {}", format::whole(seq))),
        Mode::Paused(_) => ("#paused", "Paused", format!("+{}", format::whole(list.fresh().0))),
    };
    view! {
        <button type="button" class=control::BUTTON title="Follow the newest entry again (f)" on:click=move |_| list.follow()>
            {icon(shape, 12)}
            <b>{word}</b>
            <span class="mono text-fg2">{detail}</span>
        </button>
    }
    .into_any()
}

/// What came since the list was held.
fn pill(list: List) -> Option<AnyView> {
    let (fresh, errors) = list.fresh();
    if list.mode.get() == Mode::Live || fresh == 0 {
        return None;
    }
    let failed = (errors > 0)
        .then(|| view! { <span class="text-bad">"· " {format::counted(errors, "error", "errors")}</span> }.into_any());
    Some(
        view! {
            <button type="button" class=format!("pill {}", control::BUTTON) on:click=move |_| list.follow()>
                {icon("#down", 16)}
                <b class="mono">{format::whole(fresh)}</b>
                "new"
                {failed}
                <kbd>"G"</kbd>
            </button>
        }
        .into_any(),
    )
}

fn foot(subject: Subject, query: Derived<DetailQuery>) -> AnyView {
    let history = subject.store.history;
    history.version.track();
    let told = history.found.with(|found| {
        let text = query.with(|query| query.text.clone());
        match found {
            Some(found) if !text.is_empty() => {
                let here = history.with(|log| found.seqs.iter().filter(|seq| log.find(**seq).is_some()).count() as u64);
                let rest = found.count.saturating_sub(here);
                format!(
                    "{} of {} hits are in this tab, {} on the server",
                    format::whole(here),
                    format::whole(found.count),
                    format::whole(rest)
                )
            }
            Some(_) | None => {
                let held = history.with(Log::held) as u64;
                format!("{} held here", format::counted(held, "entry", "entries"))
            }
        }
    });
    const KEYS: [(&str, &str); 7] = [
        ("j k", "rows"),
        ("x", "expand"),
        ("[ ]", "errors"),
        ("n N", "hits"),
        ("y", "permalink"),
        ("p", "pause"),
        ("f", "follow"),
    ];
    let key = |(key, word): (&'static str, &'static str)| {
        view! { <span class="key"><kbd>{key}</kbd> {word}</span> }.into_any()
    };
    let failed = history.failed.get().then(|| {
        view! {
            <span class="text-bad" role="alert">"Entries could not be loaded. "
                <button type="button" class="link" on:click=move |_| history.load_newest()>"Try again"</button>
            </span>
        }
        .into_any()
    });
    let is_overview = query.with(|query| query.tab == Tab::Overview);
    view! {
        <span class="keys">{KEYS.map(key).into_iter().collect_view()}</span>
        {failed}
        <span class="grow"></span>
        <span>{(!is_overview).then_some(told)}</span>
    }
    .into_any()
}
