//! Why a socket is closed, in the codes that tell a browser what to do next.

/// A close code (RFC 6455, 7.4.1, and our own from 4000 on).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    Protocol = 1002,
    /// A text that is not UTF-8, or cannot be decompressed.
    Unreadable = 1007,
    TooBig = 1009,
    /// The journal cannot be read: reconnect later.
    Unable = 1011,
    /// The server is stopping or restarting: reconnect soon.
    Restart = 1012,
    /// The browser read nothing for too long: reconnect, and resume.
    Slow = 4008,
}

impl Code {
    /// The payload of the close frame.
    pub fn payload(self, reason: &str) -> Vec<u8> {
        let mut bytes = (self as u16).to_be_bytes().to_vec();
        // A control frame holds 125 bytes, and our reasons are ASCII and short.
        bytes.extend(reason.bytes().take(123));
        bytes
    }
}
