//! One workflow as it is followed: what is known, and which events may be added to it.

use crate::adw_id::AdwId;
use crate::event::Event;
use crate::follow::Fold;
use crate::frame::{FromBrowser, Subscribe};
use crate::known::Known;
use crate::timeline::Timeline;

/// After this long without an answer the request is repeated.
const ASK_AGAIN_MS: u64 = 2_000;
/// A gap that remains after this many requests is closed by a snapshot.
const HOLES: u32 = 3;

pub(super) struct Followed {
    pub adw_id: AdwId,
    /// The life of the journal that `known` belongs to.
    pub epoch: String,
    pub known: Known,
    pub subscribers: u32,
    /// The newest seq that the server mentioned.
    pub head: u64,
    /// Grows with every use; the smallest was used longest ago.
    pub used: u64,
    /// When to repeat the request if it has not been answered.
    ask_again_at: Option<u64>,
    /// Frames in a row that did not fit.
    misfits: u32,
}

/// The result of adding a list of events.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Taken {
    Events,
    /// All of it was known.
    Nothing,
    /// It does not follow what is known: request what does.
    Refused,
}

impl Followed {
    pub fn new(adw_id: AdwId, epoch: String, known: Known) -> Self {
        let head = known.seq();
        Self {
            adw_id,
            epoch,
            known,
            subscribers: 0,
            head,
            used: 0,
            ask_again_at: None,
            misfits: 0,
        }
    }

    /// The frame that requests what follows, or a snapshot if nothing can follow.
    pub fn ask(&mut self, now: u64, epoch: &str) -> FromBrowser {
        let must_answer = self.misfits > 0 || self.known == Known::Loading || self.epoch != epoch;
        self.ask_again_at = must_answer.then_some(now + ASK_AGAIN_MS);
        let resumes = self.can_resume();
        FromBrowser::Subscribe(Subscribe {
            adw_id: Some(self.adw_id.clone()),
            epoch: resumes.then(|| self.epoch.clone()),
            after: resumes.then(|| self.known.seq()),
            board: false,
        })
    }

    /// Whether the events after what is known would be enough.
    pub fn can_resume(&self) -> bool {
        matches!(self.known, Known::Timeline(_)) && self.misfits < HOLES
    }

    pub fn ask_again_at(&self) -> Option<u64> {
        self.ask_again_at.filter(|_| self.subscribers > 0)
    }

    /// Whether no request is waiting for an answer.
    pub fn may_ask(&self) -> bool {
        self.ask_again_at.is_none()
    }

    pub fn forget_asked(&mut self) {
        self.ask_again_at = None;
    }

    pub fn behind(&self) -> u64 {
        self.head.saturating_sub(self.known.seq())
    }

    pub fn take_snapshot(&mut self, epoch: String, timeline: Box<Timeline>) {
        self.epoch = epoch;
        self.head = timeline.seq;
        self.known = if timeline.seq == 0 {
            Known::Missing
        } else {
            Known::Timeline(timeline)
        };
        self.forget_asked();
        self.misfits = 0;
    }

    /// Adds the events that are new; `from` is the seq of the first in the list, `epoch` the life they belong to.
    pub fn take_events(&mut self, epoch: &str, from: u64, list: &[Event], fold: Option<Fold>) -> Taken {
        let Some(fold) = fold else {
            return self.refuse();
        };
        if matches!(self.known, Known::Loading | Known::Missing) && from == 1 {
            self.epoch = epoch.to_owned();
            self.known = Known::Timeline(Box::new(Timeline::new(self.adw_id.clone())));
        }
        let Known::Timeline(timeline) = &mut self.known else {
            return self.refuse();
        };
        if self.epoch != epoch || from > timeline.seq + 1 {
            return self.refuse();
        }
        let before = timeline.seq;
        for (seq, event) in (from..).zip(list) {
            if seq > timeline.seq && !(event.seq == seq && fold(timeline, seq, event)) {
                // The events before it are the server's and stay; only a snapshot can follow.
                self.misfits = HOLES;
                return self.refuse();
            }
        }
        if timeline.seq == before {
            return Taken::Nothing;
        }
        self.head = self.head.max(timeline.seq);
        self.forget_asked();
        self.misfits = 0;
        Taken::Events
    }

    fn refuse(&mut self) -> Taken {
        self.misfits = self.misfits.saturating_add(1);
        Taken::Refused
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::follow::model::event;

    const FOLD: Option<Fold> = Some(Timeline::apply);

    fn followed(known: Known) -> Followed {
        Followed::new("c0a43f47".parse().expect("an id"), "e1".into(), known)
    }

    fn events(from: u64, to: u64) -> Vec<Event> {
        (from..=to).map(|seq| event("c0a43f47", seq)).collect()
    }

    #[test]
    fn a_gap_is_refused_and_changes_nothing() {
        let mut followed = followed(Known::Missing);
        assert_eq!(followed.take_events("e1", 1, &events(1, 3), FOLD), Taken::Events);
        let before = followed.known.clone();
        assert_eq!(followed.take_events("e1", 5, &events(5, 6), FOLD), Taken::Refused);
        assert_eq!(followed.known, before);
        let FromBrowser::Subscribe(frame) = followed.ask(0, "e1") else {
            panic!("it asks by subscribing")
        };
        assert_eq!((frame.epoch.as_deref(), frame.after), (Some("e1"), Some(3)));
    }

    #[test]
    fn what_is_known_already_is_dropped_and_the_rest_is_taken() {
        let mut followed = followed(Known::Missing);
        followed.take_events("e1", 1, &events(1, 3), FOLD);
        assert_eq!(followed.take_events("e1", 2, &events(2, 3), FOLD), Taken::Nothing);
        assert_eq!(followed.take_events("e1", 2, &events(2, 5), FOLD), Taken::Events);
        assert_eq!(followed.known.seq(), 5);
    }

    #[test]
    fn events_of_another_life_are_refused() {
        let mut followed = followed(Known::Missing);
        followed.take_events("e1", 1, &events(1, 3), FOLD);
        assert_eq!(followed.take_events("e2", 4, &events(4, 4), FOLD), Taken::Refused);
        assert_eq!(followed.known.seq(), 3);
    }

    #[test]
    fn a_list_whose_numbers_lie_is_answered_by_asking_for_a_snapshot() {
        let mut followed = followed(Known::Missing);
        let mut list = events(1, 3);
        list.remove(1);
        assert_eq!(followed.take_events("e1", 1, &list, FOLD), Taken::Refused);
        assert_eq!(followed.known.seq(), 1);
        let FromBrowser::Subscribe(frame) = followed.ask(0, "e1") else {
            panic!("it asks by subscribing")
        };
        assert_eq!((frame.epoch, frame.after), (None, None));
    }

    #[test]
    fn a_workflow_without_events_is_missing_until_its_first_one() {
        let mut followed = followed(Known::Loading);
        followed.take_snapshot("e2".into(), Box::new(Timeline::new("c0a43f47".parse().expect("an id"))));
        assert_eq!(followed.known, Known::Missing);
        assert_eq!(followed.take_events("e2", 1, &events(1, 1), FOLD), Taken::Events);
    }
}
