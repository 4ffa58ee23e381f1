//! A large workflow: 100,000 events out and in, byte for byte, within bounds of memory, past a client that has stopped.

use std::fmt::Write as _;

use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::{EXPORT, import, said};
use crate::harness::http::parse;
use crate::harness::{PATIENCE, server};

const EVENTS: u64 = 100_000;
/// What an export may add to the memory of a server, in KiB: a fraction of the file, and many times what it needs.
const ROOM_KIB: u64 = 24 * 1024;

/// Clients that stop reading. The hub has four readers.
const STOPPED: usize = 8;

/// An export as a server would have written it.
fn file() -> String {
    let mut file = String::new();
    let text = "All work and no play makes this line as long as a line of a log is. ".repeat(4);
    for seq in 1..=EVENTS {
        // 1000 events a second are still one after the other.
        let (second, ms) = ((seq / 1_000) % 60, seq % 1_000);
        let minute = seq / 60_000;
        writeln!(
            file,
            "{{\"type\":\"agent_log_entry\",\"data\":{{\"adw_id\":\"c0a43f47\",\"seq\":{seq},\"timestamp\":\"2026-01-15T10:{minute:02}:{second:02}.{ms:03}Z\",\
             \"time_source\":\"source\",\"event_type\":\"log_entry\",\"agent\":\"builder\",\"run\":1,\"session_id\":null,\"parent_tool_use_id\":null,\
             \"payload\":{{\"level\":\"INFO\",\"message\":\"{seq} {text}\"}}}}}}"
        )
        .expect("a String grows");
    }
    file
}

#[tokio::test]
async fn a_hundred_thousand_events_go_out_and_in_within_bounds() {
    let file = file();
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().join("large.ndjson");
    std::fs::write(&path, &file).expect("a file");
    let data = folder.path().join("data");
    let output = import(&data, &[&path], None);
    assert!(output.status.success(), "{}", said(&output.stderr));
    assert!(said(&output.stdout).contains(": 100000 events imported, 0 already known"));

    // The others take their time on a busy machine; meanwhile the one that stopped must not be given up.
    let server = server()
        .arguments(["--data".as_ref(), data.as_os_str()])
        .variable("ADWATCH_SLOW_VIEWER", "10m")
        .start();
    let page = server.get("/api/workflows/c0a43f47/events?limit=1000").await;
    assert_eq!(page.json()["head"], EVENTS);
    let before = server.memory_kib("VmRSS");

    // Some clients take the head and a little more, and stop: more of them than there are readers.
    let mut stopped = Vec::new();
    for _ in 0..STOPPED {
        let mut slow = TcpStream::connect(&server.address).await.expect("it accepts");
        let request = format!("GET {EXPORT} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
        slow.write_all(request.as_bytes()).await.expect("it reads");
        let mut taken = vec![0; 64 * 1024];
        slow.read_exact(&mut taken).await.expect("it answers");
        stopped.push((slow, taken));
    }

    // Meanwhile the workflow goes on, and others read it.
    server.push_logs("c0a43f47", ["later".to_owned()]).await;
    for _ in 0..8 {
        assert_eq!(
            server
                .get("/api/workflows/c0a43f47/events?after=500&limit=10")
                .await
                .status,
            200
        );
    }
    let mut others = Vec::new();
    for format in ["ndjson", "json", "csv", "txt"] {
        let answer = server
            .get(&format!("{EXPORT}?format={format}&before={}", EVENTS + 1))
            .await;
        assert_eq!(answer.status, 200);
        others.push(answer);
    }
    assert!(others[0].body == file.as_bytes(), "the same bytes");
    assert_eq!(
        others[2].text().matches("\r\n").count() as u64,
        EVENTS + 1,
        "a header, and a row each"
    );
    assert_eq!(others[3].text().lines().count() as u64, EVENTS);
    let sparse = server.get(&format!("{EXPORT}?q=99999%20all")).await.text();
    assert_eq!(sparse.lines().count(), 1, "{}", sparse.len());

    // One that stopped reads on, and has the cut of its beginning: what came later is not in it.
    let (mut slow, mut taken) = stopped.pop().expect("some have stopped");
    while timeout(PATIENCE, slow.read_buf(&mut taken))
        .await
        .expect("it goes on")
        .expect("it is whole")
        > 0
    {}
    assert!(
        parse(&taken).body == file.as_bytes(),
        "the same bytes, although the workflow went on"
    );

    let grown = server.memory_kib("VmHWM").saturating_sub(before);
    assert!(file.len() as u64 / 1024 > ROOM_KIB, "the file is larger than the room");
    assert!(
        grown < ROOM_KIB,
        "{grown} KiB more for a file of {} KiB",
        file.len() / 1024
    );
}
