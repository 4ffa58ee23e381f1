//! A workflow's state: shape, word and colour, with the reason for it.

use leptos::prelude::*;

use crate::format;
use crate::icon;
use crate::sheets::sheet;
use domain::status::{Status, Verdict};
use domain::timestamp::Timestamp;

pub const SHEET: &str = sheet!("status");

/// The reason, and whether it was inferred or reported.
pub fn reason(verdict: &Verdict) -> String {
    if verdict.derived {
        format!("Inferred: {}", verdict.why)
    } else {
        verdict.why.clone()
    }
}

/// The state as shown on cards and in headers; a stalled one says for how long.
pub fn status_mark(verdict: &Verdict, now: Timestamp) -> AnyView {
    let status = verdict.status;
    let class = format!("st boxed {} {SHEET}", status.slug());
    let stalled_for = verdict.since.filter(|_| status == Status::Stalled).map(|since| {
        let age = format::age(now.since(since));
        format!(" {}{}{}", age.value, format::THIN, age.unit)
    });
    view! {
        <span class=class title=reason(verdict)>
            {icon::status(status, 12)}
            <span>{status.word()} {stalled_for}</span>
        </span>
    }
    .into_any()
}
