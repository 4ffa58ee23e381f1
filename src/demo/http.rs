//! The server that a demo plays into, asked on threads: a demo that is stopped waits for no answer.

use std::{io, thread};

use tokio::sync::oneshot;
use ureq::Agent;
use ureq::http::Request;
use ureq::http::header::CONTENT_TYPE;

use publisher::client::agent;
use publisher::destination::Destination;

/// A board of some thousand workflows.
const LONGEST_ANSWER: u64 = 64 * 1024 * 1024;

/// Why an address cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{0} is not a server address; give one like http://127.0.0.1:4600")]
pub struct UrlError(String);

/// Keeps its connection open.
#[derive(Debug)]
pub struct Client {
    agent: Agent,
    url: String,
}

/// What the server said.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub body: Vec<u8>,
}

impl Client {
    pub fn new(url: &str) -> Result<Self, UrlError> {
        let destination = Destination::parse(url).ok();
        // Demos are for a server at hand, and adwatch itself speaks no TLS.
        let destination = destination.filter(|destination| destination.url().starts_with("http://"));
        let destination = destination.ok_or_else(|| UrlError(url.to_owned()))?;
        Ok(Self {
            agent: agent(&destination),
            url: destination.url().to_owned(),
        })
    }

    pub async fn get(&self, path: &str) -> io::Result<Answer> {
        self.ask(Request::get(format!("{}{path}", self.url)), Vec::new()).await
    }

    pub async fn post_json(&self, path: &str, body: Vec<u8>) -> io::Result<Answer> {
        let request = Request::post(format!("{}{path}", self.url)).header(CONTENT_TYPE, "application/json");
        self.ask(request, body).await
    }

    /// Asks once; what happened on a connection that broke is unknown, so it is for the caller to ask again.
    async fn ask(&self, request: ureq::http::request::Builder, body: Vec<u8>) -> io::Result<Answer> {
        let request = request.body(body).map_err(io::Error::other)?;
        let (answered, answer) = oneshot::channel();
        let agent = self.agent.clone();
        // A thread of the runtime would be waited for at its end.
        thread::Builder::new().name("demo".to_owned()).spawn(move || {
            // Who no longer waits was stopped.
            let _ = answered.send(exchange(&agent, request));
        })?;
        answer.await.map_err(io::Error::other)?
    }
}

fn exchange(agent: &Agent, request: Request<Vec<u8>>) -> io::Result<Answer> {
    let mut response = agent.run(request).map_err(ureq::Error::into_io)?;
    let body = response.body_mut().with_config().limit(LONGEST_ANSWER).read_to_vec();
    Ok(Answer {
        status: response.status().as_u16(),
        body: body.map_err(ureq::Error::into_io)?,
    })
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
    use tokio::net::{TcpListener, TcpStream};

    use super::*;

    #[test]
    fn an_address_is_read_or_refused() {
        for (url, base) in [
            ("http://127.0.0.1:4600", "http://127.0.0.1:4600"),
            ("http://localhost/", "http://localhost"),
            ("http://[::1]:4600/adwatch/", "http://[::1]:4600/adwatch"),
        ] {
            assert_eq!(Client::new(url).expect(url).url, base);
        }
        for bad in [
            "",
            "127.0.0.1:4600",
            "https://127.0.0.1",
            "http://",
            "http://a b",
            "http://x/?q",
            "http://u@h",
        ] {
            assert!(Client::new(bad).is_err(), "{bad}");
        }
    }

    /// The lines of a request's head, and its body.
    async fn request(stream: &mut BufReader<TcpStream>) -> Vec<String> {
        let mut asked = Vec::new();
        let mut length = 0;
        loop {
            let mut line = String::new();
            stream.read_line(&mut line).await.expect("a line");
            if let Some(value) = line.strip_prefix("content-length: ") {
                length = value.trim().parse().expect("a length");
            }
            if line == "\r\n" {
                break;
            }
            asked.push(line.trim().to_owned());
        }
        let mut body = vec![0; length];
        stream.read_exact(&mut body).await.expect("the body");
        asked.push(String::from_utf8(body).expect("text"));
        asked
    }

    #[tokio::test]
    async fn answers_are_read_whole_on_one_connection() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let server = tokio::spawn(async move {
            let (stream, _) = listener.accept().await.expect("a connection");
            let mut stream = BufReader::new(stream);
            let mut asked = Vec::new();
            for answer in [
                "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi",
                "HTTP/1.1 400 Bad\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n",
            ] {
                asked.extend(request(&mut stream).await);
                stream.get_mut().write_all(answer.as_bytes()).await.expect("sent");
            }
            asked
        });
        let client = Client::new(&url).expect("an address");
        let first = client.post_json("/push", b"{}".to_vec()).await.expect("an answer");
        assert_eq!((first.status, first.body.as_slice()), (200, b"hi".as_slice()));
        let second = client.get("/list").await.expect("an answer");
        assert_eq!((second.status, second.body.as_slice()), (400, b"abcde".as_slice()));
        let asked = server.await.expect("done");
        assert!(asked.contains(&"POST /push HTTP/1.1".to_owned()) && asked.contains(&"GET /list HTTP/1.1".to_owned()));
    }

    #[tokio::test]
    async fn a_chunk_of_any_size_is_an_error_and_no_panic() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let server = tokio::spawn(async move {
            let (stream, _) = listener.accept().await.expect("a connection");
            let mut stream = BufReader::new(stream);
            request(&mut stream).await;
            let answer = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nffffffffffffffff\r\nx";
            stream.get_mut().write_all(answer.as_bytes()).await.expect("sent");
        });
        let client = Client::new(&url).expect("an address");
        client.get("/list").await.expect_err("the answer is cut off");
        server.await.expect("done");
    }

    #[test]
    fn a_runtime_ends_while_a_server_is_silent() {
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let client = Client::new(&url).expect("an address");
        let asked = runtime.spawn(async move { client.get("/list").await.map(|answer| answer.status) });
        let (_silent, _) = listener.accept().expect("a connection");
        let (ended, end) = std::sync::mpsc::channel();
        thread::spawn(move || {
            drop(runtime);
            let _ = ended.send(());
        });
        end.recv_timeout(std::time::Duration::from_secs(5))
            .expect("no answer is waited for");
        drop(asked);
    }
}
