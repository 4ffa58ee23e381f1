//! One server over HTTP, as used by a courier: called on its thread, with a time limit.

use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;
use ureq::Agent;
use ureq::http::header::{AUTHORIZATION, CONTENT_TYPE, RETRY_AFTER};
use ureq::tls::{RootCerts, TlsConfig};

use super::courier::{Post, PushAnswer, Unreachable};
use super::destination::Destination;

const PATH: &str = "/api/agent-state-update";
const CONNECT_WITHIN: Duration = Duration::from_secs(2);
const ANSWER_WITHIN: Duration = Duration::from_secs(10);
/// A reply that names every item of a batch is smaller than this.
const LONGEST_ANSWER: u64 = 1024 * 1024;
/// The longest wait that a server may ask for.
const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(60);

/// Keeps its connection open.
pub struct PushClient {
    agent: Agent,
    url: String,
    authorization: Option<String>,
}

#[derive(Default, Deserialize)]
struct Reply {
    #[serde(default)]
    refused: Vec<Refused>,
}

#[derive(Deserialize)]
struct Refused {
    index: usize,
}

impl PushClient {
    pub fn new(destination: &Destination, token: Option<&str>) -> Self {
        Self {
            agent: agent(destination),
            url: format!("{}{PATH}", destination.url()),
            authorization: token.map(|token| format!("Bearer {token}")),
        }
    }
}

/// The HTTP client: with a time limit, and without following redirects.
pub fn agent(destination: &Destination) -> Agent {
    let tls = TlsConfig::builder()
        .root_certs(RootCerts::PlatformVerifier)
        .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .build();
    let config = Agent::config_builder()
        .tls_config(tls)
        .timeout_connect(Some(CONNECT_WITHIN))
        .timeout_global(Some(ANSWER_WITHIN))
        .http_status_as_error(false)
        // A redirected body would not be recorded by this server.
        .max_redirects(0)
        .max_redirects_will_error(false)
        .user_agent(concat!("adwatch-rust/", env!("CARGO_PKG_VERSION")));
    let config = if destination.is_local() {
        config.proxy(None)
    } else {
        config
    };
    config.build().new_agent()
}

impl Post for PushClient {
    fn post(&mut self, body: &[u8]) -> Result<PushAnswer, Unreachable> {
        let mut request = self.agent.post(&self.url).header(CONTENT_TYPE, "application/x-ndjson");
        if let Some(authorization) = &self.authorization {
            request = request.header(AUTHORIZATION, authorization);
        }
        let unreachable = |error: ureq::Error| Unreachable(error.to_string());
        let mut response = request.send(body).map_err(unreachable)?;
        let retry_after = response.headers().get(RETRY_AFTER);
        let retry_after = retry_after.and_then(|seconds| seconds.to_str().ok()?.trim().parse().ok());
        // Only the 2xx counts; a reply with an unexpected body has refused nothing.
        let text = response
            .body_mut()
            .with_config()
            .limit(LONGEST_ANSWER)
            .read_to_vec()
            .unwrap_or_default();
        let reply: Reply = serde_json::from_slice(&text).unwrap_or_default();
        Ok(PushAnswer {
            status: response.status().as_u16(),
            refused: reply.refused.into_iter().map(|refused| refused.index).collect(),
            retry_after: retry_after.map(|seconds| Duration::from_secs(seconds).min(LONGEST_RETRY_AFTER)),
        })
    }
}
