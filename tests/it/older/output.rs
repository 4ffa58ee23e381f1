//! What an earlier dashboard is told of files: chunks of an agent's stream and screenshots are the same events as the files themselves.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::symlink;

use draft::picture::Picture;
use serde_json::{Value, json};

use super::{feed, holds, post};
use crate::harness::{Server, Setup, server};

const CHUNK: &str = "/api/agent-output-chunk";
const SCREENSHOT: &str = "/api/screenshot-available";

fn watching() -> Setup {
    server().variable("ADWATCH_RESCAN", "100ms")
}

fn write(server: &Server, file: &str, bytes: impl AsRef<[u8]>) {
    let path = server.folder().join("agents/c0a43f47").join(file);
    fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    fs::write(path, bytes).expect("written");
}

fn append(server: &Server, lines: &[String]) {
    let path = server.folder().join("agents/c0a43f47/builder/raw_output.jsonl");
    fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    let file = fs::OpenOptions::new().create(true).append(true).open(path);
    let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
    file.and_then(|mut file| file.write_all(text.as_bytes()))
        .expect("written");
}

/// A stream of which some lines have ids, and others are known by their place.
fn lines() -> Vec<String> {
    vec![
        "Starting up".to_owned(),
        json!({"type": "system", "subtype": "init", "session_id": "s1", "model": "m", "uuid": "u1"}).to_string(),
        json!({"type": "assistant", "message": {"id": "m1", "content": [{"type": "text", "text": "I will write it"}]}}).to_string(),
        json!({"type": "assistant", "uuid": "u2", "message": {"id": "m2", "content": [
            {"type": "tool_use", "id": "t1", "name": "Write", "input": {"file_path": "/app/a.rs", "content": "x\n"}}]}})
        .to_string(),
        json!({"type": "user", "message": {"content": [{"type": "tool_result", "tool_use_id": "t1", "content": "File created successfully at: /app/a.rs"}]}}).to_string(),
        json!({"type": "result", "subtype": "success", "is_error": false, "result": "done", "uuid": "u3", "session_id": "s1"}).to_string(),
    ]
}

const TOLD: [(&str, &str); 7] = [
    ("agent_log_entry", "log_entry"),
    ("session", "session_started"),
    ("text_block", "text"),
    ("tool_execution", "tool_execution_pre"),
    ("tool_execution", "tool_execution_post"),
    ("file_operation", "create"),
    ("session", "session_ended"),
];

async fn told(server: &Server) -> Vec<(String, String)> {
    let page = server
        .get("/api/workflows/c0a43f47/events?after=0&limit=1000")
        .await
        .json();
    let events = page["events"].as_array().cloned().unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let mut told: Vec<_> = events
        .iter()
        .map(|event| (text(&event["type"]), text(&event["data"]["event_type"])))
        .collect();
    told.sort();
    told
}

fn expected() -> Vec<(String, String)> {
    let mut expected: Vec<_> = TOLD
        .iter()
        .map(|(kind, name)| ((*kind).to_owned(), (*name).to_owned()))
        .collect();
    expected.sort();
    expected
}

fn chunk(lines: &[String], number: impl Into<Value>) -> Value {
    let number: Value = number.into();
    json!({"adw_id": "c0a43f47", "agent_role": "builder", "content": format!("{}\n", lines.join("\n")), "line_number": number,
        "total_lines": 6, "is_complete": false, "timestamp": "2026-01-15T10:30:00"})
}

