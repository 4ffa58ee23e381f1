//! The law of copies: whichever of a stream, its hooks and its pushes tells what first, every call is there once, with its agent.

use domain::adw_id::AdwId;
use domain::event::{Event, TimeSource};
use domain::timestamp::Timestamp;
use draft::Draft;
use draft::redaction;
use intake::dialect::StreamReader;
use intake::place::Place;
use intake::push::{self, Received};
use intake::reading::Reading;
use journal::{Batch, PageQuery};
use proptest::prelude::*;
use serde_json::Value;
use tempfile::TempDir;

use super::Told;
use crate::journal::open;

const RECEIVED: Received = Received {
    at: Timestamp(1_768_473_000_000),
    utc_offset_minutes: 0,
};

fn of_stream(told: &Told, adw_id: &AdwId) -> Vec<Draft> {
    let mut reader = StreamReader::default();
    let mut drafts = Vec::new();
    for (number, line) in told.lines.iter().enumerate() {
        let place = Place {
            adw_id,
            agent: "builder",
            run: 1,
            file: "raw_output.jsonl",
            offset: number as u64,
            line: number as u64 + 1,
            at: RECEIVED.at,
            time_source: TimeSource::Read,
            mark: None,
        };
        for finished in reader.read(&line.to_string(), &place, number as u64 + 1) {
            if let Reading::Source(events) = finished.reading {
                drafts.extend(events.into_iter().map(Draft::Event));
            }
        }
    }
    drafts
}

fn of_items(items: &[Value]) -> Vec<Draft> {
    let read = |item: &Value| push::draft(redaction::value(item.clone()), RECEIVED).expect("a draft");
    items.iter().map(read).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn every_call_is_told_once_and_with_its_agent(order in Just((0..9_usize).collect::<Vec<_>>()).prop_shuffle(), together in 1_usize..4) {
        let adw_id: AdwId = "c0a43f47".parse().expect("a safe id");
        let told = Told::new("c0a43f47");
        let mut drafts = of_stream(&told, &adw_id);
        drafts.extend(of_items(&told.pushes));
        drafts.extend(of_items(&told.hooks));
        prop_assert_eq!(drafts.len(), 9);
        let directory = TempDir::new().expect("a directory");
        let hub = open(&directory);
        for places in order.chunks(together) {
            let drafts = places.iter().map(|at| drafts[*at].clone()).collect();
            hub.recorder.record_blocking(Batch { drafts, ..Batch::default() }).expect("recorded");
        }
        let query = PageQuery { after: Some(0), limit: 100, ..PageQuery::default() };
        let page = hub.archive.page(&adw_id, &query, &|| true).expect("read").expect("a workflow");
        let events: Vec<Event> = page.events.iter().map(|text| serde_json::from_str(text).expect("an event")).collect();
        let mut types: Vec<&str> = events.iter().map(|event| event.event_type.as_str()).collect();
        types.sort_unstable();
        prop_assert_eq!(types, ["modify", "session_started", "tool_execution_post", "tool_execution_pre"]);
        prop_assert!(events.iter().all(|event| event.agent.as_deref() == Some("builder")));
        prop_assert_eq!(events.iter().map(|event| event.seq).collect::<Vec<_>>(), [1, 2, 3, 4]);
        hub.close();
    }
}
