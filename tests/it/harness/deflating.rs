//! A viewer that speaks `permessage-deflate` (RFC 7692), bare enough to count bytes and to send what no library would.

use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::PATIENCE;
use super::http::{Answer, parse};

const MASK: [u8; 4] = [0x37, 0xfa, 0x21, 0x3d];

/// An open socket.
pub struct Deflating {
    stream: TcpStream,
    waiting: Vec<u8>,
    /// What the server answered to the upgrade.
    pub answer: Answer,
    /// Bytes of all frames of the server, heads included.
    pub received_bytes: usize,
    /// Bytes of all texts of the server, as they were before they were deflated.
    pub text_bytes: usize,
    /// Texts that came deflated.
    pub deflated: usize,
}

/// A frame of the server.
#[derive(Debug, PartialEq)]
pub enum Received {
    Text(String),
    Pong(Vec<u8>),
    Close(u16),
}

impl Deflating {
    /// Connects with these headers beside those of every upgrade.
    pub async fn open(address: &str, headers: &[(&str, &str)]) -> Self {
        let mut request = format!(
            "GET /ws HTTP/1.1\r\nhost: {address}\r\nconnection: Upgrade\r\nupgrade: websocket\r\n\
             sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        );
        for (name, value) in headers {
            request += &format!("{name}: {value}\r\n");
        }
        request += "\r\n";
        let mut stream = TcpStream::connect(address).await.expect("the server accepts");
        stream.write_all(request.as_bytes()).await.expect("the server reads");
        let mut waiting = Vec::new();
        let end = loop {
            let read = timeout(PATIENCE, stream.read_buf(&mut waiting)).await;
            assert!(read.expect("an answer").expect("an answer") > 0, "the server hung up");
            if let Some(end) = waiting.windows(4).position(|four| four == b"\r\n\r\n") {
                break end + 4;
            }
        };
        let answer = parse(&waiting[..end]);
        assert_eq!(answer.status, 101);
        waiting.drain(..end);
        Self {
            stream,
            waiting,
            answer,
            received_bytes: 0,
            text_bytes: 0,
            deflated: 0,
        }
    }

    /// A page's socket with the extension.
    pub async fn page(address: &str) -> Self {
        let headers = [
            ("sec-websocket-protocol", "adwatch.v1"),
            ("sec-websocket-extensions", "permessage-deflate; client_max_window_bits"),
        ];
        Self::open(address, &headers).await
    }

    /// Sends a frame whose first byte is exactly this.
    pub async fn send(&mut self, first: u8, payload: &[u8]) {
        let mut bytes = vec![first];
        match payload.len() {
            0..126 => bytes.push(0x80 | payload.len() as u8),
            _ => {
                bytes.push(0x80 | 126);
                bytes.extend((payload.len() as u16).to_be_bytes());
            }
        }
        bytes.extend(MASK);
        bytes.extend(payload.iter().enumerate().map(|(at, byte)| byte ^ MASK[at % 4]));
        self.stream.write_all(&bytes).await.expect("the server reads");
    }

    /// Sends a deflated text.
    pub async fn send_deflated(&mut self, text: &str) {
        self.send(0xc1, &deflate(text.as_bytes())).await;
    }

    pub async fn subscribe(&mut self, adw_id: &str) {
        let frame = json!({"type": "subscribe", "data": {"adw_id": adw_id}});
        self.send_deflated(&frame.to_string()).await;
    }

    /// The next frame, whole.
    pub async fn receive(&mut self) -> Received {
        let (start, end) = loop {
            let (head, length) = match *self.waiting {
                [_, 126, a, b, ..] => (4, usize::from(u16::from_be_bytes([a, b]))),
                [_, 127, a, b, c, d, e, f, g, h, ..] => (10, u64::from_be_bytes([a, b, c, d, e, f, g, h]) as usize),
                [_, length @ 0..126, ..] => (2, usize::from(length)),
                _ => (2, usize::MAX / 2),
            };
            if self.waiting.len() >= head + length {
                break (head, head + length);
            }
            let read = timeout(PATIENCE, self.stream.read_buf(&mut self.waiting)).await;
            assert!(read.expect("a frame").expect("a frame") > 0, "the server hung up");
        };
        let first = self.waiting[0];
        let payload = self.waiting[start..end].to_vec();
        self.waiting.drain(..end);
        self.received_bytes += end;
        match first {
            0x81 | 0xc1 => {
                let is_deflated = first == 0xc1;
                self.deflated += usize::from(is_deflated);
                let bytes = if is_deflated { inflate(&payload) } else { payload };
                self.text_bytes += bytes.len();
                Received::Text(String::from_utf8(bytes).expect("UTF-8"))
            }
            0x88 => Received::Close(u16::from_be_bytes([payload[0], payload[1]])),
            0x8a => Received::Pong(payload),
            other => panic!("a frame that begins with {other:#x}"),
        }
    }

    /// The next text, as JSON.
    pub async fn next(&mut self) -> Value {
        match self.receive().await {
            Received::Text(text) => serde_json::from_str(&text).expect("frames are JSON"),
            other => panic!("a text was expected, not {other:?}"),
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

    /// Reads until the server closes, and gives the code.
    pub async fn closed(&mut self) -> u16 {
        loop {
            if let Received::Close(code) = self.receive().await {
                return code;
            }
        }
    }
}

/// A message by itself, without the four bytes that end every one.
pub fn deflate(message: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(message.len() + 1_024);
    let mut deflater = Compress::new(Compression::best(), false);
    let done = deflater.compress_vec(message, &mut out, FlushCompress::Sync);
    done.expect("there is room for it");
    out.strip_suffix(&[0, 0, 0xff, 0xff])
        .expect("the mark of the end")
        .to_vec()
}

/// A message that may refer to nothing before it.
fn inflate(payload: &[u8]) -> Vec<u8> {
    let whole = [payload, &[0, 0, 0xff, 0xff]].concat();
    let mut inflater = Decompress::new(false);
    let mut out = Vec::with_capacity(1_024);
    while (inflater.total_in() as usize) < whole.len() || out.len() == out.capacity() {
        out.reserve(out.capacity());
        let rest = &whole[inflater.total_in() as usize..];
        let done = inflater.decompress_vec(rest, &mut out, FlushDecompress::Sync);
        done.expect("the server's deflate is sound");
    }
    out
}
