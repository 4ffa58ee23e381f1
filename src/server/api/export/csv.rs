//! An event as a row of CSV (RFC 4180, UTF-8) that a spreadsheet shows and never runs.

use domain::event::{Event, TimeSource};
use domain::plain::{safe, words};

const COLUMNS: &str =
    "adw_id,seq,timestamp,time_source,kind,event_type,agent,run,session_id,parent_tool_use_id,text,payload";

pub(super) fn header(out: &mut String) {
    out.push_str(COLUMNS);
    out.push_str("\r\n");
}

pub(super) fn write(out: &mut String, event: &Event) {
    let optional = |text: &Option<String>| text.as_deref().map(safe).unwrap_or_default();
    let cells = [
        event.adw_id.to_string(),
        event.seq.to_string(),
        event.timestamp.to_string(),
        match event.time_source {
            TimeSource::Source => "source",
            TimeSource::Read => "read",
            TimeSource::Unknown => "unknown",
        }
        .to_owned(),
        event.kind.to_string(),
        safe(&event.event_type),
        optional(&event.agent),
        event.run.map(|run| run.to_string()).unwrap_or_default(),
        optional(&event.session_id),
        optional(&event.parent_tool_use_id),
        words(event),
        event.payload.to_string(),
    ];
    for (at, cell) in cells.iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        push_cell(out, cell);
    }
    out.push_str("\r\n");
}

/// What a spreadsheet would mistake for a formula gets an apostrophe in front, which marks it as text. Full-width
/// signs count as formulas if the language is Chinese or Japanese.
fn push_cell(out: &mut String, cell: &str) {
    let runs = |c: char| {
        matches!(
            c,
            '=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '＝' | '＋' | '－' | '＠'
        )
    };
    let is_defused = cell.starts_with(runs) || cell.trim_start().starts_with(runs);
    // A semicolon ends a cell in locales where the comma is the decimal sign.
    let is_quoted = cell.bytes().any(|byte| b",;\"\r\n\t".contains(&byte)) || cell.trim() != cell;
    if is_quoted {
        out.push('"');
    }
    if is_defused {
        out.push('\'');
    }
    if cell.contains('"') {
        out.push_str(&cell.replace('"', "\"\""));
    } else {
        out.push_str(cell);
    }
    if is_quoted {
        out.push('"');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_and_never_run() {
        for (cell, written) in [
            ("", ""),
            ("plain text", "plain text"),
            ("a,b", "\"a,b\""),
            ("say \"hi\"", "\"say \"\"hi\"\"\""),
            ("two\nlines", "\"two\nlines\""),
            ("=1+1", "'=1+1"),
            ("=HYPERLINK(\"x\",\"y\")", "\"'=HYPERLINK(\"\"x\"\",\"\"y\"\")\""),
            ("+1", "'+1"),
            ("-1", "'-1"),
            ("@a", "'@a"),
            ("\tx", "\"'\tx\""),
            ("\rx", "\"'\rx\""),
            ("  =1", "\"'  =1\""),
            ("＝1", "'＝1"),
            ("a;=1", "\"a;=1\""),
            ("{\"a\":1}", "\"{\"\"a\"\":1}\""),
        ] {
            let mut out = String::new();
            push_cell(&mut out, cell);
            assert_eq!(out, written, "{cell:?}");
        }
    }
}