#[tokio::test]
async fn chunks_are_read_as_one_stream() {
    let server = server().start();
    let mut feed = feed(&server).await;
    for (number, line) in lines().iter().enumerate() {
        let reply = post(&server, CHUNK, &chunk(std::slice::from_ref(line), json!(number + 1))).await;
        assert_eq!(reply["status"], "success");
    }
    let said = [
        ("agent_log", json!({"message": "Starting up", "agent": "builder"})),
        ("text_block", json!({"content": "I will write it"})),
        ("tool_use_pre", json!({"tool_name": "Write", "tool_use_id": "t1"})),
        ("tool_use_post", json!({"tool_name": "Write", "success": true})),
        ("file_changed", json!({"operation": "created"})),
    ];
    for (name, fields) in said {
        holds(&feed.next().await, name, &fields);
    }
    assert_eq!(told(&server).await, expected());
    // The same again, as one who starts over sends it.
    let again = post(&server, CHUNK, &chunk(&lines(), json!(1))).await;
    assert_eq!((&again["accepted"], &again["duplicates"]), (&json!(0), &json!(7)));
    let timeline = server.get("/api/agent-state/c0a43f47").await.json()["timeline"].clone();
    assert_eq!(
        (&timeline["agents"][0]["name"], &timeline["agents"][0]["session_id"]),
        (&json!("builder"), &json!("s1"))
    );
    let end = json!({"adw_id": "c0a43f47", "agent_role": "builder", "content": "", "is_complete": true});
    let reply = post(&server, CHUNK, &end).await;
    assert_eq!((&reply["status"], &reply["accepted"]), (&json!("success"), &json!(0)));
}

#[tokio::test]
async fn what_the_file_holds_as_well_is_told_once() {
    let server = watching().start();
    write(&server, "builder/raw_output.jsonl", lines().join("\n") + "\n");
    // Whoever comes first: some lines are pushed while the file is read, and all of them afterwards.
    for number in [1, 3] {
        post(&server, CHUNK, &chunk(&lines()[number - 1..=number], json!(number))).await;
    }
    settled(&server, &expected()).await;
    for number in [json!(0), json!(1), json!(6), Value::Null] {
        let reply = post(&server, CHUNK, &chunk(&lines(), number.clone())).await;
        assert_eq!(reply["accepted"], 0, "{number}: {reply}");
    }
    assert_eq!(told(&server).await, expected());
}

#[tokio::test]
async fn lines_that_are_pushed_before_the_file_holds_them_are_told_once() {
    for number in [json!(1), Value::Null] {
        let server = watching().start();
        let reply = post(&server, CHUNK, &chunk(&lines(), number)).await;
        assert_eq!(reply["accepted"], TOLD.len());
        let more = json!({"type": "assistant", "message": {"id": "m9", "content": [{"type": "text", "text": "I will write it"}]}});
        write(
            &server,
            "builder/raw_output.jsonl",
            format!("{}\n{more}\n", lines().join("\n")),
        );
        let mut wanted = expected();
        wanted.push(("text_block".to_owned(), "text".to_owned()));
        wanted.sort();
        settled(&server, &wanted).await;
        // It was cut short and written anew: another attempt, with the same words.
        let again = "Starting up\n";
        write(&server, "builder/raw_output.jsonl", again);
        wanted.push(("agent_log_entry".to_owned(), "log_entry".to_owned()));
        wanted.push(("other".to_owned(), "source_truncated".to_owned()));
        wanted.sort();
        settled(&server, &wanted).await;
        post(&server, CHUNK, &chunk(&["Starting up".to_owned()], json!(1))).await;
        assert_eq!(told(&server).await, wanted);
    }
}

fn piece(text: &str) -> String {
    json!({"type": "message", "role": "assistant", "content": text, "delta": true, "timestamp": "2026-01-15T10:30:00Z"})
        .to_string()
}

