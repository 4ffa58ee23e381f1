//! Reads what is committed in memory: each event is looked at, so nothing is found by a rule of its own.

use serde_json::{Map, Value};

use super::{Shared, Tables, lock};
use crate::ledger::engine::{TailRow, Workflow};
use crate::{Filter, Found, JournalError, KnownWorkflow, Page, PageQuery, Part, Reader, Tail};
use domain::adw_id::AdwId;
use domain::card::Card;
use domain::event::Event;
use domain::media_name::MediaName;
use domain::timeline::Timeline;

/// See the module.
pub(super) struct MemoryReader(Shared);

/// The events of a workflow that are meant: each seq, and the wire text without and with the whole payload.
type Meant = Vec<(u64, String, String)>;

impl MemoryReader {
    pub(super) fn new(committed: Shared) -> Self {
        Self(committed)
    }

    /// A workflow, and its events within the query's range that its filter takes.
    fn meant(&self, adw_id: &AdwId, query: &PageQuery) -> Option<(Workflow, Meant)> {
        let tables = lock(&self.0);
        let workflow = tables.workflow(adw_id)?.clone();
        let after = query.after.unwrap_or(0);
        let before = query.before.unwrap_or(u64::MAX);
        let all = tables.events.iter().filter(|((of, _), _)| *of == workflow.id);
        let within = all.filter(|((_, seq), _)| *seq > after && *seq < before);
        let meant = within.filter_map(|((_, seq), (text, body))| {
            let whole = body.as_deref().unwrap_or(text);
            takes(&query.filter, text, whole).then(|| (*seq, text.to_string(), whole.to_owned()))
        });
        let meant = meant.collect();
        Some((workflow, meant))
    }
}

fn takes(filter: &Filter, text: &str, whole: &str) -> bool {
    let read = |text| serde_json::from_str::<Event>(text).ok();
    read(text)
        .zip(read(whole))
        .is_some_and(|(event, whole)| filter.matches(&event, &whole.payload))
}

fn read_tail(row: &TailRow) -> Option<Tail> {
    serde_json::from_str(&row.text).ok()
}

impl Tables {
    fn card(&self, workflow: &Workflow) -> Option<Card> {
        let row = self
            .checkpoints
            .get(&workflow.id)
            .filter(|row| row.seq == workflow.head)?;
        serde_json::from_str(&row.card).ok()
    }
}

impl Reader for MemoryReader {
    fn workflows(&mut self) -> Result<Vec<KnownWorkflow>, JournalError> {
        let tables = lock(&self.0);
        let begun = tables.workflows.values().filter(|workflow| workflow.head > 0);
        let all = begun.map(|workflow| KnownWorkflow {
            adw_id: workflow.adw_id.clone(),
            head: workflow.head,
            card: tables.card(workflow),
            is_of_older_fold: false,
        });
        Ok(all.collect())
    }

    fn checkpoint(&mut self, adw_id: &AdwId) -> Result<Option<Timeline>, JournalError> {
        let tables = lock(&self.0);
        let row = tables
            .workflow(adw_id)
            .and_then(|workflow| tables.checkpoints.get(&workflow.id));
        Ok(row.and_then(|row| serde_json::from_str(&row.timeline).ok()))
    }

    fn page(&mut self, adw_id: &AdwId, query: &PageQuery, _: &dyn Fn() -> bool) -> Result<Option<Page>, JournalError> {
        let page = self.meant(adw_id, query).map(|(workflow, meant)| {
            let too_many = meant.len().saturating_sub(query.limit);
            let skipped = if query.after.is_none() { too_many } else { 0 };
            let texts = meant.into_iter().skip(skipped).take(query.limit);
            Page {
                events: texts.map(|(_, text, _)| text).collect(),
                head: workflow.head,
                first: workflow.first,
            }
        });
        Ok(page)
    }

    fn part(&mut self, adw_id: &AdwId, query: &PageQuery, enough_bytes: usize) -> Result<Option<Part>, JournalError> {
        let part = self.meant(adw_id, query).map(|(workflow, meant)| {
            let mut part = Part {
                to: query
                    .before
                    .map_or(workflow.head, |before| before.saturating_sub(1))
                    .min(workflow.head),
                head: workflow.head,
                first: workflow.first,
                ..Part::default()
            };
            let mut bytes = 0;
            for (seq, _, whole) in meant {
                bytes += whole.len();
                part.events.push(whole);
                if bytes >= enough_bytes || part.events.len() == query.limit {
                    part.to = seq;
                    break;
                }
            }
            part
        });
        Ok(part)
    }

    fn search(
        &mut self,
        adw_id: &AdwId,
        query: &PageQuery,
        _: &dyn Fn() -> bool,
    ) -> Result<Option<Found>, JournalError> {
        let found = self.meant(adw_id, query).map(|(workflow, meant)| {
            let newest = meant.iter().skip(meant.len().saturating_sub(query.limit));
            Found {
                count: meant.len() as u64,
                seqs: newest.map(|(seq, ..)| *seq).collect(),
                head: workflow.head,
                first: workflow.first,
                indexed: 0,
            }
        });
        Ok(found)
    }

    fn event(&mut self, adw_id: &AdwId, seq: u64) -> Result<Option<String>, JournalError> {
        let tables = lock(&self.0);
        let found = tables
            .workflow(adw_id)
            .and_then(|workflow| tables.events.get(&(workflow.id, seq)));
        Ok(found.map(|(text, body)| body.as_deref().unwrap_or(text).to_owned()))
    }

    fn document(&mut self, adw_id: &AdwId) -> Result<Option<Map<String, Value>>, JournalError> {
        let tables = lock(&self.0);
        let row = tables
            .workflow(adw_id)
            .and_then(|workflow| tables.documents.get(&workflow.id));
        Ok(row.and_then(|row| serde_json::from_str(&row.text).ok()))
    }

    fn referrers(&mut self, name: &MediaName) -> Result<Vec<AdwId>, JournalError> {
        let tables = lock(&self.0);
        let of = tables.references.keys().filter(|(_, known)| known == name);
        let workflows = of.filter_map(|(workflow, _)| tables.workflows.get(workflow));
        Ok(workflows.map(|workflow| workflow.adw_id.clone()).collect())
    }

    fn tails(&mut self, adw_id: Option<&AdwId>) -> Result<Vec<Tail>, JournalError> {
        let tables = lock(&self.0);
        let Some(adw_id) = adw_id else {
            let newest = tables.tails.iter().map(|((path, _), row)| (path, row));
            let newest: std::collections::BTreeMap<_, _> = newest.collect();
            return Ok(newest.into_values().filter_map(read_tail).collect());
        };
        let id = tables.workflow(adw_id).map(|workflow| workflow.id);
        let of = tables.tails.values().filter(|row| Some(row.workflow) == id);
        Ok(of.filter_map(read_tail).collect())
    }
}
