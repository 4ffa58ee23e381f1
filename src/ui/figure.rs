//! Figures, clocks and paths as they are drawn.

use leptos::prelude::*;

use crate::format::{self, Figure, THIN};
use domain::event::TimeSource;
use domain::timestamp::Timestamp;

/// A figure followed by its unit.
pub fn figure(figure: Figure) -> AnyView {
    let unit = (!figure.unit.is_empty()).then(|| view! { <span class="u">{THIN}{figure.unit}</span> }.into_any());
    view! {
        {figure.value}
        {unit}
    }
    .into_any()
}

/// A clock in UTC. It is marked if the time is only an upper bound, taken from the file.
pub fn clock(at: Timestamp, source: TimeSource) -> AnyView {
    let is_known = source.is_known();
    let text = if is_known {
        at.clock()
    } else {
        format!("≤{THIN}{}", format::minute(at))
    };
    let title = if is_known {
        format::moment(at)
    } else {
        format!(
            "Written before adwatch was watching, no later than {}",
            format::moment(at)
        )
    };
    view! {
        <time class="time" datetime=at.to_string() title=title>
            {text}
        </time>
    }
    .into_any()
}
