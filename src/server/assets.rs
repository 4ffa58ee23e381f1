//! The files of the page, given by whoever runs the server and served as their reader can take them.
//!
//! Every build has its own path (`root`), so a browser may keep those files for ever and never mixes two builds.

use axum::Router;
use axum::extract::Path;
use axum::http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

const FOR_EVER: &str = "public, max-age=31536000, immutable";
const ASK_EACH_TIME: &str = "no-cache";

/// One embedded file in every encoding it was built in.
pub struct Asset {
    /// Relative to the site, with forward slashes: `pkg/adwatch.js`.
    pub path: &'static str,
    pub mime: &'static str,
    /// A quoted hash of the identity bytes.
    pub etag: &'static str,
    pub identity: &'static [u8],
    /// Absent if compression did not make the file smaller.
    pub brotli: Option<&'static [u8]>,
    pub gzip: Option<&'static [u8]>,
}

/// All files of one build of the page.
#[derive(Clone, Copy)]
pub struct Assets {
    /// A hash of the files, in hex.
    pub build_id: &'static str,
    pub files: &'static [Asset],
}

impl Assets {
    /// A server without pages that a browser takes over.
    pub const NONE: Self = Self {
        build_id: "none",
        files: &[],
    };

    /// The path below which this build's files are served, without a slash at the end.
    pub fn root(&self) -> String {
        format!("/assets/{}", self.build_id)
    }
}

/// Serves all files below [`Assets::root`], and those that have a fixed place, such as `/favicon.svg`, there as well.
pub fn router<S: Clone + Send + Sync + 'static>(assets: Assets) -> Router<S> {
    let of_build = move |Path((build, path)): Path<(String, String)>, headers: HeaderMap| async move {
        let mut files = assets.files.iter();
        match files.find(|asset| build == assets.build_id && asset.path == path) {
            Some(asset) => respond(asset, FOR_EVER, &headers),
            None => (StatusCode::NOT_FOUND, [(CACHE_CONTROL, "no-store")]).into_response(),
        }
    };
    let in_fixed_places = assets.files.iter().filter(|asset| !asset.path.contains('/'));
    in_fixed_places.fold(
        Router::new().route("/assets/{build}/{*path}", get(of_build)),
        |router, asset| {
            let in_place = move |headers: HeaderMap| async move { respond(asset, ASK_EACH_TIME, &headers) };
            router.route(&format!("/{}", asset.path), get(in_place))
        },
    )
}

