//! Reads what a browser sends: the frames of RFC 6455, as a server must handle them.
//!
//! Written by hand because viewers are idle most of the time: between two messages this holds no buffer at all.

use std::string::String;

use super::closing::Code;
use crate::deflate::{InflateError, inflate};
use domain::frame::FROM_BROWSER_BYTES;

/// The longest payload of a control frame (5.5).
const CONTROL_BYTES: usize = 125;

const TOO_BIG: Breach = Breach(Code::TooBig, "messages are limited to 16 KiB");

/// A complete, unmasked message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Incoming {
    Text(String),
    Binary,
    Ping(Vec<u8>),
    Pong,
    /// With its code, if the browser gave one.
    Close(Option<u16>),
}

/// A violation of the protocol: the close code that answers it, and what was wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Breach(pub Code, pub &'static str);

/// Takes bytes as they arrive and returns messages.
#[derive(Debug, Default)]
pub struct Decoder {
    bytes: Vec<u8>,
    /// A message that is not complete yet.
    fragments: Option<Fragments>,
    /// Whether compressed messages were negotiated.
    deflates: bool,
}

/// The fragments of a message, joined.
#[derive(Debug)]
struct Fragments {
    is_text: bool,
    is_deflated: bool,
    bytes: Vec<u8>,
}

/// The header of a frame.
struct Head {
    is_last: bool,
    is_deflated: bool,
    opcode: u8,
    mask: [u8; 4],
    payload: usize,
    /// Length of the head itself.
    length: usize,
}

impl Decoder {
    pub fn new(deflates: bool) -> Self {
        Self {
            deflates,
            ..Self::default()
        }
    }

    pub fn take(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// The next message; none until more bytes have arrived. After a violation nothing more can be read.
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
        let (is_last, is_deflated, opcode) = (first & 0x80 != 0, first & 0x40 != 0, first & 0x0f);
        // The bit is set in the first frame of a message, and never in a control frame (RFC 7692, 6).
        let may_be_deflated = self.deflates && matches!(opcode, 0x1 | 0x2);
        if first & 0x30 != 0 || is_deflated && !may_be_deflated {
            return protocol("a reserved bit is set without a negotiated meaning");
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
            return protocol("a control frame must be short and unfragmented");
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
            return protocol("a length must be encoded in its shortest form");
        }
        let so_far = self.fragments.as_ref().map_or(0, |message| message.bytes.len());
        let payload = usize::try_from(payload).unwrap_or(usize::MAX);
        if !is_control && payload.saturating_add(so_far) > FROM_BROWSER_BYTES {
            return Err(TOO_BIG);
        }
        debug_assert!(!is_control || payload <= CONTROL_BYTES);
        let Some(mask) = rest.first_chunk::<4>() else {
            return Ok(None);
        };
        Ok(Some(Head {
            is_last,
            is_deflated,
            opcode,
            mask: *mask,
            payload,
            length: 2 + extended + 4,
        }))
    }

    /// The message that a complete frame completes, if any.
    fn frame(&mut self, head: &Head, payload: Vec<u8>) -> Result<Option<Incoming>, Breach> {
        let message = match (head.opcode, self.fragments.take()) {
            (0x8, _) => return close(&payload).map(Some),
            (0x9, fragments) => {
                self.fragments = fragments;
                return Ok(Some(Incoming::Ping(payload)));
            }
            (0xa, fragments) => {
                self.fragments = fragments;
                return Ok(Some(Incoming::Pong));
            }
            (0x0, Some(mut message)) => {
                message.bytes.extend_from_slice(&payload);
                message
            }
            (0x0, None) => {
                return Err(Breach(
                    Code::Protocol,
                    "a continuation frame without a message to continue",
                ));
            }
            (_, Some(_)) => return Err(Breach(Code::Protocol, "a message started inside another")),
            (opcode, None) => Fragments {
                is_text: opcode == 0x1,
                is_deflated: head.is_deflated,
                bytes: payload,
            },
        };
        if !head.is_last {
            self.fragments = Some(message);
            return Ok(None);
        }
        whole(message).map(Some)
    }
}

fn whole(message: Fragments) -> Result<Incoming, Breach> {
    let bytes = if message.is_deflated {
        inflate(&message.bytes, FROM_BROWSER_BYTES).map_err(|error| match error {
            InflateError::TooLong => TOO_BIG,
            InflateError::Broken => Breach(Code::Unreadable, "a message cannot be decompressed"),
        })?
    } else {
        message.bytes
    };
    if !message.is_text {
        return Ok(Incoming::Binary);
    }
    String::from_utf8(bytes)
        .map(Incoming::Text)
        .map_err(|_| Breach(Code::Unreadable, "text must be UTF-8"))
}

fn close(payload: &[u8]) -> Result<Incoming, Breach> {
    let Some((code, reason)) = payload.split_first_chunk::<2>() else {
        return if payload.is_empty() {
            Ok(Incoming::Close(None))
        } else {
            Err(Breach(Code::Protocol, "a close code must have two bytes"))
        };
    };
    let code = u16::from_be_bytes(*code);
    // The codes that may be sent (7.4): the others are reserved or only for use inside a program.
    if !matches!(code, 1000..=1003 | 1007..=1014 | 3000..=4999) {
        return Err(Breach(Code::Protocol, "an invalid close code"));
    }
    if std::str::from_utf8(reason).is_err() {
        return Err(Breach(Code::Unreadable, "a close reason must be UTF-8"));
    }
    Ok(Incoming::Close(Some(code)))
}

#[cfg(test)]
mod tests;
