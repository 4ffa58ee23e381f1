//! Upgrades a request to a WebSocket (RFC 6455, 4.2), or says what is missing.

use axum::body::Body;
use axum::http::header::{
    CONNECTION, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_EXTENSIONS, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_PROTOCOL,
    SEC_WEBSOCKET_VERSION, UPGRADE,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha1::{Digest as _, Sha1};

use super::extension;
use crate::error::ApiError;
use domain::frame::PROTOCOL;

/// What the standard adds to the key before it is hashed.
const GUID: &str = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/// The protocol on a socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Speech {
    /// `adwatch.v1`
    V1,
    /// The plain feed for older front ends, which name no subprotocol.
    Plain,
}

/// What both sides agreed on for a socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Agreed {
    pub speech: Speech,
    /// Whether messages may be compressed, in both directions.
    pub deflates: bool,
}

/// Checks the request and returns what both sides agree on, with the response that confirms it.
pub fn agree(headers: &HeaderMap) -> Result<(Agreed, Response), ApiError> {
    let bad = |message: &str| ApiError::new(StatusCode::BAD_REQUEST, "no_websocket", message);
    let other = |message: &str| ApiError::new(StatusCode::UPGRADE_REQUIRED, "no_websocket", message);
    if !has_word(headers, &UPGRADE, "websocket") || !has_word(headers, &CONNECTION, "upgrade") {
        return Err(other(
            "this is a WebSocket address: connect with Upgrade: websocket and the subprotocol adwatch.v1",
        ));
    }
    if headers.get(SEC_WEBSOCKET_VERSION).is_none_or(|version| version != "13") {
        return Err(other("only WebSocket version 13 is supported"));
    }
    let key = headers
        .get(SEC_WEBSOCKET_KEY)
        .filter(|key| STANDARD.decode(key).is_ok_and(|nonce| nonce.len() == 16))
        .ok_or_else(|| bad("Sec-WebSocket-Key must be 16 random bytes in base64"))?;
    let speech = if has_word(headers, &SEC_WEBSOCKET_PROTOCOL, PROTOCOL) {
        Speech::V1
    } else if headers.contains_key(SEC_WEBSOCKET_PROTOCOL) {
        return Err(bad(
            "the only subprotocol is adwatch.v1; without Sec-WebSocket-Protocol you get the plain feed",
        ));
    } else {
        Speech::Plain
    };
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    let answer = response.headers_mut();
    answer.insert(CONNECTION, HeaderValue::from_static("upgrade"));
    answer.insert(UPGRADE, HeaderValue::from_static("websocket"));
    if speech == Speech::V1 {
        answer.insert(SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(PROTOCOL));
    }
    if let Ok(accept) = HeaderValue::from_str(&accept(key.as_bytes())) {
        answer.insert(SEC_WEBSOCKET_ACCEPT, accept);
    }
    let extension = extension::agree(headers);
    let deflates = extension.is_some();
    if let Some(extension) = extension {
        answer.insert(SEC_WEBSOCKET_EXTENSIONS, extension);
    }
    Ok((Agreed { speech, deflates }, response))
}

/// Says what would be accepted instead.
pub fn refuse(error: ApiError) -> Response {
    let mut response = error.into_response();
    if response.status() == StatusCode::UPGRADE_REQUIRED {
        let headers = response.headers_mut();
        headers.insert(CONNECTION, HeaderValue::from_static("upgrade"));
        headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
        headers.insert(SEC_WEBSOCKET_VERSION, HeaderValue::from_static("13"));
    }
    response
}

fn accept(key: &[u8]) -> String {
    let mut hash = Sha1::new();
    hash.update(key);
    hash.update(GUID);
    STANDARD.encode(hash.finalize())
}

/// Whether a list header, which may span several lines, contains this word.
fn has_word(headers: &HeaderMap, name: &HeaderName, word: &str) -> bool {
    headers
        .get_all(name)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|listed| listed.trim().eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, HeaderValue::from_static(value));
        }
        headers
    }

    const GOOD: [(&str, &str); 5] = [
        ("connection", "keep-alive, Upgrade"),
        ("upgrade", "WebSocket"),
        ("sec-websocket-version", "13"),
        ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
        ("sec-websocket-protocol", "other, adwatch.v1"),
    ];

    #[test]
    fn the_example_of_the_standard_is_accepted() {
        let (agreed, response) = agree(&headers(&GOOD)).unwrap();
        assert_eq!((agreed.speech, agreed.deflates), (Speech::V1, false));
        assert!(!response.headers().contains_key(SEC_WEBSOCKET_EXTENSIONS));
        assert_eq!(response.status(), StatusCode::SWITCHING_PROTOCOLS);
        assert_eq!(response.headers()[SEC_WEBSOCKET_ACCEPT], "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
        assert_eq!(response.headers()[SEC_WEBSOCKET_PROTOCOL], "adwatch.v1");
    }

    #[test]
    fn who_names_no_subprotocol_gets_the_plain_feed() {
        let mut asked = headers(&GOOD);
        asked.remove("sec-websocket-protocol");
        let (agreed, response) = agree(&asked).unwrap();
        assert_eq!(agreed.speech, Speech::Plain);
        assert!(!response.headers().contains_key(SEC_WEBSOCKET_PROTOCOL));
    }

    #[test]
    fn an_extension_that_is_offered_is_agreed_to() {
        let mut asked = headers(&GOOD);
        asked.insert(
            "sec-websocket-extensions",
            HeaderValue::from_static("permessage-deflate"),
        );
        let (agreed, response) = agree(&asked).unwrap();
        assert!(agreed.deflates);
        assert!(response.headers().contains_key(SEC_WEBSOCKET_EXTENSIONS));
    }

    #[test]
    fn what_is_missing_is_said() {
        for (name, value, status) in [
            ("connection", "keep-alive", StatusCode::UPGRADE_REQUIRED),
            ("upgrade", "h2c", StatusCode::UPGRADE_REQUIRED),
            ("sec-websocket-version", "8", StatusCode::UPGRADE_REQUIRED),
            ("sec-websocket-key", "c2hvcnQ=", StatusCode::BAD_REQUEST),
            ("sec-websocket-protocol", "other", StatusCode::BAD_REQUEST),
        ] {
            let mut asked = headers(&GOOD);
            asked.insert(name, HeaderValue::from_static(value));
            assert_eq!(agree(&asked).unwrap_err().status, status, "{name}: {value}");
            if name == "sec-websocket-protocol" {
                continue;
            }
            asked.remove(name);
            assert_eq!(agree(&asked).unwrap_err().status, status, "{name} absent");
        }
    }
}
