//! The hub's laws, in one process: every viewer ends with the journal's events, whatever happens in between.

use std::sync::Arc;

use domain::adw_id::AdwId;
use domain::event::{Event, TimeSource};
use domain::frame::FromServer;
use domain::timeline::Timeline;
use domain::timestamp::Timestamp;
use draft::key::Key;
use draft::{Document, Draft, NewEvent, NewState};
use journal::{Batch, Outcome, PageQuery};
use proptest::prelude::*;
use serde_json::json;
use server::hub::{Bell, Hub, Subscription};
use tempfile::TempDir;

use crate::invent::{ADW_ID, keyed, log};
use crate::journal::{open, open_forgetful};

fn id() -> AdwId {
    ADW_ID.parse().expect("a safe id")
}

fn batch(drafts: Vec<Draft>) -> Batch {
    Batch {
        drafts,
        ..Batch::default()
    }
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime")
}

/// A browser that keeps the law: it folds what comes and refuses gaps.
struct Viewer {
    timeline: Timeline,
    epoch: String,
}

impl Viewer {
    fn new() -> Self {
        Self {
            timeline: Timeline::new(id()),
            epoch: String::new(),
        }
    }

    fn subscribe(&self, hub: &Hub, bell: &Bell) -> Subscription {
        let resume = (!self.epoch.is_empty()).then_some((self.epoch.as_str(), self.timeline.seq));
        hub.live.subscribe(&id(), resume, bell)
    }

    async fn take(&mut self, subscription: &mut Subscription, frames: usize) {
        for _ in 0..frames {
            let Some(frame) = subscription.next().await.expect("a frame") else {
                return;
            };
            match FromServer::read(&frame)
                .expect("a frame is read")
                .expect("a known type")
            {
                FromServer::Snapshot { timeline, epoch, .. } => {
                    self.timeline = *timeline;
                    self.epoch = epoch;
                }
                FromServer::Events { from, to, list, .. } => {
                    assert_eq!(
                        (from, to),
                        (self.timeline.seq + 1, self.timeline.seq + list.len() as u64),
                        "no hole, no repetition"
                    );
                    list.iter()
                        .for_each(|event| assert!(self.timeline.apply(event.seq, event)));
                }
                other => panic!("not a frame of a workflow: {other:?}"),
            }
        }
    }
}

#[derive(Clone, Debug)]
enum Step {
    Record(u64),
    Take(usize),
    Disconnect,
    Restart,
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_pattern_of_disconnects_restarts_and_slowness_ends_with_the_journals_events(
        steps in prop::collection::vec(prop_oneof![4 => (1_u64..400).prop_map(Step::Record), 3 => (0_usize..4).prop_map(Step::Take), 2 => Just(Step::Disconnect), 1 => Just(Step::Restart)], 1..30)
    ) {
        runtime().block_on(async {
            let directory = TempDir::new().expect("a directory");
            let mut hub = open_forgetful(&directory);
            let bell = Bell::new();
            let mut viewer = Viewer::new();
            let mut subscription = viewer.subscribe(&hub, &bell);
            let mut recorded = 0;
            for step in steps {
                match step {
                    Step::Record(count) => {
                        let drafts = (recorded..recorded + count).map(|number| log(ADW_ID, number)).collect();
                        recorded += count;
                        hub.recorder.record(batch(drafts)).await.expect("recorded");
                    }
                    Step::Take(frames) => viewer.take(&mut subscription, frames).await,
                    Step::Disconnect => {
                        drop(subscription);
                        subscription = viewer.subscribe(&hub, &bell);
                    }
                    Step::Restart => {
                        drop(subscription);
                        let old = hub;
                        tokio::task::spawn_blocking(move || old.close()).await.expect("closed");
                        hub = open_forgetful(&directory);
                        subscription = viewer.subscribe(&hub, &bell);
                    }
                }
            }
            // `record` returns at the commit; the publication follows at once on the writer's thread.
            while hub.live.head(&id()).unwrap_or(0) < recorded {
                tokio::task::yield_now().await;
            }
            viewer.take(&mut subscription, usize::MAX).await;
            assert_eq!(viewer.timeline.seq, recorded);
            assert_eq!(Some(&viewer.timeline), hub.live.timeline(&id()).expect("read").as_ref().or((recorded == 0).then_some(&viewer.timeline)));
            drop(subscription);
            tokio::task::spawn_blocking(move || hub.close()).await.expect("closed");
        });
    }

