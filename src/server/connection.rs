//! One client's TCP stream, counted while it is open, and closed when the client reads nothing for too long.
//!
//! Requests and upgraded sockets both use it, so a client that has stopped reading cannot hold a connection forever.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::{Sleep, sleep};

/// How many bytes the operating system buffers for sending. A stalled client costs this much and no more.
const UNSENT_BYTES: u32 = 64 * 1024;
/// Added to the time limit for slow clients before a connection whose peer has vanished is closed.
const VANISHED: Duration = Duration::from_secs(10);

/// A stream that counts as one of the open connections.
pub struct Connection {
    stream: TcpStream,
    /// Runs while the client reads nothing; none while it does, so that an idle connection costs no timer.
    stalled: Option<Pin<Box<Sleep>>>,
    patience: Duration,
    _place: OwnedSemaphorePermit,
}

impl Connection {
    pub fn new(stream: TcpStream, place: OwnedSemaphorePermit, patience: Duration) -> Self {
        let socket = SockRef::from(&stream);
        // Frames are small and should be sent at once. A failure to set these options is no reason to refuse a client.
        let _ = socket.set_tcp_nodelay(true);
        #[cfg(target_os = "linux")]
        {
            let _ = socket.set_tcp_notsent_lowat(UNSENT_BYTES);
            let _ = socket.set_tcp_user_timeout(Some(patience + VANISHED));
        }
        Self {
            stream,
            stalled: None,
            patience,
            _place: place,
        }
    }

    /// Whether the last write had to wait, or waited too long.
    pub fn is_stalled(&self) -> bool {
        self.stalled.is_some()
    }

    /// Writes the last words although the client has not read what came before: the operating system delivers them if it
    /// ever reads on.
    pub fn allow_last_words(&mut self) {
        #[cfg(target_os = "linux")]
        let _ = SockRef::from(&self.stream).set_tcp_notsent_lowat(u32::MAX);
        self.stalled = None;
    }

    /// Turns a write that must wait into an error once it has waited too long.
    fn watch<T>(&mut self, cx: &mut Context<'_>, written: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.stalled = None;
            return written;
        }
        let patience = self.patience;
        let stalled = self.stalled.get_or_insert_with(|| Box::pin(sleep(patience)));
        ready!(stalled.as_mut().poll(cx));
        Poll::Ready(Err(io::Error::new(
            io::ErrorKind::TimedOut,
            "the client read nothing for too long",
        )))
    }
}

impl AsyncRead for Connection {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.watch(cx, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, parts);
        self.watch(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
