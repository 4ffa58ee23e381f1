//! Who may send requests, decided before anything else looks at them.
//!
//! A page of another site can reach a server on this machine by its address (cross-site requests) or by a name that it
//! points here (DNS rebinding). So the host name must be ours, and the page must be ours or allowed.

pub mod host;
pub mod origin;

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_HEADERS,
    ACCESS_CONTROL_REQUEST_METHOD, CONTENT_SECURITY_POLICY, HOST, ORIGIN, REFERRER_POLICY, VARY,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use self::host::Host;
use self::origin::Origin;
use crate::error::ApiError;

/// What a page without a policy of its own may load: nothing.
const NOTHING: &str = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";
const METHODS: &str = "GET, HEAD, POST";

/// Who may ask, beyond this machine's own pages.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Access {
    /// Pages of these origins may read and push.
    pub allowed_origins: Vec<Origin>,
    /// Names under which adwatch is reached, beside those of the loopback interface.
    pub allowed_hosts: Vec<Host>,
}

/// The policy of a page: our own files, our own socket, and the scripts that bear the nonce of this very answer.
pub fn page_policy(nonce: &str, reload_port: Option<u16>) -> String {
    let reload = reload_port.map_or_else(String::new, |port| {
        format!(" ws://localhost:{port} ws://127.0.0.1:{port}")
    });
    format!(
        "default-src 'self'; script-src 'self' 'wasm-unsafe-eval' 'nonce-{nonce}'; style-src 'self'; \
         style-src-attr 'unsafe-inline'; img-src 'self' data:; connect-src 'self'{reload}; object-src 'none'; frame-ancestors 'none'; base-uri 'none'; \
         form-action 'self'"
    )
}

/// Lets a request through if its host and origin are allowed, and adds security headers to every response.
pub async fn guard(State(access): State<Arc<Access>>, request: Request, next: Next) -> Response {
    let asker = match check(&access, &request) {
        Ok(asker) => asker,
        Err(refusal) => return with_safety_headers(refusal.into_response()),
    };
    let is_preflight =
        request.method() == Method::OPTIONS && request.headers().contains_key(ACCESS_CONTROL_REQUEST_METHOD);
    let mut response = match &asker {
        Asker::AllowedPage(_) if is_preflight => preflight(request.headers()),
        Asker::AllowedPage(_) | Asker::OwnPage | Asker::Program => next.run(request).await,
    };
    if !access.allowed_origins.is_empty() {
        response.headers_mut().append(VARY, HeaderValue::from_static("origin"));
    }
    if let Asker::AllowedPage(origin) = asker {
        let headers = response.headers_mut();
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("retry-after"));
    }
    with_safety_headers(response)
}

/// Who sends the request, as far as the headers show.
#[derive(Debug, PartialEq)]
enum Asker {
    /// Not a browser, or a browser that opens a page.
    Program,
    OwnPage,
    /// A page of an allowed origin, as the browser wrote it.
    AllowedPage(HeaderValue),
}

fn check(access: &Access, request: &Request) -> Result<Asker, ApiError> {
    let host = host_of(request)?;
    if !host.is_loopback() && !access.allowed_hosts.iter().any(|allowed| allowed.allows(&host)) {
        return Err(ApiError::new(
            StatusCode::MISDIRECTED_REQUEST,
            "host_not_allowed",
            format!(
                "adwatch does not serve the host {host}; open it as localhost, or add the name to allowed_hosts in the \
                 settings"
            ),
        ));
    }
    let headers = request.headers();
    let mut origins = headers.get_all(ORIGIN).iter();
    let refuse_origin = |told: String| {
        ApiError::new(
            StatusCode::FORBIDDEN,
            "origin_not_allowed",
            format!("pages from {told} may not use adwatch; add the origin to allowed_origins in the settings"),
        )
    };
    match (origins.next(), origins.next()) {
        (None, _) => {}
        (Some(value), None) => {
            let text = value.to_str().unwrap_or("an unreadable origin");
            let origin = text
                .parse::<Origin>()
                .map_err(|_| refuse_origin(text.chars().take(100).collect()))?;
            if access.allowed_origins.contains(&origin) {
                return Ok(Asker::AllowedPage(value.clone()));
            }
            if !origin.is_of(&host) {
                return Err(refuse_origin(origin.to_string()));
            }
            return Ok(Asker::OwnPage);
        }
        (Some(_), Some(_)) => return Err(refuse_origin("more than one origin".to_owned())),
    }
    // Browsers send the origin with every request that can change something; this catches those that hide it.
    let is_reading = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    let site = headers.get("sec-fetch-site").map(HeaderValue::as_bytes);
    match site {
        Some(b"cross-site" | b"same-site") if !is_reading => Err(ApiError::new(
            StatusCode::FORBIDDEN,
            "cross_site",
            "pages of other sites may not send this to adwatch; add the page's origin to allowed_origins in the settings",
        )),
        _ => Ok(Asker::Program),
    }
}

