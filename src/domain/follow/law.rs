//! The law of resuming, and other laws of a follower, in the world of `model`.

use proptest::prelude::*;

use super::model::{Happening, IDS, World, happening, id};
use super::subscribing::SHELF;
use super::*;
use crate::frame::{Subscribe, Unsubscribe};
use crate::link::Recovered;
use crate::timeline::Timeline;

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_the_network_does_the_browser_ends_with_the_journals_events(
        happenings in prop::collection::vec(happening(), 1..80),
        socket_works in any::<bool>(),
    ) {
        let mut world = World::new();
        for happening in happenings {
            world.happen(happening);
        }
        world.calm_down(socket_works);
        for workflow in 0..IDS.len() {
            if world.subscribed[workflow] > 0 {
                let expected = Known::Timeline(Box::new(world.timeline(workflow)));
                prop_assert_eq!(world.follower.state(&id(workflow)), Some(&expected));
                prop_assert_eq!(&world.follower.workflows[&id(workflow)].epoch, &world.epoch());
            }
        }
        let mut cards = world.cards();
        cards.sort_by(|a, b| a.adw_id.cmp(&b.adw_id));
        prop_assert_eq!(world.follower.cards().cloned().collect::<Vec<_>>(), cards);
        let expected = if socket_works { LinkState::Live } else { LinkState::Polling };
        prop_assert_eq!(world.follower.link(world.now).state, expected);
    }
}

/// A world in which the first workflow has events and the browser all of them.
fn living(events: u64) -> World {
    let mut world = World::new();
    world.happen(Happening::Record { workflow: 0, events });
    world.pass();
    assert_eq!(world.seq(), events);
    world
}

#[test]
fn a_page_goes_on_after_exactly_the_seq_it_was_drawn_with() {
    let mut timeline = Timeline::new(id(0));
    (1..=7).for_each(|seq| assert!(timeline.apply(seq, &super::model::event(IDS[0], seq))));
    let start = Start {
        epoch: "e".into(),
        patience: Patience::default(),
        server_time: Timestamp(0),
        cards: None,
        workflows: vec![(id(0), Known::Timeline(Box::new(timeline)))],
        fold: Some(Timeline::apply),
    };
    let mut follower = Follower::new(0, start);
    assert_eq!(follower.step(0, 0.5, Input::Subscribe(id(0))), []);
    assert_eq!(follower.step(0, 0.5, Input::Start), [Action::Open]);
    let hello = FromServer::Hello {
        epoch: "e".into(),
        server_time: Timestamp(0),
        heartbeat_ms: 1_000,
        patience: Patience::default(),
    };
    let subscribe = Subscribe {
        adw_id: Some(id(0)),
        epoch: Some("e".into()),
        after: Some(7),
        board: false,
    };
    assert_eq!(
        follower.step(5, 0.5, Input::Received(hello)),
        [Action::Send(FromBrowser::Subscribe(subscribe))]
    );
    assert_eq!(
        follower.take_changes(),
        Changes::default(),
        "what was drawn stays as it is"
    );
    assert_eq!(follower.link(5).state, LinkState::Live);
}

#[test]
fn many_who_look_at_a_workflow_are_one_subscription() {
    let mut world = living(3);
    assert_eq!(world.follower.step(0, 0.5, Input::Subscribe(id(0))), []);
    assert_eq!(world.follower.step(0, 0.5, Input::Unsubscribe(id(0))), []);
    let last = world.follower.step(0, 0.5, Input::Unsubscribe(id(0)));
    let unsubscribe = Unsubscribe {
        adw_id: Some(id(0)),
        board: false,
    };
    assert_eq!(last, [Action::Send(FromBrowser::Unsubscribe(unsubscribe))]);
    assert_eq!(
        world.follower.step(0, 0.5, Input::Unsubscribe(id(0))),
        [],
        "one time too often"
    );
    assert_eq!(world.seq(), 3, "it is still known at once");
}

#[test]
fn of_the_workflows_that_nobody_looks_at_the_newest_sixteen_are_kept() {
    let mut world = living(3);
    for number in 0..40 {
        let adw_id: AdwId = format!("visited-{number}").parse().expect("an id");
        world.follower.step(0, 0.5, Input::Subscribe(adw_id.clone()));
        world.follower.step(0, 0.5, Input::Unsubscribe(adw_id));
    }
    assert_eq!(world.follower.workflows.len(), 1 + SHELF);
    let changes = world.follower.take_changes();
    assert_eq!(changes.forgotten.len(), 40 - SHELF);
    assert!(world.follower.state(&"visited-39".parse().expect("an id")).is_some());
    assert!(world.follower.state(&"visited-0".parse().expect("an id")).is_none());
    assert_eq!(world.seq(), 3, "what is looked at stays");
}

