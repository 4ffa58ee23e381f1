//! The law of the two ways: a line that `adwatch run` pushes, and that is read in the file as well, is one event, whichever
//! comes first and however far the other lags behind.

use std::collections::{HashSet, VecDeque};

use super::*;
use draft::key::Key;
use draft::redaction;
use intake::line_key::FileMark;
use intake::push::{self, Received};
use intake::stream::Stream;

const FILE: FileMark = FileMark {
    ino: 7,
    born_ns: 1_768_473_000_123_456_789,
};

#[derive(Clone, Debug)]
enum Step {
    /// The agent prints so many bytes, which `adwatch run` passes on at once.
    Print(usize),
    /// So many items reach the server.
    Deliver(usize),
    /// The watcher reads what is there; true if it was quiet for so long that what is held back is whole.
    Watch(bool),
    /// The server starts anew.
    Restart,
}

struct World<'a> {
    output: &'a [u8],
    printed: usize,
    stream: Stream,
    items: VecDeque<serde_json::Value>,
    run: FileRun,
    known: HashSet<Key>,
    recorded: Vec<Event>,
}

impl<'a> World<'a> {
    fn new(output: &'a [u8], mark: Option<FileMark>) -> Self {
        let SourceFile { adw_id, agent, file } = whose();
        Self {
            output,
            printed: 0,
            stream: Stream::new(adw_id, agent, file, mark),
            items: VecDeque::new(),
            run: FileRun { mark, ..stream() },
            known: HashSet::new(),
            recorded: Vec::new(),
        }
    }

    fn step(&mut self, step: &Step) {
        match *step {
            Step::Print(count) => {
                let from = self.printed;
                self.printed = (from + count).min(self.output.len());
                let mut items = Vec::new();
                self.stream
                    .push(from as u64, &self.output[from..self.printed], WRITTEN, &mut items);
                self.items.extend(items);
            }
            Step::Deliver(count) => {
                let count = count.min(self.items.len());
                let items: Vec<_> = self.items.drain(..count).collect();
                items.into_iter().for_each(|item| self.deliver(item));
            }
            Step::Watch(is_quiet) => self.watch(|run, drafts| {
                if is_quiet {
                    run.flush(drafts);
                }
            }),
            Step::Restart => {
                let stored = serde_json::to_string(&self.run.reader).expect("a reader is JSON");
                let reader = serde_json::from_str(&stored).expect("a reader is read back");
                let counts = self.run.counts.clone();
                self.run = FileRun::resumed(1, reader, counts, self.run.offset, self.run.is_end_owed);
                self.run.mark = Some(FILE);
            }
        }
    }

    /// The agent ends, everything arrives, and the file has been quiet for long.
    fn end(mut self) -> Vec<Event> {
        self.end_of_output();
        self.settle();
        self.recorded
    }

    fn end_of_output(&mut self) {
        self.step(&Step::Print(usize::MAX - self.printed));
        let mut items = Vec::new();
        self.stream.end(WRITTEN, &mut items);
        self.items.extend(items);
        self.step(&Step::Deliver(usize::MAX));
    }

    fn settle(&mut self) {
        let (whose, zone) = (whose(), TimeZone::default());
        self.watch(|run, drafts| {
            let is_taken = run.take_rest(&whose, &stamps(&zone), drafts);
            run.flush(drafts);
            if !is_taken && run.has_rest() {
                drafts.push(Draft::Event(run.unfinished(&whose, &stamps(&zone))));
            }
        });
    }

    fn watch(&mut self, then: impl FnOnce(&mut FileRun, &mut Vec<Draft>)) {
        let (whose, zone) = (whose(), TimeZone::default());
        let from = usize::try_from(self.run.wanted()).expect("a small file");
        self.run.push(&self.output[from..self.printed]);
        let mut drafts = Vec::new();
        while self.run.read_line(&whose, &stamps(&zone), &mut drafts) {}
        then(&mut self.run, &mut drafts);
        drafts.into_iter().for_each(|draft| self.record(draft));
    }

    /// As the server takes an item in.
    fn deliver(&mut self, item: serde_json::Value) {
        let received = Received {
            at: WRITTEN,
            utc_offset_minutes: 0,
        };
        let draft = push::draft(redaction::value(item), received).expect("an item that is taken");
        self.record(draft);
    }

    /// As the journal does: any key that is known makes it a copy, and teaches the others.
    fn record(&mut self, draft: Draft) {
        let is_new = draft.keys().iter().all(|key| !self.known.contains(key));
        self.known.extend(draft.keys().iter().copied());
        let Draft::Event(new) = draft else {
            panic!("a run gives events only")
        };
        assert!(!new.keys.is_empty(), "nothing knows it again: {:?}", new.event);
        if is_new {
            self.recorded.push(Event { run: None, ..new.event });
        }
    }
}

fn stamps(zone: &TimeZone) -> Stamps<'_> {
    Stamps {
        backlog_until: 0,
        written: WRITTEN,
        now: WRITTEN,
        zone,
    }
}

/// What the watcher alone makes of it. No line of it has a name that others know.
fn watched(output: &[u8]) -> Vec<Event> {
    let mut world = World::new(output, None);
    world.printed = output.len();
    world.settle();
    joined(world.recorded)
}

