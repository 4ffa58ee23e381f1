//! The cards of all workflows, as last sent by the server.

use std::collections::BTreeMap;

use crate::adw_id::AdwId;
use crate::card::Card;

#[derive(Default)]
pub(super) struct Board {
    pub cards: BTreeMap<AdwId, Card>,
    pub is_loaded: bool,
    pub subscribers: u32,
}

impl Board {
    pub fn new(cards: Option<Vec<Card>>) -> Self {
        let mut board = Self::default();
        if let Some(cards) = cards {
            board.take(true, cards, &[]);
        }
        board
    }

    pub fn take(&mut self, full: bool, upserts: Vec<Card>, removed: &[AdwId]) {
        if full {
            self.cards.clear();
            self.is_loaded = true;
        }
        self.cards
            .extend(upserts.into_iter().map(|card| (card.adw_id.clone(), card)));
        for adw_id in removed {
            self.cards.remove(adw_id);
        }
    }

    /// The events of all workflows together.
    pub fn events(&self) -> u64 {
        self.cards.values().map(|card| card.seq).sum()
    }
}
