//! The AgentStateDetailModal: everything that was recorded about a workflow, to be read, searched and exported.
//!
//! A dialog with an address of its own, and a part of the page without script. What it shows follows from the
//! address; what a person does changes the address, or how the list is shown (`List`).

pub mod ansi;
pub mod bar;
pub mod body;
pub mod files;
pub mod hands;
pub mod list;
pub mod outline;
pub mod overview;
pub mod query;
pub mod row;

use std::time::Duration;

use leptos::html::Dialog;
use leptos::prelude::*;

use crate::chunk::chunk;
use crate::connection::Connection;
use crate::control;
use crate::derived::Derived;
use crate::dynamic::dynamic;
use crate::effect::effect;
use crate::format;
use crate::html::Html;
use crate::icon::icon;
use crate::life::Life;
use crate::markup::markup;
use crate::sheets::sheet;
use crate::viewer::subject::{Subject, use_subject};
use domain::event::Kind;
use domain::log::Log;
use domain::timeline::Timeline;
use hands::Hands;
use list::view::list_view;
use list::{List, Mode};
use query::{DetailQuery, Tab, workflow};

const SHEET: &str = sheet!("detail");
/// How long links wait for a person who types.
const BEHIND: Duration = Duration::from_millis(50);

chunk! {
    /// The dialog about the workflow that is the `Subject` at hand.
    DETAIL = detail(dialog), "The details", outline::skeleton, outline::failure
}

fn dialog() -> AnyView {
    let subject = use_subject();
    let store = subject.store;
    let life = Life::begin();
    let history = store.history;
    // While the dialog is closing, the address no longer has a query, so the last one is kept.
    let query = Derived::new(move |before: Option<&DetailQuery>| {
        let now = store.address.with(DetailQuery::of);
        now.or_else(|| before.cloned()).unwrap_or_default()
    });
    load(subject, query);
    on_cleanup(move || history.close());
    let tab = Derived::new(move |_| query.with(|query| query.tab));
    // Every tab is read in its own way.
    let behind = behind(query, life);
    let list = Derived::new_with_compare(
        move |_| (tab.get(), List::new(subject.adw_id.get_value(), store, query)),
        |before, now| before.0 != now.0,
    );
    let has_fresh = Derived::new(move |_| list.get().1.fresh().0 > 0);
    let element = NodeRef::<Dialog>::new();
    effect(move || {
        if let Some(dialog) = element.get() {
            let hands = Hands {
                subject,
                query,
                list,
                life,
            };
            hands.take(&dialog);
            // A dialog rendered open by the server is part of the page; it becomes modal only when script opens it.
            dialog.close();
            let _ = dialog.show_modal();
        }
    });
    let panel = dynamic(move || {
        let (tab, list) = list.get();
        let (label, class, heads) = match tab {
            Tab::Overview => return overview::panel(subject),
            Tab::Files => return files::panel(subject, query),
            Tab::Logs => ("Entries", "lines log", row::LOG_HEADS),
            Tab::Thinking => ("Thinking", "lines th", row::THOUGHT_HEADS),
            Tab::Tools => ("Tool calls", "lines tl", row::TOOL_HEADS),
        };
        list_view(list, label, class, heads)
    });
    let id = subject.adw_id.with_value(ToString::to_string);
    let label = format!("Details of {id}");
    let back = subject.adw_id.with_value(workflow);
    view! {
        <dialog class=format!("detail {SHEET}") open=true node_ref=element aria-label=label>
            <header class="top">
                <nav class="tabs" role="tablist" aria-label="Details">
                    {Tab::ALL.into_iter().map(|one| tab_link(subject, behind, one)).collect_view()}
                </nav>
                <span class="grow"></span>
                <span class="mono text-fg2 max-md:hidden">{id}</span>
                {dynamic(move || badge(list.get().1))}
                {bar::export(subject, behind)}
                <a class=control::QUIET_BUTTON href=back title="Close (Esc)" data-close="1">
                    {icon("#close", 16)}
                    <span class="sr-only">"Close"</span>
                </a>
            </header>
            {dynamic(move || (tab.get() != Tab::Overview).then(|| bar::bar(subject, query, behind)))}
            <div class="panel" role="tabpanel" aria-label="Recorded events">
                {panel}
                {dynamic(move || pill(list.get().1, has_fresh))}
            </div>
            {markup("foot", move |html| foot(html, subject, &behind.get()))}
        </dialog>
    }
    .into_any()
}

/// The same, but with the typed text a moment later. Many links contain it, and the letter itself must be drawn first.
fn behind(query: Derived<DetailQuery>, life: Life) -> Derived<DetailQuery> {
    let newest = RwSignal::new(query.get_untracked());
    let behind = RwSignal::new(newest.get_untracked());
    effect(move || {
        let query = query.get();
        newest.set(query.clone());
        let is_typed = behind.with_untracked(|behind| behind.text != query.text && behind.tab == query.tab);
        if is_typed {
            life.after(BEHIND, move || behind.set(newest.get_untracked()));
        } else {
            behind.set(query);
        }
    });
    Derived::new(move |_| behind.get())
}