/// Texts in pieces are one text, wherever they were cut.
fn joined(events: Vec<Event>) -> Vec<Event> {
    let mut all: Vec<Event> = Vec::new();
    for event in events {
        match all.last_mut() {
            Some(last) if is_piece(last) && is_piece(&event) => {
                let text = |event: &Event| event.payload["content"].as_str().unwrap_or_default().to_owned();
                last.payload["content"] = (text(last) + &text(&event)).into();
            }
            _ => all.push(event),
        }
    }
    all
}

/// The pieces of texts, each by its number, and the other events.
fn apart(events: Vec<Event>) -> (Vec<String>, Vec<Event>) {
    let (texts, others): (Vec<Event>, Vec<Event>) = events.into_iter().partition(is_piece);
    let texts = texts
        .iter()
        .map(|event| event.payload["content"].as_str().unwrap_or_default());
    let mut pieces: Vec<String> = texts
        .flat_map(|text| text.split_inclusive('>'))
        .map(str::to_owned)
        .collect();
    pieces.sort();
    (pieces, others)
}

fn is_piece(event: &Event) -> bool {
    event.payload["content"]
        .as_str()
        .is_some_and(|text| text.starts_with('<'))
}

fn world_steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        4 => (0..300_usize).prop_map(Step::Print),
        3 => (0..6_usize).prop_map(Step::Deliver),
        3 => any::<bool>().prop_map(Step::Watch),
        1 => Just(Step::Restart),
    ];
    prop::collection::vec(step, 0..40)
}

/// Lines whose pieces of texts are numbered, so that each can be known again.
fn output() -> impl Strategy<Value = Vec<u8>> {
    let number = |(at, line): (usize, Vec<u8>)| match String::from_utf8(line) {
        Ok(text) if text.contains("\"delta\":true") => {
            let piece = json!({"type": "message", "role": "assistant", "content": format!("<{at}>"), "delta": true});
            piece.to_string().into_bytes()
        }
        Ok(text) => text.into_bytes(),
        Err(error) => error.into_bytes(),
    };
    let lines = prop::collection::vec(line(), 0..16);
    let numbered = lines.prop_map(move |lines| lines.into_iter().enumerate().map(number).collect::<Vec<_>>());
    (numbered, any::<bool>()).prop_map(|(lines, is_ended)| {
        let mut bytes = lines.join(&b'\n');
        bytes.extend(is_ended.then_some(b'\n'));
        bytes
    })
}

fn line() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        4 => stream_line(),
        // The same line twice is two events.
        1 => Just(br#"{"type":"assistant","message":{"id":"m","content":[{"type":"text","text":"again"},{"type":"thinking","thinking":"hm"}]}}"#.to_vec()),
        1 => Just(br#"{"type":"system","subtype":"status","uuid":"u-1"}"#.to_vec()),
        1 => Just(b"npm warn deprecated".to_vec()),
        1 => Just(br#"{"type":"assistant","uuid":"u-2","message":{"id":"m2","content":[{"type":"text","text":"half \ud83d"}]}}"#.to_vec()),
    ]
}

proptest! {
    #[test]
    fn a_line_is_one_event_in_any_interleaving(output in output(), steps in world_steps()) {
        let mut world = World::new(&output, Some(FILE));
        steps.iter().for_each(|step| world.step(step));
        let (events, alone) = (joined(world.end()), watched(&output));
        // What was shown of a text before it was whole is not pushed again; the watcher adds the rest when it gets there.
        if steps.iter().any(|step| matches!(step, Step::Watch(true))) {
            prop_assert_eq!(apart(events), apart(alone));
        } else {
            prop_assert_eq!(events, alone);
        }
    }

    #[test]
    fn a_line_that_is_only_pushed_is_the_event_that_would_be_read(output in output(), cuts in prop::collection::vec(0..300_usize, 0..9)) {
        let mut world = World::new(&output, Some(FILE));
        cuts.into_iter().for_each(|cut| world.step(&Step::Print(cut)));
        world.end_of_output();
        prop_assert_eq!(joined(world.recorded), watched(&output));
    }
}

#[test]
fn lines_of_megabytes_with_pictures_are_one_event_each() {
    let gif = [b"GIF89a\x08\0\x08\0\0\0\0".as_slice(), &vec![7; 1_500_000]].concat();
    let data = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, &gif);
    let with_picture = json!({"type": "user", "message": {"content": [{"type": "tool_result", "tool_use_id": "t1", "content": [
        {"type": "image", "source": {"type": "base64", "media_type": "image/gif", "data": data}}]}]}});
    let long = json!({"type": "assistant", "message": {"content": "long ".repeat(420_000)}});
    let output = format!("{with_picture}\n{long}\n{long}\n{{\"half\":");
    let mut world = World::new(output.as_bytes(), Some(FILE));
    world.step(&Step::Print(3_000_000));
    assert!(world.items[0].to_string().contains(&data), "its bytes go along");
    // As a server does with every item before anything else.
    draft::pictures::Pictures::default().take_pushed(&mut world.items[0]);
    for step in [Step::Deliver(1), Step::Print(3_000_000), Step::Watch(true)] {
        world.step(&step);
    }
    let events = world.end();
    let types: Vec<_> = events.iter().map(|event| event.event_type.as_str()).collect();
    assert_eq!(types, ["tool_execution_post", "text", "text", UNFINISHED]);
}
