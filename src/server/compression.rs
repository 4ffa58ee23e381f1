//! Compression of HTTP responses, as accepted by the client.
//!
//! The embedded files are compressed at build time and bypass this. Compressing a secret together with text that an attacker
//! chose would reveal the secret by its length (BREACH); no response contains one. Whoever adds one, especially a token in
//! a page, must keep it out of compressed bodies or mask it differently in each.

use axum::http::header::CONTENT_TYPE;
use axum::http::{Extensions, HeaderMap, StatusCode, Version};
use tower_http::compression::predicate::{And, Predicate, SizeAbove};
use tower_http::compression::{CompressionLayer, CompressionLevel};

/// The best trade-off for brotli, zstd and gzip alike: 9 makes a page a twentieth smaller, but takes several times as long.
const LEVEL: CompressionLevel = CompressionLevel::Precise(4);
/// Shorter responses fit into one packet anyway.
const LEAST_BYTES: u16 = 860;

type Chosen = And<SizeAbove, fn(StatusCode, Version, &HeaderMap, &Extensions) -> bool>;

/// For all responses: in whichever of brotli, zstd and gzip the client prefers.
pub fn of_answers() -> CompressionLayer<Chosen> {
    CompressionLayer::new().quality(LEVEL).compress_when(chosen())
}

/// For streamed responses, inside the other layer: in gzip if that is accepted. It holds 0.3 MB for a client that has stopped
/// reading, the others 2.5 MB.
pub fn of_streams() -> CompressionLayer<Chosen> {
    let gzip = CompressionLayer::new().no_br().no_zstd();
    gzip.quality(LEVEL).compress_when(chosen())
}

fn chosen() -> Chosen {
    SizeAbove::new(LEAST_BYTES).and(|_, _, headers, _| is_text(headers))
}

/// Images and other types are already compressed.
fn is_text(headers: &HeaderMap) -> bool {
    let media = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    media.is_some_and(|media| {
        let essence = media.split(';').next().unwrap_or_default().trim();
        essence.starts_with("text/") || essence.starts_with("application/") && essence.ends_with("json")
    })
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn only_texts_are_compressed() {
        for (media, expected) in [
            ("application/json", true),
            ("application/x-ndjson; charset=utf-8", true),
            ("text/html; charset=utf-8", true),
            ("text/csv", true),
            ("image/png", false),
            ("image/svg+xml", false),
            ("application/octet-stream", false),
        ] {
            let headers = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static(media))]);
            assert_eq!(is_text(&headers), expected, "{media}");
        }
        assert!(!is_text(&HeaderMap::new()));
    }
}
