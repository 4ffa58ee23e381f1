//! A viewer for tests: it speaks `adwatch.v1` and keeps account of the seqs it has had.

use std::collections::HashMap;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{self, Message};
use tokio_tungstenite::{WebSocketStream, client_async};

use super::PATIENCE;

/// An open socket.
pub struct Socket {
    inner: WebSocketStream<TcpStream>,
    /// What the first frame said.
    pub hello: Value,
}

/// What a viewer has had of one workflow, as promised: in order, each once, without a hole.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Had {
    /// Where its snapshot stood; 0 if it began with events.
    pub from: u64,
    /// The events after that, by seq.
    pub events: Vec<Value>,
}

impl Had {
    pub fn seq(&self) -> u64 {
        self.from + self.events.len() as u64
    }

    /// The messages of the log entries.
    pub fn messages(&self) -> Vec<&str> {
        let mut all = Vec::new();
        for event in &self.events {
            all.push(event["data"]["payload"]["message"].as_str().expect("a log's message"));
        }
        all
    }

    /// Takes in a snapshot or events; each event must be the next.
    pub fn take(&mut self, frame: &Value) {
        let data = &frame["data"];
        match frame["type"].as_str() {
            Some("snapshot") => {
                let from = data["seq"].as_u64().expect("a seq");
                *self = Self {
                    from,
                    events: Vec::new(),
                };
            }
            Some("events") => {
                assert_eq!(data["from"], self.seq() + 1, "no hole and no repetition");
                for event in data["list"].as_array().expect("a list") {
                    assert_eq!(event["data"]["seq"], self.seq() + 1, "in order, each once");
                    self.events.push(event.clone());
                }
                assert_eq!(data["to"], self.seq(), "the frame holds what it says");
            }
            _ => {}
        }
    }
}

impl Socket {
    /// Connects, names the subprotocol, and takes the hello.
    pub async fn open(address: &str) -> Self {
        let mut socket = Self::open_with(address, &[("sec-websocket-protocol", "adwatch.v1")])
            .await
            .unwrap_or_else(|error| panic!("the socket does not open: {error}"));
        let hello = socket.next().await;
        assert_eq!(hello["type"], "hello", "{hello}");
        socket.hello = hello["data"].clone();
        socket
    }

    /// Connects with exactly these headers beside those of every upgrade; takes nothing.
    pub async fn open_with(address: &str, headers: &[(&'static str, &str)]) -> Result<Self, tungstenite::Error> {
        Self::open_at(address, "/ws", headers).await
    }

    /// The same at another path or with a query.
    pub async fn open_at(
        address: &str,
        path: &str,
        headers: &[(&'static str, &str)],
    ) -> Result<Self, tungstenite::Error> {
        let mut request = format!("ws://{address}{path}")
            .into_client_request()
            .expect("an address");
        for (name, value) in headers {
            request.headers_mut().insert(*name, value.parse().expect("a header"));
        }
        let stream = TcpStream::connect(address).await.expect("the server accepts");
        let (inner, _) = timeout(PATIENCE, client_async(request, stream))
            .await
            .expect("the upgrade is answered")?;
        Ok(Self {
            inner,
            hello: Value::Null,
        })
    }

    pub async fn send(&mut self, frame: &Value) {
        self.send_text(&frame.to_string()).await;
    }

    pub async fn send_text(&mut self, text: &str) {
        self.send_message(Message::text(text)).await;
    }

    pub async fn send_message(&mut self, message: Message) {
        self.inner.send(message).await.expect("the server reads");
    }

    pub async fn subscribe(&mut self, adw_id: &str) {
        self.send(&json!({"type": "subscribe", "data": {"adw_id": adw_id}}))
            .await;
    }

    pub async fn resume(&mut self, adw_id: &str, epoch: &str, after: u64) {
        let data = json!({"adw_id": adw_id, "epoch": epoch, "after": after});
        self.send(&json!({"type": "subscribe", "data": data})).await;
    }

    /// The next frame, heartbeats included.
    pub async fn next(&mut self) -> Value {
        loop {
            match self.message().await {
                Ok(Message::Text(text)) => return serde_json::from_str(&text).expect("frames are JSON"),
                Ok(Message::Ping(_) | Message::Pong(_)) => {}
                other => panic!("a frame was expected, not {other:?}"),
            }
        }
    }

    /// The data of the next frame of that type; others are passed over.
    pub async fn next_of(&mut self, name: &str) -> Value {
        loop {
            let mut frame = self.next().await;
            if frame["type"] == name {
                return frame["data"].take();
            }
        }
    }

    /// The next message of the protocol below the frames.
    pub async fn message(&mut self) -> Result<Message, tungstenite::Error> {
        let message = timeout(PATIENCE, self.inner.next())
            .await
            .expect("the server says something");
        message.unwrap_or(Err(tungstenite::Error::ConnectionClosed))
    }

    /// Reads until the server closes, and gives the code.
    pub async fn closed(&mut self) -> u16 {
        loop {
            match self.message().await {
                Ok(Message::Close(Some(frame))) => return frame.code.into(),
                Ok(Message::Close(None)) => return 1005,
                Ok(_) => {}
                Err(error) => panic!("the socket ended without a close: {error}"),
            }
        }
    }

    /// Follows one workflow until it has the event `seq`, holding the server to its promise.
    pub async fn follow(&mut self, adw_id: &str, had: &mut Had, seq: u64) {
        while had.seq() < seq {
            let frame = self.next().await;
            if frame["data"]["adw_id"] == adw_id {
                had.take(&frame);
            }
        }
    }

    /// Reads frames of several workflows until each has as many events as wanted.
    pub async fn follow_all(&mut self, wanted: &HashMap<String, u64>) -> HashMap<String, Had> {
        let mut all: HashMap<String, Had> = HashMap::new();
        while wanted
            .iter()
            .any(|(id, seq)| all.get(id).is_none_or(|had| had.seq() < *seq))
        {
            let frame = self.next().await;
            if let Some(adw_id) = frame["data"]["adw_id"].as_str() {
                all.entry(adw_id.to_owned()).or_default().take(&frame);
            }
        }
        all
    }
}
