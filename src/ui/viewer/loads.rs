//! The resources used by the agents' processes: one line each for CPU, memory and disk.

use leptos::prelude::*;

use super::subject::use_subject;
use crate::format;
use crate::html::Html;
use crate::markup::markup;
use crate::trace_plot::sparkline;
use domain::timeline::load::Load;

/// The words of `Load::lines`.
const WORDS: [&str; 3] = ["processor", "memory", "disk"];

#[component]
pub fn Loads() -> impl IntoView {
    let loads = use_subject().part(|timeline| timeline.loads.clone());
    markup("contents", move |html| {
        loads.with(|loads| loads.iter().rev().for_each(|load| draw(html, load)));
    })
}

fn draw(html: &mut Html, load: &Load) {
    html.raw("<section class=\"pb-2 border-b border-line\"><div class=\"flex items-center gap-2 h-7 px-3 text-2xs text-fg3 max-md:px-4\"><h3>processes</h3><span class=\"mono truncate\">")
        .text(&load.agent)
        .raw("</span></div><dl>");
    for (at, word) in WORDS.into_iter().enumerate() {
        let line = load.lines.get(at).map_or(&[][..], Vec::as_slice);
        let peak = figure(at, line.iter().copied().max().unwrap_or(0));
        html.raw("<div class=\"flex items-center gap-3 px-3 min-h-6 max-md:px-4\" title=\"at most ")
            .text(&peak)
            .raw("\"><dt class=\"lbl w-16\">")
            .raw(word)
            .raw("</dt><dd class=\"flex items-center gap-3 grow\">");
        sparkline(html, line, "text-fg2");
        html.raw("<span class=\"num grow\">")
            .text(&figure(at, load.latest.get(at).copied().unwrap_or(0)))
            .raw("</span></dd></div>");
    }
    html.raw("</dl></section>");
}

/// A figure of one of the lines: percent of a core, bytes, bytes a second.
fn figure(line: usize, value: u32) -> String {
    if line == 0 {
        return format!("{value}{}%", format::THIN);
    }
    let bytes = format::amount(u64::from(value) * 1024);
    let unit = if line == 1 { "B" } else { "B/s" };
    format!("{}{}{}{unit}", bytes.value, format::THIN, bytes.unit)
}
