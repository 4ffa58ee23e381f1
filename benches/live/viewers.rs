//! Many viewers of one workflow: how soon each has an event, and what each costs while nothing happens.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::Semaphore;

use crate::fanout;
use crate::push::Client;
use crate::server::Server;
use crate::socket::Socket;

pub struct Latency {
    pub p50_ms: f64,
    pub p99_ms: f64,
}

/// From the intended time of a push to its arrival at each viewer; every viewer must get every event, in order.
pub async fn latency(server: &Server, viewers: usize, rate: u32, span: Duration) -> Latency {
    let events = u64::from(rate) * span.as_secs();
    let mut client = Client::new(&server.address);
    client.connect().await;
    client.push(&event(0), "\"accepted\":1").await;
    let begin = Instant::now() + Duration::from_secs(3);
    let gate = Arc::new(Semaphore::new(0));
    let tasks: Vec<_> = open(server, viewers)
        .await
        .into_iter()
        .map(|socket| tokio::spawn(follow(socket, events, begin, rate, Arc::clone(&gate))))
        .collect();
    let _ = gate.acquire_many(viewers as u32).await.expect("the viewers are ready");
    for number in 1..=events {
        tokio::time::sleep_until(tokio::time::Instant::from_std(intended(begin, rate, number))).await;
        client.push(&event(number), "\"accepted\":1").await;
    }
    let mut all = Vec::new();
    for task in tasks {
        all.extend(task.await.expect("a viewer ends well"));
    }
    all.sort_unstable();
    let at = |share: f64| all[((all.len() - 1) as f64 * share) as usize] as f64 / 1_000.0;
    Latency {
        p50_ms: at(0.5),
        p99_ms: at(0.99),
    }
}

fn intended(begin: Instant, rate: u32, number: u64) -> Instant {
    begin + Duration::from_secs(1) * number as u32 / rate
}

fn event(number: u64) -> String {
    format!(
        r#"{{"type":"agent_log_entry","data":{{"adw_id":"bench","event_type":"log_entry","payload":{{"level":"INFO","message":"n{number}."}}}}}}"#
    )
}

/// The latency of every event in microseconds.
async fn follow(mut socket: Socket, events: u64, begin: Instant, rate: u32, gate: Arc<Semaphore>) -> Vec<u64> {
    let mut latencies = Vec::with_capacity(events as usize);
    let mut is_ready = false;
    while (latencies.len() as u64) < events {
        let text = socket.text().await;
        if text.starts_with(r#"{"type":"snapshot""#) && !is_ready {
            is_ready = true;
            gate.add_permits(1);
        }
        if !text.starts_with(r#"{"type":"events""#) {
            continue;
        }
        for part in text.split(r#""message":"n"#).skip(1) {
            let number: u64 = part
                .split('.')
                .next()
                .and_then(|n| n.parse().ok())
                .expect("the number of the event");
            assert_eq!(
                number,
                latencies.len() as u64 + 1,
                "nothing missing, nothing twice, in order"
            );
            let late = Instant::now().saturating_duration_since(intended(begin, rate, number));
            latencies.push(late.as_micros() as u64);
        }
    }
    latencies
}

/// What a viewer that follows one workflow adds to the server's resident memory, in bytes.
pub async fn idle_bytes(server: &Server, viewers: usize) -> u64 {
    let mut client = Client::new(&server.address);
    client.connect().await;
    client.push(&event(0), "\"accepted\":1").await;
    // The first hundred bring what any number of viewers needs once.
    let mut held = open(server, 100).await;
    settle(&mut held).await;
    let before = server.resident_bytes();
    let mut more = open(server, viewers).await;
    settle(&mut more).await;
    let after = server.resident_bytes();
    drop(held);
    after.saturating_sub(before) / viewers as u64
}

/// What so many viewers add to the server's resident memory while their workflow is busy, in bytes: at most, over ten seconds.
pub async fn busy_bytes(server: &Server, viewers: usize) -> u64 {
    let mut client = Client::new(&server.address);
    client.connect().await;
    // What a busy workflow takes without a viewer is not what viewers cost.
    let mut sent = 0;
    push_for(&mut client, &mut sent, Duration::from_secs(5)).await;
    let before = server.resident_bytes();
    let mut sockets = open(server, viewers).await;
    settle(&mut sockets).await;
    let begin = sent;
    let (told, last) = tokio::sync::watch::channel(None);
    let tasks: Vec<_> = sockets
        .into_iter()
        .map(|socket| tokio::spawn(fanout::follow(socket, begin, |_, _| {}, last.clone())))
        .collect();
    let mut most = 0;
    for _ in 0..20 {
        push_for(&mut client, &mut sent, Duration::from_millis(500)).await;
        most = most.max(server.resident_bytes());
    }
    told.send(Some(sent)).expect("the viewers are there");
    for task in tasks {
        task.await.expect("a viewer ends well");
    }
    most.saturating_sub(before)
}

/// Two hundred events a second, ten at a time.
async fn push_for(client: &mut Client, sent: &mut u64, span: Duration) {
    let until = Instant::now() + span;
    let mut clock = tokio::time::interval(Duration::from_millis(50));
    while Instant::now() < until {
        clock.tick().await;
        let events: Vec<String> = (1..=10).map(|at| event(*sent + at)).collect();
        client.push(&format!("[{}]", events.join(",")), "\"accepted\":10").await;
        *sent += 10;
    }
}

/// Reads until each has its snapshot.
pub async fn settle(sockets: &mut [Socket]) {
    for socket in sockets.iter_mut() {
        loop {
            if socket.text().await.starts_with(r#"{"type":"snapshot""#) {
                break;
            }
        }
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
}

pub async fn open(server: &Server, count: usize) -> Vec<Socket> {
    let mut sockets = Vec::with_capacity(count);
    for _ in 0..count {
        let mut socket = Socket::open(&server.address).await;
        socket.send(r#"{"type":"subscribe","data":{"adw_id":"bench"}}"#).await;
        sockets.push(socket);
    }
    sockets
}
