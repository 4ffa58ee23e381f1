//! The law of export and import: whatever was recorded comes back the same, and a second time nothing comes.

use domain::adw_id::AdwId;
use draft::{Draft, NewEvent};
use journal::{Batch, PageQuery};
use proptest::prelude::*;
use server::hub::Hub;
use server::import::import;
use tempfile::TempDir;

use crate::invent::{ADW_ID, any_event};
use crate::journal::open;

/// All texts of the invented workflow, read in parts of any size.
fn export(hub: &Hub, adw_id: &AdwId, seqs: usize, bytes: usize) -> String {
    let mut query = PageQuery {
        limit: seqs,
        ..PageQuery::default()
    };
    let mut file = String::new();
    loop {
        let part = hub
            .archive
            .part(adw_id, &query, bytes)
            .expect("a part")
            .expect("a workflow");
        for text in &part.events {
            file += text;
            file.push('\n');
        }
        if part.to == part.head {
            return file;
        }
        query.after = Some(part.to);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn what_was_recorded_comes_back_the_same(
        events in prop::collection::vec(any_event(), 1..40),
        seqs in 1_usize..50,
        bytes in 1_usize..100_000,
    ) {
        let adw_id: AdwId = ADW_ID.parse().expect("a safe id");
        let folders = [TempDir::new().expect("a folder"), TempDir::new().expect("a folder")];
        let [here, there] = [open(&folders[0]), open(&folders[1])];
        let drafts = events.into_iter().map(|event| Draft::Event(NewEvent { event, keys: Vec::new() }));
        here.recorder.record_blocking(Batch { drafts: drafts.collect(), ..Batch::default() }).expect("recorded");
        let file = export(&here, &adw_id, seqs, bytes);
        let count = file.lines().count() as u64;
        let report = import(&there.recorder, file.as_bytes()).expect("an export");
        prop_assert_eq!((report.imported, report.known, report.renumbered, report.refused), (count, 0, 0, 0));
        prop_assert_eq!(export(&there, &adw_id, 1_000, usize::MAX), file.clone());
        prop_assert_eq!(there.live.timeline(&adw_id).expect("read"), here.live.timeline(&adw_id).expect("read"));
        for hub in [&here, &there] {
            let report = import(&hub.recorder, file.as_bytes()).expect("an export");
            prop_assert_eq!((report.imported, report.known, report.refused), (0, count, 0));
        }
        here.close();
        there.close();
    }
}
