//! Which timelines are in memory, and eviction: those that nobody needs leave it.

use super::Live;
use crate::hub::lock;
use domain::adw_id::AdwId;
use domain::card::Card;
use domain::timeline::Timeline;

/// A workflow whose timeline is in memory.
pub struct InMemory {
    pub adw_id: AdwId,
    /// Events that its stored timeline lacks.
    pub unstored: u64,
    /// The round in which it was last needed or added to, where nobody follows it.
    pub idle_since: Option<u64>,
}

impl Live {
    /// All workflows whose timelines are in memory.
    pub fn in_memory(&self) -> Vec<InMemory> {
        let in_memory = self.all().into_iter().filter_map(|workflow| {
            let workflow = lock(&workflow);
            workflow.timeline()?;
            Some(InMemory {
                adw_id: workflow.adw_id().clone(),
                unstored: if workflow.is_of_older_fold {
                    0
                } else {
                    workflow.seq.saturating_sub(workflow.checkpointed)
                },
                idle_since: workflow.may_be_evicted().then_some(workflow.used),
            })
        });
        in_memory.collect()
    }

    /// Evicts a timeline, if the journal has it and nobody has come to need it.
    pub fn evict(&self, adw_id: &AdwId) {
        if let Some(workflow) = self.find(adw_id) {
            lock(&workflow).evict();
        }
    }

    /// The timelines of these workflows, as far as they are in memory.
    pub fn timelines(&self, adw_ids: &[AdwId]) -> Vec<Timeline> {
        let workflows = adw_ids.iter().filter_map(|adw_id| self.find(adw_id));
        let timelines = workflows.filter_map(|workflow| lock(&workflow).timeline().cloned());
        timelines.map(|timeline| Timeline::clone(&timeline)).collect()
    }

    /// Notes that the journal has a timeline up to this seq.
    pub fn note_stored(&self, adw_id: &AdwId, seq: u64) {
        if let Some(workflow) = self.find(adw_id) {
            lock(&workflow).checkpointed = seq;
        }
    }

    /// The cards that are of their workflow's newest event.
    pub fn fresh_cards(&self) -> Vec<Card> {
        let fresh = self.all().into_iter().filter_map(|workflow| {
            let mut workflow = lock(&workflow);
            let card = workflow.card()?;
            workflow.has_fresh_card().then_some(card)
        });
        fresh.collect()
    }

    /// The newest card of a workflow that is known, and whether the journal has its timeline.
    pub fn standing(&self, adw_id: &AdwId) -> Option<(Card, bool)> {
        let workflow = self.find(adw_id)?;
        let mut workflow = lock(&workflow);
        let is_stored = workflow.timeline().is_none() || workflow.checkpointed == workflow.seq;
        Some((workflow.card()?, is_stored))
    }
}
