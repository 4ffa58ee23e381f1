//! A diff, as it is drawn: one column, or before and after side by side.

use super::diff_text::{DiffLine, Sort, parse};
use crate::html::Html;
use crate::sheets::sheet;

/// The class around a diff.
pub const DIFF: &str = concat!("diff ", sheet!("diff"));
/// Longer diffs show their beginning, and the rest on request.
const SHOWN: usize = 14;

/// A diff among other things: its beginning, and the rest folded.
pub fn diff(html: &mut Html, text: &str) {
    let lines = parse(text);
    html.raw("<div class=\"").raw(DIFF).raw("\">");
    let (shown, rest) = lines.split_at(lines.len().min(SHOWN));
    shown.iter().for_each(|line| unified_line(html, line));
    if !rest.is_empty() {
        html.raw("<details><summary class=\"link leading-6 inline-block\">")
            .number(rest.len() as u64);
        html.raw(" more lines</summary>");
        rest.iter().for_each(|line| unified_line(html, line));
        html.raw("</details>");
    }
    html.raw("</div>");
}

/// A whole diff in one column.
pub fn unified(html: &mut Html, text: &str) {
    parse(text).iter().for_each(|line| unified_line(html, line));
}

/// A whole diff with the old text on the left and the new text on the right.
pub fn split(html: &mut Html, text: &str) {
    let lines = parse(text);
    let mut at = 0;
    while at < lines.len() {
        let run = |from: usize, sort: Sort| lines[from..].iter().take_while(|line| line.sort == sort).count();
        let removed = run(at, Sort::Removed);
        let added = run(at + removed, Sort::Added);
        html.raw("<div class=\"two\">");
        if removed + added == 0 {
            let line = &lines[at];
            side(html, Some(line), line.old);
            side(html, Some(line), line.number);
            at += 1;
        } else {
            for pair in 0..removed.max(added) {
                let old = lines[at..at + removed].get(pair);
                let new = lines[at + removed..at + removed + added].get(pair);
                side(html, old, old.and_then(|line| line.number));
                side(html, new, new.and_then(|line| line.number));
            }
            at += removed + added;
        }
        html.raw("</div>");
    }
}

fn unified_line(html: &mut Html, line: &DiffLine) {
    side(html, Some(line), line.number);
}

/// A line, or the place where the other side has one.
fn side(html: &mut Html, line: Option<&DiffLine>, number: Option<u32>) {
    let Some(line) = line else {
        html.raw("<div class=\"l nil\"></div>");
        return;
    };
    let (class, sign, word) = match line.sort {
        Sort::Same => ("<div class=\"l\">", " ", ""),
        Sort::Added => ("<div class=\"l add\">", "+", "added: "),
        Sort::Removed => ("<div class=\"l del\">", "−", "removed: "),
        Sort::Gap => ("<div class=\"l hunk\">", "⋯", ""),
        Sort::Note => ("<div class=\"l hunk\">", " ", ""),
    };
    let (head, changed, tail) = match line.changed {
        Some((from, to)) => (&line.text[..from], &line.text[from..to], &line.text[to..]),
        None => (line.text.as_str(), "", ""),
    };
    html.raw(class).raw("<span class=\"n\">");
    if let Some(number) = number {
        html.number(u64::from(number));
    }
    html.raw("</span><span class=\"s\" aria-hidden=\"true\">")
        .raw(sign)
        .raw("</span><span class=\"c\">");
    if !word.is_empty() {
        html.raw("<span class=\"sr-only\">").raw(word).raw("</span>");
    }
    html.text(head);
    if !changed.is_empty() {
        html.raw("<mark>").text(changed).raw("</mark>");
    }
    html.text(tail).raw("</span></div>");
}
