//! Receives a body: only in a supported format, and never more than the limit, whatever its headers promise.

use std::time::Duration;

use axum::body::{Body, BodyDataStream};
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, EXPECT};
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;

use super::reply::Reply;

/// A client that sends too much learns why only if it can continue to send for a while: at most this many times the limit …
const DRAIN_LIMITS: usize = 8;
/// … and at most for this long.
const DRAIN_TIME: Duration = Duration::from_secs(5);

/// What the headers say about the body.
pub(super) struct Media {
    /// Whether its sender declares every line as an item.
    pub(super) is_by_line: bool,
}

/// Reads the headers. `curl -d` declares a form, so that is accepted; the body itself shows what it is.
pub(super) fn media(headers: &HeaderMap) -> Result<Media, Reply> {
    let encoding = text(headers, &CONTENT_ENCODING)?;
    if !matches!(encoding.as_str(), "" | "identity") {
        return Err(Reply::unsupported(format!(
            "content-encoding {encoding} is not supported; send the body unencoded"
        )));
    }
    let content_type = text(headers, &CONTENT_TYPE)?;
    let mut parameters = content_type.split(';').map(str::trim);
    let essence = parameters.next().unwrap_or_default();
    let is_by_line = matches!(
        essence,
        "application/x-ndjson"
            | "application/ndjson"
            | "application/jsonl"
            | "application/x-jsonl"
            | "application/jsonlines"
            | "application/x-jsonlines"
            | "application/json-lines"
            | "text/x-ndjson"
    );
    let is_json = matches!(
        essence,
        "" | "application/json" | "text/json" | "text/plain" | "application/x-www-form-urlencoded"
    ) || (essence.starts_with("application/") && essence.ends_with("+json"));
    if !is_by_line && !is_json {
        return Err(Reply::unsupported(format!(
            "content-type {essence} is not supported; send application/json or application/x-ndjson"
        )));
    }
    let charset = parameters.find_map(|parameter| parameter.strip_prefix("charset="));
    match charset.map(|charset| charset.trim_matches('"')) {
        None | Some("utf-8" | "utf8" | "us-ascii") => Ok(Media { is_by_line }),
        Some(other) => Err(Reply::unsupported(format!(
            "charset {other} is not supported; send UTF-8"
        ))),
    }
}

/// Receives the body. One that comes in one piece, as most do, is not copied.
pub(super) async fn receive(headers: &HeaderMap, body: Body, max_bytes: usize) -> Result<Bytes, Reply> {
    let promised: Option<usize> = headers
        .get(CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok()?.parse().ok());
    if headers.contains_key(EXPECT) && promised.is_some_and(|promised| promised > max_bytes) {
        // The client waits for permission to send, and gets none.
        return Err(Reply::too_large(max_bytes));
    }
    let mut chunks = body.into_data_stream();
    let mut received = Bytes::new();
    let mut joined = BytesMut::new();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|error| Reply::interrupted(&error.to_string()))?;
        if received.len() + joined.len() + chunk.len() > max_bytes {
            drain(chunks, max_bytes).await;
            return Err(Reply::too_large(max_bytes));
        }
        if received.is_empty() && joined.is_empty() {
            received = chunk;
            continue;
        }
        if !received.is_empty() {
            joined.reserve(promised.unwrap_or(0).min(max_bytes).max(received.len() + chunk.len()));
            joined.extend_from_slice(&std::mem::take(&mut received));
        }
        joined.extend_from_slice(&chunk);
    }
    Ok(if joined.is_empty() { received } else { joined.freeze() })
}

/// Lets the client continue to send and discards it, so that it reads the answer instead of a reset connection.
async fn drain(mut chunks: BodyDataStream, max_bytes: usize) {
    let drained = async {
        let mut left = max_bytes.saturating_mul(DRAIN_LIMITS);
        while let Some(Ok(chunk)) = chunks.next().await {
            left = left.saturating_sub(chunk.len());
            if left == 0 {
                return;
            }
        }
    };
    // A client that is not done by then has had enough time.
    let _ = tokio::time::timeout(DRAIN_TIME, drained).await;
}

fn text(headers: &HeaderMap, name: &axum::http::HeaderName) -> Result<String, Reply> {
    let Some(value) = headers.get(name) else {
        return Ok(String::new());
    };
    let text = value.to_str().map(|text| text.trim().to_ascii_lowercase());
    text.map_err(|_| Reply::unsupported(format!("{name} is not readable text")))
}
