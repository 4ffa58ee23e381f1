//! The plain feed, for clients that name no subprotocol: every event of every workflow as it happens, a frame each.
//!
//! Live only. A client that reads too slowly is told how many events it missed, and can fetch them by REST.

use axum::http::Uri;
use serde_json::{Value, json};

use super::closing::Code;
use super::decoder::{Breach, Incoming};
use super::ticker::Heartbeats;
use super::viewer::{Counted, Farewell};
use super::wire::{End, Turn, Wire};
use crate::clock;
use crate::hub::{Bell, FeedNext, FeedSubscription, Frame, Types};
use crate::shared::Shared;
use domain::adw_id::AdwId;

/// How much may wait for the client before more is taken from the ring.
const FRAMES_AT_ONCE: usize = 64;
const BYTES_AT_ONCE: usize = 256 * 1024;
/// How many workflows one client may name; one that names more gets all.
const NAMED: usize = 256;

/// See the module.
pub struct Plain {
    wire: Wire,
    feed: FeedSubscription,
    bell: Bell,
    beats: Heartbeats,
    types: Types,
    /// The workflows the client asked for; all if it asked for none.
    only: Vec<AdwId>,
    _counted: Counted,
}

impl Plain {
    pub fn new(mut wire: Wire, shared: &Shared, types: Types) -> Self {
        let bell = Bell::new();
        let feed = shared.hub.live.subscribe_feed(&bell);
        let hello =
            json!({"epoch": shared.hub.epoch(), "server_time": clock::now(), "message": "connected to adwatch"});
        wire.queue.text(frame("connection_ack", &hello));
        Self {
            wire,
            feed,
            bell,
            beats: shared.ticker.beats(),
            types,
            only: Vec::new(),
            _counted: Counted::new(&shared.viewers),
        }
    }

    /// Serves the client until one side closes the connection.
    pub async fn run(mut self) {
        let farewell = self.serve().await;
        let Self { wire, _counted, .. } = self;
        farewell.say(wire).await;
    }

    async fn serve(&mut self) -> Farewell {
        let mut may_have_more = true;
        loop {
            if may_have_more && self.wire.queue.is_empty() {
                may_have_more = self.fill();
            }
            tokio::select! {
                turn = self.wire.turn() => match turn {
                    Ok(Turn::Flushed) => {}
                    Ok(Turn::Message(Incoming::Text(text))) => self.answer(&text),
                    Ok(Turn::Message(Incoming::Ping(payload))) => self.wire.queue.pong(payload),
                    Ok(Turn::Message(Incoming::Pong | Incoming::Binary)) => {}
                    Ok(Turn::Message(Incoming::Close(code))) => return Farewell::Agreed(code),
                    Err(End::Gone) => return Farewell::Gone,
                    Err(End::Slow) => return Farewell::Close(Code::Slow, "the client read nothing for too long"),
                    Err(End::Breach(Breach(code, why))) => return Farewell::Close(code, why),
                },
                () = self.bell.rung(), if !may_have_more => may_have_more = true,
                beat = self.beats.changed() => if beat.is_err() {
                    return Farewell::Close(Code::Restart, "adwatch is stopping or restarting");
                },
            }
        }
    }

    /// Takes what is new; returns whether there may be more.
    fn fill(&mut self) -> bool {
        let queue = &mut self.wire.queue;
        while queue.frames() < FRAMES_AT_ONCE && queue.bytes() < BYTES_AT_ONCE {
            match self.feed.take() {
                None => return !queue.is_empty(),
                Some(FeedNext::Missed(count)) => {
                    let message = format!(
                        "{count} events came faster than they were read; GET /api/workflows/{{adw_id}}/events has them"
                    );
                    queue.text(frame(
                        "error",
                        &json!({"code": "missed", "message": message, "count": count}),
                    ));
                }
                Some(FeedNext::Event(event)) => {
                    if self.only.is_empty() || self.only.contains(&event.adw_id) {
                        event.frames(self.types).into_iter().for_each(|frame| queue.text(frame));
                    }
                }
            }
        }
        true
    }

    /// Older front ends put the adw_id beside the type or into `data`, and send more than is known here.
    fn answer(&mut self, text: &str) {
        let asked: Value = serde_json::from_str(text).unwrap_or(Value::Null);
        let named = || {
            let name = asked["data"]["adw_id"].as_str().or_else(|| asked["adw_id"].as_str())?;
            name.parse::<AdwId>().ok()
        };
        let now = clock::now();
        let answer = match asked["type"].as_str() {
            Some("ping") => frame("pong", &json!({"timestamp": now})),
            Some("subscribe") => {
                let Some(adw_id) = named() else {
                    let message = "subscribe needs the adw_id of a workflow";
                    self.wire
                        .queue
                        .text(frame("error", &json!({"code": "bad_data", "message": message})));
                    return;
                };
                if !self.only.contains(&adw_id) && self.only.len() < NAMED {
                    self.only.push(adw_id.clone());
                }
                frame("subscribed", &json!({"adw_id": adw_id, "timestamp": now}))
            }
            Some("unsubscribe") => {
                let adw_id = named();
                self.only.retain(|known| Some(known) != adw_id.as_ref());
                frame("unsubscribed", &json!({"adw_id": adw_id, "timestamp": now}))
            }
            _ if text.trim() == "ping" => frame("pong", &json!({"timestamp": now})),
            _ => return,
        };
        self.wire.queue.text(answer);
    }
}

/// Reads `?types=`.
pub fn types(uri: &Uri) -> Result<Types, &'static str> {
    let query = uri.query().unwrap_or_default();
    let asked = query.split('&').find_map(|pair| pair.strip_prefix("types="));
    match asked {
        None | Some("" | "both" | "all") => Ok(Types::Both),
        Some("current") => Ok(Types::Current),
        Some("older") => Ok(Types::Older),
        Some(_) => Err("types must be current or older; leave it out for both"),
    }
}

fn frame(name: &str, data: &Value) -> Frame {
    Frame::from(json!({"type": name, "data": data}).to_string())
}