/// The texts that were told, in order.
async fn texts(server: &Server) -> Vec<String> {
    let page = server
        .get("/api/workflows/c0a43f47/events?after=0&limit=1000&kind=text_block")
        .await
        .json();
    let events = page["events"].as_array().cloned().unwrap_or_default();
    let text = |event: &Value| {
        event["data"]["payload"]["content"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    };
    events.iter().map(text).collect()
}

#[tokio::test]
async fn a_text_in_pieces_is_whole_whoever_tells_its_pieces_first() {
    let pieces: Vec<String> = ["one ", "two ", "three ", "four"].map(piece).into();
    let end = json!({"type": "result", "status": "success", "timestamp": "2026-01-15T10:30:01Z"}).to_string();
    // How many pieces the file has before each chunk of two, and at last all.
    for in_file in [[0, 0], [0, 1], [0, 4], [1, 3], [2, 2], [4, 4]] {
        let server = watching().start();
        let mut written = 0;
        for (at, held) in in_file.into_iter().enumerate() {
            append(&server, &pieces[written..held.max(written)]);
            written = held.max(written);
            let first = at * 2;
            post(&server, CHUNK, &chunk(&pieces[first..first + 2], json!(first + 1))).await;
        }
        append(&server, &pieces[written..]);
        append(&server, std::slice::from_ref(&end));
        settled_end(&server).await;
        let mut told: Vec<String> = texts(&server)
            .await
            .iter()
            .flat_map(|text| text.split_inclusive(' '))
            .map(str::to_owned)
            .collect();
        told.sort();
        assert_eq!(told, ["four", "one ", "three ", "two "], "{in_file:?}");
    }
}

/// Waits until as much was told, and holds that it is this.
async fn settled(server: &Server, wanted: &[(String, String)]) {
    server
        .wait_for("/api/workflows/c0a43f47/events?limit=1000", |answer| {
            answer.json()["events"]
                .as_array()
                .is_some_and(|events| events.len() >= wanted.len())
        })
        .await;
    assert_eq!(told(server).await, wanted);
}

async fn settled_end(server: &Server) {
    server
        .wait_for("/api/workflows/c0a43f47/events?limit=1000&kind=session", |answer| {
            answer.text().contains("session_ended")
        })
        .await;
}

/// The head of a PNG: no viewer shows it, but it has a size.
fn png(rest: &[u8]) -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
    bytes.extend(640_u32.to_be_bytes());
    bytes.extend(480_u32.to_be_bytes());
    bytes.extend([8, 2, 0, 0, 0, 0, 0, 0, 0]);
    bytes.extend(rest);
    bytes
}

#[tokio::test]
async fn a_screenshot_is_the_picture_of_its_file_once() {
    let server = watching().start();
    let mut feed = feed(&server).await;
    let bytes = png(b"home");
    let name = Picture::of(bytes.clone()).expect("a picture").name.to_string();
    write(&server, "reviewer/review_img/home.png", &bytes);
    let path = "agents/c0a43f47/reviewer/review_img/home.png";
    let told = json!({"adw_id": "c0a43f47", "screenshot_path": path, "screenshot_type": "review"});
    post(&server, SCREENSHOT, &told).await;
    let frame = feed.next().await;
    holds(
        &frame,
        "screenshot_available",
        &json!({"screenshot_path": path, "agent": "reviewer", "media": name}),
    );
    assert_eq!(server.get(&format!("/media/{name}")).await.status, 200);
    let again = post(&server, SCREENSHOT, &told).await;
    assert_eq!(again["duplicates"], 1);
    // By now the watcher has met it, and whatever comes after it.
    write(&server, "reviewer/review_img/late.png", png(b"late"));
    let late = feed.next().await;
    holds(
        &late,
        "screenshot_available",
        &json!({"screenshot_path": "agents/c0a43f47/reviewer/review_img/late.png"}),
    );
    assert_eq!(late["data"]["seq"], 2);
}

#[tokio::test]
async fn a_screenshot_that_lies_elsewhere_is_told_of_and_never_opened() {
    let server = watching().start();
    write(&server, "reviewer/text.png", "no picture");
    let outside = server.folder().join("outside.png");
    fs::write(&outside, png(b"secret")).expect("written");
    symlink(&outside, server.folder().join("agents/c0a43f47/reviewer/link.png")).expect("a link");
    let outside = outside.to_string_lossy().into_owned();
    let paths = [
        outside.as_str(),
        "../../outside.png",
        "agents/c0a43f47/../../outside.png",
        "agents/other/reviewer/home.png",
        "reviewer/link.png",
        "reviewer/text.png",
        "reviewer/none.png",
    ];
    for (seq, path) in paths.iter().enumerate() {
        post(
            &server,
            SCREENSHOT,
            &json!({"adw_id": "c0a43f47", "screenshot_path": path}),
        )
        .await;
        let kept = server
            .get(&format!("/api/workflows/c0a43f47/events/{}", seq + 1))
            .await
            .json();
        assert_eq!(kept["data"]["event_type"], "screenshot_available", "{path}");
        assert_eq!(
            kept["data"]["payload"]["message"],
            format!("a screenshot is available: {path}")
        );
        assert_eq!(kept["data"]["payload"]["media"], Value::Null);
    }
}
