//! Everything that may happen between a server and a browser, and how it happens in the world of the model.

use proptest::prelude::*;

use super::*;

/// What may happen, in any order.
#[derive(Clone, Copy, Debug)]
pub(in crate::follow) enum Happening {
    Record {
        workflow: usize,
        events: u64,
    },
    /// The server writes what its subscriptions wait for, at most so many events a frame.
    Write(usize),
    /// So many frames reach the browser.
    Deliver(usize),
    /// The newest frame of events comes once more, beginning earlier.
    Overlap(u64),
    /// A frame of a workflow vanishes on the way.
    Skip(usize),
    Cut,
    /// Nothing passes any more, and nobody says so.
    Mute,
    Restart,
    /// Comes back with another epoch, and only so many of the events.
    RestartAnew(usize),
    Prune {
        workflow: usize,
        events: u64,
    },
    Socket(bool),
    Rest(bool),
    AnswerPoll(usize),
    LosePoll(usize),
    Wait(u64),
    Subscribe(usize),
    Unsubscribe(usize),
    Check,
    Retry,
}

pub(in crate::follow) fn happening() -> impl Strategy<Value = Happening> {
    let workflow = 0..IDS.len();
    prop_oneof![
        6 => (workflow.clone(), 1..9_u64).prop_map(|(workflow, events)| Happening::Record { workflow, events }),
        6 => (1..6_usize).prop_map(Happening::Write),
        8 => (1..9_usize).prop_map(Happening::Deliver),
        2 => (0..9_u64).prop_map(Happening::Overlap),
        2 => (0..9_usize).prop_map(Happening::Skip),
        2 => Just(Happening::Cut),
        1 => Just(Happening::Mute),
        1 => Just(Happening::Restart),
        1 => (0..30_usize).prop_map(Happening::RestartAnew),
        1 => (workflow.clone(), 1..9_u64).prop_map(|(workflow, events)| Happening::Prune { workflow, events }),
        2 => any::<bool>().prop_map(Happening::Socket),
        2 => any::<bool>().prop_map(Happening::Rest),
        4 => (0..4_usize).prop_map(Happening::AnswerPoll),
        1 => (0..4_usize).prop_map(Happening::LosePoll),
        6 => (1..4_000_u64).prop_map(Happening::Wait),
        2 => workflow.clone().prop_map(Happening::Subscribe),
        2 => workflow.prop_map(Happening::Unsubscribe),
        1 => Just(Happening::Check),
        1 => Just(Happening::Retry),
    ]
}

impl World {
    pub(in crate::follow) fn happen(&mut self, happening: Happening) {
        match happening {
            Happening::Record { workflow, events } => (0..events).for_each(|_| self.record(workflow)),
            Happening::Write(most) => self.write(most),
            Happening::Deliver(frames) => self.deliver(frames),
            Happening::Overlap(back) => {
                let Some(pipe) = &mut self.connection else { return };
                let newest = pipe.frames.iter().rev().find_map(|frame| match frame {
                    FromServer::Events { adw_id, from, to, .. } => Some((adw_id.clone(), *from, *to)),
                    _ => None,
                });
                let Some((adw_id, from, to)) = newest else { return };
                let from = from.saturating_sub(back).max(1);
                let list = self.logs[number(&adw_id)][from as usize - 1..to as usize].to_vec();
                pipe.frames.push_back(FromServer::Events {
                    adw_id,
                    from,
                    to,
                    head: None,
                    list,
                });
            }
            Happening::Skip(at) => {
                let Some(pipe) = &mut self.connection else { return };
                if matches!(
                    pipe.frames.get(at),
                    Some(FromServer::Events { .. } | FromServer::Snapshot { .. })
                ) {
                    pipe.frames.remove(at);
                }
            }
            Happening::Cut => self.cut(),
            Happening::Mute => {
                if let Some(pipe) = &mut self.connection {
                    pipe.is_mute = true;
                }
            }
            Happening::Restart => self.cut(),
            Happening::RestartAnew(keep) => {
                self.life += 1;
                for workflow in 0..IDS.len() {
                    self.logs[workflow].truncate(keep);
                    self.first[workflow] = self.first[workflow].min(self.head(workflow)).max(1);
                    let mut folds = vec![Timeline::new(id(workflow))];
                    for event in &self.logs[workflow] {
                        let mut timeline = folds.last().expect("the empty one").clone();
                        assert!(timeline.apply(event.seq, event));
                        folds.push(timeline);
                    }
                    self.folds.insert((self.epoch(), workflow), folds);
                }
                self.cut();
            }
            Happening::Prune { workflow, events } => {
                self.first[workflow] = (self.first[workflow] + events).min(self.head(workflow)).max(1)
            }
            Happening::Socket(works) => self.socket_works = works,
            Happening::Rest(works) => self.rest_works = works,
            Happening::AnswerPoll(at) => self.answer(at),
            Happening::LosePoll(at) => {
                if at < self.questions.len() {
                    self.questions.remove(at);
                }
            }
            Happening::Wait(ms) => self.wait(ms),
            Happening::Subscribe(workflow) => {
                self.subscribed[workflow] += 1;
                self.step(Input::Subscribe(id(workflow)));
            }
            Happening::Unsubscribe(workflow) => {
                self.subscribed[workflow] = self.subscribed[workflow].saturating_sub(1);
                self.step(Input::Unsubscribe(id(workflow)));
            }
            Happening::Check => self.step(Input::Check),
            Happening::Retry => self.step(Input::Asked(Ask::Retry)),
        }
    }
}
