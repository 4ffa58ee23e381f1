//! Spools that are full: by their bound, and because the disk is.

use std::process::Command;

use serde_json::Value;

use super::{ADW_ID, Place, holds_all, numbers};
use crate::harness::{PATIENCE, Server, can_mount};

/// How many events the journal says were dropped.
async fn told(server: &Server) -> u64 {
    let path = format!("/api/workflows/{ADW_ID}/events?limit=1000&kind=agent_log_entry");
    let page = server.get(&path).await.json();
    let list = page["events"].as_array().cloned().unwrap_or_default();
    let payload = |event: &Value| event["data"]["payload"].clone();
    let tells = list
        .iter()
        .map(payload)
        .filter(|payload| payload["source"] == "adwatch" && payload["level"] == "WARNING");
    tells.filter_map(|payload| payload["dropped"].as_u64()).sum()
}

#[tokio::test]
async fn what_does_not_fit_is_counted_and_told_and_the_rest_arrives() {
    let place = Place::new();
    let limit_bytes = 200_000;
    let mut one = place.publisher_with(
        "one",
        &[("ADWATCH_SPOOL_BYTES", &limit_bytes.to_string()), ("BYTES", "100")],
    );
    // About 600 kB, while nobody takes anything.
    one.say(2_000);
    // Once room was made, the spool holds the newest, and stays within its bound.
    let deadline = std::time::Instant::now() + PATIENCE;
    while !place.text().contains(" events were dropped because the spool was full") {
        assert!(std::time::Instant::now() < deadline, "room is made");
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    let filled: u64 = place
        .files()
        .iter()
        .map(|file| file.metadata().map_or(0, |file| file.len()))
        .sum();
    assert!(filled <= limit_bytes, "{filled} bytes");
    let server = place.server().start();
    let mut handed_over = 2_000;
    let deadline = std::time::Instant::now() + PATIENCE * 2;
    loop {
        let numbers = numbers(&server, "one").await;
        assert!(numbers.is_sorted_by(|a, b| a < b), "once and in order");
        let dropped = told(&server).await;
        if numbers.len() as u64 + dropped == handed_over {
            assert!(dropped > 0);
            break;
        }
        assert!(
            std::time::Instant::now() < deadline,
            "{} arrived, {dropped} dropped",
            numbers.len()
        );
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    one.say(1);
    handed_over += 1;
    assert_eq!(one.close(), handed_over);
}

#[tokio::test]
async fn a_full_disk_is_no_reason_to_lose_anything() {
    if !can_mount() {
        eprintln!("left out: no disk can be mounted here");
        return;
    }
    let place = Place::new();
    let mut command = Command::new("unshare");
    // A disk for the spool, with room for some hundred events.
    let script = "mount -t tmpfs -o size=128k tmpfs \"$ADWATCH_SPOOL\" && exec \"$0\" \"$@\"";
    command.args(["-rm", "sh", "-c", script]);
    command.arg(std::env::current_exe().expect("this test"));
    let mut one = place.started("one", command, &[("BYTES", "500")]);
    one.say(1_500);
    let server = place.server().start();
    holds_all(&server, "one", 1_500).await;
    one.say(1_500);
    holds_all(&server, "one", 3_000).await;
    assert_eq!(told(&server).await, 0);
    assert_eq!(one.close(), 3_000);
}
