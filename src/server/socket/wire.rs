//! The two directions of one socket, served in turns by one task.

use std::future::poll_fn;
use std::io;
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _, ReadBuf};
use tokio::time::timeout;

use super::closing::Code;
use super::decoder::{Breach, Decoder, Incoming};
use super::send_queue::SendQueue;
use crate::connection::Connection;

/// While this much is waiting for a viewer that does not read its answers, nothing more is read from it.
const ANSWERS: usize = 128;
/// Up to this many bytes are copied into one piece, which the operating system sends faster than several.
const SMALL: usize = 1_024;
/// How long a close may take.
const FAREWELL: Duration = Duration::from_secs(2);

/// A socket after its handshake.
pub struct Wire {
    connection: Connection,
    decoder: Decoder,
    pub queue: SendQueue,
}

/// What happened on the wire.
#[derive(Debug)]
pub enum Turn {
    Message(Incoming),
    /// Everything is written.
    Flushed,
}

/// Why the connection has ended.
#[derive(Debug)]
pub enum End {
    /// The other side is gone.
    Gone,
    /// It has read nothing for too long.
    Slow,
    Breach(Breach),
}

impl Wire {
    /// `early` came with the request. Messages may be compressed if both sides have agreed on it.
    pub fn new(connection: Connection, early: &[u8], deflates: bool) -> Self {
        let mut decoder = Decoder::new(deflates);
        decoder.take(early);
        Self {
            connection,
            decoder,
            queue: SendQueue::new(deflates),
        }
    }

    /// Writes what is waiting and reads what arrives, until there is something to report. Nothing is lost if it is dropped.
    pub async fn turn(&mut self) -> Result<Turn, End> {
        poll_fn(|cx| self.poll_turn(cx)).await
    }

    fn poll_turn(&mut self, cx: &mut Context<'_>) -> Poll<Result<Turn, End>> {
        let had_to_write = !self.queue.is_empty();
        let flushed = self.poll_flush(cx);
        if let Poll::Ready(Err(end)) = flushed {
            return Poll::Ready(Err(end));
        }
        // Also checked when there is always something to write, or a busy viewer could never unsubscribe.
        let message = self.poll_message(cx);
        if message.is_ready() {
            return message.map_ok(Turn::Message);
        }
        if had_to_write && flushed.is_ready() {
            return Poll::Ready(Ok(Turn::Flushed));
        }
        Poll::Pending
    }

    fn poll_message(&mut self, cx: &mut Context<'_>) -> Poll<Result<Incoming, End>> {
        loop {
            match self.decoder.next_message() {
                Ok(Some(message)) => return Poll::Ready(Ok(message)),
                Ok(None) if self.queue.frames() > ANSWERS => return Poll::Pending,
                Ok(None) => {}
                Err(breach) => return Poll::Ready(Err(End::Breach(breach))),
            }
            // On the stack, so that an idle socket holds no buffer.
            let mut space = [const { MaybeUninit::uninit() }; 2_048];
            let mut read = ReadBuf::uninit(&mut space);
            match ready!(Pin::new(&mut self.connection).poll_read(cx, &mut read)) {
                Ok(()) if !read.filled().is_empty() => self.decoder.take(read.filled()),
                Ok(()) | Err(_) => return Poll::Ready(Err(End::Gone)),
            }
        }
    }

    fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), End>> {
        while !self.queue.is_empty() {
            let mut small = [0; SMALL];
            let written = if let Some(bytes) = self.queue.copy_to(&mut small) {
                Pin::new(&mut self.connection).poll_write(cx, bytes)
            } else {
                let mut space = SendQueue::space();
                let count = self.queue.pieces(&mut space);
                Pin::new(&mut self.connection).poll_write_vectored(cx, &space[..count])
            };
            match written {
                Poll::Ready(Ok(0)) => return Poll::Ready(Err(End::Gone)),
                Poll::Ready(Ok(bytes)) => self.queue.advance(bytes),
                Poll::Ready(Err(error)) if error.kind() == io::ErrorKind::TimedOut && self.connection.is_stalled() => {
                    return Poll::Ready(Err(End::Slow));
                }
                Poll::Ready(Err(_)) => return Poll::Ready(Err(End::Gone)),
                Poll::Pending => return Poll::Pending,
            }
        }
        Poll::Ready(Ok(()))
    }

    /// Says why the socket is being closed and waits briefly for the other side to confirm.
    pub async fn close(mut self, code: Code, reason: &str) {
        self.queue.close(code, reason);
        self.connection.allow_last_words();
        let agreed = async {
            loop {
                match self.turn().await {
                    Ok(Turn::Message(Incoming::Close(_))) | Err(_) => return,
                    Ok(Turn::Message(_) | Turn::Flushed) => {}
                }
            }
        };
        let _ = timeout(FAREWELL, agreed).await;
        let _ = timeout(FAREWELL, self.connection.shutdown()).await;
    }

    /// Confirms a close.
    pub async fn agree(mut self, code: Option<u16>) {
        let code = code.map_or(Vec::new(), |code| code.to_be_bytes().to_vec());
        self.queue.echo_close(code);
        let _ = timeout(FAREWELL, poll_fn(|cx| self.poll_flush(cx))).await;
        let _ = timeout(FAREWELL, self.connection.shutdown()).await;
    }
}
