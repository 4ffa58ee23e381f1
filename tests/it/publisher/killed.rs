//! Publishers and servers that are killed in the middle of what they do.

use std::fs;
use std::io::Write as _;

use super::{ADW_ID, Place, holds_all, leave};

#[tokio::test]
async fn what_a_killed_publisher_had_handed_over_arrives() {
    let place = Place::new();
    let server = place.server_that_takes().start();
    for round in 0..4 {
        let name = format!("p{round}");
        let mut publisher = place.publisher_with(&name, &[("BYTES", "700")]);
        publisher.order("flood");
        publisher.wait_for(500 * (round + 1));
        let handed_over = publisher.kill();
        // Half a line, as a write leaves it that was cut off.
        if let Some(file) = place.files().last() {
            let mut file = fs::File::options().append(true).open(file).expect("it is there");
            file.write_all(b"\n{\"type\":\"text_block\",\"data\":{\"adw")
                .expect("written");
        }
        holds_all(&server, &name, handed_over).await;
    }
    let path = format!("/api/workflows/{ADW_ID}/events?limit=1&kind=other");
    let others = server.get(&path).await.json();
    assert!(others["events"].as_array().is_some(), "{others}");
}

#[tokio::test]
async fn a_server_that_is_killed_in_the_middle_of_a_batch_gets_it_again() {
    let place = Place::new();
    let mut server = place.server_that_takes().start();
    let mut one = place.publisher_with("one", &[("BYTES", "400")]);
    for round in 1..=4 {
        one.order("say 4000");
        one.wait_for(4_000 * (round - 1) + 1_500);
        server = server.kill_and_restart();
        one.wait_for(4_000 * round);
    }
    let handed_over = one.close();
    holds_all(&server, "one", handed_over).await;
}

#[tokio::test]
async fn a_server_that_is_killed_while_it_takes_what_was_left_takes_it_again() {
    let place = Place::new();
    let mut one = place.publisher_with("one", &[("BYTES", "2000")]);
    one.say(4_000);
    one.kill();
    assert!(place.files().len() > 3);
    let mut server = place.server_that_takes().start();
    for count in [1, 800, 2_000] {
        holds_all(&server, "one", count).await;
        server = server.kill_and_restart();
    }
    holds_all(&server, "one", 4_000).await;
}

#[tokio::test]
async fn a_file_of_nothing_but_torn_lines_goes_without_a_trace() {
    let place = Place::new();
    let server = place.server_that_takes().start();
    let torn = leave(
        &place.folder(),
        "0000000000001-1-aaaaaaaa.ndjson",
        "{\"type\":\"text_bl",
    );
    let mut one = place.publisher("one");
    one.say(3);
    one.close();
    holds_all(&server, "one", 3).await;
    while torn.exists() {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}
