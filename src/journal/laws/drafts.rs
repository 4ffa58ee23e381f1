//! Invented drafts, few enough of each kind to meet again: two workflows, three sessions, eight keys.

use std::ops::Range;

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::subject::WORKFLOWS;
use crate::{LineCounts, Tail};
use domain::adw_id::AdwId;
use domain::event::{Event, Kind, TimeSource};
use domain::media_name::MediaName;
use domain::timestamp::Timestamp;
use draft::key::Key;
use draft::{Attribution, Document, Draft, NewEvent, NewHook, NewState};

pub(super) const SESSIONS: [&str; 3] = ["s0", "s1", "s/2"];

/// What a journal is asked to do.
#[derive(Clone, Debug)]
pub(super) enum Step {
    Append(Vec<Draft>),
    /// At so many seconds.
    Settle(i64),
    Checkpoint,
    /// The oldest events of a workflow, those before a time.
    Remove(usize, Option<i64>),
}

pub(super) fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => drafts(0..12).prop_map(Step::Append),
        2 => (0..100_i64).prop_map(Step::Settle),
        1 => Just(Step::Checkpoint),
        1 => (0..2_usize, prop::option::of(0..40_i64)).prop_map(|(workflow, at)| Step::Remove(workflow, at)),
    ]
}

/// Hooks of the same number are repetitions; here each has one of its own, which is that of its place.
pub(super) fn hooks_and_streams() -> impl Strategy<Value = Vec<Step>> {
    let draft = prop_oneof![3 => call().prop_map(Ok), 1 => told().prop_map(Err)];
    let step = prop_oneof![4 => draft.prop_map(Some), 1 => Just(None)];
    prop::collection::vec((step, 0..100_i64), 1..40).prop_map(|steps| {
        let steps = (0..).zip(steps).map(|(number, (step, seconds))| match step {
            Some(Ok(call)) => Step::Append(vec![hook_of(number, &call)]),
            Some(Err(told)) => Step::Append(vec![told]),
            None => Step::Settle(seconds),
        });
        steps.collect()
    })
}

pub(super) fn drafts(count: Range<usize>) -> impl Strategy<Value = Vec<Draft>> {
    let draft = prop_oneof![6 => told(), 1 => state(), 1 => keyed_state(), 4 => hook(), 1 => imported()];
    prop::collection::vec(draft, count)
}

fn event(kind: Kind, adw_id: &str, payload: Value) -> Event {
    Event {
        kind,
        adw_id: adw_id.parse().expect("a safe id"),
        seq: 0,
        timestamp: Timestamp(0),
        time_source: TimeSource::Read,
        event_type: "told".into(),
        agent: None,
        run: None,
        session_id: None,
        parent_tool_use_id: None,
        payload,
    }
}

fn key(number: u8) -> Key {
    Key::tool_pre(&number.to_string())
}

/// An event with these keys.
pub(super) fn keyed(workflow: usize, keys: &[u8]) -> Draft {
    let mut event = event(Kind::TextBlock, WORKFLOWS[workflow], json!({"content": "text"}));
    event.timestamp = Timestamp(keys.first().map_or(0, |key| i64::from(*key) * 5));
    let keys = keys.iter().map(|number| key(*number)).collect();
    Draft::Event(NewEvent { event, keys })
}

pub(super) fn picture(number: u8) -> MediaName {
    format!("{number:064x}.png").parse().expect("a name")
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![8 => "[a-z]{0,8}", 1 => (0..3_usize).prop_map(|n| "long ".repeat(n * 2_000))]
}

/// An event of any kind; some tell of a session, some are large, some tell of a picture.
fn told() -> impl Strategy<Value = Draft> {
    let who = (
        prop::option::of(0..SESSIONS.len()),
        prop::option::weighted(0.4, 1..3_u32),
        prop::option::of("[ab]"),
    );
    let what = (0..Kind::ALL.len(), text(), prop::option::weighted(0.2, 0..3_u8));
    let keys = prop::collection::vec(0..8_u8, 0..3);
    (0..2_usize, who, what, keys, 0..40_i64).prop_map(
        |(workflow, (session, run, agent), (kind, text, seen), keys, at)| {
            let payload = match seen {
                Some(number) => json!({"text": text, "image": {"media": picture(number).as_str()}}),
                None => json!({"text": text}),
            };
            let mut event = event(Kind::ALL[kind], WORKFLOWS[workflow], payload);
            event.session_id = session.map(|session| SESSIONS[session].to_owned());
            (event.run, event.agent, event.timestamp) = (run, agent, Timestamp(at));
            let keys = keys.into_iter().map(key).collect();
            Draft::Event(NewEvent { event, keys })
        },
    )
}

pub(super) fn fields() -> impl Strategy<Value = Map<String, Value>> {
    let value = prop_oneof![
        Just(Value::Null),
        (0..3_u8).prop_map(Value::from),
        text().prop_map(Value::from)
    ];
    prop::collection::btree_map("[a-d]", value, 0..4).prop_map(|fields| fields.into_iter().collect())
}

pub(super) fn state_of(workflow: usize, document: Document, source: &str) -> Draft {
    Draft::State(NewState {
        adw_id: WORKFLOWS[workflow].parse().expect("a safe id"),
        document,
        source: source.to_owned(),
        agent: None,
        run: None,
        session_id: None,
        parent_tool_use_id: None,
        timestamp: Timestamp(0),
        time_source: TimeSource::Source,
        keys: Vec::new(),
        remarks: Map::new(),
        phases: Vec::new(),
    })
}