/// The one name that the request was sent to.
fn host_of(request: &Request) -> Result<Host, ApiError> {
    let bad = |message: String| ApiError::new(StatusCode::BAD_REQUEST, "bad_host", message);
    let mut told = request.headers().get_all(HOST).iter();
    let (Some(value), None) = (told.next(), told.next()) else {
        return Err(bad(
            "send exactly one Host header, for example Host: localhost:4600".to_owned()
        ));
    };
    let host = value
        .to_str()
        .unwrap_or_default()
        .parse::<Host>()
        .map_err(|error| bad(error.to_string()))?;
    // A request line with a full URL overrides the header (RFC 9112, 3.2.2); no honest client sends two names.
    match request.uri().authority() {
        Some(authority) if authority.as_str().parse::<Host>().as_ref() != Ok(&host) => Err(bad(format!(
            "the request line names {authority}, but the Host header names {host}"
        ))),
        _ => Ok(host),
    }
}

fn preflight(asked: &HeaderMap) -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    let headers = response.headers_mut();
    headers.insert(ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static(METHODS));
    headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
    if let Some(names) = asked.get(ACCESS_CONTROL_REQUEST_HEADERS) {
        headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, names.clone());
    }
    if asked.contains_key("access-control-request-private-network") {
        headers.insert(
            HeaderName::from_static("access-control-allow-private-network"),
            HeaderValue::from_static("true"),
        );
    }
    headers.append(VARY, HeaderValue::from_static("access-control-request-headers"));
    response
}

