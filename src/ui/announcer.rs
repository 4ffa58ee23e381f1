//! What a screen reader hears of a live page: at most one sentence per 5 s.

use leptos::prelude::*;

use crate::board::survey::Survey;
use crate::derived::Derived;
use crate::dynamic::dynamic;
use crate::effect::effect;
use crate::format;
use crate::store::use_store;
use domain::timestamp::Timestamp;

const QUIET_MS: u64 = 5_000;

/// Announces how many entries and errors came since the last announcement.
#[component]
pub fn EntryAnnouncer(seq: Derived<u64>, errors: Derived<u64>) -> impl IntoView {
    announcer(
        Box::new(move || [seq.get(), errors.get(), 0]),
        |[entries, errors, _]| {
            let mut text = (entries > 0).then(|| format::counted(entries, "new entry", "new entries"))?;
            if errors > 0 {
                text.push_str(", ");
                text.push_str(&format::counted(errors, "error", "errors"));
            }
            Some(text)
        },
    )
}

/// Announces how many more workflows need attention.
#[component]
pub fn BoardAnnouncer(survey: Derived<Survey>) -> impl IntoView {
    announcer(
        Box::new(move || {
            survey.with(|survey| {
                [survey.counts.all, survey.counts.stalled, survey.counts.failed].map(|count| count as u64)
            })
        }),
        |more| {
            let words = more.into_iter().zip(["new", "stalled", "failed"]);
            let parts: Vec<String> = words
                .filter(|(count, _)| *count > 0)
                .map(|(count, word)| format!("{count} {word}"))
                .collect();
            (!parts.is_empty()).then(|| format!("Workflows: {}", parts.join(", ")))
        },
    )
}

/// Counts whose increase is announced.
type Seen = [u64; 3];

/// Announces an increase since the last announcement; `words` gets the increase. The text depends on the last
/// announcement, so an effect remembers it; the server announces nothing.
fn announcer(look: Box<dyn Fn() -> Seen + Send + Sync>, words: fn(Seen) -> Option<String>) -> AnyView {
    let store = use_store();
    let said = RwSignal::new(String::new());
    let mut last: Option<(Timestamp, Seen)> = None;
    effect(move || {
        let now = store.now.get();
        let seen = look();
        let Some((spoken_at, heard)) = last else {
            last = Some((now, seen));
            return;
        };
        if seen == heard || now.since(spoken_at) < QUIET_MS {
            return;
        }
        last = Some((spoken_at, seen));
        if let Some(text) = words([0, 1, 2].map(|at| seen[at].saturating_sub(heard[at]))) {
            said.set(text);
            last = Some((now, seen));
        }
    });
    view! { <p class="sr-only" role="status">{dynamic(move || said.get())}</p> }.into_any()
}
