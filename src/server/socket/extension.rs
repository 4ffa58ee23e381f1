//! Negotiates `permessage-deflate` (RFC 7692) if it is offered with parameters that this server supports.
//!
//! Each message is compressed by itself and shared by all viewers, so neither side keeps its window between messages, and ours has
//! full size. Other offers, or ones that are not understood, are ignored: the socket then opens without compression.

use axum::http::header::SEC_WEBSOCKET_EXTENSIONS;
use axum::http::{HeaderMap, HeaderValue};

const NAME: &str = "permessage-deflate";
const AGREED: &str = "permessage-deflate; server_no_context_takeover; client_no_context_takeover";
const AGREED_WITH_WINDOW: &str =
    "permessage-deflate; server_no_context_takeover; client_no_context_takeover; server_max_window_bits=15";

/// The answer to the first acceptable offer.
pub fn agree(headers: &HeaderMap) -> Option<HeaderValue> {
    let lines = headers.get_all(SEC_WEBSOCKET_EXTENSIONS).iter();
    let answer = lines
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| split(line, ','))
        .find_map(answer_to)?;
    Some(HeaderValue::from_static(answer))
}

fn answer_to(offer: &str) -> Option<&'static str> {
    let mut parts = split(offer, ';').map(str::trim);
    if parts.next() != Some(NAME) {
        return None;
    }
    let mut seen = Vec::new();
    let mut answer = AGREED;
    for part in parts {
        let (name, value) = match part.split_once('=') {
            Some((name, value)) => (name.trim_end(), Some(value_of(value.trim_start())?)),
            None => (part, None),
        };
        if seen.contains(&name) {
            return None;
        }
        seen.push(name);
        match (name, value) {
            ("server_no_context_takeover" | "client_no_context_takeover" | "client_max_window_bits", None) => {}
            // A smaller window on their side is read like a full one.
            ("client_max_window_bits", Some(bits)) if is_window(bits) => {}
            ("server_max_window_bits", Some("15")) => answer = AGREED_WITH_WINDOW,
            _ => return None,
        }
    }
    Some(answer)
}

/// 8 to 15, without a zero before it (7.1.2).
fn is_window(bits: &str) -> bool {
    matches!(bits, "8" | "9" | "10" | "11" | "12" | "13" | "14" | "15")
}

/// A token, in quotes or not; none of our values needs an escape inside of them.
fn value_of(text: &str) -> Option<&str> {
    let value = match text.strip_prefix('"') {
        Some(rest) => rest.strip_suffix('"')?,
        None => text,
    };
    let is_token = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    is_token.then_some(value)
}

/// The parts between separators that are not inside quotes.
fn split(text: &str, separator: char) -> impl Iterator<Item = &str> {
    let (mut is_quoted, mut is_escaped) = (false, false);
    text.split(move |letter| {
        let is_separator = letter == separator && !is_quoted;
        if letter == '"' && !is_escaped {
            is_quoted = !is_quoted;
        }
        is_escaped = is_quoted && letter == '\\' && !is_escaped;
        is_separator
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(lines: &[&str]) -> Option<String> {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(SEC_WEBSOCKET_EXTENSIONS, line.parse().unwrap());
        }
        agree(&headers).map(|answer| answer.to_str().unwrap().to_owned())
    }

    #[test]
    fn what_browsers_and_libraries_offer_is_agreed_to() {
        for offer in [
            "permessage-deflate",
            "permessage-deflate; client_max_window_bits",
            "permessage-deflate; client_max_window_bits=12; client_no_context_takeover",
            "permessage-deflate;server_no_context_takeover;client_max_window_bits=\"9\"",
            "x-webkit-deflate-frame, permessage-deflate ; client_max_window_bits",
            "permessage-deflate; server_max_window_bits=10, permessage-deflate",
            "other; note=\"a, permessage-deflate; b\\\", c\", permessage-deflate",
        ] {
            assert_eq!(answer(&[offer]).as_deref(), Some(AGREED), "{offer}");
        }
        assert_eq!(answer(&["other", "permessage-deflate"]).as_deref(), Some(AGREED));
        for offer in [
            "permessage-deflate; server_max_window_bits=15",
            "permessage-deflate; server_max_window_bits = \"15\"",
        ] {
            assert_eq!(answer(&[offer]).as_deref(), Some(AGREED_WITH_WINDOW), "{offer}");
        }
    }

    #[test]
    fn what_cannot_be_kept_or_is_not_understood_is_passed_over() {
        for offer in [
            "",
            "x-webkit-deflate-frame",
            "permessage-deflate-2",
            "permessage-deflate; server_max_window_bits",
            "permessage-deflate; server_max_window_bits=14",
            "permessage-deflate; server_max_window_bits=16",
            "permessage-deflate; server_max_window_bits=015",
            "permessage-deflate; client_max_window_bits=7",
            "permessage-deflate; client_max_window_bits=16",
            "permessage-deflate; client_max_window_bits=08",
            "permessage-deflate; client_max_window_bits=",
            "permessage-deflate; client_max_window_bits=\"10",
            "permessage-deflate; client_no_context_takeover=1",
            "permessage-deflate; server_no_context_takeover=\"\"",
            "permessage-deflate; client_max_window_bits; client_max_window_bits=10",
            "permessage-deflate; level=9",
            "permessage-deflate;",
            "other; note=\"permessage-deflate, permessage-deflate",
        ] {
            assert_eq!(answer(&[offer]), None, "{offer}");
        }
    }
}
