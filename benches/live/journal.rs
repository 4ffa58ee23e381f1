//! A journal of any size, filled through the hub as all others are, a thousand events at a time.

use std::time::Instant;

use domain::event::{Event, Kind, TimeSource};
use domain::timestamp::Timestamp;
use draft::{Draft, NewEvent};
use journal::Batch;
use journal::sqlite::{Durability, SqliteJournal};
use serde_json::json;
use server::hub::{Hub, Upkeep};
use tempfile::TempDir;

/// The journal with so many workflows of so many events each, and how many events a second it took.
pub async fn built(workflows: u64, events: u64) -> (TempDir, u64) {
    let building = tokio::task::spawn_blocking(move || build(workflows, events));
    building.await.expect("it is built")
}

fn build(workflows: u64, events: u64) -> (TempDir, u64) {
    let directory = TempDir::new().expect("a directory");
    let data = directory.path().join("data");
    let journal = SqliteJournal::open(&data, Durability::Process, "0123456789abcdef").expect("the journal opens");
    let hub = Hub::open(Box::new(journal), Upkeep::default()).expect("the hub opens");
    let begin = Instant::now();
    for workflow in 0..workflows {
        for from in (0..events).step_by(1_000) {
            let drafts = (from..events.min(from + 1_000)).map(|number| draft(workflow, number, events));
            let batch = Batch {
                drafts: drafts.collect(),
                ..Batch::default()
            };
            hub.recorder.record_blocking(batch).expect("recorded");
        }
    }
    let rate = (workflows * events) as f64 / begin.elapsed().as_secs_f64();
    hub.close();
    (directory, rate as u64)
}

/// About 450 bytes on the wire, as the log lines and thoughts of real workflows are.
fn draft(workflow: u64, number: u64, events: u64) -> Draft {
    let level = if number % 1_000 == 500 { "ERROR" } else { "INFO" };
    let mut message = format!(
        "line {number}: wrote src/server/part_{:x}.rs and ran the tests of it",
        number * 2_654_435_761 % 65_536
    );
    if number % 100 == 1 {
        message.push_str(", which happens rarely");
    }
    if number == events / 2 {
        message.push_str(", a needle");
    }
    message.push_str(". ");
    message.push_str(&"The quick brown fox jumps over the lazy dog. ".repeat(3));
    let event = Event {
        kind: Kind::AgentLogEntry,
        adw_id: format!("w{workflow}").parse().expect("a safe id"),
        seq: 0,
        timestamp: Timestamp(1_768_473_000_000 + number as i64 * 10),
        time_source: TimeSource::Source,
        event_type: "log_entry".into(),
        agent: Some(["planner", "builder", "tester"][(number / 400 % 3) as usize].into()),
        run: Some(1),
        session_id: None,
        parent_tool_use_id: None,
        payload: json!({"level": level, "message": message}),
    };
    Draft::Event(NewEvent {
        event,
        keys: Vec::new(),
    })
}
