//! The cards by id, each shared, so that a card that did not change is the same card and is not drawn again.

use std::sync::Arc;

use leptos::prelude::*;

use crate::derived::Derived;
use crate::store::Store;
use domain::adw_id::AdwId;
use domain::card::Card;

/// All cards in the store.
#[derive(Clone, Debug, Default)]
pub struct Deck {
    epoch: String,
    /// In the order of their ids.
    cards: Vec<Arc<Card>>,
}

impl Deck {
    /// The store's cards; a card whose seq has not changed keeps its allocation.
    pub fn derived(store: Store) -> Derived<Self> {
        Derived::new_with_compare(
            move |before: Option<&Self>| {
                let epoch = store.epoch.get();
                let before = before.filter(|deck| deck.epoch == epoch);
                let share = |card: &Card| {
                    before
                        .and_then(|deck| deck.card_now(&card.adw_id))
                        .filter(|known| known.seq == card.seq)
                        .map_or_else(|| Arc::new(card.clone()), Arc::clone)
                };
                let cards = store.cards.with(|cards| cards.iter().map(share).collect());
                Self { epoch, cards }
            },
            |before, now| !before.is_same(now),
        )
    }

    /// One card of a deck; none once it has been removed.
    pub fn card(deck: Derived<Self>, adw_id: AdwId) -> Derived<Option<Arc<Card>>> {
        Derived::new_with_compare(
            move |_| deck.with(|deck| deck.card_now(&adw_id).cloned()),
            |before, now| match (before, now) {
                (Some(before), Some(now)) => !Arc::ptr_eq(before, now),
                (None, None) => false,
                (Some(_), None) | (None, Some(_)) => true,
            },
        )
    }

    pub fn card_now(&self, adw_id: &AdwId) -> Option<&Arc<Card>> {
        let at = self.cards.binary_search_by(|card| card.adw_id.cmp(adw_id)).ok()?;
        self.cards.get(at)
    }

    pub fn is_empty(&self) -> bool {
        self.cards.is_empty()
    }

    pub fn iter(&self) -> impl Iterator<Item = &Arc<Card>> {
        self.cards.iter()
    }

    fn is_same(&self, other: &Self) -> bool {
        self.epoch == other.epoch
            && self.cards.len() == other.cards.len()
            && self
                .cards
                .iter()
                .zip(&other.cards)
                .all(|(card, other)| Arc::ptr_eq(card, other))
    }
}