/// What a file or a publisher says of a state, in time or late.
pub(super) fn state() -> impl Strategy<Value = Draft> {
    let changes = prop::collection::vec(("[a-d]", prop::option::of((0..3_u8).prop_map(Value::from))), 0..3);
    let document = prop_oneof![fields().prop_map(Document::Whole), changes.prop_map(Document::Changes)];
    let session = prop::option::weighted(0.3, 0..SESSIONS.len());
    (0..2_usize, document, session, any::<bool>(), 0..40_i64).prop_map(|(workflow, document, session, is_read, at)| {
        let Draft::State(mut new) = state_of(workflow, document, "state.json") else {
            unreachable!("it makes a state")
        };
        new.timestamp = Timestamp(at);
        new.time_source = if is_read { TimeSource::Read } else { TimeSource::Source };
        new.session_id = session.map(|session| SESSIONS[session].to_owned());
        Draft::State(new)
    })
}

/// The same with a key that something else may have; then its event is a copy, though its document counts.
fn keyed_state() -> impl Strategy<Value = Draft> {
    (state(), 0..8_u8).prop_map(|(draft, number)| {
        let Draft::State(new) = draft else {
            unreachable!("it makes a state")
        };
        let keys = vec![key(number)];
        Draft::State(NewState { keys, ..new })
    })
}

/// A hook's call: to which workflow it belongs and how sure that is, its session, what it tells, and when it came.
#[derive(Clone, Debug)]
struct Call {
    workflow: usize,
    attribution: Attribution,
    session: usize,
    kind: usize,
    has_change: bool,
    seconds: i64,
}

fn call() -> impl Strategy<Value = Call> {
    let attributions = [
        Attribution::Named,
        Attribution::Supposed,
        Attribution::Unknown,
        Attribution::Unknown,
    ];
    let what = (0..3_usize, any::<bool>());
    let to_call = move |(workflow, attribution, session, (kind, has_change), seconds)| Call {
        workflow,
        attribution,
        session,
        kind,
        has_change,
        seconds,
    };
    (
        0..2_usize,
        prop::sample::select(attributions.to_vec()),
        0..SESSIONS.len(),
        what,
        0..90_i64,
    )
        .prop_map(to_call)
}

fn hook() -> impl Strategy<Value = Draft> {
    (0..20_u64, call()).prop_map(|(number, call)| hook_of(number, &call))
}

/// A tool's call, which a stream may tell too, or something else; that has its number in the payload.
fn hook_of(number: u64, call: &Call) -> Draft {
    let session = SESSIONS[call.session];
    let adw_id = match call.attribution {
        Attribution::Named | Attribution::Supposed => WORKFLOWS[call.workflow].to_owned(),
        Attribution::Unknown => AdwId::of_session(session).to_string(),
    };
    let (kind, event_type, payload) = match call.kind {
        0 => (
            Kind::ToolExecution,
            "tool_execution_pre",
            json!({"tool_use_id": (number % 8).to_string()}),
        ),
        1 => (Kind::Other, "hook/SessionStart", json!({"number": number})),
        _ => (Kind::Other, "hook/Stop", json!({"number": number})),
    };
    let mut event = event(kind, &adw_id, payload);
    event.event_type = event_type.to_owned();
    event.session_id = Some(session.to_owned());
    let change = Event {
        kind: Kind::FileOperation,
        payload: json!({"tool_use_id": (number % 8).to_string()}),
        ..event.clone()
    };
    let id = Key::event_id(&number.to_string());
    let keys = if call.kind == 0 {
        vec![key((number % 8) as u8), id]
    } else {
        vec![id]
    };
    let change = call.has_change.then(|| NewEvent {
        event: change,
        keys: vec![Key::file(&number.to_string())],
    });
    Draft::Hook(NewHook {
        events: std::iter::once(NewEvent { event, keys }).chain(change).collect(),
        attribution: call.attribution,
        received: Timestamp(call.seconds * 1_000),
    })
}

/// How many hooks of a step have their number in the payload.
pub(super) fn numbered_hooks(step: &Step) -> usize {
    let Step::Append(drafts) = step else { return 0 };
    let has_number = |draft: &&Draft| match draft {
        Draft::Hook(hook) => hook.events[0].event.payload["number"].is_u64(),
        _ => false,
    };
    drafts.iter().filter(has_number).count()
}

/// An event of some other journal's export.
fn imported() -> impl Strategy<Value = Draft> {
    (0..2_usize, 1..10_u64, text(), prop::collection::vec(0..8_u8, 0..2)).prop_map(|(workflow, seq, text, keys)| {
        let mut event = event(Kind::TextBlock, WORKFLOWS[workflow], json!({"content": text}));
        event.seq = seq;
        let keys = keys.into_iter().map(key).collect();
        Draft::Imported(NewEvent { event, keys })
    })
}

/// How far the file was read that a draft came of.
pub(super) fn tail(draft: &Draft) -> Tail {
    let keys = draft.keys().len() as u64;
    Tail {
        path: format!("agents/{keys}"),
        run: 1,
        adw_id: draft
            .adw_id()
            .cloned()
            .unwrap_or_else(|| WORKFLOWS[0].parse().expect("a safe id")),
        agent: "a".into(),
        offset: keys,
        lines: LineCounts::default(),
        memory: Value::Null,
    }
}
