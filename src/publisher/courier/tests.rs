//! The courier against a server that comes and goes, without waiting: its own waits are added up instead.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

/// A server that keeps what it takes, each event once by its id.
#[derive(Clone, Default)]
struct Server(Rc<RefCell<Kept>>);

#[derive(Default)]
struct Kept {
    is_up: bool,
    /// Takes what it is sent, and is gone before it says so.
    is_dying: bool,
    ids: BTreeSet<String>,
    texts: Vec<String>,
}

impl Post for Server {
    fn post(&mut self, body: &[u8]) -> Result<PushAnswer, Unreachable> {
        let mut kept = self.0.borrow_mut();
        if !kept.is_up {
            return Err(Unreachable("away".to_owned()));
        }
        for line in body.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
            let item: Value = serde_json::from_slice(line).expect("JSON");
            let id = item["data"]["event_id"].as_str().expect("an id").to_owned();
            if kept.ids.insert(id)
                && let Some(text) = item["data"]["payload"]["content"].as_str()
            {
                kept.texts.push(text.to_owned());
            }
        }
        if std::mem::take(&mut kept.is_dying) {
            kept.is_up = false;
            return Err(Unreachable("died".to_owned()));
        }
        let status = 200;
        Ok(PushAnswer {
            status,
            ..PushAnswer::default()
        })
    }
}

/// A publisher and its courier, in one thread.
struct Pair {
    own: Arc<Handover>,
    courier: Courier<Server>,
}

impl Pair {
    fn new(folder: &std::path::Path, server: &Server, limit_bytes: u64) -> Self {
        let own = Arc::new(Handover::new(Spool::new(folder.to_owned()), limit_bytes));
        let courier = Courier::of(Arc::clone(&own), server.clone(), limit_bytes);
        Self { own, courier }
    }

    fn say(&self, text: &str) {
        let item = json!({"type": "text_block", "data": {"adw_id": "a1", "payload": {"content": text}}});
        self.own.take(item, Instant::now());
    }

    /// Steps until nothing is left, or the server is away; the wait it asks for.
    fn step_on(&mut self) -> Option<Duration> {
        loop {
            match self.courier.step() {
                CourierStep::Sent => {}
                CourierStep::Idle | CourierStep::Blocked => return None,
                CourierStep::Failed(wait) => return Some(wait),
            }
        }
    }
}

#[test]
fn ten_minutes_of_outage_are_made_good_in_order() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::default();
    let mut pair = Pair::new(&folder.path().join("to"), &server, 1 << 26);
    let (mut away, mut attempts, mut said) = (Duration::ZERO, 0, 0);
    while away < Duration::from_secs(600) {
        for _ in 0..100 {
            said += 1;
            pair.say(&format!("{said} {}", "x".repeat(500)));
        }
        let wait = pair.step_on().expect("the server is away");
        assert!(wait <= Duration::from_secs(30), "{wait:?}");
        away += wait;
        attempts += 1;
    }
    assert!(attempts < 200, "{attempts} attempts are no strain");
    server.0.borrow_mut().is_up = true;
    assert_eq!(pair.step_on(), None);
    let numbers: Vec<u64> = (server.0.borrow().texts.iter())
        .map(|text| {
            text.split(' ')
                .next()
                .and_then(|number| number.parse().ok())
                .expect("a number")
        })
        .collect();
    assert_eq!(numbers, (1..=said).collect::<Vec<_>>());
    assert!(pair.own.flush(Duration::ZERO), "nothing is left");
}

