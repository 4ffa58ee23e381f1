//! Executes `docs/protocol.md`: its requests are sent in their order, its answers compared, its frames read and met.

use domain::event::Event;
use domain::frame::{FromBrowser, FromServer};
use serde_json::{Value, json};

use crate::harness::http::{Answer, ask};
use crate::harness::{Server, server};

/// A fenced block: the words after its fence, and what is in it.
struct Block {
    words: Vec<String>,
    text: String,
}

fn blocks() -> Vec<Block> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/protocol.md");
    let document = std::fs::read_to_string(path).expect("the protocol");
    let mut blocks: Vec<Block> = Vec::new();
    let mut is_inside = false;
    for line in document.lines() {
        match (line.strip_prefix("```"), is_inside) {
            (Some(words), false) => {
                let words = words.split_whitespace().map(str::to_owned).collect();
                blocks.push(Block {
                    words,
                    text: String::new(),
                });
                is_inside = true;
            }
            (Some(_), true) => is_inside = false,
            (None, true) => {
                if let Some(block) = blocks.last_mut() {
                    block.text += line;
                    block.text.push('\n');
                }
            }
            (None, false) => {}
        }
    }
    assert!(!is_inside, "every fence is closed");
    blocks
}

impl Block {
    fn is(&self, word: &str) -> bool {
        self.words.get(1).is_some_and(|known| known == word)
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error} in {}", self.text))
    }
}

pub fn examples(word: &str) -> Vec<Value> {
    let found: Vec<Value> = blocks()
        .iter()
        .filter(|block| block.is(word))
        .map(Block::json)
        .collect();
    assert!(!found.is_empty(), "there are examples of {word}");
    found
}

/// What differs between an example and the real thing: a field that is missing, or one of another type. Null stands for
/// any type, because most fields may be null; a field named `…` stands for more of them.
fn difference(example: &Value, real: &Value, at: &str) -> Option<String> {
    match (example, real) {
        (Value::Null, _) | (_, Value::Null) => None,
        (Value::Object(example), Value::Object(real)) => {
            let is_open = example.contains_key("…");
            let unknown = real.keys().find(|field| !is_open && !example.contains_key(*field));
            if let Some(field) = unknown {
                return Some(format!("{at}.{field} is not in the example"));
            }
            let mut fields = example.iter().filter(|(field, _)| *field != "…");
            fields.find_map(|(field, value)| match real.get(field) {
                Some(real) => difference(value, real, &format!("{at}.{field}")),
                None => Some(format!("{at}.{field} is missing")),
            })
        }
        (Value::Array(example), Value::Array(real)) => {
            let first = example.first().zip(real.first());
            first.and_then(|(example, real)| difference(example, real, &format!("{at}[0]")))
        }
        (Value::Bool(_), Value::Bool(_))
        | (Value::Number(_), Value::Number(_))
        | (Value::String(_), Value::String(_)) => None,
        _ => Some(format!("{at} is {real}, not {example}")),
    }
}

async fn send(server: &Server, text: &str) -> Answer {
    let (head, body) = text.split_once("\n\n").unwrap_or((text, ""));
    let mut lines = head.lines();
    let (method, path) = lines
        .next()
        .and_then(|line| line.split_once(' '))
        .expect("a request line");
    let headers: Vec<(&str, &str)> = lines.filter_map(|line| line.split_once(": ")).collect();
    ask(
        &server.address,
        method,
        path.trim(),
        &headers,
        body.trim_end().as_bytes(),
    )
    .await
}

#[tokio::test]
async fn every_request_of_the_protocol_is_answered_as_it_says() {
    let server = server().start();
    let blocks = blocks();
    let mut sent = 0;
    for (at, block) in blocks.iter().enumerate().filter(|(_, block)| block.is("request")) {
        let expected = blocks
            .get(at + 1)
            .filter(|next| next.is("answer"))
            .expect("an answer stands behind each request");
        let status: u16 = expected.words[2].parse().expect("a status");
        let answer = send(&server, &block.text).await;
        assert_eq!(answer.status, status, "{}{}", block.text, answer.text());
        sent += 1;
        // What is no JSON is compared as text; a page has one kind of line end.
        if expected.words[0] != "json" {
            assert_eq!(answer.text().replace("\r\n", "\n"), expected.text, "{}", block.text);
            continue;
        }
        let (example, real) = (expected.json(), answer.json());
        if expected.words.iter().any(|word| word == "exactly") {
            assert_eq!(example, real, "{}", block.text);
        }
        assert_eq!(
            difference(&example, &real, "answer"),
            None,
            "{}{}",
            block.text,
            answer.text()
        );
        // What is acknowledged is shown a moment later; the next example may ask for it.
        if block.text.starts_with("POST") && answer.status == 200 {
            let accepted = real["accepted"].as_u64().unwrap_or(0);
            if accepted > 0 {
                settle(&server).await;
            }
        }
    }
    assert!(sent >= 15, "{sent} requests");
}

