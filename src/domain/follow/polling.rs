//! New events by REST, if WebSocket is unavailable: pages by seq, so that polling has no gaps either.

use super::followed::{Followed, Taken};
use super::{Action, Follower, RestAnswer, RestQuery, RestRequest};
use crate::adw_id::AdwId;
use crate::backoff;
use crate::frame::{EventPage, WorkflowState, Workflows};
use crate::known::Known;

/// From one round of requests to the next.
pub(super) const POLL_MS: u64 = 3_000;
/// How long to wait for an answer.
pub(super) const ANSWER_MS: u64 = 12_000;

#[derive(Default)]
pub(super) struct Polling {
    is_on: bool,
    /// Whether the last answer was a good one.
    is_healthy: bool,
    next_at: u64,
    failures: u32,
    heard_at: Option<u64>,
    lost_at: Option<u64>,
    last_id: u64,
    /// The unanswered requests and their deadlines: at most one for the board and one for each workflow.
    open: Vec<(RestRequest, u64)>,
}

impl Polling {
    pub fn begin(&mut self, now: u64) {
        if !self.is_on {
            self.is_on = true;
            self.next_at = now;
        }
    }

    pub fn end(&mut self) {
        self.is_on = false;
        self.is_healthy = false;
        self.failures = 0;
        self.lost_at = None;
        // A late answer could be older than what the socket brings.
        self.open.clear();
    }

    pub fn hurry(&mut self, now: u64) {
        self.next_at = self.next_at.min(now);
    }

    pub fn is_healthy(&self) -> bool {
        self.is_healthy
    }

    pub fn heard_at(&self) -> Option<u64> {
        self.heard_at
    }

    pub fn lost_at(&self) -> Option<u64> {
        self.lost_at
    }

    pub fn wake_at(&self) -> Option<u64> {
        let answers = self.open.iter().map(|(_, until)| *until);
        self.is_on.then(|| answers.chain([self.next_at]).min())?
    }

    fn is_asked(&self, adw_id: Option<&AdwId>) -> bool {
        self.open.iter().any(|(request, _)| request.query.adw_id() == adw_id)
    }

    /// Forgets the request; none if nobody is waiting for its answer any more.
    fn close(&mut self, id: u64) -> Option<RestQuery> {
        let at = self.open.iter().position(|(request, _)| request.id == id)?;
        Some(self.open.swap_remove(at).0.query)
    }
}

impl Follower {
    pub(super) fn poll(&mut self, now: u64, random: f64) {
        if !self.polling.is_on {
            return;
        }
        let asked = self.polling.open.len();
        self.polling.open.retain(|(_, until)| *until > now);
        if self.polling.open.len() < asked {
            self.poll_failed(now, random);
        }
        if self.polling.next_at > now {
            return;
        }
        self.polling.next_at = now + POLL_MS;
        if self.board.subscribers > 0 {
            self.fetch(now, RestQuery::Board);
        }
        let queries: Vec<RestQuery> = self
            .workflows
            .values()
            .filter(|followed| followed.subscribers > 0)
            .map(|followed| self.query(&followed.adw_id, followed))
            .collect();
        for query in queries {
            self.fetch(now, query);
        }
    }

    pub(super) fn answer(&mut self, now: u64, random: f64, id: u64, answer: RestAnswer) {
        let Some(query) = self.polling.close(id) else { return };
        if matches!(answer, RestAnswer::Failed) {
            self.poll_failed(now, random);
            return;
        }
        self.poll_succeeded(now);
        match (query, answer) {
            (_, RestAnswer::Board(workflows)) => self.take_workflows(now, workflows),
            (_, RestAnswer::State(state)) => self.take_state(now, *state),
            (RestQuery::Events { adw_id, after }, RestAnswer::Events(page)) => {
                self.take_page(now, &adw_id, after, &page)
            }
            (RestQuery::State(adw_id), RestAnswer::Missing) => {
                if let Some(followed) = self.workflows.get_mut(&adw_id) {
                    followed.known = Known::Missing;
                    self.changes.workflows.insert(adw_id);
                }
            }
            (RestQuery::Events { adw_id, .. }, RestAnswer::Missing) => self.fetch(now, RestQuery::State(adw_id)),
            (RestQuery::Board | RestQuery::State(_), RestAnswer::Events(_))
            | (RestQuery::Board, RestAnswer::Missing)
            | (_, RestAnswer::Failed) => {}
        }
    }

    fn query(&self, adw_id: &AdwId, followed: &Followed) -> RestQuery {
        if followed.can_resume() && followed.epoch == self.epoch {
            RestQuery::Events {
                adw_id: adw_id.clone(),
                after: followed.known.seq(),
            }
        } else {
            RestQuery::State(adw_id.clone())
        }
    }

    fn fetch(&mut self, now: u64, query: RestQuery) {
        if self.polling.is_asked(query.adw_id()) {
            return;
        }
        self.polling.last_id += 1;
        let request = RestRequest {
            id: self.polling.last_id,
            query,
        };
        self.polling.open.push((request.clone(), now + ANSWER_MS));
        self.actions.push(Action::Fetch(request));
    }

    fn poll_failed(&mut self, now: u64, random: f64) {
        if self.polling.is_healthy {
            self.polling.is_healthy = false;
            self.polling.lost_at = Some(now);
            self.note_what_is_missed();
        }
        self.polling.next_at = now + backoff::wait_ms(self.polling.failures, random);
        self.polling.failures = self.polling.failures.saturating_add(1);
    }

    fn poll_succeeded(&mut self, now: u64) {
        self.polling.heard_at = Some(now);
        if self.polling.is_healthy {
            return;
        }
        self.polling.is_healthy = true;
        self.polling.failures = 0;
        self.recovery.back(now);
        // The server is up, so perhaps WebSocket works too.
        if self.connection.is_waiting() {
            self.open(now);
        }
    }

    fn note_epoch(&mut self, epoch: &str) {
        if self.epoch != epoch {
            epoch.clone_into(&mut self.epoch);
            self.recovery.give_up_board();
        }
    }

    fn take_workflows(&mut self, now: u64, workflows: Workflows) {
        self.note_epoch(&workflows.epoch);
        self.note_server_time(now, workflows.server_time);
        self.board.take(true, workflows.workflows, &[]);
        self.recovery.reach_board(self.board.events());
        self.changes.board = true;
    }

    fn take_state(&mut self, now: u64, state: WorkflowState) {
        self.note_epoch(&state.epoch);
        self.note_server_time(now, state.timestamp);
        self.take_snapshot(state.adw_id, state.epoch, state.timeline);
    }

    fn take_page(&mut self, now: u64, adw_id: &AdwId, after: u64, page: &EventPage) {
        self.note_epoch(&page.epoch);
        self.note_server_time(now, page.server_time);
        let Some(followed) = self.workflows.get_mut(adw_id) else {
            return;
        };
        followed.head = page.head;
        let taken = followed.take_events(
            &page.epoch,
            page.events.first().map_or(after + 1, |event| event.seq),
            &page.events,
            self.fold,
        );
        let seq = followed.known.seq();
        if taken == Taken::Refused || page.head < seq || page.first > seq + 1 {
            self.fetch(now, RestQuery::State(adw_id.clone()));
            return;
        }
        if taken == Taken::Events {
            self.changes.workflows.insert(adw_id.clone());
        }
        self.recovery.reach(adw_id, seq, page.head);
        if seq < page.head && taken == Taken::Events {
            self.fetch(
                now,
                RestQuery::Events {
                    adw_id: adw_id.clone(),
                    after: seq,
                },
            );
        }
    }
}
