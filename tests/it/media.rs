//! Pictures, through the real binary: taken out of what agents write and publishers push, kept as they were, served as nothing else.

#[path = "media/files.rs"]
mod files;

use std::fs;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::event::Kind;
use draft::picture::Picture;
use draft::{Draft, NewEvent};
use journal::sqlite::{Durability, SqliteJournal};
use journal::{Batch, Journal};
use serde_json::{Value, json};
use server::hub::{Hub, Upkeep};
use tempfile::TempDir;

use crate::harness::{PUSH, Server, Setup, http, server};
use crate::invent::{ADW_ID, event};

/// The head of a PNG and some bytes: no viewer shows it, but it has a size, and every byte counts.
fn png(width: u32, height: u32, rest: &[u8]) -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
    bytes.extend(width.to_be_bytes());
    bytes.extend(height.to_be_bytes());
    bytes.extend([8, 2, 0, 0, 0, 0, 0, 0, 0]);
    bytes.extend(rest);
    bytes
}

fn name(bytes: &[u8]) -> String {
    Picture::of(bytes.to_vec()).expect("a picture").name.to_string()
}

fn block(bytes: &[u8]) -> Value {
    json!({"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": STANDARD.encode(bytes)}})
}

fn watching() -> Setup {
    server().variable("ADWATCH_RESCAN", "100ms")
}

fn write(server: &Server, file: &str, bytes: impl AsRef<[u8]>) {
    let path = server.folder().join("agents").join(file);
    fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    fs::write(path, bytes).expect("written");
}

async fn events(server: &Server, adw_id: &str) -> Vec<Value> {
    let answer = server
        .get(&format!("/api/workflows/{adw_id}/events?after=0&limit=1000"))
        .await;
    let events = answer.json()["events"].as_array().cloned().unwrap_or_default();
    events.into_iter().map(|event| event["data"].clone()).collect()
}

