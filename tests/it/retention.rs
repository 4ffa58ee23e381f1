//! Old events that are let go of: what stays, what does not come back, and who is told.

use std::time::{Duration, Instant};

use domain::adw_id::AdwId;
use domain::event::TimeSource;
use domain::frame::FromServer;
use domain::timestamp::Timestamp;
use draft::Draft;
use journal::sqlite::{Durability, SqliteJournal};
use journal::{Batch, Filter, Outcome, Page, PageQuery};
use server::hub::{Bell, Hub, Retention, Upkeep};
use tempfile::TempDir;

use crate::harness::{PATIENCE, log, server};
use crate::invent::{self, keyed};

const DAY_MS: i64 = 86_400_000;

fn open(directory: &TempDir, retention: Retention) -> Hub {
    let journal = SqliteJournal::open(directory.path(), Durability::Process, "life").expect("the journal opens");
    let upkeep = Upkeep {
        awake: 0,
        round: Duration::from_millis(20),
        idle_rounds: 0,
        retention,
        ..Upkeep::default()
    };
    Hub::open(Box::new(journal), upkeep).expect("the hub opens")
}

fn id(name: &str) -> AdwId {
    name.parse().expect("a safe id")
}

fn now() -> i64 {
    let since_1970 = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since_1970.expect("after 1970").as_millis() as i64
}

/// Records log lines that were written so many days ago.
fn record(hub: &Hub, name: &str, numbers: std::ops::Range<u64>, days_ago: i64) {
    let old = |number| {
        let Draft::Event(mut new) = invent::log(name, number) else {
            unreachable!("log makes an event")
        };
        new.event.timestamp = Timestamp(now() - days_ago * DAY_MS);
        new.event.time_source = TimeSource::Source;
        Draft::Event(new)
    };
    let drafts = numbers.map(old).collect();
    let batch = Batch {
        drafts,
        ..Batch::default()
    };
    hub.recorder.record_blocking(batch).expect("recorded");
}

fn page(hub: &Hub, name: &str) -> Page {
    let query = PageQuery {
        after: Some(0),
        limit: 10_000,
        ..PageQuery::default()
    };
    hub.archive
        .page(&id(name), &query, &|| true)
        .expect("read")
        .expect("there")
}

fn found(hub: &Hub, name: &str, q: &str) -> u64 {
    let filter = Filter {
        q: Some(q.to_owned()),
        ..Filter::default()
    };
    let query = PageQuery {
        limit: 1,
        filter,
        ..PageQuery::default()
    };
    hub.archive
        .search(&id(name), &query, &|| true)
        .expect("read")
        .expect("there")
        .count
}

fn wait_until(is_so: impl Fn() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < deadline, "it does not happen");
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn keep_days(days: u64) -> Retention {
    Retention {
        days: Some(days),
        ..Retention::default()
    }
}

