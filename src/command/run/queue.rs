//! The child's output that is still to be parsed. The child never waits for it.
//!
//! Bounded: when it is full, bytes are dropped, and whoever takes the next ones sees by their offset that some are missing.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// Enough for seconds of the fastest stream; an agent writes a few kB per second.
const MOST_BYTES: usize = 32 * 1024 * 1024;

/// About how much is taken at once.
const TAKEN_BYTES: usize = 64 * 1024;

/// See the module.
#[derive(Debug, Default)]
pub struct Queue {
    state: Mutex<State>,
    bell: Condvar,
}

#[derive(Debug, Default)]
struct State {
    /// The position of the next bytes in the output.
    offset: u64,
    /// Bytes and their position.
    waiting: VecDeque<(u64, Vec<u8>)>,
    waiting_bytes: usize,
    is_closed: bool,
}

impl Queue {
    pub fn push(&self, bytes: &[u8]) {
        let mut state = self.state();
        let offset = state.offset;
        state.offset += bytes.len() as u64;
        if state.waiting_bytes + bytes.len() > MOST_BYTES || state.is_closed {
            return;
        }
        state.waiting_bytes += bytes.len();
        match state.waiting.back_mut() {
            // Many small writes are taken at once.
            Some((from, last)) if last.len() < TAKEN_BYTES && *from + last.len() as u64 == offset => {
                last.extend_from_slice(bytes);
            }
            Some(_) | None => state.waiting.push_back((offset, bytes.to_vec())),
        }
        self.bell.notify_one();
    }

    /// Nothing more is pushed; what is waiting is still taken.
    pub fn close(&self) {
        self.state().is_closed = true;
        self.bell.notify_one();
    }

    /// Bytes that nobody has taken yet.
    pub fn waiting_bytes(&self) -> u64 {
        self.state().waiting_bytes as u64
    }

    /// The next bytes and their position; waits for some. None at the end.
    pub fn take(&self) -> Option<(u64, Vec<u8>)> {
        let mut state = self.state();
        loop {
            if let Some((offset, bytes)) = state.waiting.pop_front() {
                state.waiting_bytes -= bytes.len();
                return Some((offset, bytes));
            }
            if state.is_closed {
                return None;
            }
            state = self.bell.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_waits_is_taken_at_once_and_in_order() {
        let queue = Queue::default();
        queue.push(b"a");
        queue.push(b"bc");
        assert_eq!(queue.take(), Some((0, b"abc".to_vec())));
        queue.push(b"d");
        queue.close();
        queue.push(b"e");
        assert_eq!((queue.take(), queue.take()), (Some((3, b"d".to_vec())), None));
    }

    #[test]
    fn what_does_not_fit_is_missing_by_its_offset() {
        let queue = Queue::default();
        let piece = vec![b'x'; MOST_BYTES - 1];
        queue.push(&piece);
        queue.push(b"lost");
        queue.push(b"y");
        assert_eq!(
            queue.take().map(|(offset, bytes)| (offset, bytes.len())),
            Some((0, piece.len()))
        );
        assert_eq!(queue.take(), Some((piece.len() as u64 + 4, b"y".to_vec())));
    }
}
