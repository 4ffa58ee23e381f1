//! A server that is away, comes and goes, or does not answer: publishers go on, and nothing is lost.

use std::net::TcpListener;

use rustix::process::Signal;

use super::{Place, holds_all, recorded};

#[tokio::test]
async fn a_server_that_comes_and_goes_misses_nothing() {
    let place = Place::new();
    let mut one = place.publisher("one");
    one.say(300);
    let server = place.server().start();
    one.say(300);
    holds_all(&server, "one", 600).await;
    let (status, _) = {
        one.say(10);
        server.stop(Signal::TERM)
    };
    assert!(status.success());
    one.say(300);

    // A journal of its own again, so that this server has to get everything that was not acknowledged before.
    let server = place.server().start();
    one.say(5);
    let handed_over = one.close();
    let mut two = place.publisher("two");
    two.say(1);
    holds_all(&server, "two", 1).await;
    let all = recorded(&server).await;
    let numbers: Vec<u64> = all
        .iter()
        .filter(|(name, _)| name == "one")
        .map(|(_, number)| *number)
        .collect();
    assert!(numbers.is_sorted_by(|a, b| a < b), "once and in order: {numbers:?}");
    assert_eq!(numbers[numbers.len() - 305..], (611..=handed_over).collect::<Vec<_>>());
    two.close();
    assert!(place.files().is_empty(), "nothing is left: {:?}", place.files());
}

#[tokio::test]
async fn a_publisher_that_ends_during_an_outage_leaves_its_events_to_the_next() {
    let place = Place::new();
    let mut one = place.publisher("one");
    one.say(700);
    assert_eq!(one.close(), 700);
    assert!(!place.files().is_empty());
    let server = place.server().start();
    let two = place.publisher("two");
    holds_all(&server, "one", 700).await;
    two.close();
    assert!(place.files().is_empty());
}

#[tokio::test]
async fn two_publishers_on_one_spool_send_what_is_theirs_and_what_was_left() {
    let place = Place::new();
    let mut gone = place.publisher("gone");
    gone.say(50);
    gone.kill();
    let [mut one, mut two] = ["one", "two"].map(|name| place.publisher_with(name, &[("BYTES", "3000")]));
    // More than a file holds.
    one.say(800);
    two.say(800);
    let server = place.server().start();
    one.say(800);
    two.say(800);
    for (name, count) in [("gone", 50), ("one", 1_600), ("two", 1_600)] {
        holds_all(&server, name, count).await;
    }
    one.close();
    two.close();
    assert!(place.files().is_empty());
}

#[tokio::test]
async fn a_server_that_never_answers_holds_nobody_up() {
    let place = Place::new();
    let mute = TcpListener::bind(&place.address).expect("the port is free");
    let mut held = Vec::new();
    let mut one = place.publisher("one");
    one.say(1);
    // It asks, and is never answered.
    held.push(mute.accept().expect("a connection"));
    one.say(500);
    assert_eq!(one.close(), 501);
    // Nobody has written anything to it, and yet the publisher has ended.
    drop((held, mute));
    let server = place.server_that_takes().start();
    holds_all(&server, "one", 501).await;
}
