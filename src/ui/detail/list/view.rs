//! The list in the page: its scroll bar, its heads, and the rows that are seen.

use leptos::prelude::*;

use super::drawn::Drawn;
use super::{Cause, List};
use crate::derived::Derived;
use crate::dynamic::list;

/// The list with its scroll bar and its rows. `class` names its columns, `heads` are the words above them.
pub fn list_view(rows: List, label: &'static str, class: &'static str, heads: &'static str) -> AnyView {
    rows.start();
    let drawn = move || {
        rows.drawn.track();
        rows.state.with_value(|state| state.drawn.clone())
    };
    let draw = |row: Drawn| {
        view! {
            <div role="row" class=row.class aria-rowindex=(row.index + 2).to_string() data-seq=row.seq.to_string() inner_html=row.html></div>
        }
        .into_any()
    };
    let style = Derived::new(move |_| {
        rows.drawn.track();
        format!(
            "transform:translateY({}px)",
            rows.state.with_value(|state| state.above_px)
        )
    });
    let count = Derived::new(move |_| {
        rows.drawn.track();
        (rows.state.with_value(|state| state.rows.count) + 1).to_string()
    });
    view! {
        <div class=class role="table" aria-label=label aria-rowcount=move || count.get()>
            <div role="rowgroup" class="scroll" tabindex="0" autofocus=true node_ref=rows.container on:scroll=move |_| rows.update(Cause::Scroll)>
                <div role="row" class="heads-row" aria-rowindex="1" inner_html=heads></div>
                <div class="canvas" role="presentation" node_ref=rows.canvas>
                    <div class="rows" role="presentation" style=move || style.get()>
                        {list(drawn, Drawn::key, draw)}
                    </div>
                </div>
            </div>
        </div>
    }
    .into_any()
}
