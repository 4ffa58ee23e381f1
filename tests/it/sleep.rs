//! Workflows whose timelines were let go of: nobody can tell, whatever happens at the same moment.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use domain::adw_id::AdwId;
use domain::card::Card;
use domain::event::Event;
use domain::frame::FromServer;
use domain::timeline::Timeline;
use journal::{Batch, PageQuery};
use server::hub::{Bell, Hub};
use tempfile::TempDir;

use crate::harness::PATIENCE;
use crate::invent::log;
use crate::journal::{open, open_forgetful};

fn id(number: u64) -> AdwId {
    format!("w{number}").parse().expect("a safe id")
}

fn record(hub: &Hub, workflow: u64, numbers: std::ops::Range<u64>) {
    let drafts = numbers.map(|number| log(&format!("w{workflow}"), number)).collect();
    let batch = Batch {
        drafts,
        ..Batch::default()
    };
    hub.recorder.record_blocking(batch).expect("recorded");
}

/// The fold of what the journal holds.
fn folded(hub: &Hub, adw_id: &AdwId) -> Timeline {
    let query = PageQuery {
        after: Some(0),
        limit: 10_000,
        ..PageQuery::default()
    };
    let page = hub
        .archive
        .page(adw_id, &query, &|| true)
        .expect("read")
        .expect("there");
    let mut timeline = Timeline::new(adw_id.clone());
    for text in page.events {
        let event: Event = serde_json::from_str(&text).expect("an event");
        assert!(timeline.apply(event.seq, &event));
    }
    timeline
}

fn wait_for(hub: &Hub, is_so: impl Fn(&Hub) -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !is_so(hub) {
        assert!(Instant::now() < deadline, "{:?}", hub.stats());
        std::thread::sleep(Duration::from_millis(2));
    }
}

#[test]
fn a_workflow_that_sleeps_is_told_like_one_that_is_awake() {
    let directory = TempDir::new().expect("a directory");
    let hub = open_forgetful(&directory);
    for workflow in 0..30 {
        record(&hub, workflow, 0..workflow * 11 + 1);
    }
    wait_for(&hub, |hub| hub.stats().awake == 0);
    // New events do not wake it, and are told all the same.
    record(&hub, 3, 100..105);
    assert_eq!(hub.live.head(&id(3)), Some(39));
    let cards = hub.live.cards().expect("read");
    assert_eq!(cards.len(), 30);
    for card in cards {
        let timeline = folded(&hub, &card.adw_id);
        assert_eq!(card, Card::of(&timeline));
        assert_eq!(hub.live.timeline(&card.adw_id).expect("read"), Some(timeline));
    }
    assert_eq!(hub.live.timeline(&id(99)).expect("read"), None);
    hub.close();
}

#[test]
fn a_start_reads_cards_and_makes_those_that_are_too_old() {
    let directory = TempDir::new().expect("a directory");
    let hub = open(&directory);
    for workflow in 0..5 {
        record(&hub, workflow, 0..40);
    }
    hub.close();
    drop(hub);
    let hub = open(&directory);
    assert_eq!(hub.stats().awake, 0, "no timeline is read for a start");
    assert_eq!(hub.live.cards().expect("read").len(), 5);
    assert_eq!(hub.stats().awake, 0, "the cards were stored");
    hub.close();
    drop(hub);
    // As after a kill: the journal is ahead of what was stored beside it.
    let connection = rusqlite::Connection::open(directory.path().join("journal.db")).expect("the file opens");
    connection
        .execute_batch("UPDATE cards SET seq = 20 WHERE workflow = 1; DELETE FROM checkpoints WHERE workflow IN (1, 2); DELETE FROM cards WHERE workflow = 2")
        .expect("changed");
    drop(connection);
    let hub = open_forgetful(&directory);
    for card in hub.live.cards().expect("read") {
        assert_eq!(card, Card::of(&folded(&hub, &card.adw_id)));
    }
    // What had to be folded is stored without a new event, so that it is folded once.
    wait_for(&hub, |hub| hub.stats().awake == 0);
    hub.close();
    drop(hub);
    let hub = open(&directory);
    assert_eq!((hub.live.cards().expect("read").len(), hub.stats().awake), (5, 0));
    hub.close();
}