/// Waits until what the journal holds is what the board shows.
async fn settle(server: &Server) {
    let page = server.get("/api/workflows/c0a43f47/events?limit=1").await.json();
    let head = page["head"].as_u64().expect("a head");
    let shows = |answer: &Answer| {
        let board = answer.json();
        let mut cards = board["workflows"].as_array().expect("cards").iter();
        cards.any(|card| card["adw_id"] == "c0a43f47" && card["seq"].as_u64() == Some(head))
    };
    server.wait_for("/api/workflows", shows).await;
}

#[test]
fn every_frame_of_the_protocol_is_read_and_written_alike() {
    for example in examples("event") {
        let event: Event = serde_json::from_value(example.clone()).expect("an event");
        assert_eq!(serde_json::to_value(&event).expect("JSON"), example);
    }
    let mut types = Vec::new();
    for example in examples("from-server") {
        let frame: FromServer = FromServer::read(&example.to_string())
            .expect("a frame of the server")
            .expect("a known type");
        assert_eq!(serde_json::to_value(&frame).expect("JSON"), example);
        types.push(example["type"].as_str().unwrap_or_default().to_owned());
    }
    types.sort();
    assert_eq!(types, ["board", "error", "events", "heartbeat", "hello", "snapshot"]);
    let mut types = Vec::new();
    for example in examples("from-browser") {
        let frame: FromBrowser = serde_json::from_value(example.clone()).expect("a frame of the browser");
        assert_eq!(serde_json::to_value(&frame).expect("JSON"), example);
        types.push(example["type"].as_str().unwrap_or_default().to_owned());
    }
    types.dedup();
    assert_eq!(types, ["subscribe", "unsubscribe", "ping"]);
}

#[tokio::test]
async fn the_socket_speaks_as_the_protocol_shows() {
    let server = server().start();
    let push = blocks()
        .into_iter()
        .find(|block| block.is("request"))
        .expect("the first push");
    assert_eq!(send(&server, &push.text).await.status, 200);
    let mut socket = server.socket().await;
    let mut frames = vec![json!({"type": "hello", "data": socket.hello})];
    for asked in examples("from-browser") {
        // A resume from another life gives a snapshot; the unsubscription must not come before it.
        if asked["type"] != "unsubscribe" {
            socket.send(&asked).await;
        }
    }
    socket.send(&json!({"type": "subscrbe", "data": {}})).await;
    let wanted = ["board", "error", "heartbeat", "hello", "snapshot"];
    let types = |frames: &[Value]| -> Vec<String> {
        let mut types: Vec<String> = frames
            .iter()
            .filter_map(|frame| frame["type"].as_str().map(str::to_owned))
            .collect();
        types.sort();
        types.dedup();
        types
    };
    while wanted
        .iter()
        .any(|wanted| !types(&frames).iter().any(|had| had == wanted))
    {
        frames.push(socket.next().await);
    }
    let log = json!({"type": "agent_log_entry", "data": {"adw_id": "c0a43f47", "payload": {"level": "INFO", "message": "planning"}}});
    assert_eq!(
        server.post("/api/agent-state-update", log.to_string()).await.status,
        200
    );
    frames.push(json!({"type": "events", "data": socket.next_of("events").await}));
    for mut example in examples("from-server") {
        // Only while there is more to come.
        if let Some(data) = example["data"].as_object_mut() {
            data.remove("head");
        }
        let real = frames.iter().find(|frame| frame["type"] == example["type"]);
        let real = real.unwrap_or_else(|| panic!("no frame like {example}"));
        assert_eq!(difference(&example, real, "frame"), None, "{real}");
    }
    let example = examples("from-server")
        .into_iter()
        .find(|example| example["type"] == "error");
    let real = frames.iter().find(|frame| frame["type"] == "error");
    assert_eq!(example.as_ref(), real);
}
