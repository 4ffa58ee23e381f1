//! Disks that are full or cannot be written, and folders that are taken: what is refused, and what goes on.

use std::fs;
use std::io::Write as _;

use serde_json::{Value, json};

use crate::harness::{PUSH, Server, can_mount, log, server};

/// Pushes until the disk is full; how many were acknowledged.
async fn fill(server: &Server) -> u64 {
    let text = "x".repeat(12_000);
    for number in 1..2_000 {
        let answer = server
            .post(PUSH, log("a1", &format!("{number} {text}")).to_string())
            .await;
        if answer.status == 200 {
            continue;
        }
        assert_eq!(
            (answer.status, &answer.json()["error"]["code"]),
            (507, &json!("disk_full")),
            "{}",
            answer.text()
        );
        assert!(answer.header("retry-after").is_some());
        return number - 1;
    }
    panic!("the disk does not fill");
}

async fn numbers(server: &Server) -> Vec<u64> {
    let mut numbers = Vec::new();
    loop {
        let after = numbers.len();
        let path = format!("/api/workflows/a1/events?after={after}&limit=1000");
        let page = server.get(&path).await.json();
        let list = page["events"].as_array().expect("a list").clone();
        if list.is_empty() {
            return numbers;
        }
        numbers.extend(list.iter().map(|event: &Value| {
            let message = event["data"]["payload"]["message"].as_str().expect("a message");
            let number: Option<u64> = message.split(' ').next().and_then(|number| number.parse().ok());
            number.expect("a number")
        }));
    }
}

#[tokio::test]
async fn a_full_disk_refuses_pushes_until_there_is_room_and_loses_nothing() {
    if !can_mount() {
        eprintln!("left out: no disk can be mounted here");
        return;
    }
    let server = server().disk("size=6m").arguments(["--agents", "agents"]).start();
    let filler = server.data().join("filler");
    fs::write(&filler, vec![1; 1_500_000]).expect("there is room");
    let log_file = server.folder().join("agents/b1/adw_plan_iso/execution.log");
    fs::create_dir_all(log_file.parent().expect("a folder")).expect("a folder");
    fs::write(&log_file, "2026-01-15 10:30:00 - INFO - before\n").expect("written");
    let told = |answer: &crate::harness::Answer, text: &str| answer.status == 200 && answer.text().contains(text);
    server
        .wait_for("/api/workflows/b1/events", |answer| told(answer, "before"))
        .await;

    let kept = fill(&server).await;
    assert!(kept > 20, "{kept} events fit");
    // Whoever reads goes on, and so does whoever looks at the files.
    assert_eq!(numbers(&server).await, (1..=kept).collect::<Vec<_>>());
    let mut viewer = server.socket().await;
    viewer.subscribe("a1").await;
    assert_eq!(viewer.next_of("snapshot").await["seq"], kept);
    let health = server.get("/healthz").await;
    assert_eq!(health.status, 200, "a full disk passes: {}", health.text());
    let mut file = fs::File::options().append(true).open(&log_file).expect("the log opens");
    let lines: String = (0..400)
        .map(|n| format!("2026-01-15 10:31:00 - INFO - line {n} {}\n", "y".repeat(500)))
        .collect();
    file.write_all(lines.as_bytes()).expect("written");
    assert_eq!(
        server
            .post(PUSH, log("a1", &"z".repeat(12_000)).to_string())
            .await
            .status,
        507
    );

    fs::remove_file(&filler).expect("room is made");
    server
        .wait_for("/api/workflows/b1/events?limit=1", |answer| told(answer, "line 399"))
        .await;
    let events = server.get("/api/workflows/b1/events?limit=1000").await.json();
    assert_eq!(events["head"], 401, "each line once");
    server.push(&[log("a1", &format!("{} again", kept + 1))]).await;
    assert_eq!(numbers(&server).await, (1..=kept + 1).collect::<Vec<_>>());
    assert_eq!(viewer.next_of("events").await["to"], kept + 1);
}

#[tokio::test]
async fn a_folder_that_cannot_be_written_is_refused_and_left_as_it_is() {
    let folder = tempfile::TempDir::new().expect("a folder");
    let file = folder.path().join("file");
    fs::write(&file, "not a folder").expect("written");
    let output = server()
        .arguments(["--data".into(), file.join("data").into_os_string()])
        .refused();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        !output.status.success() && said.contains("cannot open the journal") && said.contains("--data"),
        "{said}"
    );
    assert_eq!(fs::read_to_string(&file).expect("read"), "not a folder");
    if !can_mount() {
        eprintln!("the rest is left out: no disk can be mounted here");
        return;
    }
    let output = server().disk("ro").refused();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        !output.status.success() && said.contains("cannot open the journal") && said.contains("--data"),
        "{said}"
    );
}

#[tokio::test]
async fn a_second_server_on_one_journal_is_refused_and_the_first_goes_on() {
    let first = server().start();
    first.push_logs("a1", ["one".to_owned()]).await;
    let data = first.data();
    let output = server().arguments(["--data".into(), data.into_os_string()]).refused();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        !output.status.success() && said.contains("another adwatch is using"),
        "{said}"
    );
    first.push_logs("a1", ["two".to_owned()]).await;
    let found = first.get("/api/workflows/a1/search?q=o").await.json();
    assert_eq!((&found["count"], &found["head"]), (&json!(2), &json!(2)));
}
