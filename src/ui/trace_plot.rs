//! Events over time as bars, and figures over time as a line.

use std::fmt::Write as _;

use leptos::prelude::*;

use crate::format::decimal;
use crate::html::Html;
use crate::sheets::sheet;

pub const SHEET: &str = concat!("trace ", sheet!("trace"));
/// The height of a trace, in pixels.
const HEIGHT: u32 = 16;

/// A bar per half minute of the last half hour, the newest at the right: events and errors. Silence is a flat right end.
/// `began` is the bar in which the workflow began; `is_live` marks the newest bar as now.
pub fn trace(bars: &[(u16, u16)], began: Option<usize>, is_live: bool) -> AnyView {
    let width = bars.len() as u32 * 3;
    let most = bars.iter().map(|(events, _)| u32::from(*events)).max().unwrap_or(0);
    let (mut events_path, mut errors_path, mut now_path) = (String::new(), String::new(), String::new());
    for (at, (events, errors)) in bars.iter().enumerate() {
        let x = at as u32 * 3 + 1;
        if *errors > 0 {
            let _ = write!(errors_path, "M{x} 15V0");
        } else if *events > 0 {
            let is_now = is_live && at + 1 == bars.len();
            let path = if is_now { &mut now_path } else { &mut events_path };
            let _ = write!(path, "M{x} 15v-{}", bar_height(u32::from(*events), most));
        }
    }
    let start = began.map(|at| format!("M{} 16V10", at * 3));
    let (total, errors) = bars.iter().fold((0, 0), |sum: (u32, u32), bar| {
        (sum.0 + u32::from(bar.0), sum.1 + u32::from(bar.1))
    });
    let label = format!("{total} events and {errors} errors in the last 30 minutes");
    view! {
        <svg
            class=SHEET
            height="16"
            viewBox=format!("0 0 {width} {HEIGHT}")
            preserveAspectRatio="none"
            role="img"
            aria-label=label
        >
            <path class="start" stroke-width="1" d=start></path>
            <path class="base" d=format!("M0 15.5H{width}")></path>
            <path class="bars" stroke-width="2" d=events_path></path>
            <path class="errors" stroke-width="2" d=errors_path></path>
            <path class="now" stroke-width="2" d=now_path></path>
        </svg>
    }
    .into_any()
}

/// A bar's height in pixels: 3 to 13, on a square-root scale, so that one busy moment does not flatten the others.
pub fn bar_height(events: u32, most: u32) -> u32 {
    let share = f64::from(events) / f64::from(most.max(8));
    3 + (share.sqrt() * 10.0).round() as u32
}

/// A figure over time as a stepped line; `colour` is a class that sets the text's colour.
pub fn sparkline(html: &mut Html, values: &[u32], colour: &'static str) {
    let most = values.iter().copied().max().unwrap_or(0).max(1);
    let step = 68.0 / values.len().max(1) as f64;
    let mut y = String::from("18");
    html.raw("<svg width=\"72\" height=\"20\" viewBox=\"0 0 72 20\" aria-hidden=\"true\" class=\"")
        .raw(colour)
        .raw("\"><path d=\"M0 19.5H72\" stroke=\"var(--line)\"></path><path d=\"");
    for (at, value) in values.iter().enumerate() {
        y = decimal(18.0 - f64::from(*value) / f64::from(most) * 14.0, 1);
        html.raw(if at == 0 { "M0 " } else { "V" })
            .text(&y)
            .raw("H")
            .text(&decimal((at as f64 + 1.0) * step, 1));
    }
    html.raw("\" fill=\"none\" stroke=\"currentColor\" stroke-width=\"1.25\"></path><circle cx=\"68\" cy=\"")
        .text(&y)
        .raw("\" r=\"2\" fill=\"currentColor\"></circle></svg>");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_is_never_invisible_and_never_too_high() {
        for most in [0, 1, 8, 500] {
            for events in 0..=most {
                assert!((3..=13).contains(&bar_height(events, most)));
            }
        }
    }
}