fn respond(asset: &'static Asset, cache: &'static str, request: &HeaderMap) -> Response {
    let (encoding, bytes) = choose(asset, request);
    // The encodings of a file differ byte by byte, so each has a tag of its own.
    let etag = match encoding {
        Some(name) => format!("{}-{name}\"", asset.etag.trim_end_matches('"')),
        None => asset.etag.to_owned(),
    };
    let about_any = [
        (CACHE_CONTROL, cache),
        (VARY, "accept-encoding"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    if is_known(&etag, request) {
        return (StatusCode::NOT_MODIFIED, about_any, [(ETAG, etag)]).into_response();
    }
    let mut response = (about_any, [(CONTENT_TYPE, asset.mime)], [(ETAG, etag)], bytes).into_response();
    if let Some(name) = encoding {
        response
            .headers_mut()
            .insert(CONTENT_ENCODING, HeaderValue::from_static(name));
    }
    response
}

/// The encoding that the client prefers; the smallest if it has no preference, plain if it says nothing.
fn choose(asset: &'static Asset, request: &HeaderMap) -> (Option<&'static str>, &'static [u8]) {
    let plain = (None, asset.identity);
    let Some(accepted) = request.get(ACCEPT_ENCODING).and_then(|value| value.to_str().ok()) else {
        return plain;
    };
    let mut best = plain;
    let mut best_weight = weight(accepted, "identity");
    for (name, bytes) in [("gzip", asset.gzip), ("br", asset.brotli)] {
        let weight = weight(accepted, name);
        if let Some(bytes) = bytes.filter(|_| weight > 0 && weight >= best_weight) {
            (best, best_weight) = ((Some(name), bytes), weight);
        }
    }
    best
}

/// The preference of `Accept-Encoding` for an encoding, in thousandths (RFC 9110, 12.5.3).
fn weight(accepted: &str, encoding: &str) -> u16 {
    let mut of_any = None;
    for item in accepted.split(',') {
        let mut parts = item.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default();
        let q = parts
            .find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")))
            .unwrap_or("1");
        let thousandths = (q.trim().parse::<f32>().unwrap_or(0.0).clamp(0.0, 1.0) * 1000.0) as u16;
        if name.eq_ignore_ascii_case(encoding) {
            return thousandths;
        }
        if name == "*" {
            of_any = Some(thousandths);
        }
    }
    // What is not listed is not accepted, except the plain file, which is always better than nothing.
    of_any.unwrap_or(u16::from(encoding == "identity"))
}

fn is_known(etag: &str, request: &HeaderMap) -> bool {
    let Some(known) = request.get(IF_NONE_MATCH).and_then(|value| value.to_str().ok()) else {
        return false;
    };
    known
        .split(',')
        .map(str::trim)
        .any(|tag| tag == "*" || tag.trim_start_matches("W/") == etag)
}

#[cfg(test)]
mod tests {
    use axum::body::{Body, to_bytes};
    use axum::http::{HeaderName, Method, Request};
    use tower::ServiceExt;

    use super::*;

    const BUILT: Assets = Assets {
        build_id: "fedcba9876543210",
        files: FILES,
    };

    static FILES: &[Asset] = &[
        Asset {
            path: "favicon.svg",
            mime: "image/svg+xml",
            etag: "\"f0\"",
            identity: b"<svg/>",
            brotli: None,
            gzip: None,
        },
        Asset {
            path: "pkg/adwatch.js",
            mime: "text/javascript; charset=utf-8",
            etag: "\"ab\"",
            identity: b"identity",
            brotli: Some(b"brotli"),
            gzip: Some(b"gzip"),
        },
    ];

    async fn ask(method: Method, path: &str, headers: &[(HeaderName, &str)]) -> (StatusCode, HeaderMap, Vec<u8>) {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(name, *value);
        }
        let response = router::<()>(BUILT)
            .oneshot(request.body(Body::empty()).unwrap())
            .await
            .unwrap();
        let (head, body) = response.into_parts();
        (
            head.status,
            head.headers,
            to_bytes(body, usize::MAX).await.unwrap().to_vec(),
        )
    }

    async fn script(headers: &[(HeaderName, &str)]) -> (StatusCode, HeaderMap, Vec<u8>) {
        ask(Method::GET, &format!("{}/pkg/adwatch.js", BUILT.root()), headers).await
    }

    #[tokio::test]
    async fn a_reader_gets_the_encoding_it_wants_most() {
        for (accepted, body) in [
            ("gzip, deflate, br, zstd", "brotli"),
            ("gzip", "gzip"),
            ("GZIP;q=0.5", "gzip"),
            ("br;q=0.4, gzip;q=0.8", "gzip"),
            ("br;q=0, *", "gzip"),
            ("*", "brotli"),
            ("*;q=0", "identity"),
            ("br;q=0.2, identity;q=0.9", "identity"),
            ("zstd", "identity"),
            ("", "identity"),
            ("br;q=nonsense", "identity"),
        ] {
            let (status, headers, got) = script(&[(ACCEPT_ENCODING, accepted)]).await;
            assert_eq!(
                (status, got.as_slice()),
                (StatusCode::OK, body.as_bytes()),
                "{accepted:?}"
            );
            let encoding = headers.get(CONTENT_ENCODING).map(|name| name.to_str().unwrap());
            assert_eq!(
                encoding,
                [("brotli", "br"), ("gzip", "gzip")]
                    .into_iter()
                    .find_map(|(b, e)| (b == body).then_some(e))
            );
            assert_eq!(headers[VARY], "accept-encoding");
            assert_eq!(headers[X_CONTENT_TYPE_OPTIONS], "nosniff");
            assert_eq!(headers[CONTENT_TYPE], "text/javascript; charset=utf-8");
        }
    }

    #[tokio::test]
    async fn a_file_of_this_build_is_kept_for_ever() {
        assert_eq!(script(&[]).await.1[CACHE_CONTROL], FOR_EVER);
    }

    #[tokio::test]
    async fn a_file_of_another_build_is_not_served() {
        let (status, headers, _) = ask(Method::GET, "/assets/0123456789abcdef/pkg/adwatch.js", &[]).await;
        assert_eq!(
            (status, &headers[CACHE_CONTROL]),
            (StatusCode::NOT_FOUND, &HeaderValue::from_static("no-store"))
        );
    }

    #[tokio::test]
    async fn a_file_in_a_fixed_place_is_asked_for_each_time() {
        let (status, headers, body) = ask(Method::GET, "/favicon.svg", &[(ACCEPT_ENCODING, "br")]).await;
        assert_eq!((status, body.as_slice()), (StatusCode::OK, b"<svg/>".as_slice()));
        assert_eq!(headers[CACHE_CONTROL], ASK_EACH_TIME);
        assert!(!headers.contains_key(CONTENT_ENCODING));
    }

    #[tokio::test]
    async fn a_file_that_the_reader_has_is_not_sent_again() {
        let etag = script(&[(ACCEPT_ENCODING, "br")]).await.1[ETAG].clone();
        for known in [
            etag.to_str().unwrap(),
            &format!("\"x\", W/{}", etag.to_str().unwrap()),
            "*",
        ] {
            let (status, headers, body) = script(&[(ACCEPT_ENCODING, "br"), (IF_NONE_MATCH, known)]).await;
            assert_eq!((status, body.len()), (StatusCode::NOT_MODIFIED, 0), "{known}");
            assert_eq!(headers[ETAG], etag);
        }
        let (status, ..) = script(&[(ACCEPT_ENCODING, "gzip"), (IF_NONE_MATCH, etag.to_str().unwrap())]).await;
        assert_eq!(status, StatusCode::OK, "another encoding is another file");
    }

    #[tokio::test]
    async fn head_tells_the_length_without_the_file() {
        let (status, headers, body) = ask(Method::HEAD, &format!("{}/pkg/adwatch.js", BUILT.root()), &[]).await;
        assert_eq!((status, body.len()), (StatusCode::OK, 0));
        assert_eq!(headers[axum::http::header::CONTENT_LENGTH], "8");
    }
}
