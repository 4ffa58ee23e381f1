//! The law of the tail: however the bytes of a file arrive, the same events come of them, and every line is counted once.

mod pushed;

use proptest::prelude::*;
use serde_json::json;

use super::*;
use domain::event::{Event, Kind};
use domain::timeline::sources::MENDED;

const WRITTEN: Timestamp = Timestamp(1_768_473_000_000);

fn whose() -> SourceFile {
    SourceFile {
        adw_id: "c0a43f47".parse().expect("a safe id"),
        agent: "sdlc_planner".into(),
        file: "sdlc_planner/raw_output.jsonl".into(),
    }
}

fn stream() -> FileRun {
    FileRun::new(1, LineReader::Stream(Box::default()))
}

fn log() -> FileRun {
    FileRun::new(1, LineReader::Log(Box::default()))
}

/// Gives a run some pieces; at a `None` it is stored and read back, as by a restart.
fn feed(mut run: FileRun, bytes: &[u8], steps: &[Option<usize>]) -> (Vec<Draft>, FileRun) {
    let (whose, zone) = (whose(), TimeZone::default());
    let stamps = Stamps {
        backlog_until: u64::MAX,
        written: WRITTEN,
        now: WRITTEN,
        zone: &zone,
    };
    let mut drafts = Vec::new();
    for step in steps {
        let Some(length) = step else {
            let stored = serde_json::to_string(&run.reader).expect("a reader is JSON");
            let reader = serde_json::from_str(&stored).expect("a reader is read back");
            let layout = run.layout();
            run = FileRun::resumed(run.number, reader, run.counts, run.offset, run.is_end_owed).laid_out(layout);
            continue;
        };
        let from = usize::try_from(run.wanted()).expect("a small file");
        let to = from.saturating_add(*length).min(bytes.len());
        run.push(&bytes[from..to]);
        while run.read_line(&whose, &stamps, &mut drafts) {}
    }
    let from = usize::try_from(run.wanted()).expect("a small file");
    run.push(&bytes[from..]);
    while run.read_line(&whose, &stamps, &mut drafts) {}
    (drafts, run)
}

fn events(drafts: &[Draft]) -> Vec<&Event> {
    let events = drafts.iter().map(|draft| match draft {
        Draft::Event(new) => &new.event,
        Draft::State(_) | Draft::Imported(_) | Draft::Hook(_) => panic!("a run gives events only"),
    });
    events.collect()
}

/// What each journal would keep: the first of several copies.
fn recorded(drafts: Vec<Draft>) -> Vec<Draft> {
    let mut known = std::collections::HashSet::new();
    let is_new = |draft: &Draft| {
        let is_new = draft.keys().iter().all(|key| !known.contains(key));
        known.extend(draft.keys().iter().copied());
        is_new
    };
    drafts.into_iter().filter(is_new).collect()
}

fn is_accounted(counts: &LineCounts) -> bool {
    counts.lines == counts.sources + counts.silent.values().sum::<u64>() + counts.oddities
}

#[test]
fn the_elements_of_an_array_are_its_lines_over_restarts_too() {
    let said = |text: &str| json!({"type": "assistant", "message": {"content": text}});
    let array = json!([said("a"), said("b"), said("c")]);
    for text in [array.to_string(), format!("{array:#}\n")] {
        let bytes = text.as_bytes();
        for cut in 1..bytes.len() {
            let (mut drafts, mut run) = feed(stream(), bytes, &[Some(cut), None]);
            let zone = TimeZone::default();
            let stamps = Stamps {
                backlog_until: u64::MAX,
                written: WRITTEN,
                now: WRITTEN,
                zone: &zone,
            };
            run.take_rest(&whose(), &stamps, &mut drafts);
            let texts: Vec<_> = events(&drafts)
                .iter()
                .map(|event| event.payload["content"].clone())
                .collect();
            assert_eq!(texts, ["a", "b", "c"], "cut at {cut}");
            assert_eq!((run.counts.lines, run.counts.sources), (3, 3));
            assert_eq!(run.offset, bytes.len() as u64);
            assert!(!run.has_rest());
        }
    }
}

