//! As much of an HTTP/1.1 client as a publisher needs: one connection to a server on this machine, kept open.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// A server that takes longer to answer counts as gone.
const PATIENCE: Duration = Duration::from_secs(10);
/// A board of some thousand workflows.
const MAX_ANSWER_BYTES: usize = 64 * 1024 * 1024;

/// Why an address cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{0} is not a server address; give one like http://127.0.0.1:4600")]
pub struct UrlError(String);

/// A connection that is made when it is needed.
#[derive(Debug)]
pub struct Client {
    /// Host and port.
    authority: String,
    /// The path before every other.
    base: String,
    connection: Option<BufReader<TcpStream>>,
}

/// What the server said.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub body: Vec<u8>,
}

impl Client {
    pub fn new(url: &str) -> Result<Self, UrlError> {
        let error = || UrlError(url.to_owned());
        let rest = url.strip_prefix("http://").ok_or_else(error)?;
        let (authority, base) = rest.split_once('/').unwrap_or((rest, ""));
        let is_host =
            !authority.is_empty() && !authority.contains(|c: char| c.is_whitespace() || c.is_control() || c == '@');
        if !is_host || base.contains(['?', '#', ' ']) {
            return Err(error());
        }
        let has_port = authority
            .rsplit_once(':')
            .is_some_and(|(_, port)| port.parse::<u16>().is_ok());
        Ok(Self {
            authority: if has_port {
                authority.to_owned()
            } else {
                format!("{authority}:80")
            },
            base: base.trim_end_matches('/').to_owned(),
            connection: None,
        })
    }

    pub async fn get(&mut self, path: &str) -> io::Result<Answer> {
        self.ask(format!("GET {} HTTP/1.1\r\n", self.path(path)), &[]).await
    }

    pub async fn post_json(&mut self, path: &str, body: &[u8]) -> io::Result<Answer> {
        let head = format!(
            "POST {} HTTP/1.1\r\ncontent-type: application/json\r\ncontent-length: {}\r\n",
            self.path(path),
            body.len()
        );
        self.ask(head, body).await
    }

    fn path(&self, path: &str) -> String {
        let slash = if self.base.is_empty() { "" } else { "/" };
        format!("{slash}{}{path}", self.base)
    }

    /// Asks once; what happened on a connection that broke is unknown, so it is for the caller to ask again.
    async fn ask(&mut self, head: String, body: &[u8]) -> io::Result<Answer> {
        let request = [format!("{head}host: {}\r\n\r\n", self.authority).as_bytes(), body].concat();
        // Whatever goes wrong, the next request gets a new connection.
        let kept = self.connection.take();
        let late = || io::Error::new(io::ErrorKind::TimedOut, "the server does not respond");
        let asked = timeout(PATIENCE, exchange(kept, &self.authority, &request)).await;
        let (answer, connection) = asked.map_err(|_| late())??;
        self.connection = connection;
        Ok(answer)
    }
}

async fn exchange(
    kept: Option<BufReader<TcpStream>>,
    authority: &str,
    request: &[u8],
) -> io::Result<(Answer, Option<BufReader<TcpStream>>)> {
    let mut connection = match kept {
        Some(kept) => kept,
        None => {
            let stream = TcpStream::connect(authority).await?;
            stream.set_nodelay(true)?;
            BufReader::new(stream)
        }
    };
    connection.get_mut().write_all(request).await?;
    let broken = |what: &str| io::Error::new(io::ErrorKind::InvalidData, what.to_owned());
    let mut line = String::new();
    connection.read_line(&mut line).await?;
    let status = line.split(' ').nth(1).and_then(|status| status.parse().ok());
    let status = status.ok_or_else(|| broken("this is not an HTTP server"))?;
    let (mut length, mut is_chunked, mut stays) = (None, false, true);
    loop {
        line.clear();
        connection.read_line(&mut line).await?;
        let header = line.trim_end().to_ascii_lowercase();
        if header.is_empty() {
            break;
        }
        match header.split_once(':').map(|(name, value)| (name, value.trim())) {
            Some(("content-length", value)) => length = value.parse::<usize>().ok(),
            Some(("transfer-encoding", value)) => is_chunked = value == "chunked",
            Some(("connection", value)) => stays = value != "close",
            _ => {}
        }
    }
    let mut body = Vec::new();
    if is_chunked {
        loop {
            line.clear();
            connection.read_line(&mut line).await?;
            let size = line.split(';').next().map(str::trim).unwrap_or_default();
            let size = usize::from_str_radix(size, 16).map_err(|_| broken("a chunk without its size"))?;
            if body.len() + size > MAX_ANSWER_BYTES {
                return Err(broken("the answer is too long"));
            }
            let start = body.len();
            body.resize(start + size, 0);
            connection.read_exact(&mut body[start..]).await?;
            line.clear();
            connection.read_line(&mut line).await?;
            if size == 0 {
                break;
            }
        }
    } else if let Some(length) = length {
        if length > MAX_ANSWER_BYTES {
            return Err(broken("the answer is too long"));
        }
        body.resize(length, 0);
        connection.read_exact(&mut body).await?;
    } else {
        stays = false;
        connection.read_to_end(&mut body).await?;
    }
    Ok((Answer { status, body }, stays.then_some(connection)))
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    #[test]
    fn an_address_is_read_or_refused() {
        for (url, authority, base) in [
            ("http://127.0.0.1:4600", "127.0.0.1:4600", ""),
            ("http://localhost/", "localhost:80", ""),
            ("http://[::1]:4600/adwatch/", "[::1]:4600", "adwatch"),
        ] {
            let client = Client::new(url).expect(url);
            assert_eq!((client.authority.as_str(), client.base.as_str()), (authority, base));
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
                let mut line = String::new();
                let mut length = 0;
                loop {
                    line.clear();
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
                stream.get_mut().write_all(answer.as_bytes()).await.expect("sent");
            }
            asked
        });
        let mut client = Client::new(&url).expect("an address");
        let first = client.post_json("/push", b"{}").await.expect("an answer");
        assert_eq!((first.status, first.body.as_slice()), (200, b"hi".as_slice()));
        let second = client.get("/list").await.expect("an answer");
        assert_eq!((second.status, second.body.as_slice()), (400, b"abcde".as_slice()));
        let asked = server.await.expect("done");
        assert!(asked.contains(&"POST /push HTTP/1.1".to_owned()) && asked.contains(&"GET /list HTTP/1.1".to_owned()));
    }
}
