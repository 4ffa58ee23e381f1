//! Requests to the server by REST: the current state of the workflow, and pages of its events.

use std::fmt;

use serde_json::Value;
use ureq::Agent;
use ureq::http::StatusCode;
use ureq::http::header::AUTHORIZATION;

use domain::adw_id::AdwId;
use domain::event::Event;
use domain::filter::Filter;
use domain::follow::{RestAnswer, RestQuery};
use domain::form;
use domain::frame::{EventPage, WorkflowState};
use domain::from_json::FromJson;
use publisher::client::agent;
use publisher::destination::Destination;

/// The number of events in a page.
pub const PAGE: usize = 500;
/// A page of previews, or an event with a large body.
const LONGEST_ANSWER: u64 = 256 * 1024 * 1024;

/// A server, with a persistent connection.
pub struct Rest {
    agent: Agent,
    url: String,
    authorization: Option<String>,
}

/// Why there is no answer.
#[derive(Debug)]
pub enum Trouble {
    /// The workflow or event does not exist.
    Missing,
    /// The server cannot be reached, or has a problem; later it may work.
    Away(String),
    /// The server refuses the request.
    Refused(String),
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("the workflow does not exist"),
            Self::Away(reason) | Self::Refused(reason) => f.write_str(reason),
        }
    }
}

impl Rest {
    pub fn new(destination: &Destination, token: Option<&str>) -> Self {
        Self {
            agent: agent(destination),
            url: destination.url().to_owned(),
            authorization: token.map(|token| format!("Bearer {token}")),
        }
    }

    /// The current state of the workflow.
    pub fn state(&self, adw_id: &AdwId) -> Result<WorkflowState, Trouble> {
        self.read(&RestQuery::State(adw_id.clone()).path())
    }

    /// Events that match a filter after `after` and before `before`: the first of them, or the newest if `after` is none.
    pub fn page(
        &self,
        adw_id: &AdwId,
        (after, before): (Option<u64>, u64),
        limit: usize,
        filter: &Filter,
    ) -> Result<EventPage, Trouble> {
        let mut pairs = vec![("before", before.to_string()), ("limit", limit.to_string())];
        pairs.extend(after.map(|after| ("after", after.to_string())));
        pairs.extend(filter.kinds.iter().map(|kind| ("kind", kind.name().to_owned())));
        pairs.extend(filter.agents.iter().map(|agent| ("agent", agent.clone())));
        pairs.extend(filter.levels.iter().map(|level| ("level", level.name().to_owned())));
        pairs.extend(filter.q.iter().map(|q| ("q", q.clone())));
        let path = format!("/api/workflows/{}/events", form::escape(adw_id.as_str()));
        self.read(&form::address(&path, &pairs))
    }

    /// An event with its full body.
    pub fn whole(&self, event: &Event) -> Result<Event, Trouble> {
        let adw_id = form::escape(event.adw_id.as_str());
        self.read(&format!("/api/workflows/{adw_id}/events/{}", event.seq))
    }

    /// The follower's requests while it has no WebSocket.
    pub fn answer(&self, query: &RestQuery) -> RestAnswer {
        let answer = match query {
            RestQuery::Board => self.read(&query.path()).map(RestAnswer::Board),
            RestQuery::State(_) => self.read(&query.path()).map(|state| RestAnswer::State(Box::new(state))),
            RestQuery::Events { .. } => self.read(&query.path()).map(RestAnswer::Events),
        };
        match answer {
            Ok(answer) => answer,
            Err(Trouble::Missing) => RestAnswer::Missing,
            Err(Trouble::Away(_) | Trouble::Refused(_)) => RestAnswer::Failed,
        }
    }

    fn read<T: FromJson>(&self, path: &str) -> Result<T, Trouble> {
        let mut request = self.agent.get(format!("{}{path}", self.url));
        if let Some(authorization) = &self.authorization {
            request = request.header(AUTHORIZATION, authorization);
        }
        let away = |error: ureq::Error| Trouble::Away(format!("cannot reach {}: {error}", self.url));
        let mut response = request.call().map_err(away)?;
        let status = response.status();
        let body = response.body_mut().with_config().limit(LONGEST_ANSWER).read_to_vec();
        let body = body.map_err(away)?;
        let value: Value = serde_json::from_slice(&body).unwrap_or_default();
        if status == StatusCode::NOT_FOUND && value["error"]["code"] == "not_found" {
            return Err(Trouble::Missing);
        }
        if !status.is_success() {
            let said = value["error"]["message"].as_str();
            let said = said.map_or_else(|| format!("{} answered with status {status}", self.url), str::to_owned);
            let may_pass = status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS;
            return Err(if may_pass {
                Trouble::Away(said)
            } else {
                Trouble::Refused(said)
            });
        }
        let unread = |_| Trouble::Refused(format!("{} is not an adwatch server, or is another version", self.url));
        T::from_json(value).map_err(unread)
    }
}
