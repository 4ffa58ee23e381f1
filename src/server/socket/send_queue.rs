//! What is waiting to be written to one viewer: frames whose payload is shared by all recipients.
//!
//! A server's frames are not masked, so the bytes of an event are encoded once and never copied for a viewer.

use std::collections::VecDeque;
use std::io::IoSlice;

use bytes::Bytes;

use super::closing::Code;
use crate::hub::Frame;

const TEXT: u8 = 0x81;
/// RSV1 marks a compressed text.
const DEFLATED_TEXT: u8 = 0xc1;
const CLOSE: u8 = 0x88;
const PONG: u8 = 0x8a;
/// How many frames one system call writes.
const AT_ONCE: usize = 32;
/// The memory of a longer queue is freed when it is empty.
const KEPT: usize = 4;

/// A head of 2, 4 or 10 bytes.
#[derive(Clone, Copy, Debug)]
struct Head {
    bytes: [u8; 10],
    length: u8,
}

/// Frames to write; the first may be partly written.
#[derive(Debug, Default)]
pub struct SendQueue {
    frames: VecDeque<(Head, Bytes)>,
    /// Bytes of the first frame that are written.
    written: usize,
    bytes: usize,
    deflates: bool,
}

impl SendQueue {
    /// With `deflates`, texts are sent deflated where that is shorter.
    pub fn new(deflates: bool) -> Self {
        Self {
            deflates,
            ..Self::default()
        }
    }

    pub fn deflates(&self) -> bool {
        self.deflates
    }

    pub fn is_empty(&self) -> bool {
        self.frames.is_empty()
    }

    pub fn frames(&self) -> usize {
        self.frames.len()
    }

