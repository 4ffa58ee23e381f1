//! Reads what a browser sends: the frames of RFC 6455 as a server must take them.
//!
//! Written by hand because a viewer is idle most of its life: between two messages this holds no buffer at all.

use std::string::String;

use super::closing::Code;
use crate::domain::frame::FROM_BROWSER_BYTES;

/// The longest payload of a control frame (5.5).
const CONTROL_BYTES: usize = 125;

/// A message, whole and unmasked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Incoming {
    Text(String),
    Binary,
    Ping(Vec<u8>),
    Pong,
    /// With its code, if the browser gave one.
    Close(Option<u16>),
}

/// A breach of the protocol: the close that answers it, and what was wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Breach(pub Code, pub &'static str);

/// Takes bytes as they come, gives messages.
#[derive(Debug, Default)]
pub struct Decoder {
    bytes: Vec<u8>,
    /// The fragments of a message that is not whole yet, and whether it is text.
    fragments: Option<(bool, Vec<u8>)>,
}

/// The head of a frame.
struct Head {
    is_last: bool,
    opcode: u8,
    mask: [u8; 4],
    payload: usize,
    /// Length of the head itself.
    length: usize,
}

impl Decoder {
    pub fn take(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// The next message; none until more bytes have come. After a breach nothing more can be read.
    pub fn next_message(&mut self) -> Result<Option<Incoming>, Breach> {
        loop {
            let Some(head) = self.head()? else { return Ok(None) };
            let end = head.length + head.payload;
            if self.bytes.len() < end {
                return Ok(None);
            }
            let mut payload = self.bytes[head.length..end].to_vec();
            for (at, byte) in payload.iter_mut().enumerate() {
                *byte ^= head.mask[at % 4];
            }
            if self.bytes.len() == end {
                self.bytes = Vec::new();
            } else {
                self.bytes.drain(..end);
            }
            if let Some(message) = self.frame(&head, payload)? {
                return Ok(Some(message));
            }
        }
    }

    fn head(&self) -> Result<Option<Head>, Breach> {
        let protocol = |why| Err(Breach(Code::Protocol, why));
        let [first, second, rest @ ..] = self.bytes.as_slice() else {
            return Ok(None);
        };
        let (is_last, opcode) = (first & 0x80 != 0, first & 0x0f);
        if first & 0x70 != 0 {
            return protocol("a reserved bit is set, but no extension was agreed on");
        }
        if !matches!(opcode, 0x0..=0x2 | 0x8..=0xa) {
            return protocol("an unknown opcode");
        }
        if second & 0x80 == 0 {
            return protocol("a frame from a browser must be masked");
        }
        let extended = match second & 0x7f {
            126 => 2,
            127 => 8,
            _ => 0,
        };
        let is_control = opcode >= 0x8;
        if is_control && (!is_last || extended > 0) {
            return protocol("a control frame is short and in one piece");
        }
        if rest.len() < extended {
            return Ok(None);
        }
        let (size, rest) = rest.split_at(extended);
        let payload = match extended {
            0 => u64::from(second & 0x7f),
            _ => size.iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte)),
        };
        let is_minimal = match extended {
            2 => payload >= 126,
            8 => payload > 0xffff && payload >> 63 == 0,
            _ => true,
        };
        if !is_minimal {
            return protocol("a length is written in its shortest form");
        }
        let so_far = self.fragments.as_ref().map_or(0, |(_, bytes)| bytes.len());
        let payload = usize::try_from(payload).unwrap_or(usize::MAX);
        if !is_control && payload.saturating_add(so_far) > FROM_BROWSER_BYTES {
            return Err(Breach(Code::TooBig, "a message has at most 16 KiB"));
        }
        debug_assert!(!is_control || payload <= CONTROL_BYTES);
        let Some(mask) = rest.first_chunk::<4>() else {
            return Ok(None);
        };
        Ok(Some(Head {
            is_last,
            opcode,
            mask: *mask,
            payload,
            length: 2 + extended + 4,
        }))
    }

    /// What a whole frame adds up to, if it completes a message.
    fn frame(&mut self, head: &Head, payload: Vec<u8>) -> Result<Option<Incoming>, Breach> {
        let (is_text, bytes) = match (head.opcode, self.fragments.take()) {
            (0x8, _) => return close(&payload).map(Some),
            (0x9, fragments) => {
                self.fragments = fragments;
                return Ok(Some(Incoming::Ping(payload)));
            }
            (0xa, fragments) => {
                self.fragments = fragments;
                return Ok(Some(Incoming::Pong));
            }
            (0x0, Some((is_text, mut bytes))) => {
                bytes.extend_from_slice(&payload);
                (is_text, bytes)
            }
            (0x0, None) => return Err(Breach(Code::Protocol, "a continuation of nothing")),
            (_, Some(_)) => return Err(Breach(Code::Protocol, "a message begins inside another")),
            (opcode, None) => (opcode == 0x1, payload),
        };
        if !head.is_last {
            self.fragments = Some((is_text, bytes));
            return Ok(None);
        }
        if !is_text {
            return Ok(Some(Incoming::Binary));
        }
        String::from_utf8(bytes)
            .map(|text| Some(Incoming::Text(text)))
            .map_err(|_| Breach(Code::NotUtf8, "text must be UTF-8"))
    }
}

