//! What becomes of a tail when the server is killed, loses events, or lets no socket through.

use std::net::{Shutdown, TcpListener, TcpStream};

use super::*;

#[tokio::test]
async fn a_server_that_is_killed_and_comes_back_leaves_no_gap_and_no_double() {
    let port = TcpListener::bind("127.0.0.1:0")
        .and_then(|listener| listener.local_addr())
        .expect("a port");
    let mut server = server().arguments(["--listen", &port.to_string()]).start();
    server.push_logs(ID, logs(0..5)).await;
    let mut tail = Tail::start(&server, &["--json", "--since", "0"]);
    let mut seen: Vec<u64> = (0..5).map(|_| tail.seq()).collect();
    for round in 0..3_u32 {
        // It follows: what is pushed now comes by the socket.
        server.push_logs(ID, logs(0..1)).await;
        seen.push(tail.seq());
        server = tail
            .while_asleep(async {
                let server = if round == 1 {
                    server.restart()
                } else {
                    server.kill_and_restart()
                };
                server.push_logs(ID, logs(0..700)).await;
                server
            })
            .await;
        seen.extend((0..700).map(|_| tail.seq()));
        for told in [
            "lost the connection to the server; trying to reconnect",
            "connected to the server again",
            "adwatch: 700 events recovered",
        ] {
            let said = tail.says();
            assert!(said.ends_with(told), "{said}");
        }
    }
    assert_eq!(seen, (1..=seen.len() as u64).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_tail_that_was_stopped_for_a_while_misses_nothing() {
    let server = server().start();
    server.push_logs(ID, logs(0..1)).await;
    let mut tail = Tail::start(&server, &["--json"]);
    assert_eq!(tail.seq(), 1);
    server.push_logs(ID, logs(1..2)).await;
    assert_eq!(tail.seq(), 2);
    tail.while_asleep(server.push_logs(ID, logs(2..30))).await;
    assert_eq!(
        (3..=30).map(|_| tail.seq()).collect::<Vec<_>>(),
        (3..=30).collect::<Vec<_>>()
    );
}

#[tokio::test]
async fn after_a_snapshot_the_events_before_it_come_from_pages() {
    let port = TcpListener::bind("127.0.0.1:0")
        .and_then(|listener| listener.local_addr())
        .expect("a port");
    let server = server().arguments(["--listen", &port.to_string()]).start();
    let mut tail = Tail::start(&server, &["--json"]);
    assert!(tail.says().contains("waiting for workflow"));
    // Who knows nothing of a workflow gets a snapshot of it.
    let server = tail
        .while_asleep(async {
            let server = server.kill_and_restart();
            server.push_logs(ID, logs(0..900)).await;
            server
        })
        .await;
    let seen: Vec<u64> = (0..900).map(|_| tail.seq()).collect();
    assert_eq!(seen, (1..=900).collect::<Vec<_>>());
    server.push_logs(ID, logs(0..1)).await;
    assert_eq!(tail.seq(), 901);
}

#[tokio::test]
async fn in_a_new_life_of_the_journal_what_is_other_is_shown() {
    let port = TcpListener::bind("127.0.0.1:0")
        .and_then(|listener| listener.local_addr())
        .expect("a port");
    let server = server().arguments(["--listen", &port.to_string()]).start();
    server.push_logs(ID, logs(0..3)).await;
    let backup = tempfile::TempDir::new().expect("a folder");
    let copy = |from: &std::path::Path, to: &std::path::Path| {
        for file in std::fs::read_dir(from).expect("a journal").flatten() {
            if file.path().is_file() {
                std::fs::copy(file.path(), to.join(file.file_name())).expect("room");
            }
        }
    };
    let server = server.restart_after(|data| copy(data, backup.path()));
    server.push_logs(ID, logs(3..6)).await;
    let mut tail = Tail::start(&server, &["--json", "--since", "0"]);
    assert_eq!((0..6).map(|_| tail.seq()).collect::<Vec<_>>(), [1, 2, 3, 4, 5, 6]);
    server.push_logs(ID, logs(6..7)).await;
    assert_eq!(tail.seq(), 7);
    // What came after the third is gone, and the journal says that it is another.
    let server = tail
        .while_asleep(async {
            let server = server.restart_after(|data| {
                std::fs::remove_dir_all(data).expect("ours");
                std::fs::create_dir(data).expect("ours");
                copy(backup.path(), data);
                let journal = rusqlite::Connection::open(data.join("journal.db")).expect("a journal");
                let begun = journal.execute("UPDATE meta SET value = 'another' WHERE name = 'epoch'", []);
                assert_eq!(begun.expect("a journal"), 1);
            });
            server.push_logs(ID, logs(20..22)).await;
            server
        })
        .await;
    assert_eq!((tail.seq(), tail.seq()), (4, 5));
    server.push_logs(ID, logs(22..23)).await;
    assert_eq!(tail.seq(), 6);
}

#[tokio::test]
async fn where_no_socket_can_be_had_it_asks() {
    let server = server().start();
    server.push_logs(ID, logs(0..2)).await;
    let mut tail = Tail::spawn(&mut command_at(&without_sockets(&server.address), &["--json"]));
    assert_eq!((tail.seq(), tail.seq()), (1, 2));
    while !tail.says().contains("WebSocket unavailable; polling every") {}
    server.push_logs(ID, logs(2..4)).await;
    assert_eq!((tail.seq(), tail.seq()), (3, 4));
}

/// The address of something between that lets no socket through.
fn without_sockets(server: &str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address").to_string();
    let server = server.to_owned();
    std::thread::spawn(move || {
        for client in listener.incoming().flatten() {
            let server = server.clone();
            std::thread::spawn(move || pass(client, &server));
        }
    });
    address
}

fn pass(mut client: TcpStream, server: &str) -> std::io::Result<()> {
    let mut asked = [0; 8];
    let count = client.peek(&mut asked)?;
    if asked[..count].starts_with(b"GET /ws") {
        return client.shutdown(Shutdown::Both);
    }
    let mut onward = TcpStream::connect(server)?;
    let (mut answers, mut back) = (onward.try_clone()?, client.try_clone()?);
    std::thread::spawn(move || std::io::copy(&mut answers, &mut back));
    std::io::copy(&mut client, &mut onward)?;
    onward.shutdown(Shutdown::Write)
}
