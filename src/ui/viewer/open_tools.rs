//! Tool calls without a result, each against what the tool usually takes.

use leptos::prelude::*;

use super::subject::use_subject;
use crate::dynamic::dynamic;
use crate::format;
use crate::icon;
use crate::status_mark;
use domain::timeline::open_tool::OpenTool;

/// How many of the newest are shown here.
const SHOWN: usize = 8;
/// The usual duration stands at this place of the bar, in per cent.
const USUAL_AT: u64 = 62;

#[component]
pub fn OpenTools() -> impl IntoView {
    let subject = use_subject();
    let open = subject.part(|timeline| {
        let newest: Vec<(OpenTool, Option<u64>)> = timeline
            .open_tools
            .iter()
            .rev()
            .take(SHOWN)
            .map(|tool| (tool.clone(), timeline.usual.of(&tool.name)))
            .collect();
        (timeline.open_tools.len(), newest)
    });
    let status = subject.status();
    let row = move |(tool, usual): &(OpenTool, Option<u64>)| {
        // A call found later has no known start, and nobody will answer one of a dead run.
        let is_ticking = tool.time_source.is_known() && status.get().is_at_work();
        let (at, usual) = (tool.at, *usual);
        let open_ms = move || subject.store.now.get().since(at);
        let (mark, slug) = if is_ticking {
            (icon::running(10), "running")
        } else {
            (icon::icon("#unknown", 10), "")
        };
        let duration = if is_ticking {
            dynamic(move || format::elapsed(open_ms())).into_any()
        } else {
            "no result".into_any()
        };
        let bar = usual.filter(|_| is_ticking).map(|usual| {
            let width = move || format!("width:{}%", (open_ms() * USUAL_AT / usual.max(1)).min(100));
            view! {
                <div class="flex items-center gap-2 mt-1">
                    <span class="h-[2px] grow bg-line relative" aria-hidden="true">
                        <span class="absolute inset-y-0 left-0 bg-accent" style=width></span>
                        <span class="absolute -inset-y-0.5 w-px bg-fg2" style=format!("left:{USUAL_AT}%")></span>
                    </span>
                    <span class="lbl">"usual " {format::duration(usual)}</span>
                </div>
            }
            .into_any()
        });
        view! {
            <li class="px-3 py-1.5 border-b border-line max-md:px-4">
                <div class="flex items-baseline gap-2">
                    <span class=format!("st self-center {slug} {}", status_mark::SHEET)>{mark}</span>
                    <span class="font-semibold">{tool.name.clone()}</span>
                    <span class="mono text-fg2 truncate min-w-0 grow" title=tool.text.clone()>{tool.text.clone()}</span>
                    <span class=if is_ticking { "num text-accent" } else { "num text-fg3" }>{duration}</span>
                </div>
                {bar}
            </li>
        }
        .into_any()
    };
    view! {
        <div class="flex items-center h-7 px-3 text-2xs text-fg3 max-md:px-4">
            <h3>"open tools"</h3>
            <span class="grow"></span>
            <span class="font-mono">{dynamic(move || open.with(|open| open.0.to_string()))}</span>
        </div>
        <ol>{dynamic(move || open.with(|open| open.1.iter().map(row).collect_view()))}</ol>
    }
    .into_any()
}
