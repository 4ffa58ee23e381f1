//! State documents: read whole, as what changed, and never half; and one workflow in several places.

use std::fs;

use domain::event::TimeSource;
use domain::timeline::sources::UNFINISHED;
use domain::timestamp::Timestamp;
use draft::redaction;
use intake::push::{self, Received};
use journal::Batch;
use serde_json::json;

use super::{ID, STREAM, World, line};

const STATE: &str = "agents/c0a43f47/adw_state.json";

#[test]
fn a_document_becomes_what_changed_in_it() {
    let mut world = World::new();
    world.write(STATE, "{\"adw_id\":\"c0a43f47\",\"issue_number\":6,\"plan_file\":null}");
    world.age(STATE, 3_600);
    world.watch();
    world.until(ID, |timeline| timeline.seq == 1);
    // Emptied, then half there, then whole: as scripts write it.
    world.write(STATE, "");
    world.write(STATE, "{\"adw_id\":\"c0a43f47\",");
    world.write(
        STATE,
        "{\"adw_id\":\"c0a43f47\",\"issue_number\":6,\"plan_file\":\"specs/a.md\",\"cost\":NaN}",
    );
    world.until(ID, |timeline| timeline.seq == 2);
    let events = world.events(ID);
    assert_eq!(events[0].payload["state"]["issue_number"], 6);
    assert_eq!(events[0].time_source, TimeSource::Unknown);
    assert_eq!(
        events[1].payload["changed"],
        json!([{"field": "cost", "new": null}, {"field": "plan_file", "old": null, "new": "specs/a.md"}])
    );
    assert_eq!(events[1].time_source, TimeSource::Read);
    world.restart();
    world.settle();
    assert_eq!(
        world.events(ID).len(),
        2,
        "an unchanged document is read by nobody again"
    );
    world.write(STATE, "{\"adw_id\":\"c0a43f47\"}");
    world.until(ID, |timeline| timeline.seq == 3);
}

#[test]
fn half_a_document_keeps_the_last_good_one() {
    let world = World::watched();
    world.write(STATE, "{\"a\":1}");
    world.until(ID, |timeline| timeline.seq == 1);
    world.write(STATE, "{\"a\":2,\"b");
    world.settle();
    let document = world
        .hub()
        .archive
        .document(&super::id(ID))
        .expect("readable")
        .expect("a document");
    assert_eq!(document["a"], 1);
    world.append(STATE, "\":3}");
    world.until(ID, |timeline| timeline.seq == 2);
    assert!(
        !world.types(ID).contains(&UNFINISHED.to_owned()),
        "it was whole soon enough"
    );
}

#[test]
fn one_id_in_two_roots_is_one_workflow() {
    let world = World::watched();
    world.append(STREAM, line("from the main folder"));
    world.append(
        "trees/c0a43f47/agents/c0a43f47/sdlc_planner/raw_output.jsonl",
        line("from the tree"),
    );
    world.append(
        "trees/c0a43f47/agents/c0a43f47/builder/raw_output.jsonl",
        line("also from the tree"),
    );
    let timeline = world.until(ID, |timeline| timeline.seq == 3);
    let mut texts = world.texts(ID);
    texts.sort();
    assert_eq!(texts, ["also from the tree", "from the main folder", "from the tree"]);
    // Two streams of one agent are two runs of it.
    let runs: Vec<u32> = timeline.agents.iter().map(|agent| agent.run).collect();
    assert!(runs.contains(&2) && runs.contains(&1), "{runs:?}");
}

#[test]
fn a_copy_of_a_stream_in_another_root_says_nothing_twice() {
    let world = World::watched();
    let line = "{\"type\":\"assistant\",\"uuid\":\"u1\",\"message\":{\"content\":\"once\"}}\n";
    world.append(STREAM, line);
    world.until(ID, |timeline| timeline.seq == 1);
    world.append("trees/x/agents/c0a43f47/sdlc_planner/raw_output.jsonl", line);
    world.settle();
    assert_eq!(world.texts(ID), ["once"]);
}

#[test]
fn roots_may_come_late_and_go() {
    let mut world = World::new();
    world.watch();
    world.append(STREAM, line("a"));
    world.until(ID, |timeline| timeline.seq == 1);
    fs::create_dir_all(world.path("trees/late")).expect("a folder");
    world.append("trees/late/agents/late/a/raw_output.jsonl", line("b"));
    world.until("late", |timeline| timeline.seq == 1);
    fs::remove_dir_all(world.path("trees/late")).expect("removable");
    world.until("late", |timeline| timeline.sources.deleted == 1);
    world.append("trees/late/agents/late/a/raw_output.jsonl", line("c"));
    let timeline = world.until("late", |timeline| timeline.seq == 3);
    assert_eq!(timeline.agents[0].run, 2);
}

#[test]
fn what_was_saved_before_the_file_was_read_is_told_and_changes_nothing() {
    let world = World::watched();
    world.write(STATE, "{\"status\":\"completed\",\"plan_file\":\"specs/a.md\"}");
    world.until(ID, |timeline| timeline.seq == 1);
    // The scripts' notifiers kept these while the server was away: the fields that the file holds are older than it.
    let push = |at: &str, changed: serde_json::Value| {
        let item = json!({"type": "agent_state_update", "data": {"adw_id": ID, "timestamp": at, "payload": {"changed": changed}}});
        let received = Received {
            at: Timestamp(0),
            utc_offset_minutes: 0,
        };
        let batch = Batch {
            drafts: vec![push::draft(redaction::value(item), received).expect("an event")],
            ..Batch::default()
        };
        world.hub().recorder.record_blocking(batch).expect("recorded");
    };
    let document = || {
        world
            .hub()
            .archive
            .document(&super::id(ID))
            .expect("readable")
            .expect("a document")
    };
    push(
        "2026-01-15T10:30:00Z",
        json!([{"field": "status", "new": "planned"}, {"field": "pull_request", "new": 7}]),
    );
    push("2026-01-15T10:30:01Z", json!([{"field": "status", "new": "completed"}]));
    assert_eq!(
        serde_json::Value::Object(document()),
        json!({"status": "completed", "plan_file": "specs/a.md", "pull_request": 7})
    );
    let events = world.events(ID);
    assert_eq!(events.len(), 2, "the value that is known is nothing new");
    assert_eq!(
        events[1].payload["changed"],
        json!([{"field": "pull_request", "new": 7}])
    );
    assert_eq!(
        events[1].payload["late"],
        json!([{"field": "status", "old": "completed", "new": "planned"}])
    );
    let timeline = world.until(ID, |timeline| timeline.seq == 2);
    assert_eq!(timeline.state.fields["status"], "completed");
    // What is said now counts.
    push("2999-01-15T10:30:00Z", json!([{"field": "status", "new": "reopened"}]));
    assert_eq!(document()["status"], "reopened");
}
