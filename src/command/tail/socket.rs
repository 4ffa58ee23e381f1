//! The WebSocket `adwatch.v1`, read with a timeout.

use std::io;
use std::net::{TcpStream, ToSocketAddrs as _};
use std::time::Duration;

use tungstenite::client::{ClientRequestBuilder, client};
use tungstenite::http::Uri;
use tungstenite::{Error, Message, WebSocket};

use domain::frame::{FromBrowser, PROTOCOL};
use publisher::destination::Destination;

const CONNECT_WITHIN: Duration = Duration::from_secs(2);
const GREETED_WITHIN: Duration = Duration::from_secs(5);

/// An open socket.
pub struct Socket(WebSocket<TcpStream>);

/// What arrived.
#[derive(Debug)]
pub enum Heard {
    Text(String),
    /// Nothing within the timeout.
    Nothing,
    Closed,
}

impl Socket {
    /// Opens it. It is not supported over TLS, where pages of events are used instead.
    pub fn open(destination: &Destination, token: Option<&str>) -> Result<Self, String> {
        let url = destination.url();
        let rest = url
            .strip_prefix("http://")
            .ok_or("WebSocket over TLS is not supported")?;
        let authority = rest.split('/').next().unwrap_or(rest);
        let port = authority
            .rsplit_once(':')
            .filter(|(_, port)| port.parse::<u16>().is_ok());
        let named = if port.is_some() {
            authority.to_owned()
        } else {
            format!("{authority}:80")
        };
        let stream = connect(&named).map_err(|error| error.to_string())?;
        let uri: Uri = format!("ws://{rest}/ws")
            .parse()
            .map_err(|_| "the address cannot be read")?;
        let mut request = ClientRequestBuilder::new(uri).with_sub_protocol(PROTOCOL);
        if let Some(token) = token {
            request = request.with_header("authorization", format!("Bearer {token}"));
        }
        let (socket, _) = client(request, stream).map_err(|error| error.to_string())?;
        Ok(Self(socket))
    }

    pub fn send(&mut self, frame: &FromBrowser) -> Result<(), Error> {
        let text = serde_json::to_string(frame).map_err(|error| Error::Io(error.into()))?;
        self.0.send(Message::text(text))
    }

    /// Waits for the next frame, at most this long.
    pub fn hear(&mut self, within: Duration) -> Heard {
        // A timeout of zero would mean forever.
        let within = within.max(Duration::from_millis(1));
        if self.0.get_mut().set_read_timeout(Some(within)).is_err() {
            return Heard::Closed;
        }
        match self.0.read() {
            Ok(Message::Text(text)) => Heard::Text(text.as_str().to_owned()),
            Ok(Message::Binary(_) | Message::Ping(_) | Message::Pong(_) | Message::Frame(_)) => Heard::Nothing,
            Err(Error::Io(error)) if is_late(&error) => Heard::Nothing,
            Ok(Message::Close(_)) | Err(_) => Heard::Closed,
        }
    }
}

fn connect(authority: &str) -> io::Result<TcpStream> {
    let mut last = io::Error::new(io::ErrorKind::NotFound, format!("{authority} is not an address"));
    for address in authority.to_socket_addrs()? {
        match TcpStream::connect_timeout(&address, CONNECT_WITHIN) {
            Ok(stream) => {
                stream.set_nodelay(true)?;
                stream.set_read_timeout(Some(GREETED_WITHIN))?;
                stream.set_write_timeout(Some(GREETED_WITHIN))?;
                return Ok(stream);
            }
            Err(error) => last = error,
        }
    }
    Err(last)
}

fn is_late(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut | io::ErrorKind::Interrupted
    )
}
