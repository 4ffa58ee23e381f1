//! Searches and filters: what the index finds is what reading every event finds, wherever the index stands.

use domain::adw_id::AdwId;
use domain::event::{Event, Kind};
use domain::level::Level;
use draft::{Draft, NewEvent};
use journal::preview::prepare;
use journal::sqlite::{Durability, SqliteJournal};
use journal::{Batch, Filter, Journal, PageQuery, Reader};
use proptest::prelude::*;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::harness::{Server, log, server};
use crate::invent::{self, ADW_ID};

fn id() -> AdwId {
    ADW_ID.parse().expect("a safe id")
}

fn open(directory: &TempDir, epoch: &str) -> SqliteJournal {
    SqliteJournal::open(directory.path(), Durability::Process, epoch).expect("the journal opens")
}

/// An event that differs from its neighbours in all that is filtered by.
fn varied(number: usize, text: &str) -> Draft {
    let kind = [Kind::AgentLogEntry, Kind::TextBlock, Kind::ToolExecution, Kind::Other][number * 7 % 11 % 4];
    let level = ["INFO", "warn", "ERROR", "SUCCESS", "debug"][number * 3 % 7 % 5];
    let is_error = number.is_multiple_of(97);
    let mut event = invent::event(
        kind,
        if number.is_multiple_of(2) {
            "tool_execution_post"
        } else {
            "x"
        },
        json!({"level": level, "is_error": is_error, "message": text, "number": number}),
    );
    event.agent = [None, Some("planner"), Some("builder"), Some("Ärger \"x\"")][number / 50 % 4].map(str::to_owned);
    if number.is_multiple_of(701) {
        // Only the whole has what comes after this; the event is a preview.
        event.payload["output"] = format!("{} Nadel im Heu {text}", "heu ".repeat(9_000)).into();
    }
    Draft::Event(NewEvent {
        event,
        keys: Vec::new(),
    })
}

fn append(journal: &mut SqliteJournal, drafts: Vec<Draft>) {
    let batch = Batch {
        drafts,
        ..Batch::default()
    };
    journal
        .append(vec![prepare(batch).expect("a batch")])
        .expect("recorded");
}

/// All events as the law sees them: with their previews, and with their whole payloads.
fn all(reader: &mut dyn Reader) -> Vec<(Event, Value)> {
    let query = PageQuery {
        after: Some(0),
        limit: 100_000,
        ..PageQuery::default()
    };
    let page = reader.page(&id(), &query, &|| true).expect("read").expect("there");
    let read = |text: &str| serde_json::from_str::<Event>(text).expect("an event");
    let whole = |event: Event, reader: &mut dyn Reader| {
        let whole = reader.event(&id(), event.seq).expect("read").expect("there");
        (event, read(&whole).payload)
    };
    page.events.iter().map(|text| whole(read(text), reader)).collect()
}

fn any_filter() -> impl Strategy<Value = Filter> {
    let kinds = prop::collection::vec(
        prop::sample::select(vec![Kind::AgentLogEntry, Kind::TextBlock, Kind::Other, Kind::Session]),
        0..3,
    );
    let agents = prop::collection::vec(prop::sample::select(vec!["planner", "Ärger \"x\"", "nobody"]), 0..3);
    let levels = prop::collection::vec(prop::sample::select(Level::ALL.to_vec()), 0..2);
    let q = prop_oneof![
        3 => Just(None),
        2 => prop::sample::select(vec![
            "ab", "aba", "ABBA", "bä", "\"a\"", "a\nb", "a%b", "b_a", "\0b", "nadel im heu a", "12", "77", "ß", "message", "a\\b",
        ]).prop_map(|q| Some(q.to_owned())),
        2 => "[aAbB\"\n%_äÄ\\\\]{1,6}".prop_map(Some),
    ];
    (kinds, agents, levels, q).prop_map(|(kinds, agents, levels, q)| Filter {
        kinds,
        agents: agents.into_iter().map(str::to_owned).collect(),
        levels,
        q,
    })
}

type Asked = (Filter, Option<u64>, Option<u64>, usize);

fn any_asked() -> impl Strategy<Value = Asked> {
    let seq = || {
        prop::option::of(prop_oneof![
            0_u64..2_500,
            prop::sample::select(vec![1_023_u64, 1_024, 1_025, 2_048])
        ])
    };
    let limit = prop_oneof![1_usize..20, Just(1_000)];
    (any_filter(), seq(), seq(), limit)
}

