//! The laws of the fold: the same events give the same timeline wherever the page took over, and it stays small.

use domain::card::Card;
use domain::event::{Event, Kind, TimeSource};
use domain::from_json::FromJson;
use domain::status::{Patience, Status};
use domain::timeline::Timeline;
use domain::timeline::stage_line::StageState;
use domain::timestamp::Timestamp;
use proptest::prelude::*;
use serde::Serialize;
use serde_json::json;

use crate::invent::{ADW_ID, any_event, event};

fn empty() -> Timeline {
    Timeline::new(ADW_ID.parse().expect("a safe id"))
}

fn fold(timeline: &mut Timeline, events: &[Event]) {
    for event in events {
        let seq = timeline.seq + 1;
        assert!(
            timeline.apply(seq, &Event { seq, ..event.clone() }),
            "the next event is taken"
        );
    }
}

/// What the browser reads of it, which is not what serde reads.
fn in_the_browser<T: Serialize + FromJson>(sent: &T) -> T {
    let text = serde_json::to_string(sent).expect("it is JSON");
    T::from_json(serde_json::from_str(&text).expect("it is JSON")).expect("the browser reads it")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_split_of_the_events_gives_the_same_timeline(events in prop::collection::vec(any_event(), 1..80), split in any::<prop::sample::Index>()) {
        let mut whole = empty();
        fold(&mut whole, &events);
        let (first, second) = events.split_at(split.index(events.len()));
        let mut before = empty();
        fold(&mut before, first);
        // What a page carries from the server to the browser.
        let carried = serde_json::to_string(&before).expect("a timeline is JSON");
        let mut after: Timeline = serde_json::from_str(&carried).expect("a timeline is read back");
        prop_assert_eq!(&after, &before);
        prop_assert_eq!(&in_the_browser(&before), &before);
        prop_assert_eq!(&in_the_browser(&Card::of(&before)), &Card::of(&before));
        prop_assert_eq!(&in_the_browser(&events), &events);
        fold(&mut after, second);
        prop_assert_eq!(&after, &whole);
    }

    #[test]
    fn a_snapshot_stays_below_128_kib_whatever_the_events_hold(events in prop::collection::vec(any_event(), 200..400)) {
        let mut timeline = empty();
        fold(&mut timeline, &events);
        let bytes = serde_json::to_string(&timeline).expect("a timeline is JSON").len();
        prop_assert!(bytes <= 128 * 1024, "{} bytes", bytes);
        let card = serde_json::to_string(&Card::of(&timeline)).expect("a card is JSON").len();
        prop_assert!(card <= 8 * 1024, "a card of {} bytes", card);
    }

    #[test]
    fn a_gap_is_refused_and_changes_nothing(events in prop::collection::vec(any_event(), 1..20), wrong in any::<u64>()) {
        let mut timeline = empty();
        fold(&mut timeline, &events);
        let before = timeline.clone();
        prop_assume!(wrong != timeline.seq + 1);
        prop_assert!(!timeline.apply(wrong, &events[0]));
        let stranger = Event { adw_id: "another".parse().expect("a safe id"), ..events[0].clone() };
        prop_assert!(!timeline.apply(timeline.seq + 1, &stranger));
        prop_assert_eq!(timeline, before);
    }
}

fn session(event_type: &str, payload: serde_json::Value, at_ms: i64) -> Event {
    let mut event = event(Kind::Session, event_type, payload);
    (event.agent, event.run, event.session_id) = (Some("sdlc_planner".into()), Some(1), Some("s1".into()));
    event.timestamp = Timestamp(at_ms);
    event
}

fn tool(event_type: &str, id: &str, payload: serde_json::Value, at_ms: i64) -> Event {
    let mut event = session(event_type, payload, at_ms);
    event.kind = Kind::ToolExecution;
    event.payload["tool_use_id"] = json!(id);
    event
}

fn status_at(timeline: &Timeline, at_ms: i64) -> (Status, bool) {
    let verdict = Card::of(timeline).verdict(Timestamp(at_ms), &Patience::default());
    (verdict.status, verdict.derived)
}

#[test]
fn a_file_that_is_read_late_does_not_open_a_workflow_that_was_said_to_be_over() {
    let mut timeline = empty();
    let mut over = event(Kind::StatusUpdate, "failed", json!({"status": "failed"}));
    over.timestamp = Timestamp(60_000);
    fold(&mut timeline, &[over, session("session_started", json!({}), 20_000)]);
    assert_eq!(status_at(&timeline, 61_000), (Status::Failed, false));
    let mut backlog = session("session_started", json!({}), 70_000);
    backlog.time_source = TimeSource::Unknown;
    fold(&mut timeline, &[backlog]);
    assert_eq!(status_at(&timeline, 71_000), (Status::Failed, false));
    fold(&mut timeline, &[session("session_started", json!({}), 80_000)]);
    assert_eq!(status_at(&timeline, 81_000), (Status::Running, true));
}

