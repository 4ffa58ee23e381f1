//! A miniature server with one browser, and everything that can happen between them.

mod happening;
mod server;

use std::collections::{BTreeMap, HashMap, VecDeque};

use serde_json::json;

use super::*;
use crate::event::{Event, Kind, TimeSource};
use crate::timeline::Timeline;

const HEARTBEAT_MS: u64 = 1_000;
pub(super) use happening::{Happening, happening};

pub(super) const IDS: [&str; 2] = ["c0a43f47", "--skip-e2e"];

pub(super) fn event(adw_id: &str, seq: u64) -> Event {
    told(adw_id, seq, 0)
}

/// The same seq has other contents in another life of the journal.
fn told(adw_id: &str, seq: u64, life: u32) -> Event {
    Event {
        kind: [Kind::AgentLogEntry, Kind::TextBlock, Kind::ToolExecution][seq as usize % 3],
        adw_id: adw_id.parse().expect("an id"),
        seq,
        timestamp: Timestamp(1_000 * seq as i64),
        time_source: TimeSource::Source,
        event_type: "told".into(),
        agent: Some("builder".into()),
        run: Some(1),
        session_id: None,
        parent_tool_use_id: None,
        payload: json!({"message": format!("{seq} of life {life}"), "content": format!("{seq} of life {life}"), "tool_use_id": format!("t{seq}-{life}")}),
    }
}

/// A journal, its one connection, and the browser at the other end.
pub(super) struct World {
    pub(super) now: u64,
    life: u32,
    logs: [Vec<Event>; 2],
    /// The oldest seq still stored.
    first: [u64; 2],
    /// The timelines after 0, 1, 2 … events, for every life.
    folds: HashMap<(String, usize), Vec<Timeline>>,
    socket_works: bool,
    rest_works: bool,
    connection: Option<Pipe>,
    pub(super) questions: Vec<RestRequest>,
    heard_at: u64,
    draws: u64,
    pub(super) follower: Follower,
    pub(super) subscribed: [u32; 2],
}

/// A socket as the server has it; the frames in it are under way.
struct Pipe {
    is_mute: bool,
    cursors: BTreeMap<AdwId, Option<u64>>,
    board: bool,
    frames: VecDeque<FromServer>,
    beaten_at: u64,
}

impl World {
    pub(super) fn new() -> Self {
        let start = Start {
            epoch: "life 0".into(),
            patience: Patience::default(),
            server_time: Timestamp(0),
            cards: Some(Vec::new()),
            workflows: vec![(id(0), Known::Missing)],
            fold: Some(Timeline::apply),
        };
        let mut world = Self {
            now: 0,
            life: 0,
            logs: Default::default(),
            first: [1, 1],
            folds: HashMap::new(),
            socket_works: true,
            rest_works: true,
            connection: None,
            questions: Vec::new(),
            heard_at: 0,
            draws: 0,
            follower: Follower::new(0, start),
            subscribed: [1, 0],
        };
        for workflow in 0..IDS.len() {
            world
                .folds
                .insert((world.epoch(), workflow), vec![Timeline::new(id(workflow))]);
        }
        world.step(Input::SubscribeBoard);
        world.step(Input::Subscribe(id(0)));
        world.step(Input::Start);
        world
    }

    pub(super) fn epoch(&self) -> String {
        format!("life {}", self.life)
    }

    fn head(&self, workflow: usize) -> u64 {
        self.logs[workflow].len() as u64
    }

    pub(super) fn timeline(&self, workflow: usize) -> Timeline {
        self.folds[&(self.epoch(), workflow)]
            .last()
            .expect("there is always the empty one")
            .clone()
    }

    pub(super) fn cards(&self) -> Vec<Card> {
        (0..IDS.len())
            .filter(|workflow| self.head(*workflow) > 0)
            .map(|workflow| Card::of(&self.timeline(workflow)))
            .collect()
    }

    fn record(&mut self, workflow: usize) {
        let event = told(IDS[workflow], self.head(workflow) + 1, self.life);
        let mut timeline = self.timeline(workflow);
        assert!(timeline.apply(event.seq, &event));
        self.folds
            .get_mut(&(self.epoch(), workflow))
            .expect("made with the life")
            .push(timeline);
        self.logs[workflow].push(event);
    }

