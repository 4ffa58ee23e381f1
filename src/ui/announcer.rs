//! What a screen reader hears of a live page: at most one sentence per 5 s.

use leptos::prelude::*;

use crate::domain::timestamp::Timestamp;
use crate::ui::board::survey::Survey;
use crate::ui::derived::Derived;
use crate::ui::dynamic::dynamic;
use crate::ui::format;
use crate::ui::store::use_store;

const QUIET_MS: u64 = 5_000;

/// Says how many entries and errors came since it last spoke.
#[component]
pub fn EntryAnnouncer(seq: Derived<u64>, errors: Derived<u64>) -> impl IntoView {
    announcer(
        move || (seq.get(), errors.get()),
        |before, now| {
            let entries = now.0.saturating_sub(before.0);
            let errors = now.1.saturating_sub(before.1);
            let mut text = (entries > 0).then(|| format::counted(entries, "new entry", "new entries"))?;
            if errors > 0 {
                text.push_str(", ");
                text.push_str(&format::counted(errors, "error", "errors"));
            }
            Some(text)
        },
    )
}

/// Says how many workflows newly want a person.
#[component]
pub fn BoardAnnouncer(survey: Derived<Survey>) -> impl IntoView {
    announcer(
        move || survey.with(|survey| (survey.counts.all, survey.counts.stalled, survey.counts.failed)),
        |before, now| {
            let part =
                |before: usize, now: usize, word: &str| (now > before).then(|| format!("{} {word}", now - before));
            let parts: Vec<String> = [
                part(before.0, now.0, "new"),
                part(before.1, now.1, "stalled"),
                part(before.2, now.2, "failed"),
            ]
            .into_iter()
            .flatten()
            .collect();
            (!parts.is_empty()).then(|| format!("Workflows: {}", parts.join(", ")))
        },
    )
}

/// Speaks when what `look` sees differs from when it last spoke. What is said depends on when it was said last,
/// so an effect keeps that; on the server nothing is said.
fn announcer<T: Clone + PartialEq + Send + Sync + 'static>(
    look: impl Fn() -> T + Send + Sync + 'static,
    words: fn(&T, &T) -> Option<String>,
) -> impl IntoView {
    let store = use_store();
    let said = RwSignal::new(String::new());
    Effect::new(move |last: Option<(Timestamp, T)>| {
        let now = store.now.get();
        let seen = look();
        let Some((spoken_at, heard)) = last else {
            return (now, seen);
        };
        if seen == heard || now.since(spoken_at) < QUIET_MS {
            return (spoken_at, heard);
        }
        match words(&heard, &seen) {
            Some(text) => {
                said.set(text);
                (now, seen)
            }
            None => (spoken_at, seen),
        }
    });
    view! { <p class="sr-only" role="status">{dynamic(move || said.get())}</p> }
}