fn close(payload: &[u8]) -> Result<Incoming, Breach> {
    let Some((code, reason)) = payload.split_first_chunk::<2>() else {
        return if payload.is_empty() {
            Ok(Incoming::Close(None))
        } else {
            Err(Breach(Code::Protocol, "a close code has two bytes"))
        };
    };
    let code = u16::from_be_bytes(*code);
    // The codes that may be sent (7.4): the rest are reserved or only for use inside a program.
    if !matches!(code, 1000..=1003 | 1007..=1014 | 3000..=4999) {
        return Err(Breach(Code::Protocol, "no such close code"));
    }
    if std::str::from_utf8(reason).is_err() {
        return Err(Breach(Code::NotUtf8, "a close reason must be UTF-8"));
    }
    Ok(Incoming::Close(Some(code)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MASK: [u8; 4] = [0x37, 0xfa, 0x21, 0x3d];

    fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
        let mut bytes = vec![first];
        match payload.len() {
            0..126 => bytes.push(0x80 | payload.len() as u8),
            126..0x1_0000 => {
                bytes.push(0x80 | 126);
                bytes.extend((payload.len() as u16).to_be_bytes());
            }
            _ => {
                bytes.push(0x80 | 127);
                bytes.extend((payload.len() as u64).to_be_bytes());
            }
        }
        bytes.extend(MASK);
        bytes.extend(payload.iter().enumerate().map(|(at, byte)| byte ^ MASK[at % 4]));
        bytes
    }

    fn read(bytes: &[u8]) -> Result<Vec<Incoming>, Breach> {
        let mut decoder = Decoder::default();
        decoder.take(bytes);
        let mut all = Vec::new();
        while let Some(message) = decoder.next_message()? {
            all.push(message);
        }
        Ok(all)
    }

    #[test]
    fn the_example_of_the_standard_is_read() {
        let hello = [0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58];
        assert_eq!(read(&hello), Ok(vec![Incoming::Text("Hello".to_owned())]));
    }

    #[test]
    fn a_control_frame_may_stand_between_fragments() {
        let bytes = [
            frame(0x01, b"Hel"),
            frame(0x89, b"are you there"),
            frame(0x8a, b""),
            frame(0x80, b"lo"),
        ]
        .concat();
        let ping = Incoming::Ping(b"are you there".to_vec());
        assert_eq!(
            read(&bytes),
            Ok(vec![ping, Incoming::Pong, Incoming::Text("Hello".to_owned())])
        );
    }

    #[test]
    fn a_character_may_be_cut_by_fragments() {
        let letter = "é".as_bytes();
        let bytes = [frame(0x01, &letter[..1]), frame(0x80, &letter[1..])].concat();
        assert_eq!(read(&bytes), Ok(vec![Incoming::Text("é".to_owned())]));
    }

    #[test]
    fn breaches_are_answered_with_the_right_code() {
        let mut unmasked = frame(0x81, b"");
        unmasked[1] = 0;
        let padded = [&[0x81, 0x80 | 126, 0, 5][..], &MASK, b"Hello"].concat();
        let giant = [&[0x81, 0x80 | 127][..], &u64::MAX.to_be_bytes(), &MASK].concat();
        let half = vec![b'a'; FROM_BROWSER_BYTES / 2 + 1];
        for (bytes, code) in [
            (frame(0xc1, b""), Code::Protocol),
            (frame(0x83, b""), Code::Protocol),
            (frame(0x8b, b""), Code::Protocol),
            (unmasked, Code::Protocol),
            (padded, Code::Protocol),
            (giant, Code::Protocol),
            (frame(0x09, b""), Code::Protocol),
            (frame(0x89, &[0; 126]), Code::Protocol),
            (frame(0x80, b"more"), Code::Protocol),
            ([frame(0x01, b"a"), frame(0x81, b"b")].concat(), Code::Protocol),
            (frame(0x88, &[3]), Code::Protocol),
            (frame(0x88, &999_u16.to_be_bytes()), Code::Protocol),
            (frame(0x88, &1005_u16.to_be_bytes()), Code::Protocol),
            (frame(0x88, &[3, 232, 0xff]), Code::NotUtf8),
            (frame(0x81, &[0xff]), Code::NotUtf8),
            (frame(0x81, &vec![b'a'; FROM_BROWSER_BYTES + 1]), Code::TooBig),
            ([frame(0x01, &half), frame(0x80, &half)].concat(), Code::TooBig),
        ] {
            assert_eq!(
                read(&bytes).map_err(|breach| breach.0),
                Err(code),
                "{:02x?}",
                &bytes[..bytes.len().min(16)]
            );
        }
    }

    #[test]
    fn the_head_alone_tells_that_a_message_is_too_big() {
        let bytes = frame(0x81, &vec![b'a'; FROM_BROWSER_BYTES + 1]);
        assert_eq!(read(&bytes[..8]).map_err(|breach| breach.0), Err(Code::TooBig));
    }

    #[test]
    fn closes_are_read_with_and_without_a_code() {
        assert_eq!(read(&frame(0x88, b"")), Ok(vec![Incoming::Close(None)]));
        assert_eq!(
            read(&frame(0x88, &[3, 232, b'b', b'y', b'e'])),
            Ok(vec![Incoming::Close(Some(1000))])
        );
    }

    #[test]
    fn nothing_is_held_between_messages() {
        let mut decoder = Decoder::default();
        decoder.take(&frame(0x81, &[b'a'; 1_000]));
        decoder.next_message().unwrap();
        assert_eq!(decoder.bytes.capacity(), 0);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn any_cutting_of_the_bytes_gives_the_same_messages(
            messages in prop::collection::vec((".{0,300}", 1_usize..5), 1..5),
            cuts in prop::collection::vec(1_usize..200, 1..40),
        ) {
            let mut bytes = Vec::new();
            for (text, pieces) in &messages {
                let parts: Vec<&[u8]> = text.as_bytes().chunks(text.len() / pieces + 1).collect();
                let parts = if parts.is_empty() { vec![&[][..]] } else { parts };
                for (at, part) in parts.iter().enumerate() {
                    let last = if at + 1 == parts.len() { 0x80 } else { 0 };
                    bytes.extend(frame(last | u8::from(at == 0), part));
                }
            }
            let mut decoder = Decoder::default();
            let mut got = Vec::new();
            let mut rest = bytes.as_slice();
            for cut in cuts.iter().cycle() {
                let (now, later) = rest.split_at((*cut).min(rest.len()));
                decoder.take(now);
                while let Some(message) = decoder.next_message().unwrap() {
                    got.push(message);
                }
                rest = later;
                if rest.is_empty() {
                    break;
                }
            }
            let sent: Vec<_> = messages.into_iter().map(|(text, _)| Incoming::Text(text)).collect();
            prop_assert_eq!(got, sent);
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let _ = read(&bytes);
        }
    }
}
