//! Publication: what was committed is applied to the timelines, and whoever follows is woken.

use std::collections::HashMap;
use std::sync::Arc;

use super::{Bell, Live};
use crate::hub::lock;
use domain::adw_id::AdwId;
use domain::timeline::Timeline;
use journal::Stored;

/// What was published of one workflow.
pub struct Published {
    pub adw_id: AdwId,
    pub events: u64,
    /// The timeline, where so much came since it was stored that it should be stored again.
    pub due: Option<Arc<Timeline>>,
}

impl Live {
    /// Takes in committed events, in order. Only the writer calls it.
    pub fn publish(&self, events: Vec<Stored>, checkpoint_every: u64) -> Vec<Published> {
        let round = self.round();
        self.feed.publish(&events);
        let mut all = Vec::new();
        for (adw_id, events) in by_workflow(events) {
            let shared = self.find_or_make(&adw_id);
            let mut workflow = lock(&shared);
            let followers = workflow.publish(&events);
            workflow.used = round;
            let is_due = workflow.seq - workflow.checkpointed >= checkpoint_every;
            let due = workflow.timeline().filter(|_| is_due).cloned();
            drop(workflow);
            followers.iter().for_each(Bell::ring);
            self.board.mark(&adw_id);
            all.push(Published {
                adw_id,
                events: events.len() as u64,
                due,
            });
        }
        all
    }
}

/// Events of a batch by workflow, in order.
fn by_workflow(events: Vec<Stored>) -> Vec<(AdwId, Vec<Stored>)> {
    let mut groups: Vec<(AdwId, Vec<Stored>)> = Vec::new();
    let mut places = HashMap::new();
    for stored in events {
        let at = *places.entry(stored.event.adw_id.clone()).or_insert_with(|| {
            groups.push((stored.event.adw_id.clone(), Vec::new()));
            groups.len() - 1
        });
        groups[at].1.push(stored);
    }
    groups
}
