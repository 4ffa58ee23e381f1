//! An entry as a row of a list: the contents of its columns.

use super::ansi::ansi;
use crate::format;
use crate::html::Html;
use domain::entry::Entry;
use domain::event::Kind;
use domain::level::Level;

pub const LOG_HEADS: &str = concat!(
    r#"<span role="columnheader">seq</span><span role="columnheader" class="t">time, UTC</span>"#,
    r#"<span role="columnheader">level</span><span role="columnheader" class="a">agent</span>"#,
    r#"<span role="columnheader">message</span>"#
);
pub const THOUGHT_HEADS: &str = concat!(
    r#"<span role="columnheader">seq</span><span role="columnheader" class="t">time, UTC</span>"#,
    r#"<span role="columnheader" class="a">agent</span><span role="columnheader">thought</span>"#
);
pub const TOOL_HEADS: &str = concat!(
    r#"<span role="columnheader">seq</span><span role="columnheader" class="t">time, UTC</span>"#,
    r#"<span role="columnheader">tool</span><span role="columnheader">input</span>"#,
    r#"<span role="columnheader" class="a">agent</span><span role="columnheader">duration</span>"#
);

/// What a row is drawn with.
pub struct Drawing<'a> {
    /// The address of this view, up to where the seq goes.
    pub link: &'a str,
    /// What is marked, in lower case.
    pub needle: &'a str,
}

/// Seq, time, level, agent and message.
pub fn log_row(html: &mut Html, entry: &Entry, drawing: &Drawing<'_>) {
    seq_cell(html, entry, drawing);
    time_cell(html, entry);
    let (shape, word) = mark(entry);
    html.raw("<span role=\"cell\" class=\"l\">")
        .icon(shape, 10)
        .text(word)
        .raw("</span>");
    said_cells(html, entry, drawing);
}

/// Seq, time, agent and the beginning of the thought.
pub fn thought_row(html: &mut Html, entry: &Entry, drawing: &Drawing<'_>) {
    seq_cell(html, entry, drawing);
    time_cell(html, entry);
    said_cells(html, entry, drawing);
}

/// Seq, time, tool, input, agent, duration.
pub fn tool_row(html: &mut Html, entry: &Entry, drawing: &Drawing<'_>) {
    seq_cell(html, entry, drawing);
    time_cell(html, entry);
    html.raw("<span role=\"cell\" class=\"x\"><b>")
        .marked(&entry.head, drawing.needle)
        .raw("</b></span>");
    html.raw("<span role=\"cell\" class=\"x\">")
        .marked(&one_line(&entry.text), drawing.needle)
        .raw("</span>");
    agent_cell(html, entry);
    html.raw("<span role=\"cell\" class=\"d\">");
    if entry.is_open() {
        html.icon("#wait", 10).raw(" open");
    } else {
        if entry.error {
            html.icon("#fail", 10).raw("<span class=\"sr-only\">failed, </span> ");
        }
        html.text(&entry.duration_ms.map(format::duration).unwrap_or_default());
    }
    html.raw("</span>");
}

fn seq_cell(html: &mut Html, entry: &Entry, drawing: &Drawing<'_>) {
    html.raw("<span role=\"cell\" class=\"q\"><a href=\"")
        .text(drawing.link)
        .number(entry.seq);
    html.raw("\" title=\"Link to this entry\">")
        .text(&format::whole(entry.seq))
        .raw("</a></span>");
}

fn time_cell(html: &mut Html, entry: &Entry) {
    let moment = entry.at.to_string();
    html.raw("<span role=\"cell\" class=\"t\"><time datetime=\"")
        .text(&moment)
        .raw("\" title=\"");
    if entry.time_source.is_known() {
        // 2026-01-15T10:30:00.123Z: the time to a thousandth.
        html.text(&format::moment(entry.at))
            .raw("\">")
            .text(moment.get(11..23).unwrap_or(&moment));
    } else {
        html.raw("Written before adwatch was watching, no later than ")
            .text(&format::moment(entry.at));
        html.raw("\">≤\u{2009}").text(&format::minute(entry.at));
    }
    html.raw("</time></span>");
}

