//! What is asked of the server by REST: what is known of the workflow, and pages of its events.

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

/// Events of a page.
pub const PAGE: usize = 500;
/// A page of previews, or an event with a large body.
const LONGEST_ANSWER: u64 = 256 * 1024 * 1024;

/// A server. Its connection is kept.
pub struct Rest {
    agent: Agent,
    url: String,
    authorization: Option<String>,
}

/// Why there is no answer.
#[derive(Debug)]
pub enum Trouble {
    /// There is no such workflow, or event.
    Missing,
    /// The server cannot be reached, or is not well: it may be later.
    Away(String),
    /// It will not answer this.
    Refused(String),
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("there is no such workflow"),
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

    /// What is known of the workflow.
    pub fn state(&self, adw_id: &AdwId) -> Result<WorkflowState, Trouble> {
        self.read(&RestQuery::State(adw_id.clone()).path())
    }

    /// Events that a filter takes among those after `after` and before `before`: the first of them, or the newest if `after` is none.
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

    /// An event with its whole body.
    pub fn whole(&self, event: &Event) -> Result<Event, Trouble> {
        let adw_id = form::escape(event.adw_id.as_str());
        self.read(&format!("/api/workflows/{adw_id}/events/{}", event.seq))
    }

    /// What the follower asks for where it has no socket.
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
        let away = |error: ureq::Error| Trouble::Away(format!("{} cannot be reached: {error}", self.url));
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
            let said = said.map_or_else(|| format!("{} answers {status}", self.url), str::to_owned);
            let may_pass = status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS;
            return Err(if may_pass {
                Trouble::Away(said)
            } else {
                Trouble::Refused(said)
            });
        }
        let unread = |_| Trouble::Refused(format!("{} is no adwatch, or another version of it", self.url));
        T::from_json(value).map_err(unread)
    }
}
