//! A viewer's socket with as little work on this side as possible: it shares the processors with the server it measures.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A socket after its handshake (RFC 6455).
pub struct Socket {
    stream: TcpStream,
    received: Vec<u8>,
    /// The bytes at the front of `received` that are done with.
    taken: usize,
}

impl Socket {
    pub async fn open(address: &str) -> Self {
        let mut stream = TcpStream::connect(address).await.expect("the server accepts");
        let request = format!(
            "GET /ws HTTP/1.1\r\nhost: {address}\r\nconnection: Upgrade\r\nupgrade: websocket\r\n\
             sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
             sec-websocket-protocol: adwatch.v1\r\n\r\n"
        );
        stream.write_all(request.as_bytes()).await.expect("the server reads");
        let mut socket = Self {
            stream,
            received: Vec::with_capacity(2_048),
            taken: 0,
        };
        loop {
            socket.receive().await;
            let head = socket.received.windows(4).position(|four| four == b"\r\n\r\n");
            if let Some(end) = head {
                assert!(socket.received.starts_with(b"HTTP/1.1 101 "), "the socket opens");
                socket.taken = end + 4;
                return socket;
            }
        }
    }

    /// Sends a short text, masked with zeros.
    pub async fn send(&mut self, text: &str) {
        assert!(text.len() < 126, "a short text");
        let mut frame = vec![0x81, 0x80 | text.len() as u8, 0, 0, 0, 0];
        frame.extend_from_slice(text.as_bytes());
        self.stream.write_all(&frame).await.expect("the server reads");
    }

    /// The next text; other frames are passed over.
    pub async fn text(&mut self) -> &str {
        let (start, end) = loop {
            let waiting = &self.received[self.taken..];
            let (head, length) = match *waiting {
                [_, 126, a, b, ..] => (4, usize::from(u16::from_be_bytes([a, b]))),
                [_, 127, a, b, c, d, e, f, g, h, ..] => (10, u64::from_be_bytes([a, b, c, d, e, f, g, h]) as usize),
                [_, length @ 0..126, ..] => (2, usize::from(length)),
                _ => (usize::MAX / 2, 0),
            };
            if waiting.len() < head + length {
                self.receive().await;
                continue;
            }
            let is_text = waiting[0] == 0x81;
            let start = self.taken + head;
            self.taken = start + length;
            if is_text {
                break (start, self.taken);
            }
        };
        std::str::from_utf8(&self.received[start..end]).expect("a text")
    }

    async fn receive(&mut self) {
        self.received.drain(..self.taken);
        self.taken = 0;
        self.received.reserve(2_048);
        let count = self.stream.read_buf(&mut self.received).await;
        assert!(
            count.expect("the socket stays open") > 0,
            "the server closed the socket"
        );
    }
}
