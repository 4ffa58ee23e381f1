//! The connection of a tail: carries out the follower's commands, waits for input, and reports the connection's state.

use std::collections::VecDeque;
use std::thread;
use std::time::Duration;

use super::socket::{Heard, Socket};
use super::{Following, say};
use domain::follow::{Action, Follower, Input};
use domain::frame::FromServer;
use domain::link::{Ask, LinkState};

/// The longest time to wait without anything to do.
const LONGEST_WAIT: Duration = Duration::from_secs(3_600);

impl Following {
    pub(super) fn carry_out(&mut self, action: Action, inputs: &mut VecDeque<Input>) {
        match action {
            Action::Open => match Socket::open(&self.destination, self.token.as_deref()) {
                Ok(socket) => self.socket = Some(socket),
                Err(reason) => {
                    tracing::debug!(%reason, "no WebSocket");
                    self.socket = None;
                    inputs.push_back(Input::Closed);
                }
            },
            Action::Close => self.socket = None,
            Action::Send(frame) => {
                if self.socket.as_mut().is_some_and(|socket| socket.send(&frame).is_err()) {
                    self.socket = None;
                    inputs.push_back(Input::Closed);
                }
            }
            Action::Fetch(request) => {
                let answer = self.rest.answer(&request.query);
                inputs.push_back(Input::Answered(request.id, answer));
            }
        }
    }

    /// Waits until something happens.
    pub(super) fn wait(&mut self, follower: &Follower, looks_for_end: bool) -> Option<Input> {
        let now = self.now();
        let due = follower
            .wake_at()
            .map(|at| Duration::from_millis(at.saturating_sub(now)));
        let longest = if looks_for_end {
            Duration::from_secs(1)
        } else {
            LONGEST_WAIT
        };
        let within = due.unwrap_or(longest).min(longest);
        let heard = match &mut self.socket {
            Some(socket) => socket.hear(within),
            None => {
                thread::sleep(within);
                Heard::Nothing
            }
        };
        match heard {
            Heard::Text(text) => match FromServer::read(&text) {
                Ok(frame) => frame.map(Input::Received),
                // Nothing after this could be trusted, so start again.
                Err(_) => {
                    self.socket = None;
                    Some(Input::Closed)
                }
            },
            Heard::Nothing => follower.wake_at().filter(|at| *at <= self.now()).map(|_| Input::Tick),
            Heard::Closed => {
                self.socket = None;
                Some(Input::Closed)
            }
        }
    }

    /// Reports changes of the connection.
    pub(super) fn tell(&mut self, follower: &mut Follower, inputs: &mut VecDeque<Input>) {
        let link = follower.link(self.now());
        let was_lost = self.link == LinkState::Reconnecting;
        match link.state {
            LinkState::Reconnecting if !was_lost => say("lost the connection to the server; trying to reconnect"),
            LinkState::Live | LinkState::CatchingUp if was_lost => say("connected to the server again"),
            LinkState::Polling if self.link != LinkState::Polling => {
                say(&format!("WebSocket unavailable; polling every {} s", link.poll_seconds));
            }
            LinkState::Reconnecting
            | LinkState::Live
            | LinkState::CatchingUp
            | LinkState::Polling
            | LinkState::Connecting
            | LinkState::Static => {}
        }
        if let Some(recovered) = link.recovered {
            say(&format!("{} events recovered", recovered.events));
            inputs.push_back(Input::Asked(Ask::Dismiss));
        }
        self.link = link.state;
    }
}