fn with_safety_headers(mut response: Response) -> Response {
    let headers = response.headers_mut();
    for (name, value) in [
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (REFERRER_POLICY, "same-origin"),
        (X_FRAME_OPTIONS, "DENY"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    // A page has set the policy with its nonce.
    headers
        .entry(CONTENT_SECURITY_POLICY)
        .or_insert(HeaderValue::from_static(NOTHING));
    response
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::body::{Body, to_bytes};
    use axum::middleware::from_fn_with_state;
    use axum::routing::get;
    use tower::ServiceExt;

    use super::*;

    async fn ask(method: Method, headers: &[(&str, &str)]) -> (StatusCode, HeaderMap, String) {
        let access = Arc::new(Access {
            allowed_origins: vec!["http://localhost:5173".parse().unwrap()],
            allowed_hosts: vec!["adwatch.internal".parse().unwrap()],
        });
        let router = Router::new()
            .route("/", get(|| async { "secret" }).post(|| async { "done" }))
            .layer(from_fn_with_state(access, guard));
        let mut request = Request::builder().method(method).uri("/");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = router.oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        let (head, body) = response.into_parts();
        let body = to_bytes(body, 10_000).await.unwrap();
        (head.status, head.headers, String::from_utf8(body.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn a_rebound_name_gets_nothing() {
        for host in [
            "evil.example",
            "evil.example:4600",
            "127.0.0.1.evil.example",
            "10.0.0.7:4600",
        ] {
            let (status, _, body) = ask(Method::GET, &[("host", host)]).await;
            assert_eq!(status, StatusCode::MISDIRECTED_REQUEST);
            assert!(
                body.contains("host_not_allowed") && body.contains("allowed_hosts"),
                "{body}"
            );
        }
        for host in ["localhost:4600", "127.0.0.1", "[::1]:4600", "adwatch.internal:8443"] {
            assert_eq!(ask(Method::GET, &[("host", host)]).await.0, StatusCode::OK, "{host}");
        }
        for hosts in [
            &[][..],
            &[("host", "localhost"), ("host", "localhost")],
            &[("host", "a b")],
        ] {
            assert_eq!(ask(Method::GET, hosts).await.0, StatusCode::BAD_REQUEST);
        }
    }

    #[tokio::test]
    async fn a_page_of_another_origin_gets_nothing() {
        for origin in [
            "http://evil.example",
            "null",
            "http://localhost:1",
            "http://localhost:4600.evil.example",
            "garbage",
        ] {
            for method in [Method::GET, Method::POST, Method::OPTIONS] {
                let (status, headers, body) = ask(method, &[("host", "localhost:4600"), ("origin", origin)]).await;
                assert_eq!(status, StatusCode::FORBIDDEN, "{origin}");
                assert!(body.contains("origin_not_allowed"), "{body}");
                assert!(!headers.contains_key(ACCESS_CONTROL_ALLOW_ORIGIN));
            }
        }
        let twice = [
            ("host", "localhost:1"),
            ("origin", "http://localhost:1"),
            ("origin", "http://localhost:1"),
        ];
        assert_eq!(ask(Method::GET, &twice).await.0, StatusCode::FORBIDDEN);
    }

    #[tokio::test]
    async fn our_own_page_needs_no_permission() {
        let own = [
            ("host", "localhost:4600"),
            ("origin", "http://localhost:4600"),
            ("sec-fetch-site", "same-origin"),
        ];
        let (status, headers, body) = ask(Method::POST, &own).await;
        assert_eq!((status, body.as_str()), (StatusCode::OK, "done"));
        assert!(!headers.contains_key(ACCESS_CONTROL_ALLOW_ORIGIN));
    }

    #[tokio::test]
    async fn a_page_of_an_allowed_origin_may_read_push_and_ask_first() {
        let page = ("origin", "http://localhost:5173");
        let (status, headers, _) = ask(
            Method::POST,
            &[("host", "127.0.0.1:4600"), page, ("sec-fetch-site", "cross-site")],
        )
        .await;
        assert_eq!(status, StatusCode::OK);
        assert_eq!(headers[ACCESS_CONTROL_ALLOW_ORIGIN], "http://localhost:5173");
        assert_eq!(headers[VARY], "origin");

        let (status, headers, body) = ask(
            Method::OPTIONS,
            &[
                ("host", "127.0.0.1:4600"),
                page,
                ("access-control-request-method", "POST"),
                ("access-control-request-headers", "content-type"),
            ],
        )
        .await;
        assert_eq!((status, body.as_str()), (StatusCode::NO_CONTENT, ""));
        assert_eq!(headers[ACCESS_CONTROL_ALLOW_METHODS], METHODS);
        assert_eq!(headers[ACCESS_CONTROL_ALLOW_HEADERS], "content-type");
        assert_eq!(headers[ACCESS_CONTROL_ALLOW_ORIGIN], "http://localhost:5173");
    }

    #[tokio::test]
    async fn a_cross_site_request_without_an_origin_changes_nothing() {
        for site in ["cross-site", "same-site"] {
            let headers = [("host", "localhost:4600"), ("sec-fetch-site", site)];
            assert_eq!(ask(Method::POST, &headers).await.0, StatusCode::FORBIDDEN, "{site}");
            assert_eq!(
                ask(Method::GET, &headers).await.0,
                StatusCode::OK,
                "a link from elsewhere opens"
            );
        }
        let typed = [("host", "localhost:4600"), ("sec-fetch-site", "none")];
        assert_eq!(ask(Method::POST, &typed).await.0, StatusCode::OK);
    }

    #[tokio::test]
    async fn every_answer_has_the_safety_headers() {
        for host in ["localhost", "evil.example"] {
            let (_, headers, _) = ask(Method::GET, &[("host", host)]).await;
            assert_eq!(headers[X_CONTENT_TYPE_OPTIONS], "nosniff");
            assert_eq!(headers[REFERRER_POLICY], "same-origin");
            assert_eq!(headers[X_FRAME_OPTIONS], "DENY");
            assert_eq!(headers[CONTENT_SECURITY_POLICY], NOTHING);
        }
    }
}
