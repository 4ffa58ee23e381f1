//! What kind of source a file is: by its name if that says so, otherwise by its first lines.

use intake::dialect;
use intake::execution_log::Header;
use intake::lines::Lines;

/// Known names that do not belong to a workflow.
const LEFT_OUT: [&str; 2] = ["context_bundles", "security_logs"];
/// Documents about the whole workflow, by the tools that write them.
const STATES: [&str; 4] = ["adw_state.json", "workflow_summary.json", "state.json", AGENT_SUMMARY];
/// What one agent did, in its own folder.
const AGENT_SUMMARY: &str = "custom_summary_output.json";
const LOG: &str = "execution.log";
/// How many lines are inspected: other tools print some of their own before the first object.
const LINES: usize = 20;
/// How much of a file is inspected; a first line can contain a long prompt.
pub(super) const HEAD_BYTES: usize = 2 * 1024 * 1024;

/// How a file is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Source {
    Stream,
    Log,
    State,
    /// It has no lines; it is one event.
    Picture,
}

/// What a name says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Named {
    Sure(Source),
    /// Its first lines tell.
    Perhaps,
    Nothing,
}

/// What the first lines say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shown {
    Sure(Source),
    /// There are too few lines to decide.
    TooEarly,
    Nothing,
}

/// Whether a folder contains no agent's files, whatever they look like.
pub(super) fn is_left_out(folder: &str) -> bool {
    LEFT_OUT.contains(&folder)
}

/// What the name of a file says; `depth` is how many folders of the workflow it is in.
pub(super) fn by_name(name: &str, depth: usize) -> Named {
    let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
    match extension {
        "json" if depth == 0 && STATES.contains(&name) => Named::Sure(Source::State),
        "json" if name == AGENT_SUMMARY => Named::Sure(Source::State),
        "jsonl" | "ndjson" if stem == "output" || stem.ends_with("_output") => Named::Sure(Source::Stream),
        "jsonl" | "ndjson" => Named::Perhaps,
        "log" if name == LOG => Named::Sure(Source::Log),
        "log" => Named::Perhaps,
        "png" | "jpg" | "jpeg" | "gif" | "webp" => Named::Sure(Source::Picture),
        _ => Named::Nothing,
    }
}

/// What the beginning of a file says; `is_whole` if there is no more of it.
pub(super) fn by_content(name: &str, head: &[u8], is_whole: bool) -> Shown {
    let may_be_log = name.ends_with(".log");
    let mut lines = Lines::from_offset(0);
    lines.push(head);
    let mut count = 0;
    // What follows the last end is no line yet.
    while count < LINES
        && let Some(line) = lines.next_line()
    {
        count += 1;
        if line.flaw.is_some() {
            continue;
        }
        if may_be_log && Header::parse(&line.text).is_some() {
            return Shown::Sure(Source::Log);
        }
        if dialect::tells_stream(&line.text) {
            return Shown::Sure(Source::Stream);
        }
    }
    if is_whole && count < LINES {
        Shown::TooEarly
    } else {
        Shown::Nothing
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_what_they_can() {
        for (name, depth, named) in [
            ("raw_output.jsonl", 1, Named::Sure(Source::Stream)),
            ("cc_raw_output.jsonl", 1, Named::Sure(Source::Stream)),
            ("quick_plan_output.jsonl", 1, Named::Sure(Source::Stream)),
            ("visual_check_1263a501.jsonl", 0, Named::Perhaps),
            ("execution.log", 1, Named::Sure(Source::Log)),
            ("adw_state.json", 0, Named::Sure(Source::State)),
            ("adw_state.json", 1, Named::Nothing),
            ("workflow_summary.json", 0, Named::Sure(Source::State)),
            ("state.json", 0, Named::Sure(Source::State)),
            ("state.json", 1, Named::Nothing),
            ("custom_summary_output.json", 1, Named::Sure(Source::State)),
            ("validate_output.jsonl", 1, Named::Sure(Source::Stream)),
            ("raw_output.json", 1, Named::Nothing),
            ("cc_final_object.json", 1, Named::Nothing),
            ("image.png", 1, Named::Sure(Source::Picture)),
            ("image.svg", 1, Named::Nothing),
        ] {
            assert_eq!(by_name(name, depth), named, "{name}");
        }
        assert!(is_left_out("context_bundles") && !is_left_out("sdlc_planner"));
    }

    #[test]
    fn the_first_lines_say_the_rest() {
        let stream = b"Starting server{\"type\":\"x\"}\n{\"session_id\":\"s\",\"type\":\"system\"}\n";
        assert_eq!(by_content("a.jsonl", stream, true), Shown::Sure(Source::Stream));
        assert_eq!(by_content("a.jsonl", b"{\"type\":\"assistant\"", true), Shown::TooEarly);
        let data = b"{\"type\":\"measurement\"}\n".repeat(LINES);
        assert_eq!(by_content("a.jsonl", &data, true), Shown::Nothing);
        let log = b"2025-10-17 19:04:18 - INFO - x\n";
        assert_eq!(by_content("script.log", log, true), Shown::Sure(Source::Log));
        assert_eq!(by_content("a.jsonl", log, true), Shown::TooEarly);
        assert_eq!(by_content("a.log", &[0xff; 300], false), Shown::Nothing);
        let prefixed = b"2026-01-15 10:30:00 INFO {\"type\":\"system\",\"subtype\":\"init\"}\n";
        assert_eq!(by_content("a.jsonl", prefixed, true), Shown::Sure(Source::Stream));
        let array = b"[\n  {\n    \"type\": \"assistant\"\n  },\n  {";
        assert_eq!(by_content("a.jsonl", array, true), Shown::Sure(Source::Stream));
    }
}
