//! Sends events to a server: in batches, in order, and repeatedly until the server has them. A workflow never waits for it.

use std::time::Duration;

use serde_json::Value;
use tokio::sync::mpsc;
use tracing::{info, warn};

use super::http::Client;

/// How much can wait while the server is down: hours of a demo. Anything beyond that is dropped and counted.
const WAITING: usize = 50_000;
const BATCH: usize = 500;
const PATH: &str = "/api/agent-state-update";
const FIRST_PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Takes events; cheap to copy.
#[derive(Clone, Debug)]
pub struct Publisher(mpsc::Sender<Value>);

impl Publisher {
    /// The publisher, and what must run for it to work.
    pub fn new(client: Client) -> (Self, impl Future<Output = ()> + Send) {
        let (sender, waiting) = mpsc::channel(WAITING);
        (Self(sender), deliver(client, waiting))
    }

    pub fn publish(&self, event: Value) {
        if self.0.try_send(event).is_err() {
            warn!("too many events are waiting for the server; dropped an event of the demo");
        }
    }
}

async fn deliver(client: Client, mut waiting: mpsc::Receiver<Value>) {
    let mut batch = Vec::with_capacity(BATCH);
    while waiting.recv_many(&mut batch, BATCH).await > 0 {
        let body = Value::Array(std::mem::take(&mut batch)).to_string();
        let mut pause = FIRST_PAUSE;
        while let Err(reason) = send(&client, body.as_bytes()).await {
            if pause == FIRST_PAUSE {
                warn!(%reason, "cannot push events; will keep trying");
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
        if pause > FIRST_PAUSE {
            info!("pushing events again");
        }
    }
}

/// Sends a batch; an error says that it is worth sending again, which the events' ids make safe.
async fn send(client: &Client, body: &[u8]) -> Result<(), String> {
    let answer = client
        .post_json(PATH, body.to_vec())
        .await
        .map_err(|error| error.to_string())?;
    let text = String::from_utf8_lossy(&answer.body);
    match answer.status {
        200..300 => {
            let reply: Value = serde_json::from_str(&text).unwrap_or_default();
            let refused = reply.get("refused").and_then(Value::as_array).map_or(0, Vec::len);
            if refused > 0 {
                warn!(refused, reply = %text, "the server rejected events of the demo");
            }
            Ok(())
        }
        400..500 if answer.status != 408 && answer.status != 429 => {
            warn!(status = answer.status, reply = %text, "the server rejected events of the demo");
            Ok(())
        }
        status => Err(format!("the server answered {status}")),
    }
}
