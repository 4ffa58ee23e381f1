//! The workflow in figures: what it used, its agents, its kinds of events, and what went wrong.

use leptos::prelude::*;

use super::query::{DetailQuery, Tab};
use crate::format::{self, Figure};
use crate::html::Html;
use crate::markup::markup;
use crate::viewer::subject::Subject;
use domain::adw_id::AdwId;
use domain::timeline::Timeline;
use domain::timeline::agent::Agent;

pub fn panel(subject: Subject) -> AnyView {
    let drawn = subject.part(|timeline| {
        let mut html = Html::default();
        draw(&mut html, timeline);
        html.done()
    });
    markup("overview", move |html| {
        drawn.with(|drawn| html.add(drawn));
    })
}

fn draw(html: &mut Html, timeline: &Timeline) {
    let usage = timeline.usage;
    let cost: f64 = timeline.agents.iter().filter_map(Agent::cost_usd).sum();
    let known = timeline.first_at.filter(|_| timeline.last_known_at.is_some());
    let span = known.zip(timeline.last_at).map(|(first, last)| last.since(first));
    html.raw("<dl class=\"figures\">");
    for (name, value) in [
        ("events", format::whole(timeline.seq)),
        ("errors", format::whole(timeline.error_count)),
        ("tool calls", format::whole(timeline.tools)),
        (
            "first to last event",
            span.map_or_else(|| "–".to_owned(), format::duration),
        ),
        (
            "tokens in",
            plain(&format::amount(usage.input + usage.cache_read + usage.cache_creation)),
        ),
        ("tokens out", plain(&format::amount(usage.output))),
        ("cost", format::money(cost)),
        ("open calls", format::whole(timeline.open_tools.len() as u64)),
    ] {
        html.raw("<div><dt>")
            .text(name)
            .raw("</dt><dd>")
            .text(&value)
            .raw("</dd></div>");
    }
    html.raw("</dl>");
    agents(html, timeline);
    kinds(html, timeline);
    overhead(html, timeline);
    errors(html, timeline);
}

fn agents(html: &mut Html, timeline: &Timeline) {
    html.raw("<section><h3>Agents</h3>");
    if timeline.agents.is_empty() {
        html.raw("<p class=\"none\">No agents yet.</p></section>");
        return;
    }
    html.raw("<table><thead><tr><th scope=\"col\">agent</th><th scope=\"col\">stage</th><th scope=\"col\">model</th><th scope=\"col\">turns</th>");
    html.raw("<th scope=\"col\">tools</th><th scope=\"col\">errors</th><th scope=\"col\">tokens</th><th scope=\"col\">cost</th><th scope=\"col\">took</th></tr></thead><tbody>");
    for agent in &timeline.agents {
        let query = DetailQuery {
            agent: Some(agent.name.clone()),
            ..DetailQuery::default()
        };
        html.raw("<tr><th scope=\"row\">");
        if agent.parent.is_some() {
            html.raw("<span class=\"none\">↳</span> ").text(&agent.name);
        } else {
            html.raw("<a class=\"link\" href=\"")
                .text(&query.href(&timeline.adw_id))
                .raw("\">")
                .text(&agent.name)
                .raw("</a>");
        }
        html.raw("</th>");
        let usage = agent.usage;
        let model = agent.model.as_deref().unwrap_or("");
        for value in [
            agent.stage.clone().unwrap_or_default(),
            crate::viewer::facts::short_model(model).to_owned(),
            format::whole(agent.turns()),
            format::whole(agent.tools),
            format::whole(agent.errors),
            plain(&format::amount(
                usage.input + usage.output + usage.cache_read + usage.cache_creation,
            )),
            agent.cost_usd().map(format::money).unwrap_or_default(),
            agent.duration_ms().map(format::duration).unwrap_or_default(),
        ] {
            html.raw("<td>").text(&value).raw("</td>");
        }
        html.raw("</tr>");
    }
    html.raw("</tbody></table></section>");
}

fn kinds(html: &mut Html, timeline: &Timeline) {
    html.raw("<section><h3>Events by kind</h3><ul class=\"kinds\">");
    for (kind, count) in &timeline.counts {
        let query = DetailQuery {
            kind: Some(*kind),
            ..DetailQuery::default()
        };
        html.raw("<li><a class=\"link\" href=\"")
            .text(&query.href(&timeline.adw_id))
            .raw("\">");
        html.text(&kind.name().replace('_', " "))
            .raw("</a> <span>")
            .text(&format::whole(*count))
            .raw("</span></li>");
    }
    html.raw("</ul></section>");
}

/// What pushing costs the workflow.
fn overhead(html: &mut Html, timeline: &Timeline) {
    if timeline.overhead.is_empty() {
        return;
    }
    html.raw("<section><h3>Cost of pushing events</h3><table class=\"costs\"><thead><tr>");
    for head in [
        "publisher",
        "events",
        "hand-over p50",
        "p99",
        "backlog",
        "dropped",
        "refused",
    ] {
        html.raw("<th scope=\"col\">").raw(head).raw("</th>");
    }
    html.raw("</tr></thead><tbody>");
    for one in timeline.overhead.iter().rev() {
        html.raw("<tr><th scope=\"row\">")
            .text(&one.publisher)
            .raw(" <span class=\"none\">")
            .number(one.pid)
            .raw("</span></th>");
        for value in [
            format::whole(one.handed_over),
            format!("{}{}µs", format::whole(one.p50_us), format::THIN),
            format!("{}{}µs", format::whole(one.p99_us), format::THIN),
            format::duration(one.backlog_ms),
            format::whole(one.dropped),
            format::whole(one.refused),
        ] {
            html.raw("<td>").text(&value).raw("</td>");
        }
        html.raw("</tr>");
    }
    html.raw("</tbody></table></section>");
}

fn errors(html: &mut Html, timeline: &Timeline) {
    if timeline.errors.is_empty() {
        return;
    }
    html.raw("<section><h3>Newest errors</h3><ul class=\"errors\">");
    for mark in timeline.errors.iter().rev() {
        html.raw("<li>")
            .icon("#fail", 10)
            .raw(" <a class=\"link\" href=\"")
            .text(&entry(&timeline.adw_id, mark.seq))
            .raw("\">");
        html.text(&format::whole(mark.seq))
            .raw("</a> <b>")
            .text(&mark.what)
            .raw("</b> <span>")
            .text(&mark.why)
            .raw("</span></li>");
    }
    html.raw("</ul></section>");
}

/// The address of one entry among all.
pub fn entry(adw_id: &AdwId, seq: u64) -> String {
    DetailQuery {
        tab: Tab::Logs,
        seq: Some(seq),
        ..DetailQuery::default()
    }
    .href(adw_id)
}

fn plain(figure: &Figure) -> String {
    format!(
        "{}{}{}",
        figure.value,
        if figure.unit.is_empty() { "" } else { format::THIN },
        figure.unit
    )
}
