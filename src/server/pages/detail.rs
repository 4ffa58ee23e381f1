//! What the detail of a workflow starts with: a page of its entries, and the events that are looked at.

use std::time::Duration;

use serde_json::Value;

use crate::api::entries::entries;
use crate::api::params::page_query;
use crate::api::read;
use crate::api::search::find;
use crate::error::ApiError;
use crate::shared::Shared;
use domain::adw_id::AdwId;
use domain::form;
use domain::log::{EntryPage, Log};
use ui::address::Address;
use ui::detail::files::chosen_edit;
use ui::detail::query::{DetailQuery, Tab};
use ui::history::{DetailSeed, Found};

/// Entries that a page carries; more are fetched where there is script, and a link away where there is none.
const ENTRIES: u64 = 200;
/// Hits whose places a page carries.
const HITS: usize = 10_000;
/// A page comes without what a search finds later; it then asks for it itself.
const SEARCH_PATIENCE: Duration = Duration::from_secs(3);

/// None where the address shows no entries, or they cannot be read: the page then fetches them and says what is wrong.
pub(super) async fn seed(shared: &Shared, adw_id: &AdwId, address: &Address) -> Option<DetailSeed> {
    let query = DetailQuery::of(address).filter(|query| query.tab != Tab::Overview)?;
    let read = look(shared, adw_id, &query).await;
    read.inspect_err(|error| tracing::error!(error = error.message, "the entries of a page could not be read"))
        .ok()?
}

async fn look(shared: &Shared, adw_id: &AdwId, query: &DetailQuery) -> Result<Option<DetailSeed>, ApiError> {
    let mut pairs = query.filters(false);
    pairs.push(("limit", ENTRIES.to_string()));
    match (query.seq, query.before) {
        (Some(seq), _) => pairs.push(("after", seq.saturating_sub(ENTRIES / 2 + 1).to_string())),
        (None, Some(before)) => pairs.push(("before", before.to_string())),
        (None, None) => {}
    }
    let Some(asked_page) = asked(&pairs) else {
        return Ok(None);
    };
    let Some(page) = entries(shared, adw_id, asked_page).await? else {
        return Ok(None);
    };
    let (of, seqs) = (adw_id.clone(), looked_at(&page, query));
    let texts = read(shared, move |hub| {
        seqs.into_iter()
            .map(|seq| hub.archive.event(&of, seq))
            .collect::<Result<Vec<_>, _>>()
    });
    let events = texts.await?.into_iter().flatten();
    let events = events
        .filter_map(|text| serde_json::from_str::<Value>(&text).ok())
        .collect();
    let found = match asked(&query.filters(true)).filter(|_| !query.text.is_empty()) {
        Some(mut asked) => {
            asked.limit = HITS;
            let found = find(shared, adw_id, asked, SEARCH_PATIENCE).await;
            found.ok().flatten().map(|found| Found {
                count: found.count,
                seqs: found.seqs,
            })
        }
        None => None,
    };
    Ok(Some(DetailSeed { page, events, found }))
}

/// The filters as the interface reads them; none where the address holds what it would refuse.
fn asked(pairs: &[(&str, String)]) -> Option<journal::PageQuery> {
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
