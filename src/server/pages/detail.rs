//! The initial contents of a workflow's detail: a page of its entries, and the events that are shown in full.

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
use ui::history::{DetailSeed, SearchResult};

/// How many entries a page contains; with script, more are fetched, and without it there is a link to them.
const ENTRIES: u64 = 200;
/// How many matches a page contains.
const HITS: usize = 10_000;
/// The page does not wait longer than this for a search; it then requests the results itself.
const SEARCH_PATIENCE: Duration = Duration::from_secs(3);

/// None if the address shows no entries, or they cannot be read: the page then fetches them and says what is wrong.
pub(super) async fn seed(shared: &Shared, adw_id: &AdwId, address: &Address) -> Option<DetailSeed> {
    let query = DetailQuery::of(address).filter(|query| query.tab != Tab::Overview)?;
    let read = look(shared, adw_id, &query).await;
    read.inspect_err(|error| tracing::error!(error = error.message, "could not read the entries of a page"))
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
            found.ok().flatten().map(|found| SearchResult {
                count: found.count,
                seqs: found.seqs,
            })
        }
        None => None,
    };
    Ok(Some(DetailSeed { page, events, found }))
}

/// The filters as the API reads them; none if the API would reject them.
fn asked(pairs: &[(&str, String)]) -> Option<journal::PageQuery> {
    page_query(form::address("", pairs).trim_start_matches('?')).ok()
}

/// The seqs of the events that the page shows in full.
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