    #[test]
    fn any_interleaving_of_file_hook_and_push_gives_each_event_once(order in Just((0..60_usize).collect::<Vec<_>>()).prop_shuffle(), sizes in prop::collection::vec(1_usize..12, 60)) {
        // Twenty tool calls, each told three ways: the stream knows the tool and the line, the hook the tool, the notifier the line.
        let copies: Vec<Draft> = (0..20).flat_map(|call| {
            let (tool, line) = (Key::tool_pre(&format!("toolu_{call}")), Key::line(&format!("uuid-{call}"), 0));
            [vec![tool, line], vec![tool], vec![line]].map(|keys| {
                let Draft::Event(new) = log(ADW_ID, call) else { unreachable!("log makes an event") };
                Draft::Event(NewEvent { keys, ..new })
            })
        }).collect();
        let directory = TempDir::new().expect("a directory");
        let hub = open(&directory);
        // A hook's and a notifier's copy share no key until the stream has told that they are one.
        let stream_first: Vec<usize> = (0..20).map(|call| call * 3).filter(|at| order.iter().position(|o| o == at) > order.iter().position(|o| *o == at + 1).max(order.iter().position(|o| *o == at + 2))).collect();
        let order: Vec<usize> = stream_first.into_iter().chain(order).collect();
        let mut rest = order.as_slice();
        for size in sizes {
            let (now, later) = rest.split_at(size.min(rest.len()));
            hub.recorder.record_blocking(batch(now.iter().map(|at| copies[*at].clone()).collect())).expect("recorded");
            rest = later;
        }
        hub.recorder.record_blocking(batch(rest.iter().map(|at| copies[*at].clone()).collect())).expect("recorded");
        let query = PageQuery { after: Some(0), limit: 1_000, ..PageQuery::default() };
        let page = hub.archive.page(&id(), &query, &|| true).expect("a page").expect("the workflow is known");
        let mut seen: Vec<String> = page.events.iter().map(|text| serde_json::from_str::<Event>(text).expect("an event").payload["message"].to_string()).collect();
        let count = seen.len();
        seen.sort();
        seen.dedup();
        hub.close();
        prop_assert_eq!((count, seen.len()), (20, 20));
    }
}

#[test]
fn the_same_document_again_is_no_event_and_its_changes_rebuild_it() {
    let directory = TempDir::new().expect("a directory");
    let hub = open(&directory);
    let state = |document: serde_json::Value| {
        let document = document.as_object().cloned().expect("a document");
        batch(vec![Draft::State(NewState {
            adw_id: id(),
            document: Document::Whole(document),
            source: "adw_state.json".into(),
            agent: None,
            run: None,
            session_id: None,
            parent_tool_use_id: None,
            timestamp: Timestamp(0),
            time_source: TimeSource::Read,
            keys: Vec::new(),
            remarks: serde_json::Map::new(),
            phases: Vec::new(),
        })])
    };
    let first = json!({"adw_id": ADW_ID, "plan_file": null, "n": 1});
    let second = json!({"adw_id": ADW_ID, "plan_file": "specs/a.md"});
    let outcome =
        |document: &serde_json::Value| hub.recorder.record_blocking(state(document.clone())).expect("recorded")[0];
    assert_eq!(outcome(&first), Outcome::Recorded(1));
    assert_eq!(outcome(&first), Outcome::Duplicate);
    assert_eq!(outcome(&second), Outcome::Recorded(2));
    assert_eq!(
        hub.archive
            .document(&id())
            .expect("read")
            .map(serde_json::Value::Object),
        Some(second)
    );
    let event: Event =
        serde_json::from_str(&hub.archive.event(&id(), 2).expect("read").expect("there")).expect("an event");
    assert_eq!(
        event.payload["changed"],
        json!([{"field": "n", "old": 1}, {"field": "plan_file", "old": null, "new": "specs/a.md"}])
    );
    hub.close();
}

