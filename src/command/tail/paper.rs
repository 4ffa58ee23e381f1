//! Events as lines for a terminal: one line each, cut to its width, or in full. The terminal never interprets what an agent says.

use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

use super::arguments::short;
use domain::event::{Event, Kind};
use domain::level::Level;
use domain::plain::{safe, words};
use domain::timestamp::{Civil, Timestamp};
use intake::time_zone::TimeZone;

/// How much of a text is considered for one line.
const LINE_BYTES: usize = 4 * 1024;
/// Agents' names are cut to this.
const AGENT_COLUMNS: usize = 20;
const INDENT: &str = "    ";

/// How events are written.
#[derive(Clone, Debug)]
pub struct Paper {
    pub zone: TimeZone,
    pub is_coloured: bool,
    pub is_full: bool,
    pub is_json: bool,
    /// Whether a terminal reads what is written.
    pub is_terminal: bool,
}

impl Paper {
    /// The event as lines, with line ends, for a terminal with this many columns; without a number lines can have any length.
    pub fn write(&self, event: &Event, columns: Option<usize>, now: Timestamp) -> String {
        if self.is_json {
            // An event is texts, numbers and JSON: it can always be written.
            let text = serde_json::to_string(event).expect("an event is JSON");
            return if self.is_terminal { spelt_out(&text) } else { text } + "\n";
        }
        let time = self.time(event, now);
        let agent = cut(&one_line(&safe(event.agent.as_deref().unwrap_or("-"))), AGENT_COLUMNS);
        let head = format!("{agent:<12} {:<8} ", short(event.kind));
        let words = words(event);
        let text = if self.is_full {
            words
                .trim_end()
                .replace('\n', &format!("\n{INDENT}"))
                .replace(&format!("\n{INDENT}\n"), "\n\n")
        } else {
            let end = words.floor_char_boundary(LINE_BYTES);
            let line = one_line(&words[..end]);
            match columns {
                None => line,
                Some(columns) => cut(&line, columns.saturating_sub(time.width() + 1 + head.width())),
            }
        };
        let (dim, colour, reset) = match self.is_coloured {
            true => ("\u{1b}[2m", colour(event), "\u{1b}[0m"),
            false => ("", "", ""),
        };
        format!(
            "{dim}{time}{reset} {colour}{}{reset}\n",
            format!("{head}{text}").trim_end()
        )
    }

    /// Local time; with the date if that is not today, and with `~` if it is only an upper bound.
    fn time(&self, event: &Event, now: Timestamp) -> String {
        let local = |at: Timestamp| Timestamp(at.0 + i64::from(self.zone.offset_minutes(at)) * 60_000).civil();
        let (at, today) = (local(event.timestamp), local(now));
        let about = if event.time_source.is_known() { "" } else { "~" };
        let day = |civil: &Civil| (civil.year, civil.month, civil.day);
        let clock = format!("{:02}:{:02}:{:02}", at.hour, at.minute, at.second);
        if day(&at) == day(&today) {
            format!("{about}{clock}")
        } else {
            format!("{about}{:04}-{:02}-{:02} {clock}", at.year, at.month, at.day)
        }
    }
}

/// The colour: by severity first, then by kind.
fn colour(event: &Event) -> &'static str {
    match Level::of(event) {
        Level::Error => return "\u{1b}[31m",
        Level::Warning => return "\u{1b}[33m",
        Level::Success => return "\u{1b}[32m",
        Level::Debug => return "\u{1b}[2m",
        Level::Info => {}
    }
    match event.kind {
        Kind::StageTransition | Kind::StatusUpdate => "\u{1b}[1m",
        Kind::ToolExecution => "\u{1b}[36m",
        Kind::FileOperation => "\u{1b}[34m",
        Kind::AgentThinking => "\u{1b}[35m",
        Kind::TextBlock | Kind::AgentLogEntry => "",
        Kind::AgentStateUpdate | Kind::Session | Kind::Other => "\u{1b}[2m",
    }
}

