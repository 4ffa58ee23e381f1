//! What of the list is on the screen: which rows, in which order, how high, and how each is drawn.

use super::super::body::{body, part};
use super::super::query::{DetailQuery, Tab};
use super::super::row::{Drawing, log_row, message, thought_row, tool_row};
use crate::format;
use crate::history::History;
use crate::html::Html;
use domain::adw_id::AdwId;
use domain::entry::Entry;
use domain::letters::lower;
use domain::level::Level;
use domain::log::{Log, Row};
use domain::order::order;

/// Whether the list follows what happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    Live,
    /// A person reads: nothing moves. The newest seq when they began.
    Held(u64),
    /// The view is frozen at this seq.
    Paused(u64),
}

impl Mode {
    /// Rows are shown up to here.
    pub fn until(self) -> u64 {
        match self {
            Self::Paused(seq) => seq,
            Self::Live | Self::Held(_) => u64::MAX,
        }
    }
}

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

pub struct State {
    pub adw_id: AdwId,
    pub mode: Mode,
    /// Rows that stand open, and how high their bodies are in pixels; 0 until that is known.
    pub opened: Vec<(u64, usize)>,
    /// The rows where they are not those of the log in order: tools by duration, or of one name.
    pub picked: Option<Vec<u64>>,
    /// The row at the top of the view, and how far it is scrolled out of it.
    pub anchor: Option<(u64, usize)>,
    /// The seq to be shown once it is loaded.
    pub target: Option<u64>,
    pub rows: Vec<Drawn>,
    pub above_px: usize,
    /// The height of all rows together.
    pub canvas_px: usize,
    /// The height of what is seen; 0 until that is known, and whenever it may have changed.
    pub view_px: usize,
    /// How far the view is scrolled.
    pub top_px: usize,
    /// How high the canvas was when its end was last shown, if nobody has scrolled since.
    pub end_px: Option<usize>,
    /// It is about to be drawn anew.
    pub is_due: bool,
    pub count: usize,
}

/// Where rows begin, in pixels: all are alike but those that stand open.
pub struct Heights {
    row_px: usize,
    /// The places of open rows in order, and how high their bodies are.
    open: Vec<(usize, usize)>,
}

impl Heights {
    pub fn top(&self, at: usize) -> usize {
        let extra: usize = self
            .open
            .iter()
            .filter(|(place, _)| *place < at)
            .map(|(_, px)| px)
            .sum();
        at * self.row_px + extra
    }

    /// The row at a height.
    pub fn at(&self, top: usize) -> usize {
        let mut extra = 0;
        for (place, px) in &self.open {
            let bottom = (place + 1) * self.row_px + extra + px;
            if top < bottom {
                return (top.saturating_sub(extra) / self.row_px).min(*place);
            }
            extra += px;
        }
        top.saturating_sub(extra) / self.row_px
    }
}

impl State {
    pub fn count_in(&self, log: &Log) -> usize {
        self.picked
            .as_ref()
            .map_or_else(|| log.rows(self.mode.until()), Vec::len)
    }

    pub fn place(&self, log: &Log, seq: u64) -> usize {
        match &self.picked {
            Some(seqs) => seqs.iter().position(|known| *known == seq).unwrap_or(0),
            None => log.place(seq, self.mode.until()),
        }
    }

    pub fn entry_at<'a>(&self, log: &'a Log, at: usize) -> Option<&'a Entry> {
        match &self.picked {
            Some(seqs) => log.find(*seqs.get(at)?),
            None => match log.row(at, self.mode.until())? {
                Row::Entry(entry) => Some(entry),
                Row::Gap { .. } => None,
            },
        }
    }

    pub fn seq_at(&self, log: &Log, at: usize) -> Option<u64> {
        match &self.picked {
            Some(seqs) => seqs.get(at).copied(),
            None => log.row(at, self.mode.until()).map(|row| row.seq()),
        }
    }

    /// Chooses the rows where they are not all of the log in order.
    pub fn pick(&mut self, log: &Log, query: &DetailQuery) {
        self.picked = None;
        if query.tab != Tab::Tools || !(query.by_duration || query.failed || query.tool.is_some()) {
            return;
        }
        let is_wanted = |entry: &&Entry| {
            (!query.failed || entry.error) && query.tool.as_ref().is_none_or(|tool| *tool == entry.head)
        };
        let entries: Vec<&Entry> = log.entries().filter(is_wanted).collect();
        let took = |entry: &Entry| match entry.duration_ms {
            Some(ms) => ms,
            None if entry.is_open() => u64::MAX,
            None => 0,
        };
        let key = |entry: &&Entry| [if query.by_duration { !took(entry) } else { 0 }, entry.seq, 0];
        let order = order(entries.iter().map(key));
        self.picked = Some(order.into_iter().map(|at| entries[at].seq).collect());
    }

    pub fn heights(&self, log: &Log, row_px: usize) -> Heights {
        let mut open: Vec<(usize, usize)> = Vec::new();
        for (seq, px) in &self.opened {
            let place = self.place(log, *seq);
            if *px > 0 && self.entry_at(log, place).is_some_and(|entry| entry.seq == *seq) {
                let at = open.partition_point(|(known, _)| *known < place);
                open.insert(at, (place, *px));
            }
        }
        Heights { row_px, open }
    }

    pub fn draw(&mut self, history: History, from: usize, to: usize, query: &DetailQuery) {
        // Without what is searched: rows stay as they are while a person types.
        let link = DetailQuery {
            seq: None,
            before: None,
            text: String::new(),
            only: false,
            ..query.clone()
        };
        let link = format!("{}&seq=", link.href(&self.adw_id));
        let needle = lower(&query.text);
        let drawing = Drawing {
            link: &link,
            needle: &needle,
        };
        let mut rows = Vec::with_capacity(to.saturating_sub(from));
        history.log(|log| {
            for at in from..to {
                match self.entry_at(log, at) {
                    Some(entry) => rows.push(self.draw_entry(history, entry, at, query, &drawing)),
                    None => {
                        if let Some(Row::Gap { from, to }) = log.row(at, self.mode.until()) {
                            rows.push(gap_row(at, from, to));
                        }
                    }
                }
            }
        });
        self.rows = rows;
    }

    fn draw_entry(
        &self,
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
        if self.opened.iter().any(|(seq, _)| *seq == entry.seq) {
            html.raw("<div role=\"cell\" class=\"open\">");
            let mut one = |seq: u64| {
                history.body(seq, |known| match known {
                    Some(Some(event)) => body(&mut html, event, drawing.needle),
                    Some(None) => {
                        html.raw(
                            "<p class=\"none\">Could not load the whole event; this is the part shown in the list. ",
                        );
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
}

fn gap_row(index: usize, from: u64, to: u64) -> Drawn {
    let mut html = Html::default();
    let count = format::counted(to - from + 1, "entry", "entries");
    html.raw("<span role=\"cell\" class=\"q\">⋯</span><span role=\"cell\"><b>")
        .text(&count)
        .raw("</b> not loaded</span>");
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
