//! The journal as a file: what it refuses, what it keeps, and that refusing changes nothing.

use std::time::Duration;

use journal::sqlite::{Durability, SqliteJournal};
use journal::{Batch, Journal, JournalError, Outcome, PageQuery};
use server::hub::{Hub, Upkeep};
use tempfile::TempDir;

use crate::invent::{keyed, log};

pub fn open(directory: &TempDir) -> Hub {
    let journal = SqliteJournal::open(directory.path(), Durability::Process, "first").expect("the journal opens");
    let upkeep = Upkeep {
        checkpoint_every: 100,
        ..Upkeep::default()
    };
    Hub::open(Box::new(journal), upkeep).expect("the hub opens")
}

/// A hub that evicts every timeline as soon as it may.
pub fn open_forgetful(directory: &TempDir) -> Hub {
    let journal = SqliteJournal::open(directory.path(), Durability::Process, "first").expect("the journal opens");
    let upkeep = Upkeep {
        checkpoint_every: 100,
        awake: 0,
        round: Duration::from_millis(1),
        idle_rounds: 0,
        ..Upkeep::default()
    };
    Hub::open(Box::new(journal), upkeep).expect("the hub opens")
}

fn refused(directory: &TempDir) -> JournalError {
    SqliteJournal::open(directory.path(), Durability::Power, "x")
        .map(|_| ())
        .expect_err("the journal is refused")
}

#[test]
fn a_file_that_is_no_journal_is_left_as_it_is() {
    let directory = TempDir::new().expect("a directory");
    let path = directory.path().join("journal.db");
    for content in [b"this is a text, not a journal, and long enough to have a header of its own ....................................".to_vec(), vec![0; 4096]] {
        std::fs::write(&path, &content).expect("a file");
        let error = refused(&directory);
        assert!(matches!(error, JournalError::Damaged { .. }), "{error}");
        assert_eq!(std::fs::read(&path).expect("the file"), content);
    }
}

#[test]
fn a_journal_of_a_newer_version_or_of_others_is_left_as_it_is() {
    let directory = TempDir::new().expect("a directory");
    open(&directory).close();
    let path = directory.path().join("journal.db");
    let connection = rusqlite::Connection::open(&path).expect("the file opens");
    connection
        .pragma_update(None, "user_version", 99)
        .expect("a newer format");
    drop(connection);
    let before = std::fs::read(&path).expect("the file");
    assert!(matches!(refused(&directory), JournalError::Newer { found: 99, .. }));
    assert_eq!(std::fs::read(&path).expect("the file"), before);
    let connection = rusqlite::Connection::open(&path).expect("the file opens");
    connection
        .pragma_update(None, "application_id", 7)
        .expect("another application");
    drop(connection);
    assert!(matches!(refused(&directory), JournalError::Damaged { .. }));
}

#[test]
fn the_locks_of_the_log_stay_within_the_process() {
    let directory = TempDir::new().expect("a directory");
    let hub = open(&directory);
    let batch = Batch {
        drafts: vec![log("a", 1)],
        ..Batch::default()
    };
    hub.recorder.record_blocking(batch).expect("recorded");
    assert!(directory.path().join("journal.db-wal").exists());
    assert!(!directory.path().join("journal.db-shm").exists());
    hub.close();
}

#[test]
fn a_second_server_on_the_same_journal_is_refused() {
    let directory = TempDir::new().expect("a directory");
    let hub = open(&directory);
    assert!(matches!(refused(&directory), JournalError::InUse { .. }));
    hub.close();
    drop(hub);
    open(&directory).close();
}

#[test]
fn the_epoch_stays_after_a_clean_end_and_changes_where_seqs_may_be_lost() {
    let directory = TempDir::new().expect("a directory");
    let epoch = |durability, new: &str, clean: bool| {
        let mut journal = SqliteJournal::open(directory.path(), durability, new).expect("the journal opens");
        if clean {
            journal.close().expect("a clean end");
        }
        journal.epoch().to_owned()
    };
    assert_eq!(epoch(Durability::Process, "a", true), "a");
    assert_eq!(epoch(Durability::Process, "b", false), "a");
    assert_eq!(
        epoch(Durability::Power, "c", false),
        "a",
        "power loss takes nothing back under `power`"
    );
    assert_eq!(
        epoch(Durability::Process, "d", true),
        "d",
        "the start before was under `power` but did not end cleanly"
    );
}

#[test]
fn what_was_recorded_is_there_after_a_restart_once_and_in_order() {
    let directory = TempDir::new().expect("a directory");
    for round in 0..3_u64 {
        let hub = open(&directory);
        for number in 0..150 {
            let drafts = vec![log("a", round * 150 + number), keyed("b", &format!("{number}"))];
            let outcomes = hub
                .recorder
                .record_blocking(Batch {
                    drafts,
                    ..Batch::default()
                })
                .expect("recorded");
            assert_eq!(outcomes[0], Outcome::Recorded(round * 150 + number + 1));
            assert_eq!(outcomes[1] == Outcome::Duplicate, round > 0);
        }
        // Every other end is that of a killed process: nothing is closed.
        if round % 2 == 0 {
            hub.close();
        } else {
            drop(hub);
            // The writer thread lets go of the lock when the last sender is gone.
            while SqliteJournal::open(directory.path(), Durability::Process, "x").is_err() {
                std::thread::yield_now();
            }
        }
    }
    let hub = open(&directory);
    let timeline = hub
        .live
        .timeline(&"a".parse().expect("a safe id"))
        .expect("read")
        .expect("the workflow is known");
    assert_eq!(timeline.seq, 450);
    let query = PageQuery {
        after: Some(0),
        limit: 1_000,
        ..PageQuery::default()
    };
    let page = hub
        .archive
        .page(&"a".parse().expect("a safe id"), &query, &|| true)
        .expect("a page")
        .expect("the workflow is known");
    for (at, text) in page.events.iter().enumerate() {
        let event: domain::event::Event = serde_json::from_str(text).expect("an event");
        assert_eq!(
            (event.seq, event.payload["message"].as_str()),
            (at as u64 + 1, Some(format!("line {at}").as_str()))
        );
    }
    assert_eq!(page.events.len(), 450);
    hub.close();
}
