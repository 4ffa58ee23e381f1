//! What the detail of a workflow starts with: a page of its entries, and the events that are looked at.

use serde_json::Value;

use crate::domain::adw_id::AdwId;
use crate::domain::form;
use crate::domain::log::{EntryPage, Log};
use crate::server::api::entries::entries;
use crate::server::api::params::page_query;
use crate::server::hub::Hub;
use crate::server::journal::JournalError;
use crate::server::shared::Shared;
use crate::ui::address::Address;
use crate::ui::detail::files::chosen_edit;
use crate::ui::detail::query::{DetailQuery, Tab};
use crate::ui::history::{DetailSeed, Found};

/// Entries that a page carries; more are fetched where there is script, and a link away where there is none.
const ENTRIES: u64 = 200;
/// Hits whose places a page carries.
const HITS: usize = 10_000;

/// None where the address shows no entries, or they cannot be read: the page then fetches them and says what is wrong.
pub(super) async fn seed(shared: &Shared, adw_id: &AdwId, address: &Address) -> Option<DetailSeed> {
    let query = DetailQuery::of(address).filter(|query| query.tab != Tab::Overview)?;
    let (hub, adw_id) = (shared.hub.clone(), adw_id.clone());
    let read = tokio::task::spawn_blocking(move || look(&hub, &adw_id, &query))
        .await
        .ok()?;
    read.inspect_err(|error| tracing::error!(%error, "the entries of a page could not be read"))
        .ok()?
}

fn look(hub: &Hub, adw_id: &AdwId, query: &DetailQuery) -> Result<Option<DetailSeed>, JournalError> {
    let mut pairs = query.filters(false);
    pairs.push(("limit", ENTRIES.to_string()));
    match (query.seq, query.before) {
        (Some(seq), _) => pairs.push(("after", seq.saturating_sub(ENTRIES / 2 + 1).to_string())),
        (None, Some(before)) => pairs.push(("before", before.to_string())),
        (None, None) => {}
    }
    let Some(page) = asked(&pairs)
        .map(|asked| entries(hub, adw_id, &asked))
        .transpose()?
        .flatten()
    else {
        return Ok(None);
    };
    let mut events = Vec::new();
    for seq in looked_at(&page, query) {
        let event = hub
            .event(adw_id, seq)?
            .and_then(|text| serde_json::from_str::<Value>(&text).ok());
        events.extend(event);
    }
    let found = match asked(&query.filters(true)).filter(|_| !query.text.is_empty()) {
        Some(mut asked) => {
            asked.limit = HITS;
            hub.search(adw_id, &asked, &|| true)?.map(|found| Found {
                count: found.count,
                seqs: found.seqs,
            })
        }
        None => None,
    };
    Ok(Some(DetailSeed { page, events, found }))
}

/// The filters as the interface reads them; none where the address holds what it would refuse.
fn asked(pairs: &[(&str, String)]) -> Option<crate::server::journal::PageQuery> {
    page_query(form::address("", pairs).trim_start_matches('?')).ok()
}

/// The seqs of the events that the page shows whole.
fn looked_at(page: &EntryPage, query: &DetailQuery) -> Vec<u64> {
    let mut log = Log::new(query.tab == Tab::Tools);
    log.insert(page.clone());
    if query.tab == Tab::Files {
        return chosen_edit(&log, query).into_iter().collect();
    }
    let Some(entry) = query.seq.and_then(|seq| log.find(seq)) else {
        return Vec::new();
    };
    let result = entry.end_seq.filter(|end| *end != entry.seq);
    [entry.seq].into_iter().chain(result).collect()
}