#[test]
fn a_card_tells_paths_from_the_folder_of_the_workflow() {
    let mut timeline = empty();
    let path = "/srv/shop/trees/c0a43f47/src/main.rs";
    let read = json!({"tool_name": "Read", "input": {"file_path": path}});
    fold(
        &mut timeline,
        &[
            session("session_started", json!({"cwd": "/srv/shop/trees/c0a43f47"}), 0),
            tool("tool_execution_pre", "t1", read, 1_000),
        ],
    );
    assert_eq!(Card::of(&timeline).doing, "Read src/main.rs");
}

#[test]
fn a_clock_that_is_far_ahead_never_counts_as_running() {
    let mut timeline = empty();
    fold(&mut timeline, &[session("session_started", json!({}), 7_200_000)]);
    assert_eq!(status_at(&timeline, 1_000), (Status::Unknown, true));
    assert_eq!(
        status_at(&timeline, 7_100_000),
        (Status::Running, true),
        "clocks differ a little"
    );
    fold(
        &mut timeline,
        &[session("session_ended", json!({"is_error": false}), 7_300_000)],
    );
    assert_eq!(status_at(&timeline, 1_000), (Status::Completed, true));
}

#[test]
fn a_script_whose_log_ends_in_an_error_gave_up() {
    let log = |level: &str, message: &str, at_ms| {
        let mut entry = event(
            Kind::AgentLogEntry,
            "log_entry",
            json!({"level": level, "message": message}),
        );
        (entry.agent, entry.run, entry.session_id) = (Some("adw_plan_iso".into()), Some(1), None);
        (entry.timestamp, entry.time_source) = (Timestamp(at_ms), TimeSource::Source);
        entry
    };
    let script = |entries: &[Event]| {
        let mut timeline = empty();
        let mut ended = session("session_ended", json!({"is_error": false, "result": "feat-1"}), 1_500);
        ended.time_source = TimeSource::Unknown;
        fold(&mut timeline, &[ended]);
        fold(&mut timeline, entries);
        timeline
    };
    let gave_up = script(&[
        log("INFO", "begins", 1_000),
        log("ERROR", "no branch 'feat-1'\nfatal", 2_000),
    ]);
    let verdict = Card::of(&gave_up).verdict(Timestamp(4_000_000), &Patience::default());
    assert_eq!((verdict.status, verdict.derived), (Status::Failed, true));
    let why = "adw_plan_iso ended with an error, and nothing followed: no branch 'feat-1'";
    assert_eq!(verdict.why, why);
    assert_eq!(
        status_at(&gave_up, 3_000),
        (Status::Running, true),
        "it may be at work still"
    );
    let clock_went_back = script(&[log("INFO", "begins", 9_000), log("ERROR", "no branch", 2_000)]);
    assert_eq!(status_at(&clock_went_back, 4_000_000), (Status::Failed, true));
    let went_on = script(&[log("ERROR", "not yet", 1_000), log("INFO", "done", 1_000)]);
    assert_eq!(status_at(&went_on, 4_000_000), (Status::Completed, true));
    let mut answered = script(&[log("ERROR", "once more", 2_000)]);
    fold(
        &mut answered,
        &[session("session_ended", json!({"is_error": false}), 9_000)],
    );
    assert_eq!(status_at(&answered, 4_000_000), (Status::Completed, true));
}

#[test]
fn an_earlier_stage_that_is_read_later_was_over_when_the_next_began() {
    let stage = |name: &str, at_ms| {
        let mut stage = event(Kind::StageTransition, "stage_started", json!({"stage": name}));
        stage.timestamp = Timestamp(at_ms);
        stage
    };
    let mut timeline = empty();
    fold(&mut timeline, &[stage("build", 60_000), stage("plan", 20_000)]);
    let states: Vec<_> = timeline
        .stages
        .iter()
        .map(|line| (line.name.as_str(), line.state, line.ended.map(|ended| ended.at)))
        .collect();
    let plan = ("plan", StageState::Completed, Some(Timestamp(60_000)));
    assert!(states.contains(&plan), "{states:?}");
    assert!(states.contains(&("build", StageState::Running, None)), "{states:?}");
}

