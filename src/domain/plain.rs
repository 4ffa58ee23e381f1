//! The full contents of an event as text for people, safe for the terminal on which they may read it.

use serde_json::Value;

use super::entry::{is_failed, is_post};
use super::event::{Event, Kind};
use super::payload;

/// The event in words, with its line breaks and nothing that a terminal would interpret.
pub fn words(event: &Event) -> String {
    let payload = &event.payload;
    let field = |names: &[&str]| payload::first_text(payload, names).unwrap_or_default();
    let message = || field(&["message", "content", "summary", "error"]);
    let (head, text) = match event.kind {
        Kind::AgentLogEntry => (
            payload::text(payload, "level").unwrap_or("INFO").to_owned(),
            message().to_owned(),
        ),
        Kind::AgentThinking | Kind::TextBlock => (String::new(), field(&["content"]).to_owned()),
        Kind::ToolExecution => tool(event),
        Kind::FileOperation => file(event),
        Kind::StageTransition => (
            format!("{} {}", event.event_type, field(&["stage", "stage_name"])),
            message().to_owned(),
        ),
        Kind::StatusUpdate => (event.event_type.clone(), message().to_owned()),
        Kind::AgentStateUpdate => ("state".to_owned(), changes(payload)),
        Kind::Session | Kind::Other => (event.event_type.clone(), fields(payload)),
    };
    // If the kind's usual fields say nothing, all fields are shown.
    let text = match text.is_empty() {
        true if event.kind == Kind::AgentThinking => text,
        true => fields(payload),
        false => text,
    };
    let (head, text) = (safe(head.trim()), safe(&text));
    match (head.is_empty(), text.is_empty()) {
        (true, _) => text,
        (false, true) => head,
        (false, false) => format!("{head}: {text}"),
    }
}

fn tool(event: &Event) -> (String, String) {
    let payload = &event.payload;
    let name = payload::text(payload, "tool_name").unwrap_or("tool");
    if !is_post(event) {
        return (name.to_owned(), payload.get("input").map(fields).unwrap_or_default());
    }
    let output = payload.get("output").map(fields).filter(|output| !output.is_empty());
    let said = output.or_else(|| payload::text(payload, "error").map(str::to_owned));
    let outcome = if is_failed(payload) { "failed" } else { "done" };
    (format!("{name} {outcome}"), said.unwrap_or_default())
}

fn file(event: &Event) -> (String, String) {
    let payload = &event.payload;
    let mut text = payload::first_text(payload, &["path", "file_path"])
        .unwrap_or_default()
        .to_owned();
    for (sign, field) in [('+', "lines_added"), ('-', "lines_removed")] {
        if let Some(lines) = payload::number(payload, field) {
            text.push_str(&format!(" {sign}{lines}"));
        }
    }
    if let Some(diff) = payload::text(payload, "diff") {
        text.push('\n');
        text.push_str(diff);
    }
    (event.event_type.clone(), text)
}

/// A line for each field that changed.
fn changes(payload: &Value) -> String {
    let changed = payload.get("changed").and_then(Value::as_array);
    let lines = changed.into_iter().flatten().filter_map(|change| {
        let field = payload::text(change, "field")?;
        Some(match change.get("new") {
            Some(new) => format!("{field} = {}", said(new)),
            None => format!("{field} is gone"),
        })
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// A text as it is; of an object each field on a line.
fn fields(value: &Value) -> String {
    let Value::Object(map) = value else {
        return said(value);
    };
    let told = map.iter().filter(|(_, value)| !value.is_null());
    told.map(|(name, value)| format!("{name}: {}", said(value)))
        .collect::<Vec<_>>()
        .join("\n")
}

fn said(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// The text without terminal escape sequences, control characters and marks that turn the direction of text; every line break
/// is `\n`.
pub fn safe(text: &str) -> String {
    // Most texts contain none of these. The second block of control characters starts with byte 0xc2, the marks with 0xe2.
    if !text
        .bytes()
        .any(|byte| byte < b' ' || matches!(byte, 0x7f | 0xc2 | 0xe2))
    {
        return text.to_owned();
    }
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        rest = &rest[c.len_utf8()..];
        match c {
            '\u{1b}' => rest = after_escape(rest),
            '\u{9b}' => rest = after_control(rest),
            '\u{90}' | '\u{98}' | '\u{9d}' | '\u{9e}' | '\u{9f}' => rest = after_string(rest),
            '\r' => {
                rest = rest.strip_prefix('\n').unwrap_or(rest);
                plain.push('\n');
            }
            '\n' | '\t' => plain.push(c),
            c if c.is_control() || turns(c) => {}
            c => plain.push(c),
        }
    }
    plain
}

/// Whether a character changes the order in which others are shown, which can make one name look like another.
fn turns(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// What follows the escape sequence whose ESC was read (ECMA-48).
fn after_escape(rest: &str) -> &str {
    match rest.chars().next() {
        Some('[') => after_control(&rest[1..]),
        Some(']' | 'P' | 'X' | '^' | '_') => after_string(&rest[1..]),
        Some(' '..='~') => {
            let end = rest.trim_start_matches(|c| (' '..='/').contains(&c));
            end.strip_prefix(|c| ('0'..='~').contains(&c)).unwrap_or(end)
        }
        Some(_) | None => rest,
    }
}

/// What follows the parameters, intermediates and final character of a control sequence.
fn after_control(rest: &str) -> &str {
    let rest = rest.trim_start_matches(|c| ('0'..='?').contains(&c));
    let rest = rest.trim_start_matches(|c| (' '..='/').contains(&c));
    rest.strip_prefix(|c| ('@'..='~').contains(&c)).unwrap_or(rest)
}

/// What follows a string for the terminal (a title, a link). A string that does not end on its line is not skipped.
fn after_string(rest: &str) -> &str {
    let line = rest.split('\n').next().unwrap_or_default();
    let end = ["\u{7}", "\u{1b}\\", "\u{9c}"]
        .into_iter()
        .filter_map(|end| line.find(end).map(|at| at + end.len()))
        .min();
    end.map_or(rest, |end| &rest[end..])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn escape_sequences_are_removed_and_nothing_else() {
        for (text, plain) in [
            ("\u{1b}[31mred\u{1b}[0m", "red"),
            ("\u{1b}[1;38;5;208mbold", "bold"),
            ("\u{1b}]0;a title\u{7}text", "text"),
            ("\u{1b}]8;;https://e.example\u{1b}\\link\u{1b}]8;;\u{1b}\\", "link"),
            ("\u{9b}2Jcleared", "cleared"),
            ("\u{1b}(Bascii \u{1b}=", "ascii "),
            ("\u{1b}]never ended\nnext", "never ended\nnext"),
            ("a\r\nb\rc", "a\nb\nc"),
            ("bell\u{7} back\u{8}", "bell back"),
            ("tab\tcafé 漢字", "tab\tcafé 漢字"),
            ("see \u{202e}gnp.exe\u{2066}, “quoted”", "see gnp.exe, “quoted”"),
            ("\u{1b}", ""),
            ("\u{1b}é", "é"),
        ] {
            assert_eq!(safe(text), plain, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn no_control_character_is_left(text in any::<String>(), noise in "[\u{1b}\u{9b}\\[\\]0-9;m\r\n a]{0,40}") {
            let plain = safe(&format!("{noise}{text}{noise}"));
            prop_assert!(!plain.chars().any(|c| (c.is_control() && c != '\n' && c != '\t') || turns(c)));
            prop_assert_eq!(safe(&plain), plain.clone());
        }
    }
}