/// Asks in every way, and compares with the law.
fn check(reader: &mut dyn Reader, events: &[(Event, Value)], (filter, after, before, limit): Asked) {
    let expected: Vec<u64> = events
        .iter()
        .filter(|(event, whole)| filter.matches(event, whole))
        .map(|(event, _)| event.seq)
        .filter(|seq| after.is_none_or(|after| *seq > after) && before.is_none_or(|before| *seq < before))
        .collect();
    let oldest: Vec<u64> = expected.iter().copied().take(limit).collect();
    let newest = &expected[expected.len().saturating_sub(limit)..];
    let query = PageQuery {
        after,
        before,
        limit,
        filter,
    };
    let found = reader.search(&id(), &query, &|| true).expect("read").expect("there");
    assert_eq!(
        (found.count, found.seqs.as_slice()),
        (expected.len() as u64, newest),
        "{query:?}"
    );
    let seqs = |texts: Vec<String>| -> Vec<u64> {
        let seq = |text: &String| serde_json::from_str::<Event>(text).expect("an event").seq;
        texts.iter().map(seq).collect()
    };
    let page = reader.page(&id(), &query, &|| true).expect("read").expect("there");
    assert_eq!(
        seqs(page.events),
        if after.is_some() { &oldest } else { newest },
        "{query:?}"
    );
    // An export takes parts until it has looked at everything.
    let (mut part_query, mut parts) = (query.clone(), Vec::new());
    loop {
        let part = reader.part(&id(), &part_query, 4_096).expect("read").expect("there");
        parts.extend(seqs(part.events));
        let end = before.map_or(part.head, |before| before.saturating_sub(1).min(part.head));
        if part.to >= end {
            break;
        }
        assert!(part.to > part_query.after.unwrap_or(0), "it goes on: {query:?}");
        part_query.after = Some(part.to);
    }
    assert_eq!(parts, expected, "{query:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(6))]

    #[test]
    fn the_index_finds_what_reading_every_event_finds(
        texts in prop::collection::vec("[aAbBäß\"\n%_\\\\\0]{0,12}", 40),
        asked in prop::collection::vec(any_asked(), 60),
        steps in prop::collection::vec(0_usize..7, 5),
    ) {
        let directory = TempDir::new().expect("a directory");
        let mut journal = open(&directory, "life");
        let mut indexer = journal.indexer().expect("an index");
        let mut reader = journal.reader().expect("a reader");
        let mut asked = asked.into_iter();
        let mut recorded = 0;
        for (round, steps) in steps.into_iter().enumerate() {
            // Another workflow takes its turns too, and is never found.
            append(&mut journal, (0..30).map(|n| invent::log("other", n)).collect());
            let count = 470 + round * 10;
            let drafts = (recorded..recorded + count).map(|n| varied(n, &texts[n * 13 % texts.len()])).collect();
            append(&mut journal, drafts);
            recorded += count;
            for _ in 0..steps {
                indexer.step(256).expect("indexed");
            }
            let events = all(reader.as_mut());
            prop_assert_eq!(events.len(), recorded);
            for asked in asked.by_ref().take(12) {
                check(reader.as_mut(), &events, asked);
            }
        }
        while indexer.step(256).expect("indexed") {}
        let found = reader.search(&id(), &PageQuery { limit: 1, ..PageQuery::default() }, &|| true).expect("read").expect("there");
        prop_assert_eq!((found.indexed, found.count), (recorded as u64, recorded as u64));
        let events = all(reader.as_mut());
        for asked in [
            (Filter { levels: vec![Level::Error], ..Filter::default() }, None, None, 5),
            (Filter { q: Some("NADEL".into()), ..Filter::default() }, None, None, 2),
        ] {
            check(reader.as_mut(), &events, asked);
        }
    }
}

#[test]
fn a_search_that_nobody_waits_for_ends() {
    let directory = TempDir::new().expect("a directory");
    let mut journal = open(&directory, "life");
    append(&mut journal, (0..1_500).map(|number| varied(number, "abba")).collect());
    let mut indexer = journal.indexer().expect("an index");
    while indexer.step(256).expect("indexed") {}
    let mut reader = journal.reader().expect("a reader");
    for q in ["b", "abba"] {
        let filter = Filter {
            q: Some(q.into()),
            ..Filter::default()
        };
        let query = PageQuery {
            limit: 10,
            filter,
            ..PageQuery::default()
        };
        let asked = std::cell::Cell::new(0);
        let is_wanted = || {
            asked.set(asked.get() + 1);
            asked.get() <= 100
        };
        let found = reader.search(&id(), &query, &is_wanted).expect("read").expect("there");
        assert!((50..=100).contains(&found.count), "{q}: {}", found.count);
        let found = reader.search(&id(), &query, &|| true).expect("read").expect("there");
        assert_eq!(found.count, 1_500, "{q}");
        asked.set(0);
        let query = PageQuery { limit: 1_000, ..query };
        let page = reader.page(&id(), &query, &is_wanted).expect("read").expect("there");
        assert!((50..=100).contains(&page.events.len()), "{q}: {}", page.events.len());
    }
}

#[test]
fn an_index_of_other_events_is_made_anew() {
    let directory = TempDir::new().expect("a directory");
    let fill = |message: &str, count: usize, epoch: &str| {
        let mut journal = open(&directory, epoch);
        append(&mut journal, (0..count).map(|_| varied(1, message)).collect());
        let mut indexer = journal.indexer().expect("an index");
        while indexer.step(256).expect("indexed") {}
        let mut reader = journal.reader().expect("a reader");
        let count = |q: &str, reader: &mut dyn Reader| {
            let filter = Filter {
                q: Some(q.into()),
                ..Filter::default()
            };
            let query = PageQuery {
                limit: 1,
                filter,
                ..PageQuery::default()
            };
            reader
                .search(&id(), &query, &|| true)
                .expect("read")
                .expect("there")
                .count
        };
        let counts = (count("alpha", reader.as_mut()), count("omega", reader.as_mut()));
        journal.close().expect("closed");
        counts
    };
    let keep = |name: &str| std::fs::read(directory.path().join(name)).expect("a file");
    let put_back = |name: &str, content: &[u8]| std::fs::write(directory.path().join(name), content).expect("written");
    assert_eq!(fill("alpha", 3, "one"), (3, 0));
    let older = keep("journal.db");
    assert_eq!(fill("alpha", 3, "two"), (6, 0));
    // An older copy of the journal goes on with other events than those that were indexed.
    put_back("journal.db", &older);
    assert_eq!(fill("omega", 3, "three"), (3, 3));
    assert_eq!(fill("omega", 1, "four"), (3, 4));
    // A damaged index costs no event and no search.
    put_back("search.db", b"this is no index");
    assert_eq!(fill("alpha", 1, "five"), (4, 4));
}

fn seqs(found: &Value) -> Vec<u64> {
    found["seqs"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(Value::as_u64)
        .collect()
}

async fn indexed(server: &Server, adw_id: &str, up_to: u64) {
    let path = format!("/api/workflows/{adw_id}/search?limit=1");
    server.wait_for(&path, |answer| answer.json()["indexed"] == up_to).await;
}

#[tokio::test]
async fn a_search_counts_everything_and_names_the_newest() {
    let server = server().start();
    server
        .push_logs("a1", (1..=30).map(|n| format!("Zeile {n} über\nalles")))
        .await;
    let failed = json!({"type": "tool_execution", "data": {"adw_id": "a1", "agent": "builder", "event_type": "tool_execution_post",
        "payload": {"tool_use_id": "toolu_77", "tool_name": "Bash", "output": "no such file", "is_error": true}}});
    server.push(&[failed, log("a2", "Zeile 1")]).await;
    indexed(&server, "a1", 31).await;
    // What comes now is found as well, before it is indexed.
    server.push_logs("a1", ["ZEILE 31".to_owned()]).await;
    for (query, count, expected) in [
        ("", 32, (1..=32).collect::<Vec<u64>>()),
        ("?q=zeile&limit=3", 31, vec![29, 30, 32]),
        ("?q=%C3%9CBER%0Aalles&limit=2", 30, vec![29, 30]),
        ("?q=eile%203&after=3", 2, vec![30, 32]),
        ("?q=toolu", 0, vec![]),
        ("?q=is_error", 0, vec![]),
        ("?level=error", 1, vec![31]),
        ("?level=error&level=info&after=30&before=32", 1, vec![31]),
        ("?kind=tool_execution&kind=text_block&q=FILE", 1, vec![31]),
        ("?agent=builder&agent=nobody", 1, vec![31]),
        ("?q=30", 1, vec![30]),
    ] {
        let found = server.get(&format!("/api/workflows/a1/search{query}")).await.json();
        assert_eq!((&found["count"], seqs(&found)), (&json!(count), expected), "{query}");
        assert_eq!((&found["head"], &found["first"]), (&json!(32), &json!(1)), "{query}");
    }
    let page = server.get("/api/workflows/a1/events?level=error").await.json();
    assert_eq!(page["events"][0]["data"]["seq"], 31);
    let export = server
        .get("/api/workflows/a1/export?level=error&format=ndjson")
        .await
        .text();
    assert_eq!(export.lines().count(), 1);
    let none = server.get("/api/workflows/none/search?q=x").await;
    assert_eq!(none.status, 404);
}

#[tokio::test]
async fn an_index_goes_on_where_a_killed_server_left_it() {
    let mut server = server().start();
    for round in 1..=3_u64 {
        let messages = (1..=700).map(|n| format!("round {round} number {n}"));
        server.push_logs("a1", messages).await;
        // Killed while it indexes, or before it begins.
        server = server.kill_and_restart();
    }
    indexed(&server, "a1", 2_100).await;
    for (q, count) in [("round", 2_100), ("round 2", 700), ("number 69", 33), ("number 699", 3)] {
        let path = format!("/api/workflows/a1/search?q={}", q.replace(' ', "+"));
        assert_eq!(server.get(&path).await.json()["count"], count, "{q}");
    }
}