#[test]
fn a_thousand_pushes_at_once_get_a_thousand_numbers() {
    let directory = TempDir::new().expect("a directory");
    let hub = Arc::new(open(&directory));
    runtime().block_on(async {
        let tasks: Vec<_> = (0..1_000)
            .map(|n| {
                let hub = Arc::clone(&hub);
                tokio::spawn(async move {
                    hub.recorder
                        .record(batch(vec![keyed(ADW_ID, &format!("{}", n % 500))]))
                        .await
                        .expect("recorded")[0]
                })
            })
            .collect();
        let mut seqs = Vec::new();
        for task in tasks {
            if let Outcome::Recorded(seq) = task.await.expect("done") {
                seqs.push(seq);
            }
        }
        seqs.sort_unstable();
        assert_eq!(
            seqs,
            (1..=500).collect::<Vec<_>>(),
            "each of the 500 ids came twice and counts once, without holes"
        );
    });
    hub.close();
}

#[test]
fn a_viewer_of_another_life_or_ahead_of_the_head_gets_a_snapshot() {
    let directory = TempDir::new().expect("a directory");
    let hub = open(&directory);
    hub.recorder
        .record_blocking(batch((0..10).map(|n| log(ADW_ID, n)).collect()))
        .expect("recorded");
    runtime().block_on(async {
        while hub.live.head(&id()).unwrap_or(0) < 10 {
            tokio::task::yield_now().await;
        }
        for (resume, is_snapshot) in [
            (None, true),
            (Some(("other", 5)), true),
            (Some((hub.epoch(), 11)), true),
            (Some((hub.epoch(), 5)), false),
            (Some((hub.epoch(), 0)), false),
        ] {
            let mut subscription = hub.live.subscribe(&id(), resume, &Bell::new());
            let frame = subscription.next().await.expect("a frame").expect("something is new");
            let frame = FromServer::read(&frame)
                .expect("a frame is read")
                .expect("a known type");
            assert_eq!(
                matches!(frame, FromServer::Snapshot { seq: 10, .. }),
                is_snapshot,
                "{resume:?}"
            );
            assert!(subscription.next().await.expect("read").is_none());
        }
        assert!(
            hub.live
                .subscribe(&id(), Some((hub.epoch(), 10)), &Bell::new())
                .next()
                .await
                .expect("read")
                .is_none()
        );
    });
    hub.close();
}

#[test]
fn the_first_frame_after_a_resume_says_how_much_was_missed() {
    let directory = TempDir::new().expect("a directory");
    let hub = open(&directory);
    runtime().block_on(async {
        // Somebody follows, so the newest events lie in memory, a frame for each.
        let _other = hub.live.subscribe(&id(), None, &Bell::new());
        for n in 0..40 {
            hub.recorder
                .record(batch(vec![log(ADW_ID, n)]))
                .await
                .expect("recorded");
        }
        while hub.live.head(&id()).unwrap_or(0) < 40 {
            tokio::task::yield_now().await;
        }
        let mut subscription = hub.live.subscribe(&id(), Some((hub.epoch(), 10)), &Bell::new());
        let frame = subscription.next().await.expect("a frame").expect("something is new");
        let FromServer::Events { from, to, head, .. } = FromServer::read(&frame)
            .expect("a frame is read")
            .expect("a known type")
        else {
            panic!("a resume is answered by events");
        };
        assert_eq!((from, head.unwrap_or(to)), (11, 40));
    });
    hub.close();
}
