//! The smallest HTTP client that a test needs: it sends exactly the headers it is told, and reads to the end.

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::PATIENCE;

/// An answer, whole.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }
}

/// Asks once, on a connection of its own. `Host` is the address unless `headers` name another.
pub async fn ask(address: &str, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
    let mut head = format!("{method} {path} HTTP/1.1\r\nconnection: close\r\n");
    let named = |name: &str| headers.iter().any(|(known, _)| known.eq_ignore_ascii_case(name));
    if !named("host") {
        head += &format!("host: {address}\r\n");
    }
    if !body.is_empty() && !named("transfer-encoding") && !named("content-length") {
        head += &format!("content-length: {}\r\n", body.len());
    }
    for (name, value) in headers {
        head += &format!("{name}: {value}\r\n");
    }
    head += "\r\n";
    let mut stream = TcpStream::connect(address).await.expect("the server accepts");
    stream.write_all(head.as_bytes()).await.expect("the server reads");
    // The answer may come before the whole body was taken.
    let _ = stream.write_all(body).await;
    let mut bytes = Vec::new();
    // A long answer may take its time, as long as it goes on.
    loop {
        let read = timeout(PATIENCE, stream.read_buf(&mut bytes)).await;
        let read = read.unwrap_or_else(|_| panic!("{method} {path} is not answered"));
        assert!(read.is_ok() || !bytes.is_empty(), "{method} {path}: {read:?}");
        if read.is_ok_and(|count| count > 0) {
            continue;
        }
        return parse(&bytes);
    }
}

/// Reads an answer from its bytes.
pub fn parse(bytes: &[u8]) -> Answer {
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n");
    let end = end.unwrap_or_else(|| panic!("no whole head: {:?}", String::from_utf8_lossy(bytes)));
    let head = std::str::from_utf8(&bytes[..end]).expect("heads are ASCII");
    let mut lines = head.split("\r\n");
    let status = lines.next().and_then(|line| line.split(' ').nth(1)?.parse().ok());
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let mut answer = Answer {
        status: status.expect("a status"),
        headers,
        body: bytes[end + 4..].to_vec(),
    };
    if answer.header("transfer-encoding") == Some("chunked") {
        answer.body = joined(&answer.body);
    }
    answer
}

fn joined(mut chunks: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    loop {
        let line = chunks
            .windows(2)
            .position(|two| two == b"\r\n")
            .expect("the size of a chunk");
        let size = std::str::from_utf8(&chunks[..line]).expect("a size in hex");
        let size = usize::from_str_radix(size, 16).expect("a size in hex");
        if size == 0 {
            return body;
        }
        body.extend_from_slice(&chunks[line + 2..line + 2 + size]);
        chunks = &chunks[line + 2 + size + 2..];
    }
}