/// Every run of spaces and line ends becomes one space.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The text, cut to this many columns, with an ellipsis for the rest.
fn cut(text: &str, columns: usize) -> String {
    if text.width() <= columns {
        return text.to_owned();
    }
    let mut left = columns.saturating_sub(1);
    let fits = |c: &char| {
        let width = c.width().unwrap_or(0);
        let fits = width <= left;
        left = left.saturating_sub(width);
        fits
    };
    text.chars().take_while(fits).chain(['…']).take(columns).collect()
}

/// The same JSON, with everything that a terminal would interpret as `\u….`; JSON already escapes the control characters below space.
fn spelt_out(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    for c in json.chars() {
        let is_obeyed = c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        if is_obeyed {
            text.push_str(&format!("\\u{:04x}", u32::from(c)));
        } else {
            text.push(c);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use domain::event::TimeSource;

    fn paper() -> Paper {
        Paper {
            zone: TimeZone::of_text("CET-1").expect("a zone"),
            is_coloured: false,
            is_full: false,
            is_json: false,
            is_terminal: true,
        }
    }

    fn event(payload: Value) -> Event {
        Event {
            kind: Kind::TextBlock,
            adw_id: "a".parse().expect("an id"),
            seq: 1,
            timestamp: Timestamp::parse("2026-01-15T10:30:00Z").expect("a time").0,
            time_source: TimeSource::Source,
            event_type: "text".into(),
            agent: Some("builder".into()),
            run: None,
            session_id: None,
            parent_tool_use_id: None,
            payload,
        }
    }

    #[test]
    fn a_line_is_as_wide_as_the_terminal_and_no_wider() {
        let noon = Timestamp::parse("2026-01-15T11:00:00Z").expect("a time").0;
        let line = |content: &str| paper().write(&event(json!({"content": content})), Some(60), noon);
        assert_eq!(line("two\n\n  lines"), "11:30:00 builder      text     two lines\n");
        let long = line(&"word ".repeat(99));
        assert_eq!((long.trim_end().width(), long.ends_with("…\n")), (60, true), "{long}");
        // Wide characters take two columns each.
        let wide = line(&"漢".repeat(99));
        assert!((59..=60).contains(&wide.trim_end().width()), "{wide}");
        let tomorrow = Timestamp(noon.0 + 86_400_000);
        assert!(
            paper()
                .write(&event(json!({"content": "x"})), Some(60), tomorrow)
                .starts_with("2026-01-15 11:30:00 ")
        );
    }

    #[test]
    fn whole_texts_keep_their_lines_and_colours_are_ours() {
        let now = Timestamp(0);
        let full = Paper {
            is_full: true,
            ..paper()
        };
        let text = full.write(&event(json!({"content": "one\n\n two\u{1b}[31m"})), Some(60), now);
        assert!(text.ends_with(" one\n\n     two\n"), "{text:?}");
        let coloured = Paper {
            is_coloured: true,
            ..paper()
        };
        let hostile = event(json!({"content": "\u{1b}]0;title\u{7}\u{9b}2Jcalm\u{202e}"}));
        let line = coloured.write(&hostile, Some(60), now);
        assert!(line.ends_with("text     calm\u{1b}[0m\n"), "{line:?}");
    }

    #[test]
    fn json_on_a_terminal_means_the_same_and_commands_nothing() {
        let json = Paper {
            is_json: true,
            ..paper()
        };
        let hostile = event(json!({"content": "\u{9b}2J\u{202e}\u{7f}\u{1b}é"}));
        let line = json.write(&hostile, None, Timestamp(0));
        assert!(
            !line.trim_end().chars().any(|c| c.is_control() || c == '\u{202e}'),
            "{line:?}"
        );
        assert_eq!(serde_json::from_str::<Event>(&line).expect("an event"), hostile);
        let piped = Paper {
            is_terminal: false,
            ..json
        };
        assert_eq!(
            piped.write(&hostile, None, Timestamp(0)).trim_end(),
            serde_json::to_string(&hostile).expect("JSON")
        );
    }
}