#[test]
fn lines_of_every_kind_are_counted_once() {
    let lines = [
        r#"{"type":"assistant","message":{"content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]}}"#,
        r#"{"type":"stream_event"}"#,
        "",
        r#"{"not": JSON}"#,
        r#"{"type":"system","subtype":"status"}"#,
    ];
    let mut bytes = lines.join("\r\n").into_bytes();
    bytes.extend(b"\n{\"type\":\"assistant\",\"message\":{\"content\":\"\xff\"}}\nhalf a li");
    let (drafts, run) = feed(stream(), &bytes, &[]);
    let types: Vec<_> = events(&drafts).iter().map(|event| event.event_type.clone()).collect();
    assert_eq!(types, ["text", "text", ODDITY, "system/status", "text", MENDED]);
    assert_eq!((run.counts.lines, run.counts.sources, run.counts.oddities), (6, 3, 1));
    assert_eq!(run.counts.silent["stream_event"], 1);
    assert_eq!(run.counts.silent["empty line"], 1);
    assert!(is_accounted(&run.counts));
    assert_eq!(run.offset, bytes.len() as u64 - "half a li".len() as u64);
    let unrecognised = events(&drafts)[2];
    assert_eq!(
        (&unrecognised.payload["line"], &unrecognised.payload["excerpt"]),
        (&json!(4), &json!("{\"not\": JSON}"))
    );
    assert_eq!(events(&drafts)[5].payload["line"], 6);
    assert!(
        events(&drafts)
            .iter()
            .all(|event| event.time_source == TimeSource::Unknown)
    );
}

#[test]
fn a_whole_line_without_an_end_is_taken_once() {
    let (whose, zone) = (whose(), TimeZone::default());
    let stamps = Stamps {
        backlog_until: 0,
        written: WRITTEN,
        now: Timestamp(WRITTEN.0 + 5),
        zone: &zone,
    };
    let (mut run, mut drafts) = (stream(), Vec::new());
    run.push(b"{\"type\":\"error\"");
    assert!(!run.read_line(&whose, &stamps, &mut drafts));
    assert!(
        !run.take_rest(&whose, &stamps, &mut drafts),
        "half an object is not taken"
    );
    run.push(b"}");
    assert!(run.take_rest(&whose, &stamps, &mut drafts));
    assert_eq!((run.counts.lines, run.offset, run.is_end_owed), (1, 16, true));
    run.push(b"\n{\"type\":\"message\"}\n\n");
    while run.read_line(&whose, &stamps, &mut drafts) {}
    assert_eq!((run.counts.lines, run.counts.sources), (3, 2));
    assert_eq!(run.counts.silent["empty line"], 1);
    assert_eq!(
        events(&drafts)
            .iter()
            .map(|event| event.event_type.as_str())
            .collect::<Vec<_>>(),
        ["error", "message"]
    );
    assert_eq!(events(&drafts)[1].time_source, TimeSource::Read);
    assert_eq!(events(&drafts)[1].timestamp, stamps.now);
}

#[test]
fn what_is_cut_off_by_the_end_of_a_file_is_an_unrecognised_line() {
    let (whose, zone) = (whose(), TimeZone::default());
    let stamps = Stamps {
        backlog_until: 0,
        written: WRITTEN,
        now: WRITTEN,
        zone: &zone,
    };
    let (mut run, mut drafts) = (stream(), Vec::new());
    run.push(b"{\"type\":\"error\"}\n{\"type\":");
    while run.read_line(&whose, &stamps, &mut drafts) {}
    assert_eq!(run.unfinished(&whose, &stamps).event.payload["line"], 2);
    run.end(&whose, &stamps, &mut drafts);
    assert_eq!((run.counts.lines, run.counts.oddities, run.offset), (2, 1, 25));
    assert_eq!(events(&drafts)[1].payload["excerpt"], "{\"type\":");
    let (mut run, mut drafts) = (log(), Vec::new());
    run.push(b"2025-10-17 16:04:18 - INFO - a\n  more\n  and half");
    while run.read_line(&whose, &stamps, &mut drafts) {}
    assert!(drafts.is_empty() && run.is_holding());
    run.end(&whose, &stamps, &mut drafts);
    assert_eq!(events(&drafts)[0].payload["message"], "a\n  more\n  and half");
    assert_eq!((run.counts.lines, run.counts.sources), (3, 3));
}

