//! Events that come in batches, to many viewers of one workflow: how many deliveries the server makes in a second.
//!
//! A few batches are on their way at a time: enough that neither side waits for the other, and so few that nobody falls out
//! of what the server holds in memory for all. Every viewer checks that it gets every seq once and in order.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::{Semaphore, watch};

use crate::push::{self, Client};
use crate::row;
use crate::runs::{Runs, TIMES};
use crate::server::Server;
use crate::socket::Socket;
use crate::viewers;

const SPAN: Duration = Duration::from_secs(3);
/// Batches that are pushed before all viewers have the oldest of them.
const ON_THEIR_WAY: usize = 4;

pub async fn run() {
    for (batch, viewers) in [(100, 50), (100, 500), (1_000, 50)] {
        let (mut rates, mut costs) = (Vec::new(), Vec::new());
        for _ in 0..TIMES {
            let (rate, cost_us) = deliver(batch, viewers).await;
            rates.push(rate);
            costs.push(cost_us);
        }
        let what = format!("batches of {} to {viewers} viewers", crate::thousands(batch));
        row(
            &format!("deliveries a second, {what}"),
            &Runs::of(rates).whole(),
            ["500,000", "1,200,000"],
        );
        row(
            &format!("server's processor time per delivery, {what}"),
            &Runs::of(costs).decimal("µs"),
            ["", ""],
        );
    }
}

/// Deliveries a second, and the microseconds of processor time that the server took for each.
async fn deliver(batch: u64, viewers: usize) -> (f64, f64) {
    let server = Server::start();
    let mut client = Client::new(&server.address);
    client.connect().await;
    client.push(&push::event("bench", "first"), "\"accepted\":1").await;
    let mut sockets = viewers::open(&server, viewers).await;
    viewers::settle(&mut sockets).await;
    let bodies: Vec<String> = (0..).take(64).map(|number| body(batch, number)).collect();
    let had = Arc::new(Semaphore::new(viewers * ON_THEIR_WAY));
    let (told, last) = watch::channel(None);
    let tasks: Vec<_> = sockets
        .into_iter()
        .map(|socket| {
            let had = Arc::clone(&had);
            let whole = move |from, to| had.add_permits(((to - 1) / batch - (from - 1) / batch) as usize);
            tokio::spawn(follow(socket, 1, whole, last.clone()))
        })
        .collect();
    drop(last);
    let (begin, cpu) = (Instant::now(), server.cpu_seconds());
    let accepted = format!("\"accepted\":{batch}");
    let mut batches = 0;
    while begin.elapsed() < SPAN {
        let room = had.acquire_many(viewers as u32).await.expect("the viewers are there");
        room.forget();
        client.push(&bodies[batches as usize % bodies.len()], &accepted).await;
        batches += 1;
    }
    told.send(Some(1 + batches * batch)).expect("the viewers are there");
    for task in tasks {
        task.await.expect("a viewer ends well");
    }
    let deliveries = (batches * batch * viewers as u64) as f64;
    let rate = deliveries / begin.elapsed().as_secs_f64();
    (rate, (server.cpu_seconds() - cpu) * 1_000_000.0 / deliveries)
}

/// Events without an id of their own, so that the same body can be pushed again.
fn body(batch: u64, number: u64) -> String {
    let events: Vec<String> = (0..batch)
        .map(|at| {
            format!(
                r#"{{"type":"agent_log_entry","data":{{"adw_id":"bench","event_type":"log_entry","agent":"sdlc_implementor","payload":{{"level":"INFO","message":"pnpm vitest run test/webhooks/retry.test.ts: {} passed"}}}}}}"#,
                number * batch + at
            )
        })
        .collect();
    format!("[{}]", events.join(","))
}

/// Takes every event after `seq` up to the last, once that is known; `had` is told of each step from one seq to another.
pub async fn follow(mut socket: Socket, mut seq: u64, had: impl Fn(u64, u64), mut last: watch::Receiver<Option<u64>>) {
    while last.borrow_and_update().is_none_or(|last| seq < last) {
        tokio::select! {
            text = socket.text() => {
                let Some(to) = events_after(seq, text) else { continue };
                had(seq, to);
                seq = to;
            }
            changed = last.changed() => changed.expect("the last seq is told"),
        }
    }
}

/// The last seq of an `events` frame, which must begin right after `seq`; its events must be those that its head names.
pub fn events_after(seq: u64, text: &str) -> Option<u64> {
    if !text.starts_with(r#"{"type":"events""#) {
        return None;
    }
    let (from, to) = (number(text, r#""from":"#), number(text, r#""to":"#));
    let first = number(text, r#""seq":"#);
    let last_event = text.rfind(r#""event_type":"#).expect("an event");
    let at = text[..last_event]
        .rfind(r#""seq":"#)
        .expect("the seq of the last event");
    let last = number(&text[at..], r#""seq":"#);
    assert!(
        from == seq + 1 && first == from && last == to && text.ends_with("]}}"),
        "nothing missing, nothing twice, in order: {seq} is followed by {from} to {to}, in truth {first} to {last}"
    );
    Some(to)
}

fn number(text: &str, field: &str) -> u64 {
    let rest = &text[text.find(field).expect("the field is there") + field.len()..];
    let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    rest[..end].parse().expect("a number")
}