#[test]
fn what_is_too_old_goes_and_all_else_stays() {
    let directory = TempDir::new().expect("a directory");
    let hub = open(&directory, Retention::default());
    hub.recorder
        .record_blocking(Batch {
            drafts: vec![keyed("old", "first")],
            ..Batch::default()
        })
        .expect("recorded");
    record(&hub, "old", 1..1_300, 50);
    record(&hub, "partly", 0..700, 50);
    record(&hub, "partly", 700..900, 2);
    record(&hub, "at-work", 0..600, 50);
    record(&hub, "at-work", 600..601, 0);
    let before = hub.live.timeline(&id("old")).expect("read");
    let mut cards = hub.live.cards().expect("read");
    cards.sort_by(|a, b| a.adw_id.cmp(&b.adw_id));
    hub.close();
    drop(hub);

    let hub = open(&directory, keep_days(30));
    wait_until(|| page(&hub, "old").events.is_empty() && page(&hub, "partly").events.len() == 200);
    let old = page(&hub, "old");
    assert_eq!((old.first, old.head), (1_301, 1_300));
    assert_eq!(page(&hub, "partly").first, 701);
    assert_eq!(
        (page(&hub, "at-work").events.len(), page(&hub, "at-work").first),
        (601, 1)
    );
    assert_eq!(
        (
            found(&hub, "old", "line"),
            found(&hub, "partly", "line"),
            found(&hub, "at-work", "line")
        ),
        (0, 200, 601)
    );
    // What is known of it is still shown, and nothing of it comes back.
    assert_eq!(hub.live.timeline(&id("old")).expect("read"), before);
    let known = Batch {
        drafts: vec![keyed("old", "first")],
        ..Batch::default()
    };
    assert_eq!(
        hub.recorder.record_blocking(known).expect("recorded"),
        [Outcome::Duplicate]
    );
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        // Whoever resumes where there is nothing any more begins anew; whoever resumes behind that gets the events.
        for (name, after, is_snapshot) in [("old", 10, true), ("partly", 699, true), ("partly", 700, false)] {
            let mut subscription = hub.live.subscribe(&id(name), Some((hub.epoch(), after)), &Bell::new());
            let frame = subscription.next().await.expect("a frame").expect("something is new");
            let frame = FromServer::read(&frame)
                .expect("a frame is read")
                .expect("a known type");
            assert_eq!(
                matches!(frame, FromServer::Snapshot { .. }),
                is_snapshot,
                "{name} {after}"
            );
        }
    });
    // The index lets go of it too.
    let index = rusqlite::Connection::open(directory.path().join("search.db")).expect("the index opens");
    let count = |table: &str| -> i64 {
        let sql = format!("SELECT count(*) FROM {table}");
        index.query_row(&sql, [], |row| row.get(0)).expect("a count")
    };
    record(&hub, "old", 2_000..2_001, 0);
    wait_until(|| count("texts_docsize") == 802 && count("facets") == 0);
    assert_eq!(page(&hub, "old").head, 1_301, "numbers go on");
    drop(index);
    hub.close();
    drop(hub);

    let hub = open(&directory, keep_days(30));
    let mut after: Vec<_> = hub.live.cards().expect("read");
    after.sort_by(|a, b| a.adw_id.cmp(&b.adw_id));
    assert_eq!(
        (&after[0], &after[2]),
        (&cards[0], &cards[2]),
        "cards outlive their events"
    );
    hub.close();
}

#[test]
fn when_there_is_too_much_the_oldest_workflows_go_first_and_their_room_is_used_again() {
    let directory = TempDir::new().expect("a directory");
    let retention = Retention {
        bytes: Some(1_500_000),
        ..Retention::default()
    };
    let hub = open(&directory, retention);
    let file = rusqlite::Connection::open(directory.path().join("journal.db")).expect("the file opens");
    let pages = || -> u64 {
        let count = file.query_row("PRAGMA page_count", [], |row| row.get(0));
        count.expect("a count")
    };
    let mut after_three = 0;
    for round in 0..6_i64 {
        for part in 0..8 {
            record(&hub, &format!("w{round}"), part * 250..(part + 1) * 250, 60 - round);
        }
        if round >= 3 {
            wait_until(|| page(&hub, &format!("w{}", round - 3)).events.is_empty());
        }
        if round == 3 {
            after_three = pages();
        }
    }
    assert_eq!(page(&hub, "w5").events.len(), 2_000, "the newest is whole");
    assert!(
        hub.live.timeline(&id("w0")).expect("read").is_some(),
        "what is known of the oldest stays"
    );
    let after_six = pages();
    assert!(
        after_six * 4 < after_three * 5,
        "{after_six} pages, {after_three} before"
    );
    drop(file);
    hub.close();
}

#[tokio::test]
async fn a_server_prunes_as_its_settings_say() {
    let server = server().settings("[journal]\nkeep_days = 30\n").start();
    let mut old = log("a1", "long ago");
    old["data"]["timestamp"] = "2026-01-01T00:00:00Z".into();
    server.push(&[old, log("a2", "just now")]).await;
    // The first pass comes a minute after the start at the latest; a restart begins with one.
    let server = server.restart();
    let pruned = server
        .wait_for("/api/workflows/a1/events", |answer| answer.json()["first"] == 2)
        .await
        .json();
    assert_eq!(
        (&pruned["head"], pruned["events"].as_array().map(Vec::len)),
        (&1.into(), Some(0))
    );
    let one = server.get("/api/workflows/a1/events/1").await;
    assert_eq!(
        (one.status, one.text().contains("was removed by retention")),
        (404, true),
        "{}",
        one.text()
    );
    assert_eq!(server.get("/api/agent-state/a1").await.json()["seq"], 1);
    assert_eq!(server.get("/w/a1").await.status, 200);
    assert_eq!(server.get("/api/workflows/a2/events").await.json()["first"], 1);
    // An export says what there is.
    let export = server.get("/api/workflows/a1/export?format=json").await.json();
    assert_eq!(
        (&export["first"], &export["events"]),
        (&2.into(), &serde_json::json!([]))
    );
}
