//! The rows of a list as the text that is put into the page.

use std::ops::Range;

use super::super::body::{body, part};
use super::super::query::{DetailQuery, Tab};
use super::super::row::{Drawing, log_row, message, thought_row, tool_row};
use super::rows::Rows;
use crate::format;
use crate::history::History;
use crate::html::Html;
use domain::adw_id::AdwId;
use domain::entry::Entry;
use domain::letters::lower;
use domain::level::Level;
use domain::log::Row;

/// A row, ready to be put into the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drawn {
    pub index: usize,
    pub seq: u64,
    pub class: &'static str,
    pub html: String,
}

impl Drawn {
    /// What is drawn differently is another row.
    pub fn key(&self) -> String {
        format!("{}{}", self.class, self.html)
    }
}

/// Draws the rows at these places.
pub fn draw(rows: &Rows, places: Range<usize>, history: History, adw_id: &AdwId, query: &DetailQuery) -> Vec<Drawn> {
    // Without what is searched: rows stay as they are while a person types.
    let link = DetailQuery {
        seq: None,
        before: None,
        text: String::new(),
        only: false,
        ..query.clone()
    };
    let link = format!("{}&seq=", link.href(adw_id));
    let needle = lower(&query.text);
    let drawing = Drawing {
        link: &link,
        needle: &needle,
    };
    history.log(|log| {
        places
            .filter_map(|at| match rows.entry_at(log, at) {
                Some(entry) => Some(draw_entry(rows, history, entry, at, query, &drawing)),
                None => match log.row(at, rows.mode.until()) {
                    Some(Row::Gap { from, to }) => Some(gap_row(at, from, to)),
                    Some(Row::Entry(_)) | None => None,
                },
            })
            .collect()
    })
}

fn draw_entry(
    rows: &Rows,
    history: History,
    entry: &Entry,
    index: usize,
    query: &DetailQuery,
    drawing: &Drawing<'_>,
) -> Drawn {
    let mut html = Html::default();
    let is_hit = history.found(|found| found.is_some_and(|found| found.seqs.binary_search(&entry.seq).is_ok()));
    let is_selected = query.seq == Some(entry.seq);
    match query.tab {
        Tab::Tools => tool_row(&mut html, entry, drawing),
        Tab::Thinking => thought_row(&mut html, entry, drawing),
        Tab::Overview | Tab::Logs | Tab::Files => log_row(&mut html, entry, drawing),
    }
    if rows.is_open(entry.seq) {
        html.raw("<div role=\"cell\" class=\"open\">");
        let mut one = |seq: u64| {
            history.body(seq, |known| match known {
                Some(Some(event)) => body(&mut html, event, drawing.needle),
                Some(None) => {
                    html.raw("<p class=\"none\">Could not load the whole event; this is the part shown in the list. ");
                    message(&mut html, entry, drawing.needle);
                    html.raw("</p>");
                }
                None => part(&mut html, "loading", &entry.text.clone().into(), drawing.needle),
            });
        };
        one(entry.seq);
        if let Some(end) = entry.end_seq.filter(|end| *end != entry.seq) {
            one(end);
        }
        html.raw("</div>");
    }
    let class = match (is_selected, entry.level()) {
        (true, _) => "row sel",
        (false, Level::Error) if is_hit => "row e hit",
        (false, Level::Error) => "row e",
        (false, Level::Warning) if is_hit => "row w hit",
        (false, Level::Warning) => "row w",
        (false, Level::Debug | Level::Info | Level::Success) if is_hit => "row hit",
        (false, Level::Debug | Level::Info | Level::Success) => "row",
    };
    Drawn {
        index,
        seq: entry.seq,
        class,
        html: html.done(),
    }
}

fn gap_row(index: usize, from: u64, to: u64) -> Drawn {
    let mut html = Html::default();
    let count = format::counted(to - from + 1, "entry", "entries");
    html.raw("<span role=\"cell\" class=\"q\">⋯</span><span role=\"cell\"><b>")
        .text(&count)
        .raw("</b> not kept here</span>");
    html.raw("<span role=\"cell\" class=\"lbl\">")
        .text(&format::whole(from))
        .raw(" – ")
        .text(&format::whole(to));
    html.raw("</span><span role=\"cell\"><button type=\"button\" class=\"load\" data-from=\"")
        .number(from);
    html.raw("\" data-to=\"").number(to).raw("\">Load</button></span>");
    Drawn {
        index,
        seq: from,
        class: "row gap",
        html: html.done(),
    }
}
