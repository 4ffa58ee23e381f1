//! Which components show what: many of them share one subscription, and what nobody shows is kept for a while.

use super::followed::Followed;
use super::{Action, Follower};
use crate::adw_id::AdwId;
use crate::frame::{FromBrowser, Subscribe, Unsubscribe};
use crate::known::Known;

/// How many workflows that nobody shows are kept anyway, so that going back shows them at once.
pub(super) const SHELF: usize = 16;

impl Follower {
    pub(super) fn subscribe(&mut self, now: u64, adw_id: &AdwId) {
        self.uses += 1;
        let followed = self.workflows.entry(adw_id.clone()).or_insert_with(|| {
            self.changes.workflows.insert(adw_id.clone());
            Followed::new(adw_id.clone(), self.epoch.clone(), Known::Loading)
        });
        self.changes.forgotten.remove(adw_id);
        followed.used = self.uses;
        followed.subscribers += 1;
        if followed.subscribers > 1 {
            return;
        }
        if self.connection.is_open() {
            self.actions.push(Action::Send(followed.ask(now, &self.epoch)));
        }
        self.polling.hurry(now);
    }

    pub(super) fn unsubscribe(&mut self, adw_id: &AdwId) {
        let Some(followed) = self
            .workflows
            .get_mut(adw_id)
            .filter(|followed| followed.subscribers > 0)
        else {
            return;
        };
        followed.subscribers -= 1;
        if followed.subscribers > 0 {
            return;
        }
        followed.forget_asked();
        self.uses += 1;
        followed.used = self.uses;
        self.recovery.give_up(adw_id);
        if self.connection.is_open() {
            let frame = Unsubscribe {
                adw_id: Some(adw_id.clone()),
                board: false,
            };
            self.actions.push(Action::Send(FromBrowser::Unsubscribe(frame)));
        }
        self.clear_shelf();
    }

    /// Drops the workflows that nobody has shown for the longest time.
    fn clear_shelf(&mut self) {
        let is_shelved = |followed: &&Followed| followed.subscribers == 0;
        while self.workflows.values().filter(is_shelved).count() > SHELF {
            let oldest = self
                .workflows
                .values()
                .filter(is_shelved)
                .min_by_key(|followed| followed.used);
            let Some(adw_id) = oldest.map(|followed| followed.adw_id.clone()) else {
                return;
            };
            self.workflows.remove(&adw_id);
            self.changes.workflows.remove(&adw_id);
            self.changes.forgotten.insert(adw_id);
        }
    }

    pub(super) fn subscribe_board(&mut self, now: u64) {
        self.board.subscribers += 1;
        if self.board.subscribers > 1 {
            return;
        }
        if self.connection.is_open() {
            self.actions.push(Action::Send(board_subscription()));
        }
        self.polling.hurry(now);
    }

    pub(super) fn unsubscribe_board(&mut self) {
        self.board.subscribers = self.board.subscribers.saturating_sub(1);
        if self.board.subscribers == 0 && self.connection.is_open() {
            let frame = Unsubscribe {
                adw_id: None,
                board: true,
            };
            self.actions.push(Action::Send(FromBrowser::Unsubscribe(frame)));
        }
    }
}

pub(super) fn board_subscription() -> FromBrowser {
    FromBrowser::Subscribe(Subscribe {
        board: true,
        ..Subscribe::default()
    })
}