/// Keeps what is held in step with the address.
fn load(subject: Subject, query: Derived<DetailQuery>) {
    let store = subject.store;
    let history = store.history;
    let mut before: Option<(String, String)> = None;
    effect(move || {
        let epoch = store.epoch.get();
        let query = query.get();
        if before.as_ref().is_some_and(|(known, _)| *known != epoch) {
            history.restart();
        }
        subject.adw_id.with_value(|adw_id| history.show(adw_id, &query));
        let asked = format!("{:?}", query.filters(true));
        // What the server has searched already is not searched again.
        let is_known = before.is_none() && history.found(|found| found.is_some());
        if !is_known && before.as_ref().is_none_or(|(_, known)| *known != asked) {
            history.search();
        }
        before = Some((epoch, asked));
    });
}

fn tab_link(subject: Subject, query: Derived<DetailQuery>, tab: Tab) -> AnyView {
    let counts = subject.part(Counts::of);
    let href = Derived::new(move |_| {
        subject
            .adw_id
            .with_value(|adw_id| query.with(|query| query.on(tab).href(adw_id)))
    });
    let is_selected = Derived::new(move |_| query.with(|query| query.tab == tab).to_string());
    view! {
        <a role="tab" class="tab" href=move || href.get() aria-selected=move || is_selected.get()>
            {tab.word()}
            {dynamic(move || counts.with(|counts| counts.of_tab(tab)).map(|count| view! { <b>{format::whole(count)}</b> }.into_any()))}
        </a>
    }
    .into_any()
}

/// The labels of the tabs.
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
    let (shape, word, held) = match list.mode() {
        Mode::Live => return view! { <Connection /> }.into_any(),
        Mode::Held(seq) => ("#held", "Held", Some(seq)),
        Mode::Paused(_) => ("#paused", "Paused", None),
    };
    let detail = dynamic(move || match held {
        Some(seq) => format!("at {}", format::whole(seq)),
        None => format!("+{}", format::whole(list.fresh().0)),
    });
    view! {
        <button type="button" class=control::BUTTON title="Follow the newest entries again (f)" data-follow="1">
            {icon(shape, 12)}
            <b>{word}</b>
            " "
            <span class="mono text-fg2">{detail}</span>
        </button>
    }
    .into_any()
}

/// What came since the list was held. The button stays while its count grows, so that it can be pressed.
fn pill(list: List, has_fresh: Derived<bool>) -> Option<AnyView> {
    if list.mode() == Mode::Live || !has_fresh.get() {
        return None;
    }
    let count = dynamic(move || {
        let (fresh, errors) = list.fresh();
        let mut said = format!("{} new", format::whole(fresh));
        if errors > 0 {
            said.push_str(" · ");
            said.push_str(&format::counted(errors, "error", "errors"));
        }
        said
    });
    Some(
        view! {
            <button type="button" class="pill" data-follow="1">
                {icon("#down", 16)}
                <span>{count}</span>
                <kbd>"G"</kbd>
            </button>
        }
        .into_any(),
    )
}

fn foot(html: &mut Html, subject: Subject, query: &DetailQuery) {
    const KEYS: [(&str, &str); 7] = [
        ("j k", "rows"),
        ("x", "expand"),
        ("[ ]", "errors"),
        ("n N", "matches"),
        ("y", "permalink"),
        ("p", "pause"),
        ("f", "follow"),
    ];
    let history = subject.store.history;
    history.track();
    html.raw("<span class=\"keys\">");
    for (key, word) in KEYS {
        html.raw("<span class=\"key\"><kbd>")
            .raw(key)
            .raw("</kbd>")
            .raw(word)
            .raw("</span>");
    }
    html.raw("</span>");
    if history.has_failed() {
        html.raw("<span class=\"wrong\" role=\"alert\">Could not load the entries. ");
        html.raw("<button type=\"button\" class=\"link\" data-retry=\"1\">Try again</button></span>");
    }
    if query.tab == Tab::Overview {
        return;
    }
    let held = |seqs: &[u64]| history.log(|log| seqs.iter().filter(|seq| log.find(**seq).is_some()).count() as u64);
    let hits = history.found(|found| found.map(|found| (found.count, held(&found.seqs))));
    html.raw("<span class=\"told\">");
    match hits.filter(|_| !query.text.is_empty()) {
        Some((count, here)) => {
            html.text(&format::whole(here))
                .raw(" of ")
                .text(&format::whole(count))
                .raw(" matches are in this tab, ");
            html.text(&format::whole(count.saturating_sub(here)))
                .raw(" more on the server");
        }
        None => {
            let held = history.log(Log::held) as u64;
            html.text(&format::counted(held, "entry", "entries")).raw(" loaded");
        }
    }
    html.raw("</span>");
    // Without script, earlier entries are on another page.
    let first = history.log(|log| {
        let seq = log.entries().next()?.seq;
        // Entries that a filter leaves out have been looked through too.
        (seq > 1 && !log.covers(seq - 1)).then_some(seq)
    });
    if let Some(seq) = first {
        let earlier = DetailQuery {
            before: Some(seq),
            seq: None,
            ..query.clone()
        };
        let href = subject.adw_id.with_value(|adw_id| earlier.href(adw_id));
        html.raw("<noscript><a class=\"link\" href=\"")
            .text(&href)
            .raw("\">Earlier entries</a></noscript>");
    }
}
