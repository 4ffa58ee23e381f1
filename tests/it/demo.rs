//! The demo, played by the real binary into itself.

use std::time::Duration;

use serde_json::Value;

use crate::harness::{Answer, Server, server};

fn cards(answer: &Answer) -> Vec<Value> {
    answer.json()["workflows"].as_array().cloned().unwrap_or_default()
}

fn seqs(cards: &[Value]) -> u64 {
    cards.iter().filter_map(|card| card["seq"].as_u64()).sum()
}

fn reported(cards: &[Value], word: &str) -> usize {
    let is = |card: &&Value| card["pulse"]["reported"][0] == word;
    cards.iter().filter(is).count()
}

async fn playing(server: &Server, workflows: usize) -> Vec<Value> {
    let answer = server
        .wait_for("/api/workflows", |answer| {
            let cards = cards(answer);
            cards.len() >= workflows && reported(&cards, "completed") > 1 && reported(&cards, "failed") > 1
        })
        .await;
    cards(&answer)
}

#[tokio::test]
async fn a_demo_fills_the_board_at_once_and_goes_on() {
    let server = server().arguments(["--demo"]).start();
    let begun = playing(&server, 12).await;
    let stages: Vec<&str> = begun.iter().filter_map(|card| card["stage"].as_str()).collect();
    for stage in ["plan", "build", "test", "review", "document", "ship"] {
        assert!(stages.contains(&stage), "nobody is at {stage}: {stages:?}");
    }
    let before = seqs(&begun);
    server
        .wait_for("/api/workflows", |answer| seqs(&cards(answer)) > before)
        .await;
    assert!(!server.log().contains("refused"), "{}", server.log());
}

#[tokio::test]
async fn a_demo_that_begins_anew_ends_the_earlier_one() {
    let server = server().arguments(["--demo"]).start();
    let begun = playing(&server, 12).await;
    let server = server.restart();
    let anew = server
        .wait_for("/api/workflows", |answer| {
            let cards = cards(answer);
            cards.len() >= begun.len() + 8 && reported(&cards, "running") >= 7
        })
        .await;
    let anew = cards(&anew);
    for card in &begun {
        let now = anew
            .iter()
            .find(|now| now["adw_id"] == card["adw_id"])
            .expect("it is kept");
        assert_ne!(now["pulse"]["reported"][0], "running", "{now}");
    }
    // It goes on with new workflows, not with those that were over.
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(!server.log().contains("refused"), "{}", server.log());
}
