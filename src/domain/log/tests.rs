//! The history that a page holds, whatever order it came in.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::event::Event;

fn event(seq: u64, kind: &str, event_type: &str, payload: &serde_json::Value) -> Entry {
    let event: Event = serde_json::from_value(json!({"type": kind, "data": {"adw_id": "c0a43f47", "seq": seq,
        "timestamp": "2026-01-15T10:30:00.000Z", "time_source": "source", "event_type": event_type, "agent": "ops",
        "run": 1, "session_id": null, "parent_tool_use_id": null, "payload": payload}}))
    .expect("an event");
    Entry::new(&event)
}

fn entry(seq: u64) -> Entry {
    event(
        seq,
        "agent_log_entry",
        "log_entry",
        &json!({"message": format!("line {seq}")}),
    )
}

fn page(from: u64, to: u64, head: u64) -> EntryPage {
    EntryPage {
        entries: (from..=to).map(entry).collect(),
        from,
        to,
        head,
        first: 1,
    }
}

fn rows(log: &Log) -> Vec<String> {
    let row = |at| match log.row(at, u64::MAX).expect("a row") {
        Row::Entry(entry) => entry.seq.to_string(),
        Row::Gap { from, to } => format!("{from}-{to}"),
    };
    (0..log.rows(u64::MAX)).map(row).collect()
}

#[test]
fn what_is_not_held_is_a_gap() {
    let mut log = Log::new(false);
    assert!(rows(&log).is_empty());
    log.insert(page(7, 8, 8));
    assert_eq!(rows(&log), ["1-6", "7", "8"]);
    log.push(9, Some(entry(9)));
    log.push(10, None);
    log.push(10, Some(entry(10)));
    assert_eq!(rows(&log), ["1-6", "7", "8", "9"]);
    log.push(15, Some(entry(15)));
    assert_eq!(rows(&log), ["1-6", "7", "8", "9", "11-14", "15"]);
    log.reach(20);
    assert_eq!(rows(&log), ["1-6", "7", "8", "9", "11-14", "15", "16-20"]);
    assert_eq!(
        (log.place(3, u64::MAX), log.place(10, u64::MAX), log.place(18, u64::MAX)),
        (0, 3, 6)
    );
    assert!(log.covers(10) && !log.covers(11) && !log.is_at_head());
    log.insert(page(11, 20, 20));
    assert_eq!(rows(&log).len(), 1 + 3 + 10);
    assert!(log.is_at_head());
}

#[test]
fn a_frozen_view_ends_where_it_was_frozen() {
    let mut log = Log::new(false);
    log.insert(page(1, 5, 5));
    log.push(6, Some(entry(6)));
    assert_eq!((log.rows(5), log.rows(6)), (5, 6));
    assert_eq!(log.row(5, 5), None);
}

#[test]
fn events_that_come_while_the_newest_are_not_held_stay_a_gap() {
    let mut log = Log::new(false);
    log.insert(page(1, 5, 50));
    log.push(51, Some(entry(51)));
    assert_eq!(rows(&log).last().map(String::as_str), Some("6-51"));
}

#[test]
fn a_result_stands_in_the_row_of_its_call_whenever_it_comes() {
    let call = |seq, id: &str| {
        event(
            seq,
            "tool_execution",
            "tool_execution_pre",
            &json!({"tool_use_id": id, "tool_name": "Bash", "input": {"command": "ls"}}),
        )
    };
    let result = |seq, id: &str| {
        event(
            seq,
            "tool_execution",
            "tool_execution_post",
            &json!({"tool_use_id": id, "tool_name": "Bash", "output": "done", "is_error": true, "duration_ms": 40}),
        )
    };
    let mut log = Log::new(true);
    log.push(1, Some(call(1, "a")));
    log.push(2, Some(call(2, "b")));
    log.push(3, Some(result(3, "a")));
    log.push(4, Some(result(4, "nobody")));
    assert_eq!(rows(&log), ["1", "2", "4"]);
    let first = log.find(1).expect("the call");
    assert_eq!(
        (first.end_seq, first.error, first.duration_ms),
        (Some(3), true, Some(40))
    );
    assert!(log.find(2).expect("the other").is_open());
    let mut loaded = Log::new(true);
    loaded.insert(EntryPage {
        entries: [call(1, "a"), call(2, "b"), result(3, "a"), result(4, "nobody")].into(),
        from: 1,
        to: 4,
        head: 4,
        first: 1,
    });
    assert_eq!(loaded, log);
}

#[test]
fn what_is_too_much_is_let_go_of_far_from_the_reader() {
    let mut log = Log::new(false);
    let many = MOST as u64 + 10;
    for seq in 1..=many {
        log.push(seq, Some(entry(seq)));
    }
    log.trim(many);
    assert!(log.held() <= MOST);
    assert_eq!(log.row(0, u64::MAX).map(|row| row.seq()), Some(1));
    assert!(matches!(log.row(0, u64::MAX), Some(Row::Gap { from: 1, to: 1_000 })));
    assert!(log.is_at_head());
    for seq in many + 1..=many + 2_000 {
        log.push(seq, Some(entry(seq)));
    }
    log.trim(1);
    assert!(!log.is_at_head() && log.find(1_001).is_some());
}

proptest! {
    #[test]
    fn pages_in_any_order_and_live_events_give_the_history(
        ranges in prop::collection::vec((1u64..60, 0u64..30), 0..8),
        live in 0u64..20,
        kept in 2u64..5,
    ) {
        let head = 60;
        let is_wanted = |seq: u64| !seq.is_multiple_of(kept);
        let mut log = Log::new(false);
        log.reach(head);
        let mut covered: BTreeMap<u64, bool> = BTreeMap::new();
        for (from, length) in ranges {
            let to = (from + length).min(head);
            let mut page = page(from, to, head);
            page.entries.retain(|entry| is_wanted(entry.seq));
            log.insert(page);
            covered.extend((from..=to).map(|seq| (seq, true)));
        }
        let follows = log.covers(head) || log.is_blank();
        for seq in head + 1..=head + live {
            log.push(seq, is_wanted(seq).then(|| entry(seq)));
            if follows {
                covered.insert(seq, true);
            }
        }
        let mut next = 1;
        for at in 0..log.rows(u64::MAX) {
            match log.row(at, u64::MAX).expect("a row") {
                Row::Entry(entry) => {
                    // Between rows lie only covered seqs that are not wanted.
                    prop_assert!((next..entry.seq).all(|seq| covered.contains_key(&seq) && !is_wanted(seq)));
                    prop_assert!(is_wanted(entry.seq) && covered.contains_key(&entry.seq));
                    prop_assert_eq!(log.place(entry.seq, u64::MAX), at);
                    next = entry.seq + 1;
                }
                Row::Gap { from, to } => {
                    prop_assert!((next..from).all(|seq| covered.contains_key(&seq) && !is_wanted(seq)));
                    prop_assert!((from..=to).all(|seq| !covered.contains_key(&seq)));
                    prop_assert_eq!(log.place(to, u64::MAX), at);
                    next = to + 1;
                }
            }
        }
        prop_assert!((next..=head + live).all(|seq| covered.contains_key(&seq) && !is_wanted(seq)));
    }
}