    /// Gives the browser an input, carries out its commands, and checks that what it shows is true.
    pub(super) fn step(&mut self, input: Input) {
        let mut inputs = VecDeque::from([input]);
        while let Some(input) = inputs.pop_front() {
            self.draws += 1;
            let random = (self.draws as f64 * 0.618_034).fract();
            for action in self.follower.step(self.now, random, input) {
                match action {
                    Action::Open if self.socket_works => {
                        let hello = FromServer::Hello {
                            epoch: self.epoch(),
                            server_time: self.time(),
                            heartbeat_ms: HEARTBEAT_MS,
                            patience: Patience::default(),
                        };
                        self.connection = Some(Pipe {
                            is_mute: false,
                            cursors: BTreeMap::new(),
                            board: false,
                            frames: VecDeque::from([hello]),
                            beaten_at: self.now,
                        });
                    }
                    Action::Open => {
                        self.connection = None;
                        inputs.push_back(Input::Closed);
                    }
                    Action::Close => self.connection = None,
                    Action::Send(frame) => self.hear(frame),
                    Action::Fetch(request) => self.questions.push(request),
                }
            }
            self.look();
        }
    }

    fn time(&self) -> Timestamp {
        Timestamp(self.now as i64)
    }

    /// The laws that hold at every moment.
    fn look(&self) {
        for (workflow, name) in IDS.iter().enumerate() {
            let Some(followed) = self.follower.workflows.get(&id(workflow)) else {
                continue;
            };
            if let Known::Timeline(timeline) = &followed.known {
                let folds = &self.folds[&(followed.epoch.clone(), workflow)];
                assert_eq!(
                    Some(&**timeline),
                    folds.get(timeline.seq as usize),
                    "{name} is not a fold of the first events"
                );
            }
        }
        let link = self.follower.link(self.now);
        if matches!(link.state, LinkState::Live | LinkState::CatchingUp) {
            assert!(
                self.now - self.heard_at <= 2 * HEARTBEAT_MS,
                "it says Live after silence"
            );
        }
        if let Some(at) = self.follower.wake_at() {
            assert!(at < self.now + 60_000, "it sleeps too long");
        }
    }

    fn deliver(&mut self, frames: usize) {
        for _ in 0..frames {
            let Some(frame) = self
                .connection
                .as_mut()
                .filter(|pipe| !pipe.is_mute)
                .and_then(|pipe| pipe.frames.pop_front())
            else {
                return;
            };
            self.heard_at = self.now;
            self.step(Input::Received(frame));
        }
    }

    fn answer(&mut self, at: usize) {
        if at >= self.questions.len() {
            return;
        }
        let RestRequest { id: number_of, query } = self.questions.remove(at);
        let answer = if self.rest_works {
            self.tell(&query)
        } else {
            RestAnswer::Failed
        };
        self.step(Input::Answered(number_of, answer));
    }

    fn cut(&mut self) {
        if self.connection.take().is_some() {
            self.step(Input::Closed);
        }
    }

    fn wait(&mut self, ms: u64) {
        let until = self.now + ms;
        let mut ticks = 0;
        while let Some(at) = self.follower.wake_at().filter(|at| *at <= until) {
            self.now = self.now.max(at);
            self.step(Input::Tick);
            ticks += 1;
            assert!(ticks < 1_000, "it never sleeps");
        }
        self.now = until;
        self.look();
    }

    /// Everything that was recorded reaches the browser.
    pub(super) fn pass(&mut self) {
        for _ in 0..2 {
            self.deliver(usize::MAX);
            self.write(1_000);
        }
        self.deliver(usize::MAX);
    }

    /// What the browser knows of the first workflow.
    pub(super) fn seq(&self) -> u64 {
        self.follower.state(&id(0)).map_or(0, Known::seq)
    }

    /// The network works again, for a minute.
    pub(super) fn calm_down(&mut self, socket_works: bool) {
        self.socket_works = socket_works;
        self.rest_works = true;
        if !socket_works {
            self.cut();
        }
        (0..IDS.len()).for_each(|workflow| self.record(workflow));
        for _ in 0..300 {
            self.wait(200);
            self.write(3);
            self.deliver(usize::MAX);
            while !self.questions.is_empty() {
                self.answer(0);
            }
        }
    }
}

pub(super) fn id(workflow: usize) -> AdwId {
    IDS[workflow].parse().expect("an id")
}

fn number(adw_id: &AdwId) -> usize {
    IDS.iter()
        .position(|known| *known == adw_id.as_str())
        .expect("one of the two")
}
