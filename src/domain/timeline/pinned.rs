//! What the fold gives, pinned: a change that means to keep it must give the same text after every event.

mod stream;

use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::Timeline;
use crate::adw_id::AdwId;
use stream::stream;

/// A seed, a workflow, and the hash of its timelines' texts.
const PINNED: [(u64, &str, u64); 8] = [
    (1, "c0a43f47", 0x3a20672abaea0899),
    (2, "c0a43f47", 0x50abeb3662073ef8),
    (3, "session_abc", 0xe08c7f49a1008349),
    (4, "c0a43f47", 0x97da34e0d537acd8),
    (5, "c0a43f47", 0x0ca314752a1f6df2),
    (6, "session_abc", 0x8c1b2e4ebcab7734),
    (7, "c0a43f47", 0x38253d54f5133950),
    (8, "c0a43f47", 0x3bd981c4ebb62add),
];

#[test]
fn the_same_events_give_the_same_text_of_every_timeline() {
    let gives = PINNED.map(|(seed, adw_id, _)| {
        let adw_id: AdwId = adw_id.parse().expect("a safe id");
        let mut timeline = Timeline::new(adw_id.clone());
        let mut hash = 0;
        for event in stream(seed, adw_id.as_str(), 500) {
            assert!(timeline.apply(event.seq, &event));
            let text = serde_json::to_string(&timeline).expect("a timeline is JSON");
            hash = xxh3_64_with_seed(text.as_bytes(), hash);
        }
        format!("{hash:#018x}")
    });
    assert_eq!(gives, PINNED.map(|(.., pinned)| format!("{pinned:#018x}")));
}