#[test]
fn what_several_processes_left_comes_by_time_and_a_clock_that_jumps_reorders_nobody() {
    let folder = tempfile::tempdir().expect("a folder");
    let left = |name: &str, lines: &[(&str, &str)]| {
        let line = |(at, text): &(&str, &str)| {
            let at = format!("2026-01-15T10:30:{at}.000Z");
            let data = json!({"adw_id": "a1", "event_id": text, "timestamp": at, "payload": {"content": text}});
            format!("{}\n", json!({"type": "text_block", "data": data}))
        };
        let text: String = lines.iter().map(line).collect();
        std::fs::write(folder.path().join(name), text).expect("written");
    };
    left(
        "0000000000001-11-aaaaaaaa.ndjson",
        &[("01", "parent starts"), ("50", "parent is done")],
    );
    left(
        "0000000000002-12-bbbbbbbb.ndjson",
        &[("20", "child 1"), ("40", "child 2")],
    );
    // Its clock has jumped back meanwhile.
    left(
        "0000000000003-12-bbbbbbbb.ndjson",
        &[("10", "child 3"), ("45", "child 4")],
    );
    let server = Server::default();
    server.0.borrow_mut().is_up = true;
    let mut courier = Courier::for_others(Spool::new(folder.path().to_owned()).into(), server.clone(), 1 << 20);
    while courier.step() == CourierStep::Sent {}
    let expected = [
        "parent starts",
        "child 1",
        "child 2",
        "child 3",
        "child 4",
        "parent is done",
    ];
    assert_eq!(server.0.borrow().texts, expected);
    assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 0);
}

#[test]
fn waits_grow_with_the_failures_and_heed_what_the_server_says() {
    let seconds = Duration::from_secs;
    assert_eq!(wait_of(0, None, 1.0), Duration::from_millis(250));
    assert_eq!(wait_of(4, None, 0.5), seconds(2));
    assert_eq!(wait_of(40, None, 1.0), seconds(30));
    assert_eq!(wait_of(0, Some(seconds(7)), 1.0), seconds(7));
    assert_eq!(wait_of(9, Some(seconds(7)), 1.0), seconds(30));
}

#[derive(Clone, Copy, Debug)]
enum Happening {
    /// So many events, of about so many bytes.
    Say(usize, usize),
    Step,
    Up,
    Down,
    Die,
    /// The process ends without a word, and another begins on the same spool.
    Kill,
}

fn happening() -> impl Strategy<Value = Happening> {
    prop_oneof![
        4 => (1_usize..40, 1_usize..3_000).prop_map(|(count, bytes)| Happening::Say(count, bytes)),
        4 => Just(Happening::Step),
        2 => Just(Happening::Up),
        1 => Just(Happening::Down),
        1 => Just(Happening::Die),
        1 => Just(Happening::Kill),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]
    #[test]
    fn whatever_happens_everything_arrives_once_and_in_order(happenings in prop::collection::vec(happening(), 1..40)) {
        let folder = tempfile::tempdir().expect("a folder");
        let spool = folder.path().join("to");
        let server = Server::default();
        // Files of 64 KiB, so that some are full.
        let limit_bytes = 1 << 19;
        let mut pair = Pair::new(&spool, &server, limit_bytes);
        let (mut said, mut bytes) = (0, 0);
        for happening in happenings {
            match happening {
                // No more than the limit, because what is dropped is told elsewhere.
                Happening::Say(count, length) if bytes + count * (length + 200) < 400_000 => {
                    bytes += count * (length + 200);
                    for _ in 0..count {
                        said += 1;
                        pair.say(&format!("{said:06} {}", "x".repeat(length)));
                    }
                }
                Happening::Say(..) => {}
                Happening::Step => drop(pair.courier.step()),
                Happening::Up => server.0.borrow_mut().is_up = true,
                Happening::Down => server.0.borrow_mut().is_up = false,
                Happening::Die => server.0.borrow_mut().is_dying = true,
                Happening::Kill => pair = Pair::new(&spool, &server, limit_bytes),
            }
        }
        server.0.borrow_mut().is_dying = false;
        server.0.borrow_mut().is_up = true;
        while !pair.own.flush(Duration::ZERO) || pair.courier.step() != CourierStep::Idle {
            pair.courier.looked_at = None;
            pair.courier.step();
        }
        let kept = server.0.borrow();
        let numbers: Vec<u64> = kept.texts.iter().filter_map(|text| text[..6].parse().ok()).collect();
        prop_assert_eq!(numbers, (1..=said).collect::<Vec<u64>>());
    }
}
