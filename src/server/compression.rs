//! Answers over HTTP, compressed as their reader can take it.
//!
//! The embedded files are compressed when they are built and stay outside of this. Compressing what an attacker chose together
//! with a secret would tell the secret by its length (BREACH); no answer holds one. Whoever adds one, a token in a page
//! above all, must keep it out of compressed bodies or blind it anew in each.

use axum::http::header::CONTENT_TYPE;
use axum::http::{Extensions, HeaderMap, StatusCode, Version};
use tower_http::compression::predicate::{And, Predicate, SizeAbove};
use tower_http::compression::{CompressionLayer, CompressionLevel};

/// Brotli, zstd and gzip all have their knee here: 9 makes a page a twentieth smaller, in several times the time.
const LEVEL: CompressionLevel = CompressionLevel::Precise(4);
/// Shorter answers fit into one packet anyhow.
const LEAST_BYTES: u16 = 860;

type Chosen = And<SizeAbove, fn(StatusCode, Version, &HeaderMap, &Extensions) -> bool>;

/// For all answers: in what the reader wants most, of brotli, zstd and gzip.
pub fn of_answers() -> CompressionLayer<Chosen> {
    CompressionLayer::new().quality(LEVEL).compress_when(chosen())
}

/// For answers that are streamed, within the other: in gzip wherever that is taken. It holds 0.3 MB for a client that has stopped
/// reading, the others 2.5 MB.
pub fn of_streams() -> CompressionLayer<Chosen> {
    let gzip = CompressionLayer::new().no_br().no_zstd();
    gzip.quality(LEVEL).compress_when(chosen())
}

fn chosen() -> Chosen {
    SizeAbove::new(LEAST_BYTES).and(|_, _, headers, _| is_text(headers))
}

/// Images and whatever else may come are compressed already.
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
