//! A diff, as it is drawn.

use leptos::prelude::*;
use stylers_macro::style_sheet;

use super::diff_text::{Line, Sort, parse};

const SHEET: &str = style_sheet!("./style/components/diff.css");
/// Longer diffs show their beginning, and the rest on request.
const SHOWN: usize = 14;

pub fn diff(text: &str) -> AnyView {
    let lines = parse(text);
    let rest = lines.get(SHOWN..).filter(|rest| !rest.is_empty()).map(|rest| {
        view! {
            <details>
                <summary class="link leading-6 inline-block">{rest.len().to_string()} " more lines"</summary>
                {rest.iter().map(line).collect_view()}
            </details>
        }
        .into_any()
    });
    view! {
        <div class=format!("diff {SHEET}")>
            {lines.iter().take(SHOWN).map(line).collect_view()}
            {rest}
        </div>
    }
    .into_any()
}

fn line(line: &Line) -> AnyView {
    let (class, sign, word) = match line.sort {
        Sort::Same => ("l", " ", ""),
        Sort::Added => ("l add", "+", "added: "),
        Sort::Removed => ("l del", "−", "removed: "),
        Sort::Gap => ("l hunk", "⋯", ""),
        Sort::Note => ("l hunk", " ", ""),
    };
    let (head, changed, tail) = match line.changed {
        Some((from, to)) => (&line.text[..from], &line.text[from..to], &line.text[to..]),
        None => (line.text.as_str(), "", ""),
    };
    let changed = (!changed.is_empty()).then(|| view! { <mark>{changed.to_owned()}</mark> }.into_any());
    view! {
        <div class=class>
            <span class="n">{line.number.map(|number| number.to_string())}</span>
            <span class="s" aria-hidden="true">{sign}</span>
            <span class="c">
                <span class="sr-only">{word}</span>
                {head.to_owned()}
                {changed}
                {tail.to_owned()}
            </span>
        </div>
    }
    .into_any()
}