#[test]
fn what_came_with_a_resume_is_counted_and_told_until_dismissed() {
    let mut world = living(10);
    world.happen(Happening::Cut);
    assert_eq!(world.follower.link(world.now).state, LinkState::Reconnecting);
    world.happen(Happening::Record {
        workflow: 0,
        events: 214,
    });
    world.happen(Happening::Wait(300));
    world.pass();
    world.happen(Happening::Record { workflow: 0, events: 5 });
    world.pass();
    let link = world.follower.link(world.now);
    assert_eq!(
        (link.state, link.recovered),
        (
            LinkState::Live,
            Some(Recovered {
                events: 214,
                from: 11,
                to: 224
            })
        )
    );
    world.step(Input::Asked(Ask::Dismiss));
    assert_eq!(world.follower.link(world.now).recovered, None);
}

#[test]
fn a_return_to_another_life_of_the_journal_is_no_recovery() {
    let mut world = living(10);
    world.happen(Happening::RestartAnew(4));
    world.happen(Happening::Wait(300));
    world.pass();
    assert_eq!((world.seq(), world.follower.link(world.now).recovered), (4, None));
}

#[test]
fn what_is_still_to_come_shows_as_catching_up() {
    let mut world = living(10);
    world.happen(Happening::Record { workflow: 0, events: 8 });
    world.happen(Happening::Write(3));
    world.happen(Happening::Deliver(9));
    let link = world.follower.link(world.now);
    assert_eq!((link.state, link.behind), (LinkState::CatchingUp, 5));
    world.pass();
    assert_eq!(world.follower.link(world.now).state, LinkState::Live);
}

#[test]
fn a_blocked_socket_ends_in_polling_that_reads_on_page_by_page() {
    let mut world = World::new();
    world.happen(Happening::Record {
        workflow: 0,
        events: 23,
    });
    world.happen(Happening::Socket(false));
    world.happen(Happening::Cut);
    world.happen(Happening::Wait(1_000));
    // The model's pages hold five events; all of them are read in the same round.
    while !world.questions.is_empty() {
        world.happen(Happening::AnswerPoll(0));
    }
    world.happen(Happening::Record {
        workflow: 0,
        events: 17,
    });
    world.happen(Happening::Wait(POLL_MS));
    while !world.questions.is_empty() {
        world.happen(Happening::AnswerPoll(0));
    }
    assert_eq!(
        (world.seq(), world.follower.link(world.now).state),
        (40, LinkState::Polling)
    );
    world.happen(Happening::Socket(true));
    world.happen(Happening::Retry);
    world.pass();
    assert_eq!(world.follower.link(world.now).state, LinkState::Live);
}

#[test]
fn a_server_that_answers_neither_way_is_not_called_polling() {
    let mut world = World::new();
    world.happen(Happening::Socket(false));
    world.happen(Happening::Rest(false));
    world.happen(Happening::Cut);
    for _ in 0..50 {
        world.happen(Happening::Wait(500));
        world.happen(Happening::AnswerPoll(0));
        assert_eq!(world.follower.link(world.now).state, LinkState::Reconnecting);
    }
}

#[test]
fn a_snapshot_that_never_came_is_asked_for_again() {
    let mut world = living(3);
    world.happen(Happening::Record { workflow: 1, events: 3 });
    world.happen(Happening::Subscribe(1));
    world.happen(Happening::Write(9));
    world.happen(Happening::Skip(0));
    world.happen(Happening::Deliver(9));
    assert_eq!(world.follower.state(&id(1)), Some(&Known::Loading));
    for _ in 0..25 {
        world.happen(Happening::Wait(100));
        world.pass();
    }
    assert_eq!(
        world.follower.state(&id(1)),
        Some(&Known::Timeline(Box::new(world.timeline(1))))
    );
}

#[test]
fn a_tab_that_wakes_asks_whether_the_server_is_there_and_tells_the_truth_in_three_seconds() {
    let mut world = living(3);
    world.happen(Happening::Mute);
    world.happen(Happening::Check);
    world.happen(Happening::Wait(2_001));
    assert_eq!(world.follower.link(world.now).state, LinkState::Reconnecting);
}
