//! The law of attribution: whatever comes in which order, and however often the server is killed, each hook is told once, where its
//! session belonged when that became known.

use std::collections::BTreeMap;
use std::time::Duration;

use domain::adw_id::AdwId;
use domain::event::Event;
use domain::timestamp::Timestamp;
use draft::Draft;
use draft::redaction;
use intake::push::{self, Received};
use journal::preview::prepare;
use journal::sqlite::{Durability, SqliteJournal};
use journal::{Batch, Journal, PageQuery};
use proptest::prelude::*;
use serde_json::{Value, json};
use tempfile::TempDir;

const SESSIONS: usize = 3;
const WORKFLOWS: [&str; 2] = ["one", "two"];
const PATIENCE: Duration = Duration::from_secs(60);

#[derive(Clone, Debug)]
enum Step {
    /// A prompt of the session.
    Hook(usize),
    /// An event of a workflow that knows the session.
    Teach(usize, usize),
    /// Seconds pass, and the journal looks at what waits.
    Pass(i64),
    /// The journal is left as it is, and opened again.
    Kill,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (0..SESSIONS).prop_map(Step::Hook),
        2 => (0..SESSIONS, 0..WORKFLOWS.len()).prop_map(|(session, workflow)| Step::Teach(session, workflow)),
        2 => (1_i64..70).prop_map(Step::Pass),
        1 => Just(Step::Kill),
    ]
}

fn name(session: usize) -> String {
    format!("session-{session}")
}

fn alone(session: usize) -> String {
    AdwId::of_session(&name(session)).to_string()
}

fn draft(item: Value, now: Timestamp) -> Draft {
    let received = Received {
        at: now,
        utc_offset_minutes: 0,
    };
    push::draft(redaction::value(item), received).expect("a draft")
}

/// What is expected of the sessions' hooks.
#[derive(Default)]
struct Model {
    owners: BTreeMap<usize, String>,
    /// What waits: its number, its session, and since when.
    waiting: Vec<(u64, usize, i64)>,
    /// Numbers of hooks, by workflow.
    told: BTreeMap<String, Vec<u64>>,
}

impl Model {
    fn hook(&mut self, number: u64, session: usize, now: Timestamp) {
        match self.owners.get(&session) {
            Some(owner) => self.told.entry(owner.clone()).or_default().push(number),
            None => self.waiting.push((number, session, now.0)),
        }
    }

    fn teach(&mut self, session: usize, workflow: &str) {
        self.owners.insert(session, workflow.to_owned());
        let told = self.told.entry(workflow.to_owned()).or_default();
        told.extend(
            self.waiting
                .iter()
                .filter(|(_, of, _)| *of == session)
                .map(|(number, ..)| *number),
        );
        self.waiting.retain(|(_, of, _)| *of != session);
    }

    fn settle(&mut self, now: Timestamp) {
        let due = |since: i64| since + PATIENCE.as_millis() as i64 <= now.0;
        while let Some((_, session, _)) = self.waiting.iter().find(|(.., since)| due(*since)).copied() {
            self.teach(session, &alone(session));
        }
    }
}

/// The numbers of the hooks that a workflow has, in its order.
fn told(journal: &SqliteJournal, adw_id: &str) -> Vec<u64> {
    let query = PageQuery {
        after: Some(0),
        limit: 1_000,
        ..PageQuery::default()
    };
    let adw_id: AdwId = adw_id.parse().expect("a safe id");
    let page = journal
        .reader()
        .and_then(|mut reader| reader.page(&adw_id, &query, &|| true))
        .expect("a page");
    let events = page.unwrap_or_default().events;
    let read = |text: &String| serde_json::from_str::<Event>(text).expect("an event");
    let events: Vec<Event> = events.iter().map(read).collect();
    assert!(events.iter().zip(1..).all(|(event, seq)| event.seq == seq), "no gap");
    let prompts = events
        .iter()
        .filter(|event| event.event_type == "hook/UserPromptSubmit");
    let mut numbers = Vec::new();
    for prompt in prompts {
        numbers.push(prompt.payload["number"].as_u64().expect("a number"));
    }
    numbers
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn every_hook_is_told_once_and_where_its_session_belonged(steps in prop::collection::vec(step(), 1..40)) {
        let directory = TempDir::new().expect("a directory");
        let open = || SqliteJournal::open(directory.path(), Durability::Process, "life").expect("the journal opens");
        let mut journal = open();
        let mut model = Model::default();
        let mut now = Timestamp(1_768_473_000_000);
        for (number, step) in (0_u64..).zip(steps.into_iter().chain([Step::Pass(3_600)])) {
            let item = match step {
                Step::Hook(session) => {
                    model.hook(number, session, now);
                    json!({"type": "hook", "data": {"event_id": number, "payload":
                        {"session_id": name(session), "hook_event_name": "UserPromptSubmit", "number": number}}})
                }
                Step::Teach(session, workflow) => {
                    let adw_id = WORKFLOWS[workflow];
                    model.teach(session, adw_id);
                    json!({"type": "text_block", "data": {"adw_id": adw_id, "session_id": name(session), "payload": {"content": "x"}}})
                }
                Step::Pass(seconds) => {
                    now = Timestamp(now.0 + seconds * 1_000);
                    journal.settle(now, PATIENCE).expect("settled");
                    model.settle(now);
                    continue;
                }
                Step::Kill => {
                    drop(journal);
                    journal = open();
                    continue;
                }
            };
            let batch = prepare(Batch { drafts: vec![draft(item, now)], ..Batch::default() }).expect("a batch");
            journal.append(vec![batch]).expect("recorded");
        }
        prop_assert!(model.waiting.is_empty());
        for adw_id in WORKFLOWS.map(str::to_owned).into_iter().chain((0..SESSIONS).map(alone)) {
            prop_assert_eq!(told(&journal, &adw_id), model.told.remove(&adw_id).unwrap_or_default(), "{}", adw_id);
        }
    }
}