/// Waits until the workflow's timeline tells of the picture.
async fn seen(server: &Server, adw_id: &str, name: &str) -> Value {
    let path = format!("/api/agent-state/{adw_id}");
    let find = |answer: &http::Answer| {
        let pictures = answer.json()["timeline"]["pictures"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        pictures.into_iter().find(|picture| picture["name"] == name)
    };
    let answer = server.wait_for(&path, |answer| find(answer).is_some()).await;
    find(&answer).expect("it was there")
}

/// Where base64 of a picture is left in the folder of the journal, if anywhere.
fn left_in(data: &Path, bytes: &[u8]) -> Vec<String> {
    let part = STANDARD.encode(bytes);
    let part = &part.as_bytes()[60..120];
    let holds = |path: &Path| fs::read(path).is_ok_and(|held| held.windows(part.len()).any(|window| window == part));
    let files = fs::read_dir(data)
        .expect("the folder")
        .flatten()
        .map(|entry| entry.path());
    files
        .filter(|path| path.is_file() && holds(path))
        .map(|path| path.display().to_string())
        .collect()
}

#[tokio::test]
async fn a_picture_in_a_stream_is_kept_as_it_was_and_named_where_it_stood() {
    let server = watching().start();
    let shot = png(
        1280,
        720,
        &(0..200_000_u32).map(|n| (n * 7919 % 251) as u8).collect::<Vec<_>>(),
    );
    let aside = png(64, 64, b"only in the structured result");
    let line = |value: Value| format!("{value}\n");
    let stream = [
        line(json!({"type": "assistant", "message": {"content": [{"type": "tool_use", "id": "t1", "name": "Read", "input": {"file_path": "/w/home.png"}}]}})),
        line(json!({"type": "user", "message": {"content": [{"type": "tool_result", "tool_use_id": "t1",
            "content": [{"type": "text", "text": "the page"}, block(&shot)]}]}, "tool_use_result": {"type": "image", "file": {"base64": STANDARD.encode(&shot)}}})),
        line(json!({"type": "user", "message": {"content": [block(&aside), {"type": "text", "text": "look"}]}})),
        line(json!({"type": "user", "message": {"content": [{"type": "tool_result", "tool_use_id": "t2", "content": "seen"}]},
            "tool_use_result": [{"type": "image", "source": {"type": "base64", "data": STANDARD.encode(png(9, 9, &[7; 200]))}}]})),
        line(json!({"type": "tool_result", "tool_id": "t3", "output": [{"type": "image", "data": STANDARD.encode(png(8, 8, &[8; 200])), "mimeType": "image/png"}]})),
    ]
    .concat();
    write(&server, "c0a43f47/planner/raw_output.jsonl", &stream);
    let picture = seen(&server, "c0a43f47", &name(&shot)).await;
    assert_eq!(
        (
            &picture["width"],
            &picture["height"],
            &picture["agent"],
            &picture["label"]
        ),
        (&json!(1280), &json!(720), &json!("planner"), &json!("/w/home.png"))
    );
    let timeline = server.get("/api/agent-state/c0a43f47").await.json()["timeline"].take();
    let tools = timeline["recent"]["by_kind"]["tool_execution"]["entries"].clone();
    assert_eq!(tools[0]["detail"], "the page", "the picture is shown, not told");
    for other in [aside.clone(), png(9, 9, &[7; 200]), png(8, 8, &[8; 200])] {
        seen(&server, "c0a43f47", &name(&other)).await;
    }
    let events = events(&server, "c0a43f47").await;
    let post = events
        .iter()
        .find(|event| event["event_type"] == "tool_execution_post")
        .expect("a result");
    let note = json!({"type": "image", "media": name(&shot), "media_type": "image/png", "size_bytes": shot.len(), "width": 1280, "height": 720});
    assert_eq!(
        post["payload"]["output"],
        json!([{"type": "text", "text": "the page"}, note])
    );
    assert_eq!(
        post["payload"]["pictures"],
        Value::Null,
        "it stands in the output already"
    );
    let block = events
        .iter()
        .find(|event| event["event_type"] == "user/image")
        .expect("the block of the user");
    assert_eq!(block["payload"]["media"], name(&aside));
    // Every line is accounted for.
    let sources = server.get("/api/workflows/c0a43f47/sources").await.json();
    let counts = &sources["sources"][0];
    assert_eq!(
        (&counts["lines"], &counts["sources"], &counts["oddities"]),
        (&json!(5), &json!(5), &json!(0))
    );
    assert_eq!(left_in(&server.data(), &shot), Vec::<String>::new());

    let answer = server.get(&format!("/media/{}", name(&shot))).await;
    assert_eq!((answer.status, answer.body == shot), (200, true), "every byte");
    for (header, value) in [
        ("content-type", "image/png"),
        ("x-content-type-options", "nosniff"),
        ("content-security-policy", "default-src 'none'; sandbox"),
        ("cache-control", "private, max-age=31536000, immutable"),
    ] {
        assert_eq!(answer.header(header), Some(value));
    }
    let etag = answer.header("etag").expect("a tag").to_owned();
    let again = server
        .get_with(&format!("/media/{}", name(&shot)), &[("if-none-match", &etag)])
        .await;
    assert_eq!((again.status, again.body.len()), (304, 0));
    let head = http::ask(&server.address, "HEAD", &format!("/media/{}", name(&shot)), &[], b"").await;
    assert_eq!((head.status, head.body.len()), (200, 0));
    assert_eq!(head.header("content-length"), Some(shot.len().to_string().as_str()));
}

#[tokio::test]
async fn a_pushed_picture_is_kept_and_told_of_even_where_the_payload_is_cut() {
    let server = server().start();
    let shot = png(800, 600, &[3; 400]);
    // Assembled here, and of no use anywhere.
    let secret = format!("ghp_{}", "A1b2C3d4E5f6G7h8I9j0K1l2M3n4");
    let mut shown = block(&shot);
    shown["caption"] = json!(secret);
    let mut content: Vec<Value> = (0..200)
        .map(|n| json!({"type": "text", "text": format!("{n} ").repeat(200)}))
        .collect();
    content.push(shown);
    let pushed = json!({"type": "tool_execution", "data": {"adw_id": "p", "event_type": "tool_execution_post",
        "payload": {"tool_use_id": "t", "tool_name": "Shot", "output": content}}});
    server.push(&[pushed]).await;
    seen(&server, "p", &name(&shot)).await;
    assert_eq!(server.get(&format!("/media/{}", name(&shot))).await.body, shot);
    let preview = &events(&server, "p").await[0]["payload"];
    assert!(
        preview["preview_of_bytes"].as_u64() > Some(16_384),
        "the payload is cut"
    );
    assert_eq!(preview["pictures"][0]["media"], name(&shot));
    let whole = server.get("/api/workflows/p/events/1").await.json();
    assert_eq!(whole["data"]["payload"]["output"][200]["media"], name(&shot));
    assert_eq!(whole["data"]["payload"]["output"][200]["caption"], "ghp_[redacted]");
    for format in ["ndjson", "json", "txt", "csv"] {
        let export = server
            .get(&format!("/api/workflows/p/export?format={format}"))
            .await
            .text();
        assert!(!export.contains(&STANDARD.encode(&shot)[40..80]), "{format}");
    }
    assert_eq!(left_in(&server.data(), &shot), Vec::<String>::new());
    // A state is a document, and tells of pictures just as well.
    let in_state = png(5, 5, &[5; 300]);
    server
        .push(&[json!({"type": "agent_state_update", "data": {"adw_id": "p", "payload": {"state": {"shot": block(&in_state)}}}})])
        .await;
    assert_eq!(server.get(&format!("/media/{}", name(&in_state))).await.body, in_state);
    // What is refused leaves nothing behind.
    let refused = png(6, 6, &[6; 300]);
    let answer = server
        .post(
            PUSH,
            json!({"type": "other", "data": {"adw_id": "../p", "payload": block(&refused)}}).to_string(),
        )
        .await;
    assert_eq!(answer.status, 400);
    assert!(!server.data().join("media").join(name(&refused)).exists());
}

#[tokio::test]
async fn the_page_shows_pictures_if_there_are_any() {
    let server = server().start();
    server.push(&[crate::harness::log("none", "no picture")]).await;
    assert!(!server.get("/w/none").await.text().contains("aria-label=\"Pictures\""));
    let (seen, read) = (png(640, 480, &[1; 300]), png(10, 10, &[2; 300]));
    server
        .push(&[
            json!({"type": "tool_execution", "data": {"adw_id": "c0a43f47", "agent": "reviewer", "event_type": "tool_execution_post",
                "payload": {"tool_use_id": "t", "tool_name": "Read", "input": {"file_path": "\"><b>.png"}, "output": [block(&seen)]}}}),
            json!({"type": "screenshot", "data": {"adw_id": "c0a43f47", "payload": block(&read)}}),
            json!({"type": "screenshot", "data": {"adw_id": "c0a43f47", "payload": block(&read)}}),
        ])
        .await;
    let page = server.get("/w/c0a43f47").await;
    let policy = page.header("content-security-policy").expect("a policy").to_owned();
    assert!(policy.contains("img-src 'self'"), "{policy}");
    let html = page.text();
    assert!(html.contains("aria-label=\"Pictures\""), "{html}");
    // Once in the panel and in each entry, small and large.
    for (picture, count) in [(&seen, 4), (&read, 6)] {
        assert_eq!(
            html.matches(&format!("<img src=\"/media/{}\"", name(picture))).count(),
            count,
            "{html}"
        );
    }
    assert!(
        html.contains("width=\"640\" height=\"480\"") && html.contains("loading=\"lazy\""),
        "{html}"
    );
    assert!(!html.contains("<b>.png"), "what an agent wrote is text");
    // Every button finds its box, and no two boxes share a name.
    let targets: Vec<&str> = html
        .split("popovertarget=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect();
    assert_eq!(targets.len(), 10, "{targets:?}");
    for target in targets {
        assert_eq!(html.matches(&format!(" id=\"{target}\"")).count(), 1, "{target}");
    }
}

#[tokio::test]
async fn what_no_event_tells_of_is_not_there() {
    let server = server().start();
    let shot = png(3, 3, &[1; 300]);
    fs::create_dir_all(server.data().join("media")).expect("a folder");
    fs::write(server.data().join("media").join(name(&shot)), &shot).expect("written");
    fs::write(server.data().join("media/notes.txt"), "private").expect("written");
    for path in [
        format!("/media/{}", name(&shot)),
        "/media/notes.txt".to_owned(),
        "/media/..%2fjournal.db".to_owned(),
        "/media/%2e%2e/journal.db".to_owned(),
        "/media/../journal.db".to_owned(),
        "/media/%ff".to_owned(),
        format!("/media/{}/", name(&shot)),
        "/media/".to_owned(),
    ] {
        let answer = server.get(&path).await;
        assert_eq!(answer.status, 404, "{path}: {}", answer.text());
        assert!(!answer.text().contains("private"));
    }
    let answer = server.get(&format!("/media/{}", name(&shot))).await;
    assert_eq!(answer.json()["error"]["code"], "not_found");
    server
        .push(&[json!({"type": "screenshot", "data": {"adw_id": "a", "payload": block(&shot)}})])
        .await;
    assert_eq!(server.get(&format!("/media/{}", name(&shot))).await.body, shot);
}

#[tokio::test]
async fn an_import_tells_of_its_pictures_and_shows_that_they_are_missing() {
    let here = server().start();
    let shot = png(30, 40, &[1; 300]);
    here.push(&[json!({"type": "screenshot", "data": {"adw_id": "a", "payload": block(&shot)}})])
        .await;
    let export = here.get("/api/workflows/a/export?format=ndjson").await.body;
    let there = server().start().restart_after(|data| {
        let file = data.join("export.ndjson");
        fs::write(&file, &export).expect("written");
        let binary = env!("CARGO_BIN_EXE_adwatch");
        let imported = std::process::Command::new(binary)
            .arg("import")
            .arg("--data")
            .arg(data)
            .arg(&file)
            .output();
        assert!(imported.expect("the binary starts").status.success());
    });
    let picture = seen(&there, "a", &name(&shot)).await;
    assert_eq!(
        (&picture["width"], &picture["size_bytes"]),
        (&json!(30), &json!(shot.len()))
    );
    let path = format!("/media/{}", name(&shot));
    let told = there.get(&path).await;
    assert_eq!((told.status, &told.json()["error"]["code"]), (404, &json!("not_found")));
    let shown = there
        .get_with(&path, &[("accept", "image/avif,image/webp,image/*,*/*;q=0.8")])
        .await;
    assert_eq!(
        (shown.status, shown.header("content-type")),
        (404, Some("image/svg+xml"))
    );
    assert_eq!(shown.header("cache-control"), Some("no-store"));
    // Once somebody brings it, it is there.
    there
        .push(&[json!({"type": "screenshot", "data": {"adw_id": "b", "payload": block(&shot)}})])
        .await;
    assert_eq!(there.get(&path).await.body, shot);
}

#[test]
fn pruned_events_take_their_pictures_with_them() {
    let directory = TempDir::new().expect("a directory");
    let open = || SqliteJournal::open(directory.path(), Durability::Process, "first").expect("the journal opens");
    let pictures: Vec<Picture> = (0..20_u8)
        .map(|n| Picture::of(png(2, 2, &[n])).expect("a picture"))
        .collect();
    let hub = Hub::open(Box::new(open()), Upkeep::default()).expect("the hub opens");
    // The first comes up once more at the end.
    for picture in pictures.iter().chain(&pictures[..1]) {
        let event = event(Kind::Other, "screenshot", Value::Object(picture.note()));
        let drafts = vec![Draft::Event(NewEvent {
            event,
            keys: Vec::new(),
        })];
        let batch = Batch {
            drafts,
            pictures: vec![picture.clone()],
            ..Batch::default()
        };
        hub.recorder.record_blocking(batch).expect("recorded");
    }
    let shown = hub
        .live
        .timeline(&ADW_ID.parse().expect("a safe id"))
        .expect("read")
        .expect("a timeline")
        .pictures;
    hub.close();
    drop(hub);
    let file = |picture: &Picture| directory.path().join("media").join(picture.name.as_str());
    for picture in &pictures {
        let opened = fs::File::options().write(true).open(file(picture)).expect("it is kept");
        opened.set_modified(std::time::SystemTime::UNIX_EPOCH).expect("a time");
    }
    let mut journal = open();
    assert_eq!(journal.sweep_media().expect("swept"), 0);
    // What pruning does: the workflow begins later.
    let connection = rusqlite::Connection::open(directory.path().join("journal.db")).expect("the file opens");
    connection
        .execute("UPDATE workflows SET first = 15", [])
        .expect("pruned");
    // Pictures 1 to 8 were told of by events 2 to 9; from 10 on the timeline knows them, and 15 is there.
    assert_eq!(journal.sweep_media().expect("swept"), 8);
    let is_kept = |n: usize| n == 0 || n >= 9;
    let mut reader = journal.reader().expect("a reader");
    for (n, picture) in pictures.iter().enumerate() {
        assert_eq!(file(picture).exists(), is_kept(n), "picture {n}");
        let referrers = reader.referrers(&picture.name).expect("readable");
        assert_eq!(referrers.len(), usize::from(is_kept(n)), "picture {n}");
    }
    assert_eq!(shown.len(), 12);
    assert!(
        shown
            .iter()
            .all(|seen| directory.path().join("media").join(&seen.name).exists())
    );
}