/// The agent and the message.
fn said_cells(html: &mut Html, entry: &Entry, drawing: &Drawing<'_>) {
    agent_cell(html, entry);
    html.raw("<span role=\"cell\" class=\"x\">");
    message(html, entry, drawing.needle);
    html.raw("</span>");
}

fn agent_cell(html: &mut Html, entry: &Entry) {
    html.raw("<span role=\"cell\" class=\"a\">")
        .text(entry.agent.as_deref().unwrap_or(""))
        .raw("</span>");
}

/// The icon and word of the level, or of the kind if the level adds nothing.
pub fn mark(entry: &Entry) -> (&'static str, &'static str) {
    match entry.level() {
        Level::Error => return ("#fail", "ERROR"),
        Level::Warning => return ("#stall", "WARN"),
        Level::Success => return ("#done", "OK"),
        Level::Debug => return ("#skip", "DEBUG"),
        Level::Info => {}
    }
    match entry.kind {
        Kind::AgentLogEntry => ("#log", "INFO"),
        Kind::ToolExecution if entry.end_seq.is_none() => ("#tool", "TOOL"),
        Kind::ToolExecution => ("#tool", "OUT"),
        Kind::FileOperation => ("#edit", "FILE"),
        Kind::AgentThinking => ("#thought", "THINK"),
        Kind::TextBlock => ("#text", "TEXT"),
        Kind::StageTransition => ("#flag", "STAGE"),
        Kind::StatusUpdate => ("#flag", "STATUS"),
        Kind::Session => ("#session", "SESSION"),
        Kind::AgentStateUpdate => ("#state", "STATE"),
        Kind::Other => ("#other", "OTHER"),
    }
}

/// What the entry says, in one line.
pub fn message(html: &mut Html, entry: &Entry, needle: &str) {
    let text = one_line(&entry.text);
    let named = |html: &mut Html, name: &str, text: &str| {
        html.raw("<b>").marked(name, needle).raw("</b> ");
        ansi(html, text, needle);
    };
    match entry.kind {
        Kind::AgentThinking if text.is_empty() => {
            html.raw("<i>no text, the model sent only a signature</i>");
        }
        Kind::AgentLogEntry | Kind::TextBlock | Kind::AgentThinking => ansi(html, &text, needle),
        Kind::ToolExecution if entry.end_seq == Some(entry.seq) => {
            let took = entry.duration_ms.map(|ms| format!(" {}", format::duration(ms)));
            html.raw("<b>")
                .marked(&entry.head, needle)
                .raw("</b><i>")
                .text(&took.unwrap_or_default())
                .raw("</i> ");
            ansi(html, &one_line(&entry.detail), needle);
        }
        Kind::StageTransition | Kind::Session | Kind::Other => {
            let what = entry.event_type.replace('_', " ");
            let head = if entry.head == entry.event_type {
                ""
            } else {
                &entry.head
            };
            named(html, &what, head);
            html.raw(" ").marked(&text, needle);
        }
        Kind::FileOperation => {
            named(html, &entry.head, &text);
            for (sign, count, class) in [
                ("+", entry.lines_added, "<i class=\"add\">"),
                ("−", entry.lines_removed, "<i class=\"del\">"),
            ] {
                if let Some(count) = count.filter(|count| *count > 0) {
                    html.raw(" ").raw(class).raw(sign).number(count).raw("</i>");
                }
            }
        }
        Kind::ToolExecution | Kind::StatusUpdate | Kind::AgentStateUpdate => {
            let name = if entry.kind == Kind::AgentStateUpdate {
                "state"
            } else {
                &entry.head
            };
            named(html, name, &text);
        }
    }
}

/// The text as one line: a row is no higher than a row.
fn one_line(text: &str) -> String {
    text.trim().replace(['\n', '\t'], " ")
}