#[test]
fn what_an_earlier_version_summed_up_is_shown_at_once_and_summed_up_anew_behind() {
    let directory = TempDir::new().expect("a directory");
    let hub = open(&directory);
    for workflow in 0..5 {
        record(&hub, workflow, 0..40);
    }
    let right = hub.live.cards().expect("read");
    hub.close();
    drop(hub);
    let connection = rusqlite::Connection::open(directory.path().join("journal.db")).expect("the file opens");
    connection
        .execute_batch(
            "UPDATE cards SET fold = 1, card = json_set(card, '$.title', 'as it was'); \
             UPDATE checkpoints SET fold = 1, timeline = json_set(timeline, '$.error_count', 77)",
        )
        .expect("changed");
    drop(connection);

    let hub = open_forgetful(&directory);
    let first = hub.live.cards().expect("read");
    assert_eq!(first.len(), 5);
    let bell = Bell::new();
    let adw_id = first[0].adw_id.clone();
    let mut subscription = hub.live.subscribe(&adw_id, Some((hub.epoch(), 40)), &bell);
    // What comes meanwhile is neither lost nor told twice.
    record(&hub, 0, 40..60);
    wait_for(&hub, |hub| hub.stats().of_older_fold == 0);
    let after = hub.live.cards().expect("read");
    assert_eq!(after[1..], right[1..]);
    assert_eq!(after[0], Card::of(&folded(&hub, &adw_id)));
    let mut timeline = None::<Timeline>;
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    while let Some(frame) = runtime.block_on(subscription.next()).expect("a frame") {
        match FromServer::read(&frame)
            .expect("a frame is read")
            .expect("a known type")
        {
            FromServer::Snapshot { timeline: whole, .. } => timeline = Some(*whole),
            FromServer::Events { list, .. } => {
                for event in &list {
                    if let Some(timeline) = &mut timeline {
                        assert!(timeline.apply(event.seq, event));
                    }
                }
            }
            _ => panic!("only snapshots and events are expected"),
        }
    }
    assert_eq!(
        timeline,
        Some(folded(&hub, &adw_id)),
        "a follower is given what was summed up anew"
    );
    drop(subscription);
    // What was summed up anew leaves memory once it is stored.
    wait_for(&hub, |hub| hub.stats().awake == 0);
    hub.close();
    drop(hub);
    let hub = open(&directory);
    assert_eq!(hub.stats().of_older_fold, 0, "it was stored");
    assert_eq!(hub.live.cards().expect("read"), after);
    hub.close();
}

/// Takes a snapshot or resumes, follows for a while, and goes away; checks that every frame follows the one before.
async fn visit(hub: &Hub, adw_id: &AdwId, mut timeline: Timeline, frames: usize) -> Timeline {
    let bell = Bell::new();
    let resume = (timeline.seq > 0).then_some((hub.epoch(), timeline.seq));
    let mut subscription = hub.live.subscribe(adw_id, resume, &bell);
    for _ in 0..frames {
        let Some(frame) = subscription.next().await.expect("a frame") else {
            let _ = tokio::time::timeout(Duration::from_millis(3), bell.rung()).await;
            continue;
        };
        match FromServer::read(&frame)
            .expect("a frame is read")
            .expect("a known type")
        {
            FromServer::Snapshot {
                timeline: whole, seq, ..
            } => {
                assert!(resume.is_none(), "whoever resumes gets the events");
                assert_eq!(whole.seq, seq);
                timeline = *whole;
            }
            FromServer::Events { from, list, .. } => {
                assert_eq!(from, timeline.seq + 1, "no hole, no repetition");
                list.iter().for_each(|event| assert!(timeline.apply(event.seq, event)));
            }
            other => panic!("not a frame of a workflow: {other:?}"),
        }
    }
    timeline
}

#[test]
fn viewers_that_come_and_go_while_timelines_do_miss_nothing() {
    let directory = TempDir::new().expect("a directory");
    let hub = Arc::new(open_forgetful(&directory));
    const WORKFLOWS: u64 = 6;
    const EVENTS: u64 = 600;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(4)
        .enable_all()
        .build()
        .expect("a runtime");
    let is_over = Arc::new(AtomicBool::new(false));
    let viewers: Vec<_> = (0..12_u64)
        .map(|viewer| {
            let (hub, is_over) = (Arc::clone(&hub), Arc::clone(&is_over));
            runtime.spawn(async move {
                let adw_id = id(viewer % WORKFLOWS);
                let mut timeline = Timeline::new(adw_id.clone());
                for round in 0.. {
                    let is_last = is_over.load(Ordering::Acquire);
                    // Every other viewer begins anew each time.
                    if viewer >= WORKFLOWS && !is_last {
                        timeline = Timeline::new(adw_id.clone());
                    }
                    let frames = if is_last { 2_000 } else { 1 + round % 5 };
                    timeline = visit(&hub, &adw_id, timeline, frames).await;
                    if is_last || timeline.seq == EVENTS {
                        break;
                    }
                    tokio::time::sleep(Duration::from_millis(viewer % 4)).await;
                }
                timeline
            })
        })
        .collect();
    for number in 0..EVENTS {
        for workflow in 0..WORKFLOWS {
            record(&hub, workflow, number..number + 1);
        }
    }
    is_over.store(true, Ordering::Release);
    for viewer in viewers {
        let timeline = runtime.block_on(viewer).expect("a viewer ends well");
        assert_eq!(timeline, folded(&hub, &timeline.adw_id));
        assert_eq!(timeline.seq, EVENTS);
    }
    wait_for(&hub, |hub| hub.stats().awake == 0);
    hub.close();
}