    /// Bytes of all frames, heads left out.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    pub fn text(&mut self, frame: impl Into<Frame>) {
        let frame = frame.into();
        match self.deflates.then(|| frame.deflated()).flatten() {
            Some(deflated) => self.push(DEFLATED_TEXT, deflated),
            None => self.push(TEXT, frame.into()),
        }
    }

    pub fn pong(&mut self, payload: Vec<u8>) {
        self.push(PONG, payload.into());
    }

    /// Puts the close right after what is half written: nothing else is sent any more.
    pub fn close(&mut self, code: Code, reason: &str) {
        self.echo_close(code.payload(reason));
    }

    /// The same with the payload of the other side's close.
    pub fn echo_close(&mut self, payload: Vec<u8>) {
        self.frames.truncate(usize::from(self.written > 0));
        self.bytes = self.frames.iter().map(|(_, payload)| payload.len()).sum();
        self.push(CLOSE, payload.into());
    }

    /// The bytes to write next, as pieces in `space`; how many pieces.
    pub fn pieces<'a>(&'a self, space: &mut [IoSlice<'a>; 2 * AT_ONCE]) -> usize {
        let mut skip = self.written;
        let mut count = 0;
        for (head, payload) in self.frames.iter().take(AT_ONCE) {
            for piece in [&head.bytes[..usize::from(head.length)], payload] {
                let skipped = skip.min(piece.len());
                skip -= skipped;
                if skipped < piece.len() {
                    space[count] = IoSlice::new(&piece[skipped..]);
                    count += 1;
                }
            }
        }
        count
    }

    /// Everything that is waiting in one piece, if it fits.
    pub fn copy_to<'a>(&self, space: &'a mut [u8]) -> Option<&'a [u8]> {
        let heads: usize = self.frames.iter().map(|(head, _)| usize::from(head.length)).sum();
        let whole = heads + self.bytes;
        if whole > space.len() {
            return None;
        }
        let mut at = 0;
        for (head, payload) in &self.frames {
            for piece in [&head.bytes[..usize::from(head.length)], payload] {
                space[at..at + piece.len()].copy_from_slice(piece);
                at += piece.len();
            }
        }
        Some(&space[self.written..whole])
    }

    /// Room for the pieces.
    pub fn space<'a>() -> [IoSlice<'a>; 2 * AT_ONCE] {
        [IoSlice::new(&[]); 2 * AT_ONCE]
    }

    /// Forgets what was written.
    pub fn advance(&mut self, mut bytes: usize) {
        bytes += self.written;
        while let Some((head, payload)) = self.frames.front() {
            let whole = usize::from(head.length) + payload.len();
            if bytes < whole {
                break;
            }
            bytes -= whole;
            self.bytes -= payload.len();
            self.frames.pop_front();
        }
        self.written = bytes;
        if self.frames.is_empty() && self.frames.capacity() > KEPT {
            self.frames = VecDeque::new();
        }
    }

    fn push(&mut self, first: u8, payload: Bytes) {
        let mut bytes = [0; 10];
        bytes[0] = first;
        let length = match payload.len() {
            length @ 0..126 => {
                bytes[1] = length as u8;
                2
            }
            length @ 126..0x1_0000 => {
                bytes[1] = 126;
                bytes[2..4].copy_from_slice(&(length as u16).to_be_bytes());
                4
            }
            length => {
                bytes[1] = 127;
                bytes[2..].copy_from_slice(&(length as u64).to_be_bytes());
                10
            }
        };
        self.bytes += payload.len();
        if self.frames.capacity() == 0 {
            self.frames.reserve_exact(1);
        }
        self.frames.push_back((Head { bytes, length }, payload));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Writes the queue out, at most `at_most` bytes at a time.
    fn write_out(queue: &mut SendQueue, at_most: usize) -> Vec<u8> {
        let mut out = Vec::new();
        while !queue.is_empty() {
            let mut space = SendQueue::space();
            let count = queue.pieces(&mut space);
            let all: Vec<u8> = space[..count].iter().flat_map(|piece| piece.to_vec()).collect();
            let taken = at_most.min(all.len());
            out.extend_from_slice(&all[..taken]);
            queue.advance(taken);
        }
        out
    }

    #[test]
    fn little_is_written_in_one_piece() {
        let mut queue = SendQueue::default();
        queue.text("one");
        queue.text("two");
        queue.advance(1);
        assert_eq!(queue.copy_to(&mut [0; 10]), Some(&b"\x03one\x81\x03two"[..]));
        assert_eq!(queue.copy_to(&mut [0; 9]), None);
    }

    #[test]
    fn heads_are_as_short_as_the_standard_wants() {
        for (length, head) in [
            (0, vec![0x81, 0]),
            (125, vec![0x81, 125]),
            (126, vec![0x81, 126, 0, 126]),
            (65_535, vec![0x81, 126, 255, 255]),
            (65_536, vec![0x81, 127, 0, 0, 0, 0, 0, 1, 0, 0]),
        ] {
            let mut queue = SendQueue::default();
            queue.text("a".repeat(length));
            let bytes = write_out(&mut queue, usize::MAX);
            assert_eq!(bytes.len(), head.len() + length);
            assert_eq!(bytes[..head.len()], head);
        }
    }

    #[test]
    fn a_text_is_deflated_where_that_was_agreed_on_and_is_shorter() {
        let long = "again ".repeat(1_000);
        let mut queue = SendQueue::new(true);
        queue.text(long.clone());
        queue.text("short");
        let bytes = write_out(&mut queue, 7);
        let deflated = Frame::from(long.clone()).deflated().unwrap();
        assert_eq!(bytes[..2], [0xc1, deflated.len() as u8]);
        assert_eq!(bytes[2..2 + deflated.len()], deflated);
        assert_eq!(bytes[2 + deflated.len()..], *b"\x81\x05short");
        let mut plain = SendQueue::default();
        plain.text(long.clone());
        assert_eq!(write_out(&mut plain, 1_000)[4..], *long.as_bytes());
    }

    #[test]
    fn a_close_follows_what_is_half_written_and_nothing_else() {
        let mut queue = SendQueue::default();
        queue.text("half");
        queue.text("never");
        queue.advance(3);
        queue.close(Code::Slow, "slow");
        assert_eq!(write_out(&mut queue, 1), b"alf\x88\x06\x0f\xa8slow");
        assert_eq!(queue.bytes(), 0);
    }

    #[test]
    fn an_empty_queue_holds_next_to_nothing() {
        let mut queue = SendQueue::default();
        for _ in 0..100 {
            queue.text("frame");
        }
        write_out(&mut queue, usize::MAX);
        assert!(queue.frames.capacity() <= KEPT);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn any_cutting_of_the_writes_gives_the_same_bytes(
            lengths in prop::collection::vec(0_usize..400, 1..100),
            at_most in 1_usize..500,
        ) {
            let fill = || {
                let mut queue = SendQueue::default();
                for (number, length) in lengths.iter().enumerate() {
                    queue.text(char::from(number as u8 % 128).to_string().repeat(*length));
                }
                queue
            };
            prop_assert_eq!(write_out(&mut fill(), at_most), write_out(&mut fill(), usize::MAX));
        }
    }
}
