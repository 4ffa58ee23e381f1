//! The effect of the server's frames: after a hello, everything is requested again; events are added only if they fit.

use super::followed::Taken;
use super::subscribing::board_subscription;
use super::{Action, Follower};
use crate::adw_id::AdwId;
use crate::event::Event;
use crate::frame::FromServer;
use crate::status::Patience;
use crate::timeline::Timeline;
use crate::timestamp::Timestamp;

impl Follower {
    pub(super) fn receive(&mut self, now: u64, frame: FromServer) {
        if let FromServer::Hello {
            epoch,
            server_time,
            heartbeat_ms,
            patience,
        } = frame
        {
            self.greet(now, epoch, server_time, heartbeat_ms, patience);
            return;
        }
        if !self.connection.is_open() {
            return;
        }
        self.connection.hear(now);
        match frame {
            FromServer::Snapshot {
                adw_id,
                epoch,
                timeline,
                ..
            } => self.take_snapshot(adw_id, epoch, timeline),
            FromServer::Events {
                adw_id,
                from,
                to,
                head,
                list,
            } => self.take_events(now, adw_id, from, head.unwrap_or(to), &list),
            FromServer::Board { full, upserts, removed } => {
                self.board.take(full, upserts, &removed);
                if full {
                    self.recovery.reach_board(self.board.events());
                }
                self.changes.board = true;
            }
            FromServer::Heartbeat { server_time } => self.note_server_time(now, server_time),
            FromServer::Hello { .. } | FromServer::Error { .. } => {}
        }
    }

    pub(super) fn take_snapshot(&mut self, adw_id: AdwId, epoch: String, timeline: Box<Timeline>) {
        let Some(followed) = self.workflows.get_mut(&adw_id).filter(|_| timeline.adw_id == adw_id) else {
            return;
        };
        if followed.epoch == epoch {
            self.recovery.reach(&adw_id, timeline.seq, timeline.seq);
        } else {
            self.recovery.give_up(&adw_id);
        }
        followed.take_snapshot(epoch, timeline);
        self.changes.workflows.insert(adw_id);
    }

    fn take_events(&mut self, now: u64, adw_id: AdwId, from: u64, head: u64, list: &[Event]) {
        let Some(followed) = self.workflows.get_mut(&adw_id) else {
            return;
        };
        match followed.take_events(&self.epoch, from, list, self.fold) {
            Taken::Nothing => return,
            Taken::Events => {
                followed.head = head.max(followed.known.seq());
                self.recovery.reach(&adw_id, followed.known.seq(), followed.head);
            }
            Taken::Refused if followed.subscribers > 0 && followed.may_ask() => {
                self.actions.push(Action::Send(followed.ask(now, &self.epoch)));
            }
            Taken::Refused => {}
        }
        self.changes.workflows.insert(adw_id);
    }

    fn greet(&mut self, now: u64, epoch: String, server_time: Timestamp, heartbeat_ms: u64, patience: Patience) {
        self.connection.greet(now, heartbeat_ms);
        self.polling.end();
        self.server_ahead_ms = server_time.0.saturating_sub(now as i64);
        self.patience = patience;
        if self.epoch != epoch {
            self.recovery.give_up_board();
            self.epoch = epoch;
        }
        self.recovery.back(now);
        if self.board.subscribers > 0 {
            self.actions.push(Action::Send(board_subscription()));
        }
        for followed in self.workflows.values_mut() {
            followed.forget_asked();
            if followed.subscribers > 0 {
                self.actions.push(Action::Send(followed.ask(now, &self.epoch)));
            }
        }
    }

    /// A slower frame would set the clock back, so only a real difference does.
    pub(super) fn note_server_time(&mut self, now: u64, server_time: Timestamp) {
        let ahead = server_time.0.saturating_sub(now as i64);
        if ahead > self.server_ahead_ms || self.server_ahead_ms.saturating_sub(ahead) > 1_000 {
            self.server_ahead_ms = ahead;
        }
    }
}