#[test]
fn the_status_follows_the_life_of_a_session() {
    let mut timeline = empty();
    fold(
        &mut timeline,
        &[session("session_started", json!({"model": "opus"}), 0)],
    );
    assert_eq!(status_at(&timeline, 1_000), (Status::Running, true));
    assert_eq!(status_at(&timeline, 600_000), (Status::Stalled, true));
    fold(
        &mut timeline,
        &[tool(
            "tool_execution_pre",
            "t1",
            json!({"tool_name": "Bash", "input": {"command": "sleep"}}),
            10_000,
        )],
    );
    assert_eq!(status_at(&timeline, 15_000), (Status::Running, true));
    assert_eq!(status_at(&timeline, 300_000), (Status::Waiting, true));
    assert_eq!(status_at(&timeline, 3_600_000), (Status::Stalled, true));
    fold(
        &mut timeline,
        &[tool("tool_execution_post", "t1", json!({"output": "done"}), 310_000)],
    );
    assert_eq!(status_at(&timeline, 311_000), (Status::Running, true));
    fold(
        &mut timeline,
        &[session(
            "session_ended",
            json!({"is_error": false, "cost_usd": 0.25}),
            320_000,
        )],
    );
    assert_eq!(status_at(&timeline, 4_000_000), (Status::Completed, true));
    let mut failed = timeline.clone();
    fold(
        &mut failed,
        &[
            session("session_started", json!({}), 330_000),
            session("session_ended", json!({"is_error": true}), 331_000),
        ],
    );
    assert_eq!(status_at(&failed, 4_000_000), (Status::Failed, true));
    let said = event(Kind::StatusUpdate, "completed", json!({"message": "shipped"}));
    fold(&mut timeline, &[said]);
    assert_eq!(status_at(&timeline, 4_000_000), (Status::Completed, false));
}

#[test]
fn a_stream_found_later_is_never_called_running() {
    let mut timeline = empty();
    let mut start = session("session_started", json!({}), 1_000_000);
    start.time_source = domain::event::TimeSource::Unknown;
    fold(&mut timeline, &[start]);
    assert_eq!(status_at(&timeline, 1_010_000), (Status::Unknown, true));
    assert_eq!(status_at(&timeline, 9_000_000), (Status::Stalled, true));
}

#[test]
fn usage_counts_once_per_message_and_cost_is_the_last_of_a_session() {
    let mut timeline = empty();
    let line = |message: &str, output: u64| {
        let payload = json!({"content": "x", "message_id": message, "usage": {"input_tokens": 10, "output_tokens": output, "cache_read_input_tokens": 100}});
        Event {
            kind: Kind::TextBlock,
            event_type: "text".into(),
            ..session("", payload, 0)
        }
    };
    fold(
        &mut timeline,
        &[line("m1", 1), line("m1", 5), line("m2", 2), line("m1", 5)],
    );
    assert_eq!(
        (timeline.usage.input, timeline.usage.output, timeline.usage.cache_read),
        (20, 7, 200)
    );
    fold(
        &mut timeline,
        &[
            session("session_ended", json!({"cost_usd": 1.0}), 1),
            session("session_ended", json!({"cost_usd": 2.5}), 2),
        ],
    );
    assert_eq!(timeline.cost_usd(), Some(2.5));
    let mut second = session("session_ended", json!({"cost_usd": 0.5}), 3);
    second.session_id = Some("s2".into());
    fold(&mut timeline, &[second]);
    assert_eq!(timeline.cost_usd(), Some(3.0));
}

#[test]
fn a_call_and_its_result_are_one_entry_with_its_duration() {
    let mut timeline = empty();
    fold(
        &mut timeline,
        &[tool(
            "tool_execution_pre",
            "t1",
            json!({"tool_name": "Bash", "input": {"command": "ls"}}),
            1_000,
        )],
    );
    fold(
        &mut timeline,
        &[tool(
            "tool_execution_post",
            "t1",
            json!({"output": "a\nb", "is_error": true}),
            3_500,
        )],
    );
    let entries: Vec<_> = timeline.recent.of(Kind::ToolExecution).collect();
    assert_eq!(entries.len(), 1);
    assert_eq!(
        (
            entries[0].seq,
            entries[0].end_seq,
            entries[0].duration_ms,
            entries[0].error
        ),
        (1, Some(2), Some(2_500), true)
    );
    assert!(timeline.open_tools.is_empty());
    assert_eq!((timeline.tools, timeline.error_count), (1, 1));
}