fn stream_line() -> impl Strategy<Value = Vec<u8>> {
    let id = 0..4_u8;
    prop_oneof![
        4 => (id.clone(), "[a-z ]{0,20}").prop_map(|(n, text)| json!({"type": "assistant", "uuid": format!("{n}-{text}"),
            "timestamp": "2026-01-15T10:30:00Z", "message": {"id": n, "content": [{"type": "text", "text": text}]}}).to_string().into_bytes()),
        3 => (id.clone(), "[a-c\n]{0,12}", "[a-c\n]{0,12}").prop_map(|(n, old, new)| json!({"type": "assistant", "session_id": "s", "message": {"content": [
            {"type": "tool_use", "id": format!("t{n}"), "name": "Edit", "input": {"file_path": "/w/a", "old_string": old, "new_string": new}}]}}).to_string().into_bytes()),
        3 => (id, any::<bool>()).prop_map(|(n, is_error)| json!({"type": "user", "message": {"content": [
            {"type": "tool_result", "tool_use_id": format!("t{n}"), "content": "x", "is_error": is_error}]}}).to_string().into_bytes()),
        3 => "[a-z ]{1,9}".prop_map(|piece| json!({"type": "message", "role": "assistant", "content": piece, "delta": true}).to_string().into_bytes()),
        1 => Just(br#"Server is up{"type":"init","session_id":"o"}"#.to_vec()),
        1 => Just(br#"{"type":"stream_event"}"#.to_vec()),
        1 => prop::collection::vec(any::<u8>().prop_filter("no end", |byte| *byte != b'\n'), 0..20),
    ]
}

fn log_line() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        3 => "2025-10-17 16:04:[0-5][0-9] - (INFO|ERROR) - [a-z]{0,8}".prop_map(String::into_bytes),
        3 => "[ a-z{}]{0,10}".prop_map(String::into_bytes),
        1 => prop::collection::vec(any::<u8>().prop_filter("no end", |byte| *byte != b'\n'), 0..8),
    ]
}

fn file(line: impl Strategy<Value = Vec<u8>>) -> impl Strategy<Value = Vec<u8>> {
    (prop::collection::vec(line, 0..16), any::<bool>()).prop_map(|(lines, is_ended)| {
        let mut bytes = lines.join(&b'\n');
        if is_ended {
            bytes.push(b'\n');
        }
        bytes
    })
}

fn steps() -> impl Strategy<Value = Vec<Option<usize>>> {
    prop::collection::vec(prop_oneof![4 => (0..300_usize).prop_map(Some), 1 => Just(None)], 0..24)
}

proptest! {
    #[test]
    fn any_cut_of_a_stream_gives_the_same_events_across_restarts(bytes in file(stream_line()), steps in steps()) {
        let (mut whole, mut at_once) = feed(stream(), &bytes, &[]);
        at_once.flush(&mut whole);
        let (mut cut, mut piecewise) = feed(stream(), &bytes, &steps);
        piecewise.flush(&mut cut);
        prop_assert_eq!(recorded(cut), recorded(whole));
        prop_assert_eq!(&piecewise.counts, &at_once.counts);
        prop_assert_eq!(piecewise.offset, at_once.offset);
        prop_assert!(is_accounted(&at_once.counts));
        prop_assert_eq!(at_once.counts.lines, bytes.iter().filter(|byte| **byte == b'\n').count() as u64);
    }

    #[test]
    fn any_cut_of_a_log_gives_the_same_events_across_restarts(bytes in file(log_line()), steps in steps()) {
        let (mut whole, mut at_once) = feed(log(), &bytes, &[]);
        at_once.flush(&mut whole);
        let (mut cut, mut piecewise) = feed(log(), &bytes, &steps);
        piecewise.flush(&mut cut);
        prop_assert_eq!(recorded(cut), recorded(whole));
        prop_assert_eq!(&piecewise.counts, &at_once.counts);
        prop_assert_eq!(piecewise.offset, at_once.offset);
        prop_assert!(is_accounted(&at_once.counts));
        prop_assert_eq!(at_once.counts.lines, bytes.iter().filter(|byte| **byte == b'\n').count() as u64);
        prop_assert!(events(&cut_events(&bytes)).iter().all(|event| event.kind == Kind::AgentLogEntry || event.event_type == MENDED));
    }
}

fn cut_events(bytes: &[u8]) -> Vec<Draft> {
    let (mut drafts, mut run) = feed(log(), bytes, &[]);
    run.flush(&mut drafts);
    drafts
}
